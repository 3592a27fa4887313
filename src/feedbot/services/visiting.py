"""Visiting a source: its own page fetched and parsed, and the pages that go on from there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import ParamSpec, TypeVar

import structlog

from feedbot import __version__
from feedbot.domain import completeness
from feedbot.domain.article import Draft
from feedbot.domain.category_rules import is_wanted
from feedbot.domain.source import Source
from feedbot.errors import EmptyList, FetchError, NotParseable, ReadingFailed
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import NO_VALIDATORS, Fetched, Validators
from feedbot.fetching.urls import shown
from feedbot.services.asking import as_page as as_page  # noqa: PLC0414 - part of this module's interface
from feedbot.services.asking import ask_for_list, is_for_people, render_if_shell
from feedbot.services.parsing import in_parser_thread
from feedbot.sources import registry
from feedbot.sources.spec import Listing, Page, ParseOptions, SourceSpec

P = ParamSpec("P")
T = TypeVar("T")

# The same bytes are parsed again after a while all the same: articles are to be looked at again, dates may be relative.
SAME_FOR = timedelta(hours=6)
MAX_PAGES = 20  # of a list
MAX_LISTS = 5  # that a page names in its own place
_DIGEST_BYTES = 16

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list as it was read: `listing` has the wanted entries of the `count` that there are.

    `digest` names the bytes; `next_url` is the page to go on with, empty where none is asked for; `hub_url` and
    `topic_url` are what it names for WebSub, by its links or in the answer's headers.
    """

    spec: SourceSpec
    listing: Listing
    digest: bytes
    count: int
    next_url: str = ""
    hub_url: str = ""
    topic_url: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """What the source's own page gave: `found` is None when it has not changed (304, or the very same bytes)."""

    fetched: Fetched
    found: ListPage | None = None


async def visit(fetcher: Fetcher, source: Source, now: datetime) -> Visit:
    """Fetches and parses the source's own page; bytes that were read lately and whole are not parsed again.

    Raises:
        FetchError: whatever kept it from being read; with the `page`, if there was one to read.
    """
    validators = Validators(source.etag, source.last_modified)
    fetched = await ask_for_list(fetcher, source, validators=validators)
    if fetched.not_modified:
        return Visit(fetched)
    try:
        visit = await _read(source, fetched, now)
    except (NotParseable, EmptyList):
        rendered = await render_if_shell(fetcher, source, fetched)
        if rendered is None:
            raise
        visit = await _read(source, rendered, now)
    if visit.found and visit.found.listing.list_urls:
        visit = await _with_lists(fetcher, source, visit.fetched, visit.found, now)
    if visit.found and source.type == "auto" and not source.detected_type and is_for_people(visit.found.spec.name):
        # Only now it is known to be a page: what robots.txt says of it counts all the same.
        await fetcher.heed_robots(fetched.final_url, proxy=source.options.proxy)
    return visit


async def _with_lists(fetcher: Fetcher, source: Source, fetched: Fetched, index: ListPage, now: datetime) -> Visit:
    """The visit of a page that names the lists to be read in its place: their entries joined, each once.

    The page may stay the same while its lists change, so nothing is kept by which it would pass for unchanged. A list
    that fails costs its own entries, unless all do.
    """
    drafts: dict[tuple[str, str, str], Draft] = {}
    failed: FetchError | None = None
    todo, asked, next_url = list(index.listing.list_urls), {source.poll_url}, ""
    while todo and len(asked) <= MAX_LISTS:
        url = todo.pop(0)
        if url in asked:
            continue
        asked.add(url)
        try:
            listing = await _listing(source, index.spec, await ask_for_list(fetcher, source, url), now)
        except FetchError as error:
            log.warning("list_page_unread", source=source.id, url=shown(url), kind=error.kind, reason=str(error))
            failed = error
            continue
        # What robots.txt names may be an index itself.
        todo[:0] = () if listing.drafts else listing.list_urls
        next_url = next_url or _page_after(source, listing.next_url, 1)
        for draft in listing.drafts:
            drafts.setdefault(_name(draft), draft)
    if failed and not drafts:
        raise failed
    joined = as_asked(replace(index.listing, drafts=tuple(drafts.values())), index.spec, source)
    found = replace(index, listing=joined, digest=b"", count=len(drafts), next_url=next_url)
    return Visit(replace(fetched, validators=NO_VALIDATORS), found)


async def _read(source: Source, fetched: Fetched, now: datetime) -> Visit:
    page = as_page(fetched)
    digest = digest_of(page)
    if digest == source.body_digest and source.listed_at and now - source.listed_at < SAME_FOR:
        return Visit(fetched)
    return Visit(fetched, await read_list(source, page, digest, fetched.links, now=now))


