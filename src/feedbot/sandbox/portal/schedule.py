"""When which story comes out: a pure function of the start, the pace and the clock, so that a restart goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SITE_ZONE = ZoneInfo("Asia/Shanghai")
_BACKLOG_SPACING = timedelta(hours=3, minutes=17)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Stories 1 to `backlog` are older than `epoch`; from then on one comes out every `every` seconds.

    During `pauses` (from, until; in order, apart from each other, as Unix times) the editors rest: nothing comes out,
    and what came out before keeps its date.
    """

    epoch: float
    every: float
    backlog: int
    seed_date: datetime
    pauses: tuple[tuple[float, float], ...] = ()

    def count(self, now: float) -> int:
        """How many stories are out at `now`; they are numbered from 1."""
        rested = sum(max(0.0, min(end, now) - max(start, self.epoch)) for start, end in self.pauses)
        return self.backlog + max(0, int((now - self.epoch - rested) // self.every))

    def published(self, number: int) -> datetime:
        """The story's date in the site's zone, to the minute, as the portal keeps it."""
        if number == 1:
            return self.seed_date.astimezone(SITE_ZONE)
        if number <= self.backlog:
            start = datetime.fromtimestamp(self.epoch, SITE_ZONE)
            moment = start - (self.backlog - number + 1) * _BACKLOG_SPACING
        else:
            moment = datetime.fromtimestamp(self._after(number), SITE_ZONE)
        return moment.replace(second=0, microsecond=0)

    def _after(self, number: int) -> float:
        """When a story of after the epoch comes out, put off by the pauses before it."""
        moment = self.epoch + (number - self.backlog) * self.every
        for start, end in self.pauses:
            if moment > start:
                moment += end - max(start, self.epoch)
        return moment
