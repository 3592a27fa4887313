from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from configurations import Directory, make_directory
from feedbot.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str


Feedbot = Callable[..., Ended]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Directory:
    """An empty `config/` in a fresh working directory."""
    return make_directory(tmp_path, monkeypatch)


@pytest.fixture
def feedbot(directory: Directory, capsys: pytest.CaptureFixture[str]) -> Feedbot:
    """Runs the command line in this process, as the console script does, with `directory` as the configuration."""
    assert directory.path == Path("config")

    def run(*arguments: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, printed.out, printed.err)

    return run
