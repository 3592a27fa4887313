"""Articles: what is known of a list, storing what is new or changed, and lists for feeds and pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.domain import categories as paths
from feedbot.domain import identity
from feedbot.domain.article import Article, Content, Draft
from feedbot.domain.judging import Known, Listed
from feedbot.domain.meaning import meaning
from feedbot.storage import categories
from feedbot.storage.database import insert
from feedbot.storage.rows import content_values, key_values, to_article, to_content
from feedbot.storage.tables import article, article_category, delivery, source
from feedbot.storage.tables import category as category_table

SEEN_EVERY = timedelta(days=1)
MAX_CHURNS = 5  # changes that mean nothing, taken silently into what is stored
_T = TypeVar("_T")
_KNOWN = [article.c[name] for name in Known.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class FeedVersion:
    """What moves when a list of articles moves: a feed with the same version has the same bytes.

    `ids` is the sum of the ids: it tells a list in which one article took the place of another. `revisions` is that of
    the revisions: it tells of a change also when a clock was set back.
    """

    count: int
    newest_change: datetime | None
    ids: int
    revisions: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list that is sorted by date and id, newest first."""

    date: datetime
    id: int


async def known(connection: AsyncConnection, number: int, drafts: dict[bytes, Draft]) -> list[Known]:
    """What is stored of a source under the keys of these drafts, or for those without under their address or title."""
    by_key = await _known_by(connection, number, article.c.key, set(drafts))
    stored = {entry.key for entry in by_key}
    new = [draft for key, draft in drafts.items() if key not in stored]
    by_url = await _known_by(connection, number, article.c.url_key, {identity.url_key(draft) for draft in new} - {b""})
    by_title = await _known_by(connection, number, article.c.title_key, {identity.title_key(draft) for draft in new})
    return list({entry.id: entry for entry in (*by_key, *by_url, *by_title)}.values())


async def _known_by(
    connection: AsyncConnection, number: int, column: ColumnElement[bytes], values: set[bytes]
) -> list[Known]:
    found: list[Known] = []
    for some in _batches(sorted(values)):
        query = select(*_KNOWN).where(article.c.source_number == number, column.in_(some)).order_by(article.c.id)
        found += [Known(**row) for row in (await connection.execute(query)).mappings()]
    return found


async def add(
    connection: AsyncConnection,
    number: int,
    entry: Listed,
    content: Content,
    in_categories: Iterable[str],
    now: datetime,
) -> int | None:
    """Stores a new article with its categories and their parents; its id, or None if it was there already."""
    row = {
        "source_number": number,
        "revision": 1,
        "first_seen": now,
        "changed": now,
        "read_at": now,
        "seen_at": now,
        "date": content.published or now,
        **key_values(entry.key, entry.draft),
        **content_values(content),
    }
    statement = insert(connection, article).on_conflict_do_nothing(index_elements=["source_number", "key"])
    article_id: int | None = (await connection.execute(statement.returning(article.c.id), row)).scalar_one_or_none()
    if article_id is not None:
        await _categorise(connection, [(article_id, row["date"])], tuple(in_categories))
    return article_id


async def revise(
    connection: AsyncConnection, entry: Listed, content: Content, in_categories: Iterable[str], now: datetime
) -> bool:
    """Stores what a known article says now; True if it changed, so that its revision moved.

    Other bytes that mean the same are taken silently, `MAX_CHURNS` times between two changes; after that they are
    passed over, so that a page that never reads the same twice is not written without end.
    """
    stored = entry.known
    if stored is None:
        raise ValueError("only a stored article can be revised")
    values: dict[str, Any] = content_values(content)
    changed = bool(values["fingerprint"] != stored.fingerprint)
    if changed:
        before = await _revisable(connection, stored.id)
        changed = bool(meaning(content) != before.meaning) or (
            stored.published is None and content.published is not None
        )
        if changed:
            values |= {"revision": article.c.revision + 1, "changed": now, "churns": 0}
        elif before.churns < MAX_CHURNS:
            values |= {"churns": before.churns + 1, "updated": before.updated}
        else:
            reactions = values["details"]["reactions"]
            values = {"comment_count": values["comment_count"], "details": {**before.details, "reactions": reactions}}
    values |= {name: value for name, value in key_values(stored.key, entry.draft).items() if name != "key"}
    values |= {"read_at": now, "seen_at": now}
    # The first date that a source gave stays: readers sort by it, and `published` never moves (RFC 4287, 4.2.9).
    values["published"] = stored.published or content.published
    values["date"] = values["published"] or stored.first_seen
    if not changed:
        values.pop("abstract", None)  # it is written for a revision, and holds as long as that does
    await connection.execute(update(article).where(article.c.id == stored.id).values(**values))
    if changed:
        await _categorise(connection, [(stored.id, values["date"])], tuple(in_categories), replace=True)
    return changed


