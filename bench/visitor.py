"""feedbot's decisions let loose on the simulated internet, and a visitor with a fixed interval beside it."""

from __future__ import annotations

import heapq
import math
import random
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from bench.internet import BEGIN, DAY, SPACING, Answer, Feed, Internet, Site
from feedbot.domain import moving, outage
from feedbot.domain.planning import PollOutcome, Rhythm, plan_next_poll
from feedbot.domain.source import Source, SourceOptions

RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)  # the shipped settings
_NEW_HOME = "https://new.example/"
LONGEST_WAIT = 30.0  # for a site on hold; a visit that would take longer is given up at once


@dataclass(slots=True)
class Tally:
    """What a month of visits came to.

    `polls` counts visits, `requests` what they took, `answered` those with a list or a 304, `unchanged` only the 304s.
    `delays` are the seconds from publication to discovery, by pattern. `offline` visits were blamed on the own line.
    `lost` are articles that left their list unseen (feed, index), `breaches` requests that came too soon for the site.
    """

    requests: int = 0
    polls: int = 0
    unchanged: int = 0
    answered: int = 0
    delays: dict[str, list[float]] = field(default_factory=dict)
    requests_of: dict[str, int] = field(default_factory=dict)
    offline: int = 0
    moved: int = 0
    lost: set[tuple[str, int]] = field(default_factory=set)
    breaches: int = 0

    def delays_of(self, patterns: Iterable[str]) -> list[float]:
        """The delays of all these patterns, shortest first."""
        return sorted(delay for pattern in patterns for delay in self.delays.get(pattern, ()))

    def add(self, other: Tally) -> None:
        """Adds what another visitor came to on another part of the internet."""
        for name in ("requests", "polls", "unchanged", "answered", "offline", "moved", "breaches"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for pattern, delays in other.delays.items():
            self.delays.setdefault(pattern, []).extend(delays)
        for pattern, requests in other.requests_of.items():
            self.requests_of[pattern] = self.requests_of.get(pattern, 0) + requests
        self.lost |= other.lost


@dataclass(slots=True)
class _State:
    """What planning reads of a Source."""

    id: str
    url: str
    number: int
    options: SourceOptions
    rhythm: Mapping[str, Any] = field(default_factory=dict)
    hints: Mapping[str, Any] = field(default_factory=dict)
    redirect: Mapping[str, Any] = field(default_factory=dict)
    interval: float | None = None
    failures: int = 0
    failing_since: datetime | None = None
    last_poll_at: datetime | None = None
    baseline_at: datetime | None = None
    moved_to: str | None = None
    proposed_url: str | None = None

    @property
    def poll_url(self) -> str:
        """The address to ask."""
        return self.moved_to or self.url


@dataclass(slots=True)
class _Watched:
    """A feed and what is stored of it."""

    site: Site
    feed: Feed
    state: _State
    is_begun: bool = False


class Visitor:
    """Visits every feed of an internet when `plan_next_poll` says so, one request at a time to a site."""

    def __init__(self, internet: Internet, seed: int, rhythm: Rhythm = RHYTHM) -> None:
        self._internet = internet
        self._rhythm = rhythm
        self._random = random.Random(seed)
        self._attempts = outage.Attempts()
        self._free_at: dict[str, float] = {}
        self.tally = Tally()
        self._watched = [
            _Watched(site, feed, _state(site, feed, number)) for number, (site, feed) in enumerate(internet.feeds())
        ]

    def run(self) -> Tally:
        """The tally of the whole time."""
        # First visits are spread over some minutes, as at a first start.
        due = [(self._random.uniform(0, 300), number) for number in range(len(self._watched))]
        heapq.heapify(due)
        end = self._internet.days * DAY
        while due and due[0][0] < end:
            at, number = heapq.heappop(due)
            watched = self._watched[number]
            free_at = self._free_at.get(watched.site.name, 0.0)
            if at < free_at:
                heapq.heappush(due, (free_at, number))  # waits for the site's turn
                continue
            planned = self._poll(watched, at)
            if planned is not None:
                heapq.heappush(due, (planned, number))
        self.tally.lost = {(feed.name, one) for _, feed in self._internet.feeds() for one in feed.lost}
        self.tally.breaches = sum(site.breaches for site in self._internet.sites)
        return self.tally

    def _poll(self, watched: _Watched, at: float) -> float | None:
        state = watched.state
        source = cast("Source", state)  # the same attributes; a new Source each time would take longer than the plan
        answer = self._ask(watched, at)
        done = at + answer.seconds
        now = BEGIN + timedelta(seconds=done)
        outcome = self._outcome(watched, answer, now)
        plan = plan_next_poll(source, outcome, self._rhythm, now, self._random.random())
        is_answered = outcome.kind in {"ok", "unchanged"}
        address = (
            moving.after_answer(source, _NEW_HOME if answer.permanent else None, now)
            if is_answered
            else moving.after_failure(source, outcome)
        )
        self.tally.moved += address.moved_to is not None and state.moved_to is None
        state.rhythm, state.hints, state.interval = plan.rhythm, plan.hints, plan.interval
        state.failures, state.last_poll_at = plan.failures, now
        state.failing_since = (state.failing_since or now) if plan.failures else None
        state.baseline_at = state.baseline_at or (now if is_answered else None)
        state.moved_to, state.redirect = address.moved_to, address.redirect
        return None if plan.next_poll_at is None else (plan.next_poll_at - BEGIN).total_seconds()

    def _ask(self, watched: _Watched, at: float) -> Answer:
        site, feed, tally = watched.site, watched.feed, self.tally
        tally.polls += 1
        if self._internet.is_cut_off(at):
            self._free_at[site.name] = at + 10.0
            return Answer("timeout", 10.0, requests=0)
        if site.closed_until - at > LONGEST_WAIT:
            return Answer("http", 0.0, retry_after=site.closed_until - at, requests=0)
        start = max(at, site.closed_until)
        answer = site.ask(feed, start, moved=watched.state.moved_to is not None)
        self._free_at[site.name] = start + answer.seconds + max(SPACING, site.delay)
        tally.requests += answer.requests
        tally.requests_of[feed.pattern] = tally.requests_of.get(feed.pattern, 0) + answer.requests
        tally.answered += answer.kind in {"ok", "unchanged"}
        tally.unchanged += answer.kind == "unchanged"
        delays = tally.delays.setdefault(feed.pattern, [])
        delays += [start + answer.seconds - feed.published[one] for one in answer.found if feed.published[one] > 0]
        return answer

    def _outcome(self, watched: _Watched, answer: Answer, now: datetime) -> PollOutcome:
        feed = watched.feed
        if answer.kind not in {"ok", "unchanged"}:
            return self._failure(watched, answer, now)
        self._attempts.note(watched.site.name, now, None, number=watched.state.number, was_failing=False)
        dates = tuple(_date(feed, one) for one in answer.found)
        if answer.kind == "unchanged":
            return PollOutcome(kind="unchanged", max_age=answer.max_age)
        is_first = not watched.is_begun
        watched.is_begun = True
        return PollOutcome(
            kind="ok",
            status=200,
            listed=dates if is_first else None,
            published=() if is_first else dates,
            max_age=answer.max_age,
            ttl=feed.ttl,
        )

    def _failure(self, watched: _Watched, answer: Answer, now: datetime) -> PollOutcome:
        state = watched.state
        told = None if answer.kind == "http" and answer.status is None else answer.kind
        if told:
            self._attempts.note(watched.site.name, now, told, number=state.number, was_failing=state.failures > 0)
        is_offline = answer.kind in outage.UNREACHABLE and self._attempts.is_outage(now)
        self.tally.offline += is_offline
        return PollOutcome(
            kind="offline" if is_offline else "failed",
            error_kind=answer.kind,
            status=answer.status,
            retry_after=answer.retry_after,
        )


def fixed(internet: Internet, interval: float = 600.0) -> Tally:
    """What visits at a fixed interval come to: one request each, whatever the site says, at the best of luck.

    Redirects, waiting for a site's turn and Retry-After cost this visitor nothing.
    """
    tally = Tally()
    for number, (site, feed) in enumerate(internet.feeds()):
        phase = (number * 0.618034 % 1) * interval
        visits = math.ceil((internet.days * DAY - phase) / interval)
        tally.requests += visits
        tally.requests_of[feed.pattern] = tally.requests_of.get(feed.pattern, 0) + visits
        delays = tally.delays.setdefault(feed.pattern, [])
        for index, (published, visible) in enumerate(zip(feed.published, feed.visible, strict=True)):
            if published <= 0:
                continue
            at = math.ceil((visible - phase) / interval) * interval + phase
            while _fails(internet, site, feed, at):
                at += interval
            if bisect_right(feed.visible, at) - feed.length > index:
                tally.lost.add((feed.name, index))
            elif at < internet.days * DAY:
                delays.append(at + site.latency - published)
    return tally


def _fails(internet: Internet, site: Site, feed: Feed, at: float) -> bool:
    is_unreadable = feed.redesigned[0] <= at < feed.redesigned[1]
    return is_unreadable or site.trouble(at) is not None or internet.is_cut_off(at)


def _state(site: Site, feed: Feed, number: int) -> _State:
    return _State(feed.name, f"https://{site.name}/{feed.name}", number, SourceOptions(timezone=feed.zone))


def _date(feed: Feed, index: int) -> datetime | None:
    return BEGIN + timedelta(seconds=feed.published[index]) if feed.is_dated else None


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which so large a share of the ordered values lies."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
