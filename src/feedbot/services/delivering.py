"""Brings open deliveries to their chats: whose turn it is, within Telegram's limits, and in order."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import structlog

from feedbot.domain.deliveries import State
from feedbot.domain.pacing import Limits, Pacer, Turn
from feedbot.errors import FloodWait, MessageRefused, SendError
from feedbot.render.messages import Message, as_plain
from feedbot.services.answering import Answering
from feedbot.services.outcomes import Arrival, Arrivals, store_failure
from feedbot.services.parcels import Changes, MessageOptions, Parcel, claim, give_back
from feedbot.services.reachability import Reachability
from feedbot.storage import outbox
from feedbot.storage.database import Database

if TYPE_CHECKING:
    # Importing this at run time would import aiogram into every process that knows this service.
    from feedbot.telegram.sender import Sender

CONCURRENCY = 32
LOOK_EVERY = 1.0
LONG_LINE = 1000
REST_AFTER_FAULT = 5.0
SECONDS_TO_FINISH = 2.5

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Deliverer:
    """The only sender of articles: one message at a time to a chat, many chats at once.

    `counts` has the numbers since the start: `messages`, `sent`, `failed`, `skipped`, `held`, `unknown`, `repeats`
    (deliveries, but for messages), `floods`, `recovered`.
    """

    def __init__(
        self, database: Database, sender: Sender, options: MessageOptions, limits: Limits | None = None
    ) -> None:
        self._database = database
        self._sender = sender
        self._options = options
        self._pacer = Pacer(limits)
        self._reachability = Reachability()
        self._arrivals = Arrivals(database)
        # The chats with open deliveries, in the order of their turns.
        self._waiting: dict[int, None] = {}
        self._look_at = float("-inf")
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._parcels: dict[int, Parcel] = {}
        self._changed = asyncio.Event()
        self._ticking = asyncio.Lock()
        self._stopping = False
        self.counts: Counter[str] = Counter()
        sender.answering = Answering(self._pacer).turn

    @property
    def alarm(self) -> str | None:
        """Why nothing can be sent at all; None while all is well."""
        return self._reachability.alarm

    def reconfigure(self, options: MessageOptions) -> None:
        """Takes effect with the next message."""
        self._options = options

    async def recover(self) -> int:
        """Marks what an earlier run, or a fault, left on its way as of unknown outcome, to be sent again; how many."""
        under_way = [one.id for parcel in self._parcels.values() for one in parcel.deliveries]
        async with self._database.write() as connection:
            count = await outbox.recover_sending(connection, under_way)
        self.counts["recovered"] += count
        if count:
            log.warning("deliveries_recovered", count=count, state=State.UNKNOWN.value)
        return count

    async def run(self) -> None:
        """Recovers, then sends until `stop` is called. A fault of the database is logged and waited out."""
        is_recovered = False
        while not self._stopping:
            self._changed.clear()
            try:
                if not is_recovered:
                    await self.recover()
                    is_recovered = True
                rest = await self.tick(datetime.now(UTC), time.monotonic())
            except Exception:
                log.exception("delivering_failed", next_try_seconds=REST_AFTER_FAULT)
                # What was claimed may be stored as on its way although the database's answer was lost.
                is_recovered = False
                rest = REST_AFTER_FAULT
            await self._rest(rest)

    async def stop(self) -> None:
        """Sends nothing more and returns once what is on its way has arrived, at the latest after 2.5 s.

        What has no answer by then stays stored as on its way, and is recovered at the next start.
        """
        self._stopping = True
        self._changed.set()
        try:
            async with asyncio.timeout(SECONDS_TO_FINISH), self._ticking:
                await self.settle()
        except TimeoutError:
            late = tuple(self._busy.values())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def wake(self) -> None:
        """Looks for due deliveries at once: new ones were stored, or a chat came back."""
        self._look_at = float("-inf")
        self._changed.set()

    @property
    def in_flight(self) -> int:
        """How many messages are on their way."""
        return len(self._busy)

    async def settle(self) -> None:
        """Returns when nothing is on its way."""
        while self._busy:
            await asyncio.wait(tuple(self._busy.values()))

    async def tick(self, now: datetime, at: float) -> float:
        """Starts every send that is due and within the limits; the seconds until there may be more to start.

        `now` is the time of day, `at` the same moment on a clock that never goes back.
        """
        async with self._ticking:
            if at >= self._look_at:
                await self._look(now, at)
            if chosen := self._choose(at):
                await self._begin(chosen, now, at)
        return self._until_next(at)

    async def _look(self, now: datetime, at: float) -> None:
        """Finds the chats that have something due. Those that wait already keep their places."""
        self._look_at = at + LOOK_EVERY
        async with self._database.read() as connection:
            due = dict.fromkeys(await outbox.due_chats(connection, now))
        waiting = [chat_id for chat_id in self._waiting if chat_id in due]
        self._waiting = dict.fromkeys([*waiting, *due])
        if self._look_at > at:  # nobody called meanwhile
            # A long line costs more to find, and whoever comes new has to wait behind it anyway.
            self._look_at = at + LOOK_EVERY * (1 + len(due) / LONG_LINE)

    async def _begin(self, chosen: dict[int, Turn], now: datetime, at: float) -> None:
        claimed = await claim(self._database, list(chosen), self._options, now)
        self._count(claimed.changes)
        for chat_id in chosen:
            # Whoever has more stands behind all others now.
            del self._waiting[chat_id]
            if chat_id in claimed.with_more:
                self._waiting[chat_id] = None
        if self._stopping:
            await give_back(self._database, claimed.parcels)
            return
        for parcel in claimed.parcels:
            self._start(parcel, chosen.pop(parcel.chat_id))
        for unused in chosen.values():
            unused.ended = at

    def _choose(self, at: float) -> dict[int, Turn]:
        """The chats whose turn it is, each counted against the limits."""
        chosen: dict[int, Turn] = {}
        for chat_id in self._waiting:
            is_full = len(self._busy) + len(chosen) >= CONCURRENCY
            if self._stopping or is_full or self._pacer.bot_next_at(at) > at:
                break
            if chat_id not in self._busy and self._pacer.chat_next_at(chat_id, at) <= at:
                chosen[chat_id] = self._pacer.take(chat_id, at)
        return chosen

    def _until_next(self, at: float) -> float:
        bot = self._pacer.bot_next_at(at)
        if bot > at and len(self._waiting) > len(self._busy):
            return min(bot, self._look_at) - at
        idle = [chat_id for chat_id in self._waiting if chat_id not in self._busy]
        if not idle or len(self._busy) >= CONCURRENCY:
            return self._look_at - at
        return min(*(self._pacer.chat_next_at(chat_id, at) for chat_id in idle), self._look_at) - at

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def _start(self, parcel: Parcel, turn: Turn) -> None:
        task = asyncio.create_task(self._deliver(parcel, turn), name=f"send to chat {parcel.chat_id}")
        self._busy[parcel.chat_id] = task
        self._parcels[parcel.chat_id] = parcel
        task.add_done_callback(lambda done: self._finish(parcel.chat_id, done))

    def _finish(self, chat_id: int, task: asyncio.Task[None]) -> None:
        self._busy.pop(chat_id, None)
        self._parcels.pop(chat_id, None)
        self._changed.set()
        if not task.cancelled() and (error := task.exception()):
            # It stays stored as on its way: the next start takes it as of unknown outcome.
            log.error("outcome_not_stored", chat_id=chat_id, exc_info=error)

    async def _deliver(self, parcel: Parcel, turn: Turn) -> None:
        try:
            message_id = await self._send(parcel, turn)
        except SendError as error:
            await self._failed(parcel, error)
            return
        self._reachability.answered()
        arrival = Arrival(parcel, message_id, datetime.now(UTC))
        await self._stored(lambda: self._arrivals.store(arrival))
        self.counts["messages"] += 1
        self.counts["sent"] += len(parcel.deliveries)
        self.counts["repeats"] += sum(one.state is State.UNKNOWN for one in parcel.deliveries)
        log.info("message_sent", chat_id=parcel.chat_id, message_id=message_id, articles=len(parcel.deliveries))

    async def _send(self, parcel: Parcel, turn: Turn) -> int:
        try:
            return await self._request(parcel.chat_id, parcel.message, parcel.thread_id, turn)
        except MessageRefused as error:
            log.warning("message_refused", chat_id=parcel.chat_id, reason=error.reason, next_try="plain text")
            second = self._pacer.take(parcel.chat_id, time.monotonic())
            return await self._request(parcel.chat_id, as_plain(parcel.message), parcel.thread_id, second)

    async def _request(self, chat_id: int, message: Message, thread_id: int, turn: Turn) -> int:
        try:
            return await self._sender.send(chat_id, message, thread_id=thread_id, is_paced=True)
        finally:
            turn.ended = time.monotonic()

    async def _failed(self, parcel: Parcel, error: SendError) -> None:
        now, at = datetime.now(UTC), time.monotonic()
        others_pass = self._reachability.is_well
        if stopped_until := self._reachability.failed(error, at):
            self._pacer.stop(stopped_until)
        changes = await self._stored(lambda: store_failure(self._database, parcel, error, now, others_pass=others_pass))
        self._count(changes)
        self.counts["floods"] += isinstance(error, FloodWait)
        change = changes[0][1]
        if change.parked_until:
            self._pacer.park(parcel.chat_id, at + (change.parked_until - now).total_seconds())
        if change.stopped_until:
            self._pacer.stop(at + (change.stopped_until - now).total_seconds())
        log.warning(
            "message_not_sent",
            chat_id=parcel.chat_id,
            error=type(error).__name__,
            reason=error.reason,
            state=change.state.value,
            articles=len(changes),
        )
        self.wake()

    async def _stored(self, store: Callable[[], Awaitable[T]]) -> T:
        """What storing an outcome gives, tried until it succeeds: forgetting that a message arrived would repeat it."""
        while True:
            try:
                return await store()
            except Exception:
                if self._stopping:
                    raise
                log.exception("outcome_not_stored", next_try_seconds=REST_AFTER_FAULT)
                await asyncio.sleep(REST_AFTER_FAULT)

    def _count(self, changes: Changes) -> None:
        self.counts.update(change.state.value for _, change in changes if change.state is not State.PENDING)
