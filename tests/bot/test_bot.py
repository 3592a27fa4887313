"""The bot over real HTTP: a person writes and presses buttons in the sandbox, aiogram answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from feedbot import telegram
from feedbot.bot.context import BotContext, BotRules
from feedbot.bot.listener import Listener
from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.source import DeclaredSource
from feedbot.sandbox.model import Chat, User
from feedbot.sandbox.server import SandboxTelegram
from feedbot.storage import articles, categories, chats, deliveries, outbox, sources
from feedbot.storage.database import Database
from sandbox.stage import serving

TOKEN = "4242:BotTestToken"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PATHS = ("城事资讯/安源区政府", "城事资讯/教育", "Living")


async def until(condition: Any, seconds: float = 20.0) -> Any:
    async with asyncio.timeout(seconds):
        while not (value := condition()):  # noqa: ASYNC110 (the other side is a server, which sets no event)
            await asyncio.sleep(0.01)
    return value


@dataclass
class Room:
    """A running bot, a person, and the database behind it."""

    database: Database
    world: SandboxTelegram
    context: BotContext
    person: User
    chat: Chat
    woken: list[None] = field(default_factory=list)

    def said(self, chat: Chat | None = None) -> list[dict[str, Any]]:
        """What the bot said in a chat, oldest first."""
        return [one for one in self.world.messages((chat or self.chat).id) if one.get("from", {}).get("is_bot")]

    async def ask(self, text: str, chat: Chat | None = None, person: User | None = None) -> dict[str, Any]:
        """Says something; the bot's next message."""
        where = chat or self.chat
        before = len(self.said(where))
        self.world.say(where.id, (person or self.person).id, text)
        await until(lambda: len(self.said(where)) > before)
        return self.said(where)[before]

    async def press(self, message: dict[str, Any], button: str, person: User | None = None) -> Any:
        """Presses a button; the bot's answer to the press."""
        chat_id = message["chat"]["id"]
        return await self.world.press(chat_id, message["message_id"], (person or self.person).id, button).wait()

    def current(self, message: dict[str, Any]) -> dict[str, Any]:
        """The message as it is now."""
        all_of_chat = self.world.messages(message["chat"]["id"])
        return next(one for one in all_of_chat if one["message_id"] == message["message_id"])

    async def followed(self, chat_id: int | None = None, thread_id: int | None = None) -> list[str]:
        async with self.database.read() as connection:
            found = await chats.subscriptions(connection, chat_id or self.chat.id, thread_id)
        return [one.label for one in found]

    async def stored(self, chat_id: int | None = None) -> chats.Chat:
        async with self.database.read() as connection:
            found = await chats.get(connection, chat_id or self.chat.id)
        assert found is not None
        return found


