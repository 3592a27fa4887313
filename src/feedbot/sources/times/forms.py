"""The grammar of dates over a normalised text: every date in it, and how surely it is one."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from feedbot.sources.times import words
from feedbot.sources.times.clock import CLOCK, ZONE, Time, read_time, zone_of

_AHEAD = timedelta(days=1)
_LONGEST_CLOCK = 48
_TAIWAN_FROM = 1911
_CENTURY, _LATEST_SHORT_YEAR = 2000, 69

_JOIN = (
    rf"(?P<join>(?:[\s,;:|·•@()\[–—~>.-]|t(?=\d)|[{words.AT}{words.YEAR}{words.WEEKDAYS}]"
    rf"|[{words.HALVES}](?=\s{words.AT})){{0,10}})"
)
_AFTER = re.compile(f"{_JOIN}{CLOCK}{ZONE}", re.ASCII)
_BEFORE = re.compile(rf"(?<![\d:.]){CLOCK}{ZONE}{_JOIN}\Z", re.ASCII)

_Y = r"(?P<Y>\d{4})(?!\d)"
_J, _N = r"(?P<j>\d{1,2})(?!\d)", r"(?P<n>\d{1,2})(?!\d)"
_M = rf"(?:(?P<M>[{words.MONTHS}])\.?|(?<!\d)(?P<n>\d{{1,2}})[月월])"
_START = r"(?<![\d./])(?<!\d[:,-])"
_YEAR_FIRST = rf"(?<![\d.]){_Y}\s?(?:[-/.]|[年년])\s?{_N}\s?(?:[-/.]|[月월])\s?{_J}(?!\.\d)\s?[日号號일]?"
_YEAR_FIRST_NAMED = rf"(?<![\d.]){_Y}[\s,./-]{{1,2}}(?P<M>[{words.MONTHS}])[\s,./-]{{1,2}}{_J}"
_DAY_FIRST_NAMED = rf"{_START}{_J}[\s.,/-]{{0,2}}{_M}[\s.,/-]{{0,2}}(?:{_Y}|'(?P<y>\d\d)(?!\d))"
_MONTH_FIRST_NAMED = rf"(?P<M>[{words.MONTHS}])[\s./-]{{0,2}}{_J}[\s,/-]{{1,3}}(?:{_Y}|'(?P<y>\d\d)(?!\d))"
_YEAR_LAST = (
    rf"(?P<M>[{words.MONTHS}])\s{_J}\s(?P<clock>\d{{1,2}}:\d\d(?::\d\d)?)\s"
    rf"(?P<behind>[a-z]{{3,4}}\s|[+-]\d{{4}}\s)?{_Y}"
)
_NUMBERS = (
    rf"{_START}(?P<a>\d{{1,2}})(?P<mark>[./-])\s?(?P<b>\d{{1,2}})(?P=mark)\s?(?P<c>\d{{4}}|\d\d(?!:))"
    r"(?![\d%]|[./]\d|-\d(?!\d?:))"
)
_TAIWAN = rf"{_START}(?P<T>1\d\d)\s?(?P<mark>[年./-])\s?{_N}\s?[月./-]\s?{_J}(?!\.\d)\s?日?"
_WITH_YEAR = tuple(
    re.compile(form, re.ASCII)
    for form in (
        _YEAR_FIRST,
        _YEAR_FIRST_NAMED,
        _DAY_FIRST_NAMED,
        _MONTH_FIRST_NAMED,
        _YEAR_LAST,
        _NUMBERS,
        _TAIWAN,
    )
)
_WITHOUT_YEAR = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"{_START}{_N}[月월]\s?{_J}\s?[日号號일]?",
        rf"(?P<M>[{words.MONTHS}])[\s./-]{{0,2}}{_J}(?![:\d]|[.,]\d)",
        rf"{_START}{_J}[\s.,/-]{{0,2}}(?P<M>[{words.MONTHS}])(?![^\W\d_])\.?",
        r"(?<![\d.,:/$€£¥-])(?P<a>\d{1,2})(?P<mark>[./-])(?P<b>\d{1,2})(?![\d%:]|[.,/-]\d)\.?",
    )
)
_NUMBER = rf"\d{{1,4}}(?:[.,]\d)?|[{words.COUNTS}]"
_PART = re.compile(
    rf"(?:(?P<count>{_NUMBER})\s?)?(?P<half>{words.HALF})?\s?(?:[{words.COUNTS}]\s)?(?P<unit>[{words.UNITS}])", re.ASCII
)
_PARTS = rf"(?:(?:(?:{_NUMBER})\s?)?{words.HALF}?\s?(?:[{words.COUNTS}]\s)?[{words.UNITS}]\.?[\s,]{{0,2}}){{1,3}}"
_AGO = re.compile(rf"(?<![\d.,])(?P<parts>{_PARTS}){words.AGO}|{words.AGO_BEFORE}\s(?P<later>{_PARTS})", re.ASCII)
_NAMED_DAY = re.compile(f"[{words.DAYS_BACK}]")
_WEEKDAY = re.compile(f"[{words.WEEKDAYS}]")
_SECONDS_OF = {words.SECOND: 1, words.MINUTE: 60, words.HOUR: 3600}
_DAYS_OF = {words.DAY: 1, words.WEEK: 7}
_MONTHS_OF = {words.MONTH_UNIT: 1, words.YEAR: 12}


class Sureness(IntEnum):
    """How surely a piece of text is a date; the lower, the surer."""

    FULL = 0
    RELATIVE = 1
    TIMED = 2  # a month and a day with a time, or today, yesterday
    BARE = 3  # a month and a day, or a weekday, and nothing else


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: where it stands, with its time of day, and what it names."""

    start: int
    end: int
    moment: datetime
    sureness: Sureness


