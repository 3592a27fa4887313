"""kill -9 while messages are being sent: nothing is lost, and only what was on its way may come twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from feedbot.sandbox.server import Injected
from feedbot.services.delivering import CONCURRENCY
from feedbot.storage.database import Database
from services.delivery_rig import TOKEN, Rig, rig, until

ROOT = Path(__file__).parents[2]
# Imports everything once, since aiogram takes seconds, and then becomes a new deliverer for each line that it reads.
PROGRAM = """
import asyncio, os, signal, sys
import feedbot.telegram.sender
from feedbot import telegram
from feedbot.domain.pacing import Limits, Rate
from feedbot.services.delivering import Deliverer
from feedbot.services.parcels import MessageOptions
from feedbot.storage.database import Database

async def main(database_url, api_url, token):
    sender = await telegram.connect(token, api_url)
    fast = Rate(10_000, 1.0)
    limits = Limits(bot=fast, chat=fast, group=fast)
    await Deliverer(Database(database_url), sender, MessageOptions(burst=50), limits).run()

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(2, 1)
        asyncio.run(main(*sys.argv[1:]))
    print(child, flush=True)
"""
PEOPLE, STORIES, KILLS = 40, 4, 4


@asynccontextmanager
async def nursery(database_url: str, api_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process that starts deliverers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        *(database_url, api_url, TOKEN),
        env={"PYTHONPATH": str(ROOT / "src")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


async def run_and_kill(process: asyncio.subprocess.Process, town: Rig, *, after: int) -> None:
    """Starts a deliverer, and kills it the moment that the Bot API has seen so many more messages."""
    assert process.stdin
    assert process.stdout
    goal = town.sandbox.calls.by_method["sendMessage"] + after
    process.stdin.write(b"go\n")
    async with asyncio.timeout(60):
        child = int(await process.stdout.readline())
    await until(lambda: town.sandbox.calls.by_method["sendMessage"] >= goal)
    os.kill(child, signal.SIGKILL)


async def test_no_delivery_is_lost_and_only_sends_in_flight_repeat(sqlite: Database, sqlite_url: str) -> None:
    async with rig(sqlite) as town:
        people = [await town.person(f"Person {number}") for number in range(PEOPLE)]
        titles = [f"Story {number}" for number in range(STORIES)]
        await town.publish(*titles)
        town.sandbox.inject(None, "sendMessage", Injected(200, delay=0.02), 10_000)
        async with nursery(sqlite_url, town.api_url) as process:
            for _ in range(KILLS):
                await run_and_kill(process, town, after=PEOPLE * STORIES // KILLS)
        town.sandbox.clear_faults()
        deliverer = town.deliverer(burst=50)
        await deliverer.recover()
        await town.deliver(deliverer)
        got = {chat: town.titles(chat) for chat in people}
        assert {chat: list(dict.fromkeys(seen)) for chat, seen in got.items()} == dict.fromkeys(people, titles)
        repeated = sum((Counter(seen) - Counter(titles)).total() for seen in got.values())
        rows = await town.rows("state", "repeats")
        assert {state for state, _ in rows} == {"sent"}
        counted = sum(repeats for _, repeats in rows)
        assert repeated <= counted <= KILLS * CONCURRENCY
