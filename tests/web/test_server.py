"""The server over real sockets: clients that dawdle or talk nonsense cost nobody else anything."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from feedbot.web.patience import Patience
from feedbot.web.server import WebServer

SOON = 5.0
MEGABYTES = "x" * 20_000_000


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers 20 MB at /large and `ok` elsewhere."""
    await PlainTextResponse(MEGABYTES if scope["path"] == "/large" else "ok")(scope, receive, send)


@contextlib.asynccontextmanager
async def serving(patience: Patience) -> AsyncIterator[int]:
    """The port of a server with this patience."""
    server = WebServer(app, "127.0.0.1", 0, patience=patience)
    await server.start()
    try:
        yield server.port
    finally:
        await server.stop()


async def ask(port: int, request: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection over which this was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    return reader, writer


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """What still came before the server hung up."""
    said = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(SOON):
            while more := await reader.read(65_536):
                said += more
    return said


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nA: "])
async def test_a_client_that_does_not_finish_its_request_is_hung_up_on(begun: bytes) -> None:
    async with serving(Patience(request_seconds=0.2)) as port:
        reader, writer = await ask(port, begun)

        assert await until_closed(reader) == b""
        writer.close()


async def test_a_client_that_dawdles_over_its_second_request_is_hung_up_on() -> None:
    async with serving(Patience(request_seconds=0.2)) as port:
        reader, writer = await ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n")

        assert (await until_closed(reader)).count(b"200 OK") == 1
        writer.close()


async def test_a_client_that_reads_nothing_is_hung_up_on_and_one_that_reads_gets_all() -> None:
    request = b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with serving(Patience(request_seconds=0.2, reading_seconds=0.5)) as port:
        lazy, lazy_writer = await ask(port, request)
        reader, writer = await ask(port, request)

        assert len(await until_closed(reader)) > len(MEGABYTES)
        await asyncio.sleep(1)  # the lazy one is given half of that
        assert len(await until_closed(lazy)) < len(MEGABYTES)
        writer.close()
        lazy_writer.close()


async def test_over_the_limit_the_newest_connection_is_closed_and_the_others_are_answered() -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with serving(Patience(connections=2)) as port:
        held = [await ask(port, b""), await ask(port, b"")]
        refused, refused_writer = await ask(port, request)

        assert await until_closed(refused) == b""

        held[0][1].write(request)
        assert (await until_closed(held[0][0])).endswith(b"ok")
        for writer in (refused_writer, held[0][1], held[1][1]):
            writer.close()


async def test_what_is_no_http_is_refused_and_leaves_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(Patience()) as port:
        reader, writer = await ask(port, b"\x16\x03\x01\x02\x00\r\n\r\n")

        assert b"400 Bad Request" in await until_closed(reader)
        writer.close()

        upgrade = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n"
        reader, writer = await ask(port, upgrade)
        await asyncio.wait_for(reader.readline(), SOON)
        writer.close()

    assert caplog.records == []
