"""The workers of one process: the unit of work is a site, so that a slow one never holds up the others.

A site is what politeness spaces visits by: a registrable domain, mostly.
"""

from __future__ import annotations

import asyncio
from collections import deque

import structlog

from feedbot.domain.source import Source
from feedbot.services.claiming import site_of
from feedbot.services.polling import Poller

MAX_QUEUED = 500  # leased and waiting; more stay in the database, where another process can take them

log = structlog.get_logger()


class Workers:
    """Polls due sources, at most `count` sites at a time and one source of a site after the other."""

    def __init__(self, poller: Poller, count: int) -> None:
        self.count = count
        self._poller = poller
        self._waiting: dict[str, deque[Source]] = {}  # sites in the order in which they fell due
        self._busy: dict[str, deque[Source]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._refill: asyncio.Task[None] | None = None
        self._may_be_more = False
        self._stopping = False

    @property
    def queued(self) -> int:
        """How many leased sources wait for their turn."""
        return sum(map(len, (*self._waiting.values(), *self._busy.values())))

    @property
    def running(self) -> int:
        """How many sites are being polled."""
        return len(self._tasks)

    async def tick(self) -> None:
        """Leases what is due and sets free workers on it; returns without waiting for them.

        Workers that then run out of work while more is due lease that themselves: the clock sets no pace.
        """
        room = min(MAX_QUEUED - self.queued, 4 * self.count)
        if self._stopping or room <= 0:
            return
        waiting = {site: len(queue) for site, queue in (*self._waiting.items(), *self._busy.items())}
        leased = await self._poller.claim(room, waiting)
        if self._stopping:
            return
        self._may_be_more = len(leased) == room
        for source in leased:
            site = site_of(source.poll_url)
            queues = self._busy if site in self._busy else self._waiting
            queues.setdefault(site, deque()).append(source)
        self._start()

    async def idle(self) -> None:
        """Returns when nothing is queued, nothing runs, and nothing more is due."""
        while under_way := self._under_way():
            await asyncio.wait(under_way)

    async def stop(self, patience: float = 2.0) -> None:
        """Gives running polls `patience` seconds, ends the rest, and gives the leases back.

        A poll that is ended has stored nothing: the next start does it again.
        """
        self._stopping = True
        self._waiting.clear()
        for queue in self._busy.values():
            queue.clear()
        if under_way := self._under_way():
            await asyncio.wait(under_way, timeout=patience)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._poller.release()

    def _under_way(self) -> set[asyncio.Task[None]]:
        return self._tasks | ({self._refill} if self._refill else set())

    def _start(self) -> None:
        while self._waiting and len(self._tasks) < self.count:
            site = next(iter(self._waiting))
            self._busy[site] = self._waiting.pop(site)
            task = asyncio.create_task(self._work_through(site), name=f"polls of {site}")
            self._tasks.add(task)
            task.add_done_callback(self._finish)
        if self._may_be_more and not self._stopping and self._refill is None and len(self._tasks) < self.count:
            self._refill = asyncio.create_task(self._lease_more(), name="lease more sources")

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._start()

    async def _lease_more(self) -> None:
        self._may_be_more = False
        try:
            await self.tick()
        except Exception:
            log.exception("leasing_failed", next_try="with the next tick")
        finally:
            self._refill = None

    async def _work_through(self, site: str) -> None:
        queue = self._busy[site]
        first = True
        try:
            while queue:
                source = queue.popleft()
                # What has waited behind others may have been taken over by another process.
                if first or await self._poller.still_ours(source):
                    await self._poll(source)
                first = False
        finally:
            del self._busy[site]

    async def _poll(self, source: Source) -> None:
        try:
            await self._poller.poll(source)
        except Exception:
            # A defect must cost one poll of one source. Its lease runs out, then it is tried again.
            log.exception("poll_crashed", source=source.id)