@dataclass(frozen=True, slots=True)
class Site:
    """Where a date was printed, and when it was read.

    `order` is how the numbers of a date stand there: `ymd`, `dmy`, `mdy`, or `""` if that is not known.
    """

    zone: ZoneInfo
    now: datetime | None
    language: str = ""
    order: str = ""

    @property
    def local_now(self) -> datetime | None:
        """The clock on the wall of the site."""
        return self.now.astimezone(self.zone) if self.now else None


def dates(text: str, site: Site) -> Iterator[Found]:
    """Every date with a year in their order, then relative ones, then those without a year."""
    yield from sorted(_full(text, site), key=lambda found: (found.start, -found.end))
    if site.now is None:
        return
    yield from _ago(text, site)
    yield from _named_days(text, site)
    yield from _without_year(text, site)
    yield from _weekdays(text, site)


def _full(text: str, site: Site) -> Iterator[Found]:
    for form in _WITH_YEAR:
        for match in form.finditer(text):
            for year, month, day in _readings(match, site):
                found = _at(text, match, (year, month, day), site, Sureness.FULL)
                if found:
                    yield found
                    break


def _readings(match: re.Match[str], site: Site) -> list[tuple[int, int, int]]:
    """The year, month and day that a match means; several or none where the order of numbers leaves it open."""
    parts = match.groupdict()
    if "T" in parts:
        is_taiwan = parts["mark"] == "年" or site.zone.key == "Asia/Taipei"
        return [(int(parts["T"]) + _TAIWAN_FROM, int(parts["n"]), int(parts["j"]))] if is_taiwan else []
    if "a" in parts:
        return _by_order([int(parts["a"]), int(parts["b"]), int(parts["c"])], len(parts["c"]), parts["mark"], site)
    year = int(parts["Y"]) if parts.get("Y") else _CENTURY + int(parts["y"])
    month = words.month(parts["M"]) if parts.get("M") else int(parts["n"])
    return [(year, month, int(parts["j"]))]


def _by_order(numbers: list[int], year_digits: int, mark: str, site: Site) -> list[tuple[int, int, int]]:
    """The date that three numbers are in the order of the place; if that is not known, only what is beyond doubt."""
    orders = ["dmy", "mdy"] if year_digits == 4 else ["dmy", "mdy", "ymd"]  # noqa: PLR2004 - 2026 is a year
    readings = {order: _as_date(dict(zip(order, numbers, strict=True)), site) for order in orders}
    usual = "dmy" if mark == "." and year_digits == 4 else site.order  # noqa: PLR2004
    if readings.get(usual):
        return [date for date in (readings[usual],) if date]
    possible = {date for date in readings.values() if date}
    return list(possible) if len(possible) == 1 else []


def _as_date(parts: dict[str, int], site: Site) -> tuple[int, int, int] | None:
    year, month, day = parts["y"], parts["m"], parts["d"]
    if year < 100:  # noqa: PLR2004 - two digits
        if year > _LATEST_SHORT_YEAR:
            return None
        year += _CENTURY
    if not (1 <= month <= 12 and year >= 1 and 1 <= day <= monthrange(year, month)[1]):  # noqa: PLR2004 - months
        return None
    now = site.local_now
    if now and datetime(year, month, day, tzinfo=now.tzinfo) > now + _AHEAD:
        return None
    return year, month, day


def _at(text: str, match: re.Match[str], day: tuple[int, int, int], site: Site, sureness: Sureness) -> Found | None:
    """The date with the time of day that stands behind it, or else before it."""
    time, printed, start, end = Time(), None, match.start(), match.end()
    inner = match.groupdict()
    if inner.get("clock"):
        hour, minute, *second = map(int, inner["clock"].split(":"))
        time, printed = Time(hour, minute, second[0] if second else 0), (inner["behind"] or "").strip()
    elif clock := _clock(text, start, end):
        time, printed, start, end = clock
    moment = _moment(day, time, printed, site)
    return Found(start, end, moment, sureness) if moment else None


