"""The migrations and the tables say the same, on both engines."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from feedbot.storage.database import Database
from feedbot.storage.tables import metadata
from feedbot.storage.upgrading import config, schema, upgrade


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


OLD_ROWS = (
    (
        "INSERT INTO source (number, id, title, url, type, options, origin, created_at) "
        "VALUES (1, 'town', 'Town', 'https://t.example/', 'feed', '{}', 'file', '2026-01-01 00:00:00')"
    ),
    (
        "INSERT INTO article (id, source_number, key, url_key, title_key, revision, fingerprint, list_fingerprint, "
        "first_seen, changed, read_at, seen_at, date, url, title, author, origin, summary, body_html, site, details) "
        "VALUES (1, 1, :key, :key, :key, 1, :key, :key, '2026-01-01 00:00:00', '2026-01-01 00:00:00', "
        "'2026-01-01 00:00:00', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'https://t.example/1', 'A bridge', "
        "'', '', '', '', '', '{}')"
    ),
    "INSERT INTO chat (id, kind, created_at) VALUES (7, 'private', '2026-01-01 00:00:00')",
    "INSERT INTO category (id, path) VALUES (1, 'News')",
    (
        "INSERT INTO article_category (category_id, article_id, is_direct, date) "
        "VALUES (1, 1, true, '2026-01-01 00:00:00')"
    ),
    (
        "INSERT INTO delivery (id, chat_id, article_id, state, due_at, created_at) "
        "VALUES (1, 7, 1, 'pending', '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
    ),
)


@pytest.mark.parametrize("table", ["source", "article", "article_category", "chat", "delivery"])
async def test_an_upgrade_from_the_first_schema_keeps_every_row(database_url: str, table: str) -> None:
    opened = Database(database_url)
    async with opened.write() as connection:
        await connection.run_sync(lambda plain: command.upgrade(config(plain), "0001"))
        for statement in OLD_ROWS:
            await connection.execute(text(statement), {"key": b"k" * 16} if ":key" in statement else {})
    await upgrade(opened)
    async with opened.read() as connection:
        assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 1
    await opened.close()
