"""Polls per second: what judging and storing cost beside bare fetching and parsing."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import feedparser
import httpx
from httpx_aiohttp import AiohttpTransport

from bench import site
from bench.children import Child, Say, Stopwatch, child, folder
from bench.figures import Figure
from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.engine.workers import Workers
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.services import sourcing
from feedbot.services.polling import Poller
from feedbot.storage.database import Database
from feedbot.storage.upgrading import upgrade

_SECONDS_A_ROUND = 300.0
_INTERVAL = 300.0
_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class Size:
    """How many sources, on how many hosts, by how many workers (as many as feedbot has by default)."""

    sources: int = 1000
    hosts: int = 1000
    workers: int = 8


FULL = Size()
QUICK = Size(sources=100, hosts=100)


@dataclass(frozen=True, slots=True)
class Round:
    """One visit to every source: what the site shows then, and how each visit must come out, bare and by feedbot."""

    what: str
    version: int
    validators: bool
    bare: str
    ours: str


ROUNDS = (
    Round("20 new stories each", 1, validators=True, bare="ok", ours="ok"),
    Round("unchanged, says 304", 1, validators=True, bare="unchanged", ours="unchanged"),
    Round("unchanged, sends the same again", 1, validators=False, bare="ok", ours="unchanged"),
    Round("changed, one new story of 20", 2, validators=True, bare="ok", ours="ok"),
)


class _Visitor(Protocol):
    async def visit_all(self, one: Round) -> int:
        """Visits every source once; how many came out as they must."""


class _Bare:
    """The baseline: the same HTTP client without guard, queue or store, and feedparser for what comes."""

    def __init__(self, client: httpx.AsyncClient, urls: list[str], workers: int) -> None:
        self._client = client
        self._urls = urls
        self._workers = workers
        self._etags: dict[str, str] = {}

    async def visit_all(self, one: Round) -> int:
        left = iter(self._urls)
        found = await asyncio.gather(*(self._work(left) for _ in range(self._workers)))
        return sum(outcomes.count(one.bare) for outcomes in found)

    async def _work(self, urls: Iterator[str]) -> list[str]:
        return [await self._visit(url) for url in urls]

    async def _visit(self, url: str) -> str:
        etag = self._etags.get(url)
        answer = await self._client.get(url, headers={"If-None-Match": etag} if etag else {})
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return "unchanged"
        self._etags[url] = answer.headers.get("etag", "")
        return "ok" if len(feedparser.parse(answer.content).entries) == site.ITEMS else "failed"


class _Feedbot:
    """The measured parts: fetcher, poller and workers as `feedbot run` joins them, on a clock that is moved on."""

    def __init__(self, database: Database, fetcher: Fetcher, size: Size) -> None:
        self._size = size
        self._moved = timedelta()
        rhythm = Rhythm(min_interval=_INTERVAL, max_interval=_INTERVAL, default_interval=_INTERVAL)
        self._poller = Poller(database, fetcher, rhythm, owner="bench", now=self._now)
        self._workers = Workers(self._poller, size.workers)

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._moved

    async def visit_all(self, one: Round) -> int:
        self._moved += timedelta(seconds=4 * _INTERVAL)  # far enough that all are due, and none twice
        before = dict(self._poller.counts)
        until = sum(before.values()) + self._size.sources
        while sum(self._poller.counts.values()) < until:
            await self._workers.tick()
            await self._workers.idle()
        return self._poller.counts[one.ours] - before[one.ours]


async def measure(size: Size, say: Say) -> list[Figure]:
    """Wall and processor time of four rounds over all sources, with feedbot and bare."""
    async with child("bench.site") as served:
        urls = [site.address(number, served.ready["port"], hosts=size.hosts) for number in range(size.sources)]
        say(f"{size.sources} sources, bare ...")
        async with httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False, timeout=20) as client:
            visitor = _Bare(client, urls, size.workers)
            bare = [await _time(served, one, visitor, size.sources) for one in ROUNDS]
        say(f"{size.sources} sources, feedbot ...")
        ours = await _with_feedbot(served, urls, size)
    return [figure for ran in zip(ROUNDS, ours, bare, strict=True) for figure in _figures(*ran, size.sources)]


async def _with_feedbot(served: Child, urls: list[str], size: Size) -> list[Stopwatch]:
    limits = FetchLimits(user_agent="feedbot-bench", spacing=0, allow_networks=(_LOOPBACK,))
    with folder() as place:
        database = Database(f"sqlite:///{place}/feedbot.db")
        try:
            await upgrade(database)
            await sourcing.reconcile(database, _declared(urls), datetime.now(UTC))
            async with Fetcher(limits) as fetcher:
                feedbot = _Feedbot(database, fetcher, size)
                return [await _time(served, one, feedbot, size.sources) for one in ROUNDS]
        finally:
            await database.close()


def _declared(urls: list[str]) -> list[DeclaredSource]:
    options = SourceOptions(categories=("News/Town",))
    return [
        DeclaredSource(id=f"town-{number}", title=f"Town {number}", url=url, options=options)
        for number, url in enumerate(urls)
    ]


async def _time(served: Child, one: Round, visitor: _Visitor, sources: int) -> Stopwatch:
    await served.ask(version=one.version, validators=one.validators)
    watch = Stopwatch()
    async with asyncio.timeout(_SECONDS_A_ROUND):
        right = await visitor.visit_all(one)
    took = watch.stop()
    if right != sources:
        raise ValueError(f"{one.what}: {sources - right} of {sources} visits did not come out as they must")
    return took


def _figures(one: Round, ours: Stopwatch, bare: Stopwatch, sources: int) -> list[Figure]:
    what = "httpx over aiohttp" if one.bare == "unchanged" else "httpx over aiohttp, feedparser"
    return [
        Figure(one.what, "polls/s", sources / ours.wall, sources / bare.wall, what),
        Figure(one.what, "CPU ms a poll", 1000 * ours.cpu / sources, 1000 * bare.cpu / sources, what),
    ]
