"""Delivering: real SQLite, real aiogram, and a Bot API over HTTP that fails in every way there is."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from feedbot.domain.pacing import Limits, Rate
from feedbot.render.messages import Message
from feedbot.sandbox.server import Injected
from feedbot.services import outcomes
from feedbot.storage import deliveries
from feedbot.storage.database import Database
from services.delivery_rig import PATIENCE, Rig, rig, until


@pytest.fixture
async def town(sqlite: Database) -> AsyncIterator[Rig]:
    async with rig(sqlite) as made:
        yield made


async def test_a_new_article_reaches_every_follower_once_in_the_words_of_each(town: Rig) -> None:
    english, chinese = await town.person("Ann"), await town.person("安", "zh_CN")
    await town.publish("Bridge opened")
    deliverer = town.deliverer(timezone="Asia/Shanghai")
    await town.deliver(deliverer)
    await town.deliver(deliverer)
    (text,) = town.texts(english)
    assert text.splitlines()[:2] == ["Bridge opened", "📂 News › Town"]
    assert text.endswith("The body speaks.")
    assert len(town.texts(chinese)) == 1
    buttons = [town.sandbox.messages(chat)[-1]["reply_markup"]["inline_keyboard"] for chat in (english, chinese)]
    assert [rows[0][0]["text"] for rows in buttons] == ["Read", "阅读原文"]
    ids = [town.sandbox.messages(chat)[-1]["message_id"] for chat in (english, chinese)]
    assert await town.rows("state", "message_id", "repeats") == [("sent", ids[0], 0), ("sent", ids[1], 0)]
    assert (deliverer.counts["messages"], deliverer.counts["sent"]) == (2, 2)


async def test_articles_arrive_in_the_order_in_which_they_were_found(town: Rig) -> None:
    chat = await town.person()
    await town.publish("One", "Two", "Three")
    await town.deliver(town.deliverer(burst=3))
    assert town.titles(chat) == ["One", "Two", "Three"]


async def test_more_than_burst_articles_are_one_message_grouped_by_category(town: Rig) -> None:
    chat = await town.person()
    await town.publish("One", "Two", "Three", "Four")
    deliverer = town.deliverer(burst=3)
    await town.deliver(deliverer)
    assert town.texts(chat) == [
        "🗞 4 new articles\n\n📂 News › Town\n• One\n• Two\n• Three\n• Four",
    ]
    message_id = town.sandbox.messages(chat)[-1]["message_id"]
    assert await town.rows("state", "message_id") == [("sent", message_id)] * 4
    assert (deliverer.counts["messages"], deliverer.counts["sent"]) == (1, 4)


async def test_what_does_not_fit_into_one_grouped_message_goes_into_the_next(town: Rig) -> None:
    chat = await town.person()
    await town.publish(*(f"{number:03} {'long ' * 40}" for number in range(60)))
    await town.deliver(town.deliverer(burst=3))
    numbers = re.findall(r"(\d{3}) long", "\n".join(town.texts(chat)))
    assert numbers == [f"{number:03}" for number in range(60)]
    assert len(town.texts(chat)) < 10
    assert await town.states() == ["sent"] * 60


async def test_two_senders_on_one_database_send_each_message_once(database: Database) -> None:
    """Only one is meant to be active, but a second one that wakes too early must do no harm."""
    async with rig(database) as town:
        people = [await town.person(f"Person {number}") for number in range(20)]
        await town.publish("One", "Two")
        await asyncio.gather(*(town.deliver(town.deliverer()) for _ in range(3)))
        assert [sorted(town.titles(chat)) for chat in people] == [["One", "Two"]] * 20
        assert await town.states() == ["sent"] * 40


async def test_a_flood_limit_parks_that_chat_alone_and_for_exactly_that_time(town: Rig) -> None:
    flooded, other = await town.person("Ann"), await town.person("Bob")
    await town.publish("One", "Two")
    town.sandbox.inject(flooded, "sendMessage", Injected(429, "Too Many Requests: retry after 40", retry_after=40))
    deliverer = town.deliverer()
    before = datetime.now(UTC)
    await town.deliver(deliverer)
    assert (town.titles(flooded), town.titles(other)) == ([], ["One", "Two"])
    assert await town.states(flooded) == ["pending", "pending"]
    parked = (await town.chat(flooded)).parked_until
    assert parked is not None
    assert before + timedelta(seconds=40) <= parked <= datetime.now(UTC) + timedelta(seconds=40)
    assert len(town.sandbox.calls.of("sendMessage", flooded)) == 1
    assert deliverer.counts["floods"] == 1
    await town.unpark()
    await town.deliver(town.deliverer())
    assert town.titles(flooded) == ["One", "Two"]


async def test_a_chat_that_blocked_the_bot_is_suspended_and_keeps_its_deliveries(town: Rig) -> None:
    gone, other = await town.person("Ann"), await town.person("Bob")
    town.sandbox.block(gone)
    await town.publish("One", "Two")
    await town.deliver(town.deliverer())
    assert town.titles(other) == ["One", "Two"]
    chat = await town.chat(gone)
    assert (chat.state, chat.state_reason) == ("suspended", "Forbidden: bot was blocked by the user")
    assert await town.rows("state", "reason", chat_id=gone) == [("held", "Forbidden: bot was blocked by the user")] * 2
    assert len(town.sandbox.calls.of("sendMessage", gone)) == 1


async def test_a_chat_that_comes_back_gets_what_is_recent_and_the_rest_is_skipped(town: Rig) -> None:
    chat = await town.person()
    town.sandbox.block(chat)
    await town.publish("Old", hours_ago=47)
    await town.publish("New")
    await town.deliver(town.deliverer())
    town.sandbox.unblock(chat)
    back = datetime.now(UTC) + timedelta(hours=2)
    assert await outcomes.resume_chat(town.database, chat, backlog_hours=48, now=back) == (1, 1)
    assert await town.rows("state", "reason") == [
        ("skipped", "older than delivery.backlog_hours"),
        ("pending", None),
    ]
    assert (await town.chat(chat)).state == "active"


async def test_a_delivery_that_waited_too_long_is_skipped_with_its_reason(town: Rig) -> None:
    chat = await town.person()
    await town.publish("Old", hours_ago=49)
    await town.publish("New")
    deliverer = town.deliverer()
    await town.deliver(deliverer)
    assert town.titles(chat) == ["New"]
    assert await town.rows("state", "reason") == [("skipped", "older than delivery.backlog_hours"), ("sent", None)]
    assert deliverer.counts["skipped"] == 1


async def test_a_refused_message_is_sent_as_plain_text(town: Rig) -> None:
    chat = await town.person()
    await town.publish("One & two", "Three")
    town.sandbox.inject(chat, "sendMessage", Injected(400, "Bad Request: can't parse entities: whatever"))
    await town.deliver(town.deliverer())
    assert town.titles(chat) == ["One & two", "Three"]
    first, second = (one for one in town.sandbox.messages(chat) if one["from"]["is_bot"])
    assert first["text"].endswith("https://town.example/1")
    assert "reply_markup" not in first
    assert "reply_markup" in second
    assert await town.states() == ["sent", "sent"]


async def test_a_message_that_is_refused_as_plain_text_too_fails_alone(town: Rig) -> None:
    chat, other = await town.person("Ann"), await town.person("Bob")
    await town.publish("One", "Two")
    town.sandbox.inject(chat, "sendMessage", Injected(400, "Bad Request: message is odd"), 2)
    deliverer = town.deliverer()
    await town.deliver(deliverer)
    assert (town.titles(chat), town.titles(other)) == (["Two"], ["One", "Two"])
    assert await town.rows("state", "reason", chat_id=chat) == [
        ("failed", "Bad Request: message is odd"),
        ("sent", None),
    ]
    assert deliverer.counts["failed"] == 1


async def test_an_article_that_no_message_can_be_made_of_is_sent_as_title_and_address(town: Rig) -> None:
    chat = await town.person()
    await town.publish("One & two", "Three")
    await town.deliver(town.deliverer(timezone="No/Where"))
    assert town.texts(chat) == ["One & two\nhttps://town.example/1", "Three\nhttps://town.example/2"]


async def test_a_failing_server_is_asked_again_and_nothing_is_lost_or_repeated(town: Rig) -> None:
    chat = await town.person()
    await town.publish("One", "Two")
    town.sandbox.inject(chat, "sendMessage", Injected(502, "Bad Gateway"))
    deliverer = town.deliverer()
    await town.deliver(deliverer)
    assert town.titles(chat) == []
    assert await town.rows("state", "reason") == [("pending", "Bad Gateway"), ("pending", None)]
    await town.unpark()
    await town.deliver(town.deliverer())
    assert town.titles(chat) == ["One", "Two"]
    assert await town.rows("state", "repeats") == [("sent", 0), ("sent", 0)]


async def test_an_outage_stops_the_bot_raises_the_alarm_and_ends_with_the_first_answer(town: Rig) -> None:
    for name in ("Ann", "Bob", "Cem"):
        await town.person(name)
    await town.publish("One")
    town.sandbox.inject(None, "sendMessage", Injected(503, "Service Unavailable"), 3)
    deliverer = town.deliverer()
    at = time.monotonic()
    await deliverer.tick(datetime.now(UTC), at)
    await deliverer.settle()
    assert deliverer.alarm == "Telegram cannot be reached: Service Unavailable"
    await town.unpark()
    deliverer.wake()
    await deliverer.tick(datetime.now(UTC), at)
    assert deliverer.in_flight == 0
    await deliverer.tick(datetime.now(UTC) + timedelta(seconds=5), at + 5)
    await deliverer.settle()
    assert deliverer.alarm is None
    assert await town.states() == ["sent", "sent", "sent"]


async def test_a_connection_that_breaks_after_the_message_was_accepted_repeats_it_and_counts_it(town: Rig) -> None:
    chat, other = await town.person("Ann"), await town.person("Bob")
    await town.publish("One", "Two")
    town.sandbox.inject(chat, "sendMessage", Injected(drop=True, accept=True))
    deliverer = town.deliverer()
    await town.deliver(deliverer)
    assert (town.titles(chat), town.titles(other)) == (["One"], ["One", "Two"])
    assert await town.rows("state", "attempts", chat_id=chat) == [("unknown", 1), ("pending", 0)]
    await town.unpark()
    again = town.deliverer()
    await town.deliver(again)
    assert town.titles(chat) == ["One", "One", "Two"]
    assert await town.rows("state", "repeats", chat_id=chat) == [("sent", 1), ("sent", 0)]
    assert (again.counts["repeats"], again.counts["sent"]) == (1, 2)


async def test_a_group_that_became_a_supergroup_goes_on_under_its_new_id(town: Rig) -> None:
    old = await town.group()
    new = town.sandbox.migrate(old)
    await town.publish("One")
    await town.deliver(town.deliverer())
    assert town.titles(new) == ["One"]
    assert await town.rows("chat_id", "state") == [(new, "sent")]
    assert (await town.chat(new)).kind == "supergroup"


async def test_a_closed_topic_is_suspended_and_the_rest_of_the_forum_goes_on(town: Rig) -> None:
    forum = await town.group(is_forum=True)
    await town.publish("For all")
    await town.deliver(town.deliverer())
    topic = town.sandbox.open_topic(forum, "Roads")
    town.sandbox.close_topic(forum, topic)
    await town.publish("For the topic", "For all again")
    async with town.database.write() as connection:
        await deliveries.set_state(connection, [2], "pending", thread_id=topic)
    await town.deliver(town.deliverer())
    assert await town.rows("state", "reason") == [
        ("sent", None),
        ("held", "Bad Request: TOPIC_CLOSED"),
        ("sent", None),
    ]
    assert (await town.chat(forum)).state == "active"
    now = datetime.now(UTC)
    town.sandbox.reopen_topic(forum, topic)
    assert await outcomes.resume_topic(town.database, forum, topic, backlog_hours=48, now=now) == (1, 0)
    await town.deliver(town.deliverer())
    assert town.titles(forum) == ["For all", "For all again", "For the topic"]
    assert town.sandbox.messages(forum)[-1]["message_thread_id"] == topic


async def test_a_refused_token_stops_all_sending_and_costs_no_delivery(town: Rig) -> None:
    await town.person("Ann")
    await town.publish("One", "Two")
    town.sandbox.inject(None, "sendMessage", Injected(401, "Unauthorized"))
    deliverer = town.deliverer()
    await town.deliver(deliverer)
    assert deliverer.alarm == "Telegram refuses the bot's token: Unauthorized"
    assert await town.states() == ["pending", "pending"]
    assert len(town.sandbox.calls.of("sendMessage")) == 1


async def test_what_was_on_its_way_when_the_program_was_killed_is_sent_again_and_counted(town: Rig) -> None:
    chat = await town.person()
    await town.publish("One", "Two")
    async with town.database.write() as connection:
        await deliveries.set_state(connection, [1], "sending")
    deliverer = town.deliverer()
    assert await deliverer.recover() == 1
    assert await town.rows("state", "attempts") == [("unknown", 1), ("pending", 0)]
    await town.deliver(deliverer)
    assert town.titles(chat) == ["One", "Two"]
    assert await town.rows("state", "repeats") == [("sent", 1), ("sent", 0)]


async def test_what_a_fault_of_the_database_left_on_its_way_is_sent_without_a_restart(town: Rig) -> None:
    """A claim may be stored although the answer to its commit was lost; what is really on its way stays alone."""
    slow, chat = await town.person("Slow"), await town.person()
    await town.publish("One")
    town.sandbox.inject(slow, "sendMessage", Injected(200, delay=1.0))
    deliverer = town.deliverer()
    running = asyncio.create_task(deliverer.run())
    await until(lambda: town.titles(chat) == ["One"])
    await town.publish("Two")
    async with town.database.write() as connection:
        lost = [row for row in await deliveries.with_state(connection, "pending") if row.chat_id == chat]
        await deliveries.set_state(connection, [row.id for row in lost], "sending")
        await connection.execute(text("ALTER TABLE chat RENAME TO chat_away"))
    with capture_logs() as logged:
        deliverer.wake()
        await until(lambda: any(one["event"] == "delivering_failed" for one in logged))
    async with town.database.write() as connection:
        await connection.execute(text("ALTER TABLE chat_away RENAME TO chat"))
    deliverer.wake()
    await until(lambda: town.titles(chat) == ["One", "Two"] and town.titles(slow) == ["One", "Two"])
    await deliverer.stop()
    await running
    assert deliverer.counts["recovered"] == 1


async def test_a_slow_chat_does_not_stop_the_others(town: Rig) -> None:
    slow = await town.person("Slow")
    quick = [await town.person(f"Quick {number}") for number in range(5)]
    await town.publish("One", "Two")
    town.sandbox.inject(slow, "sendMessage", Injected(drop=True, delay=PATIENCE))
    running = asyncio.create_task(town.deliverer().run())
    await until(lambda: all(town.titles(chat) == ["One", "Two"] for chat in quick))
    assert town.titles(slow) == []
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_stop_lets_the_message_on_its_way_arrive_and_stores_it(town: Rig) -> None:
    chat = await town.person()
    await town.publish("One", "Two")
    town.sandbox.inject(chat, "sendMessage", Injected(200, delay=0.3))
    deliverer = town.deliverer()
    running = asyncio.create_task(deliverer.run())
    await until(lambda: deliverer.in_flight)
    await deliverer.stop()
    await running
    assert town.titles(chat) == ["One"]
    assert await town.states() == ["sent", "pending"]


async def test_a_stop_at_any_moment_leaves_each_delivery_sent_or_open(town: Rig) -> None:
    chat = await town.person()
    for moment in range(0, 120, 6):
        await town.publish("One")
        deliverer = town.deliverer(burst=100)
        running = asyncio.create_task(deliverer.run())
        for _ in range(moment):
            await asyncio.sleep(0)
        await deliverer.stop()
        await running
        assert deliverer.in_flight == 0
        assert set(await town.states()) <= {"sent", "pending"}
    assert len(town.texts(chat)) == (await town.states()).count("sent")


async def test_chats_take_turns_however_much_one_of_them_has_to_get(town: Rig) -> None:
    greedy = await town.person("Greedy")
    await town.publish("One", "Two", "Three", hours_ago=1)
    modest = await town.person("Modest")
    await town.publish("Four")
    deliverer = town.deliverer(burst=50, limits=Limits(bot=Rate(1, 1.0), slack=0.0))
    now, at = datetime.now(UTC), time.monotonic()
    order = []
    for second in range(4):
        before = {chat: len(town.texts(chat)) for chat in (greedy, modest)}
        deliverer.wake()
        await deliverer.tick(now, at + 10 * second)
        await deliverer.settle()
        order += [chat for chat in (greedy, modest) if len(town.texts(chat)) > before[chat]]
    assert order == [greedy, modest, greedy, greedy]


async def test_a_stop_does_not_wait_for_a_server_that_does_not_answer(town: Rig) -> None:
    chat = await town.person()
    await town.publish("One")
    town.sandbox.inject(chat, "sendMessage", Injected(200, delay=PATIENCE))
    deliverer = town.deliverer()
    running = asyncio.create_task(deliverer.run())
    await until(lambda: deliverer.in_flight)
    begun = time.monotonic()
    await deliverer.stop()
    await running
    assert time.monotonic() - begun < 3.0
    assert await town.states() == ["sending"]


async def test_telegrams_limits_are_used_up_and_never_hit(sqlite: Database) -> None:
    async with rig(sqlite, limits=True) as town:
        people = [await town.person(f"Person {number}") for number in range(50)]
        await town.publish("One")
        deliverer = town.deliverer(limits=Limits())
        begun = time.monotonic()
        running = asyncio.create_task(deliverer.run())
        await until(lambda: all(town.titles(chat) for chat in people))
        taken = time.monotonic() - begun
        await deliverer.stop()
        await running
        assert town.sandbox.calls.flooded == 0
        # 30 in each window.
        assert taken < 50 / 30 + 3.0


async def test_answers_to_people_count_for_the_limits_of_their_chat(town: Rig) -> None:
    talking, silent = await town.person("Ann"), await town.person("Bob")
    deliverer = town.deliverer(limits=Limits(chat=Rate(1, 60.0)))
    await town.sender.send(talking, Message("You asked."))
    await town.publish("One")
    await town.deliver(deliverer)
    assert (town.titles(talking), town.titles(silent)) == (["You asked."], ["One"])


async def test_a_deliverer_that_runs_sends_a_new_article_as_soon_as_it_is_told(town: Rig) -> None:
    chat = await town.person()
    deliverer = town.deliverer(limits=Limits(bot=Rate(1000, 1.0)))
    running = asyncio.create_task(deliverer.run())
    await town.publish("One")
    deliverer.wake()
    await until(lambda: town.titles(chat) == ["One"])
    await deliverer.stop()
    await running
