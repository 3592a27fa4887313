"""The clock ticks until it is stopped, and a stop tears nothing apart."""

from __future__ import annotations

import asyncio

import pytest

from feedbot.engine.clock import Clock, Tick


async def test_a_tick_that_fails_is_tried_again_and_counts_not_as_alive(caplog: pytest.LogCaptureFixture) -> None:
    twice = asyncio.Event()
    count = 0

    async def fail() -> None:
        nonlocal count
        count += 1
        if count == 2:
            twice.set()
        raise RuntimeError("no database")

    clock = Clock((Tick("polls", 0.02, fail),))
    clock.start()
    await asyncio.wait_for(twice.wait(), 5)
    await clock.stop()

    assert not clock.is_alive
    assert not [one for one in caplog.records if one.name.startswith("apscheduler")]


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
