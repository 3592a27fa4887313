"""Sends and edits messages as the bot. Every failure is a `SendError`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from aiogram.utils.token import TokenValidationError

from feedbot.errors import TokenRefused
from feedbot.render.messages import Message
from feedbot.telegram.failures import as_send_error
from feedbot.telegram.session import Session

SECONDS_PER_REQUEST = 30
GENERAL_TOPIC = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is: `username` without the @."""

    id: int
    username: str
    name: str


class Sender:
    """One bot at one Bot API server.

    `bot` is aiogram's own object, for what reads updates with the same session. `answering` gives each message
    that nobody paced its turn in its chat.
    """

    answering: Callable[[int], AbstractAsyncContextManager[object]] = nullcontext

    def __init__(self, token: str, api_url: str) -> None:
        self._token = token
        session = Session(api=TelegramAPIServer.from_base(api_url), timeout=SECONDS_PER_REQUEST)
        try:
            self.bot = Bot(token, session=session, default=DefaultBotProperties(parse_mode=ParseMode.HTML))
        except TokenValidationError:
            raise TokenRefused("telegram.token has not the form 123456:ABC... that BotFather gives") from None

    async def send(
        self,
        chat_id: int,
        message: Message,
        *,
        thread_id: int | None = None,
        silent: bool = False,
        is_paced: bool = False,
    ) -> int:
        """The id of the new message.

        `thread_id` is a forum topic; `silent` rings nobody's phone; `is_paced`: the caller has counted the message.

        Raises:
            SendError: the message did not, or not surely, arrive; the subclass says what to do.
        """
        async with nullcontext() if is_paced else self.answering(chat_id):
            sent = await self._ask(
                self.bot.send_message(
                    chat_id,
                    message.text,
                    # Telegram refuses the number of a forum's General topic: what names no topic lands there.
                    message_thread_id=thread_id if thread_id and thread_id != GENERAL_TOPIC else None,
                    link_preview_options=_preview(message),
                    reply_markup=keyboard(message),
                    disable_notification=silent or None,
                )
            )
        return sent.message_id

    async def edit(self, chat_id: int, message_id: int, message: Message) -> None:
        """Puts the message in the place of an earlier one; that it is the same already counts as done.

        Raises:
            SendError: the message was not, or not surely, changed.
        """
        try:
            await self.bot.edit_message_text(
                message.text,
                chat_id=chat_id,
                message_id=message_id,
                link_preview_options=_preview(message),
                reply_markup=keyboard(message),
            )
        except TelegramBadRequest as error:
            if "message is not modified" not in error.message.lower():
                raise as_send_error(error, token=self._token) from error
        except Exception as error:
            raise as_send_error(error, token=self._token) from error

    async def identity(self) -> Identity:
        """Who this bot is, as Telegram says.

        Raises:
            SendError: Telegram could not be asked (TelegramDown, OutcomeUnknown) or refuses the token (TokenRefused).
        """
        me = await self._ask(self.bot.get_me())
        return Identity(me.id, me.username or "", me.full_name)

    async def close(self) -> None:
        """Closes the connections to the server."""
        await self.bot.session.close()

    async def _ask(self, request: Awaitable[T]) -> T:
        try:
            return await request
        except Exception as error:
            raise as_send_error(error, token=self._token) from error


def keyboard(message: Message) -> InlineKeyboardMarkup | None:
    """The message's buttons as Telegram takes them; None if it has none."""
    if not message.buttons:
        return None
    rows = [
        [InlineKeyboardButton(text=button.text, url=button.url, callback_data=button.data) for button in row]
        for row in message.buttons
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _preview(message: Message) -> LinkPreviewOptions:
    if message.preview_url is None:
        return LinkPreviewOptions(is_disabled=True)
    return LinkPreviewOptions(url=message.preview_url, prefer_large_media=True, show_above_text=True)
