"""Chats and what they follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.storage.database import insert
from feedbot.storage.tables import category, chat, delivery, source, subscription

_SAME_SUBSCRIPTION = ("thread_id", "category_id", "source_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A Telegram chat. `state` is `active`, `paused` (its people said so) or `suspended` (it cannot be written to)."""

    id: int
    kind: str
    title: str
    language: str
    state: str
    state_reason: str | None
    state_since: datetime | None
    allowed: bool
    parked_until: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a chat (and topic, 0 for none) follows: a category or a source, with the words to show for it."""

    id: int
    chat_id: int
    thread_id: int
    category_id: int | None
    source_number: int | None
    label: str


async def upsert(
    connection: AsyncConnection, chat_id: int, *, kind: str, title: str, language: str, now: datetime
) -> Chat:
    """The chat, made if it is new; its kind and title follow what Telegram says, its language stays once chosen."""
    statement = insert(connection, chat)
    fresh = {"kind": statement.excluded.kind, "title": statement.excluded.title}
    row = {"id": chat_id, "kind": kind, "title": title, "language": language, "created_at": now}
    await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=fresh), row)
    found = await get(connection, chat_id)
    if found is None:
        raise RuntimeError("a chat that was just stored is gone")
    return found


async def get(connection: AsyncConnection, chat_id: int) -> Chat | None:
    """The chat; None if it never spoke to the bot."""
    row = (await connection.execute(select(chat).where(chat.c.id == chat_id))).mappings().first()
    return Chat(**row) if row else None


async def set_state(connection: AsyncConnection, chat_id: int, state: str, reason: str | None, now: datetime) -> bool:
    """Moves the chat to `active`, `paused` or `suspended`; False if it was in that state already."""
    changed = and_(chat.c.id == chat_id, chat.c.state != state)
    statement = update(chat).where(changed).values(state=state, state_reason=reason, state_since=now)
    return bool((await connection.execute(statement)).rowcount)


async def set_values(connection: AsyncConnection, chat_id: int, **values: Any) -> None:
    """Stores `language`, `allowed` or `parked_until` of a chat."""
    await connection.execute(update(chat).where(chat.c.id == chat_id).values(**values))


async def follow(
    connection: AsyncConnection,
    chat_id: int,
    *,
    thread_id: int = 0,
    category_id: int | None = None,
    source_number: int | None = None,
    now: datetime,
) -> bool:
    """Subscribes the chat (or its topic); False if it was subscribed already."""
    row = {
        "chat_id": chat_id,
        "thread_id": thread_id,
        "category_id": category_id,
        "source_number": source_number,
        "created_at": now,
    }
    statement = insert(connection, subscription).on_conflict_do_nothing().returning(subscription.c.id)
    return (await connection.execute(statement, row)).scalar_one_or_none() is not None


async def unfollow(
    connection: AsyncConnection,
    chat_id: int,
    *,
    thread_id: int | None = None,
    category_id: int | None = None,
    source_number: int | None = None,
) -> bool:
    """Ends a subscription (in every topic when `thread_id` is None); False if there was none."""
    wanted = [subscription.c.chat_id == chat_id]
    if thread_id is not None:
        wanted.append(subscription.c.thread_id == thread_id)
    if category_id is not None:
        wanted.append(subscription.c.category_id == category_id)
    if source_number is not None:
        wanted.append(subscription.c.source_number == source_number)
    return bool((await connection.execute(delete(subscription).where(*wanted))).rowcount)


async def subscriptions(connection: AsyncConnection, chat_id: int, thread_id: int | None = None) -> list[Subscription]:
    """What the chat follows (in one topic, or in all), in the order in which it was chosen."""
    query = (
        select(subscription, category.c.path, source.c.title)
        .outerjoin(category, category.c.id == subscription.c.category_id)
        .outerjoin(source, source.c.number == subscription.c.source_number)
        .where(subscription.c.chat_id == chat_id)
        .order_by(subscription.c.id)
    )
    if thread_id is not None:
        query = query.where(subscription.c.thread_id == thread_id)
    return [
        Subscription(
            row["id"],
            row["chat_id"],
            row["thread_id"],
            row["category_id"],
            row["source_number"],
            row["path"] or row["title"] or "",
        )
        for row in (await connection.execute(query)).mappings()
    ]


async def languages(connection: AsyncConnection) -> list[str]:
    """The languages of the chats that follow anything, each once."""
    follows = select(subscription.c.chat_id)
    query = select(chat.c.language).where(chat.c.state == "active", chat.c.id.in_(follows)).distinct()
    return sorted((await connection.execute(query)).scalars())


async def suspend_topic(connection: AsyncConnection, chat_id: int, thread_id: int, reason: str | None) -> None:
    """Marks the subscriptions of one topic as suspended (None: working again)."""
    topic = and_(subscription.c.chat_id == chat_id, subscription.c.thread_id == thread_id)
    await connection.execute(update(subscription).where(topic).values(suspended_reason=reason))


async def topic_is_suspended(connection: AsyncConnection, chat_id: int, thread_id: int) -> bool:
    """Whether a subscription of the topic is suspended."""
    topic = and_(subscription.c.chat_id == chat_id, subscription.c.thread_id == thread_id)
    query = select(exists().where(topic, subscription.c.suspended_reason.is_not(None)))
    return bool((await connection.execute(query)).scalar())


async def migrate(connection: AsyncConnection, old_id: int, new_id: int) -> None:
    """Gives a chat its new id, with its subscriptions and deliveries (a group became a supergroup).

    Telegram tells of it more than once, and the supergroup may have spoken first: what each of them has stays.
    """
    old = await get(connection, old_id)
    if old is None:
        return  # it was told before
    new = await get(connection, new_id)
    if new is None:
        await connection.execute(update(chat).where(chat.c.id == old_id).values(id=new_id, kind="supergroup"))
        return
    for table, kept in ((subscription, _SAME_SUBSCRIPTION), (delivery, ("article_id",))):
        other = table.alias()
        same = and_(other.c.chat_id == new_id, *(other.c[name].is_not_distinct_from(table.c[name]) for name in kept))
        moved = update(table).where(table.c.chat_id == old_id, ~exists().where(same)).values(chat_id=new_id)
        await connection.execute(moved)
    await connection.execute(delete(chat).where(chat.c.id == old_id))
    paused = {"state": old.state, "state_reason": old.state_reason, "state_since": old.state_since}
    inherited = {"allowed": old.allowed or new.allowed, **(paused if old.state == "paused" else {})}
    await set_values(connection, new_id, **inherited)


async def count(connection: AsyncConnection) -> dict[str, int]:
    """How many chats there are in each state."""
    rows = await connection.execute(select(chat.c.state, func.count()).group_by(chat.c.state))
    return {state: number for state, number in rows}  # noqa: C416 (rows are no pairs to the type checker)
