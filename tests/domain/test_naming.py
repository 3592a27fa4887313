"""Ids, titles and categories that are proposed for a found source."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.domain import naming
from feedbot.domain.article import Draft


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("安源区政府 - 城事资讯 - 萍乡城市网", "安源区政府"),
        ("首页 - 萍乡城市网", "萍乡城市网"),
        ("Harbour news", "Harbour news"),
        ("News | Harbour town", "Harbour town"),
        ("Harbour town RSS Feed", "Harbour town"),
        ("Harbour » Feed", "Harbour"),
        ("新着情報｜みどり市公式ホームページ", "新着情報"),
        ("Spider-Man returns", "Spider-Man returns"),
        ("  Many \n blanks  ", "Many blanks"),
        ("", "example"),
        ("Home", "example"),
        ("x" * 500, "x" * 100),
    ],
)
def test_a_title_is_the_telling_part_of_what_the_page_calls_itself(said: str, title: str) -> None:
    assert naming.title_for(said, "https://www.example.co.uk/news") == title


@pytest.mark.parametrize(
    ("title", "source_id"),
    [
        ("Harbour news", "harbour-news"),
        ("安源区政府", "anyuanquzhengfu"),
        ("Café Müller", "cafe-muller"),
        ("新闻 News", "xinwen-news"),
        ("Новости", "example"),
        ("新着情報のお知らせ", "example"),
        ("!!!", "example"),
        ("The town's paper", "the-towns-paper"),
        ("a word after another until it is far too long for an id", "a-word-after-another-until-it-is-far-too"),
        ("x" * 90, "x" * 40),
    ],
)
def test_an_id_is_the_title_in_plain_letters(title: str, source_id: str) -> None:
    assert naming.id_for(title, "https://www.example.org/", ()) == source_id


def test_a_taken_id_gets_a_number() -> None:
    assert naming.id_for("Town", "https://a.example/", {"town", "town-2"}) == "town-3"


@settings(deadline=None)  # the first Chinese title loads the readings
@given(st.text(max_size=80), st.text(max_size=40))
def test_whatever_a_page_is_called_the_id_is_one(title: str, host: str) -> None:
    made = naming.id_for(title, f"https://{host}.example/" if re.fullmatch(r"[a-z]+", host) else "https://1.2.3.4/", ())
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?", made)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.co.uk/", "example"),
        ("https://news.example.org/", "example"),
        ("https://blog.example.com.cn/", "example"),
        ("https://someone.github.io/", "github"),
        ("https://127.0.0.1:8080/", "127.0.0.1"),
        ("https://localhost/", "localhost"),
    ],
)
def test_the_host_names_what_has_no_title(url: str, name: str) -> None:
    assert naming.host_name(url) == name


def test_articles_that_name_their_categories_need_none() -> None:
    own = [Draft(url=f"https://a.example/{n}", title="x", category_path=("News", "Town")) for n in range(3)]
    assert naming.categories_for("Town", own) == ()
    assert naming.categories_for("Town / Hall", [Draft(url="https://a.example/", title="x")]) == ("Town ／ Hall",)
