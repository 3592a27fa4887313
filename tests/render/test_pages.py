"""What pages show of articles, categories and sources, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedbot.domain.article import Article, Attachment, Reaction
from feedbot.domain.source import Source
from feedbot.locales import translator
from feedbot.render import links, pages, source_pages
from feedbot.render.links import SitePresentation

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SITE = SitePresentation(title="Town news", base_url="https://news.example/", timezone="Asia/Shanghai")
ENGLISH, CHINESE = translator("en"), translator("zh-CN")


@dataclass(frozen=True)
class Entry:
    id: int
    path: str
    articles: int = 0

    @property
    def depth(self) -> int:
        return self.path.count("/")


@dataclass(frozen=True)
class Poll:
    outcome: str
    new: int = 0
    changed: int = 0
    error_text: str | None = None
    started_at: datetime = NOW
    seconds: float = 0.34


def article(**changes: Any) -> Article:
    values: dict[str, Any] = {
        "id": 5,
        "key": b"k" * 16,
        "revision": 1,
        "source_id": "town",
        "source_title": "Town",
        "url": "https://www.town.example/5",
        "title": "A story",
        "first_seen": NOW,
        "changed": NOW,
    }
    return Article(**{**values, **changes})


def source(**changes: Any) -> Source:
    values: dict[str, Any] = {
        "id": "town",
        "title": "Town",
        "url": "https://town.example/",
        "number": 1,
        "created_at": NOW,
    }
    return Source(**{**values, **changes})


def test_a_time_is_shown_in_the_sites_zone_and_the_readers_language() -> None:
    assert pages.moment(NOW, SITE, ENGLISH) == pages.Moment("24 Nov 2026, 20:00", "2026-11-24T20:00:00+08:00")
    assert pages.moment(NOW, SITE, CHINESE).text == "2026年11月24日 20:00"


def test_an_article_without_a_title_is_called_something() -> None:
    assert pages.card(article(title=" \n "), SITE, ENGLISH, body_text="").title == "Untitled article"


def test_a_chinese_summary_is_shorter_than_an_english_one_and_ends_with_a_sentence() -> None:
    chinese = pages.card(article(title="标题", summary="这是一句话。" * 40), SITE, ENGLISH, body_text="").summary
    english = pages.card(article(summary="This is it. " * 40), SITE, ENGLISH, body_text="").summary
    assert (len(chinese), chinese[-1]) == (90, "。")
    assert (len(english), english[-1]) == (167, ".")


def test_a_summary_that_the_source_cut_off_is_made_from_the_body() -> None:
    cut = article(summary="The first sentence. The sec", summary_is_cut=True)
    assert pages.card(cut, SITE, ENGLISH, body_text="The first sentence. The second.").summary == (
        "The first sentence. The second."
    )


def test_the_tree_nests_children_below_their_parents() -> None:
    tree = pages.tree([Entry(1, "a", 3), Entry(2, "a/b", 2), Entry(3, "a/b/c", 1), Entry(4, "d")], SITE)
    assert [(node.name, node.articles) for node in tree] == [("a", 3), ("d", 0)]
    assert tree[0].children[0].children[0].url == "/category/a/b/c"


def test_the_place_in_a_list_is_exact_to_the_microsecond() -> None:
    assert pages.cursor_text(article(published=datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))) == "-1-5"
    late = datetime(2300, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert pages.cursor_text(article(published=late)) == "10413792000000001-5"


def test_only_an_update_after_publication_is_mentioned() -> None:
    same = pages.article_view(article(updated=NOW), SITE, ENGLISH, body_text="")
    later = pages.article_view(article(updated=NOW + timedelta(hours=1)), SITE, ENGLISH, body_text="")
    assert same.updated is None
    assert later.updated == pages.Moment("24 Nov 2026, 21:00", "2026-11-24T21:00:00+08:00")


def test_reactions_that_nobody_gave_and_unknown_comment_counts_are_left_out() -> None:
    view = pages.article_view(
        article(reactions=(Reaction("鲜花", 0), Reaction("握手", 2))), SITE, ENGLISH, body_text=""
    )
    assert view.reactions == (("握手", 2),)
    assert view.comments == ""
    assert pages.article_view(article(comment_count=0), SITE, ENGLISH, body_text="").comments == "0 comments"
    assert pages.article_view(article(comment_count=1), SITE, CHINESE, body_text="").comments == "1 条评论"


@pytest.mark.parametrize(
    ("attachment", "shown"),
    [
        (Attachment("https://a.example/x", "list.pdf", size=100), ("list.pdf", "PDF · 1 kB")),
        (Attachment("https://a.example/x", "list.pdf", size=3 * 1024 * 1024), ("list.pdf", "PDF · 3.0 MB")),
        (Attachment("https://a.example/x", "list", "audio/mpeg"), ("list", "audio/mpeg")),
        (Attachment("https://a.example/x", "list"), ("list", "")),
        (Attachment("https://a.example/"), ("a.example", "")),
        (Attachment("https://a.example/x/y.mp3?z=1", mime_type="audio/mpeg"), ("y.mp3", "MP3")),
    ],
)
def test_a_file_is_shown_with_its_kind_and_size(attachment: Attachment, shown: tuple[str, str]) -> None:
    file = pages.article_view(article(attachments=(attachment,)), SITE, ENGLISH, body_text="").files[0]
    assert (file.name, file.about) == shown


def test_the_original_is_named_by_its_site_else_by_its_host() -> None:
    named = pages.article_view(article(site="萍乡城事网"), SITE, ENGLISH, body_text="").original
    unnamed = pages.article_view(article(), SITE, ENGLISH, body_text="").original
    assert named == pages.Link("萍乡城事网", "https://www.town.example/5")
    assert unnamed == pages.Link("town.example", "https://www.town.example/5")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/relative", "http://[", "mailto:a@b", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    assert links.web_link(url) == ""
    assert links.public_link(url) == ""


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/feed?catid=2#x", "https://a.example/feed?catid=2"),
        ("https://user:word@a.example:8443/feed", "https://a.example:8443/feed"),
        ("https://a.example/feed?api_key=1", ""),
        ("https://a.example/feed?Token=1", ""),
        ("https://a.example/private/9f86d081884c7d659a2feaa0c55ad015/feed", ""),
        ("https://a.example/feed?u=9f86d081884c7d659a2feaa0", ""),
        (
            "https://a.example/2026/the-long-title-of-a-story-no-7",
            "https://a.example/2026/the-long-title-of-a-story-no-7",
        ),
    ],
)
def test_a_sources_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert links.public_link(url) == shown


def test_addresses_of_a_view_are_absolute_and_quoted() -> None:
    ways = links.subscription(links.category_view("C#/a b", 7), replace(SITE, bot_username="town_bot"))
    assert ways.rss_url == "https://news.example/feeds/category/C%23/a%20b.rss"
    assert ways.telegram_url == "https://t.me/town_bot?start=c7"
    assert ways.readers[0] == (
        "Feedly",
        "https://feedly.com/i/subscription/feed%2Fhttps%3A%2F%2Fnews.example%2Ffeeds%2Fcategory%2FC%2523%2Fa%2520b.rss",
    )


@pytest.mark.parametrize(
    ("state", "health", "tone"),
    [
        ({}, "New: its first visit is on its way", "quiet"),
        ({"last_success_at": NOW}, "Works", "good"),
        ({"failures": 1, "last_success_at": NOW}, "Cannot be read at the moment", "bad"),
        ({"gone_at": NOW}, "Gone: the site says that it will not come back", "bad"),
        ({"enabled": False}, "Switched off", "quiet"),
        ({"removed_at": NOW}, "Removed", "quiet"),
    ],
)
def test_a_sources_state_is_said_in_plain_words(state: dict[str, Any], health: str, tone: str) -> None:
    view = source_pages.source_view(source(**state), SITE, ENGLISH, NOW)
    assert (view.health, view.tone) == (health, tone)


def test_a_source_that_is_not_asked_names_no_next_visit() -> None:
    view = source_pages.source_view(source(enabled=False, next_poll_at=NOW), SITE, ENGLISH, NOW)
    assert (view.next_poll, view.next_poll_in) == (None, "")


def test_an_old_fault_is_not_shown_once_the_source_works_again() -> None:
    view = source_pages.source_view(
        source(last_success_at=NOW, error_text="old", failing_since=NOW), SITE, ENGLISH, NOW
    )
    assert (view.problem, view.failing_since) == ("", None)


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (-5, "now", "现在"),
        (0.4, "now", "现在"),
        (45, "in 45 seconds", "45 秒后"),
        (60, "in 1 minute", "1 分钟后"),
        (119, "in 2 minutes", "2 分钟后"),
        (3600, "in 60 minutes", "60 分钟后"),
        (7200, "in 2 hours", "2 小时后"),
        (172_800, "in 2 days", "2 天后"),
    ],
)
def test_the_next_visit_is_counted_from_now(seconds: float, english: str, chinese: str) -> None:
    due = source(last_success_at=NOW, next_poll_at=NOW + timedelta(seconds=seconds))
    assert source_pages.source_view(due, SITE, ENGLISH, NOW).next_poll_in == english
    assert source_pages.source_view(due, SITE, CHINESE, NOW).next_poll_in == chinese


@pytest.mark.parametrize(
    ("poll", "outcome", "found"),
    [
        (Poll("ok", new=1, changed=2), "Visited", "1 new, 2 changed"),
        (Poll("unchanged"), "Unchanged", ""),
        (Poll("partial", new=40), "Visited in part", "40 new"),
        (Poll("failed", error_text="No such host."), "Failed", "No such host."),
        (Poll("gone"), "Gone", ""),
        (Poll("offline"), "Our own network was down", ""),
        (Poll("something-newer"), "something-newer", ""),
    ],
)
def test_every_outcome_of_a_visit_has_words(poll: Poll, outcome: str, found: str) -> None:
    row = source_pages.source_view(source(), SITE, ENGLISH, NOW, [poll]).polls[0]
    assert (row.outcome, row.found, row.seconds) == (outcome, found, "0.3 s")
    assert row.failed is (poll.outcome in {"failed", "gone"})
