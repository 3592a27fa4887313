"""The REST API of WordPress, and where a page of one leads to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from feedbot.errors import NotParseable, SiteRefused
from feedbot.sources import wordpress
from feedbot.sources.spec import Listing, Page, ParseOptions
from sources.feed_cases import cases, expected, plain

API = "https://town.example/wp-json/wp/v2/posts"
URL = f"{API}?per_page=4&categories%5Bterms%5D=12"
[CASE] = cases("wordpress", ".json")
LINK = "<link rel='https://api.w.org/' href='/wp-json/'>"
PLAIN_LINK = "<link rel='https://api.w.org/' href='/index.php?rest_route=/'>"
EMBED = "per_page=20&_embed=author,wp:featuredmedia,wp:term"


def read(body: str | bytes, url: str = URL) -> Listing:
    page = Page(body.encode() if isinstance(body, str) else body, url)
    return wordpress.parse_list(page, ParseOptions(timezone="Asia/Shanghai"))


def found(html: str, url: str = "https://town.example/category/news/") -> list[tuple[str, float]]:
    return [(lead.url, lead.confidence) for lead in wordpress.find(Page(html.encode(), url), ParseOptions())]


def post(number: int, **more: Any) -> dict[str, Any]:
    title = {"rendered": f"Post {number}"}
    return {"id": number, "link": f"https://town.example/?p={number}", "title": title, "_links": {}, **more}


def test_posts_are_read_with_text_author_picture_categories_and_dates_and_hidden_ones_are_left_out() -> None:
    assert plain(read(CASE.read_bytes())) == expected(CASE)


def test_an_answer_of_the_api_is_recognised_and_other_json_is_not() -> None:
    assert wordpress.recognises(Page(CASE.read_bytes(), URL))
    for body in (
        b"",
        b"[]",
        b"[1]",
        b'[{"id": 1, "title": {"rendered": "x"}}]',
        b'{"rendered": 1}',
        b'["rendered"',
        b"<p>",
    ):
        assert not wordpress.recognises(Page(body, URL))


@pytest.mark.parametrize(
    ("url", "count", "following"),
    [
        (f"{API}?per_page=2", 2, f"{API}?per_page=2&page=2"),
        (f"{API}?per_page=2&page=7&_embed=author,wp:term", 2, f"{API}?per_page=2&page=8&_embed=author,wp:term"),
        (f"{API}?per_page=20", 19, ""),
        (API, 10, f"{API}?page=2"),
        (f"{API}?page=%C2%B2", 10, f"{API}?page=2"),
        (API, 0, ""),
    ],
)
def test_a_full_page_leads_to_the_next_one(url: str, count: int, following: str) -> None:
    assert read(json.dumps([post(number) for number in range(count)]), url).next_url == following


def test_a_category_goes_by_the_one_that_was_asked_for() -> None:
    terms = [
        {"id": 1, "taxonomy": "category", "name": "A", "link": "https://t.example/c/a/"},
        {"id": 2, "taxonomy": "category", "name": "B &amp; C", "link": "https://t.example/c/b/"},
    ]
    body = json.dumps([post(1, _embedded={"wp:term": [terms]})])
    assert [
        read(body, f"{API}{query}").drafts[0].category_path for query in ("?categories=2", "", "?categories=9")
    ] == [
        ("B & C",),
        ("A",),
        ("A",),
    ]


@pytest.mark.parametrize(
    ("html", "url", "confidence"),
    [
        ("<link rel='https://api.w.org/' href='/blog/wp-json/'>", f"/blog/wp-json/wp/v2/posts?{EMBED}", 0.85),
        (
            f"{LINK}<link rel='alternate' type='application/json' href='/wp-json/wp/v2/categories/12'>",
            f"/wp-json/wp/v2/posts?{EMBED}&categories%5Bterms%5D=12&categories%5Binclude_children%5D=true",
            0.85,
        ),
        (
            f"{LINK}<body class='archive author author-ann author-3'>",
            f"/wp-json/wp/v2/posts?{EMBED}&author=3",
            0.85,
        ),
        (
            f"{PLAIN_LINK}<link rel='alternate' href='/index.php?rest_route=/wp/v2/tags/7'>",
            f"/index.php?rest_route=/wp/v2/posts&{EMBED}&tags=7",
            0.85,
        ),
        (
            f"{LINK}<link rel='alternate' href='/wp-json/wp/v2/events'><body class='archive post-type-archive-event'>",
            f"/wp-json/wp/v2/events?{EMBED}",
            0.85,
        ),
        (
            f"{LINK}<link rel='alternate' href='/wp-json/wp/v2/genre/5'><body class='archive tax-genre term-5'>",
            f"/wp-json/wp/v2/posts?{EMBED}&genre=5",
            0.85,
        ),
        (f"{LINK}<link rel='alternate' href='/wp-json/wp/v2/posts/9'>", f"/wp-json/wp/v2/posts?{EMBED}", 0.85),
        ("<meta name='generator' content='WordPress 6.6'><body class='home'>", f"/wp-json/wp/v2/posts?{EMBED}", 0.6),
        ("<body><img src='https://town.example/news/wp-content/a.png'>", f"/news/wp-json/wp/v2/posts?{EMBED}", 0.6),
    ],
)  # fmt: skip
def test_a_page_of_a_wordpress_leads_to_its_posts_or_those_of_its_category(
    html: str, url: str, confidence: float
) -> None:
    page = f"<html><head>{html}"
    assert found(page) == [(f"https://town.example{url}", confidence)]
    assert read(page, "https://town.example/").list_urls == (f"https://town.example{url}",)


@pytest.mark.parametrize(
    "html",
    [
        "<html><body class='category-12'></body></html>",
        "<html><body><img src='https://cdn.example/wp-content/a.png'></body></html>",
        "{}",
        "",
    ],
)
def test_other_pages_lead_to_no_wordpress(html: str) -> None:
    assert found(html) == []


def test_the_entry_of_the_api_leads_to_its_posts() -> None:
    listing = read('{"name": "Town", "namespaces": ["oembed/1.0", "wp/v2"]}', "https://town.example/wp-json/")
    assert (listing.title, listing.drafts, listing.list_urls) == ("Town", (), (f"{API}?{EMBED}",))


@pytest.mark.parametrize(
    ("body", "error", "text"),
    [
        (
            '{"code": "rest_disabled", "message": "The <b>API</b> is off.", "data": {"status": 401}}',
            SiteRefused,
            "The site's API answers with an error: The API is off.",
        ),
        ('{"a": 1}', NotParseable, "This JSON is no list of posts of a WordPress."),
        ("[1, 2]", NotParseable, "This JSON is no list of posts of a WordPress."),
        ("", NotParseable, "The answer is empty."),
        (
            "<html><body><p>Hello</p></body></html>",
            NotParseable,
            "This is a web page, but not of a WordPress. Use type: auto, or page with selectors.",
        ),
    ],
)
def test_something_else_is_refused_in_words_that_help(body: str, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as fault:
        read(body)
    assert str(fault.value) == text


def test_posts_of_odd_shapes_break_nothing() -> None:
    odd = [
        post(1, _embedded=[], content="plain", excerpt=None, guid=5, modified_gmt=7),
        post(
            2, _embedded={"author": {"name": "A"}, "wp:term": [None, [1, {}]], "wp:featuredmedia": [{"source_url": 3}]}
        ),
        post(3, link="javascript:1"),
        post(4, yoast_head_json=[], title={"rendered": None}),
    ]
    drafts = read(json.dumps(odd)).drafts
    assert [(draft.title, draft.author) for draft in drafts] == [
        ("Post 1", ""),
        ("Post 2", ""),
        ("https://town.example/?p=4", ""),
    ]
