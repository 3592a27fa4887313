from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feedbot.domain import judging
from feedbot.domain.article import Article, Attachment, Draft, Image, Reaction
from feedbot.domain.source import DeclaredSource
from feedbot.storage import articles, categories, chats, deliveries, outbox, polls, sources
from feedbot.storage.database import Connection, Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FULL = Draft(
    url="https://town.example/1",
    title="区领导一线督导项目建设 🏗",
    guid="aid:1",
    published=NOW - timedelta(days=1),
    author="admin",
    origin="安源区政府",
    comment_count=3,
    summary="摘要",
    summary_is_cut=True,
    body_html="<p>正文</p>",
    images=(Image("https://town.example/a.jpg", "图"),),
    attachments=(Attachment("https://town.example/a.pdf", "文件.pdf", "application/pdf", 1234),),
    category_path=("城事资讯", "安源区政府"),
    related_categories=("教育", "交通"),
    tags=("项目",),
    reactions=(Reaction("鲜花", 2), Reaction("握手", 0)),
    language="zh-CN",
    site="萍乡城事网",
)


async def declare(connection: Connection) -> None:
    await sources.reconcile(connection, [DeclaredSource(id="town", title="Town", url="https://town.example/")], NOW)


async def store(
    connection: Connection, draft: Draft, *paths: str, at: datetime = NOW
) -> tuple[int | None, judging.Listed]:
    drafts = judging.keyed([draft], "auto")
    known = await articles.known(connection, 1, drafts)
    entry = judging.judge(drafts, known).listed[0]
    if entry.known:
        changed = await articles.revise(connection, entry, draft, paths, at)
        return (entry.known.id if changed else None), entry
    return await articles.add(connection, 1, entry, draft, paths, at), entry


def plain(number: int, **values: object) -> Draft:
    base: dict[str, object] = {"url": f"https://town.example/{number}", "title": f"Story {number}"}
    return Draft(**{**base, **values})  # type: ignore[arg-type]


async def test_an_article_comes_back_exactly_as_it_was_stored(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection)
        article_id, entry = await store(connection, FULL, "城事资讯/安源区政府")
        assert article_id is not None
        found = await articles.get(connection, article_id)
    content = {
        name: getattr(FULL, name)
        for name in Draft.__dataclass_fields__
        if name not in {"guid", "is_complete", "canonical_url"}
    }
    assert found == Article(
        **content,
        id=article_id,
        key=entry.key,
        revision=1,
        source_id="town",
        source_title="Town",
        source_url="https://town.example/",
        categories=("城事资讯/安源区政府",),
        first_seen=NOW,
        changed=NOW,
    )


