"""A long day of real polls: poller, workers, SQLite and HTTP are the real ones, only the clock is moved."""

from __future__ import annotations

import itertools
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from sqlalchemy import select

from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.engine.workers import Workers
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.services import sourcing
from feedbot.services.polling import Poller
from feedbot.storage import sources
from feedbot.storage.database import Database
from feedbot.storage.tables import article, source
from misbehaving import Connection, MisbehavingServer, Request, answer

BEGIN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)
DAYS = 1.25
SPACING = 1.0
CRAWL_DELAY = 20.0
LATENCY = 0.3
HOURS_BETWEEN = {"news": 3.0, "daily": 24.0, "slow": 60.0}  # articles of a source, by the first word of its id
SITES = {
    # Three hosts of one site; a site whose pages ask for a delay; one that refuses who comes too often; one that naps.
    "town.example": ("news-a@www", "slow-a@blog", "daily-a@www", "slow-b@blog", "slow-c@cdn"),
    "pages.example": ("daily-page-a@www", "slow-page-b@www"),
    "strict.example": ("news-strict@www",),
    "naps.example": ("daily-naps@www", "slow-naps@www"),
    "moved.example": ("daily-moved@old",),
}
STRICT_GAP, STRICT_WAIT = 1200.0, 3600.0
NAP = (20 * 3600.0, 22 * 3600.0)


class Names(AbstractResolver):
    """Every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Holds nothing."""


@dataclass
class World:
    """The sites, the time in seconds since the begin, and who asked when: (start, end, host, path) by site."""

    at: float = 0.0
    asked: dict[str, list[tuple[float, float, str, str]]] = field(default_factory=lambda: defaultdict(list))
    refused: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.at)

    def clock(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds

    async def serve(self, request: Request, connection: Connection) -> None:
        host = request.headers["host"].partition(":")[0]
        site = ".".join(host.split(".")[-2:])
        start = self.at
        self.at += LATENCY
        before = [entry for entry in self.asked[site] if entry[3] == request.path]
        self.asked[site].append((start, self.at, host, request.path))
        await connection.send(self.reply(request, host, site, before[-1][0] if before else None))

    def reply(self, request: Request, host: str, site: str, before: float | None) -> bytes:
        if request.path == "/robots.txt":
            delay = f"User-agent: *\nCrawl-delay: {CRAWL_DELAY:.0f}\n" if site == "pages.example" else ""
            return answer(200, delay.encode(), "Content-Type: text/plain", "Cache-Control: max-age=86400")
        if site == "strict.example" and before is not None and self.at - before < STRICT_GAP:
            self.refused.append(self.at)
            return answer(429, b"", f"Retry-After: {STRICT_WAIT:.0f}")
        if site == "naps.example" and NAP[0] <= self.at < NAP[1]:
            return answer(503, b"")
        if host.startswith("old."):
            target = f"http://{host.replace('old.', 'new.')}:{request.headers['host'].partition(':')[2]}{request.path}"
            return answer(301, b"", f"Location: {target}")
        return listed(request, self.at)


def moments(name: str, at: float) -> list[float]:
    """When the source has published by then, the newest twenty, oldest first."""
    step = HOURS_BETWEEN[name.partition("-")[0]] * 3600
    first = sum(map(ord, name)) * 97 % step  # each at its own minute
    last = int((at - first) // step)
    return [first + number * step for number in range(last - 19, last + 1)]


def listed(request: Request, at: float) -> bytes:
    name = request.path.strip("/")
    items = [(moment, f"{name} of {moment:.0f}") for moment in moments(name, at)]
    tag = f'"{items[-1][0]:.0f}"'
    if request.headers.get("if-none-match") == tag:
        return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag.encode() + b"\r\n\r\n"
    if "-page-" in name:
        rows = "".join(
            f'<li><a href="/{name}/{moment:.0f}">{title}</a> <time>{BEGIN + timedelta(seconds=moment):%Y-%m-%d %H:%M}'
            "</time></li>"
            for moment, title in reversed(items)
        )
        body = f"<!doctype html><html><body><ul>{rows}</ul></body></html>"
        return answer(200, body.encode(), "Content-Type: text/html; charset=utf-8", f"ETag: {tag}")
    entries = "".join(
        f"<item><title>{title}</title><guid>{title}</guid>"
        f"<pubDate>{format_datetime(BEGIN + timedelta(seconds=moment))}</pubDate></item>"
        for moment, title in reversed(items)
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title>{entries}</channel></rss>'
    return answer(200, body.encode(), "Content-Type: application/rss+xml", f"ETag: {tag}")


def declared(port: int) -> list[DeclaredSource]:
    made = []
    for site, names in SITES.items():
        for entry in names:
            name, _, host = entry.partition("@")
            select_ = {"list": "li", "title": "a", "date": "time"} if "-page-" in name else {}
            url = f"http://{host}.{site}:{port}/{name}"
            kind = "page" if select_ else "feed"
            options = SourceOptions(select=select_, full_text="never")
            made.append(DeclaredSource(id=name, title=name, url=url, type=kind, options=options))
    return made


@pytest.fixture
async def lived(sqlite: Database) -> AsyncIterator[tuple[World, Database]]:
    """Thirty hours later."""
    world = World()
    limits = FetchLimits(user_agent="feedbot-test", spacing=SPACING, allow_networks=(ip_network("127.0.0.0/8"),))
    async with MisbehavingServer() as server:
        for names in SITES.values():
            server.routes |= {f"/{name.partition('@')[0]}": world.serve for name in names}
        server.routes["/robots.txt"] = world.serve
        async with Fetcher(limits, resolver=Names(), clock=world.clock, sleep=world.sleep) as fetcher:
            poller = Poller(sqlite, fetcher, RHYTHM, owner="test", now=world.now, jitter=lambda: 0.5)
            workers = Workers(poller, 1)
            await sourcing.reconcile(sqlite, declared(server.port), BEGIN)
            while True:
                async with sqlite.read() as connection:
                    due = await sources.next_due(connection)
                assert due is not None
                world.at = max(world.at, (due - BEGIN).total_seconds())
                if world.at > DAYS * 86400:
                    break
                await workers.tick()
                await workers.idle()
            yield world, sqlite


async def test_real_polls_break_no_sites_wishes_and_lose_no_article(lived: tuple[World, Database]) -> None:
    world, database = lived
    for site, asked in world.asked.items():
        pages = [entry for entry in asked if entry[3] != "/robots.txt"]
        gaps = [after[0] - before[1] for before, after in itertools.pairwise(pages)]
        least = CRAWL_DELAY if site == "pages.example" else SPACING
        assert min(gaps) >= least - 1e-6, (site, min(gaps))
    strict = [entry[0] for entry in world.asked["strict.example"]]
    for refused in world.refused:
        assert not [at for at in strict if refused < at < refused + STRICT_WAIT - 1]
    async with database.read() as connection:
        stored = {row.title for row in await connection.execute(select(article.c.title))}
        states = {row.id: row for row in (await connection.execute(select(source)))}
    expected = {
        f"{name} of {moment:.0f}"
        for names in SITES.values()
        for name in (entry.partition("@")[0] for entry in names)
        for moment in moments(name, DAYS * 86400 - 3 * 3600)
        if moment > 0
    }
    assert expected - stored == set()
    assert states["daily-moved"].moved_to.startswith("http://new.moved.example")
    assert states["daily-naps"].failures == 0
    assert sum(map(len, world.asked.values())) < 0.4 * 144 * DAYS * len(states)
