"""Documents are fetched from servers that behave and from those that do not, and the outcome is always clear."""

from __future__ import annotations

import asyncio
import gzip
import random
import ssl
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import brotli
import pytest
import zstandard

from feedbot.errors import (
    BadUrl,
    ConnectFailed,
    DnsFailed,
    FetchError,
    HttpFailed,
    NotParseable,
    SourceGone,
    TimedOut,
    TlsFailed,
    TooLarge,
    TooManyRedirects,
)
from feedbot.fetching.client import Fetcher
from feedbot.fetching.headers import ACCEPT
from feedbot.fetching.model import Fetched, FetchLimits, Validators
from feedbot.fetching.transport import trusted_authorities
from fetching.conftest import FakeTime
from misbehaving import Connection, Handler, MisbehavingServer, Request, answer

DATA = Path(__file__).parent / "data"


async def test_a_document_comes_with_all_that_its_server_says(fetcher: Fetcher) -> None:
    reply = answer(
        200,
        "<p>安源</p>".encode("gbk"),
        "Content-Type: text/html; charset=GBK",
        'ETag: W/"a"',
        "Last-Modified: Sun, 01 Mar 2026 12:00:00 GMT",
        "Cache-Control: max-age=300",
        "Age: 100",
    )
    async with MisbehavingServer({"/list": reply}) as server:
        fetched = await fetcher.fetch(server.url("/list?page=1#top"))

    assert fetched == Fetched(
        url=server.url("/list?page=1#top"),
        final_url=server.url("/list?page=1"),
        status=200,
        body="<p>安源</p>".encode("gbk"),
        mime_type="text/html",
        charset="GBK",
        validators=Validators('W/"a"', "Sun, 01 Mar 2026 12:00:00 GMT"),
        permanent_url=None,
        max_age=200,
        seconds=fetched.seconds,
    )
    assert 0 < fetched.seconds < 5
    assert not fetched.not_modified


async def test_a_request_says_who_asks_and_nothing_more(fetcher: Fetcher) -> None:
    """No cookies of an earlier visit, no referrer, one user agent."""
    async with MisbehavingServer(
        {"/a": answer(302, b"", "Location: /b"), "/b": answer(200, b"ok", "Set-Cookie: id=2")}
    ) as server:
        await fetcher.fetch(server.url("/a"))
        await fetcher.fetch(server.url("/b"))

    assert [(request.method, request.target, dict(request.headers)) for request in server.requests] == [
        (
            "GET",
            path,
            {
                "host": f"127.0.0.1:{server.port}",
                "user-agent": "feedbot-test/1 (+https://example.org/bot)",
                "accept": ACCEPT,
                "accept-encoding": "gzip, deflate, br, zstd",
                "connection": "keep-alive",
            },
        )
        for path in ("/a", "/b", "/b")
    ]


async def test_validators_go_out_verbatim_and_a_304_is_news_of_no_news(fetcher: Fetcher) -> None:
    validators = Validators("W/\"x, 'y' é\"", "Sonntag, 1. March 2026")
    not_modified = b'HTTP/1.1 304 Not Modified\r\nETag: W/"z"\r\nCache-Control: max-age=900\r\n\r\n'
    async with MisbehavingServer({"/": not_modified}) as server:
        fetched = await fetcher.fetch(server.url("/"), validators=validators)

    headers = server.requests[0].headers
    assert headers["if-none-match"].encode("latin-1") == "W/\"x, 'y' é\"".encode()
    assert headers["if-modified-since"] == "Sonntag, 1. March 2026"
    assert fetched.not_modified
    assert (fetched.status, fetched.body, fetched.max_age) == (304, b"", 900)
    assert fetched.validators == Validators('W/"z"')


async def test_link_headers_are_told_by_relation(fetcher: Fetcher) -> None:
    reply = answer(
        200,
        b"ok",
        'Link: <https://hub.example/>; rel="hub", </feed.xml>; rel=self',
        "Link: <?page=2>; rel=next",
        "Link: <https://hub2.example/>; rel=hub",
    )
    async with MisbehavingServer({"/a/feed": reply, "/": answer(302, b"", "Location: /a/feed")}) as server:
        fetched = await fetcher.fetch(server.url("/"))

    assert fetched.links == {
        "hub": "https://hub.example/",
        "self": server.url("/feed.xml"),
        "next": server.url("/a/feed?page=2"),
    }


