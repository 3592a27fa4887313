"""What the other side asked for, remembered over answers that say nothing new, and what follows for the next visit.

A hint only ever puts a visit off. As JSON: `max_age` and `ttl` in seconds, `skip_hours` (0-23, UTC) and `skip_days`
(0-6, Monday is 0) as the feed names them, and `least`, the seconds below which a site lately answered 429.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from feedbot.domain.explaining import spoken
from feedbot.domain.outcome import PollOutcome
from feedbot.domain.week import Rhythm

HOUR = timedelta(hours=1)
LONGEST = 366 * 86400.0
WIDER = 2.0  # the least interval after a 429
CLOSER = 0.97  # the least interval after a visit that was let in


def remembered(hints: Mapping[str, Any], outcome: PollOutcome) -> dict[str, Any]:
    """The hints after a visit that was answered. A list says all anew; a 304 only what its own headers name."""
    if outcome.kind == "unchanged":
        kept = dict(hints) | ({"max_age": outcome.max_age} if outcome.max_age is not None else {})
    else:
        kept = {"max_age": outcome.max_age, "ttl": outcome.ttl, "least": hints.get("least")}
        kept |= {"skip_hours": sorted(outcome.skip_hours), "skip_days": sorted(outcome.skip_days)}
    kept["least"] = round(CLOSER * _seconds(kept.get("least")), 1)
    for name in ("max_age", "ttl"):
        kept[name] = min(_seconds(kept.get(name)), LONGEST)
    return {name: value for name, value in kept.items() if value}


def after_refusal(hints: Mapping[str, Any], interval: float, rhythm: Rhythm) -> dict[str, Any]:
    """The hints after a 429: the site is asked at half the pace from now on, until it has let many visits in."""
    least = WIDER * max(_seconds(hints.get("least")), min(interval, rhythm.default_interval))
    return {**hints, "least": min(least, rhythm.max_interval)}


def put_off(
    at: datetime, reason: str, hints: Mapping[str, Any], rhythm: Rhythm, now: datetime, spread: float
) -> tuple[datetime, str]:
    """The moment, put off as far as is asked for but never past the longest interval, and the reason for it."""
    if not hints:
        return at, reason
    for name, why in _REASONS.items():
        asked = min(_seconds(hints.get(name)), rhythm.max_interval)
        if now + timedelta(seconds=asked) > at:
            at = now + timedelta(seconds=asked * max(spread, 1))
            reason = why.format(spoken(asked))
    allowed = _out_of_skipped(at, _numbers(hints.get("skip_hours")), _numbers(hints.get("skip_days")))
    if allowed != at:
        reason = "The feed asks not to be polled at the hour that was due: the first hour after it."
    return allowed, reason


_REASONS = {
    "least": "The site lately answered 429, too many visits: not asked again before {} are over.",
    "max_age": "The site's cache headers say to come back after {}.",
    "ttl": "The feed itself says to come back after {}.",
}


def _out_of_skipped(at: datetime, hours: frozenset[int], days: frozenset[int]) -> datetime:
    """The first moment from `at` on that the feed does not exclude; `at` itself if it excludes every moment."""
    moment = at.astimezone(UTC)
    for _ in range(24 * 8 if hours or days else 0):
        if moment.hour not in hours and moment.weekday() not in days:
            return at if moment == at else moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + HOUR
    return at


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else 0.0


def _numbers(value: object) -> frozenset[int]:
    return frozenset(entry for entry in value if isinstance(entry, int)) if isinstance(value, list) else frozenset()
