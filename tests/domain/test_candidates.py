"""How sure it is that a list is the one that was meant: by what it holds, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from feedbot.domain import candidates
from feedbot.domain.article import Draft
from feedbot.domain.identity import canonical_url

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def drafts(count: int, *, every: timedelta | None = timedelta(days=1), body: str = "") -> list[Draft]:
    return [
        Draft(
            url=f"https://town.example/news/{number}",
            title=f"A story of the town, number {number}",
            published=NOW - every * number if every else None,
            body_html=body,
        )
        for number in range(count)
    ]


def confidence(found: Sequence[Draft], lead: float = 0.8, **said: object) -> float:
    traits = candidates.traits(found, now=NOW, **said)  # type: ignore[arg-type]
    return candidates.judge(traits, lead, NOW).confidence


def test_a_list_without_articles_is_none() -> None:
    judged = candidates.judge(candidates.traits([], now=NOW), 1.0, NOW)
    assert judged == candidates.Judgement(0.0, ("It has no articles.",))


def test_more_articles_dates_and_text_make_it_surer() -> None:
    whole = drafts(10, body="x" * 1000)
    assert confidence(whole) > confidence(drafts(10)) > confidence(drafts(10, every=None)) > confidence(drafts(1))


def test_what_is_old_is_less_likely_meant() -> None:
    old = [
        Draft(url=f"https://a.example/{n}", title=f"An old story {n}", published=NOW - timedelta(days=900))
        for n in range(9)
    ]
    assert confidence(old) < confidence(drafts(9))


def test_the_same_title_again_and_again_is_no_list_of_articles() -> None:
    same = [Draft(url=f"https://a.example/{n}", title="Read more about this") for n in range(9)]
    judged = candidates.judge(candidates.traits(same, now=NOW), 0.8, NOW)
    assert "Many titles are the same." in judged.remarks
    assert judged.confidence < 0.5


def test_titles_as_short_as_those_of_a_menu_are_doubted_and_chinese_ones_are_not() -> None:
    menu = [Draft(url=f"https://a.example/{n}", title=f"Page {n}") for n in range(9)]
    chinese = [Draft(url=f"https://a.example/{n}", title=f"区政府召开会议{n}") for n in range(9)]
    assert confidence(menu) < confidence(chinese)


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("Comments on: A longer bridge", "https://a.example/feed"),
        ("Comments for Blog", "https://a.example/feed"),
        ("Blog", "https://a.example/comments/feed/"),
        ("Blog", "https://a.example/?feed=comments-rss2"),
        ("最新评论", "https://a.example/feed"),
    ],
)
def test_a_feed_of_comments_is_hardly_meant(title: str, url: str) -> None:
    assert confidence(drafts(10), title=title, url=url) < 0.4


def test_a_feed_of_the_pasted_list_is_surer_and_one_of_other_articles_less_sure() -> None:
    found = drafts(10)
    same = {canonical_url(draft.url) for draft in found}
    assert confidence(found, shown=same) > confidence(found) > confidence(found, shown={"https://other.example/"})


def test_remarks_say_how_many_are_dated_and_how_new_the_newest_is() -> None:
    found = [*drafts(3), Draft(url="https://town.example/x", title="One without a date")]
    judged = candidates.judge(candidates.traits(found, now=NOW), 1.0, NOW)
    assert judged.remarks[0] == "4 articles, 3 of them dated, the newest today."


def test_a_date_in_the_future_makes_nothing_fresher() -> None:
    found = [Draft(url="https://a.example/", title="Tomorrow's story", published=NOW + timedelta(days=3))]
    assert candidates.traits(found, now=NOW).newest == NOW


@pytest.mark.parametrize(
    ("every", "text"),
    [
        (timedelta(hours=1), "about 24 a day"),
        (timedelta(days=1), "about 1 a day"),
        (timedelta(days=3), "about 2 a week"),
        (timedelta(days=14), "about 2 a month"),
        (timedelta(days=200), "less than one a month"),
        (None, "unknown: too few dates"),
    ],
)
def test_the_rhythm_is_told_in_words(every: timedelta | None, text: str) -> None:
    assert candidates.rhythm(candidates.traits(drafts(8, every=every), now=NOW).per_day) == text


def test_articles_of_one_moment_have_no_rhythm() -> None:
    assert candidates.traits(drafts(8, every=timedelta()), now=NOW).per_day is None
