"""Who may ask whom when: a queue for each host, spacing between requests, holds, and a limit over all hosts."""

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
class _Host:
    slots: Slots
    free_at: float = 0.0
    held_until: float = 0.0
    users: int = 0


class HostQueues:
    """Turns to speak to a host.

    At most `per_host` at once to one host, `spacing` seconds from the end of one to the start of the next, at most
    `concurrency` over all hosts. The overall slot is taken only when it is the host's turn, so a slow host holds up
    nobody else. `clock` gives seconds and `sleep` waits for some; both are the event loop's unless given.
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
        self._hosts: dict[str, _Host] = {}
        self._sweep_at = _FIRST_SWEEP

    @property
    def remembered(self) -> int:
        """How many hosts are kept in memory: in use, in their spacing, or on hold."""
        return len(self._hosts)

    @property
    def running(self) -> int:
        """How many turns are taken now, over all hosts."""
        return self._all.used

    def resize(self, *, concurrency: int, per_host: int, spacing: float) -> None:
        """New limits, from the next turn on."""
        self._per_host, self._spacing = per_host, spacing
        self._all.resize(concurrency)
        for host in self._hosts.values():
            host.slots.resize(per_host)

    @asynccontextmanager
    async def turn(self, key: str, *, first: bool = False) -> AsyncIterator[None]:
        """Waits for the host's turn and holds it for the block; `first` goes ahead of the host's other visitors.

        Raises HostOnHoldError, at once, if the host is on hold for longer than 30 seconds; a shorter hold is waited
        for.
        """
        with self._visiting(key) as host:
            _refuse_if_held(host, self._clock())
            await host.slots.acquire(first=first)
            try:
                await self._enter(host)
                try:
                    yield
                finally:
                    self._all.release()
                    host.free_at = max(host.free_at, self._clock() + self._spacing)
            finally:
                host.slots.release()

    def hold(self, key: str, seconds: float) -> None:
        """Lets nobody speak to the host for so many seconds (a day at the most)."""
        host = self._host(key)
        host.held_until = max(host.held_until, self._clock() + min(seconds, LONGEST_HOLD))

    async def _enter(self, host: _Host) -> None:
        """Takes an overall slot at a moment when the host may be spoken to."""
        while True:
            await self._until_ready(host)
            await self._all.acquire()
            if max(host.free_at, host.held_until) <= self._clock():
                return
            self._all.release()

    async def _until_ready(self, host: _Host) -> None:
        while (wait := max(host.free_at, host.held_until) - self._clock()) > 0:
            _refuse_if_held(host, self._clock())
            await self._sleep(wait)

    @contextmanager
    def _visiting(self, key: str) -> Iterator[_Host]:
        host = self._host(key)
        host.users += 1
        try:
            yield host
        finally:
            host.users -= 1

    def _host(self, key: str) -> _Host:
        host = self._hosts.get(key)
        if host is None:
            self._sweep()
            host = self._hosts[key] = _Host(Slots(self._per_host))
        return host

    def _sweep(self) -> None:
        """Forgets the hosts of which nothing is to be remembered, whenever their number has doubled."""
        if len(self._hosts) < self._sweep_at:
            return
        now = self._clock()
        self._hosts = {
            key: host for key, host in self._hosts.items() if host.users or max(host.free_at, host.held_until) > now
        }
        self._sweep_at = max(_FIRST_SWEEP, 2 * len(self._hosts))


def _refuse_if_held(host: _Host, now: float) -> None:
    if host.held_until - now > PATIENCE:
        raise HostOnHoldError(host.held_until - now)
