"""Hosts are spoken to one at a time, with pauses, and left alone when they ask for it; nobody waits for a stranger."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.fetching.politeness import HostOnHoldError, HostQueues, Slots


class Stage:
    """Visits that last until the test ends them, and a clock that the test moves."""

    def __init__(self, *, concurrency: int = 10, per_host: int = 1, spacing: float = 1.0) -> None:
        self.now = 0.0
        self.sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.running: list[str] = []
        self.log: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.exits: dict[str, asyncio.Event] = {}
        self.queues = HostQueues(
            concurrency=concurrency, per_host=per_host, spacing=spacing, clock=lambda: self.now, sleep=self.sleep
        )

    async def sleep(self, seconds: float) -> None:
        waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sleepers.append((self.now + seconds, waker))
        await waker

    async def visit(self, name: str, host: str, site: str | None = None, *, first: bool = False) -> None:
        """Starts a visit and lets everything settle."""
        self.exits[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._visit(name, host, site, first=first))
        await settle()

    async def finish(self, name: str) -> None:
        self.exits[name].set()
        await settle()

    async def cancel(self, name: str) -> None:
        self.tasks[name].cancel()
        await settle()

    async def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for at, waker in self.sleepers:
            if at <= self.now and not waker.done():
                waker.set_result(None)
        self.sleepers = [sleeper for sleeper in self.sleepers if not sleeper[1].done()]
        await settle()

    async def _visit(self, name: str, host: str, site: str | None, *, first: bool) -> None:
        async with self.queues.turn(host, site, first=first):
            self.running.append(name)
            self.log.append(f"{name}@{self.now:g}")
            try:
                await self.exits[name].wait()
            finally:
                self.running.remove(name)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_host_is_visited_one_at_a_time_with_the_spacing_from_end_to_start() -> None:
    stage = Stage(spacing=1.0)
    for name in ("a", "b", "c"):
        await stage.visit(name, "host")
    assert stage.running == ["a"]

    await stage.pass_time(5)
    await stage.finish("a")
    assert stage.running == []
    await stage.pass_time(0.9)
    assert stage.running == []
    await stage.pass_time(0.1)
    assert stage.running == ["b"]
    await stage.finish("b")
    await stage.pass_time(1)
    await stage.finish("c")

    assert stage.log == ["a@0", "b@6", "c@7"]


async def test_spacing_is_kept_after_a_visit_that_failed() -> None:
    stage = Stage(spacing=1.0)
    await stage.visit("a", "host")
    await stage.visit("b", "host")

    await stage.cancel("a")
    assert stage.running == []
    await stage.pass_time(1)

    assert stage.running == ["b"]


async def test_other_hosts_do_not_wait() -> None:
    stage = Stage()
    for number in range(5):
        await stage.visit(f"v{number}", f"host{number}")

    assert len(stage.running) == 5


async def test_visitors_of_a_busy_host_take_no_overall_slot_while_they_wait() -> None:
    stage = Stage(concurrency=2)
    for name in ("slow1", "slow2", "slow3"):
        await stage.visit(name, "slow")
    await stage.visit("other", "quick")

    assert stage.running == ["slow1", "other"]
    assert stage.queues.running == 2


async def test_no_more_than_the_overall_limit_run_and_the_rest_follow() -> None:
    stage = Stage(concurrency=3)
    for number in range(30):
        await stage.visit(f"v{number}", f"host{number}")
    assert stage.running == ["v0", "v1", "v2"]

    for number in range(30):
        assert len(stage.running) <= 3
        await stage.finish(f"v{number}")

    assert [entry.partition("@")[0] for entry in stage.log] == [f"v{number}" for number in range(30)]
    assert stage.queues.running == 0


async def test_per_host_visits_may_be_more_than_one() -> None:
    stage = Stage(per_host=2, spacing=1.0)
    for name in ("a", "b", "c"):
        await stage.visit(name, "host")
    assert stage.running == ["a", "b"]

    await stage.finish("a")
    await stage.pass_time(0.5)
    await stage.finish("b")
    await stage.pass_time(0.5)
    assert stage.running == []  # the later end counts
    await stage.pass_time(0.5)

    assert stage.running == ["c"]


async def test_the_hosts_of_a_site_share_its_turns_and_its_spacing() -> None:
    stage = Stage(spacing=1.0)
    for name in ("www", "m", "rss"):
        await stage.visit(name, f"{name}.site", "site")
    await stage.visit("other", "other.example", "example")
    assert stage.running == ["www", "other"]

    await stage.finish("www")
    await stage.pass_time(1)
    assert stage.running == ["other", "m"]
    await stage.finish("m")
    await stage.pass_time(1)

    assert stage.log == ["www@0", "other@0", "m@1", "rss@2"]


async def test_a_hold_concerns_its_host_and_not_the_others_of_its_site() -> None:
    stage = Stage(spacing=1.0)
    stage.queues.hold("www.site", 20)
    await stage.visit("www", "www.site", "site")
    await stage.visit("m", "m.site", "site")
    assert stage.running == ["m"]
    assert (stage.queues.held_for("www.site"), stage.queues.held_for("m.site")) == (20, 0)

    stage.queues.hold("m.site", 120)
    with pytest.raises(HostOnHoldError):
        async with stage.queues.turn("m.site", "site"):
            raise AssertionError
    await stage.finish("m")
    await stage.pass_time(20)

    assert stage.running == ["www"]


async def test_a_slow_host_holds_up_its_own_visitors_and_no_others_of_its_site() -> None:
    stage = Stage(spacing=1.0)
    stage.queues.slow_down("www.site", 60)
    for name in ("a", "b"):
        await stage.visit(name, "www.site", "site")
    await stage.visit("c", "m.site", "site")
    await stage.finish("a")
    await stage.pass_time(1)
    assert stage.running == ["c"]
    await stage.finish("c")
    await stage.pass_time(58)
    assert stage.running == []
    await stage.pass_time(1)

    assert stage.log == ["a@0", "c@1", "b@60"]


async def test_a_host_that_holds_while_a_visitor_waits_for_the_site_is_left_alone() -> None:
    stage = Stage(spacing=1.0)
    await stage.visit("m", "m.site", "site")
    await stage.visit("www", "www.site", "site")
    stage.queues.hold("www.site", 300)
    await stage.finish("m")
    await stage.pass_time(1)

    with pytest.raises(HostOnHoldError):
        await stage.tasks["www"]


async def test_a_platform_of_many_hosts_serves_each_in_its_turn() -> None:
    stage = Stage(spacing=1.0)
    for number in range(20):
        await stage.visit(f"v{number}", f"host{number % 4}.site", "site")
    for _ in range(20):
        assert len(stage.running) == 1
        await stage.finish(stage.running[0])
        await stage.pass_time(1)

    assert sorted(entry.partition("@")[0] for entry in stage.log) == sorted(f"v{number}" for number in range(20))
    first = [entry.partition("@")[0] for entry in stage.log[:4]]
    assert first == ["v0", "v1", "v2", "v3"]


async def test_a_redirect_on_the_same_host_goes_ahead_of_those_who_wait() -> None:
    stage = Stage(spacing=0)
    for name in ("a", "b"):
        await stage.visit(name, "host")
    await stage.visit("redirected", "host", first=True)

    await stage.finish("a")

    assert stage.running == ["redirected"]


@pytest.mark.parametrize("doomed", ["running", "waiting", "pausing", "blocked"])
async def test_a_cancelled_visit_gives_back_everything_it_held(doomed: str) -> None:
    """Cancelled while it runs, waits for its host, pauses between visits, or waits for an overall slot."""
    stage = Stage(concurrency=1, spacing=1.0)
    await stage.visit("running", "host")
    await stage.visit("waiting", "host")
    await stage.visit("blocked", "other")
    if doomed == "pausing":
        await stage.finish("blocked")
        await stage.finish("running")
    await stage.cancel({"pausing": "waiting"}.get(doomed, doomed))
    await stage.visit("last", "host")
    for _ in range(5):
        for name in ("running", "waiting", "blocked", "last"):
            stage.exits[name].set()
        await stage.pass_time(1)

    assert "last" in [entry.partition("@")[0] for entry in stage.log]
    assert stage.running == []
    assert stage.queues.running == 0


async def test_a_host_on_a_long_hold_is_refused_at_once_also_to_those_who_wait_already() -> None:
    stage = Stage(spacing=0)
    await stage.visit("a", "host")
    await stage.visit("b", "host")
    stage.queues.hold("host", 120)
    await stage.pass_time(20)
    await stage.finish("a")

    with pytest.raises(HostOnHoldError) as waiting:
        await stage.tasks["b"]
    with pytest.raises(HostOnHoldError) as fresh:
        async with stage.queues.turn("host"):
            raise AssertionError
    assert (waiting.value.seconds, fresh.value.seconds) == (100, 100)

    await stage.pass_time(100)
    await stage.visit("c", "host")
    assert stage.running == ["c"]


async def test_a_short_hold_is_waited_for() -> None:
    stage = Stage()
    stage.queues.hold("host", 30)
    await stage.visit("a", "host")
    assert stage.running == []

    await stage.pass_time(30)

    assert stage.log == ["a@30"]


async def test_a_shorter_hold_does_not_end_a_longer_one_and_none_lasts_over_a_day() -> None:
    stage = Stage()
    stage.queues.hold("host", 10**9)
    stage.queues.hold("host", 5)

    with pytest.raises(HostOnHoldError) as caught:
        async with stage.queues.turn("host"):
            raise AssertionError

    assert caught.value.seconds == 86_400


async def test_new_limits_serve_those_who_wait_already() -> None:
    stage = Stage(concurrency=1, spacing=5)
    for number in range(3):
        await stage.visit(f"v{number}", f"host{number}")
    await stage.visit("again", "host0")
    assert stage.running == ["v0"]

    stage.queues.resize(concurrency=10, per_host=2, spacing=0)
    await settle()

    assert sorted(stage.running) == ["again", "v0", "v1", "v2"]


async def test_hosts_of_the_past_are_forgotten_and_those_on_hold_are_not() -> None:
    stage = Stage(spacing=1.0)
    stage.queues.hold("held", 80_000)
    for number in range(5000):
        async with stage.queues.turn(f"host{number}"):
            pass
        stage.now += 1.1

    assert stage.queues.remembered <= 256
    with pytest.raises(HostOnHoldError):
        async with stage.queues.turn("held"):
            raise AssertionError


async def test_a_newcomer_behind_a_cancelled_waiter_is_served() -> None:
    """The cancelled one is still in the queue when the slot becomes free and the newcomer arrives."""
    slots = Slots(1)
    await slots.acquire()
    waiter = asyncio.create_task(slots.acquire())
    await settle()
    waiter.cancel()
    slots.release()
    newcomer = asyncio.create_task(slots.acquire())

    async with asyncio.timeout(1):
        await newcomer
    assert slots.used == 1


async def test_a_slot_given_to_a_task_that_is_cancelled_in_the_same_moment_is_not_lost() -> None:
    slots = Slots(1)
    await slots.acquire()
    waiter = asyncio.create_task(slots.acquire())
    await settle()
    slots.release()
    waiter.cancel()
    await settle()

    assert waiter.cancelled()
    assert slots.is_idle


@settings(max_examples=40, deadline=None)
@given(
    plan=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=40),
    concurrency=st.integers(1, 4),
    per_host=st.integers(1, 2),
)
def test_whatever_happens_no_limit_is_exceeded_and_no_slot_is_lost(
    plan: list[tuple[int, int, bool]], concurrency: int, per_host: int
) -> None:
    async def play() -> None:
        stage = Stage(concurrency=concurrency, per_host=per_host, spacing=0.5)
        for number, (host, act, is_first) in enumerate(plan):
            await stage.visit(f"{host}-{number}", f"host{host}", first=is_first)
            names = sorted(stage.tasks)
            chosen = names[(number * 7 + act) % len(names)]
            if act == 0:
                stage.exits[chosen].set()
            elif act == 1:
                stage.tasks[chosen].cancel()
            await stage.pass_time(0.25)
            assert len(stage.running) <= concurrency
            for one in range(4):
                assert sum(name.startswith(f"{one}-") for name in stage.running) <= per_host
        for event in stage.exits.values():
            event.set()
        for _ in range(len(plan) + 2):
            await stage.pass_time(0.5)
        assert all(task.done() for task in stage.tasks.values())
        assert stage.queues.running == 0

    asyncio.run(play())
