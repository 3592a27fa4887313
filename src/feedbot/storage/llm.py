"""What a language model answered, kept so that it is asked once, and how often it was asked today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.storage import polls
from feedbot.storage.database import insert
from feedbot.storage.tables import llm_answer

_FACT = "llm"


async def answers(connection: AsyncConnection, keys: Iterable[bytes]) -> dict[bytes, Any]:
    """The kept answers to these questions."""
    query = select(llm_answer.c.key, llm_answer.c.value).where(llm_answer.c.key.in_(list(keys)))
    return {row.key: row.value for row in await connection.execute(query)}


async def keep(connection: AsyncConnection, kind: str, said: Mapping[bytes, Any], now: datetime) -> None:
    """Keeps answers by the key of their question."""
    rows = [{"key": key, "kind": kind, "value": value, "at": now} for key, value in said.items()]
    if rows:
        await connection.execute(insert(connection, llm_answer).on_conflict_do_nothing(), rows)


async def take_from_budget(connection: AsyncConnection, wanted: int, per_day: int, now: datetime) -> int:
    """How many of the wanted questions may still be asked today (UTC); they are counted as asked."""
    day = f"{now:%Y-%m-%d}"
    fact = await polls.get_fact(connection, _FACT, is_to_change=True)
    used = fact[0]["used"] if fact and fact[0].get("day") == day else 0
    granted = max(min(wanted, per_day - used), 0)
    if granted:
        await polls.set_fact(connection, _FACT, {"day": day, "used": used + granted}, now)
    return granted


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Deletes answers that were given before then; how many."""
    return (await connection.execute(delete(llm_answer).where(llm_answer.c.at < before))).rowcount
