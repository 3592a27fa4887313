"""The redesign guard at work: polls of a list that changes, what is held, and how it comes out."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from feedbot.domain.article import Attachment, Draft, Image, Reaction
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.errors import Refused
from feedbot.services import holding, sourcing
from feedbot.storage import held, kept_pages
from feedbot.storage.database import Database
from feedbot.storage.held import Held
from misbehaving import answer
from services.poll_bench import NOW, Bench, bench, feed

__all__ = ["bench"]


def undated(*numbers: int) -> bytes:
    items = [{"id": f"new-{number}", "url": f"https://new.example/{number}", "title": f"Tale {number}",
              "content_text": f"Words of {number}."} for number in numbers]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Town", "items": items}
    return json.dumps(feed).encode()


async def held_titles(bench: Bench) -> list[str]:
    async with bench.database.read() as connection:
        return sorted(one.draft.title for one in (await held.of_source(connection, 1)).values())


async def watched(bench: Bench, *numbers: int) -> None:
    """A source whose list has been read, and a chat that follows it."""
    await bench.declare()
    await bench.follow()
    bench.serve(feed(*numbers))
    await bench.poll()


async def test_a_list_that_changed_beyond_recognition_is_held_and_its_page_kept(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    bench.serve(undated(*range(10)), "Content-Type: application/feed+json")
    record = await bench.poll()
    assert (record.outcome, record.new) == ("ok", 0)
    assert len(await bench.titles()) == 10
    assert await held_titles(bench) == [f"Tale {number}" for number in range(10)]
    [waiting] = await holding.waiting(bench.database)
    assert (waiting.source_id, waiting.since, waiting.found) == ("town", bench.now, 10)
    assert (waiting.known, waiting.before, waiting.is_told) == (0, 10, False)
    assert waiting.titles == ("Tale 0", "Tale 1", "Tale 2", "Tale 3", "Tale 4")
    async with bench.database.read() as connection:
        kept = await kept_pages.get(connection, 1)
    assert kept is not None
    assert kept.body == undated(*range(10))


async def test_approved_articles_are_in_the_feeds_and_only_news_in_the_chats(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    old = feed(*range(-5010, -5000), guid="other-{}", link="https://new.example/{}")
    bench.serve(old)
    await bench.poll()
    news = feed(300, guid="other-{}", link="https://new.example/{}")
    bench.serve(old.replace(b"<item>", news[news.index(b"<item>") : news.index(b"</channel>")] + b"<item>", 1))
    await bench.poll()
    assert len(await held_titles(bench)) == 11
    done = await holding.approve(bench.database, "town", bench.now)
    assert (done.articles, done.news) == (11, 1)
    assert len(await bench.titles()) == 21
    found = await bench.deliveries()
    assert (found.count(("pending", None)), found.count(("skipped", "redesign"))) == (1, 10)
    assert await holding.waiting(bench.database) == []
    source = await bench.source()
    assert (source.redesign, source.plan_reason) == ({}, "Approved: polled at once.")
    assert (await bench.poll(timedelta())).unchanged == 11
    async with bench.database.read() as connection:
        assert await kept_pages.get(connection, 1) is None


async def test_a_list_is_published_by_itself_once_news_keep_coming_in_on_top_of_what_is_held(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    for first in (10, 9, 8):
        bench.serve(undated(*range(first, first + 10)))
        await bench.poll()
    assert len(await bench.titles()) == 22
    assert await held_titles(bench) == []
    found = await bench.deliveries()
    assert (found.count(("pending", None)), found.count(("skipped", "redesign"))) == (2, 10)
    bench.serve(undated(*range(7, 17)))
    assert (await bench.poll()).new == 1


async def test_what_scrolls_off_while_it_is_held_is_not_lost(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    bench.serve(undated(*range(10)))
    await bench.poll()
    bench.serve(undated(*range(100, 110)))
    await bench.poll()
    assert len(await held_titles(bench)) == 20
    assert (await holding.approve(bench.database, "town", bench.now)).articles == 20


async def test_the_old_list_goes_on_when_it_is_back_and_what_was_held_waits(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    bench.serve(undated(*range(10)))
    await bench.poll()
    bench.serve(feed(*range(1, 11), 400))
    assert (await bench.poll()).new == 1
    assert ("pending", None) in await bench.deliveries()
    assert len(await held_titles(bench)) == 10
    assert (await bench.source()).redesign["undone"] is True


async def test_what_turns_out_to_be_known_by_its_title_is_held_no_more(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    strange = feed(*range(1, 11), guid="new-{}", link="https://new.example/{}")
    bench.serve(strange.replace(b"<title>Story", b"<title>Town | Story").replace(b"2026", b"2025"))
    await bench.poll()
    assert len(await held_titles(bench)) == 10
    bench.serve(strange)
    assert (await bench.poll()).new == 0
    assert (await held_titles(bench), (await bench.source()).redesign) == ([], {})
    assert len(await bench.titles()) == 10


async def test_a_list_that_was_empty_when_the_watch_began_is_no_news(bench: Bench) -> None:
    await bench.declare()
    await bench.follow()
    bench.serve(feed())
    await bench.poll()
    await bench.poll()
    bench.serve(undated(*range(10)))
    assert (await bench.poll()).new == 10
    assert set(await bench.deliveries()) == {("skipped", "redesign")}


async def test_rejected_articles_are_not_asked_about_again_and_go_when_the_old_list_is_back(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    bench.serve(undated(*range(10)))
    await bench.poll()
    assert await holding.reject(bench.database, "town", bench.now) == 10
    for first in (10, 9, 8):
        bench.serve(undated(*range(first, first + 10)))
        await bench.poll()
    assert await holding.waiting(bench.database) == []
    assert len(await bench.titles()) == 10
    bench.serve(feed(*range(1, 11)))
    await bench.poll()
    assert (await held_titles(bench), (await bench.source()).redesign) == ([], {})


async def test_a_poll_that_was_under_way_does_not_bring_back_what_was_approved(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    bench.serve(undated(*range(10)))
    await bench.poll()
    bench.now += timedelta(hours=2)
    [leased] = await bench.poller.claim(1)
    await holding.approve(bench.database, "town", bench.now)
    await bench.poller.poll(leased)
    assert (await bench.source()).redesign == {}
    assert await held_titles(bench) == []


async def test_another_way_of_reading_drops_what_is_held_and_holds_nothing_of_what_it_shows(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    bench.serve(undated(*range(10)))
    await bench.poll()
    await bench.declare(language="en")
    assert (await held_titles(bench), (await bench.source()).redesign) == ([], {})
    assert (await bench.poll(timedelta())).new == 10
    assert {state for state, _ in await bench.deliveries()} == {"skipped"}


async def test_renumbered_ids_with_known_titles_hold_nothing_up(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    bench.serve(feed(*range(2, 13), guid="tag:new,{}", link="https://new.town.example/story/{}"))
    assert (await bench.poll()).new == 2
    assert await holding.waiting(bench.database) == []


async def test_a_list_without_dates_is_believed_by_those_of_its_pages(bench: Bench) -> None:
    """After weeks without a visit everything that a list shows may be new, and only the articles say when they came."""
    page = "<html><h1>Story {0}</h1><main><p>Text.</p></main><time>{1:%Y-%m-%d %H:%M}</time></html>"
    select = {"list": "li", "link": "a", "title": "a", "body": "main", "article_date": "time"}
    options = SourceOptions(categories=("News",), select=select, interval=3600)
    source = DeclaredSource(id="town", title="Town", url=bench.server.url("/feed"), type="page", options=options)
    await sourcing.reconcile(bench.database, [source], bench.now)
    await bench.follow()
    for weeks, first in ((0, 0), (4, 100), (0, 200)):
        numbers = range(first, first + 10)
        bench.now += timedelta(weeks=weeks)
        bench.serve("".join(f'<li><a href="/a/{number}">Story {number}</a></li>' for number in numbers).encode())
        for number in numbers:
            at = bench.now - timedelta(hours=number - first, weeks=52 if first == 200 else 0)
            bench.server.routes[f"/a/{number}"] = answer(
                200, page.format(number, at).encode(), "Content-Type: text/html"
            )
        await bench.poll()
    found = await bench.deliveries()
    assert (found.count(("pending", None)), found.count(("skipped", "baseline"))) == (10, 10)
    assert len(await held_titles(bench)) == 10


@pytest.mark.parametrize("do", [holding.approve, holding.reject])
async def test_nothing_is_approved_or_rejected_where_nothing_is_held(bench: Bench, do: object) -> None:
    await bench.declare()
    for source_id in ("town", "nowhere"):
        with pytest.raises(Refused):
            await do(bench.database, source_id, NOW)  # type: ignore[operator]


async def test_a_list_that_is_suddenly_empty_is_an_error_the_second_time_with_its_page_kept(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    bench.serve(feed())
    assert (await bench.poll()).outcome == "ok"
    record = await bench.poll(timedelta(days=1))
    assert (record.outcome, record.error_kind) == ("failed", "empty_list")
    assert (record.error_text or "").startswith("The list is empty since 2026-11-24 16:00 UTC; before, it had 10 ")
    async with bench.database.read() as connection:
        kept = await kept_pages.get(connection, 1)
    assert kept is not None
    assert (kept.body, kept.error_text) == (feed(), record.error_text)
    bench.serve(feed(*range(1, 12)))
    assert (await bench.poll(timedelta(days=2))).new == 1
    async with bench.database.read() as connection:
        assert await kept_pages.get(connection, 1) is None
    bench.serve(feed())
    assert (await bench.poll(timedelta(days=2))).outcome == "ok"


async def test_a_list_that_dwindles_to_nothing_is_just_empty(bench: Bench) -> None:
    await watched(bench, 1, 2)
    bench.serve(feed())
    assert [(await bench.poll(timedelta(days=1))).outcome for _ in range(3)] == ["ok", "ok", "ok"]


async def test_a_page_that_is_no_list_is_kept_until_it_can_be_read_again(bench: Bench) -> None:
    await watched(bench, 1)
    bench.server.routes["/feed"] = answer(
        200, "<html>维护中</html>".encode("gbk"), "Content-Type: text/html; charset=gbk"
    )
    assert (await bench.poll()).outcome == "failed"
    async with bench.database.read() as connection:
        kept = await kept_pages.get(connection, 1)
    assert kept is not None
    assert (kept.at, kept.url) == (bench.now, bench.server.url("/feed"))
    assert (kept.mime_type, kept.charset, kept.body) == ("text/html", "gbk", "<html>维护中</html>".encode("gbk"))
    bench.serve(feed(1))
    await bench.poll(timedelta(days=1))
    async with bench.database.read() as connection:
        assert await kept_pages.get(connection, 1) is None


async def test_held_articles_come_back_as_they_were(database: Database) -> None:
    moment = datetime(2026, 11, 24, 8, 15, 30, tzinfo=UTC)
    whole = Draft(
        url="https://t.example/1",
        title="桥",
        published=moment,
        updated=moment,
        author="A",
        comment_count=3,
        body_html="<p>x</p>",
        images=(Image("https://t.example/1.png", "alt"),),
        attachments=(Attachment("https://t.example/1.pdf", "n", size=2),),
        category_path=("a", "b"),
        tags=("t",),
        reactions=(Reaction("鲜花", 2),),
        guid="g",
    )
    listed = Draft(url="https://t.example/1", title="桥", is_complete=False)
    entries = [Held(b"1", whole, whole, NOW), Held(b"2", listed, whole, NOW, arrived=True)]
    await sourcing.reconcile(database, [DeclaredSource(id="town", title="T", url="https://t.example/")], NOW)
    async with database.write() as connection:
        await held.put(connection, 1, entries)
        await held.put(connection, 1, entries)
        assert list((await held.of_source(connection, 1)).values()) == entries
        assert await held.count(connection) == {1: 2}
        assert await held.clear(connection, 1) == 2


class TestPages:
    """A list of which the first poll reads more than one page."""

    LIST = '<ul class="list">{}</ul>{}'
    ITEM = '<li><a href="/a/{0}">Story {0}</a></li>'
    SELECT = {"list": "ul.list li", "link": "a", "title": "a"}  # noqa: RUF012 - a constant

    async def declare(self, bench: Bench, **options: object) -> None:
        source = DeclaredSource(
            id="town",
            title="Town",
            url=bench.server.url("/feed"),
            type="page",
            options=SourceOptions(categories=("News",), select=self.SELECT, full_text="never", **options),  # type: ignore[arg-type]
        )
        await sourcing.reconcile(bench.database, [source], bench.now)

    def page(self, bench: Bench, path: str, *numbers: int) -> None:
        items = "".join(self.ITEM.format(number) for number in numbers)
        bench.server.routes[path] = answer(200, self.LIST.format(items, "").encode(), "Content-Type: text/html")

    async def test_the_first_poll_reads_the_pages_of_a_list_and_the_next_ones_do_not(self, bench: Bench) -> None:
        await self.declare(bench, pages=3, page_url=bench.server.url("/page/{page}"))
        self.page(bench, "/feed", 9, 8, 7)
        self.page(bench, "/page/2", 7, 6, 5)
        self.page(bench, "/page/3", 4, 3)
        self.page(bench, "/page/4", 2, 1)
        assert (await bench.poll()).new == 7
        self.page(bench, "/feed", 10, 9, 8)
        assert (await bench.poll()).new == 1
        assert [one.path for one in bench.server.requests] == ["/feed", "/page/2", "/page/3", "/feed"]

    async def test_a_page_that_fails_keeps_those_before_it(self, bench: Bench) -> None:
        await self.declare(bench, pages=5, page_url=bench.server.url("/page/{page}"))
        self.page(bench, "/feed", 9, 8)
        self.page(bench, "/page/2", 7, 6)
        bench.server.routes["/page/3"] = answer(500, b"")
        record = await bench.poll()
        assert (record.outcome, record.new) == ("ok", 4)

    async def test_a_list_that_shows_its_last_page_again_is_not_read_further(self, bench: Bench) -> None:
        await self.declare(bench, pages=9, page_url=bench.server.url("/feed?p={page}"))
        self.page(bench, "/feed", 9, 8)
        assert (await bench.poll()).new == 2
        assert [one.target for one in bench.server.requests] == ["/feed", "/feed?p=2"]

    async def test_after_a_long_pause_the_pages_lead_back_to_what_is_known(self, bench: Bench) -> None:
        await self.declare(bench, pages=3, page_url=bench.server.url("/page/{page}"))
        self.page(bench, "/feed", *range(10, 5, -1))
        await bench.poll()
        self.page(bench, "/feed", *range(19, 14, -1))
        self.page(bench, "/page/2", *range(14, 9, -1))
        self.page(bench, "/page/3", *range(9, 4, -1))
        assert (await bench.poll()).new == 9 + 1  # number 5 had not been listed before
        assert await holding.waiting(bench.database) == []


async def test_an_approval_that_is_cut_short_has_published_everything_or_nothing(bench: Bench) -> None:
    await watched(bench, *range(1, 11))
    bench.serve(undated(*range(10)))
    await bench.poll()
    seen = set()
    for step in range(40):
        approving = asyncio.create_task(holding.approve(bench.database, "town", bench.now))
        await asyncio.wait({approving}, timeout=0.001 * 1.3**step)
        approving.cancel()
        await asyncio.gather(approving, return_exceptions=True)
        state = (len(await held_titles(bench)), len(await bench.titles()), bool((await bench.source()).redesign))
        seen.add(state)
        if state[0] == 0:
            break
    assert seen == {(10, 10, True), (0, 20, False)}
    assert len(await bench.deliveries()) == 20
