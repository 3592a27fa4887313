"""Updates reach the bot by long poll or webhook, once confirmed never again, and to one taker at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError
from aiogram.types import Update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from feedbot.sandbox.server import SandboxTelegram
from sandbox.stage import Stage, bot_at, serving, until


def texts(updates: list[Update]) -> list[str | None]:
    return [update.message.text for update in updates if update.message]


async def test_a_long_poll_ends_as_soon_as_somebody_speaks(stage: Stage) -> None:
    polling = asyncio.create_task(stage.bot.get_updates(timeout=30))
    await until(lambda: stage.telegram.bots[0].poll)
    stage.telegram.say(stage.chat.id, stage.person.id, "/start@feedbot_sandbox_bot now")
    (update,) = await polling
    assert update.message is not None
    assert update.message.from_user is not None
    assert (update.message.text, update.message.from_user.first_name) == ("/start@feedbot_sandbox_bot now", "Ann")
    assert [(one.type, one.offset, one.length) for one in update.message.entities or []] == [("bot_command", 0, 26)]


async def test_updates_come_again_until_the_offset_confirms_them(stage: Stage) -> None:
    for text in "abc":
        stage.telegram.say(stage.chat.id, stage.person.id, text)
    first = await stage.bot.get_updates(limit=2)
    assert texts(first) == ["a", "b"]
    assert texts(await stage.bot.get_updates()) == ["a", "b", "c"]
    assert texts(await stage.bot.get_updates(offset=first[1].update_id + 1)) == ["c"]
    assert texts(await stage.bot.get_updates()) == ["c"]
    assert await stage.bot.get_updates(offset=first[1].update_id + 2) == []


async def test_a_negative_offset_keeps_the_last_ones(stage: Stage) -> None:
    for text in "abc":
        stage.telegram.say(stage.chat.id, stage.person.id, text)
    assert texts(await stage.bot.get_updates(offset=-1)) == ["c"]


async def test_updates_wait_for_the_first_bot() -> None:
    telegram = SandboxTelegram()
    person = telegram.add_user("Ann")
    telegram.say(telegram.private_chat(person).id, person.id, "early")
    async with serving(telegram.app()) as url, bot_at(url) as bot:
        assert texts(await bot.get_updates()) == ["early"]


async def test_a_second_taker_ends_the_first(stage: Stage) -> None:
    first = asyncio.create_task(stage.bot.get_updates(timeout=30))
    await until(lambda: stage.telegram.bots[0].poll == 1)
    second = asyncio.create_task(stage.another_bot().get_updates(timeout=30))
    with pytest.raises(TelegramConflictError) as refused:
        await first
    assert refused.value.message == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    stage.telegram.say(stage.chat.id, stage.person.id, "x")
    assert texts(await second) == ["x"]


async def test_a_stop_ends_waiting_polls_at_once(stage: Stage) -> None:
    polling = asyncio.create_task(stage.bot.get_updates(timeout=50))
    await until(lambda: stage.telegram.bots[0].poll)
    await stage.telegram.stop()
    async with asyncio.timeout(2):
        assert await polling == []


async def test_a_press_is_a_callback_query_and_its_answer_comes_back(stage: Stage) -> None:
    markup = {"inline_keyboard": [[{"text": "More", "callback_data": "m:1"}]]}
    sent = await stage.bot.send_message(stage.chat.id, "x", reply_markup=markup)  # type: ignore[arg-type]
    press = stage.telegram.press(stage.chat.id, sent.message_id, stage.person.id, "More")
    (update,) = await stage.bot.get_updates(timeout=5)
    query = update.callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.from_user.id, query.message.message_id) == ("m:1", stage.person.id, sent.message_id)
    await stage.bot.answer_callback_query(query.id, text="Done", show_alert=True)
    assert await press.wait() == {"text": "Done", "show_alert": True, "url": "", "cache_time": 0}
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await stage.bot.answer_callback_query(query.id)


async def test_an_answer_after_a_minute_is_too_late(stage: Stage) -> None:
    markup = {"inline_keyboard": [[{"text": "More", "callback_data": "m"}]]}
    sent = await stage.bot.send_message(stage.chat.id, "x", reply_markup=markup)  # type: ignore[arg-type]
    press = stage.telegram.press(stage.chat.id, sent.message_id, stage.person.id, "m")
    stage.clock.now += 61
    with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired"):
        await stage.bot.answer_callback_query(press.id)


async def test_only_the_wanted_kinds_come(stage: Stage) -> None:
    sent = await stage.bot.send_message(stage.chat.id, "x")
    stage.telegram.react(stage.chat.id, sent.message_id, stage.person.id, "👍")
    assert await stage.bot.get_updates() == []
    await stage.bot.get_updates(allowed_updates=["message_reaction"])
    stage.telegram.react(stage.chat.id, sent.message_id, stage.person.id, "🔥")
    stage.telegram.say(stage.chat.id, stage.person.id, "not wanted")
    (update,) = await stage.bot.get_updates()
    assert update.message_reaction is not None
    assert [one.emoji for one in update.message_reaction.new_reaction] == ["🔥"]  # type: ignore[union-attr]
    assert [one.emoji for one in update.message_reaction.old_reaction] == ["👍"]  # type: ignore[union-attr]


async def test_blocking_and_kicking_are_membership_updates(stage: Stage) -> None:
    group = stage.telegram.group("G", [], [stage.person])
    stage.telegram.kick(group.id)
    stage.telegram.block(stage.chat.id)
    stage.telegram.unblock(stage.chat.id)
    changes = [update.my_chat_member for update in await stage.bot.get_updates()]
    assert [
        (one.chat.type, str(one.old_chat_member.status), str(one.new_chat_member.status)) for one in changes if one
    ] == [
        ("group", "left", "administrator"),
        ("group", "administrator", "kicked"),
        ("private", "member", "kicked"),
        ("private", "kicked", "member"),
    ]


async def test_a_bot_that_is_no_administrator_hears_commands_mentions_and_answers_only(stage: Stage) -> None:
    group = stage.telegram.group("G", [], [stage.person], bot_status="member")
    own = await stage.bot.send_message(group.id, "menu")
    for text in ("chatter", "/latest", "/latest@another_bot", "@feedbot_sandbox_bot hi", "mail@feedbot_sandbox_bot"):
        stage.telegram.say(group.id, stage.person.id, text)
    stage.telegram.say(group.id, stage.person.id, "an answer", reply_to=own.message_id)
    assert texts(await stage.bot.get_updates()) == ["/latest", "@feedbot_sandbox_bot hi", "an answer"]


async def test_edits_and_channel_posts_are_updates(stage: Stage) -> None:
    channel = stage.telegram.channel("C", [stage.person])
    stage.telegram.say(channel.id, stage.person.id, "/latest")
    said = stage.telegram.say(stage.chat.id, stage.person.id, "a")
    stage.telegram.edit(stage.chat.id, said["message_id"], "b")
    updates = await stage.bot.get_updates()
    assert [update.event_type for update in updates] == ["my_chat_member", "channel_post", "message", "edited_message"]
    assert updates[1].channel_post is not None
    assert updates[1].channel_post.from_user is None


async def test_an_upgrade_is_told_in_both_chats(stage: Stage) -> None:
    group = stage.telegram.group("G", [], [stage.person])
    new_id = stage.telegram.migrate(group.id)
    messages = [update.message for update in await stage.bot.get_updates() if update.message]
    assert [(one.chat.id, one.migrate_to_chat_id, one.migrate_from_chat_id) for one in messages] == [
        (group.id, new_id, None),
        (new_id, None, group.id),
    ]


class Hook:
    """A bot's web server that answers what a test tells it."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, Any], str | None]] = []
        self.answers: list[Response] = []

    async def take(self, request: Request) -> Response:
        self.got.append((await request.json(), request.headers.get("x-telegram-bot-api-secret-token")))
        return self.answers.pop(0) if self.answers else Response()


