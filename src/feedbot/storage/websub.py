"""Subscriptions at WebSub hubs: one a source, from the offer in its feed to the last goodbye."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.storage.database import insert
from feedbot.storage.tables import source, websub_subscription

ASKED, ACTIVE, REFUSED, ENDING = "asked", "active", "refused", "ending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription. `token` is the path of our callback.

    `state` is `asked` (of the hub, or still to be), `active`, `refused` or `ending`; `attempts` counts the requests
    since the state was reached. While it is renewed it is `asked` again, and in force until `lease_until`.
    """

    source_number: int
    token: str
    hub_url: str
    topic_url: str
    secret: str
    state: str
    attempts: int
    next_try_at: datetime | None
    lease_until: datetime | None
    last_push_at: datetime | None
    error_text: str | None

    def is_in_force(self, now: datetime) -> bool:
        """Whether the hub has promised to push."""
        return self.state in {ASKED, ACTIVE} and self.lease_until is not None and self.lease_until > now


_COLUMNS = [websub_subscription.c[name] for name in Subscription.__dataclass_fields__]
_own = websub_subscription.c


async def offer(
    connection: AsyncConnection, number: int, hub_url: str, topic_url: str, *, token: str, secret: str, now: datetime
) -> None:
    """Remembers the hub that a source names; one at another hub, or of another topic, is given up first."""
    found = await of_source(connection, number)
    if found is None:
        row = {"source_number": number, "token": token, "secret": secret, "hub_url": hub_url, "topic_url": topic_url}
        row |= {"state": ASKED, "next_try_at": now}
        await connection.execute(insert(connection, websub_subscription).on_conflict_do_nothing(), row)
    elif found.state != ENDING and (found.hub_url, found.topic_url) != (hub_url, topic_url):
        await withdraw(connection, number, now)


async def withdraw(connection: AsyncConnection, number: int, now: datetime) -> None:
    """Ends the source's subscription, if it has one: the hub is told with the next tick."""
    wanted = update(websub_subscription).where(_own.source_number == number, _own.state != ENDING)
    await connection.execute(wanted.values(state=ENDING, attempts=0, next_try_at=now))


async def withdraw_unwanted(connection: AsyncConnection, now: datetime) -> None:
    """Ends the subscriptions of sources that were removed, switched off or are gone."""
    unwanted = select(source.c.number).where(
        or_(source.c.removed_at.is_not(None), source.c.gone_at.is_not(None), ~source.c.enabled)
    )
    ended = update(websub_subscription).where(_own.source_number.in_(unwanted), _own.state != ENDING)
    await connection.execute(ended.values(state=ENDING, attempts=0, next_try_at=now))


async def ask_again(connection: AsyncConnection, now: datetime) -> None:
    """Makes every subscription due that is in force: our own address has changed."""
    in_force = update(websub_subscription).where(_own.state.in_([ASKED, ACTIVE]))
    await connection.execute(in_force.values(state=ASKED, attempts=0, next_try_at=now))


async def due(connection: AsyncConnection, now: datetime, limit: int) -> list[Subscription]:
    """The subscriptions of which a hub is to be asked something now, the longest overdue first."""
    query = select(*_COLUMNS).where(_own.next_try_at <= now)
    rows = await connection.execute(query.order_by(_own.next_try_at).limit(limit))
    return [Subscription(**row) for row in rows.mappings()]


async def of_source(connection: AsyncConnection, number: int) -> Subscription | None:
    """The source's subscription; None if its feed names no hub."""
    row = (await connection.execute(select(*_COLUMNS).where(_own.source_number == number))).mappings().first()
    return Subscription(**row) if row else None


async def of_token(connection: AsyncConnection, token: str) -> Subscription | None:
    """The subscription whose callback has that token; None if there is none."""
    query = select(*_COLUMNS).where(_own.token == token)
    row = (await connection.execute(query)).mappings().first()
    return Subscription(**row) if row else None


async def change(
    connection: AsyncConnection, number: int, values: Mapping[str, Any], *, only_in: str | None = None
) -> bool:
    """Sets columns of the source's subscription, `only_in` that state; whether it was there."""
    wanted = update(websub_subscription).where(_own.source_number == number)
    if only_in:
        wanted = wanted.where(_own.state == only_in)
    return bool((await connection.execute(wanted.values(**values))).rowcount)


async def forget(connection: AsyncConnection, number: int) -> None:
    """Deletes the source's subscription: the hub knows, or will find out."""
    await connection.execute(delete(websub_subscription).where(_own.source_number == number))


async def is_any(connection: AsyncConnection) -> bool:
    """Whether any source names a hub, or did."""
    return (await connection.execute(select(_own.source_number).limit(1))).first() is not None
