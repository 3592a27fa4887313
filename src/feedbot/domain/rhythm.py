"""When a source publishes: learned from its articles' dates by hour and weekday, and what is to be expected next.

The estimate is a rate in articles an hour. It has three parts: a week of 168 hours, learned with a memory of some weeks
and smoothed where little was seen; a level, which tells how busy these days are against that week (holidays, sources
that fall asleep); and a burst, which tells that more is coming just now than the hour explains.

A source is visited when the integral of the square root of that rate since the last visit reaches a target. That is
the schedule with the least waiting of all articles for a given number of visits: a source that publishes four times as
much is visited twice as often.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

HOUR = 3600.0
DAY = 24 * HOUR
WEEK_HOURS = 168
MEMORY = 28 * DAY  # after which an article counts half
LONGEST_HISTORY = 180 * DAY  # how far back the dates of a first list are believed to tell something
TARGET = 0.2  # in root hours: a source with one article an hour is visited every 0.2 h
LEVEL_MEMORY = 3 * DAY
LEVEL_WEIGHT = 4.0  # articles that the learned week counts as against the last days
QUIET_WEIGHT = 6.0  # articles that had to come and did not, until a source counts as half asleep
BURST_MEMORY = 0.75 * HOUR
BURST_SHARE = 0.5  # of the articles over what the hour explains, how many are believed to have a successor
BURST_FROM = 2.0
LEAST_LEVEL, MOST_LEVEL = 0.02, 4.0
FIRST_ARTICLES = 0.5  # articles that the configured first interval counts as against what was seen
FACTOR_WEIGHT = 3.0  # articles that a plain week counts as against the learned hours and weekdays
BIN_WEIGHT = 1.5  # articles that hour and weekday count as against the one hour of the week
LIST_SHARE = 0.4  # of a list's length that may be expected to be new: the rest is for surprises
WAKING = 4.0  # times the rate of now, at which a later hour is called the end of a quiet time
MIN_DATED = 3
_SPARSE = 4  # articles, below which a list's length tells nothing


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The bounds that the configuration sets, in seconds."""

    min_interval: float
    max_interval: float
    default_interval: float


@dataclass(frozen=True, slots=True)
class Visit:
    """When to come: `wait` in seconds. `usual` is how many articles this hour usually brings, `daily` a day of late.

    `is_burst` says that more than usual is coming now, `wakes` that the visit comes when a quiet time ends; `quiet_for`
    are the seconds since its last article where that is unusually long, else None.
    """

    wait: float
    usual: float
    daily: float
    is_burst: bool = False
    wakes: bool = False
    quiet_for: float | None = None


