"""When the next message may go out, so that Telegram's limits are used up and never hit.

Telegram's rules of thumb: about 30 messages a second for the bot, one a second in a chat with short bursts, 20 a
minute in a group or channel (https://core.telegram.org/bots/faq). Each rule is kept as a sliding window, since a token
bucket that allows a burst goes over its rate in the first window, and one that does not never reaches it. A message
takes its place in the window from its start until a window's length after its answer: nobody knows when in between the
server counts it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SWEEP_EVERY = 1024
# A request that has no answer for so long was surely counted already, if it arrived at all.
LONGEST_UNCOUNTED = 2.0
# The messages are spread over the window of the bot, but for a tenth of a second that may go at once: thirty requests
# at once would answer late, and so hold their places for longer. A little closer than the rate, which then decides.
BURST_SECONDS = 0.1
CLOSER = 0.9
FAILURES_OF_AN_OUTAGE = 3
LONGEST_STOP = 60.0


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` messages within any `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The rates to keep. `slack` stretches every window by this share, as no two clocks run alike."""

    bot: Rate = Rate(30, 1.0)
    chat: Rate = Rate(3, 3.0)
    group: Rate = Rate(20, 60.0)
    slack: float = 0.002


@dataclass(slots=True, eq=False)
class Turn:
    """One message's place within the limits; whoever took it sets `ended` when the answer is there."""

    started: float
    ended: float | None = None

    def counted_by(self, now: float) -> float:
        """The latest moment at which the server may have counted the message."""
        return self.ended if self.ended is not None else min(now, self.started + LONGEST_UNCOUNTED)


@dataclass(slots=True)
class _Window:
    """The messages that a rate still has to remember."""

    count: int
    seconds: float
    turns: list[Turn] = field(default_factory=list)

    def next_at(self, now: float) -> float:
        """When there is room for a message: `now`, or when the first of those remembered can be forgotten."""
        if len(self.turns) >= self.count:
            self.turns = [turn for turn in self.turns if turn.counted_by(now) + self.seconds > now]
        if len(self.turns) < self.count:
            return now
        return min(turn.counted_by(now) for turn in self.turns) + self.seconds

    def is_idle(self, now: float) -> bool:
        return all(turn.counted_by(now) + self.seconds <= now for turn in self.turns)


@dataclass(slots=True)
class _Chat:
    windows: tuple[_Window, ...]
    parked_until: float = 0.0

    def is_idle(self, now: float) -> bool:
        return self.parked_until <= now and all(window.is_idle(now) for window in self.windows)


class Pacer:
    """The limits of one bot. All times are seconds on one clock that never goes back, given by the caller.

    Remembers a chat only as long as its past messages or its parking matter.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._bot = self._window(self.limits.bot)
        self._gap = self.limits.bot.seconds / self.limits.bot.count * CLOSER
        self._spread_until = 0.0
        self._stopped_until = 0.0
        self._chats: dict[int, _Chat] = {}
        self._until_sweep = SWEEP_EVERY

    def __len__(self) -> int:
        """How many chats are remembered."""
        return len(self._chats)

    def next_at(self, chat_id: int, now: float) -> float:
        """The earliest time, `now` or later, at which a message to this chat is within every limit."""
        return max(self.bot_next_at(now), self.chat_next_at(chat_id, now))

    def bot_next_at(self, now: float) -> float:
        """The earliest time at which the bot may send to any chat."""
        return max(self._bot.next_at(now), self._spread_until - BURST_SECONDS, self._stopped_until)

    def chat_next_at(self, chat_id: int, now: float) -> float:
        """The earliest time that the chat's own limits allow."""
        chat = self._chats.get(chat_id)
        if chat is None:
            return now
        return max(chat.parked_until, *(window.next_at(now) for window in chat.windows))

    def take(self, chat_id: int, now: float) -> Turn:
        """Counts a message that goes out now."""
        turn = Turn(now)
        self._spread_until = max(self._spread_until, now) + self._gap
        for window in (self._bot, *self._chat(chat_id).windows):
            window.turns.append(turn)
        self._until_sweep -= 1
        if self._until_sweep <= 0:
            self._sweep(now)
        return turn

    def park(self, chat_id: int, until: float) -> None:
        """Nothing goes to this chat before `until`; an earlier, longer parking stays."""
        chat = self._chat(chat_id)
        chat.parked_until = max(chat.parked_until, until)

    def stop(self, until: float) -> None:
        """Nothing goes to any chat before `until`."""
        self._stopped_until = max(self._stopped_until, until)

    def _chat(self, chat_id: int) -> _Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            # Users have positive ids; groups, supergroups and channels negative ones.
            rates = (self.limits.chat,) if chat_id > 0 else (self.limits.chat, self.limits.group)
            chat = _Chat(tuple(self._window(rate) for rate in rates))
            self._chats[chat_id] = chat
        return chat

    def _window(self, rate: Rate) -> _Window:
        return _Window(rate.count, rate.seconds * (1 + self.limits.slack))

    def _sweep(self, now: float) -> None:
        self._chats = {chat_id: chat for chat_id, chat in self._chats.items() if not chat.is_idle(now)}
        self._until_sweep = max(SWEEP_EVERY, len(self._chats))


@dataclass(slots=True)
class Outage:
    """Tells a failing server from a failing message: an outage is several failures in a row over all chats."""

    failures: int = 0
    stops: int = 0
    stopped_until: float = 0.0

    @property
    def is_on(self) -> bool:
        """Whether the server has been failing for everybody."""
        return self.failures >= FAILURES_OF_AN_OUTAGE

    def failed(self, at: float) -> float:
        """Counts a failure; the time before which nothing should be tried, doubling up to a minute."""
        self.failures += 1
        # Sends that were on their way together are one failure of the server, not many.
        if self.is_on and at >= self.stopped_until:
            self.stopped_until = at + min(2.0**self.stops, LONGEST_STOP)
            self.stops += 1
        return self.stopped_until

    def answered(self) -> bool:
        """Counts an answer of the server, whatever it says; whether that ends an outage."""
        was_on = self.is_on
        self.failures = self.stops = 0
        return was_on
