"""Our own network goes down and comes back, with real polls of a local server under many names."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from structlog.testing import capture_logs

from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource, Source
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.services import sourcing
from feedbot.services.polling import Poller
from feedbot.storage import sources
from feedbot.storage.database import Database
from misbehaving import MisbehavingServer, answer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)
FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Town</title>'
    b"<item><title>Story</title><link>http://town.example/1</link></item></channel></rss>"
)
SITES = "abcdef"


class Names(AbstractResolver):
    """Every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Holds nothing."""


@dataclass
class House:
    """A poller with six sites behind a line, and one source in its own network."""

    database: Database
    poller: Poller
    server: MisbehavingServer
    now: datetime = NOW

    def line_is(self, state: str) -> None:
        """Puts the line `up` or `down`: then every connection breaks before an answer comes."""
        self.server.routes["/feed"] = answer(200, FEED) if state == "up" else b""

    async def poll(self, *ids: str) -> list[str]:
        """The outcomes of polls, one after the other."""
        outcomes = []
        for source_id in ids:
            self.now += timedelta(seconds=2)
            leased = await self.poller.claim_one(source_id)
            assert leased is not None
            outcomes.append((await self.poller.poll(leased)).outcome)
        return outcomes

    async def source(self, source_id: str) -> Source:
        async with self.database.read() as connection:
            found = await sources.get(connection, source_id)
        assert found is not None
        return found


@pytest.fixture
async def house(sqlite: Database) -> AsyncIterator[House]:
    limits = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=(ip_network("127.0.0.0/8"),))
    async with MisbehavingServer({"/lan": answer(200, FEED)}) as server, Fetcher(limits, resolver=Names()) as fetcher:
        made: House
        poller = Poller(sqlite, fetcher, RHYTHM, owner="test", now=lambda: made.now, jitter=lambda: 0.5)
        made = House(sqlite, poller, server)
        made.line_is("up")
        urls = {site: f"http://www.{site}.example:{server.port}/feed" for site in SITES}
        urls["lan"] = server.url("/lan")
        declared = [DeclaredSource(id=name, title=name, url=url, type="feed") for name, url in urls.items()]
        await sourcing.reconcile(sqlite, declared, NOW)
        await made.poll(*urls)
        yield made


async def test_an_outage_of_ours_counts_against_nobody_not_even_those_who_met_it_first(house: House) -> None:
    house.line_is("down")
    outcomes = await house.poll("a", "lan", "b", "c", "d", "lan", "e", "f")
    assert outcomes == ["failed", "unchanged", "failed", "offline", "offline", "unchanged", "offline", "offline"]
    for site in SITES:
        source = await house.source(site)
        assert (source.failures, source.failing_since, source.health) == (0, None, "ok")
        assert source.plan_reason.startswith("Our own network seems to be down: tried again")
        assert source.next_poll_at is not None
        assert timedelta(0) < source.next_poll_at - house.now <= timedelta(minutes=10)
    assert house.poller.counts["offline"] == 4


async def test_its_begin_and_its_end_are_told_once(house: House) -> None:
    with capture_logs() as logged:
        house.line_is("down")
        await house.poll(*SITES)
        house.now += timedelta(minutes=5)
        await house.poll(*SITES)
        assert house.poller.network.describe() == (
            "Most sites cannot be reached since 2026-11-24 12:00 UTC: our own network seems down."
        )
        house.line_is("up")
        house.now += timedelta(minutes=5)
        assert await house.poll(*SITES) == ["unchanged"] * 6
    told = [(one["event"], one["log_level"]) for one in logged if one["event"].startswith("own_network")]
    assert told == [("own_network_down", "warning"), ("own_network_back", "info")]
    assert house.poller.network.describe() == "Sites can be reached."
    assert (await house.source("a")).health == "ok"


async def test_one_site_that_is_down_is_its_own_trouble_however_often_it_fails(house: House) -> None:
    house.line_is("down")
    assert await house.poll("a", "a", "a", "a") == ["failed"] * 4
    assert (await house.source("a")).failures == 4