@dataclass(frozen=True, slots=True)
class _Revisable:
    meaning: bytes
    churns: int
    updated: datetime | None
    details: Mapping[str, Any]


async def _revisable(connection: AsyncConnection, article_id: int) -> _Revisable:
    """What decides whether other bytes are another article; made of what is stored, so that it needs no column."""
    row = (await connection.execute(select(article).where(article.c.id == article_id))).mappings().one()
    return _Revisable(meaning(to_content(row)), row["churns"], row["updated"], row["details"])


async def of_source(connection: AsyncConnection, number: int, *, after: int = 0, limit: int = 200) -> list[Article]:
    """The articles of a source by id, from the one behind `after` on: a page for walking through all of them."""
    wanted = _articles().where(article.c.source_number == number, article.c.id > after)
    return await _load(connection, wanted.order_by(article.c.id).limit(limit))


async def recategorise(connection: AsyncConnection, named: Mapping[int, tuple[str, ...]]) -> None:
    """Puts articles, by id, into exactly these categories."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for article_id, direct in named.items():
        groups.setdefault(direct, []).append(article_id)
    for direct, ids in groups.items():
        rows = await connection.execute(select(article.c.id, article.c.date).where(article.c.id.in_(ids)))
        await _categorise(connection, [(row.id, row.date) for row in rows], direct, replace=True)


async def newest_marks(
    connection: AsyncConnection, number: int, limit: int = 200
) -> tuple[frozenset[datetime], frozenset[str]]:
    """The dates and the titles of a source's newest articles: by which old ones are told in a new dress."""
    query = select(article.c.published, article.c.title).where(article.c.source_number == number)
    rows = (await connection.execute(query.order_by(article.c.date.desc()).limit(limit))).all()
    return frozenset(row.published for row in rows if row.published), frozenset(row.title for row in rows)


async def mark_read(connection: AsyncConnection, article_ids: Sequence[int], now: datetime) -> None:
    """Remembers that these articles' pages were looked at, changed or not."""
    if article_ids:
        await connection.execute(update(article).where(article.c.id.in_(article_ids)).values(read_at=now))


async def latest(
    connection: AsyncConnection,
    *,
    category: str | None = None,
    source: str | None = None,
    limit: int = 50,
    before: Cursor | None = None,
) -> list[Article]:
    """The newest articles of everything, of a category path with its children, or of a source id."""
    newest = _newest(category, source, limit, before)
    query = _articles().join(newest, newest.c.id == article.c.id)
    return await _load(connection, query.order_by(article.c.date.desc(), article.c.id.desc()))


async def get(connection: AsyncConnection, article_id: int) -> Article | None:
    """The article with this id; None if there is none."""
    found = await by_ids(connection, [article_id])
    return found[0] if found else None


async def by_ids(connection: AsyncConnection, article_ids: Sequence[int]) -> list[Article]:
    """The articles with these ids, in the order of their ids; those that are gone are left out."""
    loaded: list[Article] = []
    for some in _batches(sorted(article_ids)):
        loaded += await _load(connection, _articles().where(article.c.id.in_(some)).order_by(article.c.id))
    return loaded


async def version(
    connection: AsyncConnection, *, category: str | None = None, source: str | None = None, limit: int = 50
) -> FeedVersion:
    """The version of the list that `latest` gives for the same arguments."""
    newest = _newest(category, source, limit, None)
    query = select(
        func.count(), func.max(article.c.changed), func.sum(article.c.id), func.sum(article.c.revision)
    ).select_from(article)
    rows = await connection.execute(query.join(newest, newest.c.id == article.c.id))
    count, newest_change, ids, revisions = rows.one()
    return FeedVersion(count, newest_change, int(ids or 0), int(revisions or 0))


