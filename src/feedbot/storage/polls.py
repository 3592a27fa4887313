"""The timeline of polls, and small facts about this installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.storage.database import insert
from feedbot.storage.tables import fact, poll


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """One visit to a source. `outcome` is `ok`, `unchanged`, `partial`, `pushed`, `failed`, `gone` or `offline`."""

    source_number: int
    started_at: datetime
    seconds: float
    outcome: str
    status: int | None = None
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    error_kind: str | None = None
    error_text: str | None = None


async def record(connection: AsyncConnection, entry: PollRecord) -> None:
    """Adds a poll to the timeline."""
    values = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    await connection.execute(insert(connection, poll), values)


async def timeline(connection: AsyncConnection, source_number: int, limit: int = 20) -> list[PollRecord]:
    """The newest polls of a source, newest first."""
    columns = [poll.c[name] for name in PollRecord.__dataclass_fields__]
    query = select(*columns).where(poll.c.source_number == source_number)
    rows = await connection.execute(query.order_by(poll.c.started_at.desc(), poll.c.id.desc()).limit(limit))
    return [PollRecord(**row) for row in rows.mappings()]


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Deletes the polls of the timeline that are older; how many."""
    return (await connection.execute(delete(poll).where(poll.c.started_at < before))).rowcount


async def set_fact(connection: AsyncConnection, name: str, value: Mapping[str, Any], now: datetime) -> None:
    """Stores a fact under its name, in place of the last one."""
    statement = insert(connection, fact)
    replace = statement.on_conflict_do_update(
        index_elements=["name"], set_={"value": statement.excluded.value, "at": statement.excluded.at}
    )
    await connection.execute(replace, {"name": name, "value": dict(value), "at": now})


async def get_fact(
    connection: AsyncConnection, name: str, *, is_to_change: bool = False
) -> tuple[dict[str, Any], datetime] | None:
    """The fact and when it was stored; None if there is none. With `is_to_change` others who want to wait."""
    query = select(fact.c.value, fact.c.at).where(fact.c.name == name)
    row = (await connection.execute(query.with_for_update() if is_to_change else query)).first()
    return (row.value, row.at) if row else None
