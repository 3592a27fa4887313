"""Articles of a list that changed beyond recognition: kept as drafts until somebody or something says what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.domain.article import Attachment, Draft, Image, Reaction
from feedbot.storage.database import insert
from feedbot.storage.tables import held_article

_AT_ONCE = 500
_DATES = ("published", "updated")
_NAMES = ("category_path", "related_categories", "tags")


@dataclass(frozen=True, slots=True)
class Held:
    """A held article: `listed` as its list has it, `draft` as it would be stored.

    `arrived`: it came on top of a list that was steady again, so it is new even without a date.
    """

    key: bytes
    listed: Draft
    draft: Draft
    found_at: datetime
    arrived: bool = False


async def of_source(connection: AsyncConnection, source_number: int) -> dict[bytes, Held]:
    """What is held of a source by key, in the order in which it was found."""
    query = select(held_article).where(held_article.c.source_number == source_number).order_by(held_article.c.id)
    return {row["key"]: _to_held(row) for row in (await connection.execute(query)).mappings()}


async def count(connection: AsyncConnection) -> dict[int, int]:
    """How many articles are held, by source number; sources of which none are held are left out."""
    query = select(held_article.c.source_number, func.count()).group_by(held_article.c.source_number)
    return {number: held for number, held in await connection.execute(query)}  # noqa: C416 (rows are no pairs to the type checker)


async def put(connection: AsyncConnection, source_number: int, entries: Iterable[Held]) -> None:
    """Holds the articles; one that is held already gets the new draft, and stays found when it was."""
    for entry in entries:
        own = _draft_values(entry.draft) if entry.draft != entry.listed else None
        value = {"draft": {"listed": _draft_values(entry.listed), "own": own, "arrived": entry.arrived}}
        row = {"source_number": source_number, "key": entry.key, "found_at": entry.found_at, **value}
        statement = insert(connection, held_article).values(row)
        await connection.execute(statement.on_conflict_do_update(index_elements=["source_number", "key"], set_=value))


async def drop(connection: AsyncConnection, source_number: int, keys: Sequence[bytes]) -> None:
    """Holds these of a source no more."""
    for start in range(0, len(keys), _AT_ONCE):
        among = held_article.c.key.in_(keys[start : start + _AT_ONCE])
        await connection.execute(delete(held_article).where(held_article.c.source_number == source_number, among))


async def clear(connection: AsyncConnection, source_number: int) -> int:
    """Holds nothing of the source any more; how many were held."""
    return (
        await connection.execute(delete(held_article).where(held_article.c.source_number == source_number))
    ).rowcount


def _draft_values(draft: Draft) -> dict[str, Any]:
    values = asdict(draft)
    return values | {name: values[name].isoformat() for name in _DATES if values[name]}


def _to_held(row: RowMapping) -> Held:
    kept = row["draft"]
    listed = _to_draft(kept["listed"])
    draft = _to_draft(kept["own"]) if kept["own"] else listed
    return Held(row["key"], listed, draft, row["found_at"], arrived=kept["arrived"])


def _to_draft(kept: Mapping[str, Any]) -> Draft:
    values = dict(kept)
    values |= {name: datetime.fromisoformat(values[name]) for name in _DATES if values[name]}
    values |= {name: tuple(values[name]) for name in _NAMES}
    values["images"] = tuple(Image(**one) for one in values["images"])
    values["attachments"] = tuple(Attachment(**one) for one in values["attachments"])
    values["reactions"] = tuple(Reaction(**one) for one in values["reactions"])
    known = Draft.__dataclass_fields__
    return Draft(**{name: value for name, value in values.items() if name in known})