async def count(connection: AsyncConnection) -> int:
    """How many articles are stored."""
    return int((await connection.execute(select(func.count()).select_from(article))).scalar_one())


def _newest(category: str | None, source: str | None, limit: int, before: Cursor | None) -> Any:
    """The ids of the newest articles of a list, found by an index alone."""
    if category is not None:
        date, key = article_category.c.date, article_category.c.article_id
        query = select(key.label("id")).where(article_category.c.category_id == _id_of(category))
        if source is not None:
            own = select(article.c.id).where(article.c.source_number == _number_of(source))
            query = query.where(key.in_(own))
    else:
        date, key = article.c.date, article.c.id
        query = select(key)
        if source is not None:
            query = query.where(article.c.source_number == _number_of(source))
    if before:
        query = query.where(or_(date < before.date, and_(date == before.date, key < before.id)))
    return query.order_by(date.desc(), key.desc()).limit(limit).subquery()


def _articles() -> Select[Any]:
    return select(
        article,
        source.c.id.label("source_id"),
        source.c.title.label("source_title"),
        func.coalesce(source.c.home_url, source.c.url).label("source_url"),
    ).join(source, source.c.number == article.c.source_number)


def _id_of(path: str) -> Any:
    return select(category_table.c.id).where(category_table.c.path == path).scalar_subquery()


def _number_of(source_id: str) -> Any:
    return select(source.c.number).where(source.c.id == source_id).scalar_subquery()


async def _load(connection: AsyncConnection, query: Select[Any]) -> list[Article]:
    rows = (await connection.execute(query)).mappings().all()
    named: dict[int, list[str]] = {}
    for some in _batches([row["id"] for row in rows]):
        pairs = await connection.execute(
            select(article_category.c.article_id, category_table.c.path)
            .join(category_table, category_table.c.id == article_category.c.category_id)
            .where(article_category.c.article_id.in_(some), article_category.c.is_direct)
            .order_by(category_table.c.id)
        )
        for article_id, path in pairs:
            named.setdefault(article_id, []).append(path)
    return [to_article(row, named.get(row["id"], [])) for row in rows]


async def _categorise(
    connection: AsyncConnection,
    dated: Sequence[tuple[int, datetime]],
    direct: tuple[str, ...],
    *,
    replace: bool = False,
) -> None:
    """Puts articles, each an id with its date, into these categories and their parents."""
    direct = await categories.resolve(connection, direct)
    ids = await categories.ensure(connection, direct)
    for some in _batches(dated):
        if replace:
            among = article_category.c.article_id.in_([article_id for article_id, _ in some])
            await connection.execute(article_category.delete().where(among))
        rows = [
            {"category_id": ids[path], "article_id": article_id, "is_direct": path in direct, "date": date}
            for article_id, date in some
            for path in paths.lineage(direct)
        ]
        if rows:
            await connection.execute(insert(connection, article_category).on_conflict_do_nothing(), rows)


def _batches(values: Sequence[_T], size: int = 500) -> Iterable[Sequence[_T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


async def forget(connection: AsyncConnection, before: datetime, batch: int = 1000) -> int:
    """Deletes articles that are older and have left their source's list, at most a batch; how many.

    An article that stood in the list when that was last read stays, or it would come back as new. One with an open
    delivery stays until that has ended.
    """
    waiting = select(delivery.c.article_id).where(delivery.c.state.in_(["pending", "sending", "unknown", "held"]))
    old = (
        select(article.c.id, article.c.seen_at, source.c.listed_at)
        .join(source, source.c.number == article.c.source_number)
        .where(article.c.date < before, article.c.first_seen < before, article.c.id.not_in(waiting))
        .order_by(article.c.id)
    )
    left = [
        row.id
        for row in await connection.execute(old)
        if row.listed_at and row.seen_at < row.listed_at - 2 * SEEN_EVERY
    ][:batch]
    for some in _batches(left):
        await connection.execute(article.delete().where(article.c.id.in_(some)))
    return len(left)


async def mark_seen(connection: AsyncConnection, listed: Iterable[Known], now: datetime) -> None:
    """Remembers that these articles still stand in their list; written once a day, which is all that matters."""
    stale = [entry.id for entry in listed if now - entry.seen_at > SEEN_EVERY]
    for some in _batches(stale):
        await connection.execute(update(article).where(article.c.id.in_(some)).values(seen_at=now))
