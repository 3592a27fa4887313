"""The connection to the outside: httpx over aiohttp, every socket made by the guard. No cookies, no logs.

Only this module and the table in `failures` know httpx.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import unquote, urlsplit

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from httpx_aiohttp import AiohttpTransport

from feedbot.fetching.guard import EVERYWHERE, Network, guarded_socket_factory

# httpx writes every address that it asks for to its log at level INFO, tokens included.
logging.getLogger("httpx").setLevel(logging.WARNING)

_KEEP_ALIVE = 5.0  # longer than the spacing on a host, short enough not to hoard sockets of thousands of hosts
_HEADER_BYTES = 32_768  # some portals send policies of over 8 KB in one header
_LOOKUPS_AT_ONCE = 64
_COMBINED = frozenset({"cache-control", "content-encoding", "link"})
_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV

Found = tuple[int, int, str]
LookUp = Callable[[str, int, socket.AddressFamily], list[Found]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body is still to come.

    Header names are in lower case, `location` is as sent, `set_cookies` are the lines of that header, `chunks`
    undecoded.
    """

    status: int
    headers: Mapping[str, str]
    location: bytes | None
    set_cookies: tuple[str, ...]
    chunks: AsyncIterator[bytes]


class NameLookup(AbstractResolver):
    """Names become addresses in threads of its own, so that dead name servers do not stall the program's other work.

    The threads are daemons: one that waits for a name server does not hold up the end of the program either.
    `look_up` is the system's lookup unless given: `(host, port, family)` to `(family, protocol, address)` each.
    """

    def __init__(self, look_up: LookUp | None = None) -> None:
        self._look_up = look_up or _ask_system
        self._free = asyncio.Semaphore(_LOOKUPS_AT_ONCE)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of the name; raises OSError."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[Found]] = loop.create_future()
        await self._free.acquire()  # given back when the thread ends, not when the caller stops waiting

        def settle(addresses: list[Found], error: Exception | None) -> None:
            self._free.release()
            if found.done():
                return
            if error is None:
                found.set_result(addresses)
            else:
                found.set_exception(error)

        def work() -> None:
            addresses: list[Found] = []
            failure = None
            try:
                addresses = self._look_up(host, port, family)
                if not addresses:  # aiohttp stumbles over an empty answer
                    raise socket.gaierror(socket.EAI_NONAME, "No address")  # noqa: TRY301 (as the system would)
            except Exception as error:  # noqa: BLE001 (it is raised where it is waited for)
                failure = error
            with contextlib.suppress(RuntimeError):  # the program has ended meanwhile
                loop.call_soon_threadsafe(settle, addresses, failure)

        threading.Thread(target=work, name=f"look up {host}", daemon=True).start()
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=protocol, flags=_NUMERIC)
            for kind, protocol, address in await found
        ]

    async def close(self) -> None:
        """Nothing to do: lookups still under way are left behind."""


class _ReasonlessResponse(aiohttp.ClientResponse):
    """An answer without its reason phrase: one in GBK would break the way to httpx, and nobody needs it."""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        await super().start(connection)
        self.reason = None
        return self


class Door:
    """Connections to the outside under one guard. `close_when_idle` waits for the requests that are still under way.

    With `proxy` every connection is one to that proxy, which may be anywhere: an admin has named it. Without
    `keeps_alive` every request has a connection of its own: one that cannot be repeated must not meet the server's
    hanging up.
    """

    def __init__(
        self,
        allow_networks: Sequence[Network],
        ssl_context: ssl.SSLContext,
        resolver: AbstractResolver,
        proxy: str | None = None,
        *,
        keeps_alive: bool = True,
    ) -> None:
        self._keeps_alive = keeps_alive
        self._make_socket = guarded_socket_factory(EVERYWHERE if proxy else allow_networks)
        self._ssl_context = ssl_context
        self._resolver = resolver
        self._proxy_authorization = _proxy_authorization(proxy) if proxy else {}
        self._users = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._client = httpx.AsyncClient(
            transport=AiohttpTransport(
                verify=ssl_context,
                trust_env=False,
                client=self._session,
                proxy=_proxy(proxy, self._proxy_authorization) if proxy else None,
            ),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
        )

    @asynccontextmanager
    async def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes = b"",
        *,
        connect_timeout: float,
        read_timeout: float,
    ) -> AsyncIterator[Answer]:
        """The answer to one request, redirects not followed; leaving the block early drops the connection."""
        limits = httpx.Timeout(read_timeout, connect=connect_timeout, pool=connect_timeout)
        # Of https the proxy sees the request for the tunnel only, which carries its password by itself.
        own = self._proxy_authorization if url.startswith("http:") else {}
        encoded = [(name.encode(), value.encode()) for name, value in (*headers.items(), *own.items())]
        self._users += 1
        self._idle.clear()
        try:
            async with self._client.stream(
                method, url, headers=encoded, content=content or None, timeout=limits
            ) as response:
                raw = response.headers.raw
                location = next((value for name, value in raw if name.lower() == b"location"), None)
                cookies = tuple(value.decode("latin-1") for name, value in raw if name.lower() == b"set-cookie")
                yield Answer(response.status_code, _readable(raw), location, cookies, response.aiter_raw())
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()

    async def close_when_idle(self) -> None:
        """Closes the connections once nobody uses them."""
        await self._idle.wait()
        await self._client.aclose()

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            socket_factory=self._make_socket,
            ssl=self._ssl_context,
            resolver=self._resolver,
            limit=0,  # the queues of `politeness` are the limit
            keepalive_timeout=_KEEP_ALIVE if self._keeps_alive else None,
            force_close=not self._keeps_alive,
        )
        return aiohttp.ClientSession(
            connector=connector,
            response_class=_ReasonlessResponse,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
        )


@cache
def trusted_authorities() -> ssl.SSLContext:
    """A TLS context that trusts the usual web authorities and those of this machine; read once, since that is slow."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def _proxy(address: str, headers: Mapping[str, str]) -> httpx.Proxy:
    parts = urlsplit(address)
    return httpx.Proxy(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), headers=dict(headers))


def _proxy_authorization(address: str) -> dict[str, str]:
    """The header of RFC 9110, 11.7.2, for the user name and password in the proxy's address; none if it has none."""
    userinfo, at, _ = urlsplit(address).netloc.rpartition("@")
    name, _, password = userinfo.partition(":")
    pair = b64encode(f"{unquote(name)}:{unquote(password)}".encode()).decode("ascii")
    return {"proxy-authorization": f"Basic {pair}"} if at else {}


def _ask_system(host: str, port: int, family: socket.AddressFamily) -> list[Found]:
    found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [(kind, protocol, str(sockaddr[0])) for kind, _, protocol, _, sockaddr in found]


def _readable(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case; of repeated headers the lists are joined, of the others the first counts."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name = raw_name.decode("ascii", "replace").lower()
        value = raw_value.decode("utf-8", "surrogateescape")
        if name not in headers:
            headers[name] = value
        elif name in _COMBINED:
            headers[name] += f", {value}"
    return headers
