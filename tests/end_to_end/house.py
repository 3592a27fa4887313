"""feedbot as its own process, with the Bot API and the portals that it talks to in the process of the test."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from starlette.applications import Starlette
from starlette.routing import Mount

from feedbot.sandbox.server import SandboxTelegram
from sandbox.stage import serving

TOKEN = "4242:EndToEndToken"
PATIENCE = 40.0
# The promise is three seconds. A busy machine takes longer; a stop that waits for something would take half a minute.
STOPPED_WITHIN = 10.0
ROOT = Path(__file__).parents[2]


async def until(condition: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """The first true value of the condition (or of what it awaits); fails with its source when that takes too long."""
    async with asyncio.timeout(patience):
        while True:
            value = condition()
            if isinstance(value, Awaitable):
                value = await value
            if value:
                return value
            await asyncio.sleep(0.05)


def free_port() -> int:
    """A port on which nothing listens at the moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class FeedbotProcess:
    """One installation: a configuration directory, a database, and the process while it runs."""

    folder: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where the site is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_path(self) -> Path:
        """Everything that the process wrote."""
        return self.folder / "feedbot.log"

    @property
    def database_url(self) -> str:
        """The database of this installation."""
        return f"sqlite:///{self.folder}/var/feedbot.db"

    def configure(self, name: str, text: str) -> None:
        """Writes a file of the configuration directory."""
        path = self.folder / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    async def command(self, *arguments: str) -> tuple[int, str, str]:
        """Runs `feedbot ...` to its end: exit code, standard output, standard error."""
        process = await self._start(*arguments, output=asyncio.subprocess.PIPE)
        out, error = await process.communicate()
        return process.returncode or 0, out.decode(), error.decode()

    async def start(self) -> None:
        """Starts `feedbot run` and returns when it says that it is running."""
        before = self.log().count("feedbot is running")
        with self.log_path.open("ab") as log:
            self.process = await self._start("run", output=log)

        def ready() -> bool:
            if self.process and self.process.returncode is not None:
                raise AssertionError(f"feedbot ended: {self.log()}")
            return self.log().count("feedbot is running") > before

        await until(ready)

    async def stop(self) -> float:
        """Presses Ctrl-C; the seconds until the process ended, which must have ended well."""
        assert self.process is not None
        began = asyncio.get_running_loop().time()
        self.process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(self.process.wait(), PATIENCE) == 0, self.log()
        return asyncio.get_running_loop().time() - began

    async def kill(self) -> None:
        """Ends it as `kill -9` does."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as response:
            return response.status, await response.text()

    async def status(self) -> Any:
        """What `feedbot status --json` prints."""
        code, out, error = await self.command("status", "--json")
        assert code == 0, error
        return json.loads(out)

    def log(self) -> str:
        """What the process has written so far."""
        return self.log_path.read_text("utf-8") if self.log_path.exists() else ""

    async def _start(self, *arguments: str, output: Any) -> asyncio.subprocess.Process:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FEEDBOT_")}
        environment = {
            **kept,
            "PYTHONPATH": str(ROOT / "src"),
            "FEEDBOT_WEB__PORT": str(self.port),
            "FEEDBOT_DATABASE__URL": self.database_url,
            **self.environment,
        }
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "feedbot",
            *arguments,
            cwd=self.folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output if output is not asyncio.subprocess.PIPE else asyncio.subprocess.PIPE,
        )


@contextlib.asynccontextmanager
async def installation(folder: Path, **environment: str) -> AsyncIterator[FeedbotProcess]:
    """An installation that is killed when the test ends."""
    made = FeedbotProcess(folder, environment)
    made.configure("feedbot.yaml", "")
    try:
        yield made
    finally:
        if made.process and made.process.returncode is None:
            await made.kill()


@dataclass
class Town:
    """The outside world: a Bot API, and whatever sites a test adds."""

    telegram: SandboxTelegram
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """The settings with which a feedbot lives in this world."""
        return {
            "FEEDBOT_TELEGRAM__TOKEN": TOKEN,
            "FEEDBOT_TELEGRAM__API_URL": f"{self.url}/telegram",
            "FEEDBOT_TELEGRAM__ACCESS": "public",
            "FEEDBOT_FETCH__ALLOW_NETWORKS": "127.0.0.0/8",
            "FEEDBOT_FETCH__SPACING": "0s",
            "FEEDBOT_DELIVERY__BATCH_SECONDS": "0",
            "FEEDBOT_POLLING__MIN_INTERVAL": "1s",
        }

    def texts(self, chat_id: int) -> list[str]:
        """The texts that the bot sent to a chat."""
        return [one["text"] for one in self.telegram.messages(chat_id) if one.get("from", {}).get("is_bot")]


@contextlib.asynccontextmanager
async def town(*, limits: bool = True, **sites: Any) -> AsyncIterator[Town]:
    """A world with a Bot API at `/telegram` and each site below its name."""
    telegram = SandboxTelegram(token=TOKEN, limits=limits)
    mounts = [Mount(f"/{name}", site) for name, site in sites.items()]
    await telegram.start()
    try:
        async with serving(Starlette(routes=[*mounts, Mount("/telegram", telegram.app())])) as url:
            yield Town(telegram, url)
            await telegram.stop()
    finally:
        await telegram.stop()
