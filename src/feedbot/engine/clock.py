"""The clock: ticks by APScheduler. What is due stands in the database; a tick only looks."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

ALIVE_FOR = 30.0
LOOK_SECONDS = 10.0
TOLERANCE = timedelta(seconds=5)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tick:
    """Something to do every so many seconds; a tick that still runs is not started again."""

    name: str
    seconds: float
    action: Callable[[], Awaitable[None]]


class Clock:
    """Runs ticks on the event loop."""

    def __init__(self, ticks: tuple[Tick, ...]) -> None:
        # It warns of each tick that it left out because the one before still runs, as it should.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._ticks = ticks
        self._last_tick: float | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._failing: dict[str, str] = {}
        for tick in ticks:
            self._scheduler.add_job(
                self._run,
                IntervalTrigger(seconds=tick.seconds, timezone=UTC),
                args=(tick,),
                id=tick.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                next_run_time=datetime.now(UTC),
            )

    def start(self) -> None:
        """Starts ticking; the first tick of each comes at once."""
        self._scheduler.start()
        self._watch_time()

    async def stop(self, patience: float = 1.0) -> None:
        """No tick starts after this; running ones get `patience` seconds to end, then they are cancelled."""
        if not self._scheduler.running:
            return
        if self._watch:
            self._watch.cancel()
        # The scheduler forgets at its end what it started, so that ends only after its ticks.
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=patience)
        late = tuple(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)

    @property
    def is_alive(self) -> bool:
        """Whether a tick ended within the last half minute."""
        return self._last_tick is not None and time.monotonic() - self._last_tick < ALIVE_FOR

    def catch_up(self, now: datetime) -> None:
        """Lets every tick come at once whose time is further away than it can be: the clock was set back.

        The scheduler goes by the time of day, and would wait until that comes round again.
        """
        for tick in self._ticks:
            job = self._scheduler.get_job(tick.name)
            if job and job.next_run_time and job.next_run_time > now + timedelta(seconds=tick.seconds) + TOLERANCE:
                log.warning("clock_set_back", tick=tick.name, was_planned=job.next_run_time.isoformat())
                job.modify(next_run_time=now)

    def _watch_time(self) -> None:
        self.catch_up(datetime.now(UTC))
        self._watch = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._watch_time)

    async def _run(self, tick: Tick) -> None:
        # A task of its own: the scheduler would report one that is cancelled as an error.
        task = asyncio.create_task(self._tick(tick), name=f"tick {tick.name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait((task,))

    async def _tick(self, tick: Tick) -> None:
        try:
            await tick.action()
        except Exception as error:
            # The next tick may fare better: the database may be back, the disk have room again. Told once, since
            # a line every second would fill what is left of the disk.
            if self._failing.get(tick.name) != repr(error):
                log.exception("tick_failed", tick=tick.name, next_try_seconds=tick.seconds)
            self._failing[tick.name] = repr(error)
        else:
            self._last_tick = time.monotonic()
            if self._failing.pop(tick.name, None):
                log.info("tick_is_back", tick=tick.name)
