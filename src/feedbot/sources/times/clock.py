"""Times of day and time zones as sites print them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from feedbot.sources.times import words

_NOON, _MIDNIGHT = 12, 24
_LAST_HOUR_OF_NIGHT = 4
_LAST_HOUR_OF_NOON = 3
_WEST, _EAST = timedelta(hours=-11), timedelta(hours=14)

_AMERICAN = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}  # RFC 822, 5.1
_HOURS = {
    **_AMERICAN,
    "akst": -9,
    "akdt": -8,
    "hst": -10,
    "ast": -4,
    "adt": -3,
    "brt": -3,
    "art": -3,
    "clt": -4,
    "cot": -5,
    "pet": -5,
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "wet": 0,
    "west": 1,
    "bst": 1,
    "cet": 1,
    "cest": 2,
    "mez": 1,
    "mesz": 2,
    "eet": 2,
    "eest": 3,
    "msk": 3,
    "мск": 3,
    "msd": 4,
    "trt": 3,
    "gst": 4,
    "pkt": 5,
    "ist": 5.5,
    "wib": 7,
    "ict": 7,
    "hkt": 8,
    "sgt": 8,
    "myt": 8,
    "pht": 8,
    "awst": 8,
    "jst": 9,
    "kst": 9,
    "acst": 9.5,
    "aest": 10,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
}
# Without a word of summer or winter: the clock of the place decides.
_PLACES = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}
_SPOKEN = {
    "北京|中国|中國": "Asia/Shanghai",
    "台北|臺北|台湾|臺灣": "Asia/Taipei",
    "香港": "Asia/Hong_Kong",
    "日本|东京|東京": "Asia/Tokyo",
    "韩国|韓国|首尔": "Asia/Seoul",
}
_SPOKEN_CJK = re.compile(rf"(?P<place>{'|'.join(_SPOKEN)})(?:时间|時間)")
_SPOKEN_LATIN = re.compile(
    r"(?P<us>eastern|central|mountain|pacific) (?:standard |daylight )?time|(?P<ru>московско(?:му|е) врем(?:ени|я)|"
    r"врем(?:ени|я) московско(?:му|е))|(?P<ar>بتوقيت (?P<city>غرينتش|مكة|القاهرة))",
    re.IGNORECASE,
)
_US = {"eastern": "et", "central": "ct", "mountain": "mt", "pacific": "pt"}
_ARABIC = {"غرينتش": "UTC", "مكة": "Asia/Riyadh", "القاهرة": "Africa/Cairo"}

ZONE = (
    r"(?:\s?[(\[]?(?P<zone>(?:utc|gmt)\s?[+-]\s?\d{1,2}(?::?\d{2})?(?!\d)|[+-]\d{1,2}:\d{2}(?![\d:])|[+-]\d{4}(?!\d)|[+-]\d{2}(?![\d:/.-])"
    rf"|(?:{'|'.join(sorted([*_HOURS, *_PLACES], key=len, reverse=True))})(?![^\W_]))[)\]]?)?"
)
_OFFSET = re.compile(r"(?:utc|gmt)?\s?(?P<sign>[+-])\s?(?P<hours>\d{1,2}?):?(?P<minutes>\d{2})?", re.ASCII)
_HALF = re.compile(f"[{words.HALVES}]")
_HOUR_SIGNS = f"[时時点點시{words.HOUR}]"
CLOCK = (
    rf"(?P<half>[{words.HALVES}])?\s?(?P<H>\d{{1,2}})"
    rf"(?:\s?(?P<sep>:|{_HOUR_SIGNS}|\.(?=\d\d(?!\d)))\s?(?:(?P<i>\d{{1,2}})(?!\d)(?:\s?(?:[:分분]|\.(?=\d\d(?!\d)))\s?(?:(?P<s>\d{{1,2}})(?!\d)(?:[.,:]\d{{1,9}})?\s?[秒초]?)?)?)?)?"
    rf"\s?(?P<oclock>{words.OCLOCK})?{words.HOUR}?\s?(?P<suffix>[{words.HALVES}])?"
)


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; `days` is 1 where it lies past the midnight that ends the named day."""

    hour: int = 0
    minute: int = 0
    second: int = 0
    days: int = 0


def read_time(match: re.Match[str], join: str = "") -> Time | None:
    """The time of day that a match of CLOCK names, None if the numbers are none (a price, a score, a count).

    `join` is what stands between the date and the time: a word such as `at`, or `night`.
    """
    half = match["suffix"] or match["half"] or next(filter(_HALF.match, join), "")
    separator, minute = match["sep"], match["i"]
    is_spoken = bool(half or match["oclock"])
    if separator in {None, "."} and not (is_spoken or (separator and match["zone"])):
        return None
    if separator == words.HOUR and not (minute or words.AT in join):
        return None
    hour, days = _hour(int(match["H"]), half)
    return Time(hour, int(minute or 0), int(match["s"] or 0), days)


def _hour(hour: int, half: str) -> tuple[int, int]:
    """The hour of the clock and how many midnights lie before it."""
    if hour == _MIDNIGHT:
        return 0, 1
    if half == words.NIGHT and (hour == _NOON or hour <= _LAST_HOUR_OF_NIGHT):
        return hour % _NOON, 1 if hour else 0
    if half in {words.AFTERNOON, words.NIGHT} and hour < _NOON:
        return hour + _NOON, 0
    if half == words.NOON and hour <= _LAST_HOUR_OF_NOON:
        return hour + _NOON, 0
    return (0 if half == words.MORNING and hour == _NOON else hour), 0


def spoken_zone(text: str) -> tuple[str, str]:
    """The text without a zone that it names in words (`北京时间`, `Eastern Time`), and its IANA name or `""`."""
    found = _SPOKEN_CJK.search(text)
    if found:
        name = next(zone for places, zone in _SPOKEN.items() if found["place"] in places.split("|"))
        return f"{text[: found.start()]} {text[found.end() :]}", name
    found = _SPOKEN_LATIN.search(text)
    if not found:
        return text, ""
    name = (
        _PLACES[_US[found["us"].lower()]] if found["us"] else "Europe/Moscow" if found["ru"] else _ARABIC[found["city"]]
    )
    return f"{text[: found.start()]} {text[found.end() :]}", name


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: there is none of this name.
    """
    return ZoneInfo(name)


def zone_of(printed: str | None, local: datetime, site: ZoneInfo, language: str) -> tzinfo:
    """The zone that is printed behind a time: an offset or a name; the site's own where it calls itself so, or none is.

    `local` is the printed time; `CST` is China's on a Chinese site, though RFC 822 knows only America's.
    """
    if not printed:
        return site
    if printed in _PLACES:
        return zone(_PLACES[printed])
    if printed in _HOURS:
        return _named(printed, local, site, language)
    written = _OFFSET.fullmatch(printed)
    if not written:
        return UTC
    offset = timedelta(hours=int(written["hours"]), minutes=int(written["minutes"] or 0))
    signed = offset if written["sign"] == "+" else -offset
    # Nobody lives further from Greenwich: `10:00-12:00` is a span of time.
    return timezone(signed) if _WEST <= signed <= _EAST else site


def _named(name: str, local: datetime, site: ZoneInfo, language: str) -> tzinfo:
    if (local.replace(tzinfo=site).tzname() or "").lower() == name:
        return site
    if name == "cst" and language == "zh":
        return timezone(timedelta(hours=8))
    return timezone(timedelta(hours=_HOURS[name]))
