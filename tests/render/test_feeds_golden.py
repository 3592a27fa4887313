"""The feeds of a fixed set of articles, byte by byte: a change of the output is seen, and meant.

Set FEEDBOT_TEST_WRITE_GOLDEN=1 to write the files anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import feedparser
import pytest

from feedbot.render.feeds import FeedLink, Format, article_id, render
from render.feed_samples import article, rich_article, view

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
ARTICLES = (article(1), rich_article(), article(2, summary="", body_html="", published=None, url="", categories=()))
CASES = {
    "merged": (view(links=(FeedLink("hub", "https://hub.example/"),)), ARTICLES),
    "source": (view(origins={}, title="安源区政府"), ARTICLES),
    "empty": (view(description="", icon_url=None, ttl_minutes=None), ()),
}


@pytest.mark.parametrize("format_", ["rss", "atom"])
@pytest.mark.parametrize("name", CASES)
def test_a_feed_has_exactly_the_bytes_of_its_golden_file(name: str, format_: Format) -> None:
    file = GOLDEN / f"{name}.{format_}"
    body = render(*CASES[name], format_)
    if os.environ.get("FEEDBOT_TEST_WRITE_GOLDEN"):
        file.write_bytes(body)
    assert body == file.read_bytes()


@pytest.mark.parametrize("format_", ["rss", "atom"])
def test_a_reader_gets_every_field_back(format_: Format) -> None:
    read = feedparser.parse(render(view(), [rich_article()], format_), sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo
    assert read.version == {"rss": "rss20", "atom": "atom10"}[format_]
    assert (read.feed.title, read.feed.language) == ("城事资讯", "zh-CN")
    entry = read.entries[0]
    assert entry.id == article_id(rich_article())
    assert entry.title == "Q&A: 新桥 opens — 1 < 2"
    assert entry.link == "https://portal.example/article/7"
    assert entry.author == "张三"
    assert entry.content[0].value == rich_article().body_html
    assert tuple(entry.published_parsed)[:6] == (2026, 3, 4, 1, 7, 0)
    assert [tag.term for tag in entry.tags] == ["城事资讯/安源区政府", "交通", "桥", "traffic"]
    assert entry.enclosures[0].href == "https://portal.example/plan.pdf"
    assert entry.media_thumbnail == [{"url": "https://portal.example/1.jpg"}]
    assert entry.source.title == "安源区政府"
