"""A web server in a thread of its own, for commands that run their own event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from misbehaving import MisbehavingServer


@contextmanager
def serving() -> Iterator[MisbehavingServer]:
    """A server that answers from another thread until the end of the block."""
    server = MisbehavingServer()
    loop = asyncio.new_event_loop()
    is_up, ends = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with server:
            is_up.set()
            await ends.wait()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert is_up.wait(5)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ends.set)
        thread.join(5)
