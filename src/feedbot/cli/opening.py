"""Opening the database for a command, and running what the command does with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from feedbot.errors import DatabaseError

if TYPE_CHECKING:
    from feedbot.storage.database import Database

T = TypeVar("T")


def with_database(
    url: str, action: Callable[[Database], Awaitable[T]], *, upgrade: bool = False, secret_key: str | None = None
) -> T:
    """What `action` returns; the database must exist at this program's schema unless it may be upgraded.

    Raises:
        DatabaseError: it does not exist yet, or is older or newer than this program; the text says what to do.
    """
    from feedbot.storage import upgrading  # noqa: PLC0415 - not for --help
    from feedbot.storage.database import Database  # noqa: PLC0415

    async def run() -> T:
        database = Database(url, secret_key=secret_key)
        if database.is_sqlite and not upgrade and not database.exists():
            raise DatabaseError(f"There is no database yet at {database.url.database}: `feedbot run` makes it.")
        try:
            if upgrade:
                await upgrading.upgrade(database)
            elif not (await upgrading.schema(database)).is_current:
                raise DatabaseError("The database is not at this program's schema: run `feedbot db upgrade`.")
            return await action(database)
        finally:
            await database.close()

    return asyncio.run(run())
