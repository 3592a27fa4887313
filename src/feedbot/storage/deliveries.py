"""Deliveries: the rows that are made with an article, and their way to sent, skipped or failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, and_, case, delete, func, literal, null, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.storage.database import insert
from feedbot.storage.tables import article, article_category, chat, delivery, subscription

OPEN_STATES = ("pending", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A stored delivery, with the kind and language of its chat."""

    id: int
    chat_id: int
    thread_id: int
    article_id: int
    category_id: int | None
    state: str
    reason: str | None
    attempts: int
    repeats: int
    due_at: datetime
    created_at: datetime
    chat_kind: str
    language: str


async def fan_out(
    connection: AsyncConnection, article_ids: Sequence[int], *, reason: str | None, now: datetime, due_at: datetime
) -> int:
    """Makes one delivery for each chat that follows a category (or parent) or the source of each article; how many.

    With a `reason` they are made as skipped, so that it can be said why nothing came. Chats that are paused or
    suspended, and those that follow it in a suspended topic only, get theirs held. Must run in the transaction that
    stores the articles.
    """
    if not article_ids:
        return 0
    followed = _followed(article_ids)
    open_topic = func.min(case((followed.c.suspended_reason.is_(None), followed.c.thread_id)))
    can_be_sent = and_(chat.c.state == "active", open_topic.is_not(None))
    held = case((chat.c.state == "active", "topic suspended"), else_=chat.c.state)
    # One row a chat, however many of its subscriptions match: the deepest category names the reason.
    rows = (
        select(
            followed.c.chat_id,
            func.coalesce(open_topic, func.min(followed.c.thread_id)),
            followed.c.article_id,
            func.max(followed.c.category_id),
            literal("skipped") if reason else case((can_be_sent, "pending"), else_="held"),
            literal(reason) if reason else case((can_be_sent, null()), else_=held),
            literal(now, type_=delivery.c.created_at.type),
            literal(due_at, type_=delivery.c.due_at.type),
        )
        .join(chat, chat.c.id == followed.c.chat_id)
        .group_by(followed.c.chat_id, followed.c.article_id, chat.c.state)
        .order_by(followed.c.article_id)
    )
    names = ["chat_id", "thread_id", "article_id", "category_id", "state", "reason", "created_at", "due_at"]
    statement = insert(connection, delivery).from_select(names, rows).on_conflict_do_nothing()
    return (await connection.execute(statement.execution_options(preserve_rowcount=True))).rowcount


def _followed(article_ids: Sequence[int]) -> Subquery:
    """Each article with each subscription that matches it, by category or by source."""
    place = (subscription.c.chat_id, subscription.c.thread_id, subscription.c.suspended_reason)
    of_category = article_category.join(subscription, subscription.c.category_id == article_category.c.category_id)
    of_source = article.join(subscription, subscription.c.source_number == article.c.source_number)
    return union_all(
        select(article_category.c.article_id, *place, subscription.c.category_id)
        .select_from(of_category)
        .where(article_category.c.article_id.in_(article_ids)),
        select(article.c.id, *place, null()).select_from(of_source).where(article.c.id.in_(article_ids)),
    ).subquery()


async def due(connection: AsyncConnection, now: datetime, limit: int = 500) -> list[DeliveryRow]:
    """Open deliveries whose time has come, of chats that can be written to and are not parked, oldest first."""
    return await _rows(
        connection,
        delivery.c.state.in_(OPEN_STATES),
        delivery.c.due_at <= now,
        chat.c.state == "active",
        (chat.c.parked_until.is_(None)) | (chat.c.parked_until <= now),
        limit=limit,
    )


async def open_of_chats(connection: AsyncConnection, chat_ids: Sequence[int]) -> list[DeliveryRow]:
    """Every open delivery of these chats, due or not, oldest first."""
    return await _rows(connection, delivery.c.state.in_(OPEN_STATES), delivery.c.chat_id.in_(chat_ids), limit=None)


async def with_state(connection: AsyncConnection, state: str, chat_id: int | None = None) -> list[DeliveryRow]:
    """The deliveries in one state, oldest first."""
    conditions = [delivery.c.state == state]
    if chat_id is not None:
        conditions.append(delivery.c.chat_id == chat_id)
    return await _rows(connection, *conditions, limit=None)


async def set_state(connection: AsyncConnection, ids: Sequence[int], state: str, **values: Any) -> None:
    """Moves deliveries to a state; `values` are other columns to set (`reason`, `due_at`, `sent_at`, ...)."""
    if ids:
        await connection.execute(update(delivery).where(delivery.c.id.in_(ids)).values(state=state, **values))


async def count(connection: AsyncConnection) -> dict[str, int]:
    """How many deliveries there are in each state."""
    rows = await connection.execute(select(delivery.c.state, func.count()).group_by(delivery.c.state))
    return {state: number for state, number in rows}  # noqa: C416 (rows are no pairs to the type checker)


async def forget(connection: AsyncConnection, before: datetime, held_before: datetime) -> int:
    """Deletes finished deliveries that are older than `before`, and held ones older than `held_before`; how many.

    A chat that never comes back would otherwise hold every article of its categories for ever.
    """
    finished = and_(delivery.c.state.in_(["sent", "skipped", "failed"]), delivery.c.created_at < before)
    given_up = and_(delivery.c.state == "held", delivery.c.created_at < held_before)
    return (await connection.execute(delete(delivery).where(or_(finished, given_up)))).rowcount


async def _rows(connection: AsyncConnection, *conditions: Any, limit: int | None) -> list[DeliveryRow]:
    names = [name for name in DeliveryRow.__dataclass_fields__ if name not in {"chat_kind", "language"}]
    query = (
        select(*(delivery.c[name] for name in names), chat.c.kind.label("chat_kind"), chat.c.language)
        .join(chat, chat.c.id == delivery.c.chat_id)
        .where(*conditions)
        .order_by(delivery.c.due_at, delivery.c.id)
    )
    if limit is not None:
        query = query.limit(limit)
    return [DeliveryRow(**row) for row in (await connection.execute(query)).mappings()]
