"""A real `feedbot run`, in a process and a folder of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench import children

_START = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """The process, where its site is, and its database file."""

    pid: int
    url: str
    database: Path

    async def until_polled(self, count: int, patience: float) -> None:
        """Returns when so many sources have been polled well; asks the database, so as not to stir the process."""

        async def are_polled() -> bool:
            return self._polled() >= count

        await children.until(are_polled, patience, every=0.2)

    def _polled(self) -> int:
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as reader:
            (count,) = reader.execute("SELECT count(*) FROM source WHERE last_success_at IS NOT NULL").fetchone()
        return int(count)


@contextlib.asynccontextmanager
async def feedbot(place: Path, urls: Sequence[str], **settings: str) -> AsyncIterator[Running]:
    """A feedbot with these sources while the block lasts; `settings` are variables without their `FEEDBOT_`."""
    _configure(place, urls)
    port = free_port()
    given = {
        "WEB__PORT": str(port),
        "DATABASE__URL": f"sqlite:///{place}/var/feedbot.db",
        "FETCH__ALLOW_NETWORKS": "127.0.0.0/8",
        "FETCH__SPACING": "0s",
        "TELEGRAM__MODE": "off",
        **settings,
    }
    environment = children.environment(**{f"FEEDBOT_{name}": value for name, value in given.items()})
    with (place / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "feedbot", "run",
            cwd=place, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    running = Running(process.pid, f"http://127.0.0.1:{port}", place / "var" / "feedbot.db")
    try:
        await until_it_answers(process, f"{running.url}/healthz", place / "log")
        yield running
    finally:
        await children.end(process)


def _configure(place: Path, urls: Sequence[str]) -> None:
    folder = place / "config" / "sources"
    folder.mkdir(parents=True)
    (place / "config" / "feedbot.yaml").write_text("", "utf-8")
    if urls:
        entries = (
            f"  - {{id: town-{number}, title: Town {number}, url: '{url}', categories: [News/Town]}}\n"
            for number, url in enumerate(urls)
        )
        (folder / "towns.yaml").write_text("sources:\n" + "".join(entries), "utf-8")


async def until_it_answers(process: asyncio.subprocess.Process, url: str, log: Path) -> None:
    """Returns when the address answers well.

    Raises:
        RuntimeError: the process ended; the text has the end of its log.
    """
    async with aiohttp.ClientSession() as session:

        async def is_up() -> bool:
            if process.returncode is not None:
                raise RuntimeError(f"a server ended: {_end_of(log)}")
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url) as answer:
                    return answer.ok
            return False

        await children.until(is_up, _START)


def _end_of(log: Path) -> str:
    return log.read_text("utf-8")[-500:]


def free_port() -> int:
    """A port on which nothing listens at the moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
