"""Which articles are one story: the bands that lead to likely ones, and what follows from it for deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, func, or_, select, text, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.domain.stories import Elsewhere, address_band
from feedbot.storage.database import insert
from feedbot.storage.tables import article, article_band, delivery, source

TOLD = ("pending", "sending", "sent", "unknown")  # a chat with such a delivery has the story, or gets it
DUPLICATE = "duplicate"
_MOST_CANDIDATES = 10
_LOCK = 7_301_646_101  # any number that nothing else locks


@dataclass(frozen=True, slots=True)
class Member:
    """A stored article, and the story that it belongs to if it is not the only one of it."""

    id: int
    story_id: int | None


@dataclass(frozen=True, slots=True)
class Candidate(Member):
    """A stored article that may be the same story by its text."""

    title: str
    summary: str
    body_html: str


async def one_at_a_time(connection: AsyncConnection) -> None:
    """Waits until no other process stores a story; lasts as long as the transaction."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


async def at_address(
    connection: AsyncConnection, article_id: int, canonical_key: bytes, since: datetime
) -> Member | None:
    """The first article of another source, seen since then, at the same address; None if there is none.

    The address is that of the article, or the one that its page says is its own (`canonical_key`, may be empty); so it
    is for the others. An address that several articles of one source have is that of their home, and tells nothing.
    """
    number, url_key = (
        await connection.execute(select(article.c.source_number, article.c.url_key).where(article.c.id == article_id))
    ).one()
    keys = [key for key in {url_key, canonical_key} if key]
    bands = [address_band(key) for key in keys]
    found = union(
        select(article.c.id).where(article.c.url_key.in_(keys)),
        select(article_band.c.article_id).where(article_band.c.band.in_(bands)),
    ).subquery()
    first = func.min(case((article.c.first_seen >= since, article.c.id)))
    of_source = select(article.c.source_number, func.count(), first).join(found, found.c.id == article.c.id)
    rows = (await connection.execute(of_source.group_by(article.c.source_number))).all()
    if any(count > 1 for source_number, count, _ in rows if source_number == number):
        return None
    ids = [only for source_number, count, only in rows if source_number != number and count == 1 and only]
    query = select(article.c.id, article.c.story_id).where(article.c.id.in_(ids), _is_new_to(number, article_id))
    row = (await connection.execute(query.order_by(article.c.id).limit(1))).first()
    return Member(row.id, row.story_id) if row else None


async def candidates(
    connection: AsyncConnection, article_id: int, bands: Sequence[int], since: datetime
) -> list[Candidate]:
    """Articles of other sources, first seen since then, with a band in common: likeliest first."""
    if not bands:
        return []
    number = (await connection.execute(select(article.c.source_number).where(article.c.id == article_id))).scalar_one()
    shared = (
        select(article_band.c.article_id, func.count().label("bands"))
        .where(article_band.c.band.in_(list(bands)), article_band.c.article_id != article_id)
        .group_by(article_band.c.article_id)
        .subquery()
    )
    query = (
        select(*(article.c[name] for name in Candidate.__dataclass_fields__))
        .join(shared, shared.c.article_id == article.c.id)
        .where(article.c.source_number != number, article.c.first_seen >= since, _is_new_to(number, article_id))
        .order_by(shared.c.bands.desc(), article.c.id)
        .limit(_MOST_CANDIDATES)
    )
    return [Candidate(**row) for row in (await connection.execute(query)).mappings()]


def _is_new_to(number: int, article_id: int) -> ColumnElement[bool]:
    """Whether an article is of a story that the source has nothing of: what a source says twice, it means twice."""
    twin = article.alias()
    return ~exists().where(
        twin.c.story_id == article.c.story_id,
        twin.c.source_number == number,
        twin.c.id.not_in([article_id, article.c.id]),
    )


async def join(connection: AsyncConnection, article_id: int, bands: Iterable[int], story: Member | None) -> None:
    """Stores the bands of a new article, and of which story it is one more; without `story` it begins its own."""
    rows = [{"band": band, "article_id": article_id} for band in bands]
    if rows:
        await connection.execute(insert(connection, article_band).on_conflict_do_nothing(), rows)
    if story:
        story_id = story.story_id or story.id
        members = article.c.id.in_([article_id, story.id])
        await connection.execute(update(article).where(members).values(story_id=story_id))


async def skip_told(connection: AsyncConnection, article_ids: Sequence[int]) -> int:
    """Skips the open deliveries of these articles to chats that have their story from another source; how many.

    What is held for a closed topic may never come: it keeps nothing from a chat that can be written to.
    """
    # Sets of chats, each made once: asked for each delivery, a planner that expects few of them compares all with all.
    waiting = delivery.c.state.in_(["pending", "held"])
    skipped = 0
    # One after the other: of two articles of a story that are new at once, the first is told.
    for article_id in article_ids:
        told = or_(
            delivery.c.chat_id.in_(_chats_with_story(article_id, TOLD)),
            and_(delivery.c.state == "held", delivery.c.chat_id.in_(_chats_with_story(article_id, ("held",)))),
        )
        repeat = update(delivery).where(delivery.c.article_id == article_id, waiting, told)
        skipped += (await connection.execute(repeat.values(state="skipped", reason=DUPLICATE))).rowcount
    return skipped


def _chats_with_story(article_id: int, states: Sequence[str]) -> Select[tuple[int]]:
    """The chats with a delivery in one of these states of another article of the same story."""
    mine, other, told = article.alias(), article.alias(), delivery.alias()
    siblings = (
        select(other.c.id)
        .join(mine, (mine.c.story_id == other.c.story_id) & (mine.c.id != other.c.id))
        .where(mine.c.id == article_id)
    )
    return select(told.c.chat_id).where(told.c.article_id.in_(siblings), told.c.state.in_(states))


async def tell_instead(connection: AsyncConnection, delivery_ids: Sequence[int]) -> int:
    """Opens the repeats that were skipped for those of these deliveries that ended untold: one a story; how many."""
    if not delivery_ids:
        return 0
    ended, mine, other, repeat = delivery.alias(), article.alias(), article.alias(), delivery.alias()
    first = (
        select(func.min(repeat.c.id))
        .select_from(
            ended.join(mine, mine.c.id == ended.c.article_id)
            .join(other, (other.c.story_id == mine.c.story_id) & (other.c.id != mine.c.id))
            .join(repeat, (repeat.c.article_id == other.c.id) & (repeat.c.chat_id == ended.c.chat_id))
        )
        .where(
            ended.c.id.in_(delivery_ids),
            ended.c.state.in_(["skipped", "failed"]),
            repeat.c.state == "skipped",
            repeat.c.reason == DUPLICATE,
        )
        .group_by(repeat.c.chat_id, other.c.story_id)
    )
    opened = update(delivery).where(delivery.c.id.in_(first)).values(state="pending", reason=None)
    return (await connection.execute(opened)).rowcount


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
