"""The clock: ticks by APScheduler. What is due stands in the database; a tick only looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

ALIVE_FOR = timedelta(seconds=30)

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
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._last_tick: datetime | None = None
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

    def stop(self) -> None:
        """No tick starts after this; running ones are the caller's to drain."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def is_alive(self) -> bool:
        """Whether a tick ended within the last half minute."""
        return self._last_tick is not None and datetime.now(UTC) - self._last_tick < ALIVE_FOR

    async def _run(self, tick: Tick) -> None:
        try:
            await tick.action()
        except Exception:
            # The next tick may fare better: the database may be back, the disk have room again.
            log.exception("tick_failed", tick=tick.name)
        else:
            self._last_tick = datetime.now(UTC)
