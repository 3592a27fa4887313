"""The flood limits that Telegram keeps.

About one message a second in a chat, 20 a minute in a group or channel, 30 a second for a bot. A bot that goes on while
it is told to wait waits longer.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

CHAT_RATE = 1.0
CHAT_BURST = 5.0
BOT_RATE = 30.0
BOT_BURST = 30.0
GROUP_MESSAGES = 20
GROUP_SECONDS = 60.0
LONGEST_WAIT = 300.0


@dataclass(slots=True)
class _Bucket:
    rate: float
    burst: float
    tokens: float
    at: float

    def refill(self, now: float) -> None:
        self.tokens = min(self.burst, self.tokens + max(0.0, now - self.at) * self.rate)
        self.at = now

    def wait(self, count: int) -> float:
        """Seconds until `count` tokens are there; a count over the burst needs a full bucket."""
        needed = min(float(count), self.burst)
        # Floats: a client that waits exactly as long as it must is not refused for a rounding.
        return 0.0 if self.tokens >= needed - 1e-6 else (needed - self.tokens) / self.rate


@dataclass(slots=True)
class _ChatLimit:
    bucket: _Bucket
    sent: deque[float] = field(default_factory=deque)
    parked_until: float = 0.0

    def group_wait(self, count: int, now: float) -> float:
        while self.sent and self.sent[0] <= now - GROUP_SECONDS:
            self.sent.popleft()
        free = GROUP_MESSAGES - len(self.sent)
        if count <= free or not self.sent:
            return 0.0
        return self.sent[min(count - free, len(self.sent)) - 1] + GROUP_SECONDS - now


class FloodLimits:
    """Counts what one bot sends and names the seconds that it must wait."""

    def __init__(self, now: float) -> None:
        self._bot = _Bucket(BOT_RATE, BOT_BURST, BOT_BURST, now)
        self._chats: dict[tuple[int, str], _ChatLimit] = {}

    def ask(self, chat_id: int, now: float, *, count: int = 1, group: bool, kind: str = "send") -> int:
        """0 if `count` messages may go to the chat now (they are counted), else the whole seconds to wait."""
        chat = self._chats.get((chat_id, kind))
        if chat is None:
            chat = self._chats[chat_id, kind] = _ChatLimit(_Bucket(CHAT_RATE, CHAT_BURST, CHAT_BURST, now))
        if now < chat.parked_until:
            chat.parked_until = min(chat.parked_until + 1.0, now + LONGEST_WAIT)
            return math.ceil(chat.parked_until - now)
        chat.bucket.refill(now)
        self._bot.refill(now)
        own = max(chat.bucket.wait(count), chat.group_wait(count, now) if group else 0.0)
        wait = max(own, self._bot.wait(count))
        if wait > 0.0:
            if own > 0.0:
                chat.parked_until = now + math.ceil(own)
            return max(1, math.ceil(wait))
        self._count(chat, count, now, group=group)
        return 0

    def _count(self, chat: _ChatLimit, count: int, now: float, *, group: bool) -> None:
        chat.bucket.tokens -= count
        self._bot.tokens -= count
        if group:
            chat.sent.extend([now] * count)

    def forget(self) -> None:
        """Starts counting anew."""
        self._bot.tokens = self._bot.burst
        self._chats.clear()
