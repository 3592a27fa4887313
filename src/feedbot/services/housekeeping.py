"""Keeping the database small and whole: what is older than `retention` goes, what is still needed stays and moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from feedbot.services.telling_once import WINDOW
from feedbot.storage import articles, deliveries, llm, outbox, polls, sources, stories
from feedbot.storage.database import Database

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long finished things are kept; after `backlog` a held delivery would not be sent any more."""

    articles: timedelta
    deliveries: timedelta
    polls: timedelta
    backlog: timedelta


async def tidy(database: Database, retention: Retention, now: datetime) -> dict[str, int]:
    """Deletes what is past its time, and frees what waits for no reason any more; how many of each."""
    held_for = max(retention.deliveries, retention.backlog)
    async with database.write() as connection:
        done = {
            "replanned": await sources.forget_the_future(connection, now),
            "released": await outbox.release_stranded(connection, now),
            "polls": await polls.forget(connection, now - retention.polls),
            "deliveries": await deliveries.forget(connection, now - retention.deliveries, now - held_for),
            "articles": await articles.forget(connection, now - retention.articles),
            "answers": await llm.forget(connection, now - retention.articles),
            "bands": await stories.forget_bands(connection, now - WINDOW),
        }
    if any(done.values()):
        log.info("tidied", **done)
    return done
