"""Making the stored sources exactly those that are declared."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from feedbot.domain.identity import canonical_url
from feedbot.domain.source import DeclaredSource, Source, SourceOptions
from feedbot.services import credentials
from feedbot.services.categorising import categories_of
from feedbot.storage import articles, categories, sources
from feedbot.storage.added_sources import ORIGIN
from feedbot.storage.database import Connection, Database
from feedbot.storage.secrets import Vault
from feedbot.storage.sources import Reconciled

log = structlog.get_logger()


async def first_category(database: Database) -> int | None:
    """The id of the category that a newcomer is shown first; None while there is none."""
    async with database.read() as connection:
        tree = await categories.tree(connection)
    return tree[0].id if tree else None


async def reconcile(database: Database, declared: Sequence[DeclaredSource], now: datetime) -> Reconciled:
    """Adds, changes and removes declared sources; those added at run time stay. What was done, by id.

    Articles go along when their source's categories change. A source of a file takes the place of one that was added at
    run time under the same id, and the log tells so. Secrets are sealed.

    Raises:
        Refused: a secret cannot be sealed; the text says where to set a key.
    """
    async with database.write() as connection:
        before = {source.id: source for source in await sources.list_all(connection, removed=True)}
        declared = [_as_stored(entry, before.get(entry.id), database.vault) for entry in declared]
        _tell_collisions(declared, before)
        done = await sources.reconcile(connection, declared, now)
        for entry in declared:
            old = before.get(entry.id)
            if old and _sorted_by(old.options) != _sorted_by(entry.options):
                await _recategorise(connection, old.number, entry.options)
    if done.added or done.changed or done.removed:
        log.info("sources_reconciled", added=len(done.added), changed=len(done.changed), removed=len(done.removed))
    return done


def _as_stored(entry: DeclaredSource, old: Source | None, vault: Vault) -> DeclaredSource:
    return credentials.as_stored(entry, old.options if old else None, vault)


def _tell_collisions(declared: Sequence[DeclaredSource], before: Mapping[str, Source]) -> None:
    """What a declared source has in common with one that was added at run time: its id, or its address."""
    added = {canonical_url(one.url): one for one in before.values() if one.origin == ORIGIN and not one.removed_at}
    for entry in declared:
        old, same = before.get(entry.id), added.get(canonical_url(entry.url))
        if old and old.origin == ORIGIN:
            log.warning("source_declared_too", source=entry.id, remedy="the file counts, and replaces what was added")
        elif same and same.id != entry.id:
            remedy = f"one article comes twice: feedbot sources remove {same.id}"
            log.warning("source_address_twice", source=entry.id, added=same.id, remedy=remedy)


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
