"""Workers with a real poller, database and server; no clock ticks but the ones that a test asks for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from sqlalchemy import select
from structlog.testing import capture_logs

from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource
from feedbot.engine.workers import Workers
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.services import sourcing
from feedbot.services.polling import Poller, utc_now
from feedbot.storage.database import Database
from feedbot.storage.tables import source
from misbehaving import Connection, MisbehavingServer, Request, answer

RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)
FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Town</title>'
    b"<item><title>Story</title><link>http://town.example/1</link></item></channel></rss>"
)


@pytest.fixture
async def server() -> AsyncIterator[MisbehavingServer]:
    async with MisbehavingServer({"/feed": answer(200, FEED)}) as served:
        yield served


@pytest.fixture
async def poller(sqlite: Database) -> AsyncIterator[Poller]:
    limits = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=(ip_network("127.0.0.0/8"),))
    async with Fetcher(limits) as fetcher:
        yield Poller(sqlite, fetcher, RHYTHM, owner="test")


async def declare(database: Database, server: MisbehavingServer, count: int) -> None:
    made = [DeclaredSource(id=f"town-{number}", title="Town", url=server.url("/feed")) for number in range(count)]
    await sourcing.reconcile(database, made, utc_now())


async def leased(database: Database) -> int:
    async with database.read() as connection:
        return len((await connection.execute(select(source.c.id).where(source.c.lease_owner.is_not(None)))).all())


async def test_workers_that_run_out_of_work_lease_what_else_is_due_without_waiting_for_the_clock(
    sqlite: Database, server: MisbehavingServer, poller: Poller
) -> None:
    await declare(sqlite, server, 11)
    workers = Workers(poller, 1)

    await workers.tick()
    first_lot = workers.queued
    await workers.idle()

    assert (first_lot, poller.counts["ok"], len(server.requests)) == (4, 11, 11)
    assert await leased(sqlite) == 0


async def test_a_stop_ends_polls_under_way_leases_no_more_and_gives_every_lease_back(
    sqlite: Database, server: MisbehavingServer, poller: Poller
) -> None:
    stopped = asyncio.Event()

    async def hang(_request: Request, connection: Connection) -> None:
        await workers.stop(patience=0)
        stopped.set()
        await connection.until_closed()

    server.routes["/feed"] = hang
    await declare(sqlite, server, 11)
    workers = Workers(poller, 1)

    await workers.tick()
    await workers.idle()
    async with asyncio.timeout(5):
        await stopped.wait()

    assert (len(server.requests), sum(poller.counts.values()), workers.running) == (1, 0, 0)
    assert await leased(sqlite) == 0


async def test_a_worker_that_is_done_takes_the_next_site_at_once(
    sqlite: Database, server: MisbehavingServer, poller: Poller
) -> None:
    made = [
        DeclaredSource(id=host.replace(".", "-"), title="Town", url=server.url("/feed").replace("127.0.0.1", host))
        for host in ("127.0.0.1", "localhost")
    ]
    await sourcing.reconcile(sqlite, made, utc_now())
    workers = Workers(poller, 1)

    await workers.tick()
    await workers.idle()

    assert poller.counts["ok"] == 2


async def test_a_source_that_falls_due_waits_behind_the_one_of_its_site_that_is_polled(
    sqlite: Database, server: MisbehavingServer, poller: Poller
) -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def slow(_request: Request, connection: Connection) -> None:
        asked.set()
        await release.wait()
        await connection.send(answer(200, FEED))

    server.routes["/feed"] = slow
    await declare(sqlite, server, 1)
    workers = Workers(poller, 4)

    await workers.tick()
    await asked.wait()
    await declare(sqlite, server, 2)
    await workers.tick()
    while_busy = (workers.running, workers.queued)
    release.set()
    await workers.idle()

    assert while_busy == (1, 1)
    assert poller.counts["ok"] == 2


async def test_hosts_of_one_registrable_domain_are_one_unit_of_work(sqlite: Database) -> None:
    names = ("www.town.example", "news.town.example", "other.example")
    made = [DeclaredSource(id=name.replace(".", "-"), title="T", url=f"http://{name}/feed") for name in names]
    await sourcing.reconcile(sqlite, made, utc_now())
    async with Fetcher(FetchLimits(user_agent="feedbot-test", spacing=0), resolver=Nowhere()) as fetcher:
        workers = Workers(Poller(sqlite, fetcher, RHYTHM, owner="test"), 8)
        await workers.tick()
        running = workers.running
        await workers.idle()

    assert running == 2


async def test_a_site_with_many_due_sources_keeps_no_other_out(
    sqlite: Database, server: MisbehavingServer, poller: Poller
) -> None:
    await declare(sqlite, server, 40)
    other = server.url("/feed").replace("127.0.0.1", "localhost")
    late = DeclaredSource(id="village", title="V", url=other)
    made = [DeclaredSource(id=f"town-{number}", title="Town", url=server.url("/feed")) for number in range(40)]
    await sourcing.reconcile(sqlite, [*made, late], utc_now())

    leased_first = await poller.claim(4)
    while_busy = await poller.claim(20, {server.origin.removeprefix("http://"): 8})

    assert "village" in {source.id for source in leased_first}
    assert while_busy == []


async def test_after_a_long_downtime_overdue_sources_are_spread_the_oldest_first_and_sites_in_turn(
    sqlite: Database, server: MisbehavingServer, poller: Poller
) -> None:
    await declare(sqlite, server, 100)

    assert await poller.level() == 68
    assert len(await poller.claim(500)) <= 32
    async with sqlite.read() as connection:
        moments = [row.next_poll_at for row in await connection.execute(select(source.c.next_poll_at))]
    assert 6 < (max(moments) - min(moments)).total_seconds() < 8


async def test_a_few_overdue_sources_are_polled_at_once(
    sqlite: Database, server: MisbehavingServer, poller: Poller
) -> None:
    await declare(sqlite, server, 5)

    assert await poller.level() == 0


class Nowhere(AbstractResolver):
    """Knows no name."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError(None, f"{host} is nowhere ({port}, {family})")

    async def close(self) -> None:
        """Holds nothing."""


async def test_leases_that_cannot_be_had_are_left_to_the_next_tick(
    sqlite: Database, server: MisbehavingServer, poller: Poller
) -> None:
    async def break_the_table(_request: Request, connection: Connection) -> None:
        if len(server.requests) == 4:
            await rename(sqlite, "source", "source_away")
        await connection.send(answer(200, FEED))

    server.routes["/feed"] = break_the_table
    await declare(sqlite, server, 11)
    workers = Workers(poller, 1)

    with capture_logs() as logged:
        await workers.tick()
        await workers.idle()
    polled_before = poller.counts["ok"]
    await rename(sqlite, "source_away", "source")
    await poller.release()
    await workers.tick()
    await workers.idle()

    assert (polled_before, poller.counts["ok"]) == (3, 11)
    assert "leasing_failed" in [one["event"] for one in logged]


async def rename(database: Database, before: str, after: str) -> None:
    async with database.write() as connection:
        await connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")
