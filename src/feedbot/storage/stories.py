"""Which articles are one story: the bands that lead to likely ones, and what follows from it for deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.domain.stories import Elsewhere
from feedbot.storage.database import insert
from feedbot.storage.tables import article, article_band, delivery, source

TOLD = ("held", "pending", "sending", "sent", "unknown")  # a chat with such a delivery has the story, or gets it
DUPLICATE = "duplicate"
_MOST_CANDIDATES = 10
_LOCK = 7_301_646_101  # any number that nothing else locks


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored article that may be the same story."""

    id: int
    story_id: int | None
    has_same_address: bool
    title: str
    summary: str
    body_html: str


async def one_at_a_time(connection: AsyncConnection) -> None:
    """Waits until no other process stores a story; lasts as long as the transaction."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


async def candidates(
    connection: AsyncConnection, article_id: int, bands: Sequence[int], since: datetime
) -> list[Candidate]:
    """Articles of other sources, first seen since then, with the same address or a band in common: likeliest first."""
    own = article.alias()
    me = select(own.c.source_number, own.c.url_key).where(own.c.id == article_id).subquery()
    shared = (
        select(article_band.c.article_id, func.count().label("bands"))
        .where(article_band.c.band.in_(list(bands)), article_band.c.article_id != article_id)
        .group_by(article_band.c.article_id)
        .subquery()
    )
    has_same_address = (article.c.url_key == me.c.url_key) & (func.length(article.c.url_key) > 0)
    query = (
        select(
            article.c.id,
            article.c.story_id,
            has_same_address.label("has_same_address"),
            article.c.title,
            article.c.summary,
            article.c.body_html,
        )
        .select_from(article.join(me, article.c.source_number != me.c.source_number))
        .outerjoin(shared, shared.c.article_id == article.c.id)
        .where(article.c.first_seen >= since, or_(has_same_address, shared.c.bands.is_not(None)))
        .order_by(has_same_address.desc(), shared.c.bands.desc(), article.c.id)
        .limit(_MOST_CANDIDATES)
    )
    return [Candidate(**row) for row in (await connection.execute(query)).mappings()]


async def join(connection: AsyncConnection, article_id: int, bands: Iterable[int], story: Candidate | None) -> None:
    """Stores the bands of a new article, and of which story it is one more; without `story` it begins its own."""
    rows = [{"band": band, "article_id": article_id} for band in bands]
    if rows:
        await connection.execute(insert(connection, article_band).on_conflict_do_nothing(), rows)
    if story:
        story_id = story.story_id or story.id
        members = article.c.id.in_([article_id, story.id])
        await connection.execute(update(article).where(members).values(story_id=story_id))


async def skip_told(connection: AsyncConnection, article_ids: Sequence[int]) -> int:
    """Skips the open deliveries of these articles to chats that have their story from another source; how many."""
    mine, other, told = article.alias(), article.alias(), delivery.alias()
    is_told = exists().where(
        mine.c.id == delivery.c.article_id,
        other.c.story_id == mine.c.story_id,
        other.c.id != mine.c.id,
        told.c.article_id == other.c.id,
        told.c.chat_id == delivery.c.chat_id,
        told.c.state.in_(TOLD),
    )
    waiting = delivery.c.state.in_(["pending", "held"])
    skipped = 0
    # One after the other: of two articles of a story that are new at once, the first is told.
    for article_id in article_ids:
        repeat = update(delivery).where(delivery.c.article_id == article_id, waiting, is_told)
        skipped += (await connection.execute(repeat.values(state="skipped", reason=DUPLICATE))).rowcount
    return skipped


async def forget_bands(connection: AsyncConnection, before: datetime) -> int:
    """Deletes what finds the repeats of articles first seen before then; how many rows."""
    old = select(article.c.id).where(article.c.first_seen < before)
    return (await connection.execute(delete(article_band).where(article_band.c.article_id.in_(old)))).rowcount


async def elsewhere(connection: AsyncConnection, article_ids: Sequence[int]) -> dict[int, tuple[Elsewhere, ...]]:
    """The other sources of each article's story, each once, in the order in which they had it."""
    if not article_ids:
        return {}
    mine, other = article.alias(), article.alias()
    query = (
        select(mine.c.id, source.c.title, other.c.url)
        .select_from(mine.join(other, (other.c.story_id == mine.c.story_id) & (other.c.id != mine.c.id)))
        .join(source, source.c.number == other.c.source_number)
        .where(mine.c.id.in_(article_ids), other.c.source_number != mine.c.source_number)
        .order_by(mine.c.id, other.c.id)
    )
    found: dict[int, dict[str, Elsewhere]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.id, {}).setdefault(row.title, Elsewhere(row.title, row.url))
    return {article_id: tuple(named.values()) for article_id, named in found.items()}
