"""The migrations and the tables say the same, on both engines."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from feedbot.storage.database import Database
from feedbot.storage.tables import metadata
from feedbot.storage.upgrading import schema, upgrade


async def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))

    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_second_upgrade_changes_nothing(database: Database) -> None:
    assert (await upgrade(database)).is_current
    assert (await schema(database)).is_current


async def test_an_empty_database_is_told_from_a_current_one(database_url: str) -> None:
    opened = Database(database_url)
    assert (await schema(opened)).current is None
    await opened.close()