async def test_a_304_that_nobody_asked_for_is_a_failure(fetcher: Fetcher) -> None:
    async with MisbehavingServer({"/": answer(304)}) as server:
        with pytest.raises(HttpFailed, match="answers 304"):
            await fetcher.fetch(server.url("/"))


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
        ("none", bytes),
        ("GZIP", gzip.compress),
    ],
)
async def test_bodies_are_decompressed(coding: str, pack: Callable[[bytes], bytes], fetcher: Fetcher) -> None:
    async with MisbehavingServer({"/": answer(200, pack(b"hello " * 999), f"Content-Encoding: {coding}")}) as server:
        assert (await fetcher.fetch(server.url("/"))).body == b"hello " * 999


ODD_BUT_READABLE = {
    "reason phrase in GBK": b"HTTP/1.1 200 \xc8\xb7\xb6\xa8\r\nContent-Length: 5\r\n\r\nhello",
    "no reason phrase": b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.0 until the end": b"HTTP/1.0 200 OK\r\n\r\nhello",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
    "folded header": b"HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 5\r\n\r\nhello",
    "header in Latin-1": b"HTTP/1.1 200 OK\r\nX-A: caf\xe9\r\nContent-Length: 5\r\n\r\nhello",
    "header of 20 KB": b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 20_000 + b"\r\nContent-Length: 5\r\n\r\nhello",
    "broken cookie": b"HTTP/1.1 200 OK\r\nSet-Cookie: \xd6\xd0=\xce;;=\r\nContent-Length: 5\r\n\r\nhello",
    "hints before": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "chunks with extras": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: 1\r\n\r\n",
}


@pytest.mark.parametrize("case", ODD_BUT_READABLE)
async def test_an_odd_answer_that_browsers_read_is_read(case: str, fetcher: Fetcher) -> None:
    async with MisbehavingServer({"/": ODD_BUT_READABLE[case]}) as server:
        fetched = await fetcher.fetch(server.url("/"))

    assert (fetched.status, fetched.body) == (200, b"hello")


async def test_a_304_may_name_the_length_of_what_it_does_not_send(fetcher: Fetcher) -> None:
    async with MisbehavingServer({"/": answer(304, length=5000)}) as server:
        fetched = await fetcher.fetch(server.url("/"), validators=Validators('"a"'))

    assert (fetched.status, fetched.body) == (304, b"")


