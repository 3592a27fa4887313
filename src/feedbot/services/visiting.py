"""Visiting a source: its own page fetched and parsed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

import structlog

from feedbot.domain.category_rules import is_wanted
from feedbot.domain.source import Source
from feedbot.errors import FetchError, NotParseable, ReadingFailed
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import Fetched, Validators
from feedbot.fetching.urls import shown
from feedbot.sources import registry
from feedbot.sources.spec import Listing, Page, ParseOptions, SourceSpec

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Visit:
    """What the source's own page gave: `listing` is None when it has not changed (304)."""

    fetched: Fetched
    spec: SourceSpec | None = None
    listing: Listing | None = None


async def visit(fetcher: Fetcher, source: Source) -> Visit:
    """Fetches and parses the source's own page.

    Raises:
        FetchError: whatever kept it from being read; with the `page`, if there was one to read.
    """
    validators = Validators(source.etag, source.last_modified)
    fetched = await fetcher.fetch(source.poll_url, validators=validators, headers=source.options.headers)
    if fetched.not_modified:
        return Visit(fetched)
    page = as_page(fetched)
    try:
        spec = _spec(source, page)
        listing = await parsed(source, page.url, spec.parse_list, page, parse_options(source))
    except FetchError as error:
        error.page = page
        raise
    return Visit(fetched, spec, wanted(listing, source))


def wanted(listing: Listing, source: Source) -> Listing:
    """The list without the articles that the source's `include` and `exclude` keep out."""
    include, exclude = source.options.include, source.options.exclude
    if not include and not exclude:
        return listing
    return replace(listing, drafts=tuple(one for one in listing.drafts if is_wanted(one, include, exclude)))


async def parsed(source: Source, url: str, parse: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
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
