"""Answers to people go out at once where the limits of their chat allow it, and otherwise wait a little."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from feedbot.domain.pacing import Pacer, Turn
from feedbot.errors import FloodWait

# Who types faster than Telegram lets a bot write is answered up to here; nobody needs the fiftieth same menu.
MOST_WAITING = 5
LONGEST_WAIT = 10.0


class Answering:
    """The turns of answers, which share a chat's limits with its deliveries but not the queue of the bot."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._waiting: Counter[int] = Counter()

    @asynccontextmanager
    async def turn(self, chat_id: int) -> AsyncIterator[None]:
        """The block sends one message to the chat. What Telegram says of a flood then holds for deliveries, too.

        Raises:
            FloodWait: the chat has too many answers waiting, or could not get this one soon.
        """
        taken = await self._taken(chat_id)
        try:
            yield
        except FloodWait as error:
            self._pacer.park(chat_id, time.monotonic() + error.retry_after)
            raise
        finally:
            taken.ended = time.monotonic()

    async def _taken(self, chat_id: int) -> Turn:
        give_up_at = time.monotonic() + LONGEST_WAIT
        self._waiting[chat_id] += 1
        try:
            while (next_at := self._pacer.chat_next_at(chat_id, now := time.monotonic())) > now:
                if next_at > give_up_at or self._waiting[chat_id] > MOST_WAITING:
                    raise FloodWait("the chat is asking faster than it may be answered", retry_after=next_at - now)
                await asyncio.sleep(next_at - now)
            return self._pacer.take(chat_id, now)
        finally:
            self._waiting[chat_id] -= 1
            if not self._waiting[chat_id]:
                del self._waiting[chat_id]
