"""A pasted address becomes sources that could be added: looked for on real servers, politely and in few requests."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from feedbot.domain.source import SourceOptions
from feedbot.errors import BadUrl, FetchError, HttpFailed, Refused
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import BrowserLimits, FetchLimits
from feedbot.services.curating import Occupant, Taken
from feedbot.services.finding import Findings, Wanted, addresses_of, find
from misbehaving import MisbehavingServer, answer
from services.find_site import (
    NOW,
    TITLES,
    bare_list,
    page,
    rss,
    serve_list_with_feed,
    serve_portal,
)


class Site:
    """A server, and what is found at its addresses."""

    def __init__(self, server: MisbehavingServer, fetcher: Fetcher) -> None:
        self.server = server
        self.fetcher = fetcher
        self.told: list[str] = []

    async def find(self, path: str = "/", wanted: Wanted | None = None, taken: Taken | None = None) -> Findings:
        return await find(
            self.fetcher, self.server.url(path), wanted or Wanted(), now=NOW, taken=taken, progress=self.told.append
        )

    @property
    def asked(self) -> list[str]:
        return [request.target for request in self.server.requests]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    networks = (ip_network("127.0.0.0/8"),)
    limits = FetchLimits(user_agent="feedbot-test", spacing=0, connect_timeout=1, allow_networks=networks)
    async with MisbehavingServer() as server, Fetcher(limits) as fetcher:
        yield Site(server, fetcher)


def told(found: Findings) -> list[tuple[str, str]]:
    return [(one.source.type, one.source.url) for one in found.candidates]


async def test_an_address_that_is_a_feed_is_that_feed(site: Site) -> None:
    site.server.routes["/feed"] = rss(site.server.origin, zone=timedelta(hours=8))
    found = await site.find("/feed")
    (one,) = found.candidates
    assert (one.source.type, one.source.url, one.source.id, one.source.title) == (
        "feed",
        site.server.url("/feed"),
        "harbour-town",
        "Harbour town",
    )
    assert [draft.title for draft in one.drafts] == list(TITLES)
    assert (one.zone.name, one.zone.why, one.zone.is_sure) == ("Asia/Shanghai", "its dates name +08:00", True)
    assert (one.source.options.language, one.encoding, one.rhythm) == ("en", "utf-8", "about 1 a day")
    assert one.confidence > 0.9
    assert found.requests == 1


async def test_a_list_with_its_feed_gives_the_feed_first_and_both_know_its_zone(site: Site) -> None:
    serve_list_with_feed(site.server)
    found = await site.find()
    assert told(found) == [("feed", site.server.url("/feed")), ("page", site.server.url("/"))]
    assert [one.source.options.timezone for one in found.candidates] == ["Asia/Shanghai"] * 2
    assert found.candidates[1].source.options.select["list"] == "ul.news > li"
    assert [one.source.id for one in found.candidates] == ["harbour-town", "harbour-town"]
    assert [path for path in site.asked if path != "/robots.txt"] == ["/", "/feed"]


async def test_a_bare_list_is_found_without_selectors(site: Site) -> None:
    site.server.routes["/news"] = page(bare_list())
    found = await site.find("/news")
    (one,) = found.candidates
    assert (one.source.type, [draft.title for draft in one.drafts]) == ("page", list(TITLES))
    assert one.drafts[0].published == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert one.source.options.categories == ("Harbour town",)


async def test_a_portals_list_is_read_as_one_and_its_articles_keep_their_categories(site: Site) -> None:
    serve_portal(site.server)
    found = await site.find("/portal.php?mod=list&catid=8")
    best = found.candidates[0]
    assert (best.source.type, best.source.options.timezone) == ("discuz", "Asia/Shanghai")
    assert best.source.url == site.server.url("/portal.php?mod=list&catid=8")
    assert best.source.options.categories == ()
    assert best.source.options.language == "zh-CN"
    assert best.source.id.isascii()


async def test_a_mirror_that_prints_readings_is_mended_and_the_preview_shows_it(site: Site) -> None:
    titles = [f"安源區(qū)領(lǐng)導(dǎo)調(diào)研第{number}次安全生產(chǎn)工作" for number in range(1, 9)]
    rows = "".join(f'<li><a href="/n/{number}">{title}</a></li>' for number, title in enumerate(titles))
    site.server.routes["/"] = page(f'<main><ul class="news">{rows}</ul></main>')
    found = await site.find()
    best = found.candidates[0]
    assert best.source.options.repair == ("pinyin", "simplified")
    assert best.drafts[0].title == "安源区领导调研第1次安全生产工作"


async def test_a_wordpress_is_known_by_its_feed_or_its_api(site: Site) -> None:
    head = (
        '<meta name="generator" content="WordPress 6.7">'
        f'<link rel="https://api.w.org/" href="{site.server.url("/wp-json/")}">'
        '<link rel="alternate" type="application/rss+xml" title="Blog &raquo; Feed" href="/feed/">'
        '<link rel="alternate" type="application/rss+xml" title="Blog &raquo; Comments Feed" href="/comments/feed/">'
    )
    site.server.routes["/"] = page(bare_list(), head=head)
    site.server.routes["/feed/"] = rss(site.server.origin)
    site.server.routes["/comments/feed/"] = rss(site.server.origin, title="Comments for Blog")
    posts = [
        {
            "id": number,
            "type": "post",
            "status": "publish",
            "slug": f"story-{number}",
            "_links": {},
            "date": "2026-11-20T10:00:00",
            "date_gmt": "2026-11-20T09:00:00",
            "link": site.server.url(f"/news/{number}"),
            "title": {"rendered": title},
            "content": {"rendered": "<p>The whole text of it.</p>" * 60, "protected": False},
            "excerpt": {"rendered": "<p>Short.</p>", "protected": False},
        }
        for number, title in enumerate(TITLES)
    ]
    site.server.routes["/wp-json/wp/v2/posts"] = answer(
        200, json.dumps(posts).encode(), "Content-Type: application/json"
    )
    found = await site.find()
    kinds = dict(told(found))
    assert kinds["feed"] == site.server.url("/feed/")
    assert kinds["wordpress"].startswith(site.server.url("/wp-json/wp/v2/posts"))
    assert not any("comments" in url for _, url in told(found)[:2])


async def test_json_is_read_by_what_it_holds(site: Site) -> None:
    items = [
        {"title": title, "url": site.server.url(f"/news/{number}"), "published": f"2026-11-{20 - number:02}T10:00:00Z"}
        for number, title in enumerate(TITLES)
    ]
    body = json.dumps({"status": "ok", "data": {"articles": items}}).encode()
    site.server.routes["/api/news"] = answer(200, body, "Content-Type: application/json")
    found = await site.find("/api/news")
    (one,) = found.candidates
    assert (one.source.type, [draft.title for draft in one.drafts]) == ("json", list(TITLES))


async def test_a_sitemap_of_news_is_found_where_the_page_has_no_list(site: Site) -> None:
    entries = "".join(
        f"<url><loc>{site.server.url(f'/news/{number}')}</loc><news:news><news:publication><news:name>Harbour"
        "</news:name><news:language>en</news:language></news:publication><news:publication_date>"
        f"2026-11-{20 - number:02}T10:00:00+01:00</news:publication_date><news:title>{title}</news:title></news:news>"
        "</url>"
        for number, title in enumerate(TITLES)
    )
    names = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    body = f'<?xml version="1.0"?><urlset {names}>{entries}</urlset>'.encode()
    site.server.routes["/"] = page("<h1>Welcome to the harbour</h1><p>Choose a language.</p>")
    site.server.routes["/sitemap.xml"] = answer(200, body, "Content-Type: application/xml")
    found = await site.find()
    best = found.candidates[0]
    assert (best.source.type, best.source.url) == ("sitemap", site.server.url("/sitemap.xml"))
    assert [draft.title for draft in best.drafts] == list(TITLES)


async def test_a_page_without_a_list_says_so_and_what_to_try(site: Site) -> None:
    site.server.routes["/"] = page("<h1>Welcome</h1><p>This is the page of a small shop. Open from nine to five.</p>")
    found = await site.find()
    assert found.candidates == ()
    assert found.advice.startswith("There is no list of articles on this page. Paste the address of a page that lists")
    assert "--select list=" in found.advice


async def test_an_empty_shell_without_a_browser_says_what_is_missing(site: Site) -> None:
    shell = '<!doctype html><html><head><script src="/app.js"></script></head><body><div id="root"></div></body></html>'
    site.server.routes["/"] = answer(200, shell.encode(), "Content-Type: text/html")
    networks = (ip_network("127.0.0.0/8"),)
    browser = BrowserLimits(executable="/nowhere/chromium")
    limits = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=networks, browser=browser)
    async with Fetcher(limits) as fetcher:
        found = await find(fetcher, site.server.url("/"), Wanted(), now=NOW)
    assert found.candidates == ()
    assert any("Only a browser can make this page." in miss.reason for miss in found.misses)
    assert "It is empty until a browser has run its scripts" in found.advice


async def test_every_lead_that_failed_is_told_with_its_reason(site: Site) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    site.server.routes["/"] = page(bare_list(), head=link)
    found = await site.find()
    assert told(found) == [("page", site.server.url("/"))]
    (miss,) = [miss for miss in found.misses if miss.type == "feed"]
    assert miss.url == site.server.url("/feed")
    assert "404" in miss.reason


async def test_no_more_than_eight_requests_are_made_however_many_leads_there_are(site: Site) -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/feed/{number}">' for number in range(40))
    site.server.routes["/"] = page("<p>Feeds.</p>", head=links)
    found = await site.find()
    assert len([path for path in site.asked if path != "/robots.txt"]) <= 8
    assert found.requests <= 8
    assert any("8 requests are enough" in miss.reason for miss in found.misses)


async def test_a_feed_of_the_whole_site_stands_behind_the_list_that_was_meant(site: Site) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    site.server.routes["/sport"] = page(bare_list("/sport/"), head=link)
    site.server.routes["/feed"] = rss(site.server.origin, path="/everything/")
    found = await site.find("/sport")
    assert told(found) == [("page", site.server.url("/sport")), ("feed", site.server.url("/feed"))]
    assert "Only 0 of them stand on the page that you gave: it may be of the whole site." in found.candidates[1].remarks


async def test_selectors_that_are_given_are_the_only_way(site: Site) -> None:
    serve_list_with_feed(site.server)
    wanted = Wanted(options=SourceOptions(select={"list": "ul.news li", "date": ".date"}))
    found = await site.find(wanted=wanted)
    (one,) = found.candidates
    assert (one.source.type, one.source.options.select) == ("page", {"list": "ul.news li", "date": ".date"})
    assert site.asked[0] == "/"
    assert "/feed" not in site.asked


async def test_selectors_that_match_nothing_say_what_to_do(site: Site) -> None:
    site.server.routes["/"] = page(bare_list())
    found = await site.find(wanted=Wanted(options=SourceOptions(select={"list": "div.nowhere"})))
    assert found.candidates == ()
    assert "div.nowhere" in found.misses[0].reason
    assert "CSS selector" in found.advice


async def test_what_is_said_of_the_source_goes_before_what_is_proposed(site: Site) -> None:
    serve_list_with_feed(site.server)
    options = SourceOptions(language="de", interval=900, include=("ferry",), headers={"X-Key": "hush"})
    wanted = Wanted(id="my-id", title="My title", timezone="Europe/Berlin", categories=("A/B",), options=options)
    found = await site.find(wanted=wanted)
    best = found.candidates[0].source
    assert (best.id, best.title, best.options.categories) == ("my-id", "My title", ("A/B",))
    assert (best.options.timezone, best.options.language, best.options.interval) == ("Europe/Berlin", "de", 900)
    assert [draft.title for draft in found.candidates[0].drafts] == [TITLES[0]]
    assert all(request.headers["x-key"] == "hush" for request in site.server.requests if request.path != "/robots.txt")


async def test_a_secret_is_sent_and_its_reference_is_what_is_proposed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOWN_SESSION", "hush-hush")
    site.server.routes["/"] = page(bare_list())
    found = await site.find(wanted=Wanted(options=SourceOptions(cookies={"sid": "env:TOWN_SESSION"})))
    assert site.server.requests[0].headers["cookie"] == "sid=hush-hush"
    assert found.candidates[0].source.options.cookies == {"sid": "env:TOWN_SESSION"}
    assert "hush-hush" not in repr(found.candidates[0].source)


async def test_a_secret_that_cannot_be_had_ends_it_before_any_request(site: Site) -> None:
    with pytest.raises(Refused, match=r"^cookies\.sid names the environment variable NOWHERE_SET, which is not set"):
        await site.find(wanted=Wanted(options=SourceOptions(cookies={"sid": "env:NOWHERE_SET"})))
    assert site.asked == []


async def test_ids_that_are_taken_are_not_proposed_and_known_addresses_are_named(site: Site) -> None:
    serve_list_with_feed(site.server)
    known = {site.server.url("/feed"): Occupant("town-feed", "Town")}
    found = await site.find(taken=Taken(frozenset({"harbour-town"}), known))
    assert [one.source.id for one in found.candidates] == ["harbour-town-2", "harbour-town-2"]
    assert "It is already the source town-feed." in found.candidates[0].remarks


async def test_a_page_that_robots_txt_forbids_is_no_source_and_its_feed_is(site: Site) -> None:
    serve_list_with_feed(site.server)
    site.server.routes["/robots.txt"] = answer(200, b"User-agent: *\nDisallow: /\n", "Content-Type: text/plain")
    found = await site.find()
    assert told(found) == [("feed", site.server.url("/feed"))]
    assert any(miss.type == "page" and "robots.txt" in miss.reason for miss in found.misses)


async def test_an_unknown_type_is_refused_and_a_known_one_is_the_only_way(site: Site) -> None:
    serve_list_with_feed(site.server)
    with pytest.raises(Refused, match="no source type 'gopher'"):
        await site.find(wanted=Wanted(type="gopher"))
    found = await site.find("/feed", wanted=Wanted(type="feed"))
    assert told(found) == [("feed", site.server.url("/feed"))]


async def test_an_address_that_cannot_be_fetched_says_why(site: Site) -> None:
    with pytest.raises(HttpFailed, match="404 Not Found"):
        await site.find("/nowhere")
    with pytest.raises(FetchError):
        await find(site.fetcher, "http://10.1.2.3/", Wanted(), now=NOW)


async def test_a_bare_name_is_tried_with_https_and_then_with_http(site: Site) -> None:
    serve_list_with_feed(site.server)
    found = await find(site.fetcher, site.server.origin.removeprefix("http://"), Wanted(), now=NOW)
    assert found.url == site.server.url("/")
    assert found.candidates[0].source.url == site.server.url("/feed")


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        (" example.org/news ", ("https://example.org/news", "http://example.org/news")),
        ("https://example.org", ("https://example.org",)),
        ("HTTP://example.org", ("HTTP://example.org",)),
        ("//example.org", ("https://example.org", "http://example.org")),
        ("feed:https://example.org/rss", ("https://example.org/rss",)),
        ("feed://example.org/rss", ("https://example.org/rss", "http://example.org/rss")),
        ("新闻.中国", ("https://新闻.中国", "http://新闻.中国")),
        ("localhost:8080/feed", ("https://localhost:8080/feed", "http://localhost:8080/feed")),
    ],
)
def test_what_people_paste_is_understood(text: str, addresses: tuple[str, ...]) -> None:
    assert addresses_of(text) == addresses


@pytest.mark.parametrize("text", ["", "  ", "two words", "ftp://example.org", "javascript://x", "file:///etc/passwd"])
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(BadUrl, match="no web address"):
        addresses_of(text)


async def test_a_redirect_leads_on_and_what_is_proposed_is_where_it_ends(site: Site) -> None:
    site.server.routes["/old"] = answer(301, b"", f"Location: {site.server.url('/new')}")
    site.server.routes["/new"] = page(bare_list())
    found = await site.find("/old")
    assert (found.url, found.candidates[0].source.url) == (site.server.url("/new"), site.server.url("/new"))


async def test_one_list_read_in_two_ways_is_shown_once(site: Site) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed{}">'
    site.server.routes["/"] = page("<p>Nothing here.</p>", head=link.format("") + link.format("2"))
    site.server.routes["/feed"] = site.server.routes["/feed2"] = rss(site.server.origin)
    found = await site.find()
    assert [kind for kind, _ in told(found)] == ["feed"]
    assert any("same articles" in miss.reason for miss in found.misses)


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00" * 5000, b"<" * 100_000, b"{" * 50_000, b"<div>" * 60_000, b"<rss><channel>" + b"<item>" * 50_000],
    ids=["empty", "zeros", "brackets", "braces", "deep", "items"],
)
async def test_nonsense_is_no_source_and_breaks_nothing(site: Site, body: bytes) -> None:
    site.server.routes["/"] = answer(200, body, "Content-Type: text/html")
    found = await site.find()
    assert found.candidates == ()
    assert found.advice


async def test_what_is_done_is_told_as_it_goes(site: Site) -> None:
    serve_list_with_feed(site.server)
    await site.find()
    assert site.told[0] == f"Fetching {site.server.url('/')} ..."
    assert f"Fetching {site.server.url('/feed')} ..." in site.told


async def test_a_feed_with_the_full_text_is_surer_than_one_with_teasers(site: Site) -> None:
    links = (
        '<link rel="alternate" type="application/rss+xml" href="/short">'
        '<link rel="alternate" type="application/rss+xml" href="/full">'
    )
    site.server.routes["/"] = page("<p>Feeds.</p>", head=links)
    site.server.routes["/short"] = rss(site.server.origin)
    site.server.routes["/full"] = rss(site.server.origin, path="/long/", body="The whole text of the story. " * 60)
    found = await site.find()
    by_url = {one.source.url: one for one in found.candidates}
    full, short = by_url[site.server.url("/full")], by_url[site.server.url("/short")]
    assert "It has the full text." in full.remarks
    assert "It has summaries, no full text." in short.remarks
    assert full.confidence > short.confidence
    assert replace(full, confidence=0) != replace(short, confidence=0)
