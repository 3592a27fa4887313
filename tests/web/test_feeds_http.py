"""The feeds on the wire: a real server on loopback, real requests, bytes as they come."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import brotli
import feedparser
import httpx
import pytest
import zstandard
from structlog.testing import capture_logs

from feedbot.services.publishing import Publication, Publisher
from feedbot.storage.database import Database
from feedbot.web.feeds import feeds_app, handles
from feedbot.web.server import WebServer
from render.atom_rules import atom_faults
from render.rss_rules import rss_faults
from services.feed_store import ANYUAN, BLOG, CATEGORY, NOW, SITE, declare, draft, open_database, store

UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstandard.decompress,
}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: httpx.Headers
    body: bytes


class Reader:
    """A client that sends what it is told and unpacks nothing."""

    def __init__(self, client: httpx.AsyncClient, port: int) -> None:
        self._client = client
        self.port = port

    async def __call__(self, path: str, method: str = "GET", **headers: str) -> Reply:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        request = self._client.build_request(method, path, headers=sent)
        if "accept_encoding" not in headers:
            del request.headers["accept-encoding"]
        response = await self._client.send(request, stream=True)
        body = b"".join([chunk async for chunk in response.aiter_raw()])
        await response.aclose()
        return Reply(response.status_code, response.headers, body)


@asynccontextmanager
async def serving(publisher: Publisher) -> AsyncIterator[Reader]:
    """The feeds on a free port of this machine, and a client of it."""
    server = WebServer(feeds_app(publisher), "127.0.0.1", 0)
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        yield Reader(client, server.port)
    await server.stop()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite: what is asked of the database is tested on both engines where it lives."""
    opened = open_database(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def town(database: Database) -> Database:
    """Two sources with three stories."""
    await declare(database, ANYUAN, BLOG)
    await store(database, "anyuan", draft(1), draft(2), categories=(CATEGORY,))
    await store(database, "blog", draft(3))
    return database


@pytest.fixture
async def read(town: Database) -> AsyncIterator[Reader]:
    """A client of the town's feeds."""
    publisher = Publisher(town, Publication(site=SITE), fresh_for=0, clock=lambda: NOW)
    async with serving(publisher) as reader:
        yield reader


CATEGORY_PATH = "/feeds/category/" + quote(CATEGORY)


@pytest.mark.parametrize("path", ["/feeds/all", CATEGORY_PATH, "/feeds/source/anyuan"])
async def test_r20_each_feed_is_served_at_its_own_address_with_its_exact_media_type(read: Reader, path: str) -> None:
    rss, atom = await read(f"{path}.rss"), await read(f"{path}.atom")
    assert rss.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert atom.headers["content-type"] == "application/atom+xml; charset=utf-8"
    later = NOW + timedelta(days=1)
    assert rss_faults(rss.body, f"https://news.example{path}.rss", now=later) == []
    assert atom_faults(atom.body, f"https://news.example{path}.atom", now=later) == []
    assert len(feedparser.parse(rss.body).entries) == len(feedparser.parse(atom.body).entries) >= 2


async def test_h1_a_feed_has_a_strong_etag_and_the_date_of_its_newest_change(read: Reader) -> None:
    reply = await read("/feeds/all.rss")
    assert reply.headers["etag"].startswith('"')
    assert reply.headers["last-modified"] == "Wed, 04 Mar 2026 12:00:00 GMT"
    assert int(reply.headers["content-length"]) == len(reply.body)


async def test_h1_who_has_the_feed_gets_304_without_a_body_until_an_article_comes(read: Reader, town: Database) -> None:
    etag = (await read("/feeds/all.rss")).headers["etag"]
    same = await read("/feeds/all.rss", if_none_match=etag)
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", etag)
    assert same.headers["cache-control"] == (await read("/feeds/all.rss")).headers["cache-control"]
    assert same.headers["vary"] == "Accept-Encoding"
    assert "content-length" not in same.headers
    await store(town, "blog", draft(4), at=NOW + timedelta(hours=1))
    new = await read("/feeds/all.rss", if_none_match=etag)
    assert new.status == 200
    assert new.headers["etag"] != etag


async def test_h1_a_304_on_the_wire_ends_with_its_headers_and_several_if_none_match_lines_are_one_list(
    town: Database,
) -> None:
    async with serving(Publisher(town, Publication(site=SITE))) as reader:
        etag = (await reader("/feeds/all.rss")).headers["etag"]
        stream, writer = await asyncio.open_connection("127.0.0.1", reader.port)
        lines = ["GET /feeds/all.rss HTTP/1.1", "Host: x", 'If-None-Match: "x"', f"If-None-Match: W/{etag}"]
        writer.write("\r\n".join((*lines, "Connection: close", "", "")).encode())
        raw = await stream.read()
        writer.close()
        await writer.wait_closed()
    assert raw.startswith(b"HTTP/1.1 304 ")
    assert raw.endswith(b"\r\n\r\n")
    assert raw.count(b"\r\n\r\n") == 1


async def test_h2_the_bytes_stay_while_no_article_changes(read: Reader) -> None:
    assert len({(await read("/feeds/all.atom")).body for _ in range(3)}) == 1


async def test_h3_each_coding_has_its_own_etag_and_each_of_them_is_recognised(read: Reader) -> None:
    tags = {
        coding: (await read("/feeds/all.rss", accept_encoding=coding)).headers["etag"]
        for coding in (*UNPACK, "identity")
    }
    assert len(set(tags.values())) == 4
    for tag in tags.values():
        assert (await read("/feeds/all.rss", accept_encoding="br", if_none_match=tag)).status == 304


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/feeds/all.atom", "/opml.xml", "/feeds/source/nobody.rss"])
async def test_h4_head_has_the_headers_of_get_and_no_body(read: Reader, path: str) -> None:
    for coding in ("identity", "br"):
        get, head = await read(path, accept_encoding=coding), await read(path, "HEAD", accept_encoding=coding)
        assert head.body == b""
        assert head.status == get.status
        assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


@pytest.mark.parametrize("coding", UNPACK)
async def test_h5_the_feed_comes_compressed_as_asked_for(read: Reader, coding: str) -> None:
    plain, packed = await read("/feeds/all.rss"), await read("/feeds/all.rss", accept_encoding=coding)
    assert packed.headers["content-encoding"] == coding
    assert int(packed.headers["content-length"]) == len(packed.body) < len(plain.body)
    assert UNPACK[coding](packed.body) == plain.body
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


async def test_h5_a_refused_coding_is_not_sent(read: Reader) -> None:
    assert "content-encoding" not in (await read("/feeds/all.rss", accept_encoding="gzip;q=0, br;q=0")).headers
    assert (await read("/feeds/all.rss", accept_encoding="identity;q=0, deflate")).status == 406


async def test_h6_caches_learn_how_long_a_feed_is_good_and_where_it_lives(read: Reader) -> None:
    headers = (await read(f"{CATEGORY_PATH}.rss")).headers
    assert headers["cache-control"] == "public, max-age=60"
    assert headers["link"] == f'<https://news.example{CATEGORY_PATH}.rss>; rel="self"'
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/feeds/source/nobody.rss", "/feeds/category/%E6%97%A0.atom", "/feeds/category/%FF.rss"]
)
async def test_h7_an_unknown_feed_is_404_with_a_text_that_says_where_to_look(read: Reader, path: str) -> None:
    reply = await read(path)
    assert (reply.status, reply.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert b"https://news.example/opml.xml" in reply.body


async def test_h7_a_removed_source_is_410(read: Reader, town: Database) -> None:
    await declare(town, BLOG)
    reply = await read("/feeds/source/anyuan.rss")
    assert reply.status == 410
    assert b"Unsubscribe" in reply.body


@pytest.mark.parametrize("path", ["/feeds/all.json", "/feeds/all", "/feeds/source/anyuan.xml", "/feeds/all.RSS"])
async def test_a_format_that_is_not_there_is_404_with_those_that_are(read: Reader, path: str) -> None:
    reply = await read(path)
    assert (reply.status, reply.body) == (404, b"Feeds are there in these formats: .rss, .atom.\n")


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/",
        "/feeds/x.rss",
        "/feeds/category/.rss",
        "/feeds/source/.rss",
        "/feeds/source/a/b.rss",
        "/feeds/source/a%00.rss",
    ],
)
async def test_an_address_of_no_feed_is_404_with_the_addresses_that_there_are(read: Reader, path: str) -> None:
    reply = await read(path)
    assert reply.status == 404
    assert b"/feeds/category/<path>.rss" in reply.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_other_methods_are_405_with_those_that_are_allowed(read: Reader, method: str) -> None:
    reply = await read("/feeds/all.rss", method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


async def test_the_list_of_feeds_is_served_like_a_feed(read: Reader) -> None:
    reply = await read("/opml.xml")
    assert reply.headers["content-type"] == "text/x-opml; charset=utf-8"
    assert b'xmlUrl="https://news.example/feeds/source/anyuan.rss"' in reply.body
    assert (await read("/opml.xml", if_none_match=reply.headers["etag"])).status == 304


async def test_many_readers_at_once_get_the_same_feed_from_one_rendering(town: Database) -> None:
    publisher = Publisher(town, Publication(site=SITE), fresh_for=60, clock=lambda: NOW)
    async with serving(publisher) as reader:
        replies = await asyncio.gather(*(reader("/feeds/all.rss", accept_encoding="br") for _ in range(40)))
    assert len({(reply.status, reply.body, reply.headers["etag"]) for reply in replies}) == 1
    assert publisher.renderings == 1


async def test_a_database_that_fails_is_503_with_a_time_to_come_back_and_a_line_in_the_log(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/never-upgraded.db")
    with capture_logs() as lines:
        async with serving(Publisher(database, Publication(site=SITE))) as reader:
            reply = await reader("/feeds/all.rss")
    await database.close()
    assert (reply.status, reply.headers["retry-after"]) == (503, "60")
    assert b"no such table" not in reply.body
    assert [(line["event"], line["path"]) for line in lines] == [("feed_failed", "/feeds/all.rss")]


async def test_behind_a_prefix_the_addresses_are_those_below_it(town: Database) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/news/opml.xml", "root_path": "/news", "headers": []}
    await feeds_app(Publisher(town, Publication(site=SITE)))(scope, _nothing, send)
    assert [message.get("status") for message in sent] == [200, None]


async def _nothing() -> Any:
    raise AssertionError("a feed reads no request body")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/feeds/all.rss", True),
        ("/opml.xml", True),
        ("/feeds", False),
        ("/", False),
        ("/opml.xml/", False),
        ("/feedsx", False),
    ],
)
def test_the_composition_knows_which_addresses_are_feeds(path: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert handles(path) is expected
