"""Text as Telegram's HTML takes it: escaped, measured as Telegram measures, links only where they are accepted.

Rules: https://core.telegram.org/bots/api#html-style. TDLib's parser is the judge in the tests.
"""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

MAX_UNITS = 4096
# The Bot API server refuses longer markup before it reads it, whatever is left after the entities.
MAX_BYTES = 30_000
# Entities beyond about a hundred are dropped without an error.
MAX_ENTITIES = 90
MAX_URL = 2048

# Controls that would turn the rest of a line around (Unicode TR 9); marks and isolates of single letters stay.
_TURNING = "\u202a-\u202e\u2066-\u2069"
_REFUSED = re.compile(f"[\ud800-\udfff{_TURNING}]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_TIME_PATTERNS = {"en": "d MMM y, HH:mm", "zh_CN": "y年M月d日 HH:mm"}


def plain(text: str) -> str:
    """One line without control characters and lone surrogates, which Telegram refuses."""
    return " ".join(_REFUSED.sub("", _CONTROLS.sub(" ", text)).split())


def quoted(text: str) -> str:
    """The text with `&`, `<` and `>` escaped, for between tags."""
    return escape(text, quote=False)


def link(url: str, text: str) -> str:
    """The text as a link, or the text alone if Telegram would not take the address."""
    return f'<a href="{escape(url)}">{quoted(text)}</a>' if is_link(url) else quoted(text)


def is_link(url: str) -> bool:
    """Whether Telegram takes the address in a link and as a link preview: http or https, not endless."""
    if len(url.encode("utf-8", "surrogatepass")) > MAX_URL or plain(url).replace(" ", "") != url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_button_link(url: str) -> bool:
    """Whether Telegram takes the address on a button: it refuses a host without a dot, such as localhost."""
    host = urlsplit(url).hostname or "" if is_link(url) else ""
    return "." in host.strip(".") or ":" in host


def time_text(when: datetime, timezone: str, language: str) -> str:
    """The time in a zone (IANA name) as people of that language write it: `24 Nov 2026, 19:30`."""
    text: str = format_datetime(when, _TIME_PATTERNS[language], tzinfo=ZoneInfo(timezone), locale=language)
    return text
