"""Sources that were added at run time: made, switched on and off, removed and brought back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.domain.source import DeclaredSource
from feedbot.storage import categories
from feedbot.storage.database import insert
from feedbot.storage.tables import source

ORIGIN = "database"
_LEFT_ALONE: dict[str, Any] = {"lease_owner": None, "leased_until": None}


async def add(connection: AsyncConnection, entry: DeclaredSource, now: datetime) -> bool:
    """Stores the source, due at once; False if its id is taken, be it by a removed one."""
    plain = {name: getattr(entry, name) for name in ("id", "title", "url", "type", "enabled")}
    fresh = {"created_at": now, "next_poll_at": now, "plan_reason": "New: polled at once."}
    values = {**plain, **fresh, "origin": ORIGIN, "options": entry.options.as_json()}
    made = await connection.execute(insert(connection, source).values(**values).on_conflict_do_nothing())
    if made.rowcount:
        await categories.ensure(connection, await categories.resolve(connection, entry.options.categories))
    return bool(made.rowcount)


async def switch_on(connection: AsyncConnection, number: int, now: datetime) -> None:
    """Makes a source that is off, or removed, due at once; it begins with a new baseline."""
    values = {**_LEFT_ALONE, "enabled": True, "removed_at": None, "baseline_at": None, "gone_at": None}
    values |= {"next_poll_at": now, "plan_reason": "Switched on: polled at once.", "failures": 0}
    # What was not listed meanwhile must be looked at whole: nobody waits for what appeared while nobody looked.
    values |= {"etag": None, "last_modified": None, "body_digest": None}
    values |= {"failing_since": None, "error_kind": None, "error_text": None}
    await _change(connection, number, values)


async def switch_off(connection: AsyncConnection, number: int) -> None:
    """Keeps the source and its articles and stops the visits; a poll that is under way stores nothing."""
    values = {**_LEFT_ALONE, "enabled": False, "next_poll_at": None, "plan_reason": "Switched off by hand."}
    await _change(connection, number, values)


async def remove(connection: AsyncConnection, number: int, now: datetime) -> None:
    """Marks the source as removed: its articles stay, its feed answers 410, and `switch_on` brings it back."""
    await _change(connection, number, {**_LEFT_ALONE, "removed_at": now, "next_poll_at": None})


async def _change(connection: AsyncConnection, number: int, values: dict[str, Any]) -> None:
    await connection.execute(update(source).where(source.c.number == number).values(**values))
