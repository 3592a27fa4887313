"""A database with sources and articles, for the tests of the feeds."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from feedbot.domain import identity
from feedbot.domain.article import Draft
from feedbot.domain.judging import Listed, keyed
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.render.links import SitePresentation
from feedbot.storage import articles, sources
from feedbot.storage.database import Database
from feedbot.storage.upgrading import upgrade

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CATEGORY = "城事资讯/安源区政府"
SITE = SitePresentation(title="Town news", description="All of it", base_url="https://news.example", language="zh-CN")
ANYUAN = DeclaredSource(
    id="anyuan", title="安源区政府", url="https://portal.example/8", options=SourceOptions(categories=(CATEGORY,))
)
BLOG = DeclaredSource(id="blog", title="Blog", url="https://blog.example/?token=s3cret")


def draft(number: int, **values: Any) -> Draft:
    """A story whose fields `values` replaces."""
    made = Draft(
        url=f"https://portal.example/{number}",
        title=f"Story {number}",
        published=NOW - timedelta(hours=1, minutes=-number),
        summary=f"Summary {number}.",
        body_html=f"<p>Body {number}.</p>",
    )
    return replace(made, **values)


@cache
def _empty_database() -> bytes:
    """The file of a database at the newest schema; made once, since migrating takes longer than most tests."""

    async def make(file: Path) -> None:
        made = Database(f"sqlite:///{file}")
        await upgrade(made)
        await made.close()

    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
        file = Path(folder) / "feedbot.db"
        pool.submit(asyncio.run, make(file)).result()
        return file.read_bytes()


def open_database(folder: Path) -> Database:
    """A new SQLite database in the folder, as file `feedbot.db`."""
    file = folder / "feedbot.db"
    file.write_bytes(_empty_database())
    return Database(f"sqlite:///{file}")


async def declare(database: Database, *declared: DeclaredSource, at: datetime = NOW - timedelta(days=1)) -> None:
    """Makes these the declared sources."""
    async with database.write() as connection:
        await sources.reconcile(connection, declared, at)


async def store(
    database: Database, source_id: str, *drafts: Draft, categories: tuple[str, ...] = (), at: datetime = NOW
) -> None:
    """Stores the stories, new or changed, as a poll does."""
    async with database.write() as connection:
        source = await sources.get(connection, source_id)
        assert source
        found = keyed(drafts, "auto")
        known = {entry.key: entry for entry in await articles.known(connection, source.number, found)}
        for key, one in found.items():
            entry = Listed(key, one, known.get(key))
            if entry.known:
                await articles.revise(connection, entry, one, categories, at)
            else:
                await articles.add(connection, source.number, entry, one, categories, at)


def key_of(one: Draft) -> bytes:
    """The key under which the story is stored."""
    return identity.article_key(one)
