"""Where a site is at home, as far as its address, its language and its dates tell: for proposing a time zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

# The zone of each country whose sites mostly keep one; those with several have that of the capital or largest city.
_BY_COUNTRY = {
    "Europe/Amsterdam": "nl",
    "Europe/Athens": "gr",
    "Europe/Belgrade": "rs",
    "Europe/Berlin": "de",
    "Europe/Brussels": "be",
    "Europe/Bucharest": "ro",
    "Europe/Budapest": "hu",
    "Europe/Copenhagen": "dk",
    "Europe/Dublin": "ie",
    "Europe/Helsinki": "fi",
    "Europe/Istanbul": "tr",
    "Europe/Kyiv": "ua",
    "Europe/Lisbon": "pt",
    "Europe/Ljubljana": "si",
    "Europe/London": "uk gb",
    "Europe/Luxembourg": "lu",
    "Europe/Madrid": "es",
    "Europe/Minsk": "by",
    "Europe/Moscow": "ru su xn--p1ai",
    "Europe/Oslo": "no",
    "Europe/Paris": "fr",
    "Europe/Prague": "cz",
    "Europe/Riga": "lv",
    "Europe/Rome": "it",
    "Europe/Sofia": "bg",
    "Europe/Stockholm": "se",
    "Europe/Tallinn": "ee",
    "Europe/Vienna": "at",
    "Europe/Vilnius": "lt",
    "Europe/Warsaw": "pl",
    "Europe/Zagreb": "hr",
    "Europe/Zurich": "ch li",
    "Europe/Bratislava": "sk",
    "Asia/Shanghai": "cn xn--fiqs8s xn--fiqz9s",
    "Asia/Taipei": "tw",
    "Asia/Hong_Kong": "hk",
    "Asia/Macau": "mo",
    "Asia/Singapore": "sg",
    "Asia/Tokyo": "jp",
    "Asia/Seoul": "kr",
    "Asia/Ho_Chi_Minh": "vn",
    "Asia/Bangkok": "th",
    "Asia/Kuala_Lumpur": "my",
    "Asia/Jakarta": "id",
    "Asia/Manila": "ph",
    "Asia/Kolkata": "in",
    "Asia/Karachi": "pk",
    "Asia/Dhaka": "bd",
    "Asia/Tehran": "ir",
    "Asia/Jerusalem": "il",
    "Asia/Riyadh": "sa",
    "Asia/Dubai": "ae",
    "Asia/Almaty": "kz",
    "Asia/Tashkent": "uz",
    "Africa/Cairo": "eg",
    "Africa/Casablanca": "ma",
    "Africa/Johannesburg": "za",
    "Africa/Lagos": "ng",
    "Africa/Nairobi": "ke",
    "America/Argentina/Buenos_Aires": "ar",
    "America/Bogota": "co",
    "America/Lima": "pe",
    "America/Mexico_City": "mx",
    "America/New_York": "us gov",
    "America/Santiago": "cl",
    "America/Sao_Paulo": "br",
    "America/Toronto": "ca",
    "Australia/Sydney": "au",
    "Pacific/Auckland": "nz",
}
_ZONES = {country: zone for zone, countries in _BY_COUNTRY.items() for country in countries.split()}
# Countries whose endings the whole world uses: their sites may be anywhere.
_EVERYWHERE = frozenset({"co"})
# Languages that are mostly written in one zone.
_LIKE_THEIR_COUNTRY = "bg de fi fr hr hu id it lt lv nl no pl ro ru sk th tr"
_COUNTRY_OF_LANGUAGE = {language: language for language in _LIKE_THEIR_COUNTRY.split()} | {
    "be": "by",
    "bn": "bd",
    "cs": "cz",
    "da": "dk",
    "el": "gr",
    "et": "ee",
    "fa": "ir",
    "he": "il",
    "hi": "in",
    "ja": "jp",
    "kk": "kz",
    "ko": "kr",
    "nb": "no",
    "sl": "si",
    "sr": "rs",
    "sv": "se",
    "uk": "ua",
    "vi": "vn",
    "zh": "cn",
    "zh-hant": "tw",
    "zh-hans": "cn",
}
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ZoneProposal:
    """An IANA zone and why, as the end of a sentence; `is_sure` when the dates themselves say so."""

    name: str
    why: str
    is_sure: bool = False


def propose_zone(
    url: str, language: str | None, offsets: Iterable[int], now: datetime, *, default: str
) -> ZoneProposal:
    """The zone of a site's dates, with the reason.

    `offsets` are what its dates name, in minutes east of UTC; 0 says nothing, since servers write UTC for everybody.
    Without them the ending of the address decides, then the language, then `default`.
    """
    home = _of_address(url) or _of_language(language)
    named = Counter(offset for offset in offsets if offset)
    if named:
        offset = named.most_common(1)[0][0]
        told = f"its dates name {_shown(offset)}"
        if home and _offset(home.name, now) == offset:
            return ZoneProposal(home.name, f"{told}, and {home.why}", is_sure=True)
        zone = next((zone for zone in _PREFERRED if _offset(zone, now) == offset), None)
        if zone:
            return ZoneProposal(zone, told, is_sure=True)
    return home or ZoneProposal(default, "nothing tells where it is: the zone of your site")


def _of_address(url: str) -> ZoneProposal | None:
    ending = (urlsplit(url).hostname or "").rpartition(".")[2].lower()
    if ending in _ZONES and ending not in _EVERYWHERE:
        return ZoneProposal(_ZONES[ending], f"the address ends in .{ending}")
    return None


def _of_language(language: str | None) -> ZoneProposal | None:
    parts = (language or "").lower().replace("_", "-").split("-")
    regions = [part for part in parts[1:] if len(part) == 2]  # noqa: PLR2004 - ISO 3166 has two letters
    script = "-".join(parts[:2])
    country = next(iter(regions), None) or _COUNTRY_OF_LANGUAGE.get(script) or _COUNTRY_OF_LANGUAGE.get(parts[0])
    zone = _ZONES.get(country or "")
    return ZoneProposal(zone, f"it is written in {language}") if zone else None


def _offset(zone: str, now: datetime) -> int:
    return int((ZoneInfo(zone).utcoffset(now) or timedelta(0)) / _MINUTE)


def _shown(offset: int) -> str:
    hours, minutes = divmod(abs(offset), 60)
    return f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"


# For an offset alone: the zone in which most sites with it are at home.
_PREFERRED = (
    *("Asia/Shanghai", "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Tokyo"),
    *("Europe/Moscow", "Asia/Kolkata", "America/Chicago", "Australia/Sydney", "Europe/Kyiv", "America/Sao_Paulo"),
    *("Asia/Bangkok", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka", "America/Denver", "Pacific/Auckland", "Asia/Tehran"),
    *("America/Halifax", "America/Bogota", "Asia/Kathmandu", "Asia/Yangon", "Asia/Kabul", "America/Anchorage"),
    *("America/St_Johns", "Pacific/Honolulu", "Australia/Adelaide", "Australia/Brisbane", "Africa/Nairobi"),
)
