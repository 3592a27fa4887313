"""Who may do what: a private bot is for those whom an admin let in, a group is configured by its administrators."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import BaseMiddleware
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery, InaccessibleMessage, TelegramObject
from aiogram.types import Message as TelegramMessage

from feedbot.bot.context import BotContext, Speaker, thread_of, title_of
from feedbot.errors import FloodWait, SendError
from feedbot.locales import known_language, translator
from feedbot.render import menus
from feedbot.render.messages import Message
from feedbot.services import subscribing

ADMINISTRATORS = frozenset({"creator", "administrator"})
REMEMBERED_SECONDS = 60.0
MAX_REMEMBERED = 10_000

log = structlog.get_logger()

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Doorkeeper(BaseMiddleware):
    """Meets the chat, refuses strangers, and hands a `speaker` to the handler."""

    def __init__(self, context: BotContext) -> None:
        self._context = context
        self._administrators: dict[tuple[int, int], tuple[float, bool]] = {}
        self._asked: set[int] = set()

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Runs the handler if the speaker may come in; an answer that cannot be sent is logged, not raised."""
        try:
            speaker = await self._speaker(event)
            if speaker is None or not await self._may_enter(speaker, event):
                return None
            await self._welcome_back(speaker)
            return await handler(event, {**data, "speaker": speaker, "keeper": self})
        except FloodWait as error:
            # One person alone could fill the log with these.
            log.debug("answer_not_sent", reason=error.reason)
        except SendError as error:
            log.warning("answer_not_sent", reason=error.reason)
        except Exception:
            log.exception("answer_failed")
            await self._apologise(event)
        return None

    async def _apologise(self, event: TelegramObject) -> None:
        """Whoever asked is told that it failed; silence would look like a bot that is dead."""
        if not isinstance(event, CallbackQuery | TelegramMessage) or event.bot is None:
            return
        user = event.from_user
        text = translator(user.language_code if user else None)("Something went wrong here. Please try again.")
        with contextlib.suppress(AiogramError, OSError):
            await event.answer(text)

    async def may_configure(self, speaker: Speaker, event: TelegramMessage | CallbackQuery) -> bool:
        """Whether the speaker may change what the chat follows; whoever may not is told so, where they asked."""
        if await self._is_in_charge(speaker):
            return True
        text = translator(speaker.language)("Only administrators of this chat can change what it follows.")
        if isinstance(event, CallbackQuery):
            await event.answer(text, show_alert=True)
        else:
            await speaker.answer(self._context, Message(text))
        return False

    async def _is_in_charge(self, speaker: Speaker) -> bool:
        """Anybody is in private, elsewhere the chat's administrators and the bot's admins."""
        if not speaker.is_group or speaker.user is None:
            return True  # who speaks as the chat itself (a channel, an anonymous administrator) administers it
        if speaker.user.id in self._context.rules.admins:
            return True
        return await self._is_administrator(speaker.chat.id, speaker.user.id)

    async def _speaker(self, event: TelegramObject) -> Speaker | None:
        message = event.message if isinstance(event, CallbackQuery) else event
        if not isinstance(message, TelegramMessage | InaccessibleMessage):
            return None
        user = event.from_user if isinstance(event, CallbackQuery | TelegramMessage) else None
        if isinstance(event, TelegramMessage) and event.sender_chat and event.sender_chat.id == event.chat.id:
            user = None
        chat = await subscribing.meet(
            self._context.database,
            message.chat.id,
            kind=message.chat.type,
            title=title_of(message.chat),
            language=known_language(user.language_code if user else None),
            now=self._context.now(),
        )
        # Of a message that is too old only its chat is known.
        return Speaker(chat, thread_of(message) if isinstance(message, TelegramMessage) else 0, user)

    async def _may_enter(self, speaker: Speaker, event: TelegramObject) -> bool:
        rules = self._context.rules
        if rules.access == "public" or speaker.chat.allowed:
            return True
        if speaker.user and speaker.user.id in rules.admins:
            if speaker.is_group:
                # An admin who speaks to the bot in a group lets the group in.
                await subscribing.let_in(self._context.database, speaker.chat.id)
            return True
        await self._refuse(speaker, event)
        return False

    async def _refuse(self, speaker: Speaker, event: TelegramObject) -> None:
        asked = bool(self._context.rules.admins)
        said = menus.stranger(speaker.chat.id, language=speaker.language, asked=asked)
        if isinstance(event, CallbackQuery):
            await event.answer(said.text[:200], show_alert=True)
        elif not speaker.is_group:
            await speaker.answer(self._context, said)
        if speaker.chat.id in self._asked or len(self._asked) > MAX_REMEMBERED:
            return  # the admins are asked once, not at every word
        self._asked.add(speaker.chat.id)
        log.info("stranger", chat=speaker.chat.id, kind=speaker.chat.kind)
        for admin in sorted(self._context.rules.admins):
            request = menus.request_to_admin(speaker.chat.title, speaker.chat.id, language="en")
            try:
                await self._context.sender.send(admin, request)
            except SendError as error:
                log.warning("admin_not_reached", admin=admin, reason=error.reason)

    async def _welcome_back(self, speaker: Speaker) -> None:
        """Who speaks to the bot can be written to again, and where: a closed topic may be open again."""
        context = self._context
        hours = context.rules.backlog_hours
        if await subscribing.welcome_back(context.database, speaker.chat, speaker.thread_id, hours, context.now()):
            context.wake()

    async def _is_administrator(self, chat_id: int, user_id: int) -> bool:
        key, now = (chat_id, user_id), time.monotonic()
        known = self._administrators.get(key)
        if known and now - known[0] < REMEMBERED_SECONDS:
            return known[1]
        member = await self._context.sender.bot.get_chat_member(chat_id, user_id)
        if len(self._administrators) >= MAX_REMEMBERED:
            self._administrators.clear()
        found = member.status in ADMINISTRATORS
        self._administrators[key] = (now, found)
        return found
