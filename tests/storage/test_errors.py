"""What an error of the database tells, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import DBAPIError

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.storage import sources
from feedbot.storage.database import Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def test_an_error_does_not_tell_what_was_to_be_stored(database: Database) -> None:
    options = SourceOptions(headers={"Authorization": "Bearer hush-hush"})
    source = DeclaredSource(id="town", title="Town", url="https://town.example/", options=options)
    with pytest.raises(DBAPIError) as caught:
        async with database.write() as connection:
            await sources.reconcile(connection, [source, source], NOW)
    assert "INSERT INTO source" in str(caught.value)
    assert "hush-hush" not in str(caught.value)
