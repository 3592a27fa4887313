"""A simulated internet: sites that publish, fail, move and defend themselves, on a clock that a caller moves.

Everything follows from a seed. A site keeps watch over its visitors: who comes too soon after the last request, before
the robots.txt delay or the Retry-After is over, is counted in `breaches`.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday; the clocks of Europe change within the month
HOUR = 3600.0
DAY = 24 * HOUR
BEFORE = 120 * DAY  # of publishing before the watch begins: what the first lists show
SPACING = 1.0
_ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Tokyo")

Rate = Callable[[datetime], float]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request brings: `kind` is `ok`, `unchanged` or an error class with its `status`.

    `requests` is how many it took with its redirects, `seconds` how long, `found` the articles that it showed for the
    first time, as indexes of the feed's `published`; `permanent` says that a 301 led to them.
    """

    kind: str
    seconds: float
    status: int | None = None
    requests: int = 1
    found: range = range(0)
    retry_after: float | None = None
    max_age: float | None = None
    permanent: bool = False


@dataclass(slots=True)
class Feed:
    """One source of a site.

    `published` are seconds since `BEGIN`, `visible` when each shows in the list (a cache in between may keep it back),
    `length` how many it shows at once. `shown` counts those that somebody has seen, `lost` has those that nobody could.
    """

    name: str
    pattern: str
    zone: str
    published: list[float]
    visible: list[float]
    length: int = 25
    is_dated: bool = True
    has_etag: bool = True
    max_age: float | None = None
    ttl: float | None = None
    moves_at: float = math.inf
    move: int = 301
    redesigned: tuple[float, float] = (math.inf, math.inf)
    least_gap: float = 0.0  # a visit sooner than this after the last is answered with 429
    shown: int = 0
    asked_at: float = -math.inf
    lost: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Site:
    """A registrable domain with its feeds, its troubles and its memory of who asked when."""

    name: str
    feeds: list[Feed] = field(default_factory=list)
    latency: float = 0.4
    delay: float = 0.0  # robots.txt
    down: list[tuple[float, float, str]] = field(default_factory=list)
    last_end: float = -math.inf
    closed_until: float = -math.inf
    breaches: int = 0

    def trouble(self, at: float) -> str | None:
        """The class of error that a request meets at this time; None if the site works."""
        place = bisect_right(self.down, (at, math.inf, "")) - 1
        return self.down[place][2] if place >= 0 and at < self.down[place][1] else None

    def ask(self, feed: Feed, at: float, *, moved: bool) -> Answer:
        """The answer to a visit at `at`; `moved` says that the feed's new address is asked."""
        self.breaches += at < self.last_end + max(SPACING, self.delay) - 1e-6 or at < self.closed_until - 1e-6
        answer = self._answer(feed, at, moved=moved)
        self.last_end = at + answer.seconds
        feed.asked_at = at
        return answer

    def _answer(self, feed: Feed, at: float, *, moved: bool) -> Answer:
        trouble = self.trouble(at)
        if trouble in {"dns", "connect"}:
            return Answer(trouble, 0.1)
        if trouble == "timeout":
            return Answer("timeout", 20.0)
        if trouble == "unavailable":
            self.closed_until = max(self.closed_until, at + self.latency + HOUR / 2)
            return Answer("http", self.latency, 503, retry_after=HOUR / 2)
        if trouble:
            return Answer("http", self.latency, int(trouble))
        if at - feed.asked_at < feed.least_gap:
            self.closed_until = at + self.latency + HOUR
            return Answer("http", self.latency, 429, retry_after=HOUR)
        return self._list(feed, at, moved=moved)

    def _list(self, feed: Feed, at: float, *, moved: bool) -> Answer:
        is_led = at >= feed.moves_at and not moved
        if is_led and at > feed.moves_at + (3 * DAY if feed.move == 302 else 10 * DAY):
            if feed.move == 301:
                return Answer("http", self.latency, 404)  # the old address is switched off in the end
            is_led = False
        requests, seconds = (2, 2 * self.latency + SPACING) if is_led else (1, self.latency)
        permanent = is_led and feed.move == 301
        if feed.redesigned[0] <= at < feed.redesigned[1]:
            return Answer("not_parseable", seconds, 200, requests)
        count = bisect_right(feed.visible, at)
        found = range(max(feed.shown, count - feed.length), count)
        feed.lost.update(one for one in range(feed.shown, found.start) if feed.published[one] > 0)
        feed.shown = count
        kind = "ok" if found or not feed.has_etag else "unchanged"
        status = 200 if kind == "ok" else 304
        return Answer(kind, seconds, status, requests, found, max_age=feed.max_age, permanent=permanent)