async def test_a_changed_article_gets_a_new_revision_and_keeps_its_first_seen_date(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    async with database.write() as connection:
        await declare(connection)
        first, _ = await store(connection, plain(1), "News")
        assert (await store(connection, plain(1), "News", at=later))[0] is None
        changed, _ = await store(connection, plain(1, body_html="<p>More</p>"), "Town/News", at=later)
        assert changed == first
        found = await articles.get(connection, first or 0)
    assert found is not None
    assert (found.revision, found.first_seen, found.changed, found.date) == (2, NOW, later, NOW)
    assert found.categories == ("Town/News",)


async def test_lists_are_newest_first_by_category_with_children_and_by_source(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection)
        for number in range(1, 6):
            path = "A/B" if number % 2 else "A/C"
            await store(connection, plain(number, published=NOW - timedelta(hours=number)), path)
        everything = await articles.latest(connection)
        parent = await articles.latest(connection, category="A")
        child = await articles.latest(connection, category="A/C")
        source = await articles.latest(connection, source="town", limit=2)
        cursor = articles.Cursor(source[-1].date, source[-1].id)
        following = await articles.latest(connection, source="town", limit=2, before=cursor)
        assert await articles.latest(connection, category="Nowhere") == []
        assert await articles.latest(connection, source="nobody") == []
    assert [article.title for article in everything] == [f"Story {number}" for number in range(1, 6)]
    assert parent == everything
    assert [article.title for article in child] == ["Story 2", "Story 4"]
    assert [article.title for article in (*source, *following)] == [f"Story {number}" for number in range(1, 5)]


async def test_the_version_of_a_list_moves_with_its_articles_only(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    async with database.write() as connection:
        await declare(connection)
        empty = await articles.version(connection)
        await store(connection, plain(1), "A")
        first = await articles.version(connection, category="A")
        await store(connection, plain(2), "B", at=later)
        assert await articles.version(connection, category="A") == first
        await store(connection, plain(1, body_html="<p>More</p>"), "A", at=later)
        second = await articles.version(connection, category="A")
        whole = await articles.version(connection, source="town")
    assert empty == articles.FeedVersion(0, None, 0, 0)
    assert first == articles.FeedVersion(1, NOW, 1, 1)
    assert second == articles.FeedVersion(1, later, 1, 2)
    assert whole == articles.FeedVersion(2, later, 3, 3)


async def test_the_tree_counts_the_articles_of_children(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection)
        await store(connection, plain(1), "A/B")
        await store(connection, plain(2), "A/C", "D")
        tree = await categories.tree(connection)
        one = await categories.by_path(connection, "A")
        assert one is not None
        assert await categories.get(connection, one.id) == one
        assert await categories.by_path(connection, "Z") is None
    assert [(node.path, node.articles) for node in tree] == [("A", 2), ("A/B", 1), ("A/C", 1), ("D", 1)]


async def follow(connection: Connection, chat_id: int, *paths: str, thread_id: int = 0) -> None:
    await chats.upsert(connection, chat_id, kind="private", title="", language="en", now=NOW)
    for category_id in (await categories.ensure(connection, paths)).values():
        node = await categories.get(connection, category_id)
        if node and node.path in paths:
            await chats.follow(connection, chat_id, thread_id=thread_id, category_id=category_id, now=NOW)


async def test_an_article_is_delivered_once_to_each_chat_that_follows_it_in_any_way(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection)
        await follow(connection, 1, "A", "A/B", "D")  # follows it three times
        await follow(connection, 2, "A/C")  # a sister category
        await follow(connection, 3, "A")
        await chats.upsert(connection, 4, kind="private", title="", language="en", now=NOW)
        await chats.follow(connection, 4, source_number=1, now=NOW)
        await chats.set_state(connection, 3, "paused", None, NOW)
        article_id, _ = await store(connection, plain(1), "A/B", "D")
        assert article_id is not None
        made = await deliveries.fan_out(connection, [article_id], reason=None, now=NOW, due_at=NOW)
        again = await deliveries.fan_out(connection, [article_id], reason=None, now=NOW, due_at=NOW)
        pending = await deliveries.with_state(connection, "pending")
        held = await deliveries.with_state(connection, "held")
        due = await outbox.due_chats(connection, NOW)
    assert (made, again) == (3, 0)
    assert [row.chat_id for row in pending] == [1, 4]
    assert [(row.chat_id, row.reason) for row in held] == [(3, "paused")]
    assert due == [1, 4]


async def test_what_comes_while_a_topic_is_closed_is_held_for_it_unless_another_topic_follows_it(
    database: Database,
) -> None:
    async with database.write() as connection:
        await declare(connection)
        await follow(connection, -1, "A", thread_id=5)
        await follow(connection, -2, "A", thread_id=5)
        await follow(connection, -2, "A/B", thread_id=9)
        for chat_id in (-1, -2):
            await chats.suspend_topic(connection, chat_id, 5, "topic closed")
        article_id, _ = await store(connection, plain(1), "A/B")
        await deliveries.fan_out(connection, [article_id or 0], reason=None, now=NOW, due_at=NOW)
        [pending] = await deliveries.with_state(connection, "pending")
        [held] = await deliveries.with_state(connection, "held")
    assert (pending.chat_id, pending.thread_id) == (-2, 9)
    assert (held.chat_id, held.thread_id, held.reason) == (-1, 5, "topic suspended")


async def test_a_count_that_nobody_can_mean_is_stored_as_the_most_there_can_be(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection)
        await store(connection, plain(1, comment_count=10**30), "A")
        [article] = await articles.latest(connection)
    assert article.comment_count == 2**31 - 1


async def test_a_silent_article_leaves_a_row_that_says_why(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection)
        await follow(connection, 1, "A")
        article_id, _ = await store(connection, plain(1), "A")
        await deliveries.fan_out(connection, [article_id or 0], reason="baseline", now=NOW, due_at=NOW)
        assert await deliveries.count(connection) == {"skipped": 1}
        [row] = await deliveries.with_state(connection, "skipped")
    assert row.reason == "baseline"


async def test_a_migrated_group_keeps_its_subscriptions_and_deliveries(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection)
        await follow(connection, -5, "A")
        article_id, _ = await store(connection, plain(1), "A")
        await deliveries.fan_out(connection, [article_id or 0], reason=None, now=NOW, due_at=NOW)
        await chats.upsert(connection, -1005, kind="supergroup", title="", language="en", now=NOW)
        await chats.migrate(connection, -5, -1005)
        assert await chats.get(connection, -5) is None
        assert [one.label for one in await chats.subscriptions(connection, -1005)] == ["A"]
        assert await outbox.due_chats(connection, NOW) == [-1005]


async def test_an_article_is_known_by_its_key_else_by_its_address_or_title(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection)
        for number in (1, 2, 3, 4):
            await store(connection, plain(number))
        moved = plain(2, guid="another", title="Another title")
        renamed = plain(3, guid="one more", url="https://town.example/elsewhere")
        drafts = judging.keyed([plain(1), moved, renamed, plain(5)], "auto")
        known = await articles.known(connection, 1, drafts)
    assert [entry.id for entry in known] == [1, 2, 3]


async def test_what_left_its_list_is_forgotten_in_time_and_what_is_listed_or_owed_is_not(database: Database) -> None:
    past, year = NOW - timedelta(days=500), NOW - timedelta(days=365)
    async with database.write() as connection:
        await declare(connection)
        await follow(connection, 1, "A")
        await store(connection, plain(1), at=past)  # left the list
        listed, entry = await store(connection, plain(2), at=past)
        owed, _ = await store(connection, plain(3), "A", at=past)
        await deliveries.fan_out(connection, [owed or 0], reason=None, now=past, due_at=past)
        await sources.lease_due(connection, "me", 1, NOW)
        await sources.save_state(connection, 1, "me", {"listed_at": NOW})
        [known] = await articles.known(connection, 1, {entry.key: entry.draft})
        await articles.mark_seen(connection, [known], NOW)
        assert await articles.forget(connection, year) == 1
        left = await articles.latest(connection)
        assert await deliveries.forget(connection, NOW, NOW) == 0
    assert sorted(article.title for article in left) == ["Story 2", "Story 3"]
    assert listed is not None


async def test_the_timeline_keeps_the_newest_polls(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection)
        for hour in range(3):
            one = polls.PollRecord(
                source_number=1, started_at=NOW + timedelta(hours=hour), seconds=0.5, outcome="ok", new=hour
            )
            await polls.record(connection, one)
        assert [one.new for one in await polls.timeline(connection, 1, 2)] == [2, 1]
        assert await polls.forget(connection, NOW + timedelta(minutes=1)) == 1
        await polls.set_fact(connection, "reload", {"faults": []}, NOW)
        await polls.set_fact(connection, "reload", {"faults": ["x"]}, NOW)
        assert await polls.get_fact(connection, "reload") == ({"faults": ["x"]}, NOW)
        assert await polls.get_fact(connection, "nothing") is None


async def test_a_change_that_means_nothing_is_taken_silently_a_few_times_and_then_passed_over(
    database: Database,
) -> None:
    def noisy(number: int, text: str = "Text") -> Draft:
        return plain(1, body_html=f"<p>{text}</p><p>{number} views</p>", updated=NOW + timedelta(days=number))

    async with database.write() as connection:
        await declare(connection)
        article_id, _ = await store(connection, noisy(0), "News")
        for number in range(1, 9):
            assert (await store(connection, noisy(number), at=NOW + timedelta(hours=number)))[0] is None
        quiet = await articles.get(connection, article_id or 0)
        assert (await store(connection, noisy(9, "Other text"), "News", at=NOW + timedelta(hours=9)))[0] == article_id
        changed = await articles.get(connection, article_id or 0)
        await store(connection, noisy(10, "Other text"), "News", at=NOW + timedelta(hours=10))
        later = await articles.get(connection, article_id or 0)
    assert quiet is not None
    assert changed is not None
    assert later is not None
    assert (quiet.revision, quiet.changed, quiet.updated) == (1, NOW, NOW)
    assert quiet.body_html == f"<p>Text</p><p>{articles.MAX_CHURNS} views</p>"
    assert (changed.revision, changed.changed) == (2, NOW + timedelta(hours=9))
    assert changed.updated == NOW + timedelta(days=9)
    assert (later.revision, later.updated) == (2, changed.updated)
    assert later.body_html == "<p>Other text</p><p>10 views</p>"


async def test_an_article_that_gets_its_first_date_has_changed(database: Database) -> None:
    async with database.write() as connection:
        await declare(connection)
        article_id, _ = await store(connection, plain(1), "News")
        assert (await store(connection, plain(1, published=NOW - timedelta(days=1)), "News"))[0] == article_id
        assert (await store(connection, plain(1, published=NOW), "News"))[0] is None