class TestRedirects:
    async def test_a_chain_of_permanent_ones_says_what_to_ask_for_from_now_on(self, fetcher: Fetcher) -> None:
        routes = {
            "/a": answer(301, b"moved", "Location: /b"),
            "/b": answer(308, b"", "Location: c?d=1"),
            "/c": answer(200, b"here"),
        }
        async with MisbehavingServer(routes) as server:
            fetched = await fetcher.fetch(server.url("/a"))

        assert (fetched.body, fetched.final_url, fetched.permanent_url) == (
            b"here",
            server.url("/c?d=1"),
            server.url("/c?d=1"),
        )

    @pytest.mark.parametrize("chain", [(301, 302), (302, 301), (307, 307), (303, 308)])
    async def test_one_that_is_not_permanent_makes_the_whole_chain_so(
        self, chain: tuple[int, int], fetcher: Fetcher
    ) -> None:
        routes = {
            "/a": answer(chain[0], b"", "Location: /b"),
            "/b": answer(chain[1], b"", "Location: /c"),
            "/c": answer(200, b"here"),
        }
        async with MisbehavingServer(routes) as server:
            fetched = await fetcher.fetch(server.url("/a"))

        assert (fetched.body, fetched.final_url, fetched.permanent_url) == (b"here", server.url("/c"), None)

    async def test_a_loop_is_seen_at_once(self, fetcher: Fetcher) -> None:
        routes = {"/a": answer(302, b"", "Location: /b"), "/b": answer(302, b"", "Location: /a")}
        async with MisbehavingServer(routes) as server:
            with pytest.raises(TooManyRedirects, match="in a circle"):
                await fetcher.fetch(server.url("/a"))

        assert len(server.requests) == 2

    async def test_as_many_as_the_limit_are_followed_and_no_more(self, fetcher: Fetcher) -> None:
        routes: dict[str, bytes | Handler] = {f"/{n}": answer(302, b"", f"Location: /{n + 1}") for n in range(7)}
        routes["/5"] = answer(200, b"five")
        async with MisbehavingServer(routes) as server:
            assert (await fetcher.fetch(server.url("/0"))).body == b"five"
            routes = server.routes
            routes["/5"] = answer(302, b"", "Location: /6")
            with pytest.raises(TooManyRedirects, match="more than 5 times"):
                await fetcher.fetch(server.url("/0"))

        assert [request.target for request in server.requests][6:] == [f"/{n}" for n in range(6)]

    @pytest.mark.parametrize(
        "location", ["file:///etc/passwd", "ftp://example.org/", "javascript:alert(1)", "http://["]
    )
    async def test_nothing_but_http_and_https_is_followed(self, location: str, fetcher: Fetcher) -> None:
        async with MisbehavingServer({"/": answer(302, b"", f"Location: {location}")}) as server:
            with pytest.raises(BadUrl):
                await fetcher.fetch(server.url("/"))

    async def test_one_without_a_target_is_a_failure(self, fetcher: Fetcher) -> None:
        async with MisbehavingServer({"/": answer(302)}) as server:
            with pytest.raises(HttpFailed, match="answers 302 Found"):
                await fetcher.fetch(server.url("/"))

    async def test_secrets_stay_on_their_own_site(self, fetcher: Fetcher) -> None:
        own = {"Authorization": "Bearer s3cret", "Cookie": "a=b", "X-Key": "k", "Accept-Language": "zh"}
        async with MisbehavingServer({"/": answer(200, b"ok")}) as there:
            routes = {
                "/": answer(302, b"", "Location: /again"),
                "/again": answer(302, b"", f"Location: {there.url('/')}"),
            }
            async with MisbehavingServer(routes) as here:
                await fetcher.fetch(here.url("/"), headers=own)

        kept = {name.lower(): value for name, value in own.items()}
        assert [kept.items() <= request.headers.items() for request in here.requests] == [True, True]
        assert there.requests[0].headers.keys() & kept.keys() == {"accept-language"}

    async def test_the_password_of_an_address_is_sent_as_a_header_and_stays_on_its_site(self, fetcher: Fetcher) -> None:
        async with MisbehavingServer({"/": answer(200, b"ok")}) as there:
            routes = {
                "/a": answer(301, b"", "Location: /b"),
                "/b": answer(200, b"ok"),
                "/out": answer(301, b"", f"Location: {there.url('/')}"),
            }
            async with MisbehavingServer(routes) as here:
                origin = here.origin.replace("://", "://user:pw@")
                inside = await fetcher.fetch(f"{origin}/a")
                outside = await fetcher.fetch(f"{origin}/out")

        assert [request.headers["authorization"] for request in here.requests] == ["Basic dXNlcjpwdw=="] * 3
        assert (inside.final_url, inside.permanent_url) == (here.url("/b"), f"{origin}/b")
        assert (outside.final_url, outside.permanent_url) == (there.url("/"), there.url("/"))
        assert "authorization" not in there.requests[0].headers

    async def test_an_address_in_gbk_is_followed_byte_for_byte(self, fetcher: Fetcher) -> None:
        moved = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /" + "新闻".encode("gbk") + b"\r\n\r\n"
        async with MisbehavingServer({"/": moved, "/%D0%C2%CE%C5": answer(200, b"news")}) as server:
            assert (await fetcher.fetch(server.url("/"))).body == b"news"


