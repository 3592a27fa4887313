"""Dates in other forms and languages, read by dateparser where the own grammar finds nothing.

It takes about a millisecond and reads a date into much, so it is asked only about a short text that names a year, and
only in languages that are written like the text. What it makes of the text is judged like every other date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from feedbot.sources.times.forms import Site

_LONGEST = 60
_HAS_YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?![\d.])", re.ASCII)
_HAS_DAY = re.compile(r"(?<![\d.:])(?:0?[1-9]|[12]\d|3[01])(?![\d:])", re.ASCII)
_HAS_WORD = re.compile(r"[^\W\d_]{3}")
# By script; where an admin names the language, it alone is tried.
_SCRIPTS = (
    (re.compile("[\u0400-\u052f]"), ("ru", "uk", "bg", "be")),
    (re.compile("[\u0600-\u06ff]"), ("ar", "fa")),
    (re.compile("[\u3040-\u30ff\u3400-\u9fff]"), ("zh", "ja")),
    (re.compile("[\uac00-\ud7af]"), ("ko",)),
    (re.compile("[\u0370-\u03ff]"), ("el",)),
    (re.compile("[\u0590-\u05ff]"), ("he",)),
    (re.compile("[\u0e00-\u0e7f]"), ("th",)),
    (re.compile("[\u0900-\u097f]"), ("hi",)),
)
_LATIN = ("en", "es", "fr", "de", "it", "pt", "nl", "pl", "tr", "cs", "sv", "da", "fi", "hu", "ro", "vi", "id")
_KNOWN = frozenset({*_LATIN, "ru", "uk", "bg", "be", "ar", "fa", "zh", "ja", "ko", "el", "he", "th", "hi"})


def read(text: str, site: Site) -> datetime | None:
    """The moment that dateparser finds in a short text with a day, a month and a year; None for anything else."""
    if len(text) > _LONGEST or not (_HAS_YEAR.search(text) and _HAS_DAY.search(text) and _HAS_WORD.search(text)):
        return None
    from dateparser import parse  # noqa: PLC0415 - 0.1 s and 15 MB, for forms that few sites write

    now = site.local_now
    found = parse(
        text,
        languages=list(_languages(text, site.language)),
        settings={
            "STRICT_PARSING": True,
            "PARSERS": ["absolute-time"],
            "TIMEZONE": site.zone.key,
            "RETURN_AS_TIMEZONE_AWARE": True,
            "DATE_ORDER": (site.order or "dmy").upper(),
            "PREFER_LOCALE_DATE_ORDER": not site.order,
            **({"RELATIVE_BASE": now.replace(tzinfo=None)} if now else {}),
        },
    )
    return found if isinstance(found, datetime) and found.tzinfo else None


def _languages(text: str, language: str) -> Sequence[str]:
    if language in _KNOWN:
        return (language,)
    return next((languages for script, languages in _SCRIPTS if script.search(text)), _LATIN)
