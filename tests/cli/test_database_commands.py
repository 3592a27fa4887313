"""Commands that look at a real database: status, sources, feed, db."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedbot.cli.main import main
from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services import sourcing
from feedbot.storage import articles, polls
from feedbot.storage.database import Database
from feedbot.storage.upgrading import upgrade

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def exit_code(arguments: list[str]) -> int:
    """The code with which the command ends."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(str(ended.value.code))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration directory whose database does not exist yet."""
    directory = tmp_path / "config"
    directory.mkdir()
    monkeypatch.setenv("FEEDBOT_CONFIG", str(directory))
    monkeypatch.setenv("FEEDBOT_DATABASE__URL", f"sqlite:///{tmp_path}/feedbot.db")
    return directory


@pytest.fixture
def filled(config: Path, tmp_path: Path) -> Path:
    """The same with a source, an article and a refused configuration in the database."""

    async def fill() -> None:
        database = Database(f"sqlite:///{tmp_path}/feedbot.db")
        await upgrade(database)
        options = SourceOptions(headers={"Authorization": "Bearer hush"}, categories=("News",))
        source = DeclaredSource(id="town", title="Town", url="https://ann:hush-hush@town.example/", options=options)
        await sourcing.reconcile(database, [source], NOW)
        draft = Draft(url="https://town.example/1", title="A story", published=NOW)
        async with database.write() as connection:
            entry = judging.judge(judging.keyed([draft], "auto"), []).listed[0]
            await articles.add(connection, 1, entry, draft, ["News"], NOW)
            fault = "config/feedbot.yaml:3: site.titel: is not a known key."
            state = {"state": "refused", "faults": [fault], "restart": []}
            await polls.set_fact(connection, "configuration", state, NOW)
        await database.close()

    asyncio.run(fill())
    return config


def test_status_before_the_first_run_names_the_remedy(config: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    assert exit_code(["status"]) == 1
    assert "`feedbot run` makes it" in capsys.readouterr().err


def test_status_tells_of_a_refused_configuration_and_of_each_source(
    filled: Path,  # noqa: ARG001
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code(["status"]) == 0
    said = capsys.readouterr().out
    assert "feedbot is not running" in said
    assert "The configuration was refused at 2026-11-24T12:00:00+00:00" in said
    assert "config/feedbot.yaml:3: site.titel: is not a known key." in said
    assert "New: polled at once." in said


def test_status_works_while_the_files_are_broken(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (filled / "feedbot.yaml").write_text("site: [")
    assert exit_code(["status", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert not {"rhythm", "body_digest", "list_state"} & set(said["sources"][0])  # notes of the program to itself
    assert said["configuration"]["state"] == "refused"
    assert said["articles"] == 1


def test_no_command_shows_a_sources_headers_or_its_password(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    for arguments in (["status"], ["status", "--json"], ["sources", "list"], ["sources", "list", "--json"]):
        assert exit_code(arguments) == 0
    assert "hush" not in capsys.readouterr().out


def test_a_source_is_made_due_by_hand(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    assert exit_code(["sources", "poll", "town"]) == 0
    assert exit_code(["sources", "list"]) == 0
    assert "Asked for by hand." in capsys.readouterr().out
    assert exit_code(["sources", "poll", "nobody"]) == 1
    assert "`feedbot sources list`" in capsys.readouterr().err


@pytest.mark.parametrize("view", ["all", "category/News", "source/town"])
def test_a_feed_is_printed(filled: Path, view: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:  # noqa: ARG001
    assert exit_code(["feed", view, "--format", "atom"]) == 0
    out = capfdbinary.readouterr().out
    assert out.startswith(b"<?xml")
    assert b"A story" in out


@pytest.mark.parametrize("view", ["nothing", "category/", "all/x", "source/nobody", "category/Nowhere"])
def test_a_feed_that_is_not_there_is_explained(filled: Path, view: str, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    assert exit_code(["feed", view]) == 1
    assert view in capsys.readouterr().err


def test_the_database_is_upgraded_and_checked(config: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    assert exit_code(["db", "check"]) == 1
    assert exit_code(["db", "upgrade"]) == 0
    assert exit_code(["db", "check"]) == 0
    assert "whole" in capsys.readouterr().out


def test_a_database_of_a_newer_feedbot_is_told_from_an_old_one(
    filled: Path,  # noqa: ARG001
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "feedbot.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    for arguments in (["status"], ["feed", "all"], ["db", "check"], ["db", "upgrade"]):
        assert exit_code(arguments) == 1
        assert "written by a newer feedbot. Install that version" in capsys.readouterr().err


def test_a_damaged_database_is_named_with_the_remedy(
    filled: Path,  # noqa: ARG001
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "feedbot.db").write_bytes(b"this is no database" * 100)
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"feedbot.db{suffix}").unlink(missing_ok=True)
    for arguments in (["status"], ["db", "check"], ["db", "upgrade"]):
        assert exit_code(arguments) == 1
        error = capsys.readouterr().err
        assert "Traceback" not in error
        assert "nobody foresaw" not in error
        assert "feedbot.db" in error
