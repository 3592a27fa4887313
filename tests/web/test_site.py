"""The site over a real database, asked as a browser asks."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from prometheus_client import CollectorRegistry
from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.domain import judging
from feedbot.domain.article import Attachment, Draft, Image, Reaction
from feedbot.domain.categories import assign
from feedbot.domain.source import DeclaredSource
from feedbot.render.links import SitePresentation
from feedbot.storage import articles, categories, polls, sources
from feedbot.storage.database import Database
from feedbot.web.health import Check
from feedbot.web.pages import Presentation
from feedbot.web.site import site_app

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOWN = DeclaredSource(id="town", title="萍乡城事网", url="https://town.example/portal.php?mod=list&catid=1")
BLOG = DeclaredSource(id="blog", title="A blog", url="https://me:pw@blog.example/feed?token=s3cret")
STORY = Draft(
    url="https://town.example/portal.php?mod=view&aid=7",
    title="区领导一线督导项目建设",
    guid="aid:7",
    published=NOW - timedelta(hours=1),
    author="admin",
    origin="安源区政府",
    comment_count=3,
    summary="项目进入收尾阶段。",
    body_html='<p>正文第一段。</p><p><img src="https://town.example/in.png" alt="现场"></p>',
    images=(Image("https://town.example/in.png", "现场"),),
    attachments=(Attachment("https://town.example/a.pdf", "名单.pdf", "application/pdf", 2_500_000),),
    category_path=("城事资讯", "安源区政府"),
    tags=("项目",),
    reactions=(Reaction("鲜花", 12), Reaction("鸡蛋", 0)),
    language="zh-CN",
)
SITE = SitePresentation(
    title="Town news", description="All of it.", base_url="https://news.example", timezone="Asia/Shanghai"
)
Ask = Callable[..., Any]


def plain(number: int, **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "url": f"https://town.example/{number}",
        "title": f"Story {number}",
        "published": NOW - timedelta(minutes=number),
        "category_path": ("城事资讯",),
    }
    return Draft(**{**values, **changes})


async def fill(database: Database, drafts: Sequence[Draft], source: int = 1) -> None:
    async with database.write() as connection:
        await sources.reconcile(connection, [TOWN, BLOG], NOW)
        judged = judging.judge(judging.keyed(drafts, "auto"), [])
        for entry in judged.listed:
            await articles.add(connection, source, entry, entry.draft, assign(entry.draft.category_path, ()), NOW)


async def ready() -> tuple[Check, ...]:
    return (Check("clock", ok=True, text="Ticking."),)


def browser(database: Database, site: Presentation = SITE, **headers: str) -> httpx.AsyncClient:
    app = site_app(db=database, site=site, readiness=ready, registry=CollectorRegistry(), clock=lambda: NOW)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="https://news.example", headers=headers)


@pytest.fixture
async def client(sqlite: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on a site with one full story."""
    await fill(sqlite, [STORY])
    async with browser(sqlite) as client:
        yield client


async def page(client: httpx.AsyncClient, path: str, status: int = 200) -> LexborHTMLParser:
    response = await client.get(path)
    assert response.status_code == status
    return LexborHTMLParser(response.text)


