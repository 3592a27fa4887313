"""Ctrl-C stops feedbot within three seconds and in order, whatever it is doing and whatever is in its way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from end_to_end.house import STOPPED_WITHIN, installation


async def test_a_stop_right_after_the_start_is_in_order(tmp_path: Path) -> None:
    async with installation(tmp_path) as feedbot:
        for _ in range(2):
            await feedbot.start()  # aiogram is being imported, the first polls are on their way

            assert await feedbot.stop() < STOPPED_WITHIN
        assert "level=error" not in feedbot.log()


async def test_a_database_that_another_program_holds_keeps_nobody_from_stopping(tmp_path: Path) -> None:
    async with installation(tmp_path, FEEDBOT_TELEGRAM__MODE="off") as feedbot:
        await feedbot.start()
        with closing(sqlite3.connect(tmp_path / "var" / "feedbot.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")

            assert await feedbot.stop() < STOPPED_WITHIN
        assert "stopped_without_waiting" in feedbot.log()
        await feedbot.start()
        await feedbot.stop()
        assert "level=error" not in feedbot.log()
