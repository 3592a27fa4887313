"""A caller that is cancelled in the middle of its work leaves nothing behind in the database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from feedbot.storage import polls
from feedbot.storage.database import Database

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PATIENCE = 5.0  # a lock that stays would hold up the next writer for 30 s


async def test_a_write_that_is_cancelled_at_any_moment_holds_up_nobody(sqlite: Database) -> None:
    async def write(key: str, number: int) -> None:
        async with sqlite.write() as connection:
            await polls.set_fact(connection, key, {"number": number}, NOW)
            await polls.get_fact(connection, key)

    # The errors of cancelled tasks live on, with all that their tracebacks remember.
    kept: list[BaseException | None] = []
    for turns in range(0, 120, 2):
        task = asyncio.create_task(write("cancelled", turns))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        kept += await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(PATIENCE):
            await write("next", turns)

    assert any(isinstance(error, asyncio.CancelledError) for error in kept)
    async with sqlite.read() as connection:
        found = await polls.get_fact(connection, "next")
    assert found is not None
    assert found[0] == {"number": 118}
