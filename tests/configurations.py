"""A configuration directory that a test fills with files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from feedbot import config
from feedbot.errors import ConfigurationError


@dataclass(frozen=True)
class Directory:
    """`path` is relative to the working directory, so that faults name files as an admin sees them."""

    path: Path

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
        return path

    def load(self, environ: Mapping[str, str] | None = None) -> config.Configuration:
        return config.load(self.path, environ or {})

    def faults(self, environ: Mapping[str, str] | None = None) -> list[str]:
        """What an admin reads when the configuration is refused."""
        with pytest.raises(ConfigurationError) as caught:
            self.load(environ)
        return [str(fault) for fault in caught.value.faults]


def make_directory(parent: Path, monkeypatch: pytest.MonkeyPatch) -> Directory:
    """An empty `config/` below `parent`, which becomes the working directory."""
    monkeypatch.chdir(parent)
    (parent / "config").mkdir()
    return Directory(Path("config"))
