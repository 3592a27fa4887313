"""Housekeeping on each engine: what goes with time, what stays, and what is set free."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.source import DeclaredSource
from feedbot.services.housekeeping import Retention, tidy
from feedbot.storage import articles, categories, chats, deliveries, outbox, sources
from feedbot.storage.database import Connection, Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RETENTION = Retention(articles=365 * DAY, deliveries=90 * DAY, polls=30 * DAY, backlog=2 * DAY)
AWAY, TOPIC = 11, 5


async def seed(connection: Connection) -> None:
    """A chat that follows a category, in general and in a topic of a forum."""
    await sources.reconcile(connection, [DeclaredSource(id="town", title="T", url="https://town.example/")], NOW)
    ids = await categories.ensure(connection, ["News", "Topic"])
    await chats.upsert(connection, AWAY, kind="supergroup", title="", language="en", now=NOW)
    await chats.follow(connection, AWAY, category_id=ids["News"], now=NOW)
    await chats.follow(connection, AWAY, thread_id=TOPIC, category_id=ids["Topic"], now=NOW)


async def publish(connection: Connection, number: int, category: str, at: datetime) -> None:
    draft = Draft(url=f"https://town.example/{number}", title=f"Story {number}")
    entry = judging.judge(judging.keyed([draft], "auto"), []).listed[0]
    article_id = await articles.add(connection, 1, entry, draft, [category], at)
    await deliveries.fan_out(connection, [article_id or 0], reason=None, now=at, due_at=at)


async def held(database: Database) -> list[int]:
    async with database.read() as connection:
        return [row.article_id for row in await deliveries.with_state(connection, "held")]


async def test_a_chat_that_never_comes_back_holds_nothing_for_ever(database: Database) -> None:
    async with database.write() as connection:
        await seed(connection)
        await chats.set_state(connection, AWAY, "suspended", "blocked", NOW)
        await publish(connection, 1, "News", NOW - 91 * DAY)
        await publish(connection, 2, "News", NOW - 89 * DAY)
    assert (await tidy(database, RETENTION, NOW))["deliveries"] == 1
    assert await held(database) == [2]
    patient = Retention(articles=365 * DAY, deliveries=30 * DAY, polls=30 * DAY, backlog=90 * DAY)
    assert (await tidy(database, patient, NOW))["deliveries"] == 0


async def test_what_is_held_for_no_reason_any_more_is_sent(database: Database) -> None:
    """A delivery may be made as held in the same moment in which its chat is resumed."""
    async with database.write() as connection:
        await seed(connection)
        await chats.set_state(connection, AWAY, "paused", None, NOW)
        await publish(connection, 1, "News", NOW)
        await publish(connection, 2, "Topic", NOW)
        await chats.suspend_topic(connection, AWAY, TOPIC, "closed")
    assert (await tidy(database, RETENTION, NOW))["released"] == 0
    async with database.write() as connection:
        await chats.set_state(connection, AWAY, "active", None, NOW)
    assert (await tidy(database, RETENTION, NOW))["released"] == 1
    assert await held(database) == [2]
    async with database.read() as connection:
        assert await outbox.due_chats(connection, NOW) == [AWAY]


async def test_a_clock_that_was_years_ahead_stops_no_source(database: Database) -> None:
    async with database.write() as connection:
        await seed(connection)
        wrong = NOW + 900 * DAY
        await sources.lease_one(connection, "town", "me", wrong)
        state = {"last_poll_at": wrong, "next_poll_at": wrong + DAY, "baseline_at": wrong, "last_success_at": wrong}
        await sources.save_state(connection, 1, "me", state)
    assert (await tidy(database, RETENTION, NOW))["replanned"] == 1
    assert (await tidy(database, RETENTION, NOW))["replanned"] == 0
    async with database.write() as connection:
        [due] = await sources.lease_due(connection, "me", 1, NOW)
    assert due.baseline_at == NOW
