"""Feed requests per second: a running feedbot beside nginx with the same bytes as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from bench import load, nginx, site
from bench.children import Say, child, cpu_of, folder
from bench.figures import Figure
from bench.running import feedbot

_SOURCES = 10
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """Seconds of each measurement, connections that are kept alive, and whether nginx and wrk may be used."""

    seconds: float = 5.0
    connections: int = 32
    tools: bool = True

    @property
    def wrk(self) -> str | None:
        """The load generator; None for our own."""
        return load.find_wrk() if self.tools else None


FULL = Size()
QUICK = Size(seconds=1.0)


@dataclass(frozen=True, slots=True)
class _Rate:
    per_second: float
    microseconds: float  # of CPU for each


async def measure(size: Size, say: Say) -> list[Figure]:
    """Requests per second and processor time a request, of a feed of 50 articles."""
    with folder() as place, folder() as beside:
        async with child("bench.site") as served:
            urls = [site.address(number, served.ready["port"], hosts=_SOURCES) for number in range(_SOURCES)]
            async with feedbot(place, urls) as running:
                await running.until_polled(_SOURCES, _PATIENCE)
                url = f"{running.url}/feeds/all.rss"
                _, _, body = await _get(url, {})
                say(f"a feed of {len(body):,} bytes, load by {size.wrk or 'this program'} ...")
                async with nginx.serving(body, beside, nginx.find_nginx() if size.tools else None) as base:
                    return await _compare(url, running.pid, base, size)


async def _compare(url: str, pid: int, base: nginx.Server, size: Size) -> list[Figure]:
    figures = []
    for what, status, headers, knows in (
        ("200", 200, {}, False),
        ("200, gzip", 200, {"Accept-Encoding": "gzip"}, False),
        ("304", 304, {}, True),
    ):
        ours = await _rate(url, pid, headers, size, status=status, knows=knows)
        theirs = await _rate(base.url, base.pid, headers, size, status=status, knows=knows)
        figures.append(Figure(what, "requests/s", ours.per_second, theirs.per_second, base.name))
        figures.append(Figure(what, "CPU us a request", ours.microseconds, theirs.microseconds, base.name))
    return figures


async def _rate(url: str, pid: int, headers: Mapping[str, str], size: Size, *, status: int, knows: bool) -> _Rate:
    """What the server does with requests like this one, of clients that know the feed or not."""
    _, etag, _ = await _get(url, headers)
    asked = {**headers, "If-None-Match": etag} if knows else dict(headers)
    found, _, _ = await _get(url, asked)
    if found != status:
        raise ValueError(f"{url} answers {found} instead of {status}")
    before = cpu_of(pid)
    answered = await load.run(url, asked, wrk=size.wrk, connections=size.connections, seconds=size.seconds)
    used = cpu_of(pid) - before
    return _Rate(answered.requests / answered.seconds, 1e6 * used / max(answered.requests, 1))


async def _get(url: str, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
    """Status, validator and body of one answer."""
    async with (
        aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as session,
        session.get(url, headers=headers) as answer,
    ):
        return answer.status, answer.headers.get("ETag", ""), await answer.read()
