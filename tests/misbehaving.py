"""A web server that does exactly what a test says, however wrong: for tests of whoever speaks HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: header names in lower case, `target` the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Connection:
    """The wire, for handlers: `send` writes bytes at once, `until_closed` waits for the client to hang up."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Raises ConnectionError once the client has hung up."""
        self.writer.write(data)
        await self.writer.drain()

    async def until_closed(self) -> None:
        """Returns when the client has closed its side."""
        with contextlib.suppress(ConnectionError):
            await self.reader.read()


Handler = Callable[[Request, Connection], Awaitable[None]]


def answer(status: int = 200, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """A whole HTTP/1.1 answer; `length` is what Content-Length claims, right unless given."""
    claimed = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {claimed}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class MisbehavingServer:
    """`routes` maps paths to raw bytes, or to handlers that write what they like; unknown paths answer 404.

    Used as an async context manager. `requests` has everything that was asked, in order; `connections` counts
    those that were made. Each connection is closed after one answer.
    """

    def __init__(
        self,
        routes: Mapping[str, bytes | Handler] | None = None,
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.routes: dict[str, bytes | Handler] = dict(routes or {})
        self.requests: list[Request] = []
        self.connections = 0
        self._host = host
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self._host, 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:34567`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    def url(self, path: str) -> str:
        """The address of a path."""
        return self.origin + path

    async def until_hung_up(self) -> None:
        """Returns when every connection so far has ended; raises TimeoutError after 5 seconds."""
        async with asyncio.timeout(5):
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(Connection(reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: Connection) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                request = await _read_request(connection.reader)
                self.requests.append(request)
                reply = self.routes.get(request.path, answer(404, b"no such page"))
                await (connection.send(reply) if isinstance(reply, bytes) else reply(request, connection))
        finally:
            connection.writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await connection.writer.wait_closed()


async def _read_request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)
