from __future__ import annotations

from typing import Any

import pytest

from feedbot.domain.article import Attachment, Draft
from feedbot.domain.completeness import has_page, letters, marked

HOME = "https://town.example/"
SENTENCE = "The ferry crosses the river every half hour, and on market days every ten minutes. "
LONG = f"<p>{SENTENCE * 30}</p>"
MIDDLE = f"<p>{SENTENCE * 9}</p>"
SHORT = f"<p>{SENTENCE * 2}</p>"


def draft(body: str = "", summary: str = "", *, title: str = "The ferry", url: str = HOME + "1", **more: Any) -> Draft:
    return Draft(url=url, title=title, body_html=body, summary=summary, **more)


def complete(*drafts: Draft, full_text: str = "auto") -> list[bool]:
    return [one.is_complete for one in marked(drafts, full_text=full_text, home_url=HOME)]


@pytest.mark.parametrize(
    "teaser",
    [
        draft(),
        draft(summary="What it is about."),
        draft(SHORT),
        draft(f"{MIDDLE}<p>It was late…</p>"),
        draft(f"{MIDDLE}<p>It was late [&hellip;]</p>"),
        draft(
            f'{MIDDLE}<p>It was late [&#8230;]</p><p>The post <a href="/1">The ferry</a> appeared first on Town.</p>'
        ),
        draft(f'{MIDDLE}<p><a href="/1">Read more</a></p>'),
        draft(f'{MIDDLE}<p><a href="/1">Continue reading →</a></p>'),
        draft(f'{MIDDLE}<p><a href="/1">Weiterlesen ...</a></p>'),
        draft(f'{MIDDLE}<p><a href="/1">Читать далее</a></p>'),
        draft("<p>" + "渡船每半小时过江一次，集市日每十分钟一次。" * 20 + "</p><p>【阅读全文】</p>"),
        draft("<p>" + "渡船每半小时过江一次，集市日每十分钟一次。" * 20 + "</p><p>点击查看全文>></p>"),
    ],
)
def test_a_teaser_is_read_from_its_page(teaser: Draft) -> None:
    assert complete(teaser) == [False]


@pytest.mark.parametrize(
    "whole",
    [
        draft(LONG),
        draft(MIDDLE),
        draft(f"{LONG}<p>And then there was silence...</p>"),
        draft("<p>" + "渡船每半小时过江一次，集市日每十分钟一次。" * 20 + "</p>"),
    ],
)
def test_a_whole_body_is_never_fetched_again(whole: Draft) -> None:
    assert complete(whole) == [True]


def test_a_short_item_of_a_feed_with_whole_texts_is_a_short_article() -> None:
    assert complete(draft(LONG), draft(SHORT), draft(f"{SHORT}<p>[…]</p>")) == [True, True, False]


def test_a_post_without_a_title_is_whole() -> None:
    """Short messages have the beginning of their text for a title."""
    assert complete(draft(SHORT, title="The ferry crosses the river every…")) == [True]


def test_own_words_about_somebody_elses_page_are_the_article() -> None:
    assert complete(draft(f"{SHORT}", url="https://other.example/paper")) == [True]
    assert complete(draft('<p><a href="/talk">Comments</a></p>', url="https://other.example/paper")) == [False]


def test_the_notes_of_a_recording_are_whole() -> None:
    assert complete(draft(SHORT, attachments=(Attachment("https://town.example/1.mp3", mime_type="audio/mpeg"),))) == [
        True
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://town.example/report.pdf",
        "https://town.example/a.JPG?size=1",
        "https://town.example/film.mp4",
        "https://town.example/#id-7",
        "",
    ],
)
def test_what_has_no_page_is_complete_whatever_is_wanted(url: str) -> None:
    assert not has_page(draft(url=url), HOME)
    assert complete(draft(url=url), full_text="always") == [True]


def test_always_and_never_are_obeyed() -> None:
    assert complete(draft(LONG), draft(), full_text="always") == [False, False]
    assert complete(draft(), draft(is_complete=False), full_text="never") == [True, True]


def test_what_a_parser_left_incomplete_stays_so() -> None:
    assert complete(draft(LONG, is_complete=False)) == [False]


def test_letters_of_east_asian_scripts_count_twice() -> None:
    assert letters("东西 ab.1") == 7
