"""Moving and merging categories: their articles, followers and children go along, and the old names keep working."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.domain import categories as paths
from feedbot.storage import articles
from feedbot.storage.categories import ensure, resolve
from feedbot.storage.database import insert
from feedbot.storage.tables import article_category, category, category_alias, delivery, subscription

_BATCH = 500


async def move(connection: AsyncConnection, old: str, new: str) -> int:
    """Calls the category `old`, which is there, `new`, which is not; how many articles went along.

    Children, articles and followers go along, and a source that still says `old` means `new` from now on.
    """
    tree = await _subtree(connection, old)
    parents = paths.ancestors(new)
    await _forget_aliases(connection, new)
    above = await ensure(connection, parents[-1:])
    for path, category_id in tree.items():
        values: dict[str, object] = {"path": paths.moved(path, old, new)}
        if path == old:
            values["parent_id"] = above.get(parents[-1]) if parents else None
        await connection.execute(update(category).where(category.c.id == category_id).values(**values))
    await _remember(connection, old, new)
    return await _place(connection, await _articles_of(connection, tree.values()))


async def merge(connection: AsyncConnection, source: str, into: str) -> int:
    """Makes `source` a part of `into`, and its children those of `into`; how many articles went along."""
    tree = await _subtree(connection, source)
    await _retarget(connection, source, into)
    # A child of `into` that went elsewhere before is there.
    named = {path: (await resolve(connection, [paths.moved(path, source, into)]))[0] for path in tree}
    targets = await ensure(connection, named.values())
    pairs = {category_id: targets[named[path]] for path, category_id in tree.items()}
    affected: list[int] = []
    for old, new in pairs.items():
        affected += await _articles_of(connection, [old])
        await _point_to(connection, old, new)
    await connection.execute(delete(category).where(category.c.id.in_(list(pairs))))
    await _remember(connection, source, into)
    return await _place(connection, affected)


async def aliases(connection: AsyncConnection) -> dict[str, str]:
    """Every old name and what it means now."""
    return {row.path: row.target for row in await connection.execute(select(category_alias))}


async def _subtree(connection: AsyncConnection, path: str) -> dict[str, int]:
    """The category and all below it, by path, parents first."""
    rows = await connection.execute(select(category.c.path, category.c.id).where(_may_be_within(category.c.path, path)))
    return dict(sorted((row.path, row.id) for row in rows if paths.is_within(row.path, path)))


def _may_be_within(column: ColumnElement[str], path: str) -> ColumnElement[bool]:
    """Holds for a path and all below it; on SQLite, where LIKE knows no capitals, for others as well."""
    return or_(column == path, column.startswith(path + paths.SEPARATOR, autoescape=True))


async def _remember(connection: AsyncConnection, old: str, new: str) -> None:
    await _retarget(connection, old, new)
    # What was below `old` and went elsewhere before stays there.
    await connection.execute(delete(category_alias).where(category_alias.c.path == old))
    await connection.execute(insert(connection, category_alias), {"path": old, "target": new})


async def _retarget(connection: AsyncConnection, old: str, new: str) -> None:
    """What meant a name within `old` means the new one; a name that would mean itself is one like any other."""
    for path, target in (await aliases(connection)).items():
        if paths.is_within(target, old):
            mine, moved = category_alias.c.path == path, paths.moved(target, old, new)
            change = delete(category_alias) if moved == path else update(category_alias).values(target=moved)
            await connection.execute(change.where(mine))


async def _forget_aliases(connection: AsyncConnection, path: str) -> None:
    """A name that is given anew means itself."""
    rows = await connection.execute(select(category_alias.c.path).where(_may_be_within(category_alias.c.path, path)))
    names = [name for name in rows.scalars() if paths.is_within(name, path)]
    await connection.execute(delete(category_alias).where(category_alias.c.path.in_(names)))


async def _point_to(connection: AsyncConnection, old: int, new: int) -> None:
    """Gives followers, deliveries and articles of one category to another."""
    twin = subscription.alias()
    has_both = exists().where(
        twin.c.chat_id == subscription.c.chat_id,
        twin.c.thread_id == subscription.c.thread_id,
        twin.c.category_id == new,
    )
    await connection.execute(delete(subscription).where(subscription.c.category_id == old, has_both))
    for table in (subscription, delivery):
        await connection.execute(update(table).where(table.c.category_id == old).values(category_id=new))
    direct = select(article_category.c.article_id, article_category.c.date).where(
        article_category.c.category_id == old, article_category.c.is_direct
    )
    rows = [
        {"category_id": new, "article_id": row.article_id, "is_direct": True, "date": row.date}
        for row in await connection.execute(direct)
    ]
    if rows:
        statement = insert(connection, article_category)
        keys = ["category_id", "article_id"]
        await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_={"is_direct": True}), rows)
    await connection.execute(delete(article_category).where(article_category.c.category_id == old))


async def _articles_of(connection: AsyncConnection, category_ids: Iterable[int]) -> list[int]:
    query = (
        select(article_category.c.article_id).where(article_category.c.category_id.in_(list(category_ids))).distinct()
    )
    return list((await connection.execute(query)).scalars())


async def _place(connection: AsyncConnection, article_ids: list[int]) -> int:
    """Puts each article below the parents that its own categories have now."""
    unique = sorted(set(article_ids))
    for start in range(0, len(unique), _BATCH):
        some = unique[start : start + _BATCH]
        await articles.recategorise(connection, await _direct(connection, some))
    return len(unique)


async def _direct(connection: AsyncConnection, article_ids: list[int]) -> Mapping[int, tuple[str, ...]]:
    query = (
        select(article_category.c.article_id, category.c.path)
        .join(category, category.c.id == article_category.c.category_id)
        .where(article_category.c.article_id.in_(article_ids), article_category.c.is_direct)
        .order_by(category.c.id)
    )
    found: dict[int, list[str]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.article_id, []).append(row.path)
    return {article_id: tuple(named) for article_id, named in found.items()}


async def followers(connection: AsyncConnection, path: str) -> int:
    """How many chats and topics follow the category itself."""
    wanted = select(category.c.id).where(category.c.path == path).scalar_subquery()
    query = select(func.count()).select_from(subscription).where(subscription.c.category_id == wanted)
    return int((await connection.execute(query)).scalar_one())
