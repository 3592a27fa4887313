"""Whatever an article holds, both formats are free of faults, and a reader gets back what was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from feedbot.domain.article import Article, Attachment, Image
from feedbot.render.feeds import article_id, render
from feedbot.render.feeds.clean import ascii_url, language_tag, plain_title, xml_text
from render.atom_rules import atom_faults
from render.feed_samples import NOW, SEEN, SELF, article, view
from render.rss_rules import rss_faults

NASTY = (
    "<b>", "</b>", "<script>", "<![CDATA[", "]]>", "&", "&amp;", "&nbsp;", "&#x1;", "&#0;", "<", ">", '"', "'", "\x00",
    "\x0b", "\x1b[31m", "\x85", "\u2028", "\ufffe", "\ud83d", "😀", "👩‍👩‍👧", "区", "\u202e", "\r\n", " ", "<br/>",
   "</title>",    "<a href=x>", "<!--", "-->", "<?xml", "‹", "a" * 300,
)  # fmt: skip
TEXT = some.one_of(
    some.text(max_size=40), some.lists(some.sampled_from(NASTY), max_size=8).map("".join), some.just("新闻")
)
URLS = some.one_of(
    some.sampled_from(
        [
            "https://新闻.example/安 源?q=区#一",
            "https://portal.example/same",
            "http://a.example:80/%zz%41",
            "javascript:alert(1)",
            "",
            "/relative",
            "https://[::1]/x",
            "https://[::1",
            "https://..example/",
            "https://" + "ü" * 80 + ".example/",
            'https://a.example/<>"{}|\\^`[]',
        ]
    ),
    TEXT.map("https://portal.example/".__add__),
    TEXT,
)
HTML = some.one_of(
    TEXT,
    some.lists(
        some.sampled_from((*NASTY, "<p>", "</p>", '<img src="/rel">', '<p onclick="x">', "<svg><a href='x'>")),
        max_size=10,
    ).map("".join),
    some.just("<p>长文</p>" * 2000),
)
DATES = some.one_of(
    some.none(), some.datetimes(timezones=some.just(UTC)), some.sampled_from([datetime(1970, 1, 1, tzinfo=UTC), SEEN])
)


@some.composite
def articles(draw: some.DrawFn) -> Article:
    """An article with anything in it."""
    return article(
        draw(some.integers(1, 12)),
        source_id=draw(some.sampled_from(["anyuan", "other"])),
        title=draw(TEXT),
        url=draw(URLS),
        published=draw(DATES),
        author=draw(TEXT),
        origin=draw(TEXT),
        summary=draw(TEXT),
        body_html=draw(HTML),
        images=tuple(map(Image, draw(some.lists(URLS, max_size=3)))),
        attachments=tuple(
            draw(
                some.lists(
                    some.builds(Attachment, URLS, TEXT, TEXT, some.none() | some.integers(-5, 10**12)), max_size=3
                )
            )
        ),
        categories=tuple(draw(some.lists(TEXT, max_size=3))),
        tags=tuple(draw(some.lists(TEXT, max_size=3))),
        language=draw(some.none() | some.sampled_from(["zh_CN", "en", "cmn", "x-klingon"]) | TEXT),
    )


def distinct(drawn: list[Article]) -> list[Article]:
    """The articles with ids as a database gives them: no two alike."""
    return [replace(each, id=number) for number, each in enumerate(drawn, 1)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.lists(articles(), max_size=4).map(distinct), some.fixed_dictionaries({"title": TEXT, "description": TEXT}))
def test_any_articles_give_feeds_without_faults_that_a_reader_reads(drawn: list[Article], said: dict[str, Any]) -> None:
    for format_, faults in (("rss", rss_faults), ("atom", atom_faults)):
        body = render(view(**said), drawn, format_)  # type: ignore[arg-type]
        assert faults(body, SELF, now=NOW) == []
        read = feedparser.parse(body)
        assert not read.bozo, read.get("bozo_exception")
        assert sorted(each.id for each in read.entries) == sorted({article_id(each) for each in drawn})
        assert all(each.title for each in read.entries)
        assert body == render(view(**said), drawn[::-1], format_)  # type: ignore[arg-type]


@given(TEXT)
def test_a_cleaned_text_is_clean_already(text: str) -> None:
    assert plain_title(plain_title(text)) == plain_title(text)
    assert xml_text(xml_text(text)) == xml_text(text)


@given(URLS)
def test_a_cleaned_address_is_ascii_and_clean_already(url: str) -> None:
    cleaned = ascii_url(url)
    assert cleaned is None or (cleaned.isascii() and ascii_url(cleaned) == cleaned)


@given(TEXT)
def test_a_cleaned_language_is_clean_already(text: str) -> None:
    assert language_tag(language_tag(text)) == language_tag(text)
