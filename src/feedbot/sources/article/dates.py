"""Dates as a source's pages print them."""

from __future__ import annotations

from datetime import datetime

from feedbot.sources.spec import ParseOptions
from feedbot.sources.times import parse_published


def read(text: str, options: ParseOptions) -> datetime | None:
    """The time that `text` names, aware and in UTC; None if it names none. Zone, language and day are the source's."""
    return parse_published(text, timezone=options.timezone, now=options.now, language=options.language)
