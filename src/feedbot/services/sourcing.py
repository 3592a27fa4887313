"""Making the stored sources exactly those that are declared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from feedbot.domain.source import DeclaredSource
from feedbot.storage import sources
from feedbot.storage.database import Database
from feedbot.storage.sources import Reconciled

log = structlog.get_logger()


async def reconcile(database: Database, declared: Sequence[DeclaredSource], now: datetime) -> Reconciled:
    """Adds, changes and removes declared sources; those added at run time stay. What was done, by id."""
    async with database.write() as connection:
        done = await sources.reconcile(connection, declared, now)
    if done.added or done.changed or done.removed:
        log.info("sources_reconciled", added=len(done.added), changed=len(done.changed), removed=len(done.removed))
    return done
