"""What a poll has to do with hubs (W3C WebSub): it hears of them, and is seldom needed while they push."""

from __future__ import annotations

import secrets
from datetime import datetime

from feedbot.domain import pushing
from feedbot.domain.planning import PollOutcome, PollPlan
from feedbot.domain.source import Source
from feedbot.services.visiting import ListPage
from feedbot.storage import websub
from feedbot.storage.database import Connection


async def after_visit(
    connection: Connection,
    source: Source,
    found: ListPage | None,
    outcome: PollOutcome,
    plan: PollPlan,
    now: datetime,
    *,
    max_interval: float,
) -> PollPlan:
    """Remembers what hub a list names, or that it names none any more; the plan as it is while that one pushes.

    Once pushes have proved to arrive polls are a fallback. One that finds what was not pushed shows that the hub cannot
    be relied on: then the plan stays. In the transaction of the poll.
    """
    subscription = await websub.of_source(connection, source.number)
    if found and found.hub_url and found.topic_url:
        token, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        await websub.offer(
            connection, source.number, found.hub_url, found.topic_url, token=token, secret=secret, now=now
        )
    elif found and subscription:
        await websub.withdraw(connection, source.number, now)
    if outcome.kind not in {"ok", "unchanged"} or outcome.new or source.options.interval or subscription is None:
        return plan
    if subscription.last_push_at is None or not subscription.is_in_force(now):
        return plan
    return pushing.stretched(plan, now, max_interval=max_interval)


def due_now(reason: str, now: datetime) -> dict[str, object]:
    """The columns of a source that is to be polled at once, and whose list is read whatever its validators say."""
    return {"next_poll_at": now, "plan_reason": reason, "etag": None, "last_modified": None, "body_digest": None}
