"""Coming and going: blocked and unblocked, added to a chat and removed, upgraded to a supergroup, topics reopened."""

from __future__ import annotations

import structlog
from aiogram import F, Router
from aiogram.types import ChatMemberUpdated
from aiogram.types import Message as TelegramMessage

from feedbot.bot.context import BotContext, thread_of, title_of
from feedbot.locales import known_language
from feedbot.services import subscribing

_AWAY = frozenset({"left", "kicked"})

log = structlog.get_logger()


class Membership:
    """The handlers of membership updates and of the service messages about upgrades and topics."""

    def __init__(self, context: BotContext) -> None:
        self._context = context

    def router(self) -> Router:
        """A router with every handler."""
        made = Router(name="membership")
        made.my_chat_member.register(self.changed)
        made.message.register(self.reopened, F.forum_topic_reopened)
        made.message.register(self.migrated, F.migrate_to_chat_id)
        return made

    async def changed(self, update: ChatMemberUpdated) -> None:
        """The bot was blocked, removed, let in or given other rights."""
        context, chat = self._context, update.chat
        stored = await subscribing.meet(
            context.database,
            chat.id,
            kind=chat.type,
            title=title_of(chat),
            language=known_language(update.from_user.language_code),
            now=context.now(),
        )
        if update.new_chat_member.status in _AWAY:
            reason = "blocked by the user" if chat.type == "private" else "removed from the chat"
            await subscribing.suspend(context.database, chat.id, reason, context.now())
            log.info("chat_suspended", chat=chat.id, reason=reason)
            return
        if chat.type != "private" and update.from_user.id in context.rules.admins:
            await subscribing.let_in(context.database, chat.id)
        if stored.state == "suspended":
            await subscribing.resume(context.database, chat.id, context.rules.backlog_hours, context.now())
            context.wake()
            log.info("chat_is_back", chat=chat.id)

    async def migrated(self, message: TelegramMessage) -> None:
        """A group became a supergroup with another id."""
        if message.migrate_to_chat_id:
            await subscribing.migrate(self._context.database, message.chat.id, message.migrate_to_chat_id)
            # The old group may have been given up for lost before this came.
            await self._welcome_back(message.migrate_to_chat_id, 0)
            self._context.wake()
            log.info("chat_migrated", old=message.chat.id, new=message.migrate_to_chat_id)

    async def reopened(self, message: TelegramMessage) -> None:
        """A forum's topic takes messages again."""
        if await self._welcome_back(message.chat.id, thread_of(message)):
            self._context.wake()
            log.info("topic_is_back", chat=message.chat.id, topic=thread_of(message))

    async def _welcome_back(self, chat_id: int, thread_id: int) -> bool:
        context = self._context
        chat = await subscribing.known_chat(context.database, chat_id)
        if chat is None:
            return False
        hours = context.rules.backlog_hours
        return await subscribing.welcome_back(context.database, chat, thread_id, hours, context.now())
