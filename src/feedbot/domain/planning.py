"""When a source is asked next, and the sentence that explains it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feedbot.domain.source import Source

FASTER = 0.7  # the interval after a poll that found something new
SLOWER = 1.2  # the interval after a poll that did not
JITTER = 0.1  # spreads polls by up to a tenth, so that sources do not march in step
MAX_BACKOFF = 24 * 3600.0  # a failing source is still asked once a day
LEVELLING = 300.0  # seconds over which first polls and overdue polls are spread
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The bounds that the configuration sets, in seconds."""

    min_interval: float
    max_interval: float
    default_interval: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """How a poll ended.

    `kind` is `ok`, `unchanged`, `partial` (more articles wait to be read), `failed`, `gone` or `offline` (our own
    network is down). `retry_after`, `max_age` and `ttl` are seconds that the other side asked for.
    """

    kind: str
    new: int = 0
    error_kind: str | None = None
    error_text: str | None = None
    retry_after: float | None = None
    max_age: float | None = None
    ttl: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class PollPlan:
    """When to poll next (None: never), the interval to remember in seconds, failures so far, and the reason."""

    next_poll_at: datetime | None
    interval: float
    failures: int
    reason: str


def plan_next_poll(source: Source, outcome: PollOutcome, rhythm: Rhythm, now: datetime, jitter: float) -> PollPlan:
    """Decides the next poll after `outcome`. `jitter` is a random number from 0 to 1."""
    spread = 1 + JITTER * (2 * jitter - 1)
    if outcome.kind == "gone":
        return PollPlan(None, _base(source, rhythm), 0, "The site answered 410 Gone: it is not asked again.")
    if outcome.kind == "offline":
        wait = min(_base(source, rhythm), rhythm.min_interval) * spread
        reason = f"Our own network seems to be down: tried again after {spoken(wait)}, not counted against the source."
        return PollPlan(now + timedelta(seconds=wait), _base(source, rhythm), source.failures, reason)
    if outcome.kind == "failed":
        return _after_failure(source, outcome, rhythm, now, spread)
    if outcome.kind == "partial":
        return PollPlan(now, _base(source, rhythm), 0, "More articles of the list wait to be read.")
    return _after_success(source, outcome, rhythm, now, spread)


def _after_failure(source: Source, outcome: PollOutcome, rhythm: Rhythm, now: datetime, spread: float) -> PollPlan:
    failures = source.failures + 1
    base = _base(source, rhythm)
    wait = min(base * 2 ** min(failures - 1, 30), max(MAX_BACKOFF, base)) * spread
    reason = f"Failed {failures} time{'s' if failures > 1 else ''} in a row: tried again after {spoken(wait)}."
    if outcome.retry_after and outcome.retry_after > wait:
        wait = min(outcome.retry_after, 7 * MAX_BACKOFF)
        reason = f"The site asked to wait {spoken(wait)}."
    return PollPlan(now + timedelta(seconds=wait), base, failures, reason)


def _after_success(source: Source, outcome: PollOutcome, rhythm: Rhythm, now: datetime, spread: float) -> PollPlan:
    interval, reason = _rhythm(source, outcome, rhythm)
    wait = interval * spread
    for asked, who in ((outcome.max_age, "The site's cache headers say"), (outcome.ttl, "The feed itself says")):
        if asked and asked > wait:
            wait = min(asked, max(rhythm.max_interval, interval))
            reason = f"{who} to come back after {spoken(wait)}."
    at = now + timedelta(seconds=wait)
    allowed = _out_of_skipped(at, outcome.skip_hours, outcome.skip_days)
    if allowed != at:
        reason = "The feed asks not to be polled at the hour that was due: the first hour after it."
    return PollPlan(allowed, interval, 0, reason)


def _rhythm(source: Source, outcome: PollOutcome, rhythm: Rhythm) -> tuple[float, str]:
    if source.options.interval:
        return source.options.interval, f"Every {spoken(source.options.interval)}, as configured."
    current = _base(source, rhythm)
    if source.baseline_at is None:
        return current, f"Watched from now on, every {spoken(current)} until its rhythm is known."
    factor = FASTER if outcome.new else SLOWER
    interval = min(max(current * factor, rhythm.min_interval), rhythm.max_interval)
    found = "New articles came: asked more often" if outcome.new else "Nothing new: asked less often"
    return interval, f"{found}, now every {spoken(interval)}."


def _base(source: Source, rhythm: Rhythm) -> float:
    if source.options.interval:
        return source.options.interval
    return min(max(source.interval or rhythm.default_interval, rhythm.min_interval), rhythm.max_interval)


def _out_of_skipped(at: datetime, hours: frozenset[int], days: frozenset[int]) -> datetime:
    """The first moment from `at` on that the feed does not exclude; `at` itself if it excludes every moment."""
    moment = at.astimezone(UTC)
    for _ in range(24 * 8):
        if moment.hour not in hours and moment.weekday() not in days:
            return moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + HOUR
    return at


def is_own_outage(recent: Iterable[tuple[str, str | None]], *, hosts: int = 3) -> bool:
    """Whether the last polls look like a fault on our side.

    `recent` are (host, error kind or None) of the newest polls. True when at least `hosts` different hosts failed to
    be reached at all and not one poll succeeded.
    """
    seen = list(recent)
    unreachable = {host for host, kind in seen if kind in {"dns", "connect", "timeout"}}
    return len(unreachable) >= hosts and all(kind in {"dns", "connect", "timeout"} for _, kind in seen)


def spoken(seconds: float) -> str:
    """A duration as people say it: `45 s`, `12 min`, `3 h`, `2 days`."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and unit != "days"):
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.0f} s"
