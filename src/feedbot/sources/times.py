"""Dates as sources print them, to aware UTC times; what cannot be true is not believed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import cache
from zoneinfo import ZoneInfo

# Before the first web page there was no article; a date further ahead than any time zone is a slip or a trick.
_FIRST_YEAR = 1990
_AHEAD = timedelta(days=1)
_MAX_TEXT = 200
_MILLISECONDS = 13
_NOON = 12

_HALVES = {"下午": "p", "晚上": "p", "上午": "a", "凌晨": "a"}

_CLOCK = (
    r"(?:[T,]?\s*(?P<half>上午|下午|晚上|凌晨|中午)?\s*(?P<H>\d{1,2})\s*[:时時点點]\s*(?P<i>\d{1,2})(?:\s*[:分]\s*(?P<s>\d{1,2})(?:[.,]\d+)?)?"
    r"\s*(?:(?P<ampm>[ap])\.?m\b\.?)?\s*(?P<zone>Z\b|(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d{2})?(?!\d)|UTC\b|GMT\b|[+-]\d{2}:?\d{2}\b|[ECMP][SD]T\b)?)?"
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?(?P<sign>[+-])(?P<hours>\d{1,2}?):?(?P<minutes>\d{2})?", re.ASCII | re.IGNORECASE)
_YEAR_FIRST = (
    r"(?<![\d.])(?P<Y>\d{4})\s*(?:[-/.]|年)\s*(?P<n>\d{1,2})\s*(?:[-/.]|月)\s*(?P<j>\d{1,2})(?!\d)\s*[日号號]?\s*"
)
_DAY_FIRST = r"(?<![\d.])(?P<j>\d{1,2})\.(?P<n>\d{1,2})\.(?P<Y>\d{4})(?!\d)\s*"
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTH = rf"(?P<month>{'|'.join(_MONTH_NAMES.split())})[a-z]*\.?"
_MONTH_FIRST = rf"\b{_MONTH}\s+(?P<j>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<Y>\d{{4}})(?!\d)\s*(?:at\s+)?"
_DAY_MONTH = rf"\b(?P<j>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+{_MONTH},?\s+(?P<Y>\d{{4}})(?!\d)\s*(?:at\s+)?"
_WITH_YEAR = tuple(
    re.compile(form + _CLOCK, re.ASCII | re.IGNORECASE) for form in (_YEAR_FIRST, _DAY_FIRST, _MONTH_FIRST, _DAY_MONTH)
)
_WITHOUT_YEAR = re.compile(r"(?P<n>\d{1,2})\s*(?:[-/]|月)\s*(?P<j>\d{1,2})\s*[日号號]?\s*" + _CLOCK, re.ASCII)

_JUST_NOW = re.compile(r"刚刚|剛剛|just now", re.IGNORECASE)
_AGO = re.compile(
    r"(?P<count>\d{1,4}|半|an?)\s*(?:个|個)?\s*"
    r"(?P<unit>秒|分钟|分鐘|小时|小時|天|周|seconds?|minutes?|hours?|days?|weeks?)\s*(?:前|ago)",
    re.ASCII | re.IGNORECASE,
)
_DAYS_BACK = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}
_NAMED_DAY = re.compile(rf"(?P<day>{'|'.join(_DAYS_BACK)})\s*(?:at\s+)?{_CLOCK}", re.ASCII | re.IGNORECASE)
_UNITS = {
    "秒": timedelta(seconds=1),
    "分": timedelta(minutes=1),
    "小": timedelta(hours=1),
    "天": timedelta(days=1),
    "周": timedelta(weeks=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
# What Java prints where nobody chose a form: the year behind the zone, and Chinese months in the order of English ones.
_YEAR_LAST = re.compile(
    rf"(?:[a-z]{{3}}\s+)?{_MONTH}\s+(?P<j>\d{{1,2}})\s+(?P<clock>\d{{1,2}}:\d{{2}}:\d{{2}})\s+(?P<zone>[a-z]{{3,4}}\s+)?(?P<Y>\d{{4}})",
    re.ASCII | re.IGNORECASE,
)
_CHINESE_MONTH = re.compile(
    r"(?:(?:星期|周)[一二三四五六日天],?\s*)?\b(?P<j>\d{1,2})\s+(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月\s+(?P<Y>\d{4})\b"
)
_AMERICAN = {"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}  # RFC 822, 5.1
_CHINESE_NUMBERS = "一 二 三 四 五 六 七 八 九 十 十一 十二"
_RFC822 = re.compile(
    r"(?:[a-z]{3,9},?\s+)?\d{1,2}[\s-]+[a-z]{3,9}[\s-]+\d{2,4}\s+\d{1,2}:\d{2}(?::\d{2})?\s+"
    r"(?P<zone>(?![ap]m\b)[a-z]{1,5}|[+-]\d{4})\b",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Site:
    """Where a date without a zone was printed, and when it was read."""

    zone: ZoneInfo
    now: datetime | None

    @property
    def local_now(self) -> datetime | None:
        return self.now.astimezone(self.zone) if self.now else None


def parse_published(text: str, *, timezone: str, now: datetime | None = None) -> datetime | None:
    """The time that `text` names, aware and in UTC; None if it names none or one that cannot be true.

    Reads RFC 3339, ISO 8601, RFC 822, Unix seconds or milliseconds, `2020-10-9 8:05[:30]`, `2020/10/9`,
    `2020年10月9日 8:05`, `9.10.2020`, `October 9, 2020`, with a date alone at midnight. `timezone` is the IANA name of
    the site's zone, for dates without one. With `now` (aware) also `10-09`, `昨天 12:11` and `5 分钟前` are read, and
    what is more than a day ahead of it is not believed. A date before 1990 is never believed.

    >>> parse_published("2020-10-19 12:11", timezone="Asia/Shanghai")
    datetime.datetime(2020, 10, 19, 4, 11, tzinfo=datetime.timezone.utc)

    Raises:
        zoneinfo.ZoneInfoNotFoundError: `timezone` is no IANA name.
    """
    site = _Site(_zone(timezone), now)
    plain = _in_usual_order(" ".join(unicodedata.normalize("NFKC", text[:_MAX_TEXT]).split()))
    for form in _FORMS:
        found = form(plain, site)
        if found is not None:
            return _believed(found, now)
    return None


def _in_usual_order(text: str) -> str:
    text = _YEAR_LAST.sub(
        lambda match: f"{match['j']} {match['month']} {match['Y']} {match['clock']} {match['zone'] or ''}", text
    )
    return _CHINESE_MONTH.sub(_in_english, text).rstrip()


def _in_english(match: re.Match[str]) -> str:
    month = match["month"]
    number = int(month) if month.isascii() else _CHINESE_NUMBERS.split().index(month) + 1
    return f"{match['j']} {_MONTH_NAMES.split()[number - 1]} {match['Y']}"


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _believed(found: datetime, now: datetime | None) -> datetime | None:
    try:
        moment = found.astimezone(UTC)
    except OverflowError:
        return None
    if moment.year < _FIRST_YEAR or (now is not None and moment > now + _AHEAD):
        return None
    return moment


def _from_unix(text: str, _site: _Site) -> datetime | None:
    if not re.fullmatch(r"\d{9,10}|\d{13}", text, re.ASCII):
        return None
    return datetime.fromtimestamp(int(text) / (1000 if len(text) == _MILLISECONDS else 1), UTC)


def _from_iso(text: str, site: _Site) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=site.zone)


def _from_rfc822(text: str, site: _Site) -> datetime | None:
    printed = _RFC822.match(text)
    if not printed:  # forms without a time or a zone are read below, by stricter rules
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    name = printed["zone"].upper()
    if name == "-0000":  # RFC 5322, 3.3: a UTC time from an unknown place
        return found.replace(tzinfo=UTC)
    local = found.replace(tzinfo=site.zone)
    # CST is China's time on a Chinese site, though RFC 822 knows only America's.
    return local if found.tzinfo is None or name == local.tzname() else found


def _with_year(text: str, site: _Site) -> datetime | None:
    matches = (match for form in _WITH_YEAR for match in form.finditer(text))
    return next((found for found in (_dated(match, int(match["Y"]), site) for match in matches) if found), None)


def _without_year(text: str, site: _Site) -> datetime | None:
    match, now = _WITHOUT_YEAR.fullmatch(text), site.local_now
    if not match or now is None:
        return None
    return next((found for found in _in_recent_years(match, now, site) if found <= now + _AHEAD), None)


def _in_recent_years(match: re.Match[str], now: datetime, site: _Site) -> Iterator[datetime]:
    # Nine years back there is always a leap year, also around 1900 and 2100.
    for year in range(now.year + 1, now.year - 9, -1):
        found = _dated(match, year, site)
        if found:
            yield found


def _relative(text: str, site: _Site) -> datetime | None:
    now = site.local_now
    if now is None:
        return None
    if _JUST_NOW.fullmatch(text):
        return now
    ago = _AGO.fullmatch(text)
    if ago:
        return now - _amount(ago["count"].lower()) * _UNITS[ago["unit"][0].lower()]
    named = _NAMED_DAY.fullmatch(text)
    if not named:
        return None
    day = now - timedelta(days=_DAYS_BACK[named["day"].lower()])
    return _at(named, day.year, day.month, day.day, site)


def _amount(count: str) -> float:
    return int(count) if count.isdecimal() else {"半": 0.5}.get(count, 1)


def _dated(match: re.Match[str], year: int, site: _Site) -> datetime | None:
    parts = match.groupdict()
    month = _MONTH_NAMES.split().index(parts["month"][:3].lower()) + 1 if parts.get("month") else int(parts["n"])
    return _at(match, year, month, int(parts["j"]), site)


def _at(match: re.Match[str], year: int, month: int, day: int, site: _Site) -> datetime | None:
    minute, second = int(match["i"] or 0), int(match["s"] or 0)
    try:
        return datetime(year, month, day, _hour(match), minute, second, tzinfo=_zone_of(match["zone"], site))
    except ValueError:
        return None


def _hour(match: re.Match[str]) -> int:
    hour = int(match["H"] or 0)
    half = (match["ampm"] or "").lower() or _HALVES.get(match["half"] or "", "")
    if half == "p" and hour < _NOON:
        return hour + _NOON
    return 0 if half == "a" and hour == _NOON else hour


def _zone_of(printed: str | None, site: _Site) -> ZoneInfo | timezone:
    if not printed or printed.upper() == "CST":  # of China or of America
        return site.zone
    if printed.upper() in _AMERICAN:
        return timezone(timedelta(hours=_AMERICAN[printed.upper()]))
    written = _OFFSET.fullmatch(printed)
    if not written:
        return UTC
    offset = timedelta(hours=int(written["hours"]), minutes=int(written["minutes"] or 0))
    return timezone(offset if written["sign"] == "+" else -offset)


_FORMS: tuple[Callable[[str, _Site], datetime | None], ...] = (
    _from_unix,
    _from_iso,
    _from_rfc822,
    _with_year,
    _without_year,
    _relative,
)
