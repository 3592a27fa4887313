"""Telling the admins in Telegram, once each, what waits for their word: a changed list, a new address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from feedbot.domain.source import Source
from feedbot.errors import SendError
from feedbot.locales import known_language
from feedbot.render.messages import Message
from feedbot.render.notices import moved_notice, redesign_notice
from feedbot.services import holding
from feedbot.services.holding import Waiting
from feedbot.storage import chats, polls, sources
from feedbot.storage.chats import Chat
from feedbot.storage.database import Database

if TYPE_CHECKING:
    from feedbot.telegram.sender import Sender  # loads aiogram

log = structlog.get_logger()


async def tell(database: Database, sender: Sender, admins: Iterable[int], now: datetime) -> int:
    """Tells the admins who have a private chat with the bot what none of them knows yet; how many things that were.

    What no admin could be told is tried again at the next call. One whom Telegram fails for may miss what another got:
    it stands in `feedbot status` and on the source's page as well.
    """
    news: list[_Redesign | _Move] = [*await _redesigns(database), *await _moves(database)]
    private = await _private_chats(database, admins) if news else []
    told = 0
    for one in news:
        arrived = [await _send(sender, chat, one.message(chat.language)) for chat in private]
        if any(arrived):
            await one.mark(database, now)
            told += 1
    return told


@dataclass(frozen=True, slots=True)
class _Redesign:
    waiting: Waiting

    def message(self, language: str) -> Message:
        one = self.waiting
        return redesign_notice(
            one.source_id,
            one.source_title,
            found=one.found,
            known=one.known,
            before=one.before,
            titles=one.titles,
            language=known_language(language),
        )

    async def mark(self, database: Database, now: datetime) -> None:
        await holding.mark_told(database, self.waiting.source_id, now)


@dataclass(frozen=True, slots=True)
class _Move:
    source: Source

    @property
    def fact(self) -> str:
        return f"proposed/{self.source.number}"

    def message(self, language: str) -> Message:
        source, url = self.source, self.source.proposed_url or ""
        return moved_notice(source.id, source.title, url=url, language=known_language(language))

    async def mark(self, database: Database, now: datetime) -> None:
        async with database.write() as connection:
            await polls.set_fact(connection, self.fact, {"url": self.source.proposed_url}, now)


async def _redesigns(database: Database) -> list[_Redesign]:
    return [_Redesign(one) for one in await holding.waiting(database) if not one.is_told]


async def _moves(database: Database) -> list[_Move]:
    found = []
    async with database.read() as connection:
        for source in await sources.list_all(connection):
            if not source.proposed_url:
                continue
            told = await polls.get_fact(connection, _Move(source).fact)
            if told is None or told[0].get("url") != source.proposed_url:
                found.append(_Move(source))
    return found


async def _private_chats(database: Database, admins: Iterable[int]) -> list[Chat]:
    async with database.read() as connection:
        found = [await chats.get(connection, admin) for admin in sorted(admins)]
    return [chat for chat in found if chat and chat.kind == "private" and chat.state != "suspended"]


async def _send(sender: Sender, chat: Chat, message: Message) -> bool:
    try:
        await sender.send(chat.id, message)
    except SendError as error:
        log.warning("admin_not_told", chat=chat.id, reason=error.reason)
        return False
    return True
