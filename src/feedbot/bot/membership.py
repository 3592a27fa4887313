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


def router(context: BotContext) -> Router:
    """The handlers of membership updates and of the service messages about upgrades and topics."""
    made = Router(name="membership")

    async def changed(update: ChatMemberUpdated) -> None:
        chat, status = update.chat, update.new_chat_member.status
        stored = await subscribing.meet(
            context.database,
            chat.id,
            kind=chat.type,
            title=title_of(chat),
            language=known_language(update.from_user.language_code),
            now=context.now(),
        )
        if status in _AWAY:
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

    async def migrated(message: TelegramMessage) -> None:
        if message.migrate_to_chat_id:
            await subscribing.migrate(context.database, message.chat.id, message.migrate_to_chat_id)
            # The old group may have been given up for lost before this came.
            if chat := await subscribing.known_chat(context.database, message.migrate_to_chat_id):
                await subscribing.welcome_back(context.database, chat, 0, context.rules.backlog_hours, context.now())
            context.wake()
            log.info("chat_migrated", old=message.chat.id, new=message.migrate_to_chat_id)

    async def reopened(message: TelegramMessage) -> None:
        hours, now = context.rules.backlog_hours, context.now()
        chat = await subscribing.known_chat(context.database, message.chat.id)
        if chat and await subscribing.welcome_back(context.database, chat, thread_of(message), hours, now):
            context.wake()
            log.info("topic_is_back", chat=chat.id, topic=thread_of(message))

    made.my_chat_member.register(changed)
    made.message.register(reopened, F.forum_topic_reopened)
    made.message.register(migrated, F.migrate_to_chat_id)
    return made