@asynccontextmanager
async def hooked(stage: Stage) -> AsyncIterator[Hook]:
    hook = Hook()
    async with serving(Starlette(routes=[Route("/hook", hook.take, methods=["POST"])])) as url:
        await stage.bot.set_webhook(f"{url}/hook", secret_token="secret")
        yield hook
        await stage.bot.delete_webhook()


async def test_a_webhook_gets_every_update_in_order_with_the_secret(stage: Stage) -> None:
    async with hooked(stage) as hook:
        for text in "abc":
            stage.telegram.say(stage.chat.id, stage.person.id, text)
        await until(lambda: len(hook.got) == 3)
        assert [(body["message"]["text"], secret) for body, secret in hook.got] == [(text, "secret") for text in "abc"]
        info = await stage.bot.get_webhook_info()
        assert (info.url.endswith("/hook"), info.pending_update_count) == (True, 0)


async def test_a_webhook_that_fails_gets_the_update_again(stage: Stage) -> None:
    async with hooked(stage) as hook:
        hook.answers.append(Response(status_code=500))
        stage.telegram.say(stage.chat.id, stage.person.id, "a")
        await until(lambda: len(hook.got) == 2)
        assert hook.got[0] == hook.got[1]
        assert (await stage.bot.get_webhook_info()).last_error_message == (
            "Wrong response from the webhook: 500 Internal Server Error"
        )


async def test_a_webhooks_answer_may_be_a_call(stage: Stage) -> None:
    async with hooked(stage) as hook:
        hook.answers.append(JSONResponse({"method": "sendMessage", "chat_id": stage.chat.id, "text": "hi"}))
        stage.telegram.say(stage.chat.id, stage.person.id, "a")
        await until(lambda: len(stage.telegram.messages(stage.chat.id)) == 2)
        assert stage.telegram.messages(stage.chat.id)[1]["text"] == "hi"


async def test_a_webhook_and_a_poll_exclude_each_other(stage: Stage) -> None:
    async with hooked(stage):
        with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
            await stage.bot.get_updates()
    assert await stage.bot.get_updates() == []


async def test_a_webhook_is_https_or_on_this_machine(stage: Stage) -> None:
    with pytest.raises(TelegramBadRequest, match="bad webhook: An HTTPS URL must be provided for webhook"):
        await stage.bot.set_webhook("http://example.org/hook")
    assert await stage.bot.set_webhook("")
