"""The week of a source: how many articles an hour each of its 168 hours brings, from the few that were seen.

Articles are weights in bins, one for each hour of the week (the first is Monday, midnight to one, in the site's zone).
Weights double every `MEMORY` from a base on, so that what is old counts less without being touched.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

HOUR = 3600.0
DAY = 24 * HOUR
WEEK_HOURS = 168
MEMORY = 28 * DAY  # after which an article counts half
TARGET = 0.18  # in root hours: a source with one article an hour is visited every 0.18 h
FIRST_ARTICLES = 0.5  # articles that the configured first interval counts as against what was seen
FACTOR_WEIGHT = 0.3  # articles that a plain week counts as against the learned hours and weekdays
BIN_WEIGHT = 3.0  # articles that hour and weekday count as against the one hour of the week
DIGITS = 3
_FADES = tuple(0.5 ** (hour * HOUR / MEMORY) for hour in range(2 * WEEK_HOURS + 1))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The bounds that the configuration sets, in seconds."""

    min_interval: float
    max_interval: float
    default_interval: float


class Week:
    """The learned week at a moment, as rates in articles an hour; an hour is looked at only when it is asked for."""

    def __init__(
        self, bins: Sequence[float], since: float, base: float, *, now: float, zone: tzinfo, rhythm: Rhythm
    ) -> None:
        self.now, self.zone = now, zone
        self._bins = bins
        self._newest = weight_at(now, base)
        oldest = weight_at(since, base)
        # What was watched, in hours that weigh as much as an article in them would.
        watched = (self._newest - oldest) * MEMORY / HOUR / math.log(2)
        first_rate = (TARGET * HOUR / rhythm.default_interval) ** 2
        total = sum(bins)
        self.mean = (total + FIRST_ARTICLES * oldest) / (watched + FIRST_ARTICLES * oldest / first_rate)
        local = datetime.fromtimestamp(now, zone)
        self.this_hour = 24 * local.weekday() + local.hour
        span = (now - since) / HOUR
        begun = local.minute / 60 + local.second / HOUR
        is_short = span < len(_FADES) - 1
        self._watched = _hours_watched(span, begun, self.this_hour) if is_short else [watched / WEEK_HOURS] * WEEK_HOURS
        self._scale = self._newest if is_short else 1.0
        self._rates: dict[int, float] = {}
        self._days: dict[int, float] = {}

    def rate(self, hour: int) -> float:
        """Articles an hour in this hour of the week: what was seen in it, and what its hour and weekday let expect."""
        known = self._rates.get(hour)
        if known is None:
            by_clock = self._by_clock(hour % 24)
            by_day = self._by_day(hour - hour % 24)
            usual = self.mean * by_clock * by_day
            unit = BIN_WEIGHT * self._newest
            known = (self._bins[hour] + unit) / (self._scale * self._watched[hour] + unit / usual) if usual else 0.0
            self._rates[hour] = known
        return known

    def expected(self, start: float, end: float) -> float:
        """Articles between two moments."""
        return sum(self.rate(hour) * (until - at) / HOUR for at, until, hour in hours_between(start, end, self.zone))

    def _by_clock(self, hour: int) -> float:
        """How many times the mean this hour of the day brings.

        People are early and late: the hours before and after tell something of it, too.
        """
        here, before, after = (slice(beside % 24, WEEK_HOURS, 24) for beside in (hour, hour - 1, hour + 1))
        bins, watched = self._bins, self._watched
        seen = 0.6 * sum(bins[here]) + 0.2 * (sum(bins[before]) + sum(bins[after]))
        return self._factor(seen, 0.6 * sum(watched[here]) + 0.2 * (sum(watched[before]) + sum(watched[after])))

    def _by_day(self, first: int) -> float:
        """How many times the mean the day that begins with this hour of the week brings."""
        known = self._days.get(first)
        if known is None:
            day = slice(first, first + 24)
            known = self._days[first] = self._factor(sum(self._bins[day]), sum(self._watched[day]))
        return known

    def _factor(self, seen: float, watched: float) -> float:
        """How many times the mean came in so many hours; near 1 as long as little is known."""
        unit = FACTOR_WEIGHT * self._newest
        return (seen + unit) / (self.mean * self._scale * watched + unit)


def _hours_watched(span: float, begun: float, this_hour: int) -> list[float]:
    """For how long each hour of the week was watched in a history of less than two weeks, the newest weighing most.

    `span` is its length and `begun` how much of this hour is over, in hours.
    """
    ages = list(_FADES[: math.ceil(span - begun) + 1])  # by how many clock hours they lie back
    ages[0] *= min(begun, span)
    if len(ages) > 1:
        ages[-1] *= (span - begun) % 1.0 or 1.0
    week = ages[:WEEK_HOURS] + [0.0] * (WEEK_HOURS - len(ages))
    for hour, weight in enumerate(ages[WEEK_HOURS:]):
        week[hour % WEEK_HOURS] += weight
    return week[this_hour::-1] + week[:this_hour:-1]


def hours_between(start: float, end: float, zone: tzinfo) -> Iterator[tuple[float, float, int]]:
    """The time between two moments cut at the full hours of the zone: begin, end, hour of the week."""
    at = start
    while at < end:
        local = datetime.fromtimestamp(at, zone)
        until = at + HOUR - 60 * local.minute - local.second - local.microsecond / 1e6
        yield at, min(until, end), 24 * local.weekday() + local.hour
        at = until


def put(bins: list[float], start: float, end: float, zone: tzinfo, weight: float) -> None:
    """Adds an article that came at some time between two moments."""
    if end <= start:
        local = datetime.fromtimestamp(start, zone)
        hour = 24 * local.weekday() + local.hour
        bins[hour] = round(bins[hour] + weight, DIGITS)
        return
    for at, until, hour in hours_between(start, end, zone):
        bins[hour] = round(bins[hour] + weight * (until - at) / (end - start), DIGITS)


def weight_at(at: float, base: float) -> float:
    """What an article of this moment weighs."""
    return float(2.0 ** ((at - base) / MEMORY))
