"""The sample portal: what it publishes when, and the pages that it serves."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.applications import Starlette
from starlette.routing import Mount

from feedbot.sandbox.portal import SamplePortal, categories, stories
from feedbot.sandbox.portal.attachments import attachment
from feedbot.sandbox.portal.pictures import landscape
from feedbot.sandbox.portal.writing import Dice, Slots, cut_summary

EPOCH = datetime(2026, 11, 5, 0, 0, 0, tzinfo=UTC).timestamp()
SOME_DAY = datetime(2026, 11, 5, 8, 0, tzinfo=UTC)


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(EPOCH + 8 * 100)


@pytest.fixture
def portal(clock: Clock) -> SamplePortal:
    return SamplePortal(epoch=EPOCH, every=8, clock=clock)


@pytest.fixture
async def client(portal: SamplePortal) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[Mount("/portal", portal.app())])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://town.test/portal/") as client:
        yield client


def tree(response: httpx.Response) -> LexborHTMLParser:
    return LexborHTMLParser(response.content)


def one(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    found = node.css_first(selector)
    assert found is not None, selector
    return found


def text(page: LexborHTMLParser, selector: str) -> str:
    return one(page, selector).text().strip()


async def test_the_first_stories_are_out_before_the_start_and_one_comes_every_few_seconds(clock: Clock) -> None:
    portal = SamplePortal(epoch=EPOCH, every=8, backlog=12, clock=clock)
    counted = []
    for seconds in (-1000, 0, 7.9, 8, 16, 8 * 1000):
        clock.now = EPOCH + seconds
        counted.append(portal.count())
    assert counted == [12, 12, 12, 13, 14, 1012]


def test_a_restarted_portal_goes_on_with_the_same_stories(clock: Clock) -> None:
    first = SamplePortal(epoch=EPOCH, every=8, clock=clock)
    second = SamplePortal(epoch=EPOCH, every=8, clock=clock)
    assert [first.story(n) for n in range(1, 80)] == [second.story(n) for n in range(1, 80)]


def test_dates_never_go_back_and_are_never_in_the_future(portal: SamplePortal, clock: Clock) -> None:
    dates = [story.published for n in range(1, portal.count() + 1) if (story := portal.story(n))]
    assert len(dates) == 112
    assert dates == sorted(dates)
    assert dates[-1].timestamp() <= clock.now
    assert dates[11].timestamp() < EPOCH


def test_nothing_comes_out_during_a_pause_and_what_was_out_keeps_its_date() -> None:
    clock = Clock(EPOCH + 805)
    before = SamplePortal(epoch=EPOCH, every=8, clock=clock)
    known = [before.story(number) for number in range(1, before.count() + 1)]
    pause = (EPOCH + 805, EPOCH + 90_000)
    after = SamplePortal(epoch=EPOCH, every=8, clock=clock, pauses=[pause])
    counted = []
    for moment in (805, 50_000, 90_000, 90_003, 90_011):
        clock.now = EPOCH + moment
        counted.append(after.count())
    assert counted == [112, 112, 112, 113, 114]
    assert [after.story(number) for number in range(1, 113)] == known
    newest = after.story(114)
    assert newest is not None
    assert clock.now - 60 < newest.published.timestamp() <= clock.now


@given(
    gaps=st.lists(st.tuples(st.integers(1, 500), st.integers(0, 5000)), max_size=4),
    every=st.floats(0.5, 60),
    seconds=st.integers(0, 20_000),
)
def test_a_story_is_dated_when_it_comes_out_whatever_the_pauses(
    gaps: list[tuple[int, int]], every: float, seconds: int
) -> None:
    pauses, at = [], EPOCH
    for work, rest in gaps:
        pauses.append((at + work, at + work + rest))
        at += work + rest
    portal = SamplePortal(epoch=EPOCH, every=every, clock=Clock(EPOCH + seconds), pauses=pauses)
    newest = portal.story(portal.count())
    assert newest is not None
    if newest.number > 12:
        assert newest.published.timestamp() <= EPOCH + seconds + 1e-3
    assert portal.story(portal.count() + 1) is None


def test_a_story_that_is_not_out_yet_is_not_there(portal: SamplePortal, clock: Clock) -> None:
    assert portal.story(113) is None
    clock.now += 8
    assert portal.story(113) is not None


def test_titles_stay_distinct_while_the_templates_are_recycled() -> None:
    titles = [stories.write_story(number, SOME_DAY).title for number in range(1, 5001)]
    assert len(set(titles)) == 5000


def test_every_template_and_category_is_used_and_no_slot_is_left_open() -> None:
    count = stories.template_count()
    written = [stories.write_story(number, SOME_DAY) for number in range(2, count + 2)]
    assert count >= 60
    assert {story.category.name for story in written} == {c.name for c in categories.CATEGORIES} - {"城事资讯"}
    assert not [story.title for story in written if re.search(r"[{}]", str(story))]


def test_the_stories_differ_in_what_a_reader_must_cope_with() -> None:
    written = [stories.write_story(number, SOME_DAY) for number in range(2, stories.template_count() + 2)]
    assert any(len(story.pages) > 2 for story in written)
    assert any(len(story.images) == 1 for story in written)
    assert any(len(story.images) > 1 for story in written)
    assert any(story.files for story in written)
    assert any(story.table for story in written)
    assert any(not story.summary for story in written)
    assert any(story.summary.endswith(" ...") for story in written)
    assert any(story.summary and not story.summary.endswith(" ...") for story in written)
    assert any(story.comments for story in written)
    assert any(not story.origin for story in written)


def test_the_seed_story_is_the_first_and_its_summary_is_cut_where_the_portal_cut_it() -> None:
    story = stories.write_story(1, stories.seed_date())
    assert story.title == "区领导一线督导项目建设"
    assert story.published.isoformat() == "2020-10-19T12:11:00+08:00"
    assert len(story.pages[0].paragraphs) == 10
    assert cut_summary("".join(story.pages[0].paragraphs)) == story.summary
    assert story.summary.endswith("实地查看项目建设和生产运 ...")


def test_a_named_number_is_the_same_in_the_whole_story() -> None:
    slots = Slots(place="南浦街", published=SOME_DAY, dice=Dice(1))
    assert slots.fill("{place}{n:5-5}件，{n}件，{today}，{tomorrow}，{weekday}") == (
        "南浦街5件，5件，11月5日，11月6日，星期四"
    )


def test_reactions_grow_for_ten_minutes_and_comments_arrive_one_by_one() -> None:
    story = next(
        s for n in range(2, 60) if len((s := stories.write_story(n, SOME_DAY)).comments) > 2 and any(s.reactions)
    )
    assert story.comments_at(SOME_DAY) == ()
    assert len(story.comments_at(SOME_DAY + timedelta(seconds=180))) == 2
    assert sum(count for _, count in story.reactions_at(SOME_DAY)) == 0
    late = SOME_DAY + timedelta(days=1)
    assert tuple(count for _, count in story.reactions_at(late)) == story.reactions
    assert [comment.date for comment in story.comments_at(late)] == sorted(
        (c.date for c in story.comments), reverse=True
    )


async def test_a_list_page_has_fifteen_stories_newest_first_with_dates_in_the_sites_zone(
    client: httpx.AsyncClient, portal: SamplePortal
) -> None:
    response = await client.get("portal.php?mod=list&catid=1")
    page = tree(response)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "etag" not in response.headers
    items = page.css("div.bm_c.xld > dl.bbda.cl")
    numbers = [int(re.findall(r"aid=(\d+)", one(item, "dt a").attributes["href"] or "")[0]) for item in items]
    assert len(items) == 15
    assert numbers == sorted(numbers, reverse=True)
    newest = portal.story(numbers[0])
    assert newest is not None
    assert one(items[0], "dt a").text() == newest.title
    assert one(items[0], "dd:last-child span.xg1").text() == " 2026-11-5 08:13"
    assert one(items[0], "dd:last-child label a").text() == newest.category.name
    assert text(page, "title").endswith("sample portal of feedbot")


async def test_a_parents_list_holds_its_childrens_stories_and_a_childs_only_its_own(client: httpx.AsyncClient) -> None:
    parent = tree(await client.get("portal.php?mod=list&catid=6"))
    child = tree(await client.get("portal.php?mod=list&catid=7"))
    assert {label.text() for label in parent.css("dl.bbda label a")} == {"生活服务", "停水停电"}
    assert not child.css("dl.bbda label")
    assert child.css("dl.bbda")


async def test_the_pager_leads_to_the_last_page_and_past_it_the_list_is_empty(client: httpx.AsyncClient) -> None:
    first = tree(await client.get("portal.php?mod=list&catid=1"))
    last = int(re.findall(r"\d+", text(first, "div.pg label span"))[0])
    assert one(first, "div.pg a.nxt").attributes["href"] == "http://town.test/portal/portal.php?mod=list&catid=1&page=2"
    final = tree(await client.get(f"portal.php?mod=list&catid=1&page={last}"))
    assert final.css("dl.bbda")
    assert one(final.css("dl.bbda")[-1], "dt a").text() == "区领导一线督导项目建设"
    beyond = await client.get(f"portal.php?mod=list&catid=1&page={last + 1}")
    assert beyond.status_code == 200
    assert not tree(beyond).css("dl.bbda")


async def test_an_article_page_carries_the_seed_story_as_the_real_portal_printed_it(client: httpx.AsyncClient) -> None:
    page = tree(await client.get("portal.php?mod=view&aid=1"))
    meta = re.sub(r"\s+", " ", text(page, "h1.ph + p.xg1"))
    assert one(page, "h1.ph").text() == "区领导一线督导项目建设 "
    assert re.fullmatch(r"2020-10-19 12:11\| ?发布者: admin\| ?查看: \d+\| ?评论: 0\|来自: 安源区政府", meta)
    assert text(page, "div.s > div").startswith("摘要: 10月18日,区委书记")
    assert len(page.css("td#article_content p")) == 10
    crumbs = [link.text() for link in page.css("#pt a")]
    assert crumbs == ["萍乡城事网", "门户", "城事资讯", "安源区政府"]
    assert [cell.text().strip() for cell in page.css("#click_div td")] == list(stories.REACTIONS)
    assert text(page, "div.sd h2") == "相关分类"
    assert one(page, "base").attributes["href"] == "http://town.test/portal/"


async def test_a_story_of_several_pages_links_them_and_ends(client: httpx.AsyncClient, portal: SamplePortal) -> None:
    story = next(s for n in range(1, 113) if (s := portal.story(n)) and len(s.pages) > 1)
    shown = [tree(await client.get(f"portal.php?mod=view&aid={story.number}&page={at}")) for at in (1, 2, 3, 9)]
    titles = [text(page, "td#article_content > div.vm_pagetitle") for page in shown[: len(story.pages)]]
    assert titles == [page.title for page in story.pages]
    assert one(shown[0], "div.ptw div.pg a.nxt").text() == "下一页"
    assert not shown[len(story.pages) - 1].css("div.pg a.nxt")
    assert text(shown[3], "td#article_content") == ""


async def test_pictures_and_attachments_of_a_story_can_be_fetched(
    client: httpx.AsyncClient, portal: SamplePortal
) -> None:
    found = [s for n in range(1, 113) if (s := portal.story(n))]
    pictured = next(story for story in found if len(story.images) > 1)
    page = tree(await client.get(f"portal.php?mod=view&aid={pictured.number}"))
    addresses = [node.attributes["src"] for node in page.css("#article_content img")]
    addresses += [node.attributes["href"] for node in page.css("#article_content a")]
    assert len(addresses) == 2 * len(pictured.images)
    for address in addresses:
        response = await client.get(address or "")
        assert response.headers["content-type"] == "image/png"
        assert response.content.startswith(b"\x89PNG\r\n\x1a\n")
    filed = next(story for story in found if story.files)
    response = await client.get(f"portal.php?mod=attachment&id={filed.files[0].id}")
    assert response.content == attachment(filed.files[0].name, filed.title)
    assert response.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("portal.php?mod=view&aid=9999", 404),
        ("portal.php?mod=view", 404),
        ("portal.php?mod=view&aid=abc", 404),
        ("portal.php?mod=list&catid=99", 200),
        ("portal.php?mod=rss&catid=99", 200),
        ("portal.php?mod=attachment&id=7", 404),
        ("data/attachment/portal/202611/05/0000011.png", 404),
        ("data/attachment/portal/202611/05/x.gif", 404),
        ("nothing-here", 404),
    ],
)
async def test_what_is_missing_is_said_on_a_page_with_the_real_ones_status(
    client: httpx.AsyncClient, address: str, status: int
) -> None:
    response = await client.get(address)
    assert response.status_code == status
    assert text(tree(response), "#messagetext").startswith("抱歉")


async def test_the_rss_feed_has_twenty_stories_with_dates_in_utc(
    client: httpx.AsyncClient, portal: SamplePortal
) -> None:
    response = await client.get("portal.php?mod=rss")
    assert response.headers["content-type"].startswith("application/xml")
    assert response.text.count("<item>") == 20
    newest = portal.story(112)
    assert newest is not None
    assert f"<title>{newest.title}</title>" in response.text
    assert "<pubDate>Thu, 05 Nov 2026 00:13:00 +0000</pubDate>" in response.text


async def test_static_addresses_comments_and_the_front_page_work_too(client: httpx.AsyncClient) -> None:
    assert text(tree(await client.get("article-1-1.html")), "h1.ph") == "区领导一线督导项目建设"
    front = tree(await client.get("portal.php"))
    assert len(front.css("div.block")) == len(categories.CATEGORIES)
    assert (await client.get("portal.php?mod=comment&id=1&idtype=aid")).headers["location"].endswith("aid=1#comment")
    assert (await client.get("portal.php?mod=strange")).headers["location"] == "http://town.test/portal/portal.php"
    assert (await client.get("static/portal.css")).headers["content-type"].startswith("text/css")


async def test_views_change_between_two_fetches_while_the_story_stays(client: httpx.AsyncClient, clock: Clock) -> None:
    first = tree(await client.get("portal.php?mod=view&aid=50"))
    clock.now += 60
    second = tree(await client.get("portal.php?mod=view&aid=50"))
    assert text(first, "#_viewnum") != text(second, "#_viewnum")
    assert text(first, "#article_content") == text(second, "#article_content")


def test_a_picture_is_small_and_repeatable() -> None:
    assert landscape(131) == landscape(131)
    assert landscape(131) != landscape(132)
    assert len(landscape(131)) < 10_000
    assert len(landscape(131, thumbnail=True)) < len(landscape(131))


async def test_the_gbk_edition_says_so_and_writes_other_characters_as_references(clock: Clock) -> None:
    portal = SamplePortal(epoch=EPOCH, every=8, clock=clock, charset="gbk")
    thanked = next(
        number
        for number in range(2, portal.count() + 1)
        if (story := portal.story(number)) and any("👍" in comment.text for comment in story.comments)
    )
    clock.now += 3600
    async with httpx.AsyncClient(transport=httpx.ASGITransport(portal.app()), base_url="http://town.test/") as client:
        response = await client.get(f"portal.php?mod=view&aid={thanked}")
        feed = await client.get("portal.php?mod=rss")
    assert response.headers["content-type"] == "text/html; charset=gbk"
    assert "charset=gbk" in response.content.decode("gbk")
    assert b"&#128077;" in response.content
    assert feed.headers["content-type"] == "application/xml"
    assert feed.content.startswith(b'<?xml version="1.0" encoding="gbk"?>')


@pytest.mark.parametrize(("every", "backlog"), [(0, 12), (-1, 12), (8, 0)])
def test_an_impossible_pace_is_refused(every: float, backlog: int) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        SamplePortal(epoch=EPOCH, every=every, backlog=backlog)
