"""How the dates of one source are read: in its zone and language, on the day of the visit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from feedbot.sources.times import parse_published

# A big day beside or above a small year and month: `15 2026-11`, `15 2026年11月`; and `11-15 2026`, the year apart.
_DAY_APART = re.compile(
    r"(?P<j>\d{1,2})\s*[日号]?\s*[|/·]?\s*(?P<Y>\d{4})\s*(?:[-/.]|年)\s*(?P<n>\d{1,2})\s*月?", re.ASCII
)
_YEAR_APART = re.compile(
    r"(?P<n>\d{1,2})\s*(?:[-/.]|月)\s*(?P<j>\d{1,2})\s*日?\s*[|/·,]?\s*(?P<Y>\d{4})\s*年?", re.ASCII
)
_MAX_APART = 24


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a page's dates are to be understood; each value as `parse_published` takes it."""

    timezone: str = "UTC"
    language: str | None = None
    now: datetime | None = None

    def read(self, texts: Iterable[str]) -> datetime | None:
        """The first time that one of the texts names, aware and in UTC; None if none does."""
        return next((found for found in map(self.read_one, texts) if found), None)

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.timezone)

    def read_one(self, text: str) -> datetime | None:
        """The time that a text names, also where the day stands before or behind year and month."""
        return self.read_apart(text) or parse_published(
            text, timezone=self.timezone, language=self.language, now=self.now
        )

    def read_apart(self, text: str) -> datetime | None:
        """The time that a text names whose day, or year, stands apart; None if it is none of these."""
        plain = " ".join(text.split()) if len(text) <= _MAX_APART else ""
        match = _DAY_APART.fullmatch(plain) or _YEAR_APART.fullmatch(plain)
        if not match:
            return None
        return parse_published(f"{match['Y']}-{match['n']}-{match['j']}", timezone=self.timezone, now=self.now)
