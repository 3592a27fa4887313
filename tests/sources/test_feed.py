from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.errors import NotParseable, SiteRefused
from feedbot.sources import feed, feed_item
from feedbot.sources.html import clean, to_text
from feedbot.sources.spec import Listing, Page, ParseOptions
from sources.feed_cases import cases, expected, plain

URL = "https://news.example/feeds/all.xml"
SITE = ParseOptions(timezone="Asia/Shanghai")
CASES = cases("feed", ".xml", ".json")


def read(body: str | bytes, options: ParseOptions = SITE) -> Listing:
    return feed.parse_list(Page(body.encode() if isinstance(body, str) else body, URL), options)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_saved_feed_gives_exactly_what_is_expected_of_it(case: Path) -> None:
    assert plain(read(case.read_bytes())) == expected(case)


def test_there_are_saved_feeds_of_every_kind() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_feed_is_recognised_by_what_it_holds_whatever_its_media_type(case: Path) -> None:
    assert feed.recognises(Page(case.read_bytes(), URL, mime_type="text/html"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html><head><title>x</title></head><body><rss></rss></body></html>",
        b"<html><body><feed></feed></body></html>",
        b'{"items": []}',
        b"plain text",
        b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>',
        b"\x89PNG\r\n\x1a\n\x00\x00",
    ],
)
def test_what_is_no_feed_is_not_recognised(body: bytes) -> None:
    assert not feed.recognises(Page(body, URL))


def test_an_empty_feed_is_no_fault() -> None:
    assert read("<rss version='2.0'><channel><title>t</title></channel></rss>").drafts == ()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", "The answer is empty."),
        ("  \n ", "The answer is empty."),
        ("404 not found", "This is neither RSS, Atom nor JSON Feed. It begins with: 404 not found"),
        ("<html><title>My &amp; page</title>", "This is a web page (“My & page”), not a feed."),
        (
            "<html><head><link rel=alternate type='application/rss+xml' href='/rss'></head></html>",
            "This is a web page, not a feed. It announces a feed: use https://news.example/rss as the address.",
        ),
        ('{"a": 1}', "This is JSON, but no JSON Feed: it has no list `items`."),
        (
            "{",
            (
                "The feed begins like JSON, but cannot be read: Expecting property name enclosed in double quotes:"
                " line 1 column 2 (char 1)."
            ),
        ),
    ],
)
def test_something_else_is_refused_in_words_that_help(body: str, text: str) -> None:
    with pytest.raises(NotParseable) as fault:
        read(body)
    assert str(fault.value) == text
    assert fault.value.url == URL


def test_a_closed_site_is_quoted() -> None:
    page = "<!DOCTYPE html><html><body><div id=messagetext><p>站点维护中，请稍后再来</p></div></body></html>"
    with pytest.raises(
        SiteRefused, match=r"^The site answers with a message instead of the feed: 站点维护中，请稍后再来$"
    ):
        read(page)


def test_the_admins_encoding_wins_over_the_feeds() -> None:
    body = "<?xml version='1.0' encoding='utf-8'?><rss><channel><title>中文</title></channel></rss>".encode("big5")
    assert read(body, ParseOptions(encoding="big5")).title == "中文"


def test_the_admins_language_wins_over_the_feeds() -> None:
    body = "<rss><channel><language>en</language><item><title>t</title></item></channel></rss>"
    assert [draft.language for draft in read(body, ParseOptions(language="zh-CN")).drafts] == ["zh-CN"]
    assert [draft.language for draft in read(body).drafts] == ["en"]


def test_a_mangled_feed_is_repaired() -> None:
    body = "<rss><channel><item><title>區(qū)領(lǐng)導(dǎo)</title></item></channel></rss>"
    options = ParseOptions(repair=frozenset({"pinyin", "simplified"}))
    assert [draft.title for draft in read(body, options).drafts] == ["区领导"]


def test_the_same_bytes_give_the_same_drafts() -> None:
    body = CASES[0].read_bytes()
    assert read(body) == read(body)


@pytest.mark.parametrize(
    ("channel", "seconds"),
    [
        ("<ttl>60</ttl>", 3600),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>9999999</ttl>", 31_536_000),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 1800),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 86_400),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
    ],
)
def test_how_long_a_feed_asks_to_be_left_alone(channel: str, seconds: int | None) -> None:
    namespace = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    assert read(f"<rss {namespace}><channel>{channel}</channel></rss>").ttl == seconds


def test_a_listing_has_at_most_two_thousand_items_and_the_first_ones() -> None:
    items = "".join(f"<item><title>{number}</title></item>" for number in range(2100))
    drafts = read(f"<rss><channel>{items}</channel></rss>").drafts
    assert [draft.title for draft in drafts] == [str(number) for number in range(2000)]


def test_json_dates_in_unix_seconds_are_read() -> None:
    item = '{"id": "1", "url": "https://news.example/1", "title": "t", "date_published": 1603080660}'
    read_drafts = read(f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{item}]}}').drafts
    assert [draft.published for draft in read_drafts] == [datetime(2020, 10, 19, 4, 11, tzinfo=UTC)]


def test_a_second_date_before_the_first_is_no_update() -> None:
    dates = "<dc:date>2020-10-18T00:00:00Z</dc:date><pubDate>Mon, 19 Oct 2020 04:11:00 GMT</pubDate>"
    item = f"<item><title>t</title><link>https://news.example/1</link>{dates}</item>"
    feed_text = f"<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>{item}</channel></rss>"
    (draft,) = read(feed_text).drafts
    assert (draft.published, draft.updated) == (datetime(2020, 10, 19, 4, 11, tzinfo=UTC), None)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            '<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel><title>T</title>'
            '<a:link rel="hub" href="/hub"/><a:link rel="self" href="/feed"/><a:link rel="next" href="/feed?page=2"/>'
            "</channel></rss>",
            id="RSS",
        ),
        pytest.param(
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><link rel="hub" href="/hub"/>'
            '<link rel="hub" href="/another"/><link rel="self" href="/feed"/><link rel="next" href="/feed?page=2"/>'
            "</feed>",
            id="Atom",
        ),
        pytest.param(
            '{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [], "feed_url": "/feed", '
            '"next_url": "/feed?page=2", "hubs": [{"type": "rssCloud", "url": "/no"}, '
            '{"type": "WebSub", "url": "/hub"}]}',
            id="JSON",
        ),
    ],
)
def test_a_feed_names_its_hub_itself_and_the_page_that_goes_on(body: str) -> None:
    found = feed.parse_list(Page(body.encode(), "https://t.example/feed.xml"), ParseOptions())
    assert (found.hub_url, found.topic_url) == ("https://t.example/hub", "https://t.example/feed")
    assert found.next_url == "https://t.example/feed?page=2"


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="<&]", exclude_categories=["Cs"]), max_size=80))
def test_a_plain_description_is_the_same_text_as_one_that_went_through_the_cleaner(text: str) -> None:
    item = feed_item.Item(title="t", description=feed_item.Html(text, URL))
    made = feed_item.draft(item, feed_item.Feed(URL), SITE)
    assert made is not None
    assert (made.summary, made.body_html) == (to_text(clean(text, URL)), "")
