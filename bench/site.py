"""A helper process that serves feeds of so many items (its argument): `/feed/<number>`, on every loopback address.

One number is one source with stories of its own. Asked on its standard input, it moves all sources one story on
(`{"version": 2}`), or sends validators and honours them or not (`{"validators": false}`).
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any

import uvloop

from bench.children import serve_questions
from bench.http import Connection

ITEMS = 20
_NUMBER = b"@NUMBER@"
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_WORDS = "The council of the town has decided that the old bridge over the river is to be mended before winter"
# Each town has stories of its own: the same ones everywhere would measure nothing but the search for repeats.
_SENTENCE = " ".join(f"{word}{_NUMBER.decode()}" for word in _WORDS.split()) + ". "


def address(number: int, port: int, *, hosts: int) -> str:
    """The URL of a source, on one of so many hosts: each is an address of its own out of 127.0.0.0/8."""
    host = number % hosts
    name = f"127.{host >> 14 & 127}.{host >> 7 & 127}.{(host & 127) + 1}"
    return f"http://{name}:{port}/feed/{number}"


@cache
def template(version: int, items: int) -> bytes:
    """The feed of every source at a version, with a mark where its number stands: one story moves with each."""
    stories = "".join(_item(story) for story in range(version + items, version, -1))
    head = f"<title>Town {_NUMBER.decode()}</title><link>http://town.example/</link><description>News</description>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{stories}</channel></rss>'.encode()


def _item(story: int) -> str:
    link = f"http://town.example/{_NUMBER.decode()}/{story}"
    published = format_datetime(_BEGINNING + timedelta(minutes=story))
    return (
        f"<item><title>Story {story} of town {_NUMBER.decode()}</title><link>{link}</link>"
        f'<guid isPermaLink="true">{link}</guid><pubDate>{published}</pubDate><category>Town</category>'
        f"<description><![CDATA[<p>{_SENTENCE * 3}</p><p>{_SENTENCE * 4}</p>]]></description></item>\n"
    )


class Site:
    """The state of the site."""

    def __init__(self, items: int) -> None:
        self.items = items
        self.version = 1
        self.validators = True

    def change(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Takes the values; an empty answer."""
        self.version = int(wanted.get("version", self.version))
        self.validators = bool(wanted.get("validators", self.validators))
        return {}

    def answer(self, head: bytes) -> bytes:
        """The HTTP answer to a request."""
        number = head.split(b" ", 2)[1].rpartition(b"/")[2]
        etag = b'"%d-%b"' % (self.version, number)
        if self.validators and etag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % etag
        body = template(self.version, self.items).replace(_NUMBER, number)
        named = b"ETag: %b\r\n" % etag if self.validators else b""
        shape = b"Content-Type: application/rss+xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body)
        return b"HTTP/1.1 200 OK\r\n" + named + shape + body


async def _serve() -> None:
    site = Site(int(sys.argv[1]) if sys.argv[1:] else ITEMS)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # All of 127.0.0.0/8 and nothing else: the other networks of this machine are kept out by the device.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    listener.bind(("0.0.0.0", 0))
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(site.answer), sock=listener, backlog=2048
    )
    async with server:
        await serve_questions(site.change, port=listener.getsockname()[1])


if __name__ == "__main__":
    uvloop.run(_serve())
