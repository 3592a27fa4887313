"""Which address is asked: a permanent redirect is believed once it was consistent, and a lost page is searched for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from feedbot.domain.outcome import PollOutcome
from feedbot.domain.source import Source

POLLS = 3
LASTING = timedelta(days=1)
MISSING_FOR = timedelta(days=2)
SEARCH_AGAIN = timedelta(days=7)
_PASSING = frozenset({"connect", "timeout", "http", "fault"})
_NOT_THERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@dataclass(frozen=True, slots=True)
class Address:
    """What to remember of an address: `moved_to` is asked instead of the declared one, `redirect` is watched."""

    moved_to: str | None
    redirect: Mapping[str, Any] = field(default_factory=dict)

    def as_state(self) -> dict[str, Any]:
        """The columns of the source."""
        return {"moved_to": self.moved_to, "redirect": dict(self.redirect)}


def after_answer(source: Source, permanent_url: str | None, now: datetime) -> Address:
    """The address after an answer that was read, to which a chain of permanent redirects led (None: none did).

    A target is stored after three visits in a row over at least a day that all led to it. Any other answer, a
    temporary redirect too, ends the wait: sites redirect by mistake, and for the time of some maintenance.
    """
    if not permanent_url or permanent_url == source.poll_url:
        return Address(source.moved_to)
    watched = _watched(source.redirect)
    if watched is None or watched[0] != permanent_url:
        return Address(source.moved_to, {"to": permanent_url, "since": now.isoformat(), "polls": 1})
    _, since, polls = watched
    if polls + 1 >= POLLS and now - since >= LASTING:
        return Address(None if permanent_url == source.url else permanent_url)
    return Address(source.moved_to, {"to": permanent_url, "since": since.isoformat(), "polls": polls + 1})


def after_failure(source: Source, outcome: PollOutcome) -> Address:
    """The address after a failure.

    A redirect may have been wrong, so the declared address is asked before the new one is given up: at once when the
    new one says something else or nothing that can be read, after three failures when it is only out of reach. If the
    declared one fails as well, both are asked in turn.
    """
    is_doubtful = outcome.error_kind not in _PASSING or outcome.status in _NOT_THERE or source.failures >= POLLS - 1
    if outcome.kind != "failed" or not is_doubtful:
        return Address(source.moved_to, source.redirect)
    if source.moved_to:
        return Address(None, {"was": source.moved_to})
    before = source.redirect.get("was") or source.redirect.get("to")
    return Address(str(before) if before else None)


def should_search(source: Source, outcome: PollOutcome, now: datetime) -> bool:
    """Whether it is time to search for the page's new address: 404 for two days and three visits, then every week."""
    if outcome.kind != "failed" or outcome.status != HTTPStatus.NOT_FOUND or source.proposed_url:
        return False
    if source.failing_since is None or source.last_poll_at is None:
        return False
    age_then = source.last_poll_at - source.failing_since
    return _searches(now - source.failing_since, source.failures + 1) > _searches(age_then, source.failures)


def _searches(age: timedelta, failures: int) -> int:
    """How many searches are due by then."""
    if failures < POLLS or age < MISSING_FOR:
        return 0
    return 1 + (age - MISSING_FOR) // SEARCH_AGAIN


def _watched(redirect: Mapping[str, Any]) -> tuple[str, datetime, int] | None:
    try:
        return str(redirect["to"]), datetime.fromisoformat(redirect["since"]), int(redirect["polls"])
    except (KeyError, TypeError, ValueError):
        return None
