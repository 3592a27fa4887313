"""The page of each source that could not be read, kept so that it can be looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import zstandard
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feedbot.storage.database import insert
from feedbot.storage.tables import kept_page

MAX_BYTES = 4_000_000  # of a body, decompressed: no list page of people is larger
_LEVEL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A page as it was fetched at `at` (the first 4 MB of it), and what was wrong with it (`error_text`).

    `charset` is what the HTTP header said, `url` where redirects led.
    """

    at: datetime
    url: str
    mime_type: str
    charset: str | None
    body: bytes
    error_text: str


async def keep(connection: AsyncConnection, source_number: int, page: KeptPage) -> None:
    """Stores the page in place of the one that was kept of this source before."""
    values = {name: getattr(page, name) for name in KeptPage.__dataclass_fields__}
    values["body"] = zstandard.ZstdCompressor(level=_LEVEL).compress(page.body[:MAX_BYTES])
    statement = insert(connection, kept_page).values(source_number=source_number, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["source_number"], set_=values))


async def get(connection: AsyncConnection, source_number: int) -> KeptPage | None:
    """The page that is kept of the source; None if its last visit could read it."""
    columns = [kept_page.c[name] for name in KeptPage.__dataclass_fields__]
    query = select(*columns).where(kept_page.c.source_number == source_number)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    body = zstandard.ZstdDecompressor().decompress(row["body"], max_output_size=MAX_BYTES)
    return KeptPage(**{**row, "body": body})


async def forget(connection: AsyncConnection, source_number: int) -> None:
    """Deletes the source's page: it can be read again."""
    await connection.execute(delete(kept_page).where(kept_page.c.source_number == source_number))
