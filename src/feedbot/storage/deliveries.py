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


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A delivery as it is stored."""

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


async def with_state(connection: AsyncConnection, state: str, chat_id: int | None = None) -> list[DeliveryRow]:
    """The deliveries in one state, of one chat or of all, oldest first."""
    query = select(*(delivery.c[name] for name in DeliveryRow.__dataclass_fields__)).where(delivery.c.state == state)
    if chat_id is not None:
        query = query.where(delivery.c.chat_id == chat_id)
    rows = await connection.execute(query.order_by(delivery.c.due_at, delivery.c.id))
    return [DeliveryRow(**row) for row in rows.mappings()]


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
