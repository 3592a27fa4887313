"""When a source is asked next, and the sentence that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feedbot.domain import hints
from feedbot.domain import rhythm as learned
from feedbot.domain.backoff import pace_of
from feedbot.domain.explaining import sentence, spoken
from feedbot.domain.outcome import PollOutcome
from feedbot.domain.source import Source
from feedbot.domain.week import Rhythm

__all__ = ["PollOutcome", "PollPlan", "Rhythm", "plan_next_poll", "spoken"]

JITTER = 0.1  # spreads polls by up to a tenth, so that sources do not march in step
DAY = 24 * 3600.0
OFFLINE_MOST = 1800.0  # seconds between attempts while our own network is down


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
    if outcome.kind in {"ok", "unchanged"}:
        return _after_success(source, outcome, rhythm, now, spread)
    base = _base(source, rhythm)
    kept = PollPlan(now, base, source.failures, "", source.rhythm, source.hints)
    if outcome.kind == "gone":
        reason = "The site answered 410 Gone: it is not asked again."
        return replace(kept, next_poll_at=None, failures=0, reason=reason)
    if outcome.kind == "offline":
        # Busy sources first when the network is back, and no thousands of attempts as long as it is not.
        wait = min(base, max(rhythm.min_interval, min(base / 4, OFFLINE_MOST))) * (0.5 + jitter)
        reason = f"Our own network seems to be down: tried again after {spoken(wait)}, not counted against the source."
        return replace(kept, next_poll_at=now + timedelta(seconds=wait), reason=reason)
    if outcome.kind == "partial":
        history, _ = _visited(source, outcome, rhythm, now, _zone(source.options.timezone))
        reason = "More articles of the list wait to be read."
        return replace(kept, failures=0, reason=reason, rhythm=history.as_json())
    return _after_failure(source, outcome, kept, rhythm, now, spread)


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
    kept = replace(kept, next_poll_at=now + timedelta(seconds=wait), failures=failures, reason=reason)
    if outcome.status == HTTPStatus.TOO_MANY_REQUESTS:
        return replace(kept, hints=hints.after_refusal(source.hints, kept.interval, rhythm))
    return kept


def _after_success(source: Source, outcome: PollOutcome, rhythm: Rhythm, now: datetime, spread: float) -> PollPlan:
    zone = _zone(source.options.timezone)
    history, visit = _visited(source, outcome, rhythm, now, zone)
    asked = hints.remembered(source.hints, outcome)
    if source.options.interval:
        interval = source.options.interval
        at, reason = now + timedelta(seconds=interval * spread), f"Every {spoken(interval)}, as configured."
    else:
        interval = visit.wait
        wait = min(max(interval * spread, rhythm.min_interval), rhythm.max_interval)
        at, reason = (
            now + timedelta(seconds=wait),
            sentence(visit, wait, now, zone, is_first=source.baseline_at is None),
        )
        at, reason = hints.put_off(at, reason, asked, rhythm, now, spread)
    if source.failures and source.failing_since:
        reason = f"Back after {spoken((now - source.failing_since).total_seconds())} of failures. {reason}"
    return PollPlan(at, interval, 0, reason, history.as_json(), asked)


def _visited(
    source: Source, outcome: PollOutcome, rhythm: Rhythm, now: datetime, zone: tzinfo
) -> tuple[learned.History, learned.Visit]:
    """What the source's history is from now on, and when it lets the next visit be worth it."""
    history = learned.History.from_json(source.rhythm)
    if outcome.listed is None and history is not None:
        return learned.visited(history, outcome.published, now, zone, rhythm)
    history = learned.begin(outcome.listed or (), now, zone)
    return history, learned.first_visit(history, now, zone, rhythm)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _base(source: Source, rhythm: Rhythm) -> float:
    if source.options.interval:
        return source.options.interval
    return min(max(source.interval or rhythm.default_interval, rhythm.min_interval), rhythm.max_interval)
