"""What a pasted page tells of feeds."""

from __future__ import annotations

import pytest

from feedbot.sources import feed, registry
from feedbot.sources.spec import Page, ParseOptions

URL = "https://news.example/category/town/"
OPTIONS = ParseOptions()


def leads(html: str, url: str = URL) -> list[tuple[str, float]]:
    return [(lead.url, lead.confidence) for lead in feed.find(Page(html.encode(), url), OPTIONS)]


def head(*links: str) -> str:
    return f"<!doctype html><html><head>{''.join(links)}</head><body></body></html>"


def link(href: str, mime_type: str = "application/rss+xml", title: str = "", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{mime_type}" title="{title}" href="{href}">'


def test_a_feed_leads_to_itself() -> None:
    [lead] = registry.leads(Page(b"<rss version='2.0'><channel/></rss>", "https://news.example/rss"), OPTIONS)
    assert (lead.url, lead.type, lead.confidence) == ("https://news.example/rss", "feed", 1.0)
    assert lead.reason == "This address is a feed."


def test_the_feed_of_the_pasted_category_comes_first_and_that_of_comments_last() -> None:
    page = head(
        link("/feed/", title="News » Feed"),
        link("/comments/feed/", title="News » Comments Feed"),
        link("/category/town/feed/", title="News » Town Category Feed"),
    )
    assert leads(page) == [
        ("https://news.example/category/town/feed/", 0.958),
        ("https://news.example/feed/", 0.9),
        ("https://news.example/comments/feed/", 0.199),
    ]


@pytest.mark.parametrize(
    "mime_type", ["application/rss+xml", "application/atom+xml; charset=utf-8", "application/feed+json", "TEXT/XML"]
)
def test_every_kind_of_feed_is_found_where_it_is_announced(mime_type: str) -> None:
    assert leads(head(link("/rss.xml", mime_type))) == [("https://news.example/rss.xml", 0.9)]


@pytest.mark.parametrize(
    "tag",
    [
        link("/wp-json/wp/v2/categories/3", "application/json"),
        link("/wp-json/oembed/1.0/embed?url=x", "application/json+oembed"),
        link("/de/", "text/html"),
        '<link rel="alternate" hreflang="de" href="/de/">',
        link("/feed.css", "text/css", rel="alternate stylesheet"),
        link("javascript:feed()"),
    ],
)
def test_other_alternates_are_no_feeds(tag: str) -> None:
    assert leads(head(tag)) == []


def test_links_in_the_text_that_look_like_feeds_are_found_and_buttons_of_readers_are_not() -> None:
    body = (
        "<p><a href='/index.php?mod=rss&amp;catid=3'>RSS</a><a href='feed:https://news.example/town.rss'>Town</a>"
        "<a href='https://feedly.com/i/subscription/feed/https://news.example/feed'>Feedly</a>"
        "<a href='/feedback.php'>Say it</a><a href='/rssfeeds/about'>About</a></p>"
    )
    assert leads(body, "https://news.example/?catid=3") == [
        ("https://news.example/index.php?mod=rss&catid=3", 0.66),
        ("https://news.example/town.rss", 0.599),
    ]


@pytest.mark.parametrize("body", [b"", b"{}", b"\x00\x01\x02", b"[1]", b"plain text", b"\xff\xfe\x00"])
def test_what_is_no_page_leads_nowhere(body: bytes) -> None:
    assert registry.leads(Page(body, URL), OPTIONS) == ()
