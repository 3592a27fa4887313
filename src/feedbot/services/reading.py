"""Reading the article pages that the judgement of a list asks for."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog

from feedbot.domain.article import Draft
from feedbot.domain.judging import Listed
from feedbot.domain.source import Source
from feedbot.errors import FetchError, SiteRefused, SourceGone
from feedbot.fetching.client import Fetcher
from feedbot.fetching.headers import for_page_of
from feedbot.fetching.urls import shown
from feedbot.services.visiting import as_page, parse_options, parsed
from feedbot.sources.spec import Page, SourceSpec

MAX_ARTICLES = 40  # article pages read in one poll; the rest of a long list follows at once in the next
MAX_PAGES = 50  # pages of one article
MAX_SECONDS = 240.0  # of reading article pages, well inside a lease
MAX_FAILURES_IN_A_ROW = 3  # then the site is left alone until the next poll

log = structlog.get_logger()


@dataclass(slots=True)
class Reading:
    """Articles read from their pages by key; tries that failed, of all polls, by key as hex; those missed in this one.

    `is_partial` says that new ones were left for later.
    A page that the site itself says is not there stands among the failed ones with no try: it is never given up.
    """

    drafts: dict[bytes, Draft] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    missed: list[Listed] = field(default_factory=list)
    is_partial: bool = False


async def read_articles(
    fetcher: Fetcher, source: Source, spec: SourceSpec, entries: Sequence[Listed], tries: Mapping[str, int]
) -> Reading:
    """Reads the article pages of the entries, in order, as far as the limits of one poll allow."""
    reading = Reading(failed=dict(tries))
    until = time.monotonic() + MAX_SECONDS
    in_a_row = 0
    for count, entry in enumerate(entries):
        if count >= MAX_ARTICLES or time.monotonic() > until:
            # Edits wait for the next regular visit: a list that never reads the same would be visited without end.
            reading.is_partial = any(left.known is None for left in entries[count:])
            break
        if in_a_row >= MAX_FAILURES_IN_A_ROW:
            break
        try:
            reading.drafts[entry.key] = await read_article(fetcher, source, spec, entry.draft)
        except FetchError as error:
            url = shown(entry.draft.url)
            log.warning("article_unread", source=source.id, url=url, kind=error.kind, reason=str(error))
            if error.retry_after:
                break  # the site asks to wait: that says nothing of this article
            in_a_row += 1
            _count_failure(reading, entry, error)
        else:
            in_a_row = 0
            reading.failed.pop(entry.key.hex(), None)
    return reading


async def read_article(fetcher: Fetcher, source: Source, spec: SourceSpec, draft: Draft) -> Draft:
    """The article as its own page or pages tell it.

    Raises:
        FetchError: a page could not be fetched or read; a part of an article is never taken for the whole.
    """
    if spec.parse_article is None:
        return draft
    pages: list[Page] = []
    url: str | None = draft.url
    options = parse_options(source)
    read = None
    while url and len(pages) < MAX_PAGES:
        own = for_page_of(source.options.headers, source.poll_url, url)
        pages.append(as_page(await fetcher.fetch(url, headers=own)))
        read = await parsed(source, url, spec.parse_article, tuple(pages), draft, options)
        url = read.next_url
    return read.draft if read else draft


def _count_failure(reading: Reading, entry: Listed, error: FetchError) -> None:
    """A page that the site itself says is not there never counts: such an article is not made from its list entry."""
    not_there = isinstance(error, SiteRefused | SourceGone) or error.status == HTTPStatus.NOT_FOUND
    reading.missed.append(entry)
    key = entry.key.hex()
    reading.failed[key] = reading.failed.get(key, 0) + (not not_there)
