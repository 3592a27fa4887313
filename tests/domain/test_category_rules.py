"""Rules put articles into categories; what no rule takes goes where its source says."""

from __future__ import annotations

from typing import Any

import pytest

from feedbot.domain.article import Draft
from feedbot.domain.category_rules import assign, is_wanted, need_text

STORY = Draft(
    url="https://a.example/1",
    title="停水通知：安源区",
    summary="周三上午停水四小时。",
    tags=("Water", "Sport & Leisure"),
    category_path=("城事资讯", "安源区政府"),
)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], ("新闻",)),
        ([{"category": "生活/停水", "words": ["停水"]}], ("生活/停水",)),
        ([{"category": "生活/停水", "words": ["四小时"], "in": "title"}], ("新闻",)),
        ([{"category": "生活/停水", "words": ["四小时"], "in": "text"}], ("生活/停水",)),
        ([{"category": "Body", "words": ["pipes"]}], ("Body",)),
        ([{"category": "水", "tags": ["water"]}], ("水",)),
        ([{"category": "水", "tags": ["fire"]}], ("新闻",)),
        ([{"category": "安源", "breadcrumb": ["安源区政府"]}], ("安源",)),
        ([{"category": "水", "tags": ["water"], "words": ["停电"]}], ("新闻",)),
        ([{"category": "一"}, {"category": "二", "words": ["停水"]}, {"category": "一"}], ("一", "二")),
        ([{"take": "breadcrumb"}], ("城事资讯/安源区政府",)),
        ([{"take": "breadcrumb", "category": "Town"}], ("Town/城事资讯/安源区政府",)),
        ([{"take": "tags", "category": "Tags"}], ("Tags/Water", "Tags/Sport & Leisure")),
        ([{"category": " a / b "}], ("a/b",)),
        ([{}], ("新闻",)),
    ],
)
def test_an_article_goes_where_the_rules_put_it(rules: list[dict[str, Any]], expected: tuple[str, ...]) -> None:
    assert assign(STORY, ["新闻"], rules, "New pipes for the old town.") == expected


def test_without_rules_and_default_the_breadcrumb_is_the_category() -> None:
    assert assign(STORY, [], []) == ("城事资讯/安源区政府",)


def test_a_thousand_tags_make_no_thousand_categories() -> None:
    tagged = Draft(url="https://a.example/", title="x", tags=tuple(f"tag {number}" for number in range(1000)))
    assert len(assign(tagged, [], [{"take": "tags"}])) == 20


def test_only_rules_for_words_in_the_text_need_the_text() -> None:
    assert need_text([{"category": "a", "words": ["b"]}])
    assert not need_text([{"category": "a", "words": ["b"], "in": "title"}, {"category": "a", "tags": ["b"]}])


@pytest.mark.parametrize(
    ("include", "exclude", "wanted"),
    [
        ((), (), True),
        (("停水",), (), True),
        (("停电",), (), False),
        ((), ("通知",), False),
        (("停水",), ("sport",), False),
        (("water",), ("fire",), True),
    ],
)
def test_a_source_takes_only_what_its_filter_lets_through(
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    wanted: bool,  # noqa: FBT001
) -> None:
    assert is_wanted(STORY, include, exclude) is wanted
