"""Requests as fast as they are answered, from a process of their own: wrk where it is installed, else this module."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvloop

from bench import children

_TOTAL = re.compile(r"(\d+) requests in ([\d.]+)(ms|s|m)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}
_GRACE = 30.0


@dataclass(frozen=True, slots=True)
class Answered:
    """How many requests were answered, in how many seconds."""

    requests: int
    seconds: float


def find_wrk() -> str | None:
    """Where wrk is installed, if it is."""
    return shutil.which("wrk")


async def run(url: str, headers: Mapping[str, str], *, wrk: str | None, connections: int, seconds: float) -> Answered:
    """What a server answers to wrk, or to this module, on kept-alive connections, one request after the other on each.

    Raises:
        ValueError: answers were wrong or missing.
    """
    given = (f"{name}: {value}" for name, value in headers.items())
    if wrk:
        whole = max(round(seconds), 1)
        lines = (f"-H{line}" for line in given)
        return _read_wrk(await _output(wrk, "-t1", f"-c{connections}", f"-d{whole}s", *lines, url))
    text = await _output(sys.executable, "-m", "bench.load", url, str(connections), str(seconds), *given)
    found = json.loads(text)
    return Answered(found["requests"], found["seconds"])


def _read_wrk(text: str) -> Answered:
    total = _TOTAL.search(text)
    if total is None or "Non-2xx" in text or "Socket errors" in text:
        raise ValueError(f"wrk met errors: {text}")
    return Answered(int(total[1]), float(total[2]) * _UNITS[total[3]])


async def _output(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=children.ROOT, env=children.environment(), stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), children.PATIENCE + _GRACE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ValueError(f"{command[0]} ended with code {process.returncode}")
    return out.decode()


async def _ask(url: str, connections: int, seconds: float, headers: list[str]) -> Answered:
    """What this process itself gets answered."""
    parts = urlsplit(url)
    lines = [f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}", *headers]
    request = "\r\n".join(lines).encode() + b"\r\n\r\n"
    began = time.perf_counter()
    work = (_ask_on_one(str(parts.hostname), parts.port or 80, request, began + seconds) for _ in range(connections))
    counts = await asyncio.gather(*work)
    return Answered(sum(counts), time.perf_counter() - began)


async def _ask_on_one(host: str, port: int, request: bytes, until: float) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    count = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if head[9:12] == b"200":
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
        elif head[9:12] != b"304":
            raise ValueError(f"an answer was {head[:40]!r}")
        count += 1
    writer.close()
    return count


if __name__ == "__main__":
    answered = uvloop.run(_ask(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]))
    sys.stdout.write(json.dumps({"requests": answered.requests, "seconds": answered.seconds}))
