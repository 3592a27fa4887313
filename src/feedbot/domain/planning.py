"""When a source is asked next, and the sentence that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feedbot.domain import rhythm as learned
from feedbot.domain.backoff import pace_of
from feedbot.domain.rhythm import Rhythm as Rhythm  # noqa: PLC0414 - part of this module's interface
from feedbot.domain.source import Source

JITTER = 0.1  # spreads polls by up to a tenth, so that sources do not march in step
DAY = 24 * 3600.0
HOUR = timedelta(hours=1)
ABOUT_ONE = 0.7  # article, rounded
LONG = 90  # days for an article
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """How a poll ended.

    `kind` is `ok`, `unchanged`, `partial` (more articles wait to be read), `failed`, `gone` or `offline` (our own
    network is down). `published` are the dates of the new articles (None: undated) that came since the last visit;
    `listed` those of all items of a list from which the rhythm is to be learned anew, else None; `items` is the list's
    length, 0 if it was not read. `retry_after`, `max_age` and `ttl` are seconds that the other side asked for.
    """

    kind: str
    new: int = 0
    published: tuple[datetime | None, ...] = ()
    listed: tuple[datetime | None, ...] | None = None
    items: int = 0
    status: int | None = None
    error_kind: str | None = None
    error_text: str | None = None
    retry_after: float | None = None
    max_age: float | None = None
    ttl: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class PollPlan:
    """When to poll next (None: never), the interval to remember in seconds, failures so far, and the reason.

    `rhythm` and `hints` are to be stored with the source for the next plan.
    """

    next_poll_at: datetime | None
    interval: float
    failures: int
    reason: str
    rhythm: Mapping[str, Any] = field(default_factory=dict)
    hints: Mapping[str, Any] = field(default_factory=dict)


def plan_next_poll(source: Source, outcome: PollOutcome, rhythm: Rhythm, now: datetime, jitter: float) -> PollPlan:
    """Decides the next poll after `outcome`. `jitter` is a random number from 0 to 1."""
    spread = 1 + JITTER * (2 * jitter - 1)
    base = _base(source, rhythm)
    kept = PollPlan(now, base, source.failures, "", source.rhythm, source.hints)
    if outcome.kind == "gone":
        reason = "The site answered 410 Gone: it is not asked again."
        return replace(kept, next_poll_at=None, failures=0, reason=reason)
    if outcome.kind == "offline":
        wait = min(base, rhythm.min_interval) * (0.5 + jitter)
        reason = f"Our own network seems to be down: tried again after {spoken(wait)}, not counted against the source."
        return replace(kept, next_poll_at=now + timedelta(seconds=wait), reason=reason)
    if outcome.kind == "failed":
        return _after_failure(source, outcome, kept, rhythm, now, spread)
    if outcome.kind == "partial":
        history = _history(source, outcome, rhythm, now, _zone(source.options.timezone))
        reason = "More articles of the list wait to be read."
        return replace(kept, failures=0, reason=reason, rhythm=history.as_json())
    return _after_success(source, outcome, rhythm, now, spread)


def _after_failure(
    source: Source, outcome: PollOutcome, kept: PollPlan, rhythm: Rhythm, now: datetime, spread: float
) -> PollPlan:
    failures = source.failures + 1
    pace = pace_of(outcome.error_kind, outcome.status)
    wait = pace.wait(failures, kept.interval, is_configured=source.options.interval is not None) * spread
    times = f"Failed {failures} times in a row" if failures > 1 else "Failed"
    since = f" since {source.failing_since:%Y-%m-%d %H:%M} UTC" if failures > 1 and source.failing_since else ""
    reason = f"{times}{since}: tried again after {spoken(wait)}. {pace.remedy.format(id=source.id)}".rstrip()
    asked = min(outcome.retry_after or 0, max(rhythm.max_interval, DAY))
    if asked > wait:
        wait = asked * max(spread, 1)
        reason = f"The site asked to wait {spoken(asked)}."
    return replace(kept, next_poll_at=now + timedelta(seconds=wait), failures=failures, reason=reason)


def _after_success(source: Source, outcome: PollOutcome, rhythm: Rhythm, now: datetime, spread: float) -> PollPlan:
    zone = _zone(source.options.timezone)
    history = _history(source, outcome, rhythm, now, zone)
    hints = dict(source.hints) if outcome.kind == "unchanged" else _asked(outcome)
    if source.options.interval:
        interval = source.options.interval
        at, reason = now + timedelta(seconds=interval * spread), f"Every {spoken(interval)}, as configured."
    else:
        visit = learned.next_visit(history, now, zone, rhythm)
        interval = visit.wait
        wait = min(max(interval * spread, rhythm.min_interval), rhythm.max_interval)
        at, reason = now + timedelta(seconds=wait), _sentence(source, visit, wait, now, zone)
        at, reason = _as_asked(at, reason, outcome, hints, rhythm, now, spread)
    if source.failures and source.failing_since:
        reason = f"Back after {spoken((now - source.failing_since).total_seconds())} of failures. {reason}"
    return PollPlan(at, interval, 0, reason, history.as_json(), hints)


def _history(source: Source, outcome: PollOutcome, rhythm: Rhythm, now: datetime, zone: tzinfo) -> learned.History:
    history = learned.History.from_json(source.rhythm)
    if outcome.listed is not None or history is None:
        return learned.begin(outcome.listed or (), now, zone)
    return learned.learn(history, outcome.published, now, zone, rhythm, items=outcome.items)


def _asked(outcome: PollOutcome) -> dict[str, Any]:
    """What the other side asked for, as it is remembered over answers that say nothing new."""
    asked: dict[str, Any] = {"max_age": outcome.max_age, "ttl": outcome.ttl}
    asked |= {"skip_hours": sorted(outcome.skip_hours), "skip_days": sorted(outcome.skip_days)}
    return {name: value for name, value in asked.items() if value}


def _as_asked(
    at: datetime,
    reason: str,
    outcome: PollOutcome,
    hints: dict[str, Any],
    rhythm: Rhythm,
    now: datetime,
    spread: float,
) -> tuple[datetime, str]:
    """The moment, put off as far as the site's cache headers and the feed itself ask, and the reason for it."""
    if outcome.max_age is not None:
        hints["max_age"] = outcome.max_age  # a 304 may name a new time; one that names none leaves the old one valid
    for name, who in (("max_age", "The site's cache headers say"), ("ttl", "The feed itself says")):
        asked = min(_seconds(hints.get(name)), rhythm.max_interval)
        if now + timedelta(seconds=asked) > at:
            at = now + timedelta(seconds=asked * max(spread, 1))
            reason = f"{who} to come back after {spoken(asked)}."
    allowed = _out_of_skipped(at, _numbers(hints.get("skip_hours")), _numbers(hints.get("skip_days")))
    if allowed != at:
        reason = "The feed asks not to be polled at the hour that was due: the first hour after it."
    return allowed, reason


def _sentence(source: Source, visit: learned.Visit, wait: float, now: datetime, zone: tzinfo) -> str:
    """Why the source is asked again after `wait`, in words that a person understands."""
    after = f"asked again in {spoken(wait)}"
    local = now.astimezone(zone)
    if source.baseline_at is None:
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


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _base(source: Source, rhythm: Rhythm) -> float:
    if source.options.interval:
        return source.options.interval
    return min(max(source.interval or rhythm.default_interval, rhythm.min_interval), rhythm.max_interval)


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


def spoken(seconds: float) -> str:
    """A duration as people say it: `45 s`, `12 min`, `3 h`, `2 days`."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and unit != "days"):
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.0f} s"