class TestStatuses:
    async def test_410_means_never_again(self, fetcher: Fetcher) -> None:
        async with MisbehavingServer({"/": answer(410)}) as server:
            with pytest.raises(SourceGone) as caught:
                await fetcher.fetch(server.url("/"))

        assert caught.value.status == 410

    @pytest.mark.parametrize("status", [206, 300, 400, 401, 403, 404, 418, 500, 502, 504, 599])
    async def test_what_is_no_success_is_a_failure_with_its_status(self, status: int, fetcher: Fetcher) -> None:
        async with MisbehavingServer({"/": answer(status, b"body")}) as server:
            with pytest.raises(HttpFailed, match=rf"^127\.0\.0\.1:\d+ answers {status}") as caught:
                await fetcher.fetch(server.url("/"))

        assert (caught.value.status, caught.value.retry_after) == (status, None)

    async def test_a_host_that_asks_to_wait_long_is_not_asked_again(self, fetcher: Fetcher) -> None:
        routes = {"/": answer(429, b"", "Retry-After: 120"), "/other": answer(200, b"ok")}
        async with MisbehavingServer(routes) as server:
            with pytest.raises(HttpFailed) as first:
                await fetcher.fetch(server.url("/"))
            with pytest.raises(HttpFailed, match=r"asked to wait until \d{4}-\d\d-\d\d \d\d:\d\d UTC") as second:
                await fetcher.fetch(server.url("/other"))

        assert (first.value.status, first.value.retry_after) == (429, 120)
        assert second.value.retry_after is not None
        assert 110 < second.value.retry_after <= 120
        assert len(server.requests) == 1

    async def test_a_host_that_asks_to_wait_a_little_is_waited_for(
        self, limits: FetchLimits, fake_time: FakeTime
    ) -> None:
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
        now = format_datetime(datetime.now(UTC), usegmt=True)
        routes = {"/": answer(503, b"", f"Retry-After: {date}", f"Date: {now}"), "/other": answer(200, b"ok")}
        async with (
            MisbehavingServer(routes) as server,
            Fetcher(limits, clock=fake_time.clock, sleep=fake_time.sleep) as fetcher,
        ):
            with pytest.raises(HttpFailed) as caught:
                await fetcher.fetch(server.url("/"))
            assert (await fetcher.fetch(server.url("/other"))).body == b"ok"

        assert caught.value.retry_after == pytest.approx(20, abs=1)
        assert fake_time.naps == [pytest.approx(20, abs=1)]

    async def test_retry_after_on_another_status_is_told_and_holds_nobody(self, fetcher: Fetcher) -> None:
        routes = {"/": answer(403, b"", "Retry-After: 120"), "/other": answer(200, b"ok")}
        async with MisbehavingServer(routes) as server:
            with pytest.raises(HttpFailed) as caught:
                await fetcher.fetch(server.url("/"))
            assert (await fetcher.fetch(server.url("/other"))).body == b"ok"

        assert caught.value.retry_after == 120


async def never(_: Request, connection: Connection) -> None:
    await connection.until_closed()


async def drip(_: Request, connection: Connection) -> None:
    """A byte now and then, for ever, never silent for long."""
    await connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await connection.send(b"x")
        await asyncio.sleep(0.02)