def _clock(text: str, start: int, end: int) -> tuple[Time, str | None, int, int] | None:
    after = _AFTER.match(text, end)
    time = read_time(after, after["join"]) if after else None
    if after and time:
        return time, after["zone"], start, after.end()
    before = _BEFORE.search(text[max(0, start - _LONGEST_CLOCK) : start])
    time = read_time(before) if before else None
    if before and time:
        return time, before["zone"], start - (before.end() - before.start()), end
    return None


def _moment(day: tuple[int, int, int], time: Time, printed: str | None, site: Site) -> datetime | None:
    try:
        local = datetime(*day, time.hour, time.minute, time.second) + timedelta(days=time.days)  # noqa: DTZ001 - below
        return local.replace(tzinfo=zone_of(printed, local, site.zone, site.language))
    except (ValueError, OverflowError):
        return None


def _ago(text: str, site: Site) -> Iterator[Found]:
    now = site.local_now
    if now is None:
        return
    for position, token in enumerate(text):
        if token == words.JUST_NOW:
            yield Found(position, position + 1, now, Sureness.RELATIVE)
    for match in _AGO.finditer(text):
        moment = _before(now, match["parts"] or match["later"])
        if moment:
            yield Found(match.start(), match.end(), moment, Sureness.RELATIVE)


def _before(now: datetime, parts: str) -> datetime | None:
    """`now` less one to three spans of time: days and more on the wall's clock, hours and less as they pass."""
    days, seconds, months = 0.0, 0.0, 0
    for part in _PART.finditer(parts):
        count, unit = _amount(part["count"], has_half=bool(part["half"])), part["unit"]
        if unit in _MONTHS_OF:
            months += round(count * _MONTHS_OF[unit])
        elif unit in _DAYS_OF:
            days += count * _DAYS_OF[unit]
        else:
            seconds += count * _SECONDS_OF[unit]
    try:
        return (_months_before(now, months) - timedelta(days=days)).astimezone(UTC) - timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None


def _amount(count: str | None, *, has_half: bool) -> float:
    if count is None:
        return 0.5 if has_half else 1
    if len(count) == 1 and not count.isdecimal():
        whole: float = words.count(count)
        return whole - 0.5 if has_half and whole == 1 else whole + (0.5 if has_half else 0)
    return float(count.replace(",", ".")) + (0.5 if has_half else 0)


def _months_before(now: datetime, months: int) -> datetime:
    if not months:
        return now
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


def _named_days(text: str, site: Site) -> Iterator[Found]:
    now = site.local_now
    for match in _NAMED_DAY.finditer(text) if now else ():
        day = now - timedelta(days=words.days_back(match[0])) if now else None
        found = _at(text, match, (day.year, day.month, day.day), site, Sureness.TIMED) if day else None
        if found:
            yield found


def _without_year(text: str, site: Site) -> Iterator[Found]:
    now = site.local_now
    if now is None:
        return
    for form in _WITHOUT_YEAR:
        for match in form.finditer(text):
            found = _recent(text, match, now, site)
            if found:
                yield found


def _recent(text: str, match: re.Match[str], now: datetime, site: Site) -> Found | None:
    """The last time, not more than a day ahead, that the month had this day."""
    pair = _month_and_day(match, site)
    # Nine years back there is always a leap year, also around 1900 and 2100.
    for year in range(now.year + 1, now.year - 9, -1) if pair else ():
        found = _at(text, match, (year, *pair), site, Sureness.TIMED) if pair else None
        if found and found.moment <= now + _AHEAD:
            is_timed = found.end > match.end() or found.start < match.start()
            return found if is_timed else Found(found.start, found.end, found.moment, Sureness.BARE)
    return None


def _month_and_day(match: re.Match[str], site: Site) -> tuple[int, int] | None:
    parts = match.groupdict()
    if parts.get("M"):
        return words.month(parts["M"]), int(parts["j"])
    if parts.get("n"):
        return int(parts["n"]), int(parts["j"])
    first, second = int(parts["a"]), int(parts["b"])
    order = site.order or ("dmy" if parts["mark"] == "." else "mdy" if parts["mark"] == "-" else "")
    if not order:
        return None
    return (second, first) if order == "dmy" else (first, second)


def _weekdays(text: str, site: Site) -> Iterator[Found]:
    """A weekday that stands for a date is the last one."""
    now = site.local_now
    for match in _WEEKDAY.finditer(text) if now else ():
        if now:
            day = now - timedelta(days=(now.weekday() - words.weekday(match[0])) % 7)
            found = _at(text, match, (day.year, day.month, day.day), site, Sureness.BARE)
            if found:
                yield found


__all__ = ["Found", "Site", "Sureness", "dates"]
