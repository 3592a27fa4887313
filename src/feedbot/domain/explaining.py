"""Why a source is asked again when it is, in words that a person understands."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from feedbot.domain.rhythm import Visit

ABOUT_ONE = 0.7  # article, rounded
LONG = 90  # days for an article
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def sentence(visit: Visit, wait: float, now: datetime, zone: tzinfo, *, is_first: bool) -> str:
    """Why the source is asked again after `wait`, in words that a person understands."""
    after = f"asked again in {spoken(wait)}"
    local = now.astimezone(zone)
    if is_first:
        return f"Watched from now on, every {spoken(wait)} until its rhythm is known."
    if visit.quiet_for:
        why = f"Nothing new for {spoken(visit.quiet_for)}, which is unusual"
    elif visit.is_burst:
        why = "More new articles than usual just now"
    elif visit.wakes:
        why = f"Usually quiet until about {_clock(now + timedelta(seconds=wait), zone)}"
    elif visit.usual >= ABOUT_ONE:
        hour = f"{local.hour}:00 and {(local.hour + 1) % 24}:00 {_zone_name(zone, now)}"
        why = f"Usually about {_articles(visit.usual)} between {hour} on {_DAYS[local.weekday()]}"
    elif visit.daily >= ABOUT_ONE:
        why = f"Usually about {_articles(visit.daily)} a day, few at this hour"
    else:
        why = _seldom(visit.daily)
    return f"{why}: {after}."


def _articles(count: float) -> str:
    number = max(round(count), 1)
    return f"{number} article{'s' if number > 1 else ''}"


def _seldom(daily: float) -> str:
    days = 1 / daily if daily else 1000
    return f"About one article in {round(days)} days" if days < LONG else "Hardly ever anything new"


def _clock(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%H:%M} {_zone_name(zone, at)}"


def _zone_name(zone: tzinfo, at: datetime) -> str:
    """`UTC`, or the zone's IANA name: a reader may live in another one."""
    return str(zone) if isinstance(zone, ZoneInfo) else (zone.tzname(at) or "UTC")


def spoken(seconds: float) -> str:
    """A duration as people say it: `45 s`, `12 min`, `3 h`, `2 days`."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and unit != "days"):
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.0f} s"
