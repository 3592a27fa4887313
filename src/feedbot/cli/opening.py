"""Opening the database for a command, and running what the command does with it."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from feedbot.errors import DatabaseError

if TYPE_CHECKING:
    from feedbot.settings import Settings
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

    with quiet():
        return asyncio.run(run())


def with_settings(settings: Settings, action: Callable[[Database], Awaitable[T]], *, make: bool = False) -> T:
    """What `action` returns on the database of the settings, with its key; one that is not there yet may be made.

    Raises:
        DatabaseError: as `with_database` does.
    """
    key = settings.database.secret_key
    return with_database(
        settings.database.url.get_secret_value(),
        action,
        upgrade=make and not is_there(settings),
        secret_key=key.get_secret_value() if key else None,
    )


def is_there(settings: Settings) -> bool:
    """Whether the database was made; of a server that is only known when it is asked."""
    from feedbot.storage.database import driver_url  # noqa: PLC0415 - not for --help

    url = driver_url(settings.database.url.get_secret_value())
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


@contextmanager
def quiet(*, debug: bool = False, secrets: Iterable[str] = ()) -> Iterator[None]:
    """Inside the block nothing is logged among what a command prints: it tells itself what went wrong.

    With `debug` everything is, on standard error, without the `secrets`.
    """
    import structlog  # noqa: PLC0415 - as above

    from feedbot import log  # noqa: PLC0415 - as above

    before = structlog.get_config()
    level = logging.DEBUG if debug else logging.CRITICAL
    structlog.configure(
        processors=log.for_people(secrets, colors=sys.stderr.isatty()),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        yield
    finally:
        structlog.configure(**before)
