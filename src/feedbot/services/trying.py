"""Reading a source once without storing anything, to see what comes of its options."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from feedbot.domain.article import Draft
from feedbot.domain.source import Source
from feedbot.errors import FetchError, Refused
from feedbot.fetching.client import Fetcher
from feedbot.fetching.urls import shown
from feedbot.services import credentials, reading, visiting
from feedbot.services.extraction import Extractor
from feedbot.services.visiting import ListPage
from feedbot.sources.spec import Page
from feedbot.storage import kept_pages
from feedbot.storage.database import Database
from feedbot.storage.kept_pages import KeptPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a source reads like: the wanted `drafts` of the `count` that its list has.

    `article` is the first one as its own page has it, if the source reads such pages; `article_error` why that failed.
    `kept` is the page that was read in place of the site's.
    """

    url: str
    type: str
    count: int
    drafts: tuple[Draft, ...]
    article: Draft | None = None
    article_error: str = ""
    kept: KeptPage | None = None


async def visited(fetcher: Fetcher, source: Source, *, progress: Callable[[str], None]) -> Tried:
    """The list as the site has it now, and its first article.

    Raises:
        FetchError: the list cannot be had or read.
    """
    opened = credentials.opened(source.options)
    fresh = replace(source, options=opened, etag=None, last_modified=None, body_digest=None)
    progress(f"Fetching {shown(fresh.poll_url)} ...")
    now = datetime.now(UTC)
    visit = await visiting.visit(fetcher, fresh, now)
    page, found = visiting.as_page(visit.fetched), visit.found
    if found is None:
        raise RuntimeError("a page that was asked for without validators came without a body")
    if fresh.options.pages > 1:
        progress("Fetching the further pages of the list ...")
        found = await visiting.with_pages(fetcher, fresh, found, now)
    tried = _tried(page, found)
    unread = next((draft for draft in tried.drafts if not draft.is_complete), None)
    if unread is None:
        return tried
    progress(f"Fetching {shown(unread.url)} ...")
    extractor = Extractor()
    try:
        read = await reading.read_article(fetcher, fresh, found.spec, unread, now, extractor)
    except FetchError as error:
        return replace(tried, article_error=str(error))
    finally:
        with suppress(Exception):
            await extractor.close()
    return replace(tried, article=read)


async def replayed(database: Database, source: Source) -> Tried:
    """What the source's options make of the page that was kept when its last visit failed.

    Raises:
        Refused: no page of it is kept.
        FetchError: it cannot be read with these options either.
    """
    async with database.read() as connection:
        kept = await kept_pages.get(connection, source.number)
    if kept is None:
        raise Refused(f"No page of {source.id} is kept: its last visit could read it, or got no page at all.")
    page = Page(kept.body, kept.url, kept.mime_type, kept.charset)
    return replace(_tried(page, await visiting.read_list(source, page, now=kept.at)), kept=kept)


def _tried(page: Page, found: ListPage) -> Tried:
    return Tried(url=shown(page.url), type=found.spec.name, count=found.count, drafts=found.listing.drafts)
