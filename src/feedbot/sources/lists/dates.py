"""Dates in the forms that lists print them: one text, or day and month set apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from feedbot.sources.times import parse_published

# A big day beside or above a small year and month: `15 2026-11`, `15 2026.11`, `15 2026年11月`, and `11-15 2026`.
_DAY_APART = re.compile(
    r"(?P<j>\d{1,2})\s*[日号]?\s*[|/·]?\s*(?P<Y>\d{4})\s*(?:[-/.]|年)\s*(?P<n>\d{1,2})\s*月?", re.ASCII
)
_YEAR_APART = re.compile(
    r"(?P<n>\d{1,2})\s*(?:[-/.]|月)\s*(?P<j>\d{1,2})\s*日?\s*[|/·,]?\s*(?P<Y>\d{4})\s*年?", re.ASCII
)
_MAX_APART = 24


def read_date(texts: Iterable[str], *, timezone: str) -> datetime | None:
    """The first time that one of the texts names, aware and in UTC; None if none does."""
    for text in texts:
        found = _apart(text, timezone) or parse_published(text, timezone=timezone)
        if found:
            return found
    return None


def _apart(text: str, timezone: str) -> datetime | None:
    plain = " ".join(text.split()) if len(text) <= _MAX_APART else ""
    match = _DAY_APART.fullmatch(plain) or _YEAR_APART.fullmatch(plain)
    return parse_published(f"{match['Y']}-{match['n']}-{match['j']}", timezone=timezone) if match else None
