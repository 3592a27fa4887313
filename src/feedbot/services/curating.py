"""Sources that people add at run time, by command, bot or web: adding, switching, removing, writing out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from feedbot.domain.identity import canonical_url
from feedbot.domain.source import DeclaredSource, Source
from feedbot.errors import Refused
from feedbot.services import credentials
from feedbot.storage import added_sources, sources
from feedbot.storage.database import Connection, Database

log = structlog.get_logger()


class SourceDeclaredElsewhere(Refused):
    """The source stands in a file, and is changed there; `source_id` names it."""

    def __init__(self, source_id: str, origin: str) -> None:
        self.source_id = source_id
        where = "in a file of config/sources: change it there" if origin == "file" else "by the sandbox itself"
        super().__init__(f"{source_id} is declared {where}.")


@dataclass(frozen=True, slots=True)
class Occupant:
    """A source that has an address already; `is_removed`: it is not there any more, `is_added`: at run time."""

    id: str
    title: str
    is_removed: bool = False
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What a new source may not have: the ids that were ever used, and canonical addresses with who has them."""

    ids: frozenset[str] = frozenset()
    addresses: Mapping[str, Occupant] = field(default_factory=dict)

    def at(self, url: str) -> Occupant | None:
        """Who has that address; None if it is free."""
        return self.addresses.get(canonical_url(url))

    def with_declared(self, declared: Iterable[DeclaredSource]) -> Taken:
        """The same with sources of files, which may not be in the database yet."""
        every = tuple(declared)
        own = {canonical_url(one.url): Occupant(one.id, one.title) for one in every}
        return Taken(self.ids | {one.id for one in every}, {**self.addresses, **own})


async def taken(database: Database) -> Taken:
    """The ids and addresses of every source, removed ones too."""
    async with database.read() as connection:
        return _taken(await sources.list_all(connection, removed=True))


async def add(database: Database, entry: DeclaredSource, now: datetime) -> Source:
    """The source as stored: a running feedbot polls it within a second or two. Its secrets are sealed.

    Raises:
        Refused: its id or address is that of another source, or a secret cannot be sealed; the text names it.
    """
    sealed = credentials.sealed(entry, database.vault)
    async with database.write() as connection:
        refuse_taken(_taken(await sources.list_all(connection, removed=True)), entry)
        if not await added_sources.add(connection, sealed, now):
            raise _id_taken(entry.id)  # somebody was faster by a moment
        stored = await _known(connection, entry.id)
    log.info("source_added", source=stored.id, type=stored.type)
    return stored


def unknown(source_id: str) -> Refused:
    """What is told of an id that no source has."""
    return Refused(f"There is no source {source_id!r}: `feedbot sources list` shows those that there are.")


def refuse_taken(known: Taken, entry: DeclaredSource) -> None:
    """Returns if id and address are free.

    Raises:
        Refused: one is not; the text names the other source and what to do.
    """
    other = known.at(entry.url)
    if other and not other.is_removed:
        raise Refused(f"This address is already the source {other.id} ({other.title}).")
    if other and other.is_added:
        raise Refused(
            f"This address was the source {other.id}, which is removed: `feedbot sources enable {other.id}` brings it "
            "back with its articles."
        )
    if entry.id in known.ids:
        raise _id_taken(entry.id)


async def enable(database: Database, source_id: str, now: datetime) -> Source:
    """The source, on again and due at once; one that was removed is back, with its articles.

    Raises:
        Refused: there is none of that id, or it is declared in a file.
    """
    async with database.write() as connection:
        found = await _own(connection, source_id)
        if found.removed_at or not found.enabled or found.gone_at:
            await added_sources.switch_on(connection, found.number, now)
        return await _known(connection, source_id)


async def disable(database: Database, source_id: str) -> Source:
    """The source, no longer visited; its articles and feeds stay.

    Raises:
        Refused: there is none of that id, it is removed, or it is declared in a file.
    """
    async with database.write() as connection:
        found = await _own(connection, source_id)
        _refuse_removed(found)
        await added_sources.switch_off(connection, found.number)
        return await _known(connection, source_id)


async def remove(database: Database, source_id: str, now: datetime) -> Source:
    """The source, removed: its articles stay, its feed answers 410, and `enable` brings it back.

    Raises:
        Refused: there is none of that id, it is removed already, or it is declared in a file.
    """
    async with database.write() as connection:
        found = await _own(connection, source_id)
        _refuse_removed(found)
        await added_sources.remove(connection, found.number, now)
        return await _known(connection, source_id)


async def get(database: Database, source_id: str) -> Source:
    """The source of that id, removed ones too.

    Raises:
        Refused: there never was one.
    """
    async with database.read() as connection:
        return await _known(connection, source_id)


async def added(database: Database, ids: Sequence[str] = ()) -> tuple[Source, ...]:
    """The sources that were added at run time and are not removed, by id; of `ids`, if any are given.

    Raises:
        Refused: one of the ids is not such a source.
    """
    async with database.read() as connection:
        for source_id in ids:
            _refuse_removed(await _own(connection, source_id))
        everything = await sources.list_all(connection)
    wanted = frozenset(ids) or None
    own = (source for source in everything if source.origin == added_sources.ORIGIN)
    return tuple(source for source in own if wanted is None or source.id in wanted)


def _id_taken(source_id: str) -> Refused:
    return Refused(f"There is, or was, a source with the id {source_id}: give this one another, with --id.")


def _taken(everything: Iterable[Source]) -> Taken:
    addresses: dict[str, Occupant] = {}
    every = sorted(everything, key=lambda one: one.removed_at is None)  # who is still there has the last word
    for one in every:
        occupant = Occupant(one.id, one.title, one.removed_at is not None, one.origin == added_sources.ORIGIN)
        addresses |= dict.fromkeys(map(canonical_url, (one.url, one.poll_url)), occupant)
    return Taken(frozenset(one.id for one in every), addresses)


async def _known(connection: Connection, source_id: str) -> Source:
    found = await sources.get(connection, source_id)
    if found is None:
        raise unknown(source_id)
    return found


async def _own(connection: Connection, source_id: str) -> Source:
    """The source, if it was added at run time."""
    found = await _known(connection, source_id)
    if found.origin != added_sources.ORIGIN:
        raise SourceDeclaredElsewhere(found.id, found.origin)
    return found


def _refuse_removed(source: Source) -> None:
    if source.removed_at:
        raise Refused(f"{source.id} is removed: `feedbot sources enable {source.id}` brings it back.")
