"""How it goes: what `feedbot status` tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from feedbot.domain.source import Source
from feedbot.storage import articles, chats, deliveries, polls, sources
from feedbot.storage.database import Database

ALIVE_FOR = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of an installation. `configuration` is None if feedbot never ran; counts are by state."""

    is_running: bool
    last_heartbeat: datetime | None
    configuration: dict[str, Any] | None
    configured_at: datetime | None
    sources: tuple[Source, ...]
    articles: int
    chats: dict[str, int]
    deliveries: dict[str, int]


async def overview(database: Database, now: datetime) -> Overview:
    """The state as the database has it."""
    async with database.read() as connection:
        heartbeat = await polls.get_fact(connection, "heartbeat")
        configuration = await polls.get_fact(connection, "configuration")
        return Overview(
            is_running=bool(heartbeat and heartbeat[0] and now - heartbeat[1] < ALIVE_FOR),
            last_heartbeat=heartbeat[1] if heartbeat else None,
            configuration=configuration[0] if configuration else None,
            configured_at=configuration[1] if configuration else None,
            sources=tuple(await sources.list_all(connection)),
            articles=await articles.count(connection),
            chats=await chats.count(connection),
            deliveries=await deliveries.count(connection),
        )
