"""Who may ask whom when: queues for sites and hosts, spacing between requests, holds, and a limit over all sites."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

LONGEST_HOLD = 86_400.0
PATIENCE = 30.0
_FIRST_SWEEP = 256


class HostOnHoldError(Exception):
    """The host asked to be left alone for `seconds` more."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"on hold for {seconds:.0f} s")


class Slots:
    """A semaphore whose capacity may change while it is in use; first come, first served."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._used = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def used(self) -> int:
        """How many are taken now."""
        return self._used

    @property
    def is_idle(self) -> bool:
        """Whether none is taken and none waited for."""
        return not self._used and not self._waiting

    async def acquire(self, *, first: bool = False) -> None:
        """Takes a slot, waiting for one if need be; with `first`, ahead of those who wait already."""
        if self._used < self._capacity and not self._waiting:
            self._used += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.insert(0 if first else len(self._waiting), turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with suppress(ValueError):  # it may have been passed over already
                    self._waiting.remove(turn)
                self._serve()  # whoever came meanwhile waits behind this one
            else:  # the slot was given in the same moment: pass it on
                self.release()
            raise

    def release(self) -> None:
        """Gives a slot back."""
        self._used -= 1
        self._serve()

    def resize(self, capacity: int) -> None:
        """Sets how many slots there are; those already taken stay."""
        self._capacity = capacity
        self._serve()

    def _serve(self) -> None:
        while self._waiting and self._used < self._capacity:
            turn = self._waiting.popleft()
            if not turn.done():
                self._used += 1
                turn.set_result(None)


@dataclass(slots=True)
class _Queue:
    """One site or one host. `delay` is what the host itself asks for between two requests, in seconds."""

    slots: Slots
    free_at: float = 0.0
    held_until: float = 0.0
    delay: float = 0.0
    users: int = 0

    @property
    def ready_at(self) -> float:
        return max(self.free_at, self.held_until)


class HostQueues:
    """Turns to speak to a host, which is one of a site's: all hosts of a site share its spacing and its slots.

    At most `per_host` at once to one site, `spacing` seconds from the end of one to the start of the next, at most
    `concurrency` over all sites. A host may ask for more: `hold` and `slow_down` concern it alone, and who waits for
    such a host does not hold up the others of its site. The overall slot is taken only when it is the site's turn, so
    a slow site holds up nobody else. Whoever comes first is served first, so the many sources of one platform wait for
    each other and for nobody longer than their number says. `clock` gives seconds and `sleep` waits for some; both are
    the event loop's unless given.
    """

    def __init__(
        self,
        *,
        concurrency: int,
        per_host: int,
        spacing: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._all = Slots(concurrency)
        self._per_host = per_host
        self._spacing = spacing
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Queue] = {}
        self._sites: dict[str, _Queue] = {}
        self._sweep_at = _FIRST_SWEEP

    @property
    def remembered(self) -> int:
        """How many hosts are kept in memory: in use, in their spacing, or on hold."""
        return max(len(self._hosts), len(self._sites))

    @property
    def running(self) -> int:
        """How many turns are taken now, over all sites."""
        return self._all.used

    def resize(self, *, concurrency: int, per_host: int, spacing: float) -> None:
        """New limits, from the next turn on."""
        self._per_host, self._spacing = per_host, spacing
        self._all.resize(concurrency)
        for queue in (*self._hosts.values(), *self._sites.values()):
            queue.slots.resize(per_host)

    @asynccontextmanager
    async def turn(self, host_key: str, site_key: str | None = None, *, first: bool = False) -> AsyncIterator[None]:
        """Waits for the turn of the host and its site and holds it for the block.

        The host is a site of its own unless `site_key` names one. `first` goes ahead of the other visitors. Raises
        HostOnHoldError, at once, if the host is on hold for longer than 30 seconds; a shorter hold is waited for.
        """
        self._sweep()
        with self._using(self._hosts, host_key) as host, self._using(self._sites, site_key or host_key) as site:
            _refuse_if_held(host, self._clock())
            async with _taking(host.slots, first=first):
                await self._until_ready(host)
                async with _taking(site.slots, first=first), self._entering(host, site):
                    yield

    def hold(self, host_key: str, seconds: float) -> None:
        """Lets nobody speak to the host for so many seconds (a day at the most)."""
        host = self._queue(self._hosts, host_key)
        host.held_until = max(host.held_until, self._clock() + min(seconds, LONGEST_HOLD))

    def held_for(self, host_key: str) -> float:
        """For how many seconds more the host is on hold, 0 if it is not."""
        host = self._hosts.get(host_key)
        return max(host.held_until - self._clock(), 0.0) if host else 0.0

    def slow_down(self, host_key: str, seconds: float) -> None:
        """Keeps so many seconds between two requests to this host, from the end of one to the start of the next."""
        self._queue(self._hosts, host_key).delay = seconds

    @asynccontextmanager
    async def _entering(self, host: _Queue, site: _Queue) -> AsyncIterator[None]:
        """Takes an overall slot at a moment when the site and the host may be spoken to."""
        while True:
            await self._until_ready(site)
            await self._until_ready(host)  # it may have asked to wait meanwhile
            await self._all.acquire()
            if max(host.ready_at, site.ready_at) <= self._clock():
                break
            self._all.release()
        try:
            yield
        finally:
            self._all.release()
            now = self._clock()
            site.free_at = max(site.free_at, now + self._spacing)
            host.free_at = max(host.free_at, now + host.delay)

    async def _until_ready(self, queue: _Queue) -> None:
        while (wait := queue.ready_at - self._clock()) > 0:
            _refuse_if_held(queue, self._clock())
            await self._sleep(wait)

    @contextmanager
    def _using(self, queues: dict[str, _Queue], key: str) -> Iterator[_Queue]:
        queue = self._queue(queues, key)
        queue.users += 1
        try:
            yield queue
        finally:
            queue.users -= 1

    def _queue(self, queues: dict[str, _Queue], key: str) -> _Queue:
        found = queues.get(key)
        if found is None:
            found = queues[key] = _Queue(Slots(self._per_host))
        return found

    def _sweep(self) -> None:
        """Forgets the hosts and sites of which nothing is to be remembered, whenever their number has doubled."""
        if self.remembered < self._sweep_at:
            return
        now = self._clock()
        for queues in (self._hosts, self._sites):
            for key in [key for key, queue in queues.items() if not queue.users and queue.ready_at <= now]:
                del queues[key]
        self._sweep_at = max(_FIRST_SWEEP, 2 * self.remembered)


@asynccontextmanager
async def _taking(slots: Slots, *, first: bool) -> AsyncIterator[None]:
    await slots.acquire(first=first)
    try:
        yield
    finally:
        slots.release()


def _refuse_if_held(queue: _Queue, now: float) -> None:
    if queue.held_until - now > PATIENCE:
        raise HostOnHoldError(queue.held_until - now)
