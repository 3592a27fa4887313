"""A start that cannot be says why and what to do, in words."""

from __future__ import annotations

from pathlib import Path

from end_to_end.house import installation


async def test_a_host_that_nobody_knows_is_refused_in_words(tmp_path: Path) -> None:
    async with installation(tmp_path, FEEDBOT_WEB__HOST="nowhere.invalid") as feedbot:
        code, _out, error = await feedbot.command("run")

    assert code == 1
    assert "web.host is 'nowhere.invalid', of which no address is known" in error
    assert "nobody foresaw" not in error


async def test_a_folder_that_cannot_be_written_to_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "var" / "feedbot.db.lock").mkdir(parents=True)  # root may write everywhere, but not here
    async with installation(tmp_path) as feedbot:
        code, _out, error = await feedbot.command("run")

    assert code == 1
    assert error == (
        f"feedbot: The file {tmp_path}/var/feedbot.db.lock beside the database cannot be written (Is a directory). "
        "Let feedbot write into that folder, or set another database.url.\n"
    )
