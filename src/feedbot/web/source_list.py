"""Every source, those in trouble first. A long list is read from the database only now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from feedbot.domain.source import Source
from feedbot.storage import sources
from feedbot.storage.database import Connection

LONG = 100
FRESH_SECONDS = 10.0
# Trouble first; what is switched off on purpose last.
_ORDER = {"failing": 0, "gone": 1, "new": 2, "ok": 2, "disabled": 3, "removed": 4}


class SourceList:
    """The sources that are not removed. A list of more than 100 may be ten seconds old."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: tuple[Source, ...] = ()
        self._until = 0.0

    async def read(self, connection: Connection) -> Sequence[Source]:
        """All of them: those in trouble first, then by title."""
        if len(self._kept) > LONG and self._monotonic() < self._until:
            return self._kept
        found = await sources.list_all(connection)
        self._kept = tuple(sorted(found, key=lambda one: (_ORDER[one.health], one.title.casefold(), one.id)))
        self._until = self._monotonic() + FRESH_SECONDS
        return self._kept
