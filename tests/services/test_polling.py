"""Polls of a real local server, stored in a real database, with the clock moved by hand."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services import holding, sourcing
from feedbot.services.polling import Poller
from feedbot.storage import articles, polls, sources
from feedbot.storage.tables import source
from misbehaving import Connection, MisbehavingServer, Request, answer
from services.poll_bench import NOW, RHYTHM, Bench, bench, feed

__all__ = ["bench"]


async def test_the_first_poll_is_a_baseline_and_the_next_ones_deliver(bench: Bench) -> None:
    await bench.declare()
    await bench.follow()
    bench.serve(feed(1, 2, 3))
    first = await bench.poll()
    assert (first.outcome, first.new, first.unchanged) == ("ok", 3, 0)
    assert await bench.deliveries() == [("skipped", "baseline")] * 3
    bench.serve(feed(1, 2, 3, 200, 201))
    second = await bench.poll()
    assert (second.new, second.changed, second.unchanged) == (2, 0, 3)
    assert await bench.deliveries() == [("pending", None)] * 2 + [("skipped", "baseline")] * 3
    assert len(bench.changes) == 2


async def test_a_feeds_site_is_remembered_as_it_was_first_named(bench: Bench) -> None:
    await bench.declare()
    bench.serve(feed(1).replace(b"</title><item>", b"</title><link>https://town.example/</link><item>", 1))
    await bench.poll()
    bench.serve(feed(1, 2).replace(b"</title><item>", b"</title><link>https://other.example/</link><item>", 1))
    await bench.poll()
    assert (await bench.source()).site_url == "https://town.example/"
    async with bench.database.read() as connection:
        assert {article.source_url for article in await articles.latest(connection)} == {"https://town.example/"}


async def test_an_empty_first_list_is_no_baseline_yet(bench: Bench) -> None:
    """A portal that rebuilds its feed answers with no items at all, and with twenty the next time."""
    await bench.declare()
    await bench.follow()
    bench.serve(feed())
    await bench.poll()
    bench.serve(feed(1, 2))
    await bench.poll()
    assert await bench.deliveries() == [("skipped", "baseline")] * 2


async def test_a_source_that_answers_304_keeps_its_articles_and_moves_its_next_poll(bench: Bench) -> None:
    await bench.declare()

    async def conditional(request: Request, connection: Connection) -> None:
        if request.headers.get("if-none-match") == '"v1"':
            await connection.send(b"HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=7200\r\n\r\n")
        else:
            await connection.send(answer(200, feed(1), 'ETag: "v1"'))

    bench.server.routes["/feed"] = conditional
    await bench.poll()
    again = await bench.poll()
    source = await bench.source()
    assert (again.outcome, again.status) == ("unchanged", 304)
    assert await bench.titles() == ["Story 1"]
    assert source.next_poll_at == bench.now + timedelta(hours=2)
    assert source.plan_reason == "The site's cache headers say to come back after 2 h."


async def test_a_changed_article_gets_a_new_revision_and_no_second_message(bench: Bench) -> None:
    await bench.declare()
    await bench.follow()
    bench.serve(feed(1))
    await bench.poll()
    bench.serve(feed(1, body="Corrected text of {}."))
    record = await bench.poll()
    assert (record.new, record.changed) == (0, 1)
    async with bench.database.read() as connection:
        [article] = await articles.latest(connection)
    assert (article.revision, article.first_seen, article.changed) == (2, NOW + timedelta(hours=2), bench.now)
    assert await bench.deliveries() == [("skipped", "baseline")]


async def test_a_redesign_that_changes_every_guid_sends_nothing(bench: Bench) -> None:
    await bench.declare()
    await bench.follow()
    bench.serve(feed(*range(1, 11)))
    await bench.poll()
    bench.serve(feed(*range(1, 11), guid="tag:new,{}", link="https://new.town.example/story/{}"))
    record = await bench.poll()
    assert record.new == 0
    assert set(await bench.deliveries()) == {("skipped", "baseline")}
    assert len(await bench.titles()) == 10


async def test_undated_articles_keep_their_first_seen_date(bench: Bench) -> None:
    await bench.declare()
    body = b'<rss version="2.0"><channel><title>T</title><item><title>A</title><guid>a</guid></item></channel></rss>'
    bench.serve(body)
    await bench.poll()
    first_seen = bench.now
    bench.serve(body.replace(b"<title>A", b"<title>A, corrected"))
    await bench.poll()
    async with bench.database.read() as connection:
        [article] = await articles.latest(connection)
    assert (article.title, article.date, article.published) == ("A, corrected", first_seen, None)


async def test_a_failing_source_keeps_its_articles_backs_off_and_comes_back(bench: Bench) -> None:
    await bench.declare()
    bench.serve(feed(1))
    await bench.poll()
    bench.serve(b"broken", status=500)
    failed = await bench.poll(timedelta(hours=1))
    source = await bench.source()
    assert (failed.outcome, failed.error_kind, failed.status) == ("failed", "http", 500)
    assert (source.failures, source.failing_since, source.health) == (1, bench.now, "failing")
    await bench.poll(timedelta(hours=9))
    assert (await bench.source()).failures == 2
    assert (await bench.source()).failing_since == source.failing_since
    bench.serve(feed(1, 2))
    await bench.poll(timedelta(hours=9))
    back = await bench.source()
    assert (back.failures, back.failing_since, back.error_text, back.health) == (0, None, None, "ok")
    assert await bench.titles() == ["Story 2", "Story 1"]


async def test_retry_after_is_obeyed(bench: Bench) -> None:
    await bench.declare()
    bench.serve(b"slow down", "Retry-After: 36000", status=429)
    await bench.poll()
    source = await bench.source()
    assert source.next_poll_at == bench.now + timedelta(hours=10)
    assert source.plan_reason == "The site asked to wait 10 h."


async def test_a_source_that_answers_410_is_not_asked_again(bench: Bench) -> None:
    await bench.declare()
    bench.serve(b"gone", status=410)
    assert (await bench.poll()).outcome == "gone"
    source = await bench.source()
    assert (source.next_poll_at, source.health) == (None, "gone")
    bench.now += timedelta(days=365)
    assert await bench.poller.claim(10) == []


async def test_a_permanent_redirect_is_remembered_once_it_lasted_and_a_temporary_one_is_not(bench: Bench) -> None:
    await bench.declare()
    bench.server.routes["/temporary"] = answer(200, feed(1))
    bench.server.routes["/moved"] = answer(200, feed(1))
    for status, target, expected in ((302, "/temporary", "/feed"), (301, "/moved", "/moved")):
        bench.serve(b"", f"Location: {bench.server.url(target)}", status=status)
        addresses = []
        for _ in range(3):
            await bench.poll(timedelta(hours=13))
            addresses.append((await bench.source()).poll_url)
        assert addresses == [bench.server.url("/feed")] * 2 + [bench.server.url(expected)]
    await bench.poll(timedelta(hours=24))
    assert bench.server.requests[-1].path == "/moved"


@pytest.mark.parametrize("status", [404, 410])
async def test_when_the_address_of_a_redirect_fails_the_declared_one_is_asked_again(bench: Bench, status: int) -> None:
    await bench.declare()
    bench.serve(b"", "Location: /new", status=301)
    bench.server.routes["/new"] = answer(200, feed(1))
    for _ in range(3):
        await bench.poll(timedelta(hours=13))
    bench.server.requests.clear()
    bench.server.routes["/new"] = answer(status, b"")
    bench.serve(feed(1, 2))
    assert (await bench.poll(timedelta(hours=24))).outcome == "failed"
    assert (await bench.poll(timedelta(hours=24))).new == 1
    assert [request.path for request in bench.server.requests] == ["/new", "/feed"]


async def test_a_page_that_is_no_feed_is_a_failure_that_names_the_remedy(bench: Bench) -> None:
    await bench.declare()
    bench.serve(b"<html><body><p>Hello</p></body></html>", "Content-Type: text/html")
    record = await bench.poll()
    assert record.error_kind == "not_parseable"
    assert "type: page" in (record.error_text or "")


async def test_the_poll_state_survives_a_restart(bench: Bench) -> None:
    await bench.declare()
    bench.serve(feed(1))
    await bench.poll()
    before = await bench.source()
    await bench.declare()  # what a start does
    assert await bench.source() == before
    assert await bench.poller.claim(10) == []


async def test_a_poll_that_lost_its_lease_stores_nothing(bench: Bench) -> None:
    await bench.declare()
    bench.serve(feed(1))
    bench.now += timedelta(hours=1)
    [source] = await bench.poller.claim(1)
    async with bench.database.write() as connection:
        await sources.lease_due(connection, "other", 1, bench.now + timedelta(minutes=11))
    await bench.poller.poll(source)
    assert await bench.titles() == []


async def test_a_poll_without_articles_that_lost_its_lease_leaves_no_trace(bench: Bench) -> None:
    await bench.declare()
    bench.serve(b"", status=503)
    bench.now += timedelta(hours=1)
    [source] = await bench.poller.claim(1)
    async with bench.database.write() as connection:
        await sources.lease_due(connection, "other", 1, bench.now + timedelta(minutes=11))
    await bench.poller.poll(source)
    async with bench.database.read() as connection:
        assert await polls.timeline(connection, source.number) == []
    assert (await bench.source()).failures == 0


async def test_a_visit_that_takes_longer_than_a_lease_keeps_it(bench: Bench) -> None:
    poller = Poller(bench.database, bench.fetcher, RHYTHM, owner="slow", now=lambda: bench.now, renew_every=0.005)

    async def slow(_: Request, connection: Connection) -> None:
        bench.now += timedelta(minutes=11)
        async with asyncio.timeout(5):
            while await free():  # noqa: ASYNC110 (the other side is a database, which sets no event)
                await asyncio.sleep(0.005)
        await connection.send(answer(200, feed(1)))

    async def free() -> int:
        async with bench.database.read() as connection:
            query = select(source.c.number).where(source.c.leased_until < bench.now)
            return len((await connection.execute(query)).all())

    await bench.declare()
    bench.server.routes["/feed"] = slow
    [leased] = await poller.claim(1)
    assert (await poller.poll(leased)).new == 1


async def test_a_poll_stores_nothing_when_its_source_changed_meanwhile_and_was_leased_again(bench: Bench) -> None:
    await bench.declare()
    bench.serve(feed(1))
    bench.now += timedelta(hours=1)
    [old] = await bench.poller.claim(1)
    await bench.declare(timezone="Asia/Tokyo")
    [new] = await bench.poller.claim(1)
    await bench.poller.poll(old)
    assert await bench.titles() == []
    assert (await bench.poller.poll(new)).new == 1


async def test_a_source_that_answers_again_after_a_410_is_no_longer_gone(bench: Bench) -> None:
    await bench.declare()
    bench.serve(b"", status=410)
    await bench.poll()
    assert (await bench.source()).health == "gone"
    bench.serve(feed(1))
    leased = await bench.poller.claim_one("town")
    assert leased is not None
    await bench.poller.poll(leased)
    assert (await bench.source()).health == "ok"


async def test_the_timeline_keeps_every_poll_with_its_outcome(bench: Bench) -> None:
    await bench.declare()
    bench.serve(feed(1))
    await bench.poll()
    bench.serve(b"", status=503)
    await bench.poll()
    async with bench.database.read() as connection:
        timeline = await polls.timeline(connection, 1)
    assert [(one.outcome, one.new, one.error_kind) for one in timeline] == [("failed", 0, "http"), ("ok", 1, None)]


LIST = """<html><body><ul class="list">{}</ul></body></html>"""
ITEM = '<li><a href="/a/{0}">Story {0}</a></li>'
PAGE = '<html><body><h1>Story {0}</h1><div class="body"><p>The whole text of {0}.</p></div></body></html>'
SELECT = {"list": "ul.list li", "link": "a", "title": "a", "body": "div.body"}


class TestArticlePages:
    """A source whose list names its articles, and whose article pages carry the text."""

    async def declare(self, bench: Bench, *numbers: int) -> None:
        source = DeclaredSource(
            id="town",
            title="Town",
            url=bench.server.url("/feed"),
            type="page",
            options=SourceOptions(categories=("News",), select=SELECT),
        )
        await sourcing.reconcile(bench.database, [source], bench.now)
        self.list(bench, *numbers)

    def list(self, bench: Bench, *numbers: int) -> None:
        bench.serve(LIST.format("".join(ITEM.format(number) for number in numbers)).encode())
        for number in numbers:
            bench.server.routes.setdefault(f"/a/{number}", answer(200, PAGE.format(number).encode()))

    async def test_each_new_article_is_read_once(self, bench: Bench) -> None:
        await self.declare(bench, 1, 2)
        await bench.poll()
        await bench.poll()
        paths = [request.path for request in bench.server.requests]
        assert paths == ["/feed", "/a/1", "/a/2", "/feed"]
        async with bench.database.read() as connection:
            stored = await articles.latest(connection)
        assert {article.body_html for article in stored} == {
            "<p>The whole text of 1.</p>",
            "<p>The whole text of 2.</p>",
        }

    async def test_a_young_article_is_looked_at_again_and_an_edit_is_found(self, bench: Bench) -> None:
        await self.declare(bench, 1)
        await bench.poll()
        bench.server.routes["/a/1"] = answer(200, PAGE.format("1, corrected").encode())
        record = await bench.poll(timedelta(hours=7))
        assert record.changed == 1

    async def test_an_article_whose_page_fails_is_tried_again_and_not_lost(self, bench: Bench) -> None:
        await self.declare(bench, 1)
        await bench.follow()
        await bench.poll()
        self.list(bench, 2, 1)
        bench.server.routes["/a/2"] = answer(500, b"")
        assert (await bench.poll()).new == 0
        bench.server.routes["/a/2"] = answer(200, PAGE.format(2).encode())
        assert (await bench.poll()).new == 1
        assert ("pending", None) in await bench.deliveries()

    async def test_an_article_whose_page_keeps_failing_comes_with_what_the_list_says(self, bench: Bench) -> None:
        await self.declare(bench, 1)
        await bench.poll()
        self.list(bench, 2, 1)
        bench.server.routes["/a/2"] = answer(500, b"")
        news = [(await bench.poll()).new for _ in range(4)]
        assert news == [0, 0, 1, 0]
        assert "Story 2" in await bench.titles()

    async def test_an_article_that_is_listed_but_not_there_is_never_made(self, bench: Bench) -> None:
        await self.declare(bench, 1)
        await bench.poll()
        self.list(bench, 2, 1)
        bench.server.routes["/a/2"] = answer(404, b"")
        assert [(await bench.poll()).new for _ in range(5)] == [0, 0, 0, 0, 0]

    async def test_a_long_first_list_is_read_in_parts_and_is_one_baseline(self, bench: Bench) -> None:
        await self.declare(bench, *range(100))
        await bench.follow()
        records = [await bench.poll(timedelta()) for _ in range(3)]
        assert [(record.outcome, record.new) for record in records] == [("partial", 40), ("partial", 40), ("ok", 20)]
        assert set(await bench.deliveries()) == {("skipped", "baseline")}
        assert (await bench.source()).baseline_at == bench.now

    async def test_a_first_list_whose_pages_fail_half_way_is_one_baseline(self, bench: Bench) -> None:
        await self.declare(bench, *range(10))
        await bench.follow()
        for number in range(4, 10):
            bench.server.routes[f"/a/{number}"] = answer(503, b"")
        assert (await bench.poll()).new == 4
        assert (await bench.source()).baseline_at is None
        for number in range(4, 10):
            bench.server.routes[f"/a/{number}"] = answer(200, PAGE.format(number).encode())
        assert (await bench.poll()).new == 6
        assert set(await bench.deliveries()) == {("skipped", "baseline")}
        self.list(bench, 10, *range(10))
        await bench.poll()
        assert ("pending", None) in await bench.deliveries()

    async def test_a_redesign_that_takes_more_than_one_visit_to_read_sends_nothing(self, bench: Bench) -> None:
        await self.declare(bench, *range(5))
        await bench.follow()
        await bench.poll()
        self.list(bench, *range(100, 160))
        records = [await bench.poll(), await bench.poll(timedelta())]
        assert [(record.outcome, record.new) for record in records] == [("partial", 0), ("ok", 0)]
        done = await holding.approve(bench.database, "town", bench.now)
        assert (done.articles, done.news) == (60, 0)
        assert {state for state, _ in await bench.deliveries()} == {"skipped"}
        self.list(bench, 160, *range(100, 160))
        assert (await bench.poll()).new == 1
        assert ("pending", None) in await bench.deliveries()
        paths = [request.path for request in bench.server.requests]
        assert len(paths) == len(set(paths)) + paths.count("/feed") - 1

    async def test_an_article_for_which_the_site_asks_to_wait_is_not_made_of_what_the_list_says(
        self, bench: Bench
    ) -> None:
        await self.declare(bench, 1)
        await bench.poll()
        self.list(bench, 3, 2, 1)
        bench.server.routes["/a/3"] = answer(429, b"", "Retry-After: 1")
        assert [(await bench.poll()).new for _ in range(4)] == [0, 0, 0, 0]
        assert "/a/2" not in [request.path for request in bench.server.requests]

    async def test_articles_that_are_not_there_neither_end_nor_delay_the_watch(self, bench: Bench) -> None:
        await self.declare(bench, *range(8))
        await bench.follow()
        for number, status in ((0, 404), (1, 410), (2, 404), (3, 404)):
            bench.server.routes[f"/a/{number}"] = answer(status, b"")
        assert [(await bench.poll()).new for _ in range(3)] == [0, 4, 0]
        assert (await bench.source()).baseline_at is not None
        self.list(bench, 8, *range(8))
        assert [(await bench.poll()).new for _ in range(3)] == [1, 0, 0]
        assert ("pending", None) in await bench.deliveries()

    async def test_a_long_list_that_never_reads_the_same_is_not_visited_without_end(self, bench: Bench) -> None:
        await self.declare(bench, *range(60))
        for _ in range(2):
            await bench.poll(timedelta())
        bench.serve(LIST.format("".join(ITEM.format(number).replace("Story", "Hot") for number in range(60))).encode())
        record = await bench.poll()
        assert (record.outcome, record.changed) == ("ok", 40)
        assert await bench.poller.claim(10) == []
        assert (await bench.poll()).changed == 20

    async def test_a_young_article_whose_page_is_gone_is_left_alone_for_hours(self, bench: Bench) -> None:
        await self.declare(bench, 1)
        await bench.poll()
        bench.server.routes["/a/1"] = answer(404, b"")
        await bench.poll(timedelta(hours=7))
        await bench.poll(timedelta(hours=2))
        assert [request.path for request in bench.server.requests] == ["/feed", "/a/1", "/feed", "/a/1", "/feed"]

    async def test_a_sources_own_headers_stay_on_its_own_site(self, bench: Bench) -> None:
        async with MisbehavingServer() as foreign:  # another port is another site
            foreign.routes["/a/1"] = answer(200, PAGE.format(1).encode())
            bench.serve(f'<ul class="list"><li><a href="{foreign.url("/a/1")}">Story 1</a></li></ul>'.encode())
            source = DeclaredSource(
                id="town",
                title="Town",
                url=bench.server.url("/feed"),
                type="page",
                options=SourceOptions(select=SELECT, headers={"Authorization": "Bearer hush"}),
            )
            await sourcing.reconcile(bench.database, [source], bench.now)
            await bench.poll()
            assert bench.server.requests[0].headers["authorization"] == "Bearer hush"
            assert [request.headers.get("authorization") for request in foreign.requests] == [None]
