"""The sender: what it asks of the Bot API, and what each way to fail means. Real aiogram, real HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest

from feedbot import errors, telegram
from feedbot.render.messages import Button, Message
from feedbot.telegram.sender import Sender
from misbehaving import Connection, MisbehavingServer, Request, answer

TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
SEND = f"/bot{TOKEN}/sendMessage"
EDIT = f"/bot{TOKEN}/editMessageText"
MESSAGE = Message("<b>Hello</b>")
SENT = {"ok": True, "result": {"message_id": 77, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "Hello"}}


def reply(status: int, value: Any) -> bytes:
    return answer(status, json.dumps(value).encode(), "Content-Type: application/json")


def refusal(status: int, description: str, **parameters: int) -> bytes:
    value = {"ok": False, "error_code": status, "description": description}
    return reply(status, value | ({"parameters": parameters} if parameters else {}))


@asynccontextmanager
async def sender_to(server: MisbehavingServer) -> AsyncIterator[Sender]:
    sender = await telegram.connect(TOKEN, server.url("").rstrip("/"))
    try:
        yield sender
    finally:
        await sender.close()


def form(request: Request) -> dict[str, Any]:
    """The fields that were sent, those in JSON decoded."""
    fields = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    return {name: json.loads(value) if value[:1] in "[{" else value for name, value in fields.items()}


async def asked(message: Message, **options: Any) -> dict[str, Any]:
    async with MisbehavingServer({SEND: reply(200, SENT)}) as server, sender_to(server) as sender:
        assert await sender.send(5, message, **options) == 77
        return form(server.requests[0])


async def test_a_message_goes_out_as_html_without_a_preview_unless_it_has_one() -> None:
    assert await asked(MESSAGE) == {
        "chat_id": "5",
        "text": "<b>Hello</b>",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


async def test_preview_buttons_topic_and_silence_are_asked_for() -> None:
    rows = ((Button("Read", url="https://example.org/"), Button("Stop", data="u:1")),)
    message = Message("x", preview_url="https://example.org/a.jpg", buttons=rows)
    assert await asked(message, thread_id=9, silent=True) == {
        "chat_id": "5",
        "text": "x",
        "parse_mode": "HTML",
        "message_thread_id": "9",
        "disable_notification": "true",
        "link_preview_options": {
            "url": "https://example.org/a.jpg",
            "prefer_large_media": True,
            "show_above_text": True,
        },
        "reply_markup": {
            "inline_keyboard": [
                [{"text": "Read", "url": "https://example.org/"}, {"text": "Stop", "callback_data": "u:1"}]
            ]
        },
    }


@pytest.mark.parametrize("thread_id", [None, 0, 1])
async def test_no_topic_is_named_for_the_general_one(thread_id: int | None) -> None:
    assert "message_thread_id" not in await asked(MESSAGE, thread_id=thread_id)


async def failure(answered: bytes | Callable[[Request, Connection], Any], *, seconds: float = 30) -> errors.SendError:
    """The error that a send ends in when the server answers so."""
    async with MisbehavingServer({SEND: answered}) as server, sender_to(server) as sender:
        sender.bot.session.timeout = seconds
        with pytest.raises(errors.SendError) as caught:
            await sender.send(5, MESSAGE)
        return caught.value


@pytest.mark.parametrize(
    ("answered", "expected", "reason"),
    [
        (refusal(429, "Too Many Requests: retry after 3", retry_after=3), errors.FloodWait, "to wait 3 s"),
        (refusal(403, "Forbidden: bot was blocked by the user"), errors.ChatUnavailable, "blocked by the user"),
        (refusal(400, "Bad Request: chat not found"), errors.ChatUnavailable, "chat not found"),
        (refusal(400, "Bad Request: TOPIC_CLOSED"), errors.TopicUnavailable, "TOPIC_CLOSED"),
        (refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1009), errors.ChatMigrated, "-1009"),
        (refusal(400, "Bad Request: can't parse entities: x"), errors.MessageRefused, "can't parse"),
        (refusal(401, "Unauthorized"), errors.TokenRefused, "Unauthorized"),
        (refusal(404, "Not Found"), errors.TokenRefused, "Not Found"),
        (refusal(500, "Internal Server Error"), errors.TelegramDown, "Internal Server Error"),
        (answer(502, b"<html>Bad Gateway</html>"), errors.TelegramDown, "HTTP 502"),
        (answer(503), errors.TelegramDown, "HTTP 503"),
        (answer(429, b"slow down"), errors.FloodWait, "30 s"),
        (answer(407, b"who are you?"), errors.TelegramDown, "HTTP 407"),
        (answer(504, b"<html>Gateway Timeout</html>"), errors.OutcomeUnknown, "could not be read"),
        (answer(200, b"<html>Welcome to the hotel</html>"), errors.OutcomeUnknown, "could not be read"),
        (reply(200, {"ok": True, "result": 7}), errors.OutcomeUnknown, "could not be read"),
        (answer(200, b'{"ok": true', length=500), errors.OutcomeUnknown, ""),
    ],
)
async def test_each_answer_that_is_no_success_has_its_error(
    answered: bytes, expected: type[errors.SendError], reason: str
) -> None:
    found = await failure(answered)
    assert type(found) is expected
    assert reason in found.reason
    assert TOKEN not in str(found)


async def test_a_connection_that_breaks_after_the_request_leaves_the_outcome_unknown() -> None:
    async def hang_up(_request: Request, connection: Connection) -> None:
        connection.writer.close()

    assert type(await failure(hang_up)) is errors.OutcomeUnknown


async def test_a_server_that_takes_the_request_and_never_answers_leaves_the_outcome_unknown() -> None:
    async def be_silent(_request: Request, connection: Connection) -> None:
        await connection.until_closed()

    assert type(await failure(be_silent, seconds=0.2)) is errors.OutcomeUnknown


async def test_a_server_that_cannot_be_reached_has_accepted_nothing() -> None:
    async with MisbehavingServer({}) as server:
        url = server.url("").rstrip("/")
    sender = await telegram.connect(TOKEN, url)
    with pytest.raises(errors.TelegramDown):
        await sender.send(5, MESSAGE)
    await sender.close()


async def test_text_that_cannot_be_encoded_is_refused_before_anything_is_sent() -> None:
    async with MisbehavingServer({SEND: reply(200, SENT)}) as server, sender_to(server) as sender:
        with pytest.raises(errors.MessageRefused):
            await sender.send(5, Message("\ud800"))
        assert server.requests == []


async def test_an_edit_that_changes_nothing_is_a_success() -> None:
    same = refusal(400, "Bad Request: message is not modified: specified new message content is the same")
    async with MisbehavingServer({EDIT: same}) as server, sender_to(server) as sender:
        await sender.edit(5, 77, MESSAGE)
        assert form(server.requests[0])["message_id"] == "77"


async def test_an_edit_of_a_message_that_is_gone_is_refused() -> None:
    gone = refusal(400, "Bad Request: message to edit not found")
    async with MisbehavingServer({EDIT: gone}) as server, sender_to(server) as sender:
        with pytest.raises(errors.MessageRefused):
            await sender.edit(5, 77, MESSAGE)


async def test_the_bot_says_who_it_is() -> None:
    me = {"ok": True, "result": {"id": 123456, "is_bot": True, "first_name": "News", "username": "news_bot"}}
    async with MisbehavingServer({f"/bot{TOKEN}/getMe": reply(200, me)}) as server, sender_to(server) as sender:
        found = await sender.identity()
    assert (found.id, found.username, found.name) == (123456, "news_bot", "News")


async def test_a_token_that_cannot_be_one_is_refused_at_once() -> None:
    with pytest.raises(errors.TokenRefused, match="BotFather"):
        await telegram.connect("nonsense")


def test_importing_the_package_does_not_import_aiogram() -> None:
    code = "import sys, feedbot.telegram, feedbot.services.delivering; sys.exit('aiogram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
