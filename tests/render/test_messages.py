"""Messages: Telegram's own parser takes every one of them, whatever a site writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import tdjson
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedbot.domain.article import Article, Image
from feedbot.domain.stories import Elsewhere
from feedbot.domain.texts import utf16_length
from feedbot.render.digests import DigestPart, digest_messages
from feedbot.render.messages import Button, Message, article_message, as_plain, bare_message

WHEN = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)
PATH = "城事资讯/安源区政府"


def article(**values: Any) -> Article:
    """An article of the portal, changed where the test says so."""
    usual: dict[str, Any] = {
        "id": 1,
        "key": bytes(16),
        "revision": 1,
        "source_id": "anyuan",
        "source_title": "萍乡城市网",
        "url": "https://portal.example.org/article-8-1.html",
        "title": "区领导 <调研> & 走访",
        "published": WHEN,
        "first_seen": WHEN,
        "changed": WHEN,
        "categories": (PATH,),
    }
    return Article(**(usual | values))


def message(one: Article, **values: Any) -> Message:
    usual: dict[str, Any] = {
        "followed": "城事资讯",
        "language": "en",
        "timezone": "Asia/Shanghai",
        "article_page_url": None,
        "summary_chars": 300,
        "body_text": "",
    }
    return article_message(one, **(usual | values))


def parsed(html: str) -> tuple[str, list[dict[str, Any]]]:
    """The text and entities that TDLib's own parser reads from a message."""
    request = {"@type": "parseTextEntities", "text": html, "parse_mode": {"@type": "textParseModeHTML"}}
    answer = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"")
    assert answer["@type"] == "formattedText", answer
    return answer["text"], answer["entities"]


def test_a_message_has_title_category_source_origin_time_summary_and_a_button() -> None:
    one = article(origin="萍乡日报", summary="今天上午，区领导到企业调研。会议强调了安全。")
    assert message(one, language="zh-hans") == Message(
        '<b><a href="https://portal.example.org/article-8-1.html">区领导 &lt;调研&gt; &amp; 走访</a></b>\n'
        "📂 城事资讯 › 安源区政府\n"
        "萍乡城市网 · 来自 萍乡日报 · 2026年11月24日 19:30\n"
        "\n"
        "今天上午，区领导到企业调研。会议强调了安全。",
        preview_url="https://portal.example.org/article-8-1.html",
        buttons=((Button("阅读原文", url="https://portal.example.org/article-8-1.html"),),),
    )


def test_the_time_is_in_the_zone_of_the_chat_and_the_words_in_its_language() -> None:
    text = message(article(origin="Daily"), timezone="America/New_York").text
    assert text.splitlines()[2] == "萍乡城市网 · from Daily · 24 Nov 2026, 06:30"


def test_an_undated_article_shows_when_it_was_first_seen() -> None:
    one = article(published=None, first_seen=WHEN)
    assert message(one).text.endswith("萍乡城市网 · 24 Nov 2026, 19:30")


def test_the_summary_ends_at_a_sentence() -> None:
    text = message(article(summary="今天上午，区领导到企业调研。会议强调了安全。大家表示赞同。"), summary_chars=25).text
    assert text.endswith("\n\n今天上午，区领导到企业调研。会议强调了安全。")


def test_without_a_summary_the_body_speaks() -> None:
    text = message(article(), body_text="正文的第一句。正文的第二句。", summary_chars=7).text
    assert text.endswith("\n\n正文的第一句。")


def test_the_first_picture_is_the_preview() -> None:
    images = (Image("data:image/png;base64,AAAA"), Image("https://portal.example.org/a.jpg"))
    assert message(article(images=images)).preview_url == "https://portal.example.org/a.jpg"


