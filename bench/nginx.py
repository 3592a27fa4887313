"""nginx as the baseline of a web server: one worker, one file, its compressed form beside it."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import children
from bench.running import free_port, until_it_answers

_CONFIGURATION = """
daemon off; worker_processes 1; pid {place}/nginx.pid; error_log stderr error; {user}
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on; gzip_static on; gzip_vary on;
  types {{ application/rss+xml rss; }}
  client_body_temp_path {place}/1; proxy_temp_path {place}/2; fastcgi_temp_path {place}/3; uwsgi_temp_path {place}/4;
  scgi_temp_path {place}/5;
  server {{ listen 127.0.0.1:{port}; root {place}/www; open_file_cache max=8; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running baseline: its name, the address of the file, and the process that answers."""

    name: str
    url: str
    pid: int


def find_nginx() -> str | None:
    """Where nginx is installed, if it is; on Debian not all users have that folder in their path."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextlib.asynccontextmanager
async def serving(body: bytes, place: Path, program: str | None) -> AsyncIterator[Server]:
    """The body as a file of nginx (`program`), or without one of a small asyncio server."""
    path = _write(body, place / "www")
    if program:
        async with _nginx(program, place) as server:
            yield server
        return
    async with children.child("bench.static", str(path)) as static:
        url = f"http://127.0.0.1:{static.ready['port']}/feed.rss"
        yield Server("a bare asyncio server (without nginx)", url, static.process.pid)


def _write(body: bytes, folder: Path) -> Path:
    """Writes the file and its compressed form; where it is."""
    folder.mkdir()
    path = folder / "feed.rss"
    path.write_bytes(body)
    path.with_suffix(".rss.gz").write_bytes(gzip.compress(body, 6))
    return path


@contextlib.asynccontextmanager
async def _nginx(program: str, place: Path) -> AsyncIterator[Server]:
    port = free_port()
    # Started by root, its worker would be somebody who cannot read a private folder.
    user = "" if os.geteuid() else "user root;"
    (place / "nginx.conf").write_text(_CONFIGURATION.format(place=place, port=port, user=user), "utf-8")
    with (place / "nginx.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program, "-e", "stderr", "-p", str(place), "-c", str(place / "nginx.conf"), stderr=log
        )
    try:
        url = f"http://127.0.0.1:{port}/feed.rss"
        await until_it_answers(process, url, place / "nginx.log")
        (worker,) = psutil.Process(process.pid).children()
        yield Server("nginx, one worker", url, worker.pid)
    finally:
        await children.end(process)
