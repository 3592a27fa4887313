"""Portals that misbehave: each fault is classed and explained, costs nothing but this poll, and the last good stays."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.services import sourcing
from feedbot.services.polling import Poller
from feedbot.storage import articles, sources
from feedbot.storage.database import Database
from feedbot.storage.tables import held_article
from misbehaving import Connection, MisbehavingServer, Request, answer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
GOOD = b'<rss version="2.0"><channel><title>T</title><item><title>Good</title><guid>1</guid></item></channel></rss>'
XML_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss ['
    b'<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><rss><channel><title>&j;</title></channel></rss>"
)
XML_FILE = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<rss version="2.0"><channel><title>&x;</title></channel></rss>'
)

Handler = Callable[[Request, Connection], Awaitable[None]]


async def slow(_: Request, connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss")
    await connection.until_closed()


async def endless(_: Request, connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await connection.send(b"<item>" * 1000)


CASES: dict[str, tuple[bytes | Handler, str]] = {
    "slow": (slow, "timeout"),
    "endless": (endless, "too_large"),
    "shorter than it says": (answer(200, GOOD, length=len(GOOD) + 50), "connect"),
    "a zip bomb": (answer(200, gzip.compress(b"0" * 60_000_000), "Content-Encoding: gzip"), "too_large"),
    "an XML bomb": (answer(200, XML_BOMB), "not_parseable"),
    "an XML file thief": (answer(200, XML_FILE), "not_parseable"),
    "a redirect to this machine": (answer(302, b"", "Location: http://127.0.0.53:{port}/secret"), "blocked_address"),
    "a redirect to the metadata server": (
        answer(302, b"", "Location: http://169.254.169.254/latest/meta-data/"),
        "blocked_address",
    ),
    "a redirect in a circle": (answer(302, b"", "Location: /feed"), "redirects"),
    "an error page": (answer(500, b"<h1>Oops</h1>"), "http"),
    "nothing at all": (b"", "connect"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "connect"),
    "binary": (answer(200, bytes(range(256)) * 40), "not_parseable"),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_portal_that_is(case: str, sqlite: Database) -> None:
    behaviour, kind = CASES[case]
    limits = FetchLimits(
        user_agent="feedbot-test",
        spacing=0,
        read_timeout=0.5,
        total_timeout=5,
        max_bytes=1_000_000,
        max_inflated=5_000_000,
        allow_networks=(ip_network("127.0.0.1/32"),),
    )
    rhythm = Rhythm(min_interval=0.001, max_interval=86400, default_interval=0.001)
    async with MisbehavingServer() as server, Fetcher(limits) as fetcher:
        server.routes["/feed"] = answer(200, GOOD)
        declared = DeclaredSource(id="town", title="Town", url=server.url("/feed"), type="feed")
        await sourcing.reconcile(sqlite, [declared], NOW)
        poller = Poller(sqlite, fetcher, rhythm, owner="test")
        first = await poller.claim_one("town")
        assert first is not None
        assert (await poller.poll(first)).outcome == "ok"
        if isinstance(behaviour, bytes):
            behaviour = behaviour.replace(b"{port}", str(server.port).encode())
        server.routes["/feed"] = behaviour
        second = await poller.claim_one("town")
        assert second is not None
        async with asyncio.timeout(15):
            record = await poller.poll(second)
    assert (record.outcome, record.error_kind) == ("failed", kind)
    assert record.error_text
    assert "Traceback" not in record.error_text
    async with sqlite.read() as connection:
        assert [article.title for article in await articles.latest(connection, source="town")] == ["Good"]
        source = await sources.get(connection, "town")
    assert source is not None
    assert source.failures == 1
    assert source.next_poll_at is not None


async def test_what_json_can_say_and_no_database_can_hold_is_left_out(database: Database) -> None:
    items = [
        {"id": "1", "title": "Good"},
        {"id": "2\ud800", "title": "A\0\ud800B", "tags": ["\0"], "url": "https://t.example/\0"},
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T\udc00", "items": items}).encode()
    limits = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=(ip_network("127.0.0.1/32"),))
    async with MisbehavingServer({"/feed": answer(200, body)}) as server, Fetcher(limits) as fetcher:
        await sourcing.reconcile(database, [DeclaredSource(id="town", title="Town", url=server.url("/feed"))], NOW)
        poller = Poller(database, fetcher, Rhythm(300, 86400, 1800), owner="test")
        for new in (2, 0):
            server.routes["/feed"] = answer(200, body + b" " * new)  # the very same bytes would not be read again
            leased = await poller.claim_one("town")
            assert leased is not None
            record = await poller.poll(leased)
            assert (record.outcome, record.new, record.changed) == ("ok", new, 0)
    async with database.read() as connection:
        assert sorted(article.title for article in await articles.latest(connection)) == ["AB", "Good"]


async def test_an_article_that_cannot_be_stored_is_a_failure_that_shows_and_is_tried_again_later(
    sqlite: Database,
) -> None:
    async with sqlite.write() as connection:
        refuse = "CREATE TRIGGER poison BEFORE INSERT ON article BEGIN SELECT RAISE(ABORT, 'poison'); END"
        await connection.exec_driver_sql(refuse)
    limits = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=(ip_network("127.0.0.1/32"),))
    async with MisbehavingServer({"/feed": answer(200, GOOD)}) as server, Fetcher(limits) as fetcher:
        await sourcing.reconcile(sqlite, [DeclaredSource(id="town", title="Town", url=server.url("/feed"))], NOW)
        poller = Poller(sqlite, fetcher, Rhythm(300, 86400, 1800), owner="test")
        leased = await poller.claim_one("town")
        assert leased is not None
        record = await poller.poll(leased)
    assert (record.outcome, record.error_kind) == ("failed", "fault")
    async with sqlite.read() as connection:
        source = await sources.get(connection, "town")
    assert source is not None
    assert (source.failures, source.lease_owner) == (1, None)
    assert source.next_poll_at is not None
    assert source.next_poll_at > NOW


async def test_what_is_stored_and_cannot_be_understood_is_a_failure_that_shows_too(sqlite: Database) -> None:
    """A held article of another program, say."""
    limits = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=(ip_network("127.0.0.1/32"),))
    async with MisbehavingServer({"/feed": answer(200, GOOD)}) as server, Fetcher(limits) as fetcher:
        await sourcing.reconcile(sqlite, [DeclaredSource(id="town", title="Town", url=server.url("/feed"))], NOW)
        async with sqlite.write() as connection:
            await sources.set_redesign(connection, 1, {"since": NOW.isoformat()})
            row = {"source_number": 1, "key": b"k", "draft": {"text": "odd"}, "found_at": NOW}
            await connection.execute(held_article.insert(), row)
        poller = Poller(sqlite, fetcher, Rhythm(300, 86400, 1800), owner="test")
        leased = await poller.claim_one("town")
        assert leased is not None
        record = await poller.poll(leased)
    assert (record.outcome, record.error_kind) == ("failed", "fault")
    async with sqlite.read() as connection:
        source = await sources.get(connection, "town")
    assert source is not None
    assert (source.failures, source.lease_owner) == (1, None)
