"""Chats on each engine: what survives when a group becomes a supergroup."""

from __future__ import annotations

from datetime import UTC, datetime

from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.source import DeclaredSource
from feedbot.storage import articles, categories, chats, deliveries, sources
from feedbot.storage.database import Connection, Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
GROUP, SUPERGROUP = -5, -1005


async def follow(connection: Connection, chat_id: int, *paths: str) -> None:
    ids = await categories.ensure(connection, paths)
    await chats.upsert(connection, chat_id, kind="group", title="", language="en", now=NOW)
    for path in paths:
        await chats.follow(connection, chat_id, category_id=ids[path], now=NOW)


async def publish(connection: Connection, number: int) -> None:
    draft = Draft(url=f"https://town.example/{number}", title=f"Story {number}")
    entry = judging.judge(judging.keyed([draft], "auto"), []).listed[0]
    article_id = await articles.add(connection, 1, entry, draft, ["News"], NOW)
    await deliveries.fan_out(connection, [article_id or 0], reason=None, now=NOW, due_at=NOW)


async def followed(connection: Connection, chat_id: int) -> list[str]:
    return [one.label for one in await chats.subscriptions(connection, chat_id)]


async def owed(connection: Connection) -> list[tuple[int, int]]:
    return [(row.chat_id, row.article_id) for row in await deliveries.with_state(connection, "pending")]


async def test_a_migration_that_is_told_twice_costs_nothing(database: Database) -> None:
    async with database.write() as connection:
        await sources.reconcile(connection, [DeclaredSource(id="town", title="T", url="https://town.example/")], NOW)
        await follow(connection, GROUP, "News")
        await publish(connection, 1)
        await chats.migrate(connection, GROUP, SUPERGROUP)
        await chats.migrate(connection, GROUP, SUPERGROUP)
        assert await followed(connection, SUPERGROUP) == ["News"]
        assert await owed(connection) == [(SUPERGROUP, 1)]


async def test_a_supergroup_that_spoke_first_keeps_what_both_chose_and_are_owed(database: Database) -> None:
    async with database.write() as connection:
        await sources.reconcile(connection, [DeclaredSource(id="town", title="T", url="https://town.example/")], NOW)
        await follow(connection, GROUP, "News", "Town")
        await publish(connection, 1)
        await follow(connection, SUPERGROUP, "News", "Sport")
        await publish(connection, 2)  # owed to both
        await chats.set_values(connection, GROUP, allowed=True)
        await chats.migrate(connection, GROUP, SUPERGROUP)
        assert await chats.get(connection, GROUP) is None
        assert sorted(await followed(connection, SUPERGROUP)) == ["News", "Sport", "Town"]
        assert sorted(await owed(connection)) == [(SUPERGROUP, 1), (SUPERGROUP, 2)]
        stored = await chats.get(connection, SUPERGROUP)
        assert stored is not None
        assert stored.allowed


async def test_a_group_that_paused_stays_paused_as_a_supergroup(database: Database) -> None:
    async with database.write() as connection:
        await follow(connection, GROUP, "News")
        await chats.set_state(connection, GROUP, "paused", None, NOW)
        await follow(connection, SUPERGROUP)
        await chats.migrate(connection, GROUP, SUPERGROUP)
        stored = await chats.get(connection, SUPERGROUP)
        assert stored is not None
        assert stored.state == "paused"
