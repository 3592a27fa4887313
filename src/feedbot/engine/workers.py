"""The workers of one process: the unit of work is a host, so that one slow site never holds up the others."""

from __future__ import annotations

import asyncio
from collections import deque
from urllib.parse import urlsplit

import structlog

from feedbot.domain.source import Source
from feedbot.services.polling import Poller

MAX_QUEUED = 500  # leased and waiting; more stay in the database, where another process can take them

log = structlog.get_logger()


class Workers:
    """Polls due sources, at most `count` hosts at a time and one source of a host after the other."""

    def __init__(self, poller: Poller, count: int) -> None:
        self.count = count
        self._poller = poller
        self._waiting: dict[str, deque[Source]] = {}  # hosts in the order in which they fell due
        self._busy: dict[str, deque[Source]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def queued(self) -> int:
        """How many leased sources wait for their turn."""
        return sum(map(len, (*self._waiting.values(), *self._busy.values())))

    @property
    def running(self) -> int:
        """How many hosts are being polled."""
        return len(self._tasks)

    async def tick(self) -> None:
        """Leases what is due and sets free workers on it; returns without waiting for them."""
        room = MAX_QUEUED - self.queued
        if self._stopping or room <= 0:
            return
        for source in await self._poller.claim(min(room, 4 * self.count)):
            host = (urlsplit(source.poll_url).hostname or "").lower()
            queue = self._busy.get(host) or self._waiting.setdefault(host, deque())
            queue.append(source)
        self._start()

    async def idle(self) -> None:
        """Returns when nothing is queued and nothing runs."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self, patience: float = 2.0) -> None:
        """Gives running polls `patience` seconds, ends the rest, and gives the leases back.

        A poll that is ended has stored nothing: the next start does it again.
        """
        self._stopping = True
        self._waiting.clear()
        for queue in self._busy.values():
            queue.clear()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=patience)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._poller.release()

    def _start(self) -> None:
        while self._waiting and len(self._tasks) < self.count:
            host = next(iter(self._waiting))
            self._busy[host] = self._waiting.pop(host)
            task = asyncio.create_task(self._work_through(host), name=f"polls of {host}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work_through(self, host: str) -> None:
        queue = self._busy[host]
        first = True
        try:
            while queue:
                source = queue.popleft()
                # What has waited behind others may have been taken over by another process.
                if first or await self._poller.still_ours(source):
                    await self._poll(source)
                first = False
        finally:
            del self._busy[host]
            asyncio.get_running_loop().call_soon(self._start)

    async def _poll(self, source: Source) -> None:
        try:
            await self._poller.poll(source)
        except Exception:
            # A defect must cost one poll of one source. Its lease runs out, then it is tried again.
            log.exception("poll_crashed", source=source.id)
