"""The category tree: paths to ids, and the tree with its counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.domain import categories as paths
from feedbot.storage.database import insert
from feedbot.storage.tables import article_category, category, category_alias


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category as the tree shows it; `articles` counts those of its children as well."""

    id: int
    path: str
    parent_id: int | None
    articles: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return paths.name(self.path)

    @property
    def depth(self) -> int:
        """0 for a root."""
        return self.path.count(paths.SEPARATOR)


async def ensure(connection: AsyncConnection, wanted: Iterable[str]) -> dict[str, int]:
    """The ids of the paths and of all their parents; those that are missing are made."""
    lineage = paths.lineage(wanted)
    if not lineage:
        return {}
    ids = await _ids(connection, lineage)
    if len(ids) < len(lineage) and connection.dialect.name == "postgresql":
        # Two processes that make the same ones in another order would wait for each other.
        await connection.execute(text("LOCK TABLE category IN SHARE ROW EXCLUSIVE MODE"))
    for path in lineage:
        if path in ids:
            continue
        parents = paths.ancestors(path)
        row = {"path": path, "parent_id": ids[parents[-1]] if parents else None}
        statement = insert(connection, category).on_conflict_do_nothing(index_elements=["path"])
        await connection.execute(statement, row)
        ids |= await _ids(connection, (path,))
    return ids


async def resolve(connection: AsyncConnection, wanted: Iterable[str]) -> tuple[str, ...]:
    """The paths as they are called now, each once: what was moved or merged is found under its new name."""
    named = tuple(dict.fromkeys(wanted))
    for _ in range(paths.MAX_DEPTH):
        aliases = await _aliases(connection, paths.lineage(named))
        if not aliases:
            break
        named = tuple(dict.fromkeys(_renamed(path, aliases) for path in named))
    return named


async def _aliases(connection: AsyncConnection, among: Iterable[str]) -> dict[str, str]:
    query = select(category_alias).where(category_alias.c.path.in_(list(among)))
    return {row.path: row.target for row in await connection.execute(query)}


def _renamed(path: str, aliases: dict[str, str]) -> str:
    """The path with the longest part of it that has a new name called by that."""
    old = next((part for part in reversed((*paths.ancestors(path), path)) if part in aliases), None)
    return paths.moved(path, old, aliases[old]) if old else path


async def tree(connection: AsyncConnection) -> list[CategoryNode]:
    """Every category, parents before children, siblings in the order in which they appeared."""
    counts = (
        select(article_category.c.category_id, func.count().label("articles"))
        .group_by(article_category.c.category_id)
        .subquery()
    )
    query = select(category, func.coalesce(counts.c.articles, 0).label("articles")).outerjoin(
        counts, counts.c.category_id == category.c.id
    )
    rows = (await connection.execute(query.order_by(category.c.id))).mappings()
    nodes = [CategoryNode(row["id"], row["path"], row["parent_id"], row["articles"]) for row in rows]
    return _depth_first(nodes)


async def get(connection: AsyncConnection, category_id: int) -> CategoryNode | None:
    """The category with this id, with its count; None if there is none."""
    return await _one(connection, category.c.id == category_id)


async def by_path(connection: AsyncConnection, path: str) -> CategoryNode | None:
    """The category with exactly this path; None if there is none."""
    return await _one(connection, category.c.path == path)


async def _one(connection: AsyncConnection, condition: object) -> CategoryNode | None:
    articles = (
        select(func.count())
        .select_from(article_category)
        .where(article_category.c.category_id == category.c.id)
        .scalar_subquery()
    )
    query = select(category, articles.label("articles")).where(condition)  # type: ignore[arg-type]
    row = (await connection.execute(query)).mappings().first()
    return CategoryNode(row["id"], row["path"], row["parent_id"], row["articles"]) if row else None


async def _ids(connection: AsyncConnection, wanted: Iterable[str]) -> dict[str, int]:
    query = select(category.c.path, category.c.id).where(category.c.path.in_(list(wanted)))
    return {row.path: row.id for row in await connection.execute(query)}


def _depth_first(nodes: list[CategoryNode]) -> list[CategoryNode]:
    children: dict[int | None, list[CategoryNode]] = {}
    for node in nodes:
        children.setdefault(node.parent_id, []).append(node)
    ordered: list[CategoryNode] = []
    stack = list(reversed(children.get(None, [])))
    while stack:
        node = stack.pop()
        ordered.append(node)
        stack.extend(reversed(children.get(node.id, [])))
    return ordered
