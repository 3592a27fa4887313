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
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

HOUR = 3600.0
DAY = 24 * HOUR
WEEK_HOURS = 168
MEMORY = 28 * DAY  # after which an article counts half
LONGEST_HISTORY = 180 * DAY  # how far back the dates of a first list are believed to tell something
TARGET = 0.18  # in root hours: a source with one article an hour is visited every 0.18 h
LEVEL_MEMORY = 3 * DAY
LEVEL_WEIGHT = 4.0  # articles that the learned week counts as against the last days
QUIET_WEIGHT = 6.0  # articles that had to come and did not, until a source counts as half asleep
LEAST_LEVEL, MOST_LEVEL = 0.02, 4.0
BURST_MEMORY = HOUR
BURST_SHARE = 1.0  # of the articles over what the hour explains, how many are believed to have a successor
BURST_FROM = 1.0  # articles within that memory: one alone is no burst
FIRST_ARTICLES = 0.5  # articles that the configured first interval counts as against what was seen
FACTOR_WEIGHT = 0.3  # articles that a plain week counts as against the learned hours and weekdays
BIN_WEIGHT = 3.0  # articles that hour and weekday count as against the one hour of the week
WAKING = 4.0  # times the rate of now, at which a later hour is called the end of a quiet time
MIN_DATED = 3
_DIGITS = 3
_FADES = tuple(0.5 ** (hour * HOUR / MEMORY) for hour in range(2 * WEEK_HOURS + 1))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is remembered of a source. Times are seconds since 1970; weights double every `MEMORY` from `base` on.

    `bins` are the weights of its articles by hour of the week (the first is Monday, midnight to one, in the site's
    zone), watched since `since`. `at` is the last visit, `last` the newest article, `found` and `due` the articles of
    the last days and how many the learned week let expect, `quiet` how many since the last one, `burst` those of the
    last hour.
    """

    since: float
    base: float
    at: float
    bins: Sequence[float] = (0,) * WEEK_HOURS
    last: float | None = None
    found: float = 0.0
    due: float = 0.0
    quiet: float = 0.0
    burst: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The history as plain JSON values, numbers cut to what they are worth."""
        return {
            "since": self.since,
            "base": self.base,
            "at": self.at,
            "bins": self.bins if isinstance(self.bins, list) else list(self.bins),
            "last": self.last,
            "found": round(self.found, _DIGITS),
            "due": round(self.due, _DIGITS),
            "quiet": round(self.quiet, _DIGITS),
            "burst": round(self.burst, _DIGITS),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> History | None:
        """The history from what `as_json` gave; None where there is none, or no sense is to be made of it."""
        try:
            history = cls(**values)
            sum(history.bins, history.since + history.base + history.at + (history.last or 0))
            is_whole = len(history.bins) == WEEK_HOURS
            return history if is_whole and history.found + history.due + history.quiet + history.burst >= 0 else None
        except TypeError:
            return None


def begin(dates: Sequence[datetime | None], now: datetime, zone: tzinfo) -> History:
    """The history that a first list tells: the dates of its items in any order, None where an item has none."""
    end = math.floor(now.timestamp())
    past = sorted((date.timestamp(), _is_day_only(date, zone)) for date in dates if date and date <= now)
    last = past[-1][0] if past else None
    history = History(since=end, base=end, at=end, last=last)
    known = _without_stragglers([entry for entry in past if entry[0] > end - LONGEST_HISTORY])
    if len(known) >= MIN_DATED:
        bins = [0.0] * WEEK_HOURS
        for at, is_day_only in known[1:]:  # the oldest only says when the list begins
            _put(bins, at, at + DAY if is_day_only else at, zone, _weight(at, end))
        return replace(history, since=known[0][0], bins=bins)
    # One that lists nothing of the last half year has been silent for all of it.
    return replace(history, since=end - LONGEST_HISTORY) if len(past) >= MIN_DATED else history


def visited(
    history: History, published: Sequence[datetime | None], now: datetime, zone: tzinfo, rhythm: Rhythm
) -> tuple[History, Visit]:
    """The history after a visit at `now` that found new articles, each with its date or None, and the next visit.

    A date counts where it lies since the last visit; any other article came at some time since then.
    """
    end = max(now.timestamp(), history.at)
    if end - history.base > 8 * MEMORY:
        history = _rebased(history, end)
    week = _Week(history, end, zone, rhythm)
    gap = end - history.at
    expected = week.expected(max(history.at, end - 7 * DAY), end)
    kept = math.exp(-gap / LEVEL_MEMORY)
    burst = history.burst * math.exp(-gap / BURST_MEMORY) + len(published)
    learned = History(
        since=history.since,
        base=history.base,
        at=end,
        bins=history.bins,
        last=history.last,
        found=history.found * kept + len(published),
        due=history.due * kept + expected,
        quiet=0.0 if published else history.quiet + expected,
        burst=burst,
    )
    # What just came must not pass for usual.
    over = _burst(learned, week.rate(week.this_hour))
    if published:
        learned = _with_articles(learned, published, history.at, zone)
        week = _Week(learned, end, zone, rhythm)
    return learned, _next_visit(learned, week, rhythm, over)


def first_visit(history: History, now: datetime, zone: tzinfo, rhythm: Rhythm) -> Visit:
    """The next visit after the one from whose list `history` was begun."""
    return _next_visit(history, _Week(history, now.timestamp(), zone, rhythm), rhythm, 0.0)


def _with_articles(history: History, published: Iterable[datetime | None], before: float, zone: tzinfo) -> History:
    bins, last = list(history.bins), history.last or 0.0
    for date in published:
        start, stop = _came(date, before, history.at, zone)
        _put(bins, start, stop, zone, _weight(stop, history.base))
        last = max(last, stop)
    return replace(history, bins=bins, last=last)


def _came(date: datetime | None, before: float, now: float, zone: tzinfo) -> tuple[float, float]:
    """Between which moments an article came that was found now and not at the visit before."""
    if date and not _is_day_only(date, zone) and before - HOUR <= (at := date.timestamp()) <= now:
        return at, at
    return max(before, now - DAY), now


def _next_visit(history: History, week: _Week, rhythm: Rhythm, burst: float) -> Visit:
    """The moment at which enough is to be expected, within the bounds."""
    start, usual, level = week.now, week.rate(week.this_hour), _level(history)
    done = 0.0
    at, rate = start + rhythm.max_interval, 0.0
    for begins, until, hour in _hours(start, at, week.zone):
        rate = level * week.rate(hour) + (burst * math.exp((start - begins) / BURST_MEMORY) if burst else 0.0)
        root, hours = math.sqrt(rate), (until - begins) / HOUR
        if done + root * hours >= TARGET:
            at = begins + HOUR * (TARGET - done) / root
            break
        done += root * hours
    wait = min(max(at - start, rhythm.min_interval), rhythm.max_interval)
    return Visit(
        wait=wait,
        usual=usual,
        daily=24 * level * week.mean,
        is_burst=burst > max(usual, 1.0),
        wakes=wait > HOUR and rate > WAKING * level * usual,
        quiet_for=start - history.last if history.last is not None and history.quiet > QUIET_WEIGHT else None,
    )


class _Week:
    """The learned week at a moment, as rates in articles an hour; an hour is looked at only when it is asked for."""

    def __init__(self, history: History, now: float, zone: tzinfo, rhythm: Rhythm) -> None:
        self.now, self.zone = now, zone
        self._bins = history.bins
        self._newest = _weight(now, history.base)
        oldest = _weight(history.since, history.base)
        # What was watched, in hours that weigh as much as an article in them would.
        watched = (self._newest - oldest) * MEMORY / HOUR / math.log(2)
        first_rate = (TARGET * HOUR / rhythm.default_interval) ** 2
        total = sum(history.bins)
        self.mean = (total + FIRST_ARTICLES * oldest) / (watched + FIRST_ARTICLES * oldest / first_rate)
        local = datetime.fromtimestamp(now, zone)
        self.this_hour = 24 * local.weekday() + local.hour
        span = (now - history.since) / HOUR
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
        return sum(self.rate(hour) * (until - at) / HOUR for at, until, hour in _hours(start, end, self.zone))

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


def _level(history: History) -> float:
    """How busy these days are against the learned week."""
    days = (LEVEL_WEIGHT + history.found) / (LEVEL_WEIGHT + history.due)
    asleep = QUIET_WEIGHT / (QUIET_WEIGHT + history.quiet)
    return min(max(days * asleep, LEAST_LEVEL), MOST_LEVEL)


def _burst(history: History, usual: float) -> float:
    """Articles an hour that are to be expected at once because more came than the hour explains."""
    over = history.burst - max(BURST_FROM, 2 * usual * BURST_MEMORY / HOUR)
    return BURST_SHARE * over * HOUR / BURST_MEMORY if over > 0 else 0.0


def _hours(start: float, end: float, zone: tzinfo) -> Iterator[tuple[float, float, int]]:
    """The time between two moments cut at the full hours of the zone: begin, end, hour of the week."""
    at = start
    while at < end:
        local = datetime.fromtimestamp(at, zone)
        until = at + HOUR - 60 * local.minute - local.second - local.microsecond / 1e6
        yield at, min(until, end), 24 * local.weekday() + local.hour
        at = until


def _put(bins: list[float], start: float, end: float, zone: tzinfo, weight: float) -> None:
    """Adds an article that came at some time between two moments."""
    if end <= start:
        local = datetime.fromtimestamp(start, zone)
        hour = 24 * local.weekday() + local.hour
        bins[hour] = round(bins[hour] + weight, _DIGITS)
        return
    for at, until, hour in _hours(start, end, zone):
        bins[hour] = round(bins[hour] + weight * (until - at) / (end - start), _DIGITS)


def _weight(at: float, base: float) -> float:
    return float(2.0 ** ((at - base) / MEMORY))


def _rebased(history: History, base: float) -> History:
    """The same history with weights that are small numbers again."""
    scale = _weight(history.base, base)
    return replace(history, base=base, bins=[round(weight * scale, _DIGITS) for weight in history.bins])


def _is_day_only(date: datetime, zone: tzinfo) -> bool:
    """Whether a date is midnight to the second: sites that tell only the day are read so."""
    local = date.astimezone(zone)
    return not (local.hour or local.minute or local.second)


def _without_stragglers(ordered: list[tuple[float, bool]]) -> list[tuple[float, bool]]:
    """The dates without the few oldest ones that a list keeps on top: a notice of last year beside today's news."""
    kept = ordered
    while len(kept) > 2 * MIN_DATED and kept[1][0] - kept[0][0] > kept[-1][0] - kept[1][0]:
        kept = kept[1:]
    return kept
