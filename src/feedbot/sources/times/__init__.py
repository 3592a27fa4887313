"""Dates as sources print them, to aware UTC times; what cannot be true is not believed.

Own rules come first (`normal` makes a text plain, `forms` finds the dates in it), then dateparser (`fallback`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from feedbot.sources.times import clock, fallback
from feedbot.sources.times.forms import Found, Site, Sureness, dates
from feedbot.sources.times.normal import normalised

__all__ = ["believed", "find_published", "parse_published"]

# Before the first web page there was no article; a date further ahead than any time zone is a slip or a trick.
_FIRST_YEAR = 1990
_AHEAD = timedelta(days=1)
_MAX_TEXT = 200
_MAX_LINE = 300
_SHORT = 80
_MILLISECONDS = 13

_UNIX = re.compile(r"(?:/date\()?(\d{9,10}|\d{13})(?:[+-]\d{4})?(?:\)/)?", re.ASCII | re.IGNORECASE)
_COMPACT = re.compile(r"(\d{8})[\sT_-]?(\d{4}(?:\d{2})?)", re.ASCII)
_RFC822 = re.compile(
    r"(?:[a-z]{3,9},?\s+)?\d{1,2}[\s-]+[a-z]{3,9}[\s-]+\d{2,4}\s+\d{1,2}:\d{2}(?::\d{2})?\s+"
    r"(?P<zone>(?![ap]m\b)[a-z]{1,5}|[+-]\d{4})\Z",
    re.ASCII | re.IGNORECASE,
)
_NUMBERS = re.compile(
    r"(?:[^\d:：]{1,12}[:：]\s?)?(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?"
    r"(?:\s?(\d{1,2}):(\d{2})(?::(\d{2}))?)?",
    re.ASCII,
)
_LABEL = re.compile(r"[^\d:]{1,40}:\s?(?!\d\d\b)")
_SAID = re.compile(r"[^\W_]")

_ORDER_BY_LANGUAGE = {
    **dict.fromkeys(("zh", "ja", "ko", "hu", "lt", "mn", "fa"), "ymd"),
    **dict.fromkeys(("de", "fr", "es", "ru", "ar", "it", "pt", "nl", "pl", "tr", "uk", "vi", "id", "cs", "el"), "dmy"),
}
_AMERICAN_REGIONS = frozenset({"us", "ph", "pw", "fm"})
_AMERICAN_ZONES = frozenset(
    f"America/{city}"
    for city in ("New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix", "Anchorage", "Detroit", "Boise", "Juneau")
) | {"Pacific/Honolulu", "US/Eastern", "US/Central", "US/Mountain", "US/Pacific"}
_EAST_ASIA = frozenset(
    f"Asia/{city}"
    for city in ("Shanghai", "Chongqing", "Urumqi", "Harbin", "Hong_Kong", "Macau", "Taipei", "Tokyo", "Seoul")
)


def parse_published(
    text: str, *, timezone: str, now: datetime | None = None, language: str | None = None
) -> datetime | None:
    """The time that `text` names, aware and in UTC; None if it names none or one that cannot be true.

    `text` is a date as a feed or a page has it, with what usually stands around it (`发布时间：`, `Posted on`). Read
    are RFC 3339, ISO 8601, RFC 822, Unix seconds or milliseconds, and what sites write in English, Chinese, Japanese,
    Korean, Russian, Arabic, German, French and Spanish; a date alone is midnight. `timezone` is the IANA name of the
    site's zone, for dates without one. With `now` (aware) also `10-09`, `昨天 12:11` and `vor 5 Minuten` are read, and
    what is more than a day ahead of it is not believed. A date before 1990 is never believed. `language` (a tag such as
    `en-GB`) says what `5/6/2020` means; without it the site's zone does, and where that tells nothing it is not read.

    >>> parse_published("2020-10-19 12:11", timezone="Asia/Shanghai")
    datetime.datetime(2020, 10, 19, 4, 11, tzinfo=datetime.timezone.utc)

    Raises:
        zoneinfo.ZoneInfoNotFoundError: `timezone` is no IANA name.
    """
    site = _site(timezone, now, language)
    plain = " ".join(text[: 4 * _MAX_TEXT].split())[:_MAX_TEXT]
    exact = _from_standard(plain, site)
    if exact is not None:
        return _believed(exact, now)
    written, site = _prepared(plain, site)
    for found in dates(written, site):
        if found.sureness is Sureness.FULL:
            return _believed(found.moment, now)
        if _is_all(written, found) or (found.sureness is Sureness.RELATIVE and len(written) <= _SHORT):
            return _believed(found.moment, now)
    read = fallback.read(plain, site)
    return _believed(read, now) if read else None


def find_published(
    text: str, *, timezone: str, now: datetime | None = None, language: str | None = None
) -> datetime | None:
    """The first believable date in the first 300 characters of a line of visible text (a byline, say), as UTC.

    Dates with a year go before `3 hours ago`, and those before `Nov 5` or `yesterday`; the rest is as in
    `parse_published`.

    >>> find_published("By Ann Lee · 5 Nov 2020, 14:05 · 3 comments", timezone="Europe/London")
    datetime.datetime(2020, 11, 5, 14, 5, tzinfo=datetime.timezone.utc)

    Raises:
        zoneinfo.ZoneInfoNotFoundError: `timezone` is no IANA name.
    """
    site = _site(timezone, now, language)
    written, site = _prepared(" ".join(text[: 4 * _MAX_LINE].split())[:_MAX_LINE], site)
    candidates = sorted(dates(written, site), key=lambda found: found.sureness)
    for found in candidates:
        is_named = found.sureness is not Sureness.BARE or _is_all(written, found)
        moment = _believed(found.moment, now) if is_named else None
        if moment:
            return moment
    return _in_any_form(text, site, now)


def _in_any_form(text: str, site: Site, now: datetime | None) -> datetime | None:
    read = fallback.read(" ".join(text[:_MAX_LINE].split()), site)
    return _believed(read, now) if read else None


def _prepared(text: str, site: Site) -> tuple[str, Site]:
    """The text as the grammar reads it, and the site with the zone that the text names."""
    written, zone = clock.spoken_zone(text)
    named = Site(clock.zone(zone), site.now, site.language, site.order) if zone else site
    return normalised(written, site.language), named


def _is_all(text: str, found: Found) -> bool:
    """Whether nothing but a label stands around a date."""
    before = _LABEL.sub("", text[: found.start], count=1)
    return not _SAID.search(before) and not _SAID.search(text, found.end)


@lru_cache(maxsize=256)
def _place(timezone: str, language: str) -> tuple[ZoneInfo, str, str]:
    primary, _, rest = language.lower().replace("_", "-").partition("-")
    return clock.zone(timezone), primary, _order(primary, rest.split("-"), timezone)


def _site(timezone: str, now: datetime | None, language: str | None) -> Site:
    zone, primary, order = _place(timezone, language or "")
    return Site(zone, now, primary, order)


def _order(language: str, subtags: list[str], timezone: str) -> str:
    """How a place writes a date in numbers."""
    if language in _ORDER_BY_LANGUAGE:
        return _ORDER_BY_LANGUAGE[language]
    if language == "en" and subtags[-1]:
        return "mdy" if subtags[-1] in _AMERICAN_REGIONS else "dmy"
    if timezone in _AMERICAN_ZONES:
        return "mdy"
    if timezone in _EAST_ASIA and not language:
        return "ymd"
    if timezone.startswith(("Europe/", "Australia/", "Africa/", "Asia/")) or language not in {"", "en"}:
        return "dmy"
    return "mdy" if language == "en" else ""


def _believed(found: datetime, now: datetime | None) -> datetime | None:
    try:
        return believed(found.astimezone(UTC), now)
    except OverflowError:
        return None


def believed(moment: datetime | None, now: datetime | None) -> datetime | None:
    """The moment (aware), unless it cannot be when an article came out: before 1990, or more than a day after `now`."""
    if moment is None or moment.year < _FIRST_YEAR or (now is not None and moment > now + _AHEAD):
        return None
    return moment


def _from_standard(text: str, site: Site) -> datetime | None:
    """What a standard defines: ISO 8601, RFC 822, Unix time; the quick way for most dates."""
    counted = _from_unix(text, site)
    if counted:
        return counted
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        return _from_numbers(text, site) or _from_rfc822(text, site)
    return found if found.tzinfo else found.replace(tzinfo=site.zone)


def _from_unix(text: str, site: Site) -> datetime | None:
    unix = _UNIX.fullmatch(text)
    if unix:
        return datetime.fromtimestamp(int(unix[1]) / (1000 if len(unix[1]) == _MILLISECONDS else 1), UTC)
    compact = _COMPACT.fullmatch(text)
    if not compact:
        return None
    try:
        return datetime.fromisoformat(f"{compact[1]}T{compact[2]}").replace(tzinfo=site.zone)
    except ValueError:
        return None


def _from_numbers(text: str, site: Site) -> datetime | None:
    """The commonest form of Chinese sites, which ISO 8601 is too strict for."""
    match = _NUMBERS.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second = match.groups()
    try:
        local = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001 - below
    except ValueError:
        return None
    return local.replace(tzinfo=site.zone)


def _from_rfc822(text: str, site: Site) -> datetime | None:
    printed = _RFC822.match(text)
    if not printed:  # forms without a time or a zone are read by stricter rules
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    name = printed["zone"].lower()
    if name == "-0000":  # RFC 5322, 3.3: a UTC time from an unknown place
        return found.replace(tzinfo=UTC)
    if name.isalpha():
        local = found.replace(tzinfo=None)
        return local.replace(tzinfo=clock.zone_of(name, local, site.zone, site.language))
    return found
