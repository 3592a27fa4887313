from __future__ import annotations

from pathlib import Path

import pytest

from configurations import Directory, make_directory


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Directory:
    """An empty `config/` in a fresh working directory."""
    return make_directory(tmp_path, monkeypatch)
