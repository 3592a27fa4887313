"""Making the stored sources exactly those that are declared."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services.categorising import categories_of
from feedbot.storage import articles, categories, sources
from feedbot.storage.database import Connection, Database
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
            if old and _sorted_by(old.options) != _sorted_by(entry.options):
                await _recategorise(connection, old.number, entry.options)
    if done.added or done.changed or done.removed:
        log.info("sources_reconciled", added=len(done.added), changed=len(done.changed), removed=len(done.removed))
    return done


def _sorted_by(options: SourceOptions) -> tuple[object, ...]:
    """What decides to which categories the articles of a source belong."""
    return options.categories, [dict(rule) for rule in options.category_rules]


async def _recategorise(connection: Connection, number: int, options: SourceOptions) -> None:
    """Puts every stored article of a source where its options put it now."""
    after = 0
    while some := await articles.of_source(connection, number, after=after):
        named = await asyncio.to_thread(lambda batch: {one.id: categories_of(one, options) for one in batch}, some)
        await articles.recategorise(connection, named)
        after = some[-1].id