async def drip_headers(_: Request, connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        await connection.send(b"x")
        await asyncio.sleep(0.02)


async def endless(_: Request, connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        await connection.send(b"<p>more</p>" * 1000)


async def stall(_: Request, connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await connection.until_closed()


GARBAGE = b"this is no gzip" * 10
BOMB = bytes(30_000_000)
NOISE = random.Random(1).randbytes(20_000)
BAD_BEHAVIOUR: dict[str, tuple[bytes | Handler, type[FetchError], str]] = {
    "sends without end": (endless, TooLarge, "sent more than 1,000,000 bytes"),
    "claims to be too long": (answer(200, b"x", length=2_000_000), TooLarge, "sent more than 1,000,000 bytes"),
    "is shorter than it claims": (answer(200, b"short", length=100), ConnectFailed, "broke off"),
    "hangs up at once": (b"", ConnectFailed, "broke off"),
    "hangs up in the headers": (b"HTTP/1.1 200 OK\r\nContent-", ConnectFailed, "broke off"),
    "speaks no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", ConnectFailed, "does not answer in proper HTTP"),
    "has bad chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\nnonsense\r\n",
        ConnectFailed,
        "broke off|proper HTTP",
    ),
    "stops between chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n",
        ConnectFailed,
        "broke off",
    ),
    "has endless header lines": (
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        ConnectFailed,
        "does not answer in proper HTTP",
    ),
    "says gzip and is not": (answer(200, GARBAGE, "Content-Encoding: gzip"), NotParseable, "not compressed as it says"),
    "cuts gzip short": (answer(200, gzip.compress(BOMB[:9999])[:30], "Content-Encoding: gzip"), ConnectFailed, "broke"),
    "stops inside a chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nabcd",
        ConnectFailed,
        "broke off",
    ),
    "sends its last chunk and no end": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n",
        ConnectFailed,
        "broke off",
    ),
    "cuts gzip in its trailer": (
        answer(200, gzip.compress(BOMB[:9999])[:-3], "Content-Encoding: gzip"),
        ConnectFailed,
        "broke off",
    ),
    "cuts the gzip header": (
        answer(200, gzip.compress(b"x")[:5], "Content-Encoding: gzip"),
        ConnectFailed,
        "broke off",
    ),
    "cuts a byte of gzip": (answer(200, b"\x1f", "Content-Encoding: gzip"), ConnectFailed, "broke off"),
    "cuts deflate short": (
        answer(200, zlib.compress(BOMB[:9999])[:20], "Content-Encoding: deflate"),
        ConnectFailed,
        "broke",
    ),
    "cuts br short": (answer(200, brotli.compress(NOISE)[:5000], "Content-Encoding: br"), ConnectFailed, "broke off"),
    "cuts zstd short": (
        answer(200, zstandard.compress(NOISE)[:5000], "Content-Encoding: zstd"),
        ConnectFailed,
        "broke",
    ),
    "cuts the inner of two": (
        answer(200, gzip.compress(brotli.compress(NOISE)[:5000]), "Content-Encoding: br, gzip"),
        ConnectFailed,
        "broke off",
    ),
    "cuts chunked gzip": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"14\r\n" + gzip.compress(NOISE)[:20] + b"\r\n0\r\n\r\n",
        ConnectFailed,
        "broke off",
    ),
    "is a gzip bomb": (answer(200, gzip.compress(BOMB), "Content-Encoding: gzip"), TooLarge, "3,000,000 bytes once"),
    "is a br bomb": (
        answer(200, brotli.compress(BOMB, quality=3), "Content-Encoding: br"),
        TooLarge,
        "3,000,000 bytes once",
    ),
    "is a zstd bomb": (
        answer(200, zstandard.compress(BOMB), "Content-Encoding: zstd"),
        TooLarge,
        "3,000,000 bytes once",
    ),
    "is a nested bomb": (
        answer(200, gzip.compress(gzip.compress(BOMB)), "Content-Encoding: gzip, gzip"),
        TooLarge,
        "3,000,000 bytes once",
    ),
}


TOO_SLOW: dict[str, tuple[Handler, float, float, str]] = {
    "never answers": (never, 0.2, 60, "was silent for 0.2 s"),
    "stalls in the body": (stall, 0.2, 60, "was silent for 0.2 s"),
    "drips for ever": (drip, 60, 0.3, "was not done within 0.3 s"),
    "drips headers for ever": (drip_headers, 60, 0.3, "was not done within 0.3 s"),
}


