from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.storage import categories, sources
from feedbot.storage.database import Database
from feedbot.storage.tables import source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOWN = DeclaredSource(
    id="town",
    title="安源区政府",
    url="https://town.example/",
    options=SourceOptions(categories=("城事资讯/安源区政府",)),
)
BLOG = DeclaredSource(id="blog", title="Blog", url="https://blog.example/feed", type="feed")


async def declare(database: Database, *declared: DeclaredSource, at: datetime = NOW) -> sources.Reconciled:
    async with database.write() as connection:
        return await sources.reconcile(connection, declared, at)


async def test_declared_sources_are_added_and_due_at_once_with_their_categories(database: Database) -> None:
    assert await declare(database, TOWN, BLOG) == sources.Reconciled(added=("town", "blog"))
    async with database.read() as connection:
        stored = await sources.get(connection, "town")
        tree = await categories.tree(connection)
    assert stored is not None
    assert (stored.title, stored.options, stored.next_poll_at) == (TOWN.title, TOWN.options, NOW)
    assert [(node.path, node.depth, node.name) for node in tree] == [
        ("城事资讯", 0, "城事资讯"),
        ("城事资讯/安源区政府", 1, "安源区政府"),
    ]


async def test_reconciling_the_same_again_changes_nothing(database: Database) -> None:
    await declare(database, TOWN, BLOG)
    assert await declare(database, TOWN, BLOG, at=NOW + timedelta(days=1)) == sources.Reconciled()


async def test_an_option_that_an_older_program_did_not_know_changes_nothing(database: Database) -> None:
    await declare(database, TOWN, BLOG)
    later = NOW + timedelta(days=1)
    async with database.write() as connection:
        for one in (TOWN, BLOG):
            options = {key: one.options.as_json()[key] for key in ("categories", "timezone", "headers")}
            stored = {"options": options, "etag": '"1"', "next_poll_at": later}
            await connection.execute(update(source).where(source.c.id == one.id).values(**stored))
    assert await declare(database, TOWN, BLOG) == sources.Reconciled()
    async with database.read() as connection:
        kept = await sources.list_all(connection)
    assert [(one.etag, one.next_poll_at) for one in kept] == [('"1"', later)] * 2


async def test_a_new_title_keeps_the_poll_state_and_a_new_address_forgets_it(database: Database) -> None:
    await declare(database, BLOG)
    async with database.write() as connection:
        await sources.lease_due(connection, "me", 1, NOW)
        state = {"etag": '"1"', "next_poll_at": NOW + timedelta(hours=1), "moved_to": "https://b.example/"}
        assert await sources.save_state(connection, 1, "me", state)
    assert (await declare(database, replace(BLOG, title="The blog"))).changed == ("blog",)
    async with database.read() as connection:
        kept = await sources.get(connection, "blog")
    assert kept is not None
    assert (kept.title, kept.etag, kept.poll_url) == ("The blog", '"1"', "https://b.example/")
    await declare(database, replace(BLOG, url="https://blog.example/rss"), at=NOW)
    async with database.read() as connection:
        moved = await sources.get(connection, "blog")
    assert moved is not None
    assert (moved.etag, moved.poll_url, moved.next_poll_at) == (None, "https://blog.example/rss", NOW)


async def test_a_source_that_is_no_longer_declared_is_marked_and_comes_back(database: Database) -> None:
    await declare(database, TOWN, BLOG)
    assert (await declare(database, TOWN)).removed == ("blog",)
    async with database.read() as connection:
        assert [source.id for source in await sources.list_all(connection)] == ["town"]
        removed = await sources.get(connection, "blog")
    assert removed is not None
    assert (removed.health, removed.removed_at) == ("removed", NOW)
    assert (await declare(database, TOWN, BLOG)).changed == ("blog",)


async def test_a_poll_under_way_of_a_source_that_is_read_in_another_way_now_stores_nothing(database: Database) -> None:
    for changed in (
        replace(BLOG, url="https://new.example/"),
        replace(BLOG, options=SourceOptions(timezone="Asia/Tokyo")),
    ):
        await declare(database, BLOG)
        async with database.write() as connection:
            await sources.release(connection)
            await sources.lease_due(connection, "me/1", 1, NOW)
        await declare(database, changed)
        async with database.write() as connection:
            [again] = await sources.lease_due(connection, "me/2", 1, NOW)
            assert again.lease_owner == "me/2"
            assert not await sources.save_state(connection, 1, "me/1", {"moved_to": "https://old.example/"})


