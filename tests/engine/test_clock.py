"""The clock ticks until it is stopped, and a stop tears nothing apart."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from feedbot.engine.clock import Clock, Tick


async def test_a_tick_that_fails_is_tried_again_told_once_and_told_when_it_is_back() -> None:
    back = asyncio.Event()
    errors = ["no disk", "no disk", "no disk", "no database"]

    async def fail() -> None:
        if errors:
            raise RuntimeError(errors.pop(0))
        back.set()

    clock = Clock((Tick("polls", 0.02, fail),))
    assert not clock.is_alive
    with capture_logs() as logged:
        clock.start()
        await asyncio.wait_for(back.wait(), 5)
        await clock.stop()

    assert clock.is_alive
    assert [(one["event"], one["log_level"]) for one in logged] == [
        ("tick_failed", "error"),
        ("tick_failed", "error"),
        ("tick_is_back", "info"),
    ]


async def test_a_stop_lets_a_running_tick_end_and_starts_no_other() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    ended = []

    async def work() -> None:
        begun.set()
        await may_end.wait()
        ended.append("work")

    clock = Clock((Tick("polls", 0.02, work),))
    clock.start()
    await asyncio.wait_for(begun.wait(), 5)
    stopping = asyncio.create_task(clock.stop(5))
    await asyncio.sleep(0)
    may_end.set()
    await asyncio.wait_for(stopping, 5)

    assert ended == ["work"]
    assert clock.is_alive


async def test_a_tick_that_does_not_end_is_cancelled_without_an_error_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = asyncio.Event()
    ends = []

    async def hang() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    clock = Clock((Tick("housekeeping", 0.02, hang),))
    clock.start()
    await asyncio.wait_for(begun.wait(), 5)
    await asyncio.wait_for(clock.stop(0.01), 5)

    assert ends == ["cancelled"]
    assert caplog.records == []


async def test_a_clock_that_never_started_stops_at_once() -> None:
    await asyncio.wait_for(Clock(()).stop(), 5)


async def test_a_clock_that_is_set_back_stops_no_tick() -> None:
    ticks: asyncio.Queue[None] = asyncio.Queue()

    async def work() -> None:
        ticks.put_nowait(None)

    clock = Clock((Tick("housekeeping", 3600, work),))
    clock.start()
    await asyncio.wait_for(ticks.get(), 5)
    clock.catch_up(datetime.now(UTC))
    assert ticks.empty()
    async with asyncio.timeout(5):
        while ticks.empty():
            # More than once: a tick is left out while the scheduler has not yet noticed that the first has ended.
            clock.catch_up(datetime.now(UTC) - timedelta(days=300))
            await asyncio.sleep(0.01)
    await clock.stop()
