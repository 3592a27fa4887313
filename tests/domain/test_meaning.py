"""What changes an article for its readers, and what only changes its bytes."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feedbot.domain.article import Attachment, Content, Image
from feedbot.domain.meaning import meaning

BODY = (
    '<p>The bridge opens on Monday. <a href="https://t.example/plan.pdf?sid=1">The plan</a></p>'
    '<p><img src="https://img1.t.example/a/bridge.jpg?sign=abc" alt="x"></p><p>阅读 (120) 评论 3 · 2 hours ago</p>'
)
STORY = Content(
    url="http://www.t.example/a/1?sid=7&id=3",
    title="A bridge",
    author="Ann",
    summary="It opens. 120 views",
    body_html=BODY,
    images=(Image("https://img1.t.example/a/bridge.jpg?sign=abc"),),
    attachments=(Attachment("https://t.example/plan.pdf", "plan"),),
    category_path=("News",),
    tags=("bridge", "town"),
)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"body_html": BODY.replace("><", "> \n<").replace("<p>", '<p id="x1" class="y">')}, id="markup"),
        pytest.param({"body_html": BODY.replace("120", "1,431").replace("评论 3", "评论 15")}, id="counters"),
        pytest.param({"body_html": BODY.replace("2 hours", "3 hours")}, id="ages"),
        pytest.param({"body_html": BODY.replace("sign=abc", "sign=def").replace("img1", "img4")}, id="signatures"),
        pytest.param({"images": (Image("https://img2.t.example/a/bridge.jpg?x"),)}, id="where a picture is served"),
        pytest.param({"url": "https://t.example/a/1?id=3&utm_source=rss"}, id="how one gets there"),
        pytest.param({"tags": ("town", "bridge")}, id="the order of tags"),
        pytest.param({"published": datetime(2026, 1, 1, tzinfo=UTC), "comment_count": 9}, id="dates and counts"),
        pytest.param({"title": "A  bridge", "summary": "It opens. 977 views"}, id="white space"),
    ],
)
def test_other_bytes_may_mean_the_same(other: dict[str, object]) -> None:
    assert meaning(replace(STORY, **other)) == meaning(STORY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"body_html": BODY.replace("Monday", "Tuesday")}, id="a word"),
        pytest.param({"body_html": BODY.replace("opens", "opens at 8")}, id="a number that counts no readers"),
        pytest.param({"body_html": BODY.replace("bridge.jpg", "other.jpg"), "images": ()}, id="a picture"),
        pytest.param({"body_html": BODY.replace("plan.pdf", "plan2.pdf")}, id="a link"),
        pytest.param({"title": "A bridge opens"}, id="the title"),
        pytest.param({"author": "Bob"}, id="the author"),
        pytest.param({"url": "https://t.example/a/2?id=3"}, id="the address"),
        pytest.param({"url": "https://t.example/a/1?id=4"}, id="the number in the address"),
        pytest.param({"category_path": ("News", "Town")}, id="the category"),
        pytest.param({"attachments": ()}, id="a file"),
    ],
)
def test_what_readers_would_call_a_change_is_one(other: dict[str, object]) -> None:
    assert meaning(replace(STORY, **other)) != meaning(STORY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "<" * 300_000,
        "1" * 300_000,
        "1 " * 200_000,
        "9, " * 150_000,
        "阅读 " * 150_000,
        ' src="' * 60_000,
        "views(" * 60_000,
    ],
)
def test_hostile_text_is_judged_in_linear_time(text: str) -> None:
    began = time.process_time()
    meaning(replace(STORY, body_html=text, title=text, url=text))
    assert time.process_time() - began < 3


@pytest.mark.parametrize("url", ["http://[", "http://a:b/", "\x00", "http://[::1"])
def test_an_address_that_is_none_is_taken_as_it_is(url: str) -> None:
    assert meaning(replace(STORY, url=url, images=(Image(url),))) != meaning(STORY)