async def test_a_source_that_comes_back_or_changes_its_address_begins_a_new_watch(database: Database) -> None:
    later = NOW + timedelta(days=90)

    async def baseline(*declared: DeclaredSource) -> datetime | None:
        await declare(database, *declared, at=later)
        async with database.read() as connection:
            stored = await sources.get(connection, "blog")
        assert stored is not None
        return stored.baseline_at

    for between, after, expected in (
        ((), BLOG, None),
        ((replace(BLOG, enabled=False),), BLOG, None),
        ((BLOG,), replace(BLOG, url="https://new.example/"), later),
        ((BLOG,), replace(BLOG, options=SourceOptions(exclude=("sport",))), later),
        ((BLOG,), replace(BLOG, options=SourceOptions(interval=3600)), NOW),
        ((BLOG,), replace(BLOG, title="Another title"), NOW),
    ):
        await declare(database, BLOG)
        async with database.write() as connection:
            await sources.lease_one(connection, "blog", "me", NOW)
            await sources.save_state(connection, 1, "me", {"baseline_at": NOW})
        await declare(database, *between)
        assert await baseline(after) == expected


async def test_a_source_that_was_added_at_run_time_survives_the_files(database: Database) -> None:
    await declare(database, replace(BLOG, origin="database"))
    assert await declare(database) == sources.Reconciled()


async def test_due_sources_are_leased_once_oldest_first_until_the_lease_runs_out(database: Database) -> None:
    await declare(database, TOWN)
    await declare(database, TOWN, BLOG, at=NOW + timedelta(seconds=1))
    later = NOW + timedelta(minutes=1)
    async with database.write() as connection:
        assert [source.id for source in await sources.lease_due(connection, "me", 1, later)] == ["town"]
        assert [source.id for source in await sources.lease_due(connection, "you", 9, later)] == ["blog"]
        assert await sources.lease_due(connection, "you", 9, later) == []
        expired = later + timedelta(minutes=11)
        assert [source.id for source in await sources.lease_due(connection, "you", 9, expired)] == ["town", "blog"]


async def test_a_lost_lease_stores_nothing(database: Database) -> None:
    await declare(database, BLOG)
    async with database.write() as connection:
        await sources.lease_due(connection, "me", 1, NOW)
        await sources.lease_due(connection, "you", 1, NOW + timedelta(minutes=11))
        assert not await sources.renew(connection, 1, "me", NOW)
        assert not await sources.save_state(connection, 1, "me", {"etag": "mine"})
        assert await sources.save_state(connection, 1, "you", {"etag": "yours"})
        stored = await sources.get(connection, "blog")
    assert stored is not None
    assert stored.etag == "yours"


async def test_disabled_removed_and_future_sources_are_not_due(database: Database) -> None:
    await declare(database, replace(TOWN, enabled=False), BLOG)
    await declare(database, replace(TOWN, enabled=False))
    async with database.write() as connection:
        assert await sources.lease_due(connection, "me", 9, NOW) == []
        assert await sources.next_due(connection) is None


async def test_leases_are_given_back(database: Database) -> None:
    await declare(database, TOWN, BLOG)
    async with database.write() as connection:
        await sources.lease_due(connection, "me", 9, NOW)
        await sources.release(connection, "you")
        assert await sources.lease_due(connection, "me", 9, NOW) == []
        await sources.release(connection, "me")
        assert len(await sources.lease_due(connection, "you/1", 9, NOW)) == 2
        await sources.release(connection, "yo_")
        await sources.release(connection, "y")
        assert await sources.lease_due(connection, "me", 9, NOW) == []
        await sources.release(connection, "you")
        assert len(await sources.lease_due(connection, "me", 9, NOW)) == 2


async def test_a_source_can_be_asked_for_by_hand(database: Database) -> None:
    await declare(database, BLOG)
    async with database.write() as connection:
        assert await sources.poll_soon(connection, "blog", NOW)
        assert not await sources.poll_soon(connection, "nobody", NOW)
        leased = await sources.lease_one(connection, "blog", "me", NOW)
        assert leased is not None
        assert leased.plan_reason == "Asked for by hand."
        assert await sources.lease_one(connection, "blog", "you", NOW) is None
