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
BOT_MESSAGES = 30
BOT_SECONDS = 1.0
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
class _Window:
    """At most `most` messages within any `seconds`."""

    most: int
    seconds: float
    sent: deque[float] = field(default_factory=deque)

    def wait(self, count: int, now: float) -> float:
        """Seconds until there is room for `count` messages; more than `most` need an empty window."""
        while self.sent and self.sent[0] <= now - self.seconds:
            self.sent.popleft()
        over = min(len(self.sent) + count - self.most, len(self.sent))
        return self.sent[over - 1] + self.seconds - now if over > 0 else 0.0


@dataclass(slots=True)
class _ChatLimit:
    bucket: _Bucket
    window: _Window
    parked_until: float = 0.0


class FloodLimits:
    """Counts what one bot sends and names the seconds that it must wait."""

    def __init__(self, now: float) -> None:
        self._began = now
        self._bot = _Window(BOT_MESSAGES, BOT_SECONDS)
        self._chats: dict[tuple[int, str], _ChatLimit] = {}

    def ask(self, chat_id: int, now: float, *, count: int = 1, group: bool, kind: str = "send") -> int:
        """0 if `count` messages may go to the chat now (they are counted), else the whole seconds to wait."""
        chat = self._chats.get((chat_id, kind))
        if chat is None:
            bucket = _Bucket(CHAT_RATE, CHAT_BURST, CHAT_BURST, self._began)
            chat = self._chats[chat_id, kind] = _ChatLimit(bucket, _Window(GROUP_MESSAGES, GROUP_SECONDS))
        if now < chat.parked_until:
            chat.parked_until = min(chat.parked_until + 1.0, now + LONGEST_WAIT)
            return math.ceil(chat.parked_until - now)
        chat.bucket.refill(now)
        own = max(chat.bucket.wait(count), chat.window.wait(count, now) if group else 0.0)
        wait = max(own, self._bot.wait(count, now))
        if wait <= 0.0:
            chat.bucket.tokens -= count
            for window in (self._bot, chat.window) if group else (self._bot,):
                window.sent.extend([now] * count)
            return 0
        if own > 0.0:
            chat.parked_until = now + math.ceil(own)
        return max(1, math.ceil(wait))

    def forget(self) -> None:
        """Starts counting anew."""
        self._bot.sent.clear()
        self._chats.clear()
