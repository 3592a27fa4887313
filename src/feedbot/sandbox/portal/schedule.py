"""When which story comes out: a pure function of the start, the pace and the clock, so that a restart goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SITE_ZONE = ZoneInfo("Asia/Shanghai")
_BACKLOG_SPACING = timedelta(hours=3, minutes=17)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Stories 1 to `backlog` are older than `epoch`; from then on one comes out every `every` seconds."""

    epoch: float
    every: float
    backlog: int
    seed_date: datetime

    def count(self, now: float) -> int:
        """How many stories are out at `now`; they are numbered from 1."""
        return self.backlog + max(0, int((now - self.epoch) // self.every))

    def published(self, number: int) -> datetime:
        """The story's date in the site's zone, to the minute, as the portal keeps it."""
        if number == 1:
            return self.seed_date.astimezone(SITE_ZONE)
        start = datetime.fromtimestamp(self.epoch, SITE_ZONE)
        if number <= self.backlog:
            moment = start - (self.backlog - number + 1) * _BACKLOG_SPACING
        else:
            moment = start + timedelta(seconds=(number - self.backlog) * self.every)
        return moment.replace(second=0, microsecond=0)