def test_the_page_of_feedbot_has_a_button_where_the_outside_can_open_it() -> None:
    public = message(article(), article_page_url="https://feeds.example.org/article/1")
    assert [button.text for button in public.buttons[0]] == ["Read", "Full text"]
    private = message(article(), article_page_url="http://localhost:8080/article/1")
    assert [button.text for button in private.buttons[0]] == ["Read"]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "ftp://example.org/", "", "https://", "http://[::1", "https://a.example/" + "x" * 3000],
)
def test_an_address_that_telegram_refuses_is_neither_link_nor_button_nor_preview(url: str) -> None:
    made = message(article(url=url, title="Title"))
    assert made.text.startswith("<b>Title</b>\n")
    assert (made.preview_url, made.buttons) == (None, ())


@pytest.mark.parametrize(
    ("categories", "followed", "shown"),
    [
        (("城事资讯/安源区政府",), "城事资讯", "📂 城事资讯 › 安源区政府"),
        (("民生", "城事资讯/安源区政府"), "城事资讯", "📂 城事资讯 › 安源区政府"),
        (("民生", "城事资讯"), "城事资讯", "📂 城事资讯"),
        (("民生",), "", "📂 民生"),
        (("民生",), "体育", "📂 体育"),
    ],
)
def test_the_category_shown_is_the_one_that_the_chat_follows_or_a_child_of_it(
    categories: tuple[str, ...], followed: str, shown: str
) -> None:
    assert message(article(categories=categories), followed=followed).text.splitlines()[1] == shown


def test_an_article_of_a_followed_source_without_categories_has_no_category_line() -> None:
    lines = message(article(categories=()), followed="").text.splitlines()
    assert lines[1].startswith("萍乡城市网")


def test_a_title_cannot_turn_the_line_around() -> None:
    assert "\u202e" not in message(article(title="abc\u202edef")).text


def test_the_plain_form_has_the_same_words_and_the_address_and_nothing_to_refuse() -> None:
    one = message(article(summary="Wahr & gut."), language="zh")
    assert as_plain(one) == Message(
        "区领导 &lt;调研&gt; &amp; 走访\n"
        "📂 城事资讯 › 安源区政府\n"
        "萍乡城市网 · 2026年11月24日 19:30\n"
        "\n"
        "Wahr &amp; gut.\n"
        "https://portal.example.org/article-8-1.html"
    )


def digest(articles: list[Article], followed: str = "", language: str = "en") -> tuple[DigestPart, ...]:
    return digest_messages([(one, followed) for one in articles], language=language)


def test_a_digest_groups_by_category_in_the_order_of_appearance() -> None:
    articles = [
        article(id=1, title="One", categories=("A/x",)),
        article(id=2, title="Two & a half", categories=("B",), source_title="B"),
        article(id=3, title="Three", categories=("A/x",), url="mailto:a@example.org"),
    ]
    (part,) = digest(articles)
    assert part.article_ids == (1, 3, 2)
    assert part.message == Message(
        "<b>🗞 3 new articles</b>\n"
        "\n"
        "<b>📂 A › x</b>\n"
        '• <a href="https://portal.example.org/article-8-1.html">One</a> — 萍乡城市网\n'
        "• Three — 萍乡城市网\n"
        "\n"
        "<b>📂 B</b>\n"
        '• <a href="https://portal.example.org/article-8-1.html">Two &amp; a half</a>'
    )


def test_a_long_digest_is_split_between_articles_and_each_message_names_its_category() -> None:
    articles = [article(id=number, title=f"{number}. " + "长" * 190) for number in range(1, 61)]
    parts = digest(articles)
    assert [number for part in parts for number in part.article_ids] == list(range(1, 61))
    assert len(parts) > 2
    for part in parts:
        lines = part.message.text.splitlines()
        assert lines[0] == f"<b>🗞 {len(part.article_ids)} new articles</b>"
        assert lines[2] == "<b>📂 城事资讯 › 安源区政府</b>"
        assert [line.split(">")[1].split(".")[0] for line in lines[3:]] == [str(one) for one in part.article_ids]


