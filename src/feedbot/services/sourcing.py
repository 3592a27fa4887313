"""Making the stored sources exactly those that are declared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from feedbot.domain.source import DeclaredSource
from feedbot.storage import articles, categories, sources
from feedbot.storage.database import Database
from feedbot.storage.sources import Reconciled

log = structlog.get_logger()


async def first_category(database: Database) -> int | None:
    """The id of the category that a newcomer is shown first; None while there is none."""
    async with database.read() as connection:
        tree = await categories.tree(connection)
    return tree[0].id if tree else None


async def reconcile(database: Database, declared: Sequence[DeclaredSource], now: datetime) -> Reconciled:
    """Adds, changes and removes declared sources; those added at run time stay. What was done, by id.

    Articles go along when their source's categories change.
    """
    async with database.write() as connection:
        before = {source.id: source for source in await sources.list_all(connection, removed=True)}
        done = await sources.reconcile(connection, declared, now)
        for entry in declared:
            old = before.get(entry.id)
            if old and old.options.categories != entry.options.categories:
                await articles.recategorise(connection, old.number, entry.options.categories)
    if done.added or done.changed or done.removed:
        log.info("sources_reconciled", added=len(done.added), changed=len(done.changed), removed=len(done.removed))
    return done