@dataclass(frozen=True, slots=True)
class Internet:
    """All sites, and when the line of the visitor itself is down."""

    sites: list[Site]
    outages: list[tuple[float, float]]
    days: float

    def is_cut_off(self, at: float) -> bool:
        """Whether the visitor's own line is down."""
        return any(start <= at < end for start, end in self.outages)

    def feeds(self) -> Iterator[tuple[Site, Feed]]:
        """Every feed with its site."""
        for site in self.sites:
            for feed in site.feeds:
                yield site, feed


def build(sources: int, days: float, seed: int, prefix: str = "") -> Internet:
    """An internet of so many sources for so many days, the same for the same seed; names begin with `prefix`."""
    random_ = random.Random(seed)
    sites: list[Site] = []
    number = 0
    while number < sources:
        size = min(random_.choice((1, 1, 1, 1, 2, 2, 3, 6)), sources - number)
        site = _site(f"{prefix}site{len(sites)}.example", days, random_)
        zone = random_.choice(_ZONES)
        site.feeds = [_feed(f"{prefix}s{number + one}", zone, days, random_) for one in range(size)]
        sites.append(site)
        number += size
    outages = [
        (day * DAY + 9 * HOUR, day * DAY + 9 * HOUR + long) for day, long in ((3, 2400), (11, 3 * HOUR), (19, 7 * HOUR))
    ]
    return Internet(sites, [outage for outage in outages if outage[1] < days * DAY], days)


def _site(name: str, days: float, random_: random.Random) -> Site:
    site = Site(name, latency=random_.uniform(0.1, 1.2))
    kind = random_.random()
    if kind < 0.05:
        site.latency = random_.uniform(5, 15)
    elif kind < 0.15:  # flaky
        times = sorted(random_.uniform(0, days * DAY) for _ in range(int(4 * days)))
        errors = ("timeout", "connect", "500", "502", "dns")
        site.down = _apart([(at, at + random_.uniform(20, 600), random_.choice(errors)) for at in times])
    elif kind < 0.20:  # a bad day
        at = random_.uniform(0, 0.8 * days) * DAY
        site.down = [(at, at + random_.uniform(2, 12) * HOUR, random_.choice(("500", "timeout", "dns", "403")))]
    elif kind < 0.24:  # closed for maintenance each night, and says until when
        site.down = [(day * DAY + 2 * HOUR, day * DAY + 3 * HOUR, "unavailable") for day in range(int(days))]
    elif kind < 0.30:
        site.delay = random_.choice((10.0, 30.0))
    return site


