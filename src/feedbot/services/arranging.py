"""Arranging the category tree: looking at it, moving and merging what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feedbot.domain.categories import MAX_DEPTH, SEPARATOR, ancestors, clean_path, is_within
from feedbot.errors import Refused
from feedbot.storage import categories, category_moves, polls, sources
from feedbot.storage.categories import CategoryNode
from feedbot.storage.database import Connection, Database

FACT = "categories"  # when the tree was last arranged: feeds and pages show other names since then


@dataclass(frozen=True, slots=True)
class Arranged:
    """What a move or merge did, or would do: articles and followers that go along, and who still says the old name."""

    articles: int
    followers: int
    declared_by: tuple[str, ...]


async def tree(database: Database) -> tuple[list[CategoryNode], dict[int, int]]:
    """Every category, parents first, and how many chats follow each, by id."""
    async with database.read() as connection:
        nodes = await categories.tree(connection)
        followed = {node.id: await category_moves.followers(connection, node.path) for node in nodes}
    return nodes, followed


async def look(database: Database, old: str, new: str, *, merge: bool) -> Arranged:
    """What `move` or `merge` of the same names would do.

    Raises:
        Refused: it cannot be done; the text says why and what to do.
    """
    async with database.read() as connection:
        node = await _checked(connection, clean_path(old), clean_path(new), merge=merge)
        return await _seen(connection, node, node.articles)


async def move(database: Database, old: str, new: str, now: datetime) -> Arranged:
    """Calls the category `old` from now on `new`, which must not be there yet.

    Its children, articles and followers go along; sources that name the old one mean the new one.

    Raises:
        Refused: it cannot be done; the text says why and what to do.
    """
    return await _arrange(database, clean_path(old), clean_path(new), now, merge=False)


async def merge(database: Database, old: str, new: str, now: datetime) -> Arranged:
    """Makes the category `old` a part of `new`, which must be there already, in the same way.

    Raises:
        Refused: it cannot be done; the text says why and what to do.
    """
    return await _arrange(database, clean_path(old), clean_path(new), now, merge=True)


async def _arrange(database: Database, old: str, new: str, now: datetime, *, merge: bool) -> Arranged:
    change = category_moves.merge if merge else category_moves.move
    async with database.write() as connection:
        node = await _checked(connection, old, new, merge=merge)
        seen = await _seen(connection, node, 0)
        count = await change(connection, old, new)
        await polls.set_fact(connection, FACT, {}, now)
    return Arranged(count, seen.followers, seen.declared_by)


async def _seen(connection: Connection, node: CategoryNode, articles: int) -> Arranged:
    followers = await category_moves.followers(connection, node.path)
    declared = [
        source.id
        for source in await sources.list_all(connection)
        if any(is_within(clean_path(path), node.path) for path in source.options.categories)
    ]
    return Arranged(articles, followers, tuple(declared))


async def _checked(connection: Connection, old: str, new: str, *, merge: bool) -> CategoryNode:
    node, target = await categories.by_path(connection, old), await categories.by_path(connection, new)
    if node is None:
        (named,) = await categories.resolve(connection, [old]) or ("",)
        called = f" It is called {named} now." if named != old else ""
        raise Refused(f"There is no category {old!r}: `feedbot categories list` shows those that there are.{called}")
    if not new:
        raise Refused("The new name is empty. Write a path such as News/Town hall.")
    if old == new:
        raise Refused(f"{old} is called so already.")
    if is_within(new, old):
        raise Refused(f"{new} is within {old}: a category cannot become a part of itself.")
    if merge and target is None:
        raise Refused(
            f"There is no category {new!r} to merge into. To give it that name, use `feedbot categories move`."
        )
    if not merge and target is not None:
        raise Refused(f"There is a category {new!r} already. To make one of both, use `feedbot categories merge`.")
    await _check_parents(connection, new)
    await _check_depth(connection, old, new)
    return node


async def _check_parents(connection: Connection, new: str) -> None:
    """What is put below a name that was given up would never be found: that name means another now."""
    for parent in ancestors(new)[-1:]:
        (named,) = await categories.resolve(connection, [parent])
        if named != parent:
            raise Refused(f"{parent} is called {named} now. Write {named}{new.removeprefix(parent)}.")


async def _check_depth(connection: Connection, old: str, new: str) -> None:
    depths = [node.path.count(SEPARATOR) for node in await categories.tree(connection) if is_within(node.path, old)]
    if max(depths) - old.count(SEPARATOR) + new.count(SEPARATOR) >= MAX_DEPTH:
        raise Refused(f"Below {new} the tree would be deeper than {MAX_DEPTH} levels. Choose a place higher up.")