class TestMisbehaviour:
    @pytest.mark.parametrize("case", TOO_SLOW)
    async def test_a_server_that_is_too_slow_because_it(self, case: str, limits: FetchLimits) -> None:
        """Silence and slowness each have their limit, and the connection is dropped."""
        behaviour, read_timeout, total_timeout, text = TOO_SLOW[case]
        tight = replace(limits, read_timeout=read_timeout, total_timeout=total_timeout)
        async with MisbehavingServer({"/": behaviour}) as server, Fetcher(tight) as fetcher:
            with pytest.raises(TimedOut, match=text):
                await fetcher.fetch(server.url("/"))

            await server.until_hung_up()

    @pytest.mark.parametrize("case", BAD_BEHAVIOUR)
    async def test_a_server_that(self, case: str, limits: FetchLimits) -> None:
        """Each costs no more than its limit, is told apart, hangs nothing, and the connection is dropped."""
        behaviour, error, text = BAD_BEHAVIOUR[case]
        tight = replace(limits, max_bytes=1_000_000, max_inflated=3_000_000)
        async with MisbehavingServer({"/": behaviour}) as server, Fetcher(tight) as fetcher:
            with pytest.raises(error, match=text) as caught:
                await fetcher.fetch(server.url("/"))

            await server.until_hung_up()
        assert type(caught.value) is error
        assert str(caught.value).startswith(f"127.0.0.1:{server.port} ") or "The answer of" in str(caught.value)
        assert caught.value.__suppress_context__

    async def test_a_server_that_listens_no_more_refuses(self, fetcher: Fetcher) -> None:
        async with MisbehavingServer() as server:
            pass
        with pytest.raises(ConnectFailed, match=r"No connection to 127\.0\.0\.1:\d+ \(Connect call failed|refused"):
            await fetcher.fetch(server.url("/"))

    async def test_a_name_that_does_not_exist_is_a_matter_of_name_lookup(self, fetcher: Fetcher) -> None:
        with pytest.raises(DnsFailed, match=r"^The name no-such-host\.invalid cannot be looked up"):
            await fetcher.fetch("http://no-such-host.invalid/")

    async def test_a_name_that_no_name_can_be_is_a_bad_address(self, fetcher: Fetcher) -> None:
        with pytest.raises(BadUrl):
            await fetcher.fetch(f"http://{'a' * 70}.example/")

    async def test_a_header_that_cannot_be_sent_is_a_bad_request_of_ours(self, fetcher: Fetcher) -> None:
        async with MisbehavingServer({"/": answer(200, b"ok")}) as server:
            with pytest.raises(BadUrl, match="and the headers of its source"):
                await fetcher.fetch(server.url("/"), headers={"X-Key": "a\r\nX-Other: b"})

            assert not server.requests

    async def test_no_error_shows_a_secret(self, fetcher: Fetcher) -> None:
        async with MisbehavingServer({"/a": answer(500)}) as server:
            address = server.url("/a?token=hunter2").replace("://", "://user:hunter3@")
            with pytest.raises(HttpFailed) as caught:
                await fetcher.fetch(address)

        assert "hunter" not in f"{caught.value} {caught.value.url}"


def tls_server() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "self-signed.pem", DATA / "self-signed.key.pem")
    return context


class TestTls:
    async def test_a_certificate_that_nobody_vouches_for_is_refused(self, fetcher: Fetcher) -> None:
        async with MisbehavingServer({"/": answer(200, b"secret")}, tls=tls_server()) as server:
            with pytest.raises(TlsFailed, match=r"certificate of 127\.0\.0\.1:\d+ is not trusted \(self-signed"):
                await fetcher.fetch(server.url("/"))

            assert not server.requests

    async def test_an_authority_of_this_machine_is_trusted(
        self, limits: FetchLimits, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(DATA / "self-signed.pem"))
        request.addfinalizer(trusted_authorities.cache_clear)
        trusted_authorities.cache_clear()
        async with MisbehavingServer({"/": answer(200, b"ok")}, tls=tls_server()) as server, Fetcher(limits) as fetcher:
            assert (await fetcher.fetch(server.url("/"))).body == b"ok"

    async def test_https_to_a_server_without_tls_says_so(self, fetcher: Fetcher) -> None:
        async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(answer(400))
            writer.close()

        async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(TlsFailed, match=r"No secure connection to 127\.0\.0\.1:\d+ \("):
                await fetcher.fetch(f"https://127.0.0.1:{port}/")