def test_a_digest_never_has_more_entities_than_telegram_keeps() -> None:
    for part in digest([article(id=number, title="t") for number in range(1, 500)]):
        _, entities = parsed(part.message.text)
        assert len(entities) == len(part.article_ids) + 2
        assert len(entities) <= 100


def test_a_digest_of_nothing_is_nothing() -> None:
    assert digest([]) == ()


PIECES = [
    *"&<>\"'; /#a.。！\u202e\u200d\u0000\ud800\n👨👩🇨🇳שלוםعربي長",
    "&amp;",
    "</b>",
    "<a href=",
    "x" * 90,
    "长。" * 40,
]
NASTY = st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
URLS = st.sampled_from(["https://example.org/?a=1&b=\"<>'", "https://例え.jp/新闻?q=官", "http://[::1]/", "x"]) | NASTY
NASTY_ARTICLES = st.builds(
    article,
    id=st.integers(1, 9),
    title=NASTY,
    url=URLS,
    source_title=NASTY,
    origin=NASTY,
    summary=NASTY,
    categories=st.lists(NASTY, max_size=3).map(tuple),
    images=st.lists(st.builds(Image, URLS), max_size=2).map(tuple),
)


def assert_telegram_takes(made: Message) -> None:
    text, _ = parsed(made.text)
    assert 1 <= utf16_length(text) <= 4096
    assert len(made.text.encode()) < 1 << 15
    for row in made.buttons:
        for button in row:
            assert button.text
            assert button.url


@settings(max_examples=150, deadline=None)
@given(one=NASTY_ARTICLES, body=NASTY, chars=st.sampled_from([50, 300, 2000, 100_000]))
@example(one=article(summary="😀" * 5000, title="😀" * 999, origin="😀" * 999), body="", chars=100_000)
@example(one=article(summary="&" * 5000, title="&" * 999, categories=("&" * 900,)), body="", chars=100_000)
@example(one=article(title="", summary="<b>", source_title="", origin="\ud800"), body="\x00", chars=50)
def test_telegram_takes_the_message_of_any_article(one: Article, body: str, chars: int) -> None:
    made = message(one, body_text=body, summary_chars=chars)
    assert_telegram_takes(made)
    assert_telegram_takes(as_plain(made))
    assert_telegram_takes(bare_message(one))


@settings(max_examples=60, deadline=None)
@given(articles=st.lists(NASTY_ARTICLES, min_size=1, max_size=6), repeat=st.sampled_from([1, 20]))
def test_telegram_takes_the_digest_of_any_articles_and_each_article_is_in_it_once(
    articles: list[Article], repeat: int
) -> None:
    parts = digest(articles * repeat)
    assert sorted(number for part in parts for number in part.article_ids) == sorted(
        one.id for one in articles * repeat
    )
    for part in parts:
        assert_telegram_takes(part.message)
        assert_telegram_takes(as_plain(part.message))


def test_other_sources_of_a_story_stand_below_it_and_cost_the_summary_no_more_than_their_room() -> None:
    others = [Elsewhere(f"Paper <{number}>", f"https://p{number}.example/1") for number in range(7)]
    one = article(summary="好" * 5000 + "。")
    text, entities = parsed(message(one, also_at=others, summary_chars=5000, language="zh-hans").text)
    assert text.endswith("🔁 同见 Paper <0>, Paper <1>, Paper <2>, Paper <3>, Paper <4> +2")
    assert utf16_length(text) <= 4096
    assert [entity["type"].get("url") for entity in entities][-1] == "https://p4.example/1"


def test_in_a_digest_other_sources_stand_beside_the_articles_own() -> None:
    others = {1: [Elsewhere("Herald", "https://h.example/1")]}
    (part,) = digest_messages([(article(title="A bridge"), PATH)], language="en", also_at=others)
    assert parsed(part.message.text)[0].endswith("• A bridge — 萍乡城市网, Herald")
