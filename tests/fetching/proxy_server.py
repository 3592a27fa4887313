"""A forward proxy on this machine: passes plain requests on, tunnels CONNECT, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


@dataclass
class ProxyServer:
    """Used as an async context manager. `asked` has the first line and the headers of each request, in order.

    `leads_to` is where every tunnel and request ends, whatever name was asked for: (host, port). `refusal` is the
    answer to everything, if there is one.
    """

    leads_to: tuple[str, int] | None = None
    refusal: bytes = b""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, userinfo: str = "") -> str:
        return f"http://{userinfo}127.0.0.1:{self.port}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.rstrip("\r\n").split("\r\n")
                pairs = (line.partition(":") for line in lines)
                self.asked.append((first, {name.lower(): value.strip() for name, _, value in pairs}))
                if self.refusal:
                    writer.write(self.refusal)
                else:
                    await self._pass_on(first, head, reader, writer)
        finally:
            await _close(writer)

    async def _pass_on(self, first: str, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, version = first.split(" ")
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        there = self.leads_to or (parts.hostname or "", parts.port or 80)
        upstream, onward = await asyncio.open_connection(*there)
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = parts._replace(scheme="", netloc="").geturl()
                onward.write(head.replace(first, f"{method} {path} {version}", 1).encode("latin-1"))
            await asyncio.gather(_pump(reader, onward), _pump(upstream, writer))
        finally:
            await _close(onward)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    with contextlib.suppress(ConnectionError, OSError):
        sink.close()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError, OSError):
        await writer.wait_closed()