def one(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    found = node.css_first(selector)
    assert found is not None, selector
    return found


def text(node: LexborHTMLParser | LexborNode, selector: str) -> str:
    return " ".join(one(node, selector).text().split())


def links(node: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    return [found.attributes.get("href") or "" for found in node.css(selector)]


async def test_the_front_page_shows_the_latest_articles_with_where_and_when(client: httpx.AsyncClient) -> None:
    home = await page(client, "/")
    card = one(home, "ol.cards > li")
    assert text(card, "h2") == "区领导一线督导项目建设"
    assert links(card, "h2 a") == ["/article/1"]
    assert text(card, ".summary") == "项目进入收尾阶段。"
    assert one(card, "img").attributes["src"] == "https://town.example/in.png"
    assert text(card, "time") == "24 Nov 2026, 19:00"
    assert one(card, "time").attributes["datetime"] == "2026-11-24T19:00:00+08:00"
    assert [unquote(href) for href in links(card, ".meta a")] == ["/category/城事资讯/安源区政府", "/source/town"]


async def test_the_tree_counts_the_articles_of_children_with_their_parents(sqlite: Database) -> None:
    await fill(sqlite, [STORY, plain(1), plain(2)])
    async with browser(sqlite) as client:
        tree = one(await page(client, "/"), ".tree")
    assert [" ".join(item.text().split()) for item in tree.css("li")] == ["城事资讯 3 安源区政府 1", "安源区政府 1"]


async def test_every_view_offers_its_feeds_readers_and_the_bot(sqlite: Database) -> None:
    await fill(sqlite, [STORY])
    site = SitePresentation(title="Town news", base_url="https://news.example", bot_username="town_bot")
    expected = {
        "/": ("https://news.example/feeds/all", "https://t.me/town_bot"),
        "/category/城事资讯": (
            "https://news.example/feeds/category/%E5%9F%8E%E4%BA%8B%E8%B5%84%E8%AE%AF",
            "https://t.me/town_bot?start=c1",
        ),
        "/source/town": ("https://news.example/feeds/source/town", "https://t.me/town_bot?start=s1"),
    }
    async with browser(sqlite, site) as client:
        for path, (feed, bot) in expected.items():
            shown = await page(client, path)
            found = one(shown, ".subscribe")
            assert links(found, ".buttons a") == [bot, f"{feed}.rss", f"{feed}.atom"]
            assert one(found, "input").attributes["value"] == f"{feed}.rss"
            ways = links(found, ".ways a")
            assert [address.split("/")[2] for address in ways[:3]] == [
                "feedly.com",
                "www.inoreader.com",
                "www.newsblur.com",
            ]
            assert ways[3:] == [f"feed:{feed}.rss", "/opml.xml"]
            alternates = links(shown, 'link[rel="alternate"]')
            assert alternates[:2] == [f"{feed}.rss", f"{feed}.atom"]
            assert "https://news.example/feeds/all.atom" in alternates


async def test_in_the_sandbox_the_chat_page_stands_in_for_telegram(sqlite: Database) -> None:
    await fill(sqlite, [STORY])
    site = SitePresentation(title="Town news", bot_username="some_bot", sandbox=True)
    async with browser(sqlite, site) as client:
        shown = await page(client, "/category/城事资讯")
        assert links(shown, ".buttons .main") == ["/sandbox?start=c1"]
        assert links(await page(client, "/"), ".trial a") == ["/sandbox"]
        assert (await client.get("/robots.txt")).text == (
            "User-agent: feedbot\nAllow: /sandbox/portal/\nDisallow: /\n\nUser-agent: *\nDisallow: /\n"
        )


async def test_without_a_bot_nothing_points_to_telegram(client: httpx.AsyncClient) -> None:
    assert "t.me" not in (await client.get("/")).text
    assert "/sandbox" not in (await client.get("/")).text


async def test_the_bots_name_is_shown_as_soon_as_it_is_known(sqlite: Database) -> None:
    names: list[str | None] = [None]
    async with browser(sqlite, lambda: SitePresentation(title="T", bot_username=names[0])) as client:
        assert "t.me" not in (await client.get("/")).text
        names[0] = "town_bot"
        assert "https://t.me/town_bot" in (await client.get("/")).text


async def test_a_category_page_shows_its_childrens_articles_and_where_it_stands(client: httpx.AsyncClient) -> None:
    parent = await page(client, "/category/城事资讯")
    assert text(parent, "ol.cards h2") == "区领导一线督导项目建设"
    child = await page(client, "/category/城事资讯/安源区政府")
    assert text(child, "h1") == "安源区政府"
    assert text(child, ".crumbs") == "城事资讯›安源区政府"
    assert text(child, ".tree [aria-current]") == "安源区政府"
    assert text(await page(client, "/category/城事资讯/"), "h1") == "城事资讯"
    await page(client, "/category/no-such", 404)


async def test_names_with_signs_of_addresses_lead_to_their_pages(sqlite: Database) -> None:
    await fill(sqlite, [plain(1, category_path=("C# & D?", "50% off.rss"))])
    async with browser(sqlite) as client:
        for address in links(await page(client, "/"), ".tree a"):
            assert text(await page(client, address), "ol.cards h2") == "Story 1"


async def test_older_pages_show_every_article_once(sqlite: Database) -> None:
    same = NOW - timedelta(days=1)
    await fill(sqlite, [plain(n, published=same if n % 2 else same - timedelta(microseconds=n)) for n in range(45)])
    seen: list[str] = []
    pages = 0
    async with browser(sqlite) as client:
        address = "/"
        while address:
            shown = await page(client, address)
            seen += [heading.text() for heading in shown.css("ol.cards h2")]
            pages += 1
            back = links(shown, '.pager a[rel="first"]')
            assert back == (["?"] if pages > 1 else [])
            address = next(iter(links(shown, '.pager a[rel="next"]')), "")
    assert pages == 3
    assert sorted(seen) == sorted(f"Story {n}" for n in range(45))


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-" + "9" * 17 + "-1", "1-1;--"])
async def test_a_cursor_that_is_none_is_no_page(client: httpx.AsyncClient, cursor: str) -> None:
    await page(client, f"/?before={cursor}", 404)


async def test_a_source_says_how_it_is_and_when_and_why_it_is_visited_again(sqlite: Database) -> None:
    await fill(sqlite, [])
    async with sqlite.write() as connection:
        await sources.lease_one(connection, "blog", "me", NOW)
        values = {
            "last_poll_at": NOW,
            "failures": 2,
            "failing_since": NOW - timedelta(hours=3),
            "error_text": "The host name could not be resolved.",
            "next_poll_at": NOW + timedelta(hours=2),
            "plan_reason": "Failed 2 times in a row: tried again after 2 h.",
        }
        blog = await sources.get(connection, "blog")
        assert blog is not None
        await sources.save_state(connection, blog.number, "me", values)
        visit = polls.PollRecord(
            source_number=blog.number, started_at=NOW, seconds=1.25, outcome="failed", error_text="No such host."
        )
        await polls.record(connection, visit)
    async with browser(sqlite) as client:
        shown = await page(client, "/source/blog")
    panel = one(shown, ".condition")
    assert text(panel, ".state.bad") == "Cannot be read at the moment"
    assert text(shown, ".empty p:last-child") == "Its articles appear here as soon as it can be read."
    assert text(panel, ".problem") == "The host name could not be resolved."
    assert [" ".join(node.text().split()) for node in panel.css("dd")] == [
        "24 Nov 2026, 17:00",
        "24 Nov 2026, 20:00",
        "24 Nov 2026, 22:00 in 2 hours",
        "Failed 2 times in a row: tried again after 2 h.",
    ]
    assert text(shown, ".visits li.bad") == "24 Nov 2026, 20:00 Failed: No such host. 1.2 s"


async def test_a_source_whose_list_is_held_back_says_so_on_its_page(sqlite: Database) -> None:
    await fill(sqlite, [])
    state = {"since": NOW.isoformat(), "found": 12, "known": 1, "before": 20}
    async with sqlite.write() as connection:
        blog = await sources.get(connection, "blog")
        assert blog is not None
        await sources.set_redesign(connection, blog.number, state)
        visit = polls.PollRecord(source_number=blog.number, started_at=NOW, seconds=0.1, outcome="pushed", new=1)
        await polls.record(connection, visit)
    async with browser(sqlite) as client:
        shown = await page(client, "/source/blog")
    said = text(one(shown, ".condition"), ".problem")
    assert said.startswith("Waits for an admin: 12 articles held back since 2026-11-24 12:00 UTC")
    assert text(shown, ".visits li") == "24 Nov 2026, 20:00 Told by its hub: 1 new 0.1 s"


async def test_many_sources_are_listed_by_the_hundred_and_those_in_trouble_first(sqlite: Database) -> None:
    many = [DeclaredSource(id=f"s{n}", title=f"Source {n:03}", url=f"https://s{n}.example/") for n in range(101)]
    async with sqlite.write() as connection:
        await sources.reconcile(connection, many, NOW)
        await sources.lease_one(connection, "s77", "me", NOW)
        await sources.save_state(connection, 78, "me", {"failures": 1})
    async with browser(sqlite) as client:
        home = await page(client, "/")
        assert [link.text() for link in home.css(".sources a")][:2] == ["Source 077", "Source 000"]
        assert len(home.css(".sources li")) == 12
        assert text(home, "section .note a") == "All 101 sources"
        first = await page(client, links(home, "section .note a")[0])
        assert len(first.css(".sources li")) == 100
        second = await page(client, f"/sources{links(first, '.pager a')[0]}")
        assert [link.text() for link in second.css(".sources a")] == ["Source 100"]
        assert links(second, ".pager a") == ["?page=1"]
        for wrong in ("0", "3", "x", "-1", "9999999"):
            await page(client, f"/sources?page={wrong}", 404)


async def test_passwords_and_tokens_of_a_sources_address_are_never_shown(client: httpx.AsyncClient) -> None:
    for path in ("/", "/source/blog"):
        shown = (await client.get(path)).text
        assert "s3cret" not in shown
        assert "me:pw" not in shown
    assert text(await page(client, "/source/blog"), ".kicker") == "Source · blog.example"
    assert links(await page(client, "/source/town"), ".kicker a") == [TOWN.url]


async def test_a_removed_source_is_gone_while_its_articles_stay(client: httpx.AsyncClient, sqlite: Database) -> None:
    async with sqlite.write() as connection:
        await sources.reconcile(connection, [BLOG], NOW)
    shown = await page(client, "/source/town", 410)
    assert text(shown, ".note") == "This source was removed. Its articles stay; nothing new comes."
    assert text(shown, "ol.cards h2") == "区领导一线督导项目建设"
    assert not shown.css(".subscribe")
    await page(client, "/source/never-was", 404)


async def test_an_article_page_has_all_that_its_portal_told(client: httpx.AsyncClient) -> None:
    shown = await page(client, "/article/1")
    story = one(shown, "article.story")
    assert story.attributes["lang"] == "zh-CN"
    assert text(story, "h1") == "区领导一线督导项目建设"
    assert text(story, ".crumbs") == "城事资讯›安源区政府"
    assert text(story, ".meta") == "萍乡城事网 24 Nov 2026, 19:00 by admin from 安源区政府 3 comments"
    assert text(story, ".body") == "正文第一段。"
    assert len(story.css("img")) == 1
    assert text(story, ".files li") == "名单.pdf PDF · 2.4 MB"
    assert [item.text() for item in story.css(".reactions li")] == ["鲜花 12"]
    assert text(story, ".tags") == "项目"
    assert links(story, "footer p .button") == [STORY.url]
    assert text(story, ".follow h2") == "More of this: 安源区政府"
    assert links(shown, 'link[rel="canonical"]') == [STORY.url]
    assert one(shown, 'meta[property="og:image"]').attributes["content"] == "https://town.example/in.png"


async def test_a_picture_that_the_text_does_not_show_stands_above_it(sqlite: Database) -> None:
    pictures = (Image("https://town.example/1.png", "one"), Image("https://town.example/2.png", "two"))
    await fill(sqlite, [plain(1, images=pictures, body_html="<p>Text.</p>")])
    async with browser(sqlite) as client:
        shown = await page(client, "/article/1")
    assert one(shown, ".hero img").attributes["src"] == "https://town.example/1.png"
    assert [image.attributes["src"] for image in shown.css(".gallery img")] == ["https://town.example/2.png"]


@pytest.mark.parametrize("address", ["0", "2", "-1", "x", "1.5", "9" * 30, "9223372036854775807", "٣"])
async def test_an_article_that_is_not_there_is_a_page_that_says_so(client: httpx.AsyncClient, address: str) -> None:
    shown = await page(client, f"/article/{address}", 404)
    assert text(shown, "h1") == "There is no such page"
    assert links(shown, ".fault a") == ["/"]


async def test_odd_addresses_are_no_fault_on_either_engine(database: Database) -> None:
    await fill(database, [STORY])
    odd = [
        "/category/%00",
        "/source/%00",
        "/category/%FF",
        "/source/%ED%A0%80",
        "/category/",
        "/source/%2e%2e",
        "/article/%00",
    ]
    async with browser(database) as client:
        for path in (*odd, "/?before=-62135596800000000-1", "/?before=99999999999999999-999999999999999999"):
            assert (await client.get(path)).status_code in {200, 404}, path
        assert (await client.get("/article/1")).status_code == 200


async def test_whatever_a_source_writes_stays_text(sqlite: Database) -> None:
    bad = "\"><script>alert(1)</script>'<b>"
    await fill(
        sqlite,
        [
            plain(
                1,
                url="javascript:alert(1)",
                title=bad,
                author=bad,
                origin=bad,
                summary=bad,
                tags=(bad,),
                reactions=(Reaction(bad, 1),),
                images=(Image("javascript:alert(1)", bad),),
                attachments=(Attachment("javascript:alert(1)", bad),),
                category_path=(bad,),
            )
        ],
    )
    async with browser(sqlite) as client:
        for path in ("/", "/article/1", links(await page(client, "/"), ".tree a")[0]):
            shown = await page(client, path)
            assert [node.attributes.get("src") for node in shown.css("script")] == [
                one(shown, "script").attributes["src"]
            ]
            assert not [href for href in links(shown, "a, link") if href.lower().startswith("javascript")]
            assert not shown.css("b, img")
            assert "alert(1)" in one(shown, "body").text()


async def test_no_page_needs_anything_inline_or_from_elsewhere(client: httpx.AsyncClient) -> None:
    for path in ("/", "/category/城事资讯", "/source/town", "/article/1", "/nothing"):
        response = await client.get(path)
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert not re.search(r"\son\w+=|\sstyle=|<style", response.text)
        shown = LexborHTMLParser(response.text)
        used = [node.attributes.get("src") for node in shown.css("script")] + links(shown, 'link[rel="stylesheet"]')
        assert used
        for address in used:
            answer = await client.get(address or "")
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("header", "language", "heading"),
    [
        ("", "en", "Latest articles"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans", "最新文章"),
        ("zh-TW", "zh-Hans", "最新文章"),
        ("de,en;q=0.5,zh;q=0.4", "en", "Latest articles"),
        ("en;q=0.2, zh;q=0.9", "zh-Hans", "最新文章"),
        ("zh;q=0, en;q=0.1", "en", "Latest articles"),
        ("fr;q=x,,;;=", "en", "Latest articles"),
    ],
)
async def test_pages_speak_the_browsers_language(
    client: httpx.AsyncClient, header: str, language: str, heading: str
) -> None:
    shown = LexborHTMLParser((await client.get("/", headers={"Accept-Language": header})).text)
    assert one(shown, "html").attributes["lang"] == language
    assert text(shown, "h1") == heading


async def test_a_chosen_language_stays_chosen(client: httpx.AsyncClient) -> None:
    switch = next(link for link in (await page(client, "/")).css(".tools a") if link.text() == "简体中文")
    assert switch.attributes["href"] == "?lang=zh"
    assert text(await page(client, "/?lang=zh"), "h1") == "最新文章"
    assert text(await page(client, "/"), "h1") == "最新文章"
    assert text(await page(client, "/?lang=en"), "h1") == "Latest articles"
    assert text(await page(client, "/article/none", 404), "h1") == "There is no such page"


async def test_the_language_switch_keeps_the_place_in_a_list(client: httpx.AsyncClient) -> None:
    shown = await page(client, "/?before=1795000000000000-5")
    assert "?before=1795000000000000-5&lang=zh" in links(shown, ".tools a")


async def test_the_sites_own_language_is_the_last_resort(sqlite: Database) -> None:
    async with browser(sqlite, SitePresentation(title="T", language="zh-Hans")) as client:
        assert one(await page(client, "/"), "html").attributes["lang"] == "zh-Hans"


async def test_an_empty_site_tells_what_to_do_and_a_new_one_what_comes(sqlite: Database) -> None:
    async with browser(sqlite) as client:
        assert text(await page(client, "/"), ".empty strong") == "No source yet."
        await fill(sqlite, [])
        shown = await page(client, "/")
        assert text(shown, ".empty strong") == "The first articles are on their way."
        assert "2 sources are being visited" in text(shown, ".empty")
        assert one(shown, 'meta[http-equiv="refresh"]').attributes["content"] == "5"
        assert text(await page(client, "/source/town"), ".empty strong") == "Nothing here yet."
        async with sqlite.write() as connection:
            await categories.ensure(connection, ["空"])
        assert text(await page(client, "/category/空"), ".empty strong") == "Nothing here yet."


async def test_a_site_below_a_path_links_below_it(sqlite: Database) -> None:
    await fill(sqlite, [STORY])
    site = SitePresentation(title="T", base_url="https://host.example/news")
    async with browser(sqlite, site) as client:
        for path in ("/", "/article/1", "/source/town"):
            shown = await page(client, path)
            own = [href for href in links(shown, "a, link") if href.startswith("/")]
            assert own
            assert all(href.startswith("/news/") for href in own)
            assert "https://host.example/news/feeds/all.rss" in links(shown, 'link[rel="alternate"]')


async def test_a_fault_is_a_page_without_a_word_of_the_fault(sqlite_url: str) -> None:
    database = Database(sqlite_url)  # never migrated: every query fails
    async with browser(database) as client:
        response = await client.get("/")
        assert response.status_code == 500
        assert text(LexborHTMLParser(response.text), "h1") == "Something failed on our side"
        assert "sqlite" not in response.text.lower()
        assert "Traceback" not in response.text
    await database.close()


async def test_what_can_only_be_read_says_so(client: httpx.AsyncClient) -> None:
    response = await client.post("/")
    assert response.status_code == 405
    assert sorted(response.headers["allow"].split(", ")) == ["GET", "HEAD"]
    assert "This page can only be read" in response.text
    head = await client.head("/")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("coding", ["br", "gzip"])
async def test_pages_are_compressed_for_those_who_can_unpack_them(client: httpx.AsyncClient, coding: str) -> None:
    packed = await client.get("/", headers={"Accept-Encoding": coding})
    unpacked = await client.get("/", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == coding
    assert int(packed.headers["content-length"]) < int(unpacked.headers["content-length"]) / 2
    assert packed.text == unpacked.text
    assert "Accept-Encoding" in packed.headers["vary"]


async def test_a_page_that_did_not_change_is_not_sent_again(client: httpx.AsyncClient, sqlite: Database) -> None:
    first = await client.get("/", headers={"Accept-Encoding": "br"})
    tag = first.headers["etag"]
    again = await client.get("/", headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await client.get("/?lang=zh", headers={"If-None-Match": tag})).status_code == 200
    await fill(sqlite, [plain(2)])
    assert (await client.get("/?lang=en", headers={"If-None-Match": tag})).status_code == 200


async def test_static_files_are_revalidated_and_others_do_not_exist(client: httpx.AsyncClient) -> None:
    first = await client.get("/static/site.css")
    assert first.headers["cache-control"] == "public, max-age=300"
    again = await client.get("/static/site.css", headers={"If-None-Match": f'W/{first.headers["etag"]}, "x"'})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("../app.py", "app.py", "..%2fapp.py", ""):
        assert (await client.get(f"/static/{name}")).status_code == 404
    for name in ("/favicon.svg", "/favicon.ico"):
        assert (await client.get(name)).headers["content-type"] == "image/svg+xml"
    assert (await client.get("/robots.txt")).text.startswith("User-agent: *\nDisallow: /admin/\n")