async def read_list(
    source: Source,
    page: Page,
    digest: bytes = b"",
    links: Mapping[str, str] = MappingProxyType({}),
    *,
    now: datetime,
) -> ListPage:
    """The page, fetched at `now`, as the list of this source; `links` are those of the answer's headers, by relation.

    Raises:
        FetchError: it cannot be read; with the page.
    """
    try:
        spec = await parsed(source, page.url, _spec, source, page)
        listing = await parsed(source, page.url, spec.parse_list, page, parse_options(source, now))
    except FetchError as error:
        error.page = page
        raise
    return ListPage(
        spec,
        as_asked(listing, spec, source),
        digest,
        len(listing.drafts),
        next_url=_page_after(source, listing.next_url or links.get("next", ""), 1),
        hub_url=links.get("hub", "") or listing.hub_url,
        topic_url=links.get("self", "") or listing.topic_url,
    )


def as_asked(listing: Listing, spec: SourceSpec, source: Source) -> Listing:
    """The list as the source's options want it: filtered, with teasers marked as such."""
    return _with_teasers(wanted(listing, source), spec, source)


def digest_of(page: Page) -> bytes:
    """16 bytes that name what a parser of this version gets to see of the page."""
    seen = f"{__version__}\x1f{page.url}\x1f{page.mime_type}\x1f{page.charset}\x1f"
    return hashlib.blake2b(seen.encode() + page.body, digest_size=_DIGEST_BYTES).digest()


async def with_pages(fetcher: Fetcher, source: Source, first: ListPage, now: datetime) -> ListPage:
    """The list with the drafts of up to `pages` of its pages, in order, each once.

    A page that fails or adds nothing ends it: what was read until then stays.
    """
    drafts = {_name(draft): draft for draft in first.listing.drafts}
    url, asked = first.next_url, {source.poll_url}
    for number in range(2, min(source.options.pages, MAX_PAGES) + 1):
        if not url or url in asked:
            break
        asked.add(url)
        try:
            found, next_url = await _page_of_list(fetcher, source, first.spec, url, now)
        except FetchError as error:
            log.warning("list_page_unread", source=source.id, url=shown(url), kind=error.kind, reason=str(error))
            break
        if all(_name(draft) in drafts for draft in found.drafts):
            break
        for draft in as_asked(found, first.spec, source).drafts:
            drafts.setdefault(_name(draft), draft)
        url = _page_after(source, next_url, number)
    return replace(first, listing=replace(first.listing, drafts=tuple(drafts.values())))


async def _page_of_list(
    fetcher: Fetcher, source: Source, spec: SourceSpec, url: str, now: datetime
) -> tuple[Listing, str]:
    fetched = await ask_for_list(fetcher, source, url)
    try:
        listing = await _listing(source, spec, fetched, now)
    except (NotParseable, EmptyList):
        rendered = await render_if_shell(fetcher, source, fetched)
        if rendered is None:
            raise
        listing = await _listing(source, spec, rendered, now)
    return listing, listing.next_url or fetched.links.get("next", "")


async def _listing(source: Source, spec: SourceSpec, fetched: Fetched, now: datetime) -> Listing:
    page = as_page(fetched)
    return await parsed(source, page.url, spec.parse_list, page, parse_options(source, now))


def _page_after(source: Source, linked: str, number: int) -> str:
    """The address of the page after page `number` of a list; empty where there is none to be asked for."""
    if source.options.pages <= number:
        return ""
    template = source.options.page_url
    return template.replace("{page}", str(number + 1)) if template else linked


def _name(draft: Draft) -> tuple[str, str, str]:
    """What tells the drafts of one list apart: of two that are alike in this the second is a repetition."""
    return draft.guid or "", draft.url, draft.title


def wanted(listing: Listing, source: Source) -> Listing:
    """The list without the articles that the source's `include` and `exclude` keep out."""
    include, exclude = source.options.include, source.options.exclude
    if not include and not exclude:
        return listing
    return replace(listing, drafts=tuple(one for one in listing.drafts if is_wanted(one, include, exclude)))


def _with_teasers(listing: Listing, spec: SourceSpec, source: Source) -> Listing:
    """The list with those drafts marked incomplete whose own pages are to be read, as the source's `full_text` says."""
    if spec.parse_article is None:
        return listing
    full_text = source.options.full_text
    return replace(listing, drafts=completeness.marked(listing.drafts, full_text=full_text, home_url=listing.home_url))


async def parsed(source: Source, url: str, parse: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a parser makes of a page. A page that it stumbles over costs this page, not the source."""
    try:
        return await in_parser_thread(parse, *args, **kwargs)
    except FetchError:
        raise
    except Exception as error:
        log.exception("parser_failed", source=source.id, url=shown(url))
        raise fault(error, url) from error


def fault(error: Exception, url: str) -> ReadingFailed:
    """An exception that nobody expected, as a failure of the visit that status pages can show."""
    text = f"feedbot itself failed on this page ({type(error).__name__}). Its log has the details: please report them."
    return ReadingFailed(text, url=shown(url))


def parse_options(source: Source, now: datetime) -> ParseOptions:
    """What the admin says of reading this source, as the parsers take it, of a page that was fetched at `now`."""
    options = source.options
    return ParseOptions(
        timezone=options.timezone,
        language=options.language,
        encoding=options.encoding,
        select=options.select,
        repair=frozenset(options.repair),
        now=now,
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
