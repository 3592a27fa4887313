"""Reading pages, however huge, leaves the rest of the program its turn."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime

from feedbot.domain.source import Source, SourceOptions
from feedbot.services.parsing import THREADS, in_parser_thread
from feedbot.services.visiting import read_list
from feedbot.sources.spec import Page

NOW = datetime(2026, 11, 24, tzinfo=UTC)


async def test_parsers_that_take_long_keep_nobody_else_waiting() -> None:
    done = threading.Event()
    parsers = [asyncio.create_task(in_parser_thread(done.wait, 10)) for _ in range(60)]
    try:
        await asyncio.sleep(0)
        assert await asyncio.wait_for(asyncio.to_thread(threading.active_count), 5) >= THREADS
    finally:
        done.set()
    assert all(await asyncio.gather(*parsers))


async def test_looking_what_a_page_is_leaves_the_event_loop_its_turn() -> None:
    rows = "".join(f'<li><a href="/a/{number}">Story number {number} of the town</a></li>' for number in range(3000))
    page = Page(f"<ul>{rows}</ul>".encode(), "https://town.example/", "text/html", "utf-8")
    source = Source(
        id="town", title="Town", url=page.url, type="auto", options=SourceOptions(), number=1, created_at=NOW
    )
    shares: list[float] = []
    while len(shares) < 5 and min(shares, default=1) >= 1 / 3:  # the best counts: this machine may be busy
        reading = asyncio.create_task(read_list(source, page, now=NOW))
        begun = last = time.perf_counter()
        longest = 0.0
        while not reading.done():
            await asyncio.sleep(0)
            longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
        assert (await reading).count == 3000
        shares.append(longest / (last - begun))
    assert min(shares) < 1 / 3