def _apart(windows: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """The windows, in order, none reaching into the next."""
    ends = [start for start, _, _ in windows[1:]] + [math.inf]
    return [(start, min(end, following), error) for (start, end, error), following in zip(windows, ends, strict=True)]


def _feed(name: str, zone: str, days: float, random_: random.Random) -> Feed:
    pattern = random_.choices([*PATTERNS], [share for share, _ in PATTERNS.values()])[0]
    published = PATTERNS[pattern][1](days, ZoneInfo(zone), random_)
    feed = Feed(name, pattern, zone, published, published)
    feed.length = (
        random_.choice((15, 20, 25, 30, 50)) if pattern not in {"hourly news", "bursty"} else random_.choice((50, 80))
    )
    feed.shown = max(bisect_right(published, 0.0) - feed.length, 0)
    feed.is_dated = random_.random() > 0.15
    feed.has_etag = random_.random() < 0.75
    kind = random_.random()
    if kind < 0.08:
        feed.max_age = random_.choice((120.0, 300.0, 600.0, 900.0))
        late = random_.uniform(0, feed.max_age)
        feed.visible = [math.ceil((at - late) / feed.max_age) * feed.max_age + late for at in published]
    elif kind < 0.12:
        feed.ttl = random_.choice((900.0, 1800.0, 3600.0))
    elif kind < 0.15:
        feed.least_gap = 590.0
    elif kind < 0.20:
        feed.moves_at, feed.move = random_.uniform(0.1, 0.5) * days * DAY, random_.choice((301, 302))
    elif kind < 0.23:
        at = random_.uniform(0.2, 0.8) * days * DAY
        feed.redesigned = (at, at + random_.uniform(0.1, 0.5) * DAY)
    return feed


def _poisson(days: float, zone: ZoneInfo, most: float, rate: Rate, random_: random.Random) -> list[float]:
    """Moments of a process whose rate (articles an hour, at most `most`) follows the clock of the zone."""
    times, at = [], -BEFORE
    while (at := at + random_.expovariate(most) * HOUR) < days * DAY:
        if random_.random() * most < rate((BEGIN + timedelta(seconds=at)).astimezone(zone)):
            times.append(at)
    return times


def _hourly_news(days: float, zone: ZoneInfo, random_: random.Random) -> list[float]:
    busy = random_.uniform(1.0, 3.0)

    def rate(at: datetime) -> float:
        by_hour = 1.0 if 7 <= at.hour < 20 else 0.5 if 20 <= at.hour < 23 else 0.12
        return busy * by_hour * (0.6 if at.weekday() >= 5 else 1.0)

    return _poisson(days, zone, busy, rate, random_)


def _mornings(days: float, zone: ZoneInfo, random_: random.Random) -> list[float]:
    start, busy = random_.choice((5, 6, 7, 8)), random_.uniform(1.0, 4.0)
    return _poisson(days, zone, busy, lambda at: busy if start <= at.hour < start + 3 else 0.0, random_)


def _office(days: float, zone: ZoneInfo, random_: random.Random) -> list[float]:
    busy = random_.uniform(0.2, 1.0)
    return _poisson(
        days,
        zone,
        busy,
        lambda at: busy if at.weekday() < 5 and 9 <= at.hour < 17 else 0.0,
        random_,
    )


def _weekly(days: float, zone: ZoneInfo, random_: random.Random) -> list[float]:
    busy = random_.uniform(0.5, 2.0) / 7 / 14
    return _poisson(days, zone, busy, lambda at: busy if 8 <= at.hour < 22 else 0.0, random_)


def _daily(days: float, zone: ZoneInfo, random_: random.Random) -> list[float]:
    hour = random_.uniform(5, 22)
    first = (BEGIN - timedelta(seconds=BEFORE)).astimezone(zone).replace(hour=0, minute=0)
    out = [
        first + timedelta(days=day, hours=hour + random_.uniform(-0.2, 0.2)) for day in range(int(days + BEFORE / DAY))
    ]
    return [(at - BEGIN).total_seconds() for at in out if random_.random() < 0.95]


def _dead(_days: float, _zone: ZoneInfo, random_: random.Random) -> list[float]:
    last = -random_.uniform(20, 110) * DAY
    return [last - one * random_.uniform(1, 3) * DAY for one in reversed(range(20))]


def _bursty(days: float, zone: ZoneInfo, random_: random.Random) -> list[float]:
    times = _poisson(days, zone, 0.08, lambda _: 0.04, random_)
    at = -BEFORE
    while (at := at + random_.expovariate(1 / 3.5) * DAY) < days * DAY:
        times += [at + random_.uniform(0, 3 * HOUR) for _ in range(random_.randint(6, 16))]
    return sorted(time for time in times if time < days * DAY)


PATTERNS: dict[str, tuple[float, Callable[[float, ZoneInfo, random.Random], list[float]]]] = {
    "hourly news": (0.15, _hourly_news),
    "mornings": (0.15, _mornings),
    "office hours": (0.20, _office),
    "weekly": (0.20, _weekly),
    "daily": (0.10, _daily),
    "dead": (0.12, _dead),
    "bursty": (0.08, _bursty),
}