@dataclass(frozen=True, kw_only=True)
class History:
    """What is remembered of a source. Times are seconds since 1970; weights double every `MEMORY` from `base` on.

    `bins` are the weights of its articles by hour of the week (0 is Monday, midnight to one, in the site's zone),
    watched since `since`. `at` is the last visit, `last` the newest article, `found` and `due` the articles of the last
    days and how many the learned week let expect, `quiet` how many since the last one, `burst` those of the last hour,
    `items` the list's length.
    """

    since: float
    base: float
    at: float
    bins: Mapping[int, float] = field(default_factory=dict)
    last: float | None = None
    found: float = 0.0
    due: float = 0.0
    quiet: float = 0.0
    burst: float = 0.0
    items: int = 0

    def as_json(self) -> dict[str, Any]:
        """The history as plain JSON values, numbers cut to what they are worth."""
        return {
            "since": round(self.since),
            "base": round(self.base),
            "at": round(self.at, 3),
            "bins": {str(hour): round(weight, 3) for hour, weight in sorted(self.bins.items()) if weight >= 0.001},  # noqa: PLR2004
            "last": None if self.last is None else round(self.last),
            "found": round(self.found, 3),
            "due": round(self.due, 3),
            "quiet": round(self.quiet, 3),
            "burst": round(self.burst, 3),
            "items": self.items,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> History | None:
        """The history from what `as_json` gave; None where there is none, or it is not to be made sense of."""
        try:
            last = values.get("last")
            return cls(
                since=float(values["since"]),
                base=float(values["base"]),
                at=float(values["at"]),
                bins={int(hour) % WEEK_HOURS: float(weight) for hour, weight in values["bins"].items()},
                last=None if last is None else float(last),
                found=float(values["found"]),
                due=float(values["due"]),
                quiet=float(values["quiet"]),
                burst=float(values["burst"]),
                items=int(values["items"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    @cached_property
    def by_clock(self) -> list[float]:
        """The weights by hour of the day."""
        sums = [0.0] * 24
        for hour, weight in self.bins.items():
            sums[hour % 24] += weight
        return sums

    @cached_property
    def by_day(self) -> list[float]:
        """The weights by weekday, Monday first."""
        sums = [0.0] * 7
        for hour, weight in self.bins.items():
            sums[hour // 24] += weight
        return sums


def begin(dates: Sequence[datetime | None], now: datetime, zone: tzinfo) -> History:
    """The history that a first list tells: the dates of its items, newest or not, None where an item has none."""
    end = now.timestamp()
    known = sorted((date.timestamp(), _is_day_only(date, zone)) for date in dates if date and date <= now)
    known = _without_stragglers([entry for entry in known if entry[0] > end - LONGEST_HISTORY])
    dated = [date for date in dates if date and date <= now]
    history = History(
        since=end, base=end, at=end, items=len(dates), last=max((d.timestamp() for d in dated), default=None)
    )
    if len(known) < MIN_DATED:
        # One that lists nothing of the last half year has been silent for all of it.
        is_asleep = len(dated) >= MIN_DATED
        return replace(history, since=end - LONGEST_HISTORY) if is_asleep else history
    # The oldest only says when the list begins.
    bins: dict[int, float] = {}
    for at, is_day_only in known[1:]:
        spread = (at, at + DAY) if is_day_only else (at, at)
        _put(bins, *spread, zone, _weight(at, end))
    return replace(history, since=known[0][0], bins=bins)


def learn(
    history: History,
    published: Iterable[datetime | None],
    now: datetime,
    zone: tzinfo,
    bounds: Rhythm,
    *,
    items: int = 0,
) -> History:
    """The history after a visit at `now` that found new articles, each with its date or None.

    A date counts where it lies since the last visit; any other article came at some time since then. `items` is the
    length of the list, 0 if it was not read.
    """
    end = max(now.timestamp(), history.at)
    gap = end - history.at
    expected = _expected(_Week(history, history.at, zone, bounds), max(history.at, end - 7 * DAY), end, zone)
    if end - history.base > 8 * MEMORY:
        history = _rebased(history, end)
    bins, last, count = dict(history.bins), history.last, 0
    for date in published:
        start, stop = _came(date, history.at, end, zone)
        _put(bins, start, stop, zone, _weight(stop, history.base))
        last, count = max(last or 0.0, stop), count + 1
    kept = math.exp(-gap / LEVEL_MEMORY)
    return replace(
        history,
        at=end,
        bins=bins if count else history.bins,
        last=last,
        found=history.found * kept + count,
        due=history.due * kept + expected,
        quiet=0.0 if count else history.quiet + expected,
        burst=history.burst * math.exp(-gap / BURST_MEMORY) + count,
        items=items or history.items,
    )


def _came(date: datetime | None, before: float, now: float, zone: tzinfo) -> tuple[float, float]:
    """Between which moments an article came that was found now and not at the visit before."""
    if date and not _is_day_only(date, zone) and before - HOUR <= (at := date.timestamp()) <= now:
        return at, at
    return max(before, now - DAY), now


def next_visit(history: History, now: datetime, zone: tzinfo, bounds: Rhythm) -> Visit:
    """The moment at which enough is to be expected, within the bounds, counted from a visit at `now`."""
    start = now.timestamp()
    week = _Week(history, start, zone, bounds)
    usual = week.rate(_hour_of_week(start, zone))
    level, burst = _level(history), _burst(history, usual)
    most = LIST_SHARE * history.items if history.items >= _SPARSE else math.inf
    done = articles = 0.0
    at, rate = start + bounds.max_interval, 0.0
    for begins, until, hour in _hours(start, at, zone):
        rate = level * week.rate(hour) + burst * math.exp((start - begins) / BURST_MEMORY)
        hours = (until - begins) / HOUR
        if done + math.sqrt(rate) * hours >= TARGET or articles + rate * hours >= most:
            at = begins + HOUR * min((TARGET - done) / math.sqrt(rate), (most - articles) / rate)
            break
        done += math.sqrt(rate) * hours
        articles += rate * hours
    wait = min(max(at - start, bounds.min_interval), bounds.max_interval)
    return Visit(
        wait=wait,
        usual=usual,
        daily=24 * level * week.mean,
        is_burst=burst > max(usual, 1.0),
        wakes=wait > HOUR and rate > WAKING * level * usual,
        quiet_for=start - history.last if history.last is not None and history.quiet > QUIET_WEIGHT else None,
    )


class _Week:
    """The learned week as rates in articles an hour; each hour is looked at only when it is asked for."""

    def __init__(self, history: History, now: float, zone: tzinfo, bounds: Rhythm) -> None:
        self._history = history
        self._now = now
        self._span = max(now - history.since, 0.0) / HOUR
        self._is_short = self._span < 2 * WEEK_HOURS
        self._newest = _weight(now, history.base)
        local = datetime.fromtimestamp(now, zone)
        self._this_hour = 24 * local.weekday() + local.hour
        self._begun = local.minute / 60 + local.second / HOUR  # of this hour
        oldest = _weight(history.since, history.base)
        # What was watched, in hours that weigh as much as an article in them would.
        watched = (self._newest - oldest) * MEMORY / HOUR / math.log(2)
        first_rate = (TARGET * HOUR / bounds.default_interval) ** 2
        self._total = sum(history.bins.values())
        self.mean = (self._total + FIRST_ARTICLES * oldest) / (watched + FIRST_ARTICLES * oldest / first_rate)
        self._a_bin = watched / WEEK_HOURS
        self._rates: dict[int, float] = {}
        self._factors: dict[tuple[int, ...], float] = {}

    def rate(self, hour: int) -> float:
        """Articles an hour in this hour of the week: what was seen in it, and what its hour and weekday let expect."""
        known = self._rates.get(hour)
        if known is None:
            history = self._history
            day, clock = divmod(hour, 24)
            by_clock = self._factor(history.by_clock[clock], tuple(range(clock, WEEK_HOURS, 24)))
            by_day = self._factor(history.by_day[day], tuple(range(24 * day, 24 * day + 24)))
            usual = self.mean * by_clock * by_day
            unit = BIN_WEIGHT * self._newest
            seen = history.bins.get(hour, 0.0)
            known = (seen + unit) / (self._hours_in(hour) + unit / usual) if usual else 0.0
            self._rates[hour] = known
        return known

    def _factor(self, seen: float, hours: tuple[int, ...]) -> float:
        """How many times the mean these hours bring; near 1 as long as little is known."""
        known = self._factors.get(hours)
        if known is None:
            unit = FACTOR_WEIGHT * self._newest
            watched = sum(map(self._hours_in, hours)) if self._is_short else self._a_bin * len(hours)
            known = self._factors[hours] = (seen + unit) / (self.mean * watched + unit) if self._newest else 1.0
        return known

    def _hours_in(self, hour: int) -> float:
        """For how long this hour of the week was watched, weighed."""
        if not self._is_short:
            return self._a_bin
        ends = self._begun + (self._this_hour - hour) % WEEK_HOURS  # hours ago, the first time
        fade = 0.5 ** (WEEK_HOURS * HOUR / MEMORY)
        weight, total = self._newest * 0.5 ** (ends * HOUR / MEMORY), 0.0
        while ends - 1 < self._span:
            total += weight * (min(ends, self._span) - max(ends - 1, 0.0))
            weight *= fade
            ends += WEEK_HOURS
        return total


def _level(history: History) -> float:
    """How busy these days are against the learned week."""
    days = (LEVEL_WEIGHT + history.found) / (LEVEL_WEIGHT + history.due)
    asleep = QUIET_WEIGHT / (QUIET_WEIGHT + history.quiet)
    return min(max(days * asleep, LEAST_LEVEL), MOST_LEVEL)


def _burst(history: History, usual: float) -> float:
    """Articles an hour that are to be expected at once because more came than the hour explains."""
    over = history.burst - max(BURST_FROM, 2 * usual * BURST_MEMORY / HOUR)
    return BURST_SHARE * over * HOUR / BURST_MEMORY if over > 0 else 0.0


def _expected(week: _Week, start: float, end: float, zone: tzinfo) -> float:
    """Articles that the learned week lets expect between two moments."""
    return sum(week.rate(hour) * (until - at) / HOUR for at, until, hour in _hours(start, end, zone))


def _hours(start: float, end: float, zone: tzinfo) -> Iterator[tuple[float, float, int]]:
    """The time between two moments cut at the full hours of the zone: begin, end, hour of the week."""
    at = start
    while at < end:
        local = datetime.fromtimestamp(at, zone)
        until = min(at + HOUR - 60 * local.minute - local.second - local.microsecond / 1e6, end)
        yield at, until, 24 * local.weekday() + local.hour
        at = until if until > at else end


def _hour_of_week(at: float, zone: tzinfo) -> int:
    local = datetime.fromtimestamp(at, zone)
    return 24 * local.weekday() + local.hour


def _put(bins: dict[int, float], start: float, end: float, zone: tzinfo, weight: float) -> None:
    """Adds an article that came at some time between two moments."""
    if end <= start:
        hour = _hour_of_week(start, zone)
        bins[hour] = bins.get(hour, 0.0) + weight
        return
    for at, until, hour in _hours(start, end, zone):
        bins[hour] = bins.get(hour, 0.0) + weight * (until - at) / (end - start)


def _weight(at: float, base: float) -> float:
    return float(2.0 ** ((at - base) / MEMORY))


def _rebased(history: History, base: float) -> History:
    """The same history with weights that are small numbers again."""
    scale = _weight(history.base, base)
    return replace(history, base=base, bins={hour: weight * scale for hour, weight in history.bins.items()})


def _is_day_only(date: datetime, zone: tzinfo) -> bool:
    """Whether a date is midnight to the second: sites that tell only the day are read so."""
    local = date.astimezone(zone)
    return not (local.hour or local.minute or local.second)


def _without_stragglers(ordered: list[tuple[float, bool]]) -> list[tuple[float, bool]]:
    """The dates without the few oldest ones that a list keeps on top: a notice of last year beside today's news."""
    kept = ordered
    while len(kept) > 2 * MIN_DATED and kept[1][0] - kept[0][0] > (kept[-1][0] - kept[1][0]):
        kept = kept[1:]
    return kept
