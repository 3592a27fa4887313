"""Bringing the database to the schema of this program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from feedbot.errors import DatabaseError
from feedbot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Schema:
    """The database's schema revision (None when empty) and the one that this program writes."""

    current: str | None
    head: str

    @property
    def is_current(self) -> bool:
        """Whether nothing is to be done."""
        return self.current == self.head


async def upgrade(database: Database) -> Schema:
    """Migrates to the newest schema, in one transaction; what it was before.

    Raises:
        DatabaseError: the database was written by a newer feedbot, is damaged, or cannot be reached.
    """
    with _explained(database):
        async with database.write() as connection:
            before = await connection.run_sync(_schema)
            if not before.is_current:
                await connection.run_sync(_upgrade)
    return before


async def schema(database: Database) -> Schema:
    """The database's schema and this program's.

    Raises:
        DatabaseError: the database was written by a newer feedbot, is damaged, or cannot be reached.
    """
    with _explained(database):
        async with database.read() as connection:
            return await connection.run_sync(_schema)


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for the migrations of this package."""
    made = Config()
    made.set_main_option("script_location", "feedbot.storage:migrations")
    made.attributes["connection"] = connection
    return made


@contextmanager
def _explained(database: Database) -> Iterator[None]:
    """Says of what the driver raises which database it is and what to look at; the address is without its password."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        raise DatabaseError(
            f"The database {database.shown} cannot be used: {reason}. "
            "Check database.url, that the file or server can be reached, or put a backup in its place."
        ) from None


def _schema(connection: Connection) -> Schema:
    scripts = ScriptDirectory.from_config(config())
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise DatabaseError(
            "The database was written by a newer feedbot. Install that version, or restore a backup made before it."
        )
    return Schema(current, str(scripts.get_current_head()))


def _upgrade(connection: Connection) -> None:
    command.upgrade(config(connection), "head")
