"""The sentences that a summary is made of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.domain.article import Content
from feedbot.domain.extract import extract
from feedbot.domain.summary import article_summary

LEAD = "The council decided on Tuesday to build a second bridge across the river."
REPORT = """Photo: Jane Doe / Getty Images

LONDON (Reuters) - The council decided on Tuesday to build a second bridge across the river.

It was about time. The second bridge will cost forty million and take three years to build, the council said.

However, many doubt that. Neighbours fear the noise of lorries at night near the bridge and the school.

Click here to subscribe to our newsletter!"""

CHINESE = """责任编辑：王小明

本报讯（记者 王小明）市政府周二决定在河上修建第二座大桥。这是好消息。第二座大桥预计耗资四千万元，工期约三年。

然而附近居民仍有担心。居民担心夜间货车通过大桥时的噪音影响学校。

点击阅读原文。"""


def test_a_summary_begins_with_the_report_and_leaves_out_what_is_around_it() -> None:
    assert extract(REPORT, "A second bridge", 90) == (
        "The council decided on Tuesday to build a second bridge across the river."
    )


def test_sentences_that_stand_on_their_own_and_share_the_titles_words_come_first() -> None:
    assert extract(REPORT, "A second bridge", 180) == (
        "The council decided on Tuesday to build a second bridge across the river. "
        "The second bridge will cost forty million and take three years to build, the council said."
    )


def test_chinese_sentences_are_chosen_in_the_same_way() -> None:
    assert extract(CHINESE, "第二座大桥", 40) == (
        "市政府周二决定在河上修建第二座大桥。第二座大桥预计耗资四千万元，工期约三年。"
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("", "A title"),
        ("Photo: Jane Doe", "A title"),
        ("Click here to read more.", "A title"),
        ("A very long title of a story that says it all.", "A very long title of a story that says it all"),
        ("A sentence that was cut off in the middle of what it…", "A title"),
        ("Too short.", "A title"),
    ],
)
def test_where_nothing_is_said_there_is_no_extract(text: str, title: str) -> None:
    assert extract(text, title, 200) == ""


def test_the_same_thing_said_twice_is_told_once() -> None:
    text = "The bridge was closed on Monday morning. The bridge was closed on Monday morning!"
    assert extract(text, "News", 200) == "The bridge was closed on Monday morning."


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=3000), title=st.text(max_size=60), most=st.integers(0, 400))
def test_an_extract_never_is_longer_than_asked_and_says_only_what_the_text_says(
    text: str, title: str, most: int
) -> None:
    found = extract(text, title, most)
    assert len(found) <= most
    assert set(found) <= set(text) | {" "}


@pytest.mark.parametrize(
    ("summary", "is_cut", "expected"),
    [
        (
            "Click here to read more.",
            False,
            LEAD,
        ),
        ("Read more", False, LEAD),
        (
            "LONDON (Reuters) - The council decided on Tuesd ...",
            True,
            LEAD,
        ),
        ("", False, LEAD),
        ("A bridge is coming.", False, "A bridge is coming."),
        ("BERLIN (Reuters) - A bridge is coming.", False, "A bridge is coming."),
    ],
)
def test_an_articles_own_summary_counts_only_if_it_is_one(
    summary: str,
    is_cut: bool,  # noqa: FBT001
    expected: str,
) -> None:
    content = Content(url="https://a.example/", title="A second bridge", summary=summary, summary_is_cut=is_cut)
    assert article_summary(content, 90, REPORT) == expected
