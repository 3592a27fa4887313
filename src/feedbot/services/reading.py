"""Reading the article pages that the judgement of a list asks for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import structlog

from feedbot.domain.article import Draft
from feedbot.domain.judging import MAX_TRIES, Listed
from feedbot.domain.source import Source
from feedbot.errors import FetchError, SiteRefused, SourceGone
from feedbot.fetching.client import Fetcher
from feedbot.fetching.urls import shown
from feedbot.services.asking import ask_for_article
from feedbot.services.extraction import Extractor
from feedbot.services.visiting import as_page, parse_options, parsed
from feedbot.sources import article
from feedbot.sources.spec import ArticlePages, Page, ParseArticle, SourceSpec

MAX_ARTICLES = 40  # article pages read in one poll; the rest of a long list follows at once in the next
MAX_PAGES = 50  # pages of one article
MAX_SECONDS = 240.0  # of reading article pages, well inside a lease
MAX_FAILURES_IN_A_ROW = 3  # then the site is left alone until the next poll
# Types with a small parser of their own, which no page keeps busy: a thread does.
_IN_A_THREAD = frozenset({"discuz"})

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

    def has_done(self, entry: Listed) -> bool:
        """Whether the entry's page was read, or given up."""
        return entry.key in self.drafts or self.failed.get(entry.key.hex(), 0) >= MAX_TRIES


async def read_articles(
    fetcher: Fetcher,
    source: Source,
    spec: SourceSpec,
    entries: Sequence[Listed],
    tries: Mapping[str, int],
    now: datetime,
    extractor: Extractor | None = None,
) -> Reading:
    """Reads the article pages of the entries at `now`, in order, as far as the limits of one poll allow.

    With an `extractor` pages of unknown sites are parsed in its process, else in a thread. A host that fails again and
    again, or asks to wait, is left alone; the others are read on.
    """
    reading = Reading(failed=dict(tries))
    until = time.monotonic() + MAX_SECONDS
    in_a_row: Counter[str] = Counter()
    asked_to_wait: set[str] = set()
    for count, entry in enumerate(entries):
        if count >= MAX_ARTICLES or time.monotonic() > until:
            # Edits wait for the next regular visit: a list that never reads the same would be visited without end.
            reading.is_partial = any(left.known is None for left in entries[count:])
            break
        host = urlsplit(entry.draft.url).hostname or ""
        is_enough = _is_enough(spec, entry.draft)
        if in_a_row[host] >= MAX_FAILURES_IN_A_ROW:
            if is_enough:
                _give_up(reading, entry, is_at_once=host not in asked_to_wait)
            continue
        try:
            read = await read_article(fetcher, source, spec, entry.draft, now, extractor)
        except FetchError as error:
            url = shown(entry.draft.url)
            log.warning("article_unread", source=source.id, url=url, kind=error.kind, reason=str(error))
            in_a_row[host] += MAX_FAILURES_IN_A_ROW if error.retry_after else 1
            if error.retry_after:
                asked_to_wait.add(host)
            _note_failure(reading, entry, error, is_enough=is_enough)
        else:
            reading.drafts[entry.key] = entry.known.settled(read) if entry.known else read
            in_a_row[host] = 0
            reading.failed.pop(entry.key.hex(), None)
    return reading


async def read_article(
    fetcher: Fetcher, source: Source, spec: SourceSpec, draft: Draft, now: datetime, extractor: Extractor | None = None
) -> Draft:
    """The article as its own page or pages tell it.

    Raises:
        FetchError: a page could not be fetched or read; a part of an article is never taken for the whole.
    """
    if spec.parse_article is None:
        return draft
    options = parse_options(source, now)

    async def parse(parse: ParseArticle, pages: Sequence[Page]) -> ArticlePages:
        if extractor is None or spec.name in _IN_A_THREAD:
            return await parsed(source, pages[-1].url, parse, tuple(pages), draft, options)
        return await extractor.parse(parse, pages, draft, options)

    pages: list[Page] = []
    url: str | None = draft.url
    whole: ArticlePages | None = None
    while url and len(pages) < MAX_PAGES:
        pages.append(as_page(await ask_for_article(fetcher, source, url)))
        url, whole = None, None
        if spec.next_page and not _is_milestone(len(pages)):
            url = (await parse(spec.next_page, _bare_but_last(pages))).next_url
        if url is None:
            whole = await parse(spec.parse_article, pages)
            url = whole.next_url
    if pages and whole is None:
        whole = await parse(spec.parse_article, pages)
    return whole.draft if whole else draft


def _is_milestone(count: int) -> bool:
    """Whether so many pages are parsed as one article: 1, 2, 4, 8 ...

    A site that repeats a page for numbers that it has not is found out so, and all the work is a few times the pages'.
    """
    return count & (count - 1) == 0


def _bare_but_last(pages: Sequence[Page]) -> list[Page]:
    return [*(replace(page, body=b"") for page in pages[:-1]), pages[-1]]


def _is_enough(spec: SourceSpec, draft: Draft) -> bool:
    """Whether the list's own words make an article: a feed's do, those of a portal that refuses its pages do not."""
    return spec.parse_article is article.read and bool(draft.summary or draft.body_html or spec.name == "feed")


def _note_failure(reading: Reading, entry: Listed, error: FetchError, *, is_enough: bool) -> None:
    if entry.known or not error.retry_after:
        _count_failure(reading, entry, error, is_enough=is_enough)
    elif is_enough:  # that the site asks to wait says nothing of this article
        _give_up(reading, entry, is_at_once=False)


def _give_up(reading: Reading, entry: Listed, *, is_at_once: bool) -> None:
    """Has the list's words taken for a new article whose site is left alone: now, or with the next visit."""
    if entry.known:
        return
    key = entry.key.hex()
    waits = not is_at_once and key not in reading.failed
    reading.failed[key] = MAX_TRIES - 1 if waits else MAX_TRIES


def _count_failure(reading: Reading, entry: Listed, error: FetchError, *, is_enough: bool) -> None:
    """Counts a try, after the last of which the list's words are taken, and are followed from then on.

    Where those are enough they are taken at once: news does not wait for a page, which is looked at again in some hours
    as those of all young articles are. Where they are not, a page that the site itself says is not there never counts:
    such an article is not made from its list entry. An article that was read once keeps what was read.
    """
    key = entry.key.hex()
    tries = reading.failed.get(key, 0)
    reading.missed.append(entry)
    if tries >= MAX_TRIES:
        return
    if is_enough:
        reading.failed[key] = MAX_TRIES if entry.known is None else 1
        return
    not_there = isinstance(error, SiteRefused | SourceGone) or error.status == HTTPStatus.NOT_FOUND
    reading.failed[key] = min(tries + (not not_there), MAX_TRIES if entry.known is None else 1)
