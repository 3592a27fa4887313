"""Categories are moved and merged on each engine, with all that belongs to them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.errors import Refused
from feedbot.render.feeds.named import FeedName
from feedbot.render.links import SitePresentation
from feedbot.services import arranging, sourcing
from feedbot.services.publishing import Publication, Publisher, Renamed, RenderedFeed
from feedbot.storage import articles, categories, chats, deliveries
from feedbot.storage.database import Connection, Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOWN = DeclaredSource(id="town", title="T", url="https://t.example/", options=SourceOptions(categories=("Twon/Water",)))


async def put(connection: Connection, title: str, *paths: str) -> int:
    draft = Draft(url=f"https://t.example/{title}", title=title)
    entry = judging.judge(judging.keyed([draft], "auto"), []).listed[0]
    return await articles.add(connection, 1, entry, draft, paths, NOW) or 0


async def follow(connection: Connection, chat_id: int, path: str) -> None:
    ids = await categories.ensure(connection, [path])
    await chats.upsert(connection, chat_id, kind="private", title="", language="en", now=NOW)
    await chats.follow(connection, chat_id, category_id=ids[path], now=NOW)


async def followed(database: Database, chat_id: int) -> list[str]:
    async with database.read() as connection:
        return [one.label for one in await chats.subscriptions(connection, chat_id)]


async def state(database: Database) -> dict[str, int]:
    async with database.read() as connection:
        return {node.path: node.articles for node in await categories.tree(connection)}


@pytest.fixture
async def town(database: Database) -> Database:
    """A town with articles about water and roads, followed by two chats."""
    await sourcing.reconcile(database, [TOWN], NOW)
    async with database.write() as connection:
        await put(connection, "Water is off", "Twon/Water")
        await put(connection, "A bridge", "Twon/Roads")
        await put(connection, "Water on the road", "Twon/Water", "Twon/Roads")
        await follow(connection, 1, "Twon")
        await follow(connection, 2, "Twon/Water")
    return database


async def test_a_moved_category_takes_its_children_articles_and_followers_along(town: Database) -> None:
    assert await state(town) == {"Twon": 3, "Twon/Water": 2, "Twon/Roads": 2}
    done = await arranging.move(town, "Twon", "Places / Town", NOW)
    assert done == arranging.Arranged(articles=3, followers=1, declared_by=("town",))
    assert await state(town) == {"Places": 3, "Places/Town": 3, "Places/Town/Water": 2, "Places/Town/Roads": 2}
    assert (await followed(town, 1), await followed(town, 2)) == (["Places/Town"], ["Places/Town/Water"])


async def test_what_still_says_the_old_name_means_the_new_one(town: Database) -> None:
    await arranging.move(town, "Twon", "Town", NOW)
    await arranging.move(town, "Town/Water", "Works", NOW)
    async with town.write() as connection:
        await put(connection, "Pipes", "Twon/Water/Pipes")
        await put(connection, "Schools", "Twon/Schools")
    assert await state(town) == {"Works": 3, "Works/Pipes": 1, "Town": 3, "Town/Roads": 2, "Town/Schools": 1}


async def test_a_reconciliation_does_not_bring_an_old_name_back(town: Database) -> None:
    await arranging.move(town, "Twon", "Town", NOW)
    await sourcing.reconcile(town, [TOWN], NOW)
    assert "Twon" not in await state(town)


async def test_a_move_back_is_a_move_like_any_other(town: Database) -> None:
    before = await state(town)
    await arranging.move(town, "Twon", "Town", NOW)
    await arranging.move(town, "Town", "Twon", NOW)
    assert await state(town) == before
    async with town.read() as connection:
        assert await categories.resolve(connection, ["Town/Water", "Twon/Water"]) == ("Twon/Water",)


async def test_a_merged_category_gives_all_that_it_has(town: Database) -> None:
    async with town.write() as connection:
        article_id = await put(connection, "Rain", "Weather")
        await follow(connection, 3, "Weather")
        await follow(connection, 2, "Weather")
        await deliveries.fan_out(connection, [article_id], reason=None, now=NOW, due_at=NOW)
    done = await arranging.merge(town, "Weather", "Twon/Water", NOW)
    assert done == arranging.Arranged(articles=1, followers=2, declared_by=())
    assert await state(town) == {"Twon": 4, "Twon/Water": 3, "Twon/Roads": 2}
    assert (await followed(town, 2), await followed(town, 3)) == (["Twon/Water"], ["Twon/Water"])
    async with town.read() as connection:
        owed = await deliveries.with_state(connection, "pending")
        assert sorted(row.chat_id for row in owed) == [2, 3]


async def test_children_of_a_merged_category_meet_those_of_the_same_name(town: Database) -> None:
    async with town.write() as connection:
        await put(connection, "A road far away", "Elsewhere/Roads")
        await put(connection, "A school far away", "Elsewhere/Schools")
    await arranging.merge(town, "Elsewhere", "Twon", NOW)
    assert await state(town) == {"Twon": 5, "Twon/Water": 2, "Twon/Roads": 3, "Twon/Schools": 1}


@pytest.mark.parametrize("merges", [True, False])
async def test_names_that_differ_in_capitals_are_different_ones(town: Database, *, merges: bool) -> None:
    async with town.write() as connection:
        await put(connection, "A school", "twon/Schools")
        await follow(connection, 3, "twon/Schools")
        await put(connection, "Rain", "Weather")
    before = {path: count for path, count in (await state(town)).items() if path.startswith("twon")}
    if merges:
        await arranging.merge(town, "Twon", "Weather", NOW)
    else:
        await arranging.move(town, "Twon", "Town", NOW)
    assert {path: count for path, count in (await state(town)).items() if path.startswith("twon")} == before
    assert await followed(town, 3) == ["twon/Schools"]


async def test_a_child_that_went_elsewhere_stays_there_when_its_old_parent_moves(town: Database) -> None:
    await arranging.move(town, "Twon/Water", "Works", NOW)
    await arranging.move(town, "Twon", "Town", NOW)
    async with town.write() as connection:
        await put(connection, "Pipes", "Twon/Water")
    assert await state(town) == {"Works": 3, "Town": 2, "Town/Roads": 2}


async def test_followers_of_a_merged_child_follow_it_to_where_its_new_name_went_before(town: Database) -> None:
    async with town.write() as connection:
        await put(connection, "A well far away", "Elsewhere/Water")
        await follow(connection, 3, "Elsewhere/Water")
    await arranging.move(town, "Twon/Water", "Works", NOW)
    await arranging.merge(town, "Elsewhere", "Twon", NOW)
    assert await state(town) == {"Works": 3, "Twon": 2, "Twon/Roads": 2}
    assert await followed(town, 3) == ["Works"]


async def test_a_child_comes_back_by_a_merge(town: Database) -> None:
    async with town.write() as connection:
        await put(connection, "A farm", "Elsewhere/Farms")
    await arranging.move(town, "Twon/Water", "Elsewhere/Water", NOW)
    await arranging.merge(town, "Elsewhere", "Twon", NOW)
    assert await state(town) == {"Twon": 4, "Twon/Water": 2, "Twon/Roads": 2, "Twon/Farms": 1}
    assert await followed(town, 2) == ["Twon/Water"]
    async with town.read() as connection:
        names = ("Twon/Water", "Elsewhere/Water")
        assert await categories.resolve(connection, names) == ("Twon/Water",)


async def test_nothing_is_put_below_a_name_that_was_given_up(town: Database) -> None:
    await arranging.move(town, "Twon", "Town", NOW)
    with pytest.raises(Refused, match=r"^Twon is called Town now\. Write Town/Streets\.$"):
        await arranging.move(town, "Town/Roads", "Twon/Streets", NOW)
    with pytest.raises(Refused, match=r"It is called Town/Roads now\.$"):
        await arranging.move(town, "Twon/Roads", "Streets", NOW)


async def test_a_child_can_become_its_parent(town: Database) -> None:
    await arranging.merge(town, "Twon/Water", "Twon", NOW)
    assert await state(town) == {"Twon": 3, "Twon/Roads": 2}
    assert await followed(town, 2) == ["Twon"]


@pytest.mark.parametrize(
    ("merge", "old", "new", "reason"),
    [
        (False, "Nowhere", "Town", "There is no category 'Nowhere'"),
        (False, "Twon", "Twon", "is called so already"),
        (False, "Twon", "Twon/Below", "cannot become a part of itself"),
        (True, "Twon", "Twon/Water", "cannot become a part of itself"),
        (False, "Twon/Water", "Twon/Roads", "use `feedbot categories merge`"),
        (True, "Twon/Water", "Works", "use `feedbot categories move`"),
        (False, "Twon", " / ", "The new name is empty"),
        (False, "Twon", "a/b/c/d/e/f/g/h", "deeper than 8 levels"),
    ],
)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(
    town: Database,
    merge: bool,  # noqa: FBT001
    old: str,
    new: str,
    reason: str,
) -> None:
    before = await state(town)
    with pytest.raises(Refused, match=reason):
        await (arranging.merge if merge else arranging.move)(town, old, new, NOW)
    assert await state(town) == before


async def test_the_feed_of_an_old_name_leads_to_the_new_one_and_items_show_it(town: Database) -> None:
    publisher = Publisher(town, Publication(site=SitePresentation(title="N")), fresh_for=0)
    before = await publisher.feed(FeedName("all"), "rss")
    await arranging.move(town, "Twon", "Town", NOW)
    assert await publisher.feed(FeedName("category", "Twon/Water"), "rss") == Renamed(
        FeedName("category", "Town/Water")
    )
    after = await publisher.feed(FeedName("all"), "rss")
    assert isinstance(before, RenderedFeed)
    assert isinstance(after, RenderedFeed)
    assert b"Twon" in before.body
    assert b"Twon" not in after.body