class TestPoliteness:
    async def test_requests_to_one_host_are_spaced_redirects_included(
        self, limits: FetchLimits, fake_time: FakeTime
    ) -> None:
        times: list[float] = []

        def at(reply: bytes) -> Handler:
            async def handler(_: Request, connection: Connection) -> None:
                times.append(fake_time.now)
                await connection.send(reply)

            return handler

        routes = {"/": at(answer(302, b"", "Location: /there")), "/there": at(answer(200, b"ok"))}
        spaced = replace(limits, spacing=1.5)
        async with (
            MisbehavingServer(routes) as server,
            Fetcher(spaced, clock=fake_time.clock, sleep=fake_time.sleep) as fetcher,
        ):
            fetched = await fetcher.fetch(server.url("/"))
            await fetcher.fetch(server.url("/there"))

        assert times == [1000.0, 1001.5, 1003.0]
        assert fetched.seconds == 0  # the pauses do not count

    async def test_thirty_hosts_at_once_stay_within_the_limit(self, limits: FetchLimits) -> None:
        running = peak = 0

        async def handler(_: Request, connection: Connection) -> None:
            nonlocal running, peak
            running += 1
            peak = max(peak, running)
            await asyncio.sleep(0.01)
            running -= 1
            await connection.send(answer(200, b"ok"))

        servers = [MisbehavingServer({"/": handler}) for _ in range(30)]
        async with Fetcher(replace(limits, concurrency=7)) as fetcher:
            for server in servers:
                await server.__aenter__()
            fetched = await asyncio.gather(*(fetcher.fetch(server.url("/")) for server in servers))
            for server in servers:
                await server.__aexit__(None, None, None)

        assert [document.body for document in fetched] == [b"ok"] * 30
        assert peak == 7

    async def test_a_cancelled_fetch_gives_its_place_to_the_next(self, limits: FetchLimits) -> None:
        arrived = asyncio.Event()

        async def hang(_: Request, connection: Connection) -> None:
            arrived.set()
            await connection.until_closed()

        async with (
            MisbehavingServer({"/hang": hang, "/": answer(200, b"ok")}) as server,
            Fetcher(replace(limits, concurrency=1)) as fetcher,
        ):
            stuck = asyncio.create_task(fetcher.fetch(server.url("/hang")))
            waiting = asyncio.create_task(fetcher.fetch(server.url("/hang")))
            await arrived.wait()
            following = asyncio.create_task(fetcher.fetch(server.url("/")))
            waiting.cancel()
            stuck.cancel()

            async with asyncio.timeout(5):
                assert (await following).body == b"ok"
            await server.until_hung_up()
        assert stuck.cancelled()
        assert waiting.cancelled()


class TestLife:
    async def test_new_limits_hold_from_the_next_request_on(self, limits: FetchLimits) -> None:
        async with MisbehavingServer({"/": answer(200, b"x" * 1000)}) as server, Fetcher(limits) as fetcher:
            assert len((await fetcher.fetch(server.url("/"))).body) == 1000
            fetcher.reconfigure(replace(limits, max_bytes=999, user_agent="new/2"))
            with pytest.raises(TooLarge):
                await fetcher.fetch(server.url("/"))

        assert [request.headers["user-agent"] for request in server.requests] == [limits.user_agent, "new/2"]

    async def test_a_connection_is_used_again_for_the_next_document(self, fetcher: Fetcher) -> None:
        async def twice(request: Request, connection: Connection) -> None:
            await connection.send(answer(200, request.target.encode()))
            await connection.reader.readuntil(b"\r\n\r\n")
            await connection.send(answer(200, b"second"))

        async with MisbehavingServer({"/": twice}) as server:
            bodies = [(await fetcher.fetch(server.url("/"))).body for _ in range(2)]

        assert (bodies, server.connections) == ([b"/", b"second"], 1)

    async def test_closing_waits_for_the_fetch_under_way(self, limits: FetchLimits) -> None:
        arrived, go_on = asyncio.Event(), asyncio.Event()

        async def slow(_: Request, connection: Connection) -> None:
            arrived.set()
            await go_on.wait()
            await connection.send(answer(200, b"done"))

        async with MisbehavingServer({"/": slow}) as server:
            async with Fetcher(limits) as fetcher:
                running = asyncio.create_task(fetcher.fetch(server.url("/")))
                await arrived.wait()
                asyncio.get_running_loop().call_later(0.05, go_on.set)
            assert (await running).body == b"done"

    async def test_asking_a_closed_fetcher_is_a_fault_of_the_program(self, limits: FetchLimits) -> None:
        with pytest.raises(RuntimeError, match="not open"):
            await Fetcher(limits).fetch("http://127.0.0.1/")


def test_it_works_on_uvloop_too(limits: FetchLimits) -> None:
    """The program runs on it, and its sockets are not asyncio's."""
    import uvloop  # noqa: PLC0415 (only here)

    async def play() -> tuple[bytes, str]:
        async with MisbehavingServer({"/": answer(200, b"ok")}) as server, Fetcher(limits) as fetcher:
            body = (await fetcher.fetch(server.url("/"))).body
            fetcher.reconfigure(replace(limits, allow_networks=()))
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(server.url("/").replace("127.0.0.1", "localhost"))
            return body, caught.value.kind

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(play()) == (b"ok", "blocked_address")
