from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feedbot.domain.source import DeclaredSource
from feedbot.storage import due, sources
from feedbot.storage.database import Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def declare(database: Database, *ids: str) -> None:
    async with database.write() as connection:
        made = [DeclaredSource(id=one, title=one, url=f"https://{one}.example/") for one in ids]
        await sources.reconcile(connection, made, NOW)


async def test_due_are_those_that_nobody_polls_the_longest_overdue_first(database: Database) -> None:
    await declare(database, "a", "b", "c", "d")
    async with database.write() as connection:
        await due.put_off(connection, {2: NOW - timedelta(hours=1), 4: NOW + timedelta(hours=1)})
        await sources.lease_one(connection, "a", "me", NOW)
        found = await due.due(connection, NOW)
        later = await sources.get(connection, "d")
    assert found == [(2, "https://b.example/"), (3, "https://c.example/")]
    assert later is not None
    assert later.plan_reason == "Many sources were due at once: they are polled in turn."


async def test_where_a_redirect_led_is_the_address_that_is_due(database: Database) -> None:
    await declare(database, "a")
    async with database.write() as connection:
        await sources.lease_one(connection, "a", "me", NOW)
        await sources.save_state(connection, 1, "me", {"moved_to": "https://new.example/", "next_poll_at": NOW})
        assert await due.due(connection, NOW) == [(1, "https://new.example/")]


async def test_what_somebody_polls_is_not_put_off(database: Database) -> None:
    await declare(database, "a", "b")
    later = NOW + timedelta(minutes=3)
    async with database.write() as connection:
        await sources.lease_one(connection, "a", "me", NOW)
        await due.put_off(connection, {1: later, 2: later})
        await due.put_off(connection, {})
        moments = [source.next_poll_at for source in await sources.list_all(connection)]
    assert moments == [NOW, later]


async def test_only_some_of_the_due_are_leased_when_only_they_are_meant(database: Database) -> None:
    await declare(database, "a", "b", "c")
    async with database.write() as connection:
        leased = await sources.lease_due(connection, "me", 10, NOW, among=[1, 3, 99])
        nobody = await sources.lease_due(connection, "me", 10, NOW, among=[])
    assert (sorted(source.id for source in leased), nobody) == (["a", "c"], [])


async def test_only_a_first_failure_of_the_kind_is_forgiven(database: Database) -> None:
    await declare(database, "first", "second", "other", "absent")
    soon = NOW + timedelta(minutes=5)
    states = {"first": (1, "dns"), "second": (2, "dns"), "other": (1, "http"), "absent": (1, "timeout")}
    async with database.write() as connection:
        for name, (failures, kind) in states.items():
            leased = await sources.lease_one(connection, name, "me", NOW)
            assert leased is not None
            values = {"failures": failures, "error_kind": kind, "error_text": "No.", "failing_since": NOW}
            await sources.save_state(connection, leased.number, "me", values)
        count = await due.forgive(connection, {1, 2, 3}, {"dns", "timeout"}, at=soon, reason="Our line was down.")
        stored = {source.id: source for source in await sources.list_all(connection)}
    assert count == 1
    assert {name: source.failures for name, source in stored.items()} == {
        "first": 0,
        "second": 2,
        "other": 1,
        "absent": 1,
    }
    forgiven = stored["first"]
    assert (forgiven.failing_since, forgiven.error_kind, forgiven.error_text) == (None, None, None)
    assert (forgiven.next_poll_at, forgiven.plan_reason) == (soon, "Our line was down.")
