"""What a block of reads sees, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime

from feedbot.storage import polls
from feedbot.storage.database import Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def test_what_one_block_reads_is_of_one_moment(database: Database) -> None:
    async with database.read() as reader:
        assert await polls.get_fact(reader, "a") is None
        async with database.write() as writer:
            await polls.set_fact(writer, "a", {"is": "new"}, NOW)
        assert await polls.get_fact(reader, "a") is None
    async with database.read() as reader:
        assert await polls.get_fact(reader, "a") == ({"is": "new"}, NOW)
