"""The sender's queries, on each engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.deliveries import Delivery, State, Transition
from feedbot.domain.source import DeclaredSource
from feedbot.storage import articles, categories, chats, deliveries, outbox, sources
from feedbot.storage.database import Connection, Database
from feedbot.storage.tables import delivery as table

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ANN, BOB = 11, 22


async def seed(connection: Connection, *, stories: int = 3) -> None:
    """Two chats that follow a category of so many articles, a minute apart; Bob speaks Chinese."""
    await sources.reconcile(connection, [DeclaredSource(id="town", title="Town", url="https://town.example/")], NOW)
    ids = await categories.ensure(connection, ["News"])
    for chat, language in ((ANN, "en"), (BOB, "zh_CN")):
        await chats.upsert(connection, chat, kind="private", title="", language=language, now=NOW)
        await chats.follow(connection, chat, category_id=ids["News"], now=NOW)
    for number in range(stories):
        at = NOW + timedelta(minutes=number)
        draft = Draft(url=f"https://town.example/{number}", title=f"Story {number}")
        entry = judging.judge(judging.keyed([draft], "auto"), []).listed[0]
        article_id = await articles.add(connection, 1, entry, draft, ["News"], at)
        await deliveries.fan_out(connection, [article_id or 0], reason=None, now=at, due_at=at)


async def states(connection: Connection, chat_id: int) -> list[tuple[str, str | None, int, int]]:
    query = select(table.c.state, table.c.reason, table.c.attempts, table.c.repeats).order_by(table.c.id)
    return [tuple(row) for row in await connection.execute(query.where(table.c.chat_id == chat_id))]


async def of(connection: Connection, chat_id: int, each: int = 100) -> list[Delivery]:
    found = await outbox.waiting(connection, [chat_id], each)
    return [one.delivery for one in found.get(chat_id, [])]


async def test_a_chat_is_due_when_its_oldest_open_delivery_is(database: Database) -> None:
    async with database.write() as connection:
        await seed(connection)
        assert await outbox.due_chats(connection, NOW - timedelta(seconds=1)) == []
        assert await outbox.due_chats(connection, NOW) == [ANN, BOB]
        first = (await of(connection, ANN))[0]
        await deliveries.set_state(connection, [first.id], State.SENT)
        assert await outbox.due_chats(connection, NOW) == [BOB]
        assert await outbox.due_chats(connection, NOW + timedelta(minutes=1)) == [BOB, ANN]


async def test_a_parked_or_paused_chat_is_not_due(database: Database) -> None:
    async with database.write() as connection:
        await seed(connection)
        await chats.set_values(connection, ANN, parked_until=NOW + timedelta(seconds=9))
        await chats.set_state(connection, BOB, "paused", None, NOW)
        assert await outbox.due_chats(connection, NOW) == []
        assert await outbox.due_chats(connection, NOW + timedelta(seconds=9)) == [ANN]
        assert await of(connection, BOB) == []


async def test_waiting_deliveries_come_oldest_first_with_category_and_language(database: Database) -> None:
    async with database.write() as connection:
        await seed(connection)
        found = await outbox.waiting(connection, [ANN, BOB], 2)
        assert {chat: [one.delivery.article_id for one in some] for chat, some in found.items()} == {
            ANN: [1, 2],
            BOB: [1, 2],
        }
        assert {one.language for one in found[BOB]} == {"zh_CN"}
        first = found[ANN][0].delivery
        assert first == Delivery(id=first.id, chat_id=ANN, article_id=1, category="News", created_at=NOW)


async def test_only_open_deliveries_are_marked_as_on_their_way(database: Database) -> None:
    async with database.write() as connection:
        await seed(connection)
        one, two, three = (each.id for each in await of(connection, ANN))
        await deliveries.set_state(connection, [two], State.HELD)
        assert await outbox.mark_sending(connection, [one, two, three]) == {one, three}
        assert await outbox.mark_sending(connection, [one]) == set()
        assert [state for state, *_ in await states(connection, ANN)] == ["sending", "held", "sending"]


async def test_what_was_on_its_way_is_recovered_as_unknown_and_counted(database: Database) -> None:
    async with database.write() as connection:
        await seed(connection, stories=1)
        await outbox.mark_sending(connection, [one.id for one in await of(connection, ANN)])
        assert await outbox.recover_sending(connection) == 1
        reason = "the program or the database failed while it was being sent"
        assert await states(connection, ANN) == [("unknown", reason, 1, 1)]
        assert await states(connection, BOB) == [("pending", None, 0, 0)]
        assert await outbox.due_chats(connection, NOW) == [ANN, BOB]


@pytest.mark.parametrize(("repeats", "counted"), [(True, 1), (False, 0)])
async def test_a_failure_is_stored_with_its_reason(database: Database, *, repeats: bool, counted: int) -> None:
    async with database.write() as connection:
        await seed(connection, stories=1)
        (one,) = await of(connection, ANN)
        change = Transition(state=State.UNKNOWN, reason="no answer", attempts=4, repeats=repeats)
        await outbox.apply(connection, [(one, change)])
        assert await states(connection, ANN) == [("unknown", "no answer", 4, counted)]


async def test_a_failure_does_not_reopen_what_another_sender_brought_home(database: Database) -> None:
    async with database.write() as connection:
        await seed(connection, stories=1)
        (one,) = await of(connection, ANN)
        await outbox.mark_sent(connection, [one.id], message_id=7, now=NOW)
        await outbox.apply(connection, [(one, Transition(state=State.PENDING, reason="late", attempts=1))])
        assert await states(connection, ANN) == [("sent", None, 0, 0)]


async def test_a_chat_is_held_whole_and_a_topic_alone(database: Database) -> None:
    async with database.write() as connection:
        await seed(connection)
        one, *_ = await of(connection, ANN)
        await deliveries.set_state(connection, [one.id], State.PENDING, thread_id=5)
        assert await outbox.hold_open(connection, ANN, "closed", 5) == 1
        assert [held.article_id for held in await outbox.held(connection, ANN)] == [1]
        assert await outbox.hold_open(connection, ANN, "blocked") == 2
        assert [held.article_id for held in await outbox.held(connection, ANN)] == [1, 2, 3]
        assert [held.article_id for held in await outbox.held(connection, ANN, 5)] == [1]
        assert [state for state, *_ in await states(connection, BOB)] == ["pending"] * 3


async def test_released_deliveries_are_due_at_once_and_old_ones_are_skipped(database: Database) -> None:
    later = NOW + timedelta(days=3)
    async with database.write() as connection:
        await seed(connection)
        one, two, three = (each.id for each in await of(connection, ANN))
        await outbox.hold_open(connection, ANN, "blocked")
        await outbox.release(connection, recent=[two, three], old=[one], now=later)
        assert await states(connection, ANN) == [
            ("skipped", "older than delivery.backlog_hours", 0, 0),
            ("pending", None, 0, 0),
            ("pending", None, 0, 0),
        ]
        assert await outbox.due_chats(connection, later - timedelta(hours=1)) == [BOB]
