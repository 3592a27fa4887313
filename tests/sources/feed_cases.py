"""Saved feeds and pages, and what is expected of them, as plain values."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"


def cases(folder: str, *endings: str) -> list[Path]:
    """The saved inputs of a folder of `tests/data`."""
    return sorted(path for path in (DATA / folder).iterdir() if path.suffix in endings and "expected" not in path.name)


def expected(case: Path) -> Any:
    """What stands beside the input as `<case>.expected.json`."""
    return json.loads(case.with_suffix(".expected.json").read_text(encoding="utf-8"))


def plain(value: Any) -> Any:
    """A dataclass as JSON values, without the fields that say nothing."""
    if dataclasses.is_dataclass(value):
        fields = {field.name: field for field in dataclasses.fields(value)}
        return {
            name: plain(getattr(value, name))
            for name, field in fields.items()
            if getattr(value, name) != field.default and getattr(value, name) not in ((), frozenset())
        }
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    return [plain(part) for part in value] if isinstance(value, tuple) else value
