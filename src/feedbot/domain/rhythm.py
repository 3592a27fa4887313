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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from feedbot.domain.week import (
    DAY,
    DIGITS,
    HOUR,
    MEMORY,
    TARGET,
    WEEK_HOURS,
    Rhythm,
    Week,
    hours_between,
    put,
    weight_at,
)

LONGEST_HISTORY = 180 * DAY  # how far back the dates of a first list are believed to tell something
LEVEL_MEMORY = 3 * DAY
LEVEL_WEIGHT = 4.0  # articles that the learned week counts as against the last days
QUIET_WEIGHT = 6.0  # articles that had to come and did not, until a source counts as half asleep
LEAST_LEVEL, MOST_LEVEL = 0.02, 4.0
BURST_MEMORY = HOUR
BURST_SHARE = 1.0  # of the articles over what the hour explains, how many are believed to have a successor
BURST_FROM = 1.0  # articles within that memory: one alone is no burst
WAKING = 4.0  # times the rate of now, at which a later hour is called the end of a quiet time
MIN_DATED = 3


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
            "found": round(self.found, DIGITS),
            "due": round(self.due, DIGITS),
            "quiet": round(self.quiet, DIGITS),
            "burst": round(self.burst, DIGITS),
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
    past = sorted(date for date in dates if date and date <= now)
    history = History(since=end, base=end, at=end, last=past[-1].timestamp() if past else None)
    recent = [date for date in past if date.timestamp() > end - LONGEST_HISTORY]
    known = _without_stragglers([(date.timestamp(), _is_day_only(date, zone)) for date in recent])
    if len(known) >= MIN_DATED:
        bins = [0.0] * WEEK_HOURS
        for at, is_day_only in known[1:]:  # the oldest only says when the list begins
            put(bins, at, at + DAY if is_day_only else at, zone, weight_at(at, end))
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
    week = _week(history, end, zone, rhythm)
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
        week = _week(learned, end, zone, rhythm)
    return learned, _next_visit(learned, week, rhythm, over)


def first_visit(history: History, now: datetime, zone: tzinfo, rhythm: Rhythm) -> Visit:
    """The next visit after the one from whose list `history` was begun."""
    return _next_visit(history, _week(history, now.timestamp(), zone, rhythm), rhythm, 0.0)


def _with_articles(history: History, published: Iterable[datetime | None], before: float, zone: tzinfo) -> History:
    bins, last = list(history.bins), history.last or 0.0
    for date in published:
        start, stop = _came(date, before, history.at, zone)
        put(bins, start, stop, zone, weight_at(stop, history.base))
        last = max(last, stop)
    return replace(history, bins=bins, last=last)


def _came(date: datetime | None, before: float, now: float, zone: tzinfo) -> tuple[float, float]:
    """Between which moments an article came that was found now and not at the visit before."""
    if date and before - HOUR <= (at := date.timestamp()) <= now and not _is_day_only(date, zone):
        return at, at
    return max(before, now - DAY), now


def _next_visit(history: History, week: Week, rhythm: Rhythm, burst: float) -> Visit:
    """The moment at which enough is to be expected, within the bounds."""
    start, usual, level = week.now, week.rate(week.this_hour), _level(history)
    done = 0.0
    at, rate = start + rhythm.max_interval, 0.0
    for begins, until, hour in hours_between(start, at, week.zone):
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


def _week(history: History, now: float, zone: tzinfo, rhythm: Rhythm) -> Week:
    return Week(history.bins, history.since, history.base, now=now, zone=zone, rhythm=rhythm)


def _level(history: History) -> float:
    """How busy these days are against the learned week."""
    days = (LEVEL_WEIGHT + history.found) / (LEVEL_WEIGHT + history.due)
    asleep = QUIET_WEIGHT / (QUIET_WEIGHT + history.quiet)
    return min(max(days * asleep, LEAST_LEVEL), MOST_LEVEL)


def _burst(history: History, usual: float) -> float:
    """Articles an hour that are to be expected at once because more came than the hour explains."""
    over = history.burst - max(BURST_FROM, 2 * usual * BURST_MEMORY / HOUR)
    return BURST_SHARE * over * HOUR / BURST_MEMORY if over > 0 else 0.0


def _rebased(history: History, base: float) -> History:
    """The same history with weights that are small numbers again."""
    scale = weight_at(history.base, base)
    return replace(history, base=base, bins=[round(weight * scale, DIGITS) for weight in history.bins])


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
