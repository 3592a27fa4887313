"""The answers have the form that an independent Bot API emulator gives to the same aiogram calls."""

# ruff: noqa: E501 - the calls are a table

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MenuButtonCommands,
)
from aiohttp import web
from lo_bot_api_emulator import LoBotApiEmulator  # type: ignore[import-untyped]

from sandbox.stage import TOKEN, PromptSession, Stage
from sandbox.test_api import png

MARKUP = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="A", callback_data="a")]])
Doing = Callable[[Bot, int, int], Coroutine[Any, Any, Any]]
CALLS: dict[str, Doing] = {
    "getMe": lambda bot, _chat, _message: bot.get_me(),
    "sendMessage": lambda bot, chat, _message: bot.send_message(chat, "<b>x</b>", parse_mode="HTML", reply_markup=MARKUP),
    "sendPhoto": lambda bot, chat, _message: bot.send_photo(chat, BufferedInputFile(png(4, 4), "a.png"), caption="x"),
    "sendMediaGroup": lambda bot, chat, _message: bot.send_media_group(
        chat, [InputMediaPhoto(media=BufferedInputFile(png(4, side), f"{side}.png")) for side in (4, 5)],
    ),
    "editMessageText": lambda bot, chat, message: bot.edit_message_text("y", chat_id=chat, message_id=message),
    "editMessageReplyMarkup": lambda bot, chat, message: bot.edit_message_reply_markup(
        chat_id=chat, message_id=message, reply_markup=MARKUP,
    ),
    "deleteMessage": lambda bot, chat, message: bot.delete_message(chat, message),
    "setMyCommands": lambda bot, _chat, _message: bot.set_my_commands([BotCommand(command="a", description="A")]),
    "deleteMyCommands": lambda bot, _chat, _message: bot.delete_my_commands(),
    "setChatMenuButton": lambda bot, _chat, _message: bot.set_chat_menu_button(menu_button=MenuButtonCommands()),
    "getUpdates": lambda bot, _chat, _message: bot.get_updates(),
    "getWebhookInfo": lambda bot, _chat, _message: bot.get_webhook_info(),
    "deleteWebhook": lambda bot, _chat, _message: bot.delete_webhook(),
    "emptyText": lambda bot, chat, _message: bot.send_message(chat, ""),
    "longText": lambda bot, chat, _message: bot.send_message(chat, "x" * 4097),
    "badAnswer": lambda bot, _chat, _message: bot.answer_callback_query("1", text="x" * 201),
}  # fmt: skip


# Not in Telegram's answer: the emulator's own field, and a list that Telegram leaves out until a bot asks for kinds.
ELSEWHERE = {"getMe": "capabilities", "getWebhookInfo": "allowed_updates"}


class Listening(PromptSession):
    """A session that keeps the answers as they came."""

    def __init__(self, base: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(base))
        self.bodies: list[tuple[int, Any]] = []

    def check_response(self, bot: Bot, method: Any, status_code: int, content: str) -> Any:
        self.bodies.append((status_code, json.loads(content)))
        return super().check_response(bot, method, status_code, content)


async def answers(base: str, chat_id: int, doing: Doing) -> tuple[int, Any]:
    session = Listening(base)
    bot = Bot(TOKEN, session=session)
    try:
        sent = await bot.send_message(chat_id, "first")
        await doing(bot, chat_id, sent.message_id)
    except Exception:  # noqa: BLE001 - a refusal is an answer, too
        assert session.bodies
    finally:
        await session.close()
    return session.bodies[-1]


def assert_has_form_of(form: Any, value: Any, path: str = "$") -> None:
    """Every key of `form` is in `value`, with a value of the same JSON type."""
    assert type(form) is type(value), path
    if isinstance(form, dict):
        assert set(form) <= set(value), path
        for key, one in form.items():
            assert_has_form_of(one, value[key], f"{path}.{key}")
    if isinstance(form, list):
        assert len(form) == len(value), path
        for one, two in zip(form, value, strict=True):
            assert_has_form_of(one, two, f"{path}[]")


@pytest.mark.parametrize("name", CALLS)
async def test_an_answer_has_the_same_status_and_at_least_the_same_fields(stage: Stage, name: str) -> None:
    runner = web.AppRunner(LoBotApiEmulator().app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        base = "http://{}:{}".format(*runner.addresses[0][:2])
        expected_status, expected = await answers(base, stage.chat.id, CALLS[name])
        status, body = await answers(stage.url, stage.chat.id, CALLS[name])
    finally:
        await runner.cleanup()
    if name in ELSEWHERE:
        del expected["result"][ELSEWHERE[name]]
    assert status == expected_status
    assert_has_form_of(expected, body)
