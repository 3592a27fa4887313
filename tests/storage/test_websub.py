"""Subscriptions at hubs as they are stored, on each engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feedbot.domain.source import DeclaredSource
from feedbot.storage import sources, websub
from feedbot.storage.database import Connection, Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HUB, TOPIC = "https://hub.example/", "https://t.example/feed"


async def declare(connection: Connection, *ids: str) -> None:
    declared = [DeclaredSource(id=name, title=name, url=f"https://{name}.example/") for name in ids]
    await sources.reconcile(connection, declared, NOW)


async def offer(connection: Connection, number: int, hub: str = HUB) -> None:
    await websub.offer(connection, number, hub, TOPIC, token=f"t{number}", secret="s", now=NOW)


async def states(connection: Connection) -> list[tuple[int, str]]:
    found = [await websub.of_source(connection, number) for number in (1, 2, 3)]
    return [(one.source_number, one.state) for one in found if one]


async def test_a_hub_is_remembered_once_and_given_up_for_another(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection, "a")
        assert not await websub.is_any(connection)
        await offer(connection, 1)
        await offer(connection, 1)
        [found] = await websub.due(connection, NOW, 10)
        assert found == await websub.of_token(connection, "t1")
        assert (found.state, found.attempts, found.next_try_at) == ("asked", 0, NOW)
        assert await websub.change(connection, 1, {"state": "active", "next_try_at": None}, only_in="asked")
        assert not await websub.change(connection, 1, {"state": "refused"}, only_in="asked")
        await offer(connection, 1)
        assert await websub.due(connection, NOW, 10) == []
        await offer(connection, 1, "https://other.example/")
        assert await states(connection) == [(1, "ending")]
        assert len(await websub.due(connection, NOW, 10)) == 1
        await websub.forget(connection, 1)
        assert await websub.of_source(connection, 1) is None


async def test_sources_that_nobody_wants_or_that_are_gone_say_goodbye(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection, "a", "b", "c")
        for number in (1, 2, 3):
            await offer(connection, number)
        await websub.withdraw_unwanted(connection, NOW)
        assert await states(connection) == [(1, "asked"), (2, "asked"), (3, "asked")]
        await declare(connection, "b", "c")
        await sources.lease_one(connection, "c", "me", NOW)
        await sources.save_state(connection, 3, "me", {"gone_at": NOW})
        await websub.withdraw_unwanted(connection, NOW + timedelta(hours=1))
        assert await states(connection) == [(1, "ending"), (2, "asked"), (3, "ending")]
        await websub.ask_again(connection, NOW)
        assert await states(connection) == [(1, "ending"), (2, "asked"), (3, "ending")]
