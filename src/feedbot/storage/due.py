"""Sources whose time has come, before anybody has leased them, and those that an outage of ours was held against."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update

from feedbot.storage.database import Connection
from feedbot.storage.tables import source

MOST = 5000
IN_TURN = "Many sources were due at once: they are polled in turn."


async def due(connection: Connection, now: datetime) -> list[tuple[int, str]]:
    """Number and address of sources whose time has come and that nobody polls, the longest overdue first."""
    free = or_(source.c.leased_until.is_(None), source.c.leased_until < now)
    wanted = (
        select(source.c.number, source.c.url, source.c.moved_to)
        .where(source.c.next_poll_at <= now, free, source.c.enabled, source.c.removed_at.is_(None))
        .order_by(source.c.next_poll_at)
        .limit(MOST)
    )
    return [(row.number, row.moved_to or row.url) for row in await connection.execute(wanted)]


async def put_off(connection: Connection, moments: Mapping[int, datetime]) -> None:
    """Moves the next polls of these sources, by number, as far as nobody polls them at the moment."""
    if moments:
        moved = update(source).where(source.c.number == bindparam("which"), source.c.lease_owner.is_(None))
        values = [{"which": number, "moment": moment} for number, moment in moments.items()]
        await connection.execute(moved.values(next_poll_at=bindparam("moment"), plan_reason=IN_TURN), values)


async def forgive(
    connection: Connection, numbers: Collection[int], kinds: Collection[str], *, at: datetime, reason: str
) -> int:
    """Takes back the first failure of these sources where it was of one of these kinds; how many there were.

    They are asked again at `at`, for `reason`.
    """
    counted = source.c.number.in_(numbers) & (source.c.failures == 1) & source.c.error_kind.in_(kinds)
    values: dict[str, object] = {"failures": 0, "failing_since": None, "error_kind": None, "error_text": None}
    values |= {"next_poll_at": at, "plan_reason": reason}
    statement = update(source).where(counted, source.c.lease_owner.is_(None)).values(**values)
    return int((await connection.execute(statement)).rowcount)
