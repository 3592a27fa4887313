"""The sender's queries: which chats wait, what they wait for, and what became of a send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select, update

from feedbot.domain.deliveries import BACKLOG_REASON, Delivery, State, Transition
from feedbot.storage import stories
from feedbot.storage.database import Connection
from feedbot.storage.tables import category, chat, delivery, subscription

OPEN = (State.PENDING, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open delivery, with the language of its chat."""

    delivery: Delivery
    language: str


def _waiting_query() -> Select[Any]:
    """Made once: to build it anew for each message would cost more than to run it."""
    wanted = (delivery.c.state.in_(OPEN), delivery.c.chat_id.in_(bindparam("chat_ids", expanding=True)))
    place = func.row_number().over(partition_by=delivery.c.chat_id, order_by=delivery.c.id).label("place")
    numbered = select(delivery.c.id, place).where(*wanted).subquery()
    return (
        select(delivery, category.c.path, chat.c.language)
        .join(numbered, and_(numbered.c.id == delivery.c.id, numbered.c.place <= bindparam("each")))
        .join(chat, and_(chat.c.id == delivery.c.chat_id, chat.c.state == "active"))
        .outerjoin(category, category.c.id == delivery.c.category_id)
        .order_by(delivery.c.id)
    )


_WAITING = _waiting_query()


async def due_chats(connection: Connection, now: datetime) -> list[int]:
    """The chats with a due delivery that can be written to and are not parked, the longest waiting first."""
    query = (
        select(delivery.c.chat_id)
        .join(chat, chat.c.id == delivery.c.chat_id)
        .where(
            delivery.c.state.in_(OPEN),
            delivery.c.due_at <= now,
            chat.c.state == "active",
            or_(chat.c.parked_until.is_(None), chat.c.parked_until <= now),
        )
        .group_by(delivery.c.chat_id)
        .order_by(func.min(delivery.c.due_at), func.min(delivery.c.id))
    )
    return list((await connection.execute(query)).scalars())


async def waiting(connection: Connection, chat_ids: Sequence[int], each: int) -> dict[int, list[Waiting]]:
    """The oldest open deliveries of these chats, due or not, at most `each` of a chat, oldest first."""
    found: dict[int, list[Waiting]] = {}
    for row in (await connection.execute(_WAITING, {"chat_ids": list(chat_ids), "each": each})).mappings():
        one = Delivery(
            id=row["id"],
            chat_id=row["chat_id"],
            thread_id=row["thread_id"],
            article_id=row["article_id"],
            category=row["path"] or "",
            state=State(row["state"]),
            attempts=row["attempts"],
            created_at=row["created_at"],
        )
        found.setdefault(one.chat_id, []).append(Waiting(one, row["language"]))
    return found


async def held(connection: Connection, chat_id: int, thread_id: int | None = None) -> list[Delivery]:
    """The held deliveries of a chat (or of one of its topics), oldest first."""
    query = select(delivery).where(delivery.c.chat_id == chat_id, delivery.c.state == State.HELD)
    if thread_id is not None:
        query = query.where(delivery.c.thread_id == thread_id)
    return [
        Delivery(
            id=row["id"],
            chat_id=row["chat_id"],
            thread_id=row["thread_id"],
            article_id=row["article_id"],
            state=State.HELD,
            attempts=row["attempts"],
            created_at=row["created_at"],
        )
        for row in (await connection.execute(query.order_by(delivery.c.id))).mappings()
    ]


async def mark_sending(connection: Connection, delivery_ids: Sequence[int]) -> set[int]:
    """Marks open deliveries as on their way; the ids of those that were still open."""
    wanted = (delivery.c.id.in_(delivery_ids), delivery.c.state.in_(OPEN))
    statement = update(delivery).where(*wanted).values(state=State.SENDING).returning(delivery.c.id)
    return set((await connection.execute(statement)).scalars())


async def mark_sent(connection: Connection, delivery_ids: Sequence[int], *, message_id: int, now: datetime) -> None:
    """Stores that these deliveries arrived as one message."""
    values = {"state": State.SENT, "reason": None, "sent_at": now, "message_id": message_id}
    await connection.execute(update(delivery).where(delivery.c.id.in_(delivery_ids)).values(**values))


async def apply(connection: Connection, changes: Sequence[tuple[Delivery, Transition]]) -> None:
    """Stores what became of deliveries that did not arrive; those that another sender ended meanwhile stay ended.

    Where a story ended untold, the next source's article of it is opened for the chat.
    """
    for one, change in changes:
        values = {
            "state": change.state,
            "reason": change.reason,
            "attempts": change.attempts,
            "repeats": delivery.c.repeats + int(change.repeats),
        }
        still_there = (delivery.c.id == one.id, delivery.c.state.in_((*OPEN, State.SENDING)))
        await connection.execute(update(delivery).where(*still_there).values(**values))
    await stories.tell_instead(connection, [one.id for one, _ in changes])


async def hold_open(connection: Connection, chat_id: int, reason: str, thread_id: int | None = None) -> int:
    """Holds every open delivery of a chat (or of one of its topics); how many."""
    wanted = [delivery.c.chat_id == chat_id, delivery.c.state.in_(OPEN)]
    if thread_id is not None:
        wanted.append(delivery.c.thread_id == thread_id)
    statement = update(delivery).where(*wanted).values(state=State.HELD, reason=reason)
    return (await connection.execute(statement)).rowcount


async def recover_sending(connection: Connection, under_way: Sequence[int] = ()) -> int:
    """Marks what is stored as on its way, and is not among those `under_way`, as of unknown outcome; how many."""
    statement = update(delivery).where(delivery.c.state == State.SENDING, delivery.c.id.not_in(under_way))
    values = {
        "state": State.UNKNOWN,
        "reason": "the program or the database failed while it was being sent",
        "attempts": delivery.c.attempts + 1,
        "repeats": delivery.c.repeats + 1,
    }
    return (await connection.execute(statement.values(**values))).rowcount


async def release(connection: Connection, *, recent: Sequence[int], old: Sequence[int], now: datetime) -> None:
    """Opens held deliveries again, due at once, and skips those that waited too long."""
    opened = {"state": State.PENDING, "reason": None, "due_at": now}
    await connection.execute(update(delivery).where(delivery.c.id.in_(recent)).values(**opened))
    skipped = {"state": State.SKIPPED, "reason": BACKLOG_REASON}
    await connection.execute(update(delivery).where(delivery.c.id.in_(old)).values(**skipped))
    await stories.tell_instead(connection, old)


async def release_stranded(connection: Connection, now: datetime) -> int:
    """Opens the deliveries that are held although their chat and topic can be written to; how many.

    On a server one may be made as held while its chat is being resumed, so that the resuming cannot see it.
    """
    can_be_sent = exists().where(chat.c.id == delivery.c.chat_id, chat.c.state == "active")
    topic = and_(subscription.c.chat_id == delivery.c.chat_id, subscription.c.thread_id == delivery.c.thread_id)
    is_suspended = exists().where(topic, subscription.c.suspended_reason.is_not(None))
    stranded = update(delivery).where(delivery.c.state == State.HELD, can_be_sent, ~is_suspended)
    return (await connection.execute(stranded.values(state=State.PENDING, reason=None, due_at=now))).rowcount
