"""Which due sources a process takes on, and what becomes of many that are due at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog

from feedbot.domain import levelling
from feedbot.domain.levelling import Due
from feedbot.domain.source import Source
from feedbot.errors import BadUrl
from feedbot.fetching import urls
from feedbot.storage import due, sources
from feedbot.storage.database import Database

log = structlog.get_logger()


def site_of(url: str) -> str:
    """The site whose visits are spaced, mostly a registrable domain; empty for an address that is none."""
    try:
        return urls.site_key(url)
    except BadUrl:
        return ""


async def claim(database: Database, owner: str, limit: int, waiting: Mapping[str, int], now: datetime) -> list[Source]:
    """At most `limit` due sources, leased to `owner`: the oldest first, sites in turn.

    `waiting` says how many of each site wait in this process already; sites with many are passed over.
    """
    chosen = levelling.choose(await _due(database, now), limit, waiting)
    if not chosen:
        return []
    async with database.write() as connection:
        return await sources.lease_due(connection, owner, limit, now, among=chosen)


async def level(database: Database, now: datetime) -> int:
    """Spreads many sources that are due at once over the next minutes; how many were put off."""
    moments = levelling.spread(await _due(database, now), now)
    if moments:
        async with database.write() as connection:
            await due.put_off(connection, moments)
        log.info("polls_levelled", sources=len(moments), until=max(moments.values()).isoformat(timespec="seconds"))
    return len(moments)


async def _due(database: Database, now: datetime) -> list[Due]:
    async with database.read() as connection:
        return [Due(number, site_of(url)) for number, url in await due.due(connection, now)]
