"""Sources added at run time: added, switched, removed, brought back, and what stands in their way."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.errors import Refused
from feedbot.services import curating, sourcing
from feedbot.services.curating import SourceDeclaredElsewhere
from feedbot.storage import categories, sources
from feedbot.storage.database import Database
from feedbot.storage.upgrading import upgrade

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BLOG = DeclaredSource(
    id="blog", title="Blog", url="https://blog.example/feed", type="feed", options=SourceOptions(categories=("Web",))
)


async def test_an_added_source_is_due_at_once_with_its_categories(database: Database) -> None:
    stored = await curating.add(database, BLOG, NOW)
    assert (stored.id, stored.origin, stored.next_poll_at, stored.options) == ("blog", "database", NOW, BLOG.options)
    async with database.write() as connection:
        assert [one.id for one in await sources.lease_due(connection, "me", 5, NOW)] == ["blog"]
        assert [node.path for node in await categories.tree(connection)] == ["Web"]


async def test_reconciling_the_files_leaves_it_alone(database: Database) -> None:
    await curating.add(database, BLOG, NOW)
    assert await sourcing.reconcile(database, [], NOW) == sources.Reconciled()
    assert [one.id for one in await curating.added(database)] == ["blog"]


async def test_an_id_and_an_address_are_given_once(database: Database) -> None:
    await curating.add(database, BLOG, NOW)
    with pytest.raises(Refused, match=r"This address is already the source blog \(Blog\)"):
        await curating.add(database, replace(BLOG, id="other", url="HTTPS://blog.example:443/feed?utm_source=x"), NOW)
    with pytest.raises(Refused, match="a source with the id blog: give this one another, with --id"):
        await curating.add(database, replace(BLOG, url="https://other.example/"), NOW)


async def test_a_source_is_switched_off_and_begins_anew_when_it_is_on_again(database: Database) -> None:
    await curating.add(database, BLOG, NOW)
    off = await curating.disable(database, "blog")
    assert (off.health, off.next_poll_at) == ("disabled", None)
    on = await curating.enable(database, "blog", NOW + timedelta(days=1))
    assert (on.enabled, on.next_poll_at, on.baseline_at) == (True, NOW + timedelta(days=1), None)


async def test_switching_on_what_is_on_changes_nothing(database: Database) -> None:
    first = await curating.add(database, BLOG, NOW)
    assert await curating.enable(database, "blog", NOW + timedelta(hours=1)) == first


async def test_a_removed_source_is_brought_back_by_its_id_or_named_by_its_address(database: Database) -> None:
    number = (await curating.add(database, BLOG, NOW)).number
    removed = await curating.remove(database, "blog", NOW)
    assert (removed.health, removed.next_poll_at) == ("removed", None)
    assert await curating.added(database) == ()
    with pytest.raises(Refused, match="blog is removed: `feedbot sources enable blog` brings it back"):
        await curating.remove(database, "blog", NOW)
    with pytest.raises(Refused, match="was the source blog, which is removed: `feedbot sources enable blog`"):
        await curating.add(database, replace(BLOG, id="new"), NOW)
    back = await curating.enable(database, "blog", NOW)
    assert (back.number, back.health, back.next_poll_at) == (number, "new", NOW)


async def test_a_source_of_a_file_is_changed_there(database: Database) -> None:
    await sourcing.reconcile(database, [BLOG], NOW)
    changes: tuple[Awaitable[object], ...] = (
        curating.enable(database, "blog", NOW),
        curating.disable(database, "blog"),
        curating.remove(database, "blog", NOW),
        curating.added(database, ["blog"]),
    )
    for change in changes:
        with pytest.raises(SourceDeclaredElsewhere) as caught:
            await change
        assert caught.value.source_id == "blog"


async def test_an_unknown_source_is_told(database: Database) -> None:
    with pytest.raises(Refused, match=r"no source 'nobody': `feedbot sources list`"):
        await curating.disable(database, "nobody")


async def test_a_file_that_declares_the_same_id_wins_and_a_second_address_is_told(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await curating.add(database, BLOG, NOW)
    await curating.add(database, replace(BLOG, id="news", url="https://news.example/"), NOW)
    declared = [replace(BLOG, title="The blog"), replace(BLOG, id="press", url="https://news.example")]
    done = await sourcing.reconcile(database, declared, NOW)
    assert (done.added, done.changed, done.removed) == (("press",), ("blog",), ())
    stored = await curating.get(database, "blog")
    assert (stored.title, stored.origin) == ("The blog", "file")
    told = capsys.readouterr().out
    assert "source_declared_too" in told
    assert "feedbot sources remove news" in told


async def test_a_poll_under_way_stores_nothing_once_its_source_is_off_or_removed(database: Database) -> None:
    await curating.add(database, BLOG, NOW)
    for change in ("disable", "remove"):
        async with database.write() as connection:
            leased = await sources.lease_one(connection, "blog", "me", NOW)
        assert leased is not None
        if change == "disable":
            await curating.disable(database, "blog")
        else:
            await curating.remove(database, "blog", NOW)
        async with database.write() as connection:
            assert not await sources.save_state(connection, leased.number, "me", {"etag": "x"})
        await curating.enable(database, "blog", NOW)


async def test_a_secret_for_a_server_without_a_key_is_refused_with_the_remedy(postgres_url: str) -> None:
    database = Database(postgres_url)
    await upgrade(database)
    try:
        options = SourceOptions(cookies={"sid": "hush-hush"})
        with pytest.raises(Refused, match=r"cookies\.sid of the source blog is a secret.*FEEDBOT_DATABASE__SECRET_KEY"):
            await curating.add(database, replace(BLOG, options=options), NOW)
        named = replace(BLOG, options=SourceOptions(cookies={"sid": "env:TOWN"}))
        assert (await curating.add(database, named, NOW)).options == named.options
    finally:
        await database.close()
