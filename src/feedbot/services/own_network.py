"""Our own network: noticed when it goes down and when it is back, and nothing of that is held against a source."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from feedbot.domain import outage
from feedbot.domain.source import Source
from feedbot.errors import FetchError
from feedbot.services.claiming import site_of
from feedbot.storage import due
from feedbot.storage.database import Database

TRIED_AGAIN = timedelta(minutes=5)
REASON = "Our own network seems to be down: tried again in a few minutes, not counted against the source."

log = structlog.get_logger()


class OwnNetwork:
    """What the newest visits of this process tell of its own network. `down_since` is None while it works."""

    def __init__(self) -> None:
        self.down_since: datetime | None = None
        self._attempts = outage.Attempts()
        self._victims: frozenset[int] = frozenset()

    def is_to_blame(self, source: Source, error: FetchError | None, now: datetime) -> bool:
        """Whether this visit, which has just ended, failed because of our own network."""
        kind = error.kind if error else None
        was_failing = source.failures > 0
        self._attempts.note(site_of(source.poll_url), now, kind, number=source.number, was_failing=was_failing)
        is_down = self._attempts.is_outage(now)
        if is_down and self.down_since is None:
            self.down_since = now
            self._victims = self._attempts.victims(now)
            log.warning("own_network_down", remedy="nothing counts against the sources; check this machine's network")
        elif not is_down and self.down_since is not None:
            log.info("own_network_back", down_seconds=round((now - self.down_since).total_seconds()))
            self.down_since = None
        return is_down and kind in outage.UNREACHABLE

    async def forgive(self, database: Database, now: datetime) -> None:
        """Takes back what was counted against sources before it was clear whose fault it was."""
        if self._victims:
            victims, self._victims = self._victims, frozenset()
            async with database.write() as connection:
                await due.forgive(connection, victims, outage.UNREACHABLE, at=now + TRIED_AGAIN, reason=REASON)

    def describe(self) -> str:
        """One sentence for people."""
        if self.down_since is None:
            return "Sites can be reached."
        return f"Most sites cannot be reached since {self.down_since:%Y-%m-%d %H:%M} UTC: our own network seems down."
