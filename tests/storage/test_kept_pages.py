"""The page that could not be read is kept, the newest of each source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from feedbot.domain.source import DeclaredSource
from feedbot.storage import kept_pages, sources
from feedbot.storage.database import Database
from feedbot.storage.kept_pages import KeptPage

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PAGE = KeptPage(
    at=NOW,
    url="https://town.example/list",
    mime_type="text/html",
    charset=None,
    body="<p>维护中</p>".encode() * 1000,
    error_text="The site is closed.",
)


async def test_the_newest_page_of_a_source_comes_back_as_it_was_until_it_is_forgotten(database: Database) -> None:
    newer = replace(PAGE, charset="gbk", body=b"\x00\xff", url="https://town.example/other")
    async with database.write() as connection:
        await sources.reconcile(connection, [DeclaredSource(id="town", title="Town", url="https://town.example/")], NOW)
        assert await kept_pages.get(connection, 1) is None
        await kept_pages.keep(connection, 1, PAGE)
        assert await kept_pages.get(connection, 1) == PAGE
        await kept_pages.keep(connection, 1, newer)
        assert await kept_pages.get(connection, 1) == newer
        await kept_pages.forget(connection, 1)
        assert await kept_pages.get(connection, 1) is None


async def test_of_an_endless_page_the_beginning_is_kept(database: Database) -> None:
    async with database.write() as connection:
        await sources.reconcile(connection, [DeclaredSource(id="town", title="Town", url="https://town.example/")], NOW)
        await kept_pages.keep(connection, 1, replace(PAGE, body=b"a" * (kept_pages.MAX_BYTES + 1)))
        found = await kept_pages.get(connection, 1)
        assert found is not None
        assert len(found.body) == kept_pages.MAX_BYTES
