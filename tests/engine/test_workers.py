"""Workers and clock over a real local server and a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource
from feedbot.engine.clock import Clock, Tick
from feedbot.engine.workers import Workers
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.services import sourcing
from feedbot.services.polling import Poller
from feedbot.storage import polls, sources
from feedbot.storage.database import Database
from misbehaving import Connection, MisbehavingServer, Request, answer

FEED = b'<rss version="2.0"><channel><title>T</title><item><title>A</title><guid>1</guid></item></channel></rss>'
RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)


@pytest.fixture
async def poller(sqlite: Database) -> AsyncIterator[Poller]:
    limits = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=(ip_network("127.0.0.0/8"),))
    async with Fetcher(limits) as fetcher:
        yield Poller(sqlite, fetcher, RHYTHM, owner="test")


async def declare(database: Database, *urls: str) -> None:
    declared = [DeclaredSource(id=f"s{n}", title=f"S{n}", url=url, type="feed") for n, url in enumerate(urls)]
    await sourcing.reconcile(database, declared, datetime.now(UTC))


async def outcomes(database: Database, count: int) -> list[str]:
    async with database.read() as connection:
        return [one.outcome for number in range(1, count + 1) for one in await polls.timeline(connection, number)]


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 (the other side is a server, which sets no event)
            await asyncio.sleep(0.005)


async def test_every_due_source_is_polled_once(sqlite: Database, poller: Poller) -> None:
    async with MisbehavingServer({"/f": answer(200, FEED)}) as server:
        await declare(sqlite, *(f"{server.url('/f')}?{number}" for number in range(20)))
        workers = Workers(poller, 4)
        while (await asyncio.gather(workers.tick(), workers.idle())) and len(server.requests) < 20:
            pass
        await workers.tick()
        await workers.idle()
    assert await outcomes(sqlite, 20) == ["ok"] * 20
    assert len(server.requests) == 20


async def test_a_slow_host_does_not_hold_up_the_others(sqlite: Database, poller: Poller) -> None:
    release = asyncio.Event()

    async def stuck(_: Request, connection: Connection) -> None:
        await release.wait()
        await connection.send(answer(200, FEED))

    async with MisbehavingServer({"/f": stuck}) as slow, MisbehavingServer({"/f": answer(200, FEED)}) as quick:
        local = quick.url("/f").replace("127.0.0.1", "localhost")
        await declare(sqlite, *(f"{slow.url('/f')}?{number}" for number in range(10)), local)
        workers = Workers(poller, 2)
        for _ in range(3):
            await workers.tick()
        await until(lambda: quick.requests)
        assert len(slow.requests) == 1  # one of its sources is asked, nine wait
        release.set()
        await workers.idle()
    assert sorted(await outcomes(sqlite, 11)) == ["ok"] * 11


async def test_stopping_ends_running_polls_and_gives_their_sources_back(sqlite: Database, poller: Poller) -> None:
    async def stuck(_: Request, connection: Connection) -> None:
        await connection.until_closed()

    async with MisbehavingServer({"/f": stuck}) as server:
        await declare(sqlite, *(f"{server.url('/f')}?{number}" for number in range(3)))
        workers = Workers(poller, 1)
        await workers.tick()
        await until(lambda: server.requests)
        await workers.stop(0.05)
        assert workers.running == 0
        await workers.tick()
        assert workers.queued == 0
    async with sqlite.write() as connection:
        assert len(await sources.lease_due(connection, "next", 9, datetime.now(UTC))) == 3


async def test_a_tick_that_fails_is_tried_again_and_others_go_on() -> None:
    seen: list[str] = []

    async def failing() -> None:
        seen.append("failing")
        raise ValueError("a defect")

    async def working() -> None:
        seen.append("working")

    clock = Clock((Tick("failing", 0.05, failing), Tick("working", 0.05, working)))
    assert not clock.is_alive
    clock.start()
    await until(lambda: seen.count("failing") > 1 and seen.count("working") > 1)
    assert clock.is_alive
    clock.stop()


async def test_a_tick_that_still_runs_is_not_started_again() -> None:
    running, most, ended = 0, 0, 0

    async def long() -> None:
        nonlocal running, most, ended
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.1)  # several intervals long, which is the point
        running -= 1
        ended += 1

    clock = Clock((Tick("long", 0.02, long),))
    clock.start()
    await until(lambda: ended >= 3)
    clock.stop()
    await until(lambda: running == 0)
    assert most == 1
