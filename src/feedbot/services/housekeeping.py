"""Keeping the database small: what is older than `retention` goes, what is still needed stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from feedbot.storage import articles, deliveries, polls
from feedbot.storage.database import Database

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long finished things are kept."""

    articles: timedelta
    deliveries: timedelta
    polls: timedelta


async def tidy(database: Database, retention: Retention, now: datetime) -> dict[str, int]:
    """Deletes what is past its time; how many of each."""
    async with database.write() as connection:
        done = {
            "polls": await polls.forget(connection, now - retention.polls),
            "deliveries": await deliveries.forget(connection, now - retention.deliveries),
            "articles": await articles.forget(connection, now - retention.articles),
        }
    if any(done.values()):
        log.info("tidied", **done)
    return done