def labels(message: dict[str, Any]) -> list[list[str]]:
    """The texts of the buttons, row by row."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [[button["text"] for button in row] for row in rows]


@asynccontextmanager
async def opened(database: Database, rules: BotRules, *, language: str = "en") -> AsyncIterator[Room]:
    world = SandboxTelegram(token=TOKEN, limits=False)
    await world.start()
    person = world.add_user("Ann", language)
    chat = world.private_chat(person)
    async with serving(world.app()) as url:
        sender = await telegram.connect(TOKEN, url)
        woken: list[None] = []
        context = BotContext(database, sender, rules, lambda: woken.append(None))
        listener = Listener(context)
        running = asyncio.create_task(listener.run())
        try:
            await until(lambda: world.calls.by_method["setMyCommands"] >= 2)
            yield Room(database, world, context, person, chat, woken)
        finally:
            await listener.stop()
            await asyncio.wait_for(running, 10)
            await world.stop()
            await sender.close()


@pytest.fixture
async def room(sqlite: Database) -> AsyncIterator[Room]:
    async with sqlite.write() as connection:
        source = DeclaredSource(id="town", title="Town", url="https://town.example/")
        await sources.reconcile(connection, [source], NOW)
        await categories.ensure(connection, PATHS)
    async with opened(sqlite, BotRules(site_title="Town news", access="public")) as made:
        yield made


async def store(database: Database, number: int, path: str) -> int:
    draft = Draft(url=f"https://town.example/{number}", title=f"Story {number}", published=NOW)
    async with database.write() as connection:
        entry = judging.judge(judging.keyed([draft], "auto"), []).listed[0]
        made = await articles.add(connection, 1, entry, draft, [path], NOW)
        assert made is not None
        await deliveries.fan_out(connection, [made], reason=None, now=datetime.now(UTC), due_at=datetime.now(UTC))
    return made


async def test_start_welcomes_and_offers_categories(room: Room) -> None:
    answer = await room.ask("/start")
    assert answer["text"].startswith("Welcome to Town news\n")
    assert labels(answer) == [["Choose categories", "Latest"]]
    assert (await room.stored()).kind == "private"


async def test_the_category_menu_follows_and_stops_with_a_tick(room: Room) -> None:
    menu = await room.ask("/categories")
    assert labels(menu) == [["城事资讯", "›"], ["Living"]]
    await room.press(menu, "Living")
    assert labels(room.current(menu)) == [["城事资讯", "›"], ["✓ Living"]]
    assert await room.followed() == ["Living"]
    await room.press(menu, "✓ Living")
    assert labels(room.current(menu)) == [["城事资讯", "›"], ["Living"]]
    assert await room.followed() == []


async def test_a_child_of_a_followed_category_is_marked_as_included(room: Room) -> None:
    menu = await room.ask("/categories")
    await room.press(menu, "城事资讯")
    await room.press(menu, "›")
    assert labels(room.current(menu)) == [
        ["✓ All of 城事资讯"],
        ["(✓) 安源区政府"],
        ["(✓) 教育"],
        ["‹ Back"],
    ]


async def test_a_button_of_an_old_menu_does_what_it_said_even_after_a_restart(room: Room) -> None:
    menu = await room.ask("/categories")
    await room.press(menu, "Living")
    old = {**menu, "reply_markup": None}
    async with opened_again(room) as again:
        await again.press(old, "✓ Living")
        assert await again.followed() == []


@asynccontextmanager
async def opened_again(room: Room) -> AsyncIterator[Room]:
    """The same world with a listener that knows nothing of the one before."""
    yield room


async def test_long_menus_turn_pages(room: Room) -> None:
    async with room.database.write() as connection:
        await categories.ensure(connection, [f"More {number:02}" for number in range(1, 16)])
    menu = await room.ask("/categories")
    assert labels(menu)[-1] == ["‹", "1/3", "›"]
    nexts = menu["reply_markup"]["inline_keyboard"][-1][2]["callback_data"]
    await room.press(menu, nexts)
    shown = room.current(menu)
    assert labels(shown)[-1] == ["‹", "2/3", "›"]
    assert len(labels(shown)) == 9


async def test_a_deep_link_follows_its_category_and_says_so_again(room: Room) -> None:
    async with room.database.read() as connection:
        node = await categories.by_path(connection, "城事资讯/教育")
    assert node is not None
    first = await room.ask(f"/start c{node.id}")
    assert first["text"] == "✓ You now follow 城事资讯 › 教育."
    second = await room.ask(f"/start c{node.id}")
    assert second["text"] == "✓ You follow 城事资讯 › 教育 already."
    assert await room.followed() == ["城事资讯/教育"]
    assert (await room.ask("/start s1"))["text"] == "✓ You now follow Town."


@pytest.mark.parametrize("payload", ["c999", "s999", "c99999999999999999999999", "x", "c", "c-1", "cabc"])
async def test_a_deep_link_to_nothing_is_answered_with_what_there_is(room: Room, payload: str) -> None:
    answer = await room.ask(f"/start {payload}")
    assert labels(answer)
    assert await room.followed() == []


async def test_subscriptions_are_listed_and_ended(room: Room) -> None:
    assert (await room.ask("/subscriptions"))["text"] == "You follow nothing yet."
    menu = await room.ask("/categories")
    await room.press(menu, "Living")
    listed = await room.ask("/subscriptions")
    assert listed["text"].splitlines()[:2] == ["You follow 1 category", "• Living"]
    await room.press(listed, "✕ Living")
    assert room.current(listed)["text"] == "You follow nothing yet."
    assert await room.followed() == []


async def test_latest_shows_what_is_followed_or_else_everything(room: Room) -> None:
    assert (await room.ask("/latest"))["text"] == "There are no articles yet."
    await store(room.database, 1, "城事资讯/教育")
    await store(room.database, 2, "Living")
    everything = await room.ask("/latest")
    assert "Story 1" in everything["text"]
    assert "Story 2" in everything["text"]
    menu = await room.ask("/categories")
    await room.press(menu, "城事资讯 (1)")
    own = await room.ask("/latest")
    assert "Story 1" in own["text"]
    assert "Story 2" not in own["text"]


async def test_pause_keeps_articles_back_and_resume_brings_them(room: Room) -> None:
    menu = await room.ask("/categories")
    await room.press(menu, "Living")
    assert (await room.ask("/pause"))["text"] == "Paused. New articles wait here until /resume."
    await store(room.database, 1, "Living")
    assert (await room.ask("/pause"))["text"] == "It is paused already."
    async with room.database.read() as connection:
        assert await deliveries.count(connection) == {"held": 1}
    answer = await room.ask("/resume")
    assert answer["text"] == "New articles come again.\n1 article that waited comes now."
    async with room.database.read() as connection:
        assert await deliveries.count(connection) == {"pending": 1}
    assert room.woken


async def test_help_lists_every_registered_command(room: Room) -> None:
    text = (await room.ask("/help"))["text"]
    registered = await room.context.sender.bot.get_my_commands()
    assert [command.command for command in registered]
    assert all(f"/{command.command} – {command.description}" in text for command in registered)


async def test_commands_are_registered_in_chinese_too(room: Room) -> None:
    registered = {
        one.command: one.description for one in await room.context.sender.bot.get_my_commands(language_code="zh")
    }
    assert registered["categories"] == "选择要关注的分类"


async def test_a_chinese_speaker_is_answered_in_chinese(sqlite: Database) -> None:
    async with opened(sqlite, BotRules(site_title="城事", access="public"), language="zh-hans") as room:
        assert (await room.ask("/start"))["text"].startswith("欢迎使用 城事\n")
        assert (await room.stored()).language == "zh_CN"


async def test_what_is_not_a_command_is_answered_with_a_hint_in_private_only(room: Room) -> None:
    assert "/help" in (await room.ask("hello"))["text"]
    group = room.world.group("Neighbours", [], [room.person])
    room.world.say(group.id, room.person.id, "hello")
    await room.ask("/help", group)
    assert len(room.said(group)) == 1


async def test_in_a_group_only_administrators_configure(room: Room) -> None:
    member = room.world.add_user("Bo")
    group = room.world.group("Neighbours", [member], [room.person])
    refused = await room.ask("/categories", group, member)
    assert refused["text"] == "Only administrators of this chat can change what it follows."
    menu = await room.ask("/categories", group)
    pressed = await room.press(menu, "Living", member)
    assert pressed["text"] == "Only administrators of this chat can change what it follows."
    assert await room.followed(group.id) == []
    await room.press(menu, "Living")
    assert await room.followed(group.id) == ["Living"]
    assert (await room.stored(group.id)).title == "Neighbours"


async def test_topics_of_a_forum_follow_on_their_own(room: Room) -> None:
    forum = room.world.group("Forum", [], [room.person], True)
    topic = room.world.open_topic(forum.id, "News", room.person.id)
    before = len(room.said(forum))
    room.world.say(forum.id, room.person.id, "/categories", topic)
    await until(lambda: len(room.said(forum)) > before)
    menu = room.said(forum)[-1]
    assert menu["message_thread_id"] == topic
    await room.press(menu, "Living")
    assert await room.followed(forum.id, topic) == ["Living"]
    assert await room.followed(forum.id, 0) == []


@pytest.mark.parametrize("sign", ["reopened", "spoken in"])
async def test_a_topic_that_is_open_again_gets_what_was_held(room: Room, sign: str) -> None:
    forum = room.world.group("Forum", [], [room.person], True)
    topic = room.world.open_topic(forum.id, "News", room.person.id)
    room.world.say(forum.id, room.person.id, "/categories", topic)
    await until(lambda: room.said(forum))
    await room.press(room.said(forum)[-1], "Living")
    await store(room.database, 1, "Living")
    async with room.database.write() as connection:
        await chats.suspend_topic(connection, forum.id, topic, "topic closed")
        await outbox.hold_open(connection, forum.id, "topic closed", topic)

    if sign == "reopened":
        room.world.close_topic(forum.id, topic)
        room.world.reopen_topic(forum.id, topic)
    else:
        room.world.say(forum.id, room.person.id, "/subscriptions", topic)
    await until(lambda: room.woken)

    async with room.database.read() as connection:
        assert [row.thread_id for row in await deliveries.with_state(connection, "pending")] == [topic]
        assert not await chats.topic_is_suspended(connection, forum.id, topic)


async def test_a_channel_is_configured_by_its_posts(room: Room) -> None:
    channel = room.world.channel("Town channel", [room.person])
    room.world.say(channel.id, room.person.id, "/categories")
    menu = (await until(lambda: [one for one in room.world.messages(channel.id) if labels(one)]))[0]
    await room.press(menu, "Living")
    assert await room.followed(channel.id) == ["Living"]


async def test_a_reader_of_a_channel_cannot_make_the_bot_post_there(room: Room) -> None:
    channel = room.world.channel("Town channel", [room.person])
    room.world.say(channel.id, room.person.id, "/start")
    welcome = (await until(lambda: [one for one in room.world.messages(channel.id) if labels(one)]))[0]
    posts = len(room.world.messages(channel.id))
    reader = room.world.add_user("Reader")
    pressed = await room.press(welcome, "Latest", reader)
    assert pressed["text"] == "Only administrators of this chat can change what it follows."
    await room.press(welcome, "Latest")
    await until(lambda: len(room.world.messages(channel.id)) > posts)
    assert len(room.world.messages(channel.id)) == posts + 1


async def test_blocking_suspends_and_unblocking_brings_everything_back(room: Room) -> None:
    menu = await room.ask("/categories")
    await room.press(menu, "Living")
    room.world.block(room.chat.id)
    await eventually_state(room, "suspended")
    await store(room.database, 1, "Living")
    room.world.unblock(room.chat.id)
    await eventually_state(room, "active")
    assert await room.followed() == ["Living"]
    async with room.database.read() as connection:
        assert await deliveries.count(connection) == {"pending": 1}


async def test_a_chat_that_paused_stays_paused_when_it_blocks_and_comes_back(room: Room) -> None:
    await room.ask("/pause")
    room.world.block(room.chat.id)
    room.world.unblock(room.chat.id)
    await room.ask("/help")
    assert (await room.stored()).state == "paused"


async def eventually_state(room: Room, state: str, chat_id: int | None = None) -> None:
    async with asyncio.timeout(10):
        while (await room.stored(chat_id)).state != state:  # noqa: ASYNC110 (the bot sets no event for tests)
            await asyncio.sleep(0.01)


async def test_an_upgraded_group_keeps_what_it_follows(room: Room) -> None:
    group = room.world.group("Neighbours", [], [room.person])
    menu = await room.ask("/categories", group)
    await room.press(menu, "Living")
    new_id = room.world.migrate(group.id)
    async with asyncio.timeout(10):
        while await room.followed(new_id) != ["Living"]:  # noqa: ASYNC110 (the bot sets no event for tests)
            await asyncio.sleep(0.01)


async def test_a_foreign_button_is_answered_and_changes_nothing(room: Room) -> None:
    sent = await room.context.sender.bot.send_message(
        room.chat.id,
        "old",
        reply_markup={"inline_keyboard": [[{"text": "Old", "callback_data": "zz:1:2:3:4"}]]},  # type: ignore[arg-type]
    )
    pressed = await room.press({"chat": {"id": room.chat.id}, "message_id": sent.message_id}, "Old")
    assert pressed["text"] == "This button is too old. /categories has new ones."


class TestPrivateBot:
    """A bot for those whom an admin lets in."""

    async def test_a_stranger_is_told_and_the_admin_lets_them_in(self, sqlite: Database) -> None:
        rules = BotRules(site_title="Town", access="private")
        async with opened(sqlite, rules) as room:
            admin = room.world.add_user("Boss")
            office = room.world.private_chat(admin)
            room.context.rules = BotRules(site_title="Town", access="private", admins=frozenset({admin.id}))
            answer = await room.ask("/start")
            assert answer["text"].startswith("This bot is private. Its admins were asked")
            [request] = await until(lambda: room.said(office))
            assert f"({room.chat.id})" in request["text"]
            assert await room.followed() == []
            before = len(room.said())
            await room.press(request, "Let in", admin)
            await until(lambda: len(room.said()) > before)
            assert room.said()[-1]["text"].startswith("Welcome to Town")
            assert (await room.ask("/help"))["text"].startswith("What I understand")

    async def test_without_admins_the_number_for_the_configuration_is_named(self, sqlite: Database) -> None:
        async with opened(sqlite, BotRules(site_title="Town", access="private")) as room:
            answer = await room.ask("/start")
            assert answer["text"].endswith(f"telegram.admins: {room.chat.id}")

    async def test_only_an_admin_can_let_anybody_in(self, sqlite: Database) -> None:
        async with opened(sqlite, BotRules(site_title="Town", access="public")) as room:
            answer = await room.ask("/approve 5")
            assert answer["text"] == "Only an admin of this bot can do that."
