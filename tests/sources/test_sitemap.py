"""Sitemaps: which of their addresses are articles, and which of their sitemaps have the newest."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest

from feedbot.errors import EmptyList, NotParseable
from feedbot.sources import sitemap
from feedbot.sources.sitemap.choosing import looks_like_article
from feedbot.sources.spec import Listing, Page, ParseOptions
from sources.feed_cases import cases, expected, plain

URL = "https://town.example/sitemap.xml"
CASES = cases("sitemap", ".xml")


def read(body: str | bytes, url: str = URL, **select: str) -> Listing:
    page = Page(body.encode() if isinstance(body, str) else body, url)
    return sitemap.parse_list(page, ParseOptions(timezone="Asia/Shanghai", select=select))


def urlset(*urls: str, dates: tuple[str, ...] = ()) -> str:
    lastmods = [f"<lastmod>{date}</lastmod>" for date in dates] + [""] * (len(urls) - len(dates))
    entries = (
        f"<url><loc>https://town.example{url}</loc>{date}</url>" for url, date in zip(urls, lastmods, strict=True)
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(entries)}</urlset>'


def index(*children: str) -> str:
    entries = (
        f"<sitemap><loc>https://town.example/{name}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</sitemap>"
        for name, _, date in (child.partition(" ") for child in children)
    )
    return f"<sitemapindex>{''.join(entries)}</sitemapindex>"


def paths(listing: Listing) -> list[str]:
    return [draft.url.removeprefix("https://town.example") for draft in listing.drafts]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_saved_sitemap_gives_exactly_what_is_expected_of_it(case: Path) -> None:
    assert plain(read(case.read_bytes())) == expected(case)
    assert sitemap.recognises(Page(case.read_bytes(), URL))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_packed_sitemap_is_read_as_it_is_served(case: Path) -> None:
    packed = gzip.compress(case.read_bytes())
    assert plain(read(packed, "https://town.example/sitemap.xml.gz")) == expected(case)
    assert sitemap.recognises(Page(packed, URL))


def test_an_article_without_a_title_is_never_complete() -> None:
    for case in CASES:
        assert all(draft.is_complete == bool(draft.title) for draft in read(case.read_bytes()).drafts)


@pytest.mark.parametrize(
    ("children", "chosen"),
    [
        (("post-1.xml 2026-11-02", "post-2.xml 2026-10-01"), ["post-1.xml"]),
        (("a.xml 2026-11-02", "news.xml 2026-11-01"), ["news.xml"]),
        (("m-2026-09.xml", "m-2026-11.xml", "m-2026-10.xml"), ["m-2026-11.xml", "m-2026-10.xml"]),
        (("posts-2026-10.xml 2026-10-31", "posts-2026-11.xml 2026-11-01"), ["posts-2026-11.xml", "posts-2026-10.xml"]),
        (("wp-sitemap-posts-post-1.xml", "wp-sitemap-posts-post-2.xml", "wp-sitemap-users-1.xml"),
         ["wp-sitemap-posts-post-2.xml", "wp-sitemap-posts-post-1.xml"]),
        (("images.xml", "video-sitemap.xml", "tags.xml 2026-11-02", "main.xml"), ["main.xml"]),
        (("images.xml",), ["images.xml"]),
    ],
)  # fmt: skip
def test_an_index_leads_on_to_the_sitemap_with_the_newest_articles(
    children: tuple[str, ...], chosen: list[str]
) -> None:
    listing = read(index(*children))
    assert listing.drafts == ()
    assert listing.list_urls == tuple(f"https://town.example/{name}" for name in chosen)


def test_the_admin_may_name_the_sitemaps_and_the_addresses() -> None:
    assert read(index("a.xml", "b/c.xml"), sitemaps="/b/*").list_urls == ("https://town.example/b/c.xml",)
    with pytest.raises(EmptyList, match=r"^This index of sitemaps names none that is wanted\.$"):
        read(index("a.xml"), sitemaps="/b/*")
    body = urlset("/about", "/news/1", "/news/live/2", "/blog/3")
    assert paths(read(body, urls="/news/* -/news/live/*")) == ["/news/1"]
    assert paths(read(body, urls="-/news/* https://town.example/*")) == ["/about", "/blog/3"]
    with pytest.raises(EmptyList, match=r"^None of the 4 addresses of the sitemap matches select\.urls: '/x/\*'\.$"):
        read(body, urls="/x/*")


def test_robots_txt_names_sitemaps() -> None:
    robots = "User-agent: *\nSitemap: https://town.example/image-map.xml\nsitemap : /news.xml # new\nSitemap:\n"
    page = Page(robots.encode(), "https://town.example/robots.txt", "text/plain")
    assert sitemap.parse_list(page, ParseOptions()).list_urls == ("https://town.example/news.xml",)
    assert [(lead.url, lead.confidence) for lead in sitemap.find(page, ParseOptions())] == [
        ("https://town.example/news.xml", 0.5),
        ("https://town.example/image-map.xml", 0.49),
    ]


def test_a_web_page_leads_to_the_sitemaps_that_it_names_and_to_the_usual_places() -> None:
    page = Page(b"<html><head><link rel=sitemap href='/maps/all.xml'></head></html>", "https://town.example/a/b")
    assert [(lead.url, lead.confidence) for lead in sitemap.find(page, ParseOptions())] == [
        ("https://town.example/maps/all.xml", 0.5),
        ("https://town.example/robots.txt", 0.4),
        ("https://town.example/sitemap.xml", 0.3),
    ]


@pytest.mark.parametrize(
    ("url", "is_article"),
    [
        ("/2026/11/02/ferry", True),
        ("/news/the-ferry-has-a-new-timetable", True),
        ("/n/123456.html", True),
        ("/portal.php?mod=view&aid=7", True),
        ("/c/2026-11/02/content_9.htm", True),
        ("/新闻/城区公园新增停车场", True),
        ("/t20261102_7.html", True),
        ("/", False),
        ("/about", False),
        ("/tag/the-ferry-and-the-pier", False),
        ("/category/2026/", False),
        ("/2026/11/", False),
        ("/page/1234", False),
        ("/photo-of-the-ferry-1234.jpg", False),
        ("/contact/how-to-find-us-easily", False),
    ],
)
def test_an_article_is_told_by_the_form_of_its_address(url: str, is_article: bool) -> None:  # noqa: FBT001
    assert looks_like_article(f"https://town.example{url}") is is_article


def test_addresses_are_made_plain_however_they_are_written() -> None:
    urls = ("/n/das-schöne-neue-boot", "/n/the-ferry-has-sailed", "/n/the-100%-new-pier")
    assert paths(read(urlset(*urls))) == [
        "/n/das-sch%C3%B6ne-neue-boot", "/n/the-ferry-has-sailed", "/n/the-100%25-new-pier",
    ]  # fmt: skip


def test_the_newest_two_hundred_addresses_are_taken() -> None:
    urls = [f"/n/{number}" for number in range(1000, 1500)]
    dates = tuple(f"2026-{1 + number % 12:02}-{1 + number % 28:02}" for number in range(500))
    newest = read(urlset(*urls, dates=dates)).drafts
    assert len(newest) == 200
    assert [draft.updated for draft in newest] == sorted(
        (draft.updated for draft in newest if draft.updated), reverse=True
    )
    assert paths(read(urlset(*urls))) == urls[:100] + urls[-100:]


def test_a_date_that_most_addresses_bear_is_that_of_the_sitemap_and_tells_nothing() -> None:
    urls = [f"/n/{number}" for number in range(1000, 1010)]
    assert {draft.updated for draft in read(urlset(*urls, dates=("2026-11-02",) * 9)).drafts} == {None}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", "The answer is empty."),
        ("<html><body>x</body></html>", "This is a web page, not a sitemap. Sites name their sitemaps in /robots.txt."),
        ("<rss/>", "This is no sitemap: it begins neither with <urlset> nor with <sitemapindex>."),
        (
            "<!DOCTYPE urlset><urlset><!ENTITY a 'b'></urlset>",
            "The sitemap declares XML entities, as only an attack does; it was not read.",
        ),
        (b"\x1f\x8bbroken", "The sitemap is packed by gzip, but broken."),
        (gzip.compress(b"<urlset></urlset>", mtime=0)[:-6], "The sitemap is packed by gzip, and its end is missing."),
    ],
)
def test_what_is_no_sitemap_is_refused_in_words_that_help(body: str | bytes, text: str) -> None:
    with pytest.raises(NotParseable) as fault:
        read(body)
    assert str(fault.value) == text


def test_a_sitemap_without_articles_says_so() -> None:
    with pytest.raises(EmptyList, match=r"^The sitemap is empty\.$"):
        read("<urlset></urlset>")
    with pytest.raises(EmptyList, match=r"^None of the 1 addresses of the sitemap looks like that of an article\. "):
        read(urlset("/about"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_half_of_a_sitemap_is_an_error_and_never_a_short_one(case: Path) -> None:
    body = case.read_bytes()
    for end in (len(body) - 12, len(body) * 2 // 3):
        with pytest.raises(NotParseable, match=r"^The page ends in the middle: the rest of it did not arrive\.$"):
            read(body[:end])


def test_an_internal_subset_is_no_sitemap() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'
    assert not sitemap.recognises(Page(bomb.encode(), URL))
    with pytest.raises(NotParseable):
        read(bomb)


def test_a_bomb_is_not_unpacked() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join([*(packer.compress(b" " * 1_000_000) for _ in range(60)), packer.flush()])
    with pytest.raises(NotParseable, match=r"^The sitemap is larger than 50 MB once unpacked, which is not allowed\.$"):
        read(packed)


def test_fifty_thousand_addresses_are_read_in_time() -> None:
    body = urlset(*(f"/news/2026/11/{number}" for number in range(50_100)))
    assert len(read(body).drafts) == 200


@pytest.mark.parametrize(
    "body",
    [
        "<urlset>" + "<url>" * 50_000,
        "<urlset>" + "<url><loc>" + "a" * 1_000_000 + "</loc></url></urlset>",
        "<urlset><url " + "a='1' " * 20_000 + "><loc>/about</loc></url></urlset>",
        "<urlset>&nbsp;&undeclared;&#1;&#xD800;\x00</urlset>",
        "<urlset xmlns:a='" + "x" * 100_000 + "'></urlset>",
        "<!-- " * 20_000,
        " " * 200_000 + "<!---->" * 20_000 + " " * 200_000 + "<urlset",
        "<!---->" + " " * 200_000 + "<urlset></urlset>",
        "<urlset><url><loc>http://[</loc></url></urlset>",
    ],
    ids=range(9),
)
def test_hostile_xml_is_an_error_in_words(body: str) -> None:
    with pytest.raises((NotParseable, EmptyList)):
        read(body)
