"""Reading a source: its list, and the article pages that the judgement asks for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import ParamSpec, TypeVar

import structlog

from feedbot.domain.article import Draft
from feedbot.domain.judging import Listed
from feedbot.domain.source import Source
from feedbot.errors import FetchError, NotParseable, ReadingFailed, SiteRefused, SourceGone
from feedbot.fetching.client import Fetcher
from feedbot.fetching.headers import for_page_of
from feedbot.fetching.model import Fetched, Validators
from feedbot.fetching.urls import shown
from feedbot.sources import registry
from feedbot.sources.spec import Listing, Page, ParseOptions, SourceSpec

MAX_ARTICLES = 40  # article pages read in one poll; the rest of a long list follows at once in the next
MAX_PAGES = 50  # pages of one article
MAX_SECONDS = 240.0  # of reading article pages, well inside a lease
MAX_FAILURES_IN_A_ROW = 3  # then the site is left alone until the next poll

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Visit:
    """What the source's own page gave: `listing` is None when it has not changed (304)."""

    fetched: Fetched
    spec: SourceSpec | None = None
    listing: Listing | None = None


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


async def visit(fetcher: Fetcher, source: Source) -> Visit:
    """Fetches and parses the source's own page.

    Raises:
        FetchError: whatever kept it from being read.
    """
    validators = Validators(source.etag, source.last_modified)
    fetched = await fetcher.fetch(source.poll_url, validators=validators, headers=source.options.headers)
    if fetched.not_modified:
        return Visit(fetched)
    page = as_page(fetched)
    spec = _spec(source, page)
    return Visit(fetched, spec, await _parsed(source, page.url, spec.parse_list, page, parse_options(source)))


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
        read = await _parsed(source, url, spec.parse_article, tuple(pages), draft, options)
        url = read.next_url
    return read.draft if read else draft


async def _parsed(source: Source, url: str, parse: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a parser makes of a page. A page that it stumbles over costs this page, not the source."""
    try:
        return await asyncio.to_thread(parse, *args, **kwargs)
    except FetchError:
        raise
    except Exception as error:
        log.exception("parser_failed", source=source.id, url=shown(url))
        raise fault(error, url) from error


def fault(error: Exception, url: str) -> ReadingFailed:
    """An exception that nobody expected, as a failure of the visit that status pages can show."""
    text = f"feedbot itself failed on this page ({type(error).__name__}). Its log has the details: please report them."
    return ReadingFailed(text, url=shown(url))


def as_page(fetched: Fetched) -> Page:
    """What was fetched, as the parsers take it."""
    return Page(fetched.body, fetched.final_url, fetched.mime_type, fetched.charset)


def parse_options(source: Source) -> ParseOptions:
    """What the admin says of reading this source, as the parsers take it."""
    options = source.options
    return ParseOptions(
        timezone=options.timezone,
        language=options.language,
        encoding=options.encoding,
        select=options.select,
        repair=frozenset(options.repair),
    )


def _spec(source: Source, page: Page) -> SourceSpec:
    if source.type != "auto":
        return registry.get(source.type)
    found = registry.detect(page)
    if found is None:
        raise NotParseable(
            "Neither a feed nor a Discuz! portal was found at this address. "
            "Give the source `type: page` with `select:`, or the address of its feed.",
            url=page.url,
        )
    return found


def _count_failure(reading: Reading, entry: Listed, error: FetchError) -> None:
    """A page that the site itself says is not there never counts: such an article is not made from its list entry."""
    not_there = isinstance(error, SiteRefused | SourceGone) or error.status == HTTPStatus.NOT_FOUND
    reading.missed.append(entry)
    key = entry.key.hex()
    reading.failed[key] = reading.failed.get(key, 0) + (not not_there)
