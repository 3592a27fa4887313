"""Sources: reconciling the declared ones, leasing those that are due, and the state after a poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, and_, case, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.domain.source import DeclaredSource, Source, SourceOptions
from feedbot.storage import categories, held
from feedbot.storage.database import insert
from feedbot.storage.rows import to_source
from feedbot.storage.tables import source

LEASE = timedelta(minutes=10)
CLOCK_TOLERANCE = timedelta(minutes=5)
DECLARED_ORIGINS = ("file", "sandbox")
_NOT_OF_READING = frozenset({"categories", "category_rules", "interval"})


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconciliation did, as ids."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


async def reconcile(connection: AsyncConnection, declared: Sequence[DeclaredSource], now: datetime) -> Reconciled:
    """Makes the declared sources exactly those given; sources added at run time stay as they are.

    A source that is no longer declared is marked as removed: its articles stay, its feed answers 410. One that is read
    in another way from now on is polled at once, and a poll of it that is under way stores nothing. One that is back,
    or switched on again, begins with a new baseline.
    """
    stored = {row["id"]: row for row in (await connection.execute(select(source))).mappings()}
    added, changed = [], []
    for entry in declared:
        row = stored.get(entry.id)
        if row is None:
            await connection.execute(insert(connection, source), {**_declaration(entry), **_fresh(now)})
            added.append(entry.id)
        elif values := _difference(entry, row, now):
            await connection.execute(update(source).where(source.c.number == row["number"]).values(**values))
            if "redesign" in values:
                await held.clear(connection, row["number"])
            changed.append(entry.id)
    kept = {entry.id for entry in declared}
    removed = [
        row["id"]
        for row in stored.values()
        if row["origin"] in DECLARED_ORIGINS and row["id"] not in kept and row["removed_at"] is None
    ]
    if removed:
        gone = update(source).where(source.c.id.in_(removed))
        await connection.execute(gone.values(removed_at=now, next_poll_at=None, lease_owner=None, leased_until=None))
    named = [path for entry in declared for path in entry.options.categories]
    await categories.ensure(connection, await categories.resolve(connection, named))
    return Reconciled(tuple(added), tuple(changed), tuple(removed))


async def lease_due(
    connection: AsyncConnection, owner: str, limit: int, now: datetime, *, among: Sequence[int] | None = None
) -> list[Source]:
    """At most `limit` sources whose time has come, the longest overdue first, leased to `owner` for ten minutes.

    `among` are the numbers of the only ones to be considered, None for all. An owner that holds many leases adds `/`
    and a name of each to its own, so that it can tell a newer one from one that it has lost.
    """
    free = or_(source.c.leased_until.is_(None), source.c.leased_until < now)
    due = (
        select(source.c.number)
        .where(source.c.next_poll_at <= now, free, source.c.enabled, source.c.removed_at.is_(None))
        .order_by(source.c.next_poll_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if among is not None:
        due = due.where(source.c.number.in_(among))
    return await _lease(connection, due, owner, now)


async def lease_one(connection: AsyncConnection, source_id: str, owner: str, now: datetime) -> Source | None:
    """The source, leased now whether due or not; None if it does not exist or somebody polls it at the moment."""
    free = or_(source.c.leased_until.is_(None), source.c.leased_until < now)
    wanted = select(source.c.number).where(source.c.id == source_id, free, source.c.removed_at.is_(None))
    leased = await _lease(connection, wanted.with_for_update(skip_locked=True), owner, now)
    return leased[0] if leased else None


async def renew(connection: AsyncConnection, number: int, owner: str, now: datetime) -> bool:
    """Whether `owner` still holds the lease, which then runs for ten minutes more."""
    held = and_(source.c.number == number, source.c.lease_owner == owner)
    result = await connection.execute(update(source).where(held).values(leased_until=now + LEASE))
    return bool(result.rowcount)


async def release(connection: AsyncConnection, owner: str | None = None) -> None:
    """Gives back the leases of `owner`, or all leases (a single process, at its start)."""
    statement = update(source).values(lease_owner=None, leased_until=None)
    held = source.c.lease_owner
    theirs = or_(held == owner, held.startswith(f"{owner}/", autoescape=True)) if owner else held.is_not(None)
    await connection.execute(statement.where(theirs))


async def save_state(connection: AsyncConnection, number: int, owner: str, values: Mapping[str, Any]) -> bool:
    """Stores what a poll taught and gives the lease back; False if the lease was lost, and then nothing is stored."""
    held = and_(source.c.number == number, source.c.lease_owner == owner)
    result = await connection.execute(update(source).where(held).values(**values, lease_owner=None, leased_until=None))
    return bool(result.rowcount)


async def interrupt(
    connection: AsyncConnection, number: int, now: datetime, reason: str, *, redesign: Mapping[str, Any] | None
) -> None:
    """Makes a source due at once with another `redesign`; a poll of it that is under way stores nothing."""
    values: dict[str, Any] = {"redesign": redesign, "body_digest": None, "etag": None, "last_modified": None}
    values |= {"next_poll_at": now, "plan_reason": reason, "lease_owner": None, "leased_until": None}
    await connection.execute(update(source).where(source.c.number == number).values(**values))


async def propose(connection: AsyncConnection, number: int, url: str | None) -> None:
    """Stores a new address that was found for a source, for its admins to judge."""
    await connection.execute(update(source).where(source.c.number == number).values(proposed_url=url))


async def set_redesign(connection: AsyncConnection, number: int, redesign: Mapping[str, Any]) -> None:
    """Stores what is remembered of a redesign beside the polls of the source."""
    await connection.execute(update(source).where(source.c.number == number).values(redesign=dict(redesign)))


async def poll_soon(connection: AsyncConnection, source_id: str, now: datetime) -> bool:
    """Makes a source due at once; False if there is no such enabled source."""
    wanted = and_(source.c.id == source_id, source.c.removed_at.is_(None), source.c.enabled)
    asked = update(source).where(wanted).values(next_poll_at=now, gone_at=None, plan_reason="Asked for by hand.")
    return bool((await connection.execute(asked)).rowcount)


async def forget_the_future(connection: AsyncConnection, now: datetime) -> int:
    """Makes sources due that were polled by a clock which was ahead and has been set back; how many.

    They would wait until the time that it showed, and all that is dated before that would pass for old.
    """
    ahead = source.c.last_poll_at > now + CLOCK_TOLERANCE
    baseline = case((source.c.baseline_at > now, literal(now, source.c.baseline_at.type)), else_=source.c.baseline_at)
    due = case((source.c.next_poll_at.is_not(None), literal(now, source.c.next_poll_at.type)))
    listed = case((source.c.listed_at > now, literal(now, source.c.listed_at.type)), else_=source.c.listed_at)
    values = {"next_poll_at": due, "baseline_at": baseline, "last_poll_at": now, "last_success_at": None}
    values |= {"listed_at": listed, "body_digest": None}
    values |= {"leased_until": None, "lease_owner": None, "plan_reason": "The clock was set back: polled at once."}
    return (await connection.execute(update(source).where(ahead).values(**values))).rowcount


async def get(connection: AsyncConnection, source_id: str) -> Source | None:
    """The source with this id, removed or not; None if it never existed."""
    row = (await connection.execute(select(source).where(source.c.id == source_id))).mappings().first()
    return to_source(row) if row else None


async def by_number(connection: AsyncConnection, number: int) -> Source | None:
    """The source with this number; None if there is none."""
    row = (await connection.execute(select(source).where(source.c.number == number))).mappings().first()
    return to_source(row) if row else None


async def list_all(connection: AsyncConnection, *, removed: bool = False) -> list[Source]:
    """Every source by id, those that were removed only on request."""
    query = select(source).order_by(source.c.id)
    if not removed:
        query = query.where(source.c.removed_at.is_(None))
    return [to_source(row) for row in (await connection.execute(query)).mappings()]


async def next_due(connection: AsyncConnection) -> datetime | None:
    """When the next poll is planned; None if no source is to be polled."""
    query = select(func.min(source.c.next_poll_at)).where(source.c.enabled, source.c.removed_at.is_(None))
    due: datetime | None = (await connection.execute(query)).scalar()
    return due


async def _lease(connection: AsyncConnection, numbers: Any, owner: str, now: datetime) -> list[Source]:
    chosen = [row.number for row in await connection.execute(numbers)]
    if not chosen:
        return []
    taken = update(source).where(source.c.number.in_(chosen)).values(lease_owner=owner, leased_until=now + LEASE)
    await connection.execute(taken)
    rows = await connection.execute(select(source).where(source.c.number.in_(chosen)).order_by(source.c.next_poll_at))
    return [to_source(row) for row in rows.mappings()]


def _declaration(entry: DeclaredSource) -> dict[str, Any]:
    plain = {name: getattr(entry, name) for name in ("id", "title", "url", "type", "origin", "enabled")}
    return {**plain, "options": entry.options.as_json()}


def _fresh(now: datetime) -> dict[str, Any]:
    return {"created_at": now, "next_poll_at": now, "plan_reason": "New: polled at once."}


def _difference(entry: DeclaredSource, row: RowMapping, now: datetime) -> dict[str, Any]:
    stored = {**row, "options": _as_known(row["options"])}
    values = {name: value for name, value in _declaration(entry).items() if stored[name] != value}
    if row["removed_at"] is not None:
        values["removed_at"] = None
    must_ask = {"url", "type", "options", "removed_at", "enabled"} & set(values)
    if must_ask:
        # What the old address or the old reading taught, and teaches at this moment, does not hold for the new one.
        values |= {"etag": None, "last_modified": None, "lease_owner": None, "leased_until": None, "gone_at": None}
        values |= {"next_poll_at": now, "plan_reason": "Changed: polled at once.", "body_digest": None}
    if {"url", "type"} & set(values) or _is_read_differently(values.get("options"), stored["options"]):
        # Another way of reading may show another list, and what is held was read in the old way.
        values |= {"list_state": None, "redesign": None}
        # It may also go further back, or let in what was kept out: what is dated before the change is not news.
        values |= {"baseline_at": now} if row["baseline_at"] else {}
    if {"removed_at", "enabled"} & set(values):
        values["baseline_at"] = None  # nobody waits for what appeared while nobody looked
    if {"url", "type"} & set(values):
        values |= {
            "proposed_url": None,
            "moved_to": None,
            "home_url": None,
            "detected_type": None,
            "failures": 0,
            "failing_since": None,
        }
        values |= {"error_kind": None, "error_text": None, "rhythm": None, "hints": None, "redirect": None}
    return values


def _as_known(options: Mapping[str, Any]) -> dict[str, Any]:
    """The stored options; one that the program which stored them did not know has its default."""
    return SourceOptions.from_json(options).as_json()


def _is_read_differently(options: Mapping[str, Any] | None, before: Mapping[str, Any]) -> bool:
    """Whether new options make other articles of the same page."""
    changed = {key for key, value in (options or {}).items() if before.get(key) != value}
    return bool(changed - _NOT_OF_READING)
