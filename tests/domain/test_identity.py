from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.domain.article import Draft
from feedbot.domain.categories import ancestors, assign, clean_path, lineage, name
from feedbot.domain.identity import article_key, canonical_url

DATE = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://Town.Example:443/a?b=2&a=1#top", "https://town.example/a?a=1&b=2"),
        ("http://town.example", "http://town.example/"),
        ("https://town.example/a?utm_source=x&id=7&fbclid=1", "https://town.example/a?id=7"),
        ("https://town.example/新闻?q=安源", "https://town.example/%E6%96%B0%E9%97%BB?q=%E5%AE%89%E6%BA%90"),
        ("https://town.example/#/news/7?b=新", "https://town.example/#/news/7?b=%E6%96%B0"),
        ("https://town.example/#!news/7", "https://town.example/#!news/7"),
        ("https://town.example:8443/a?empty=", "https://town.example:8443/a?empty="),
        ("https://town.example./a%20b", "https://town.example/a%20b"),
    ],
)
def test_addresses_that_mean_the_same_are_one(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@given(st.text(alphabet="abc/?=&%25新#:.", max_size=30))
def test_a_canonical_address_is_its_own_canonical_form(tail: str) -> None:
    once = canonical_url(f"https://town.example/{tail}")
    assert canonical_url(once) == once


def test_a_key_has_128_bits_and_follows_guid_then_address_then_title_and_date() -> None:
    by_guid = Draft(url="https://t.example/1", title="A", guid="g", published=DATE)
    assert len(article_key(by_guid)) == 16
    assert article_key(by_guid) == article_key(Draft(url="https://other.example/", title="B", guid="g"))
    by_url = Draft(url="https://t.example/1", title="A")
    assert article_key(by_url) == article_key(Draft(url="https://T.example/1#x", title="B"))
    by_title = Draft(url="", title="A  B", published=DATE)
    assert article_key(by_title) == article_key(Draft(url="", title="A B", published=DATE))
    assert article_key(by_title) != article_key(Draft(url="", title="A B"))
    assert len({article_key(by_guid), article_key(by_url), article_key(by_title)}) == 3


def test_the_identity_option_insists_on_one_property() -> None:
    one = Draft(url="https://t.example/1", title="A", guid="g")
    same_url = Draft(url="https://t.example/1", title="Z", guid="h")
    same_title = Draft(url="https://x.example/", title="A", guid="h")
    assert article_key(one, identity="url") == article_key(same_url, identity="url")
    assert article_key(one, identity="title") == article_key(same_title, identity="title")


def test_category_paths_are_cleaned_and_know_their_parents() -> None:
    assert clean_path(" 城事资讯 / 安源区政府/ ") == "城事资讯/安源区政府"
    assert clean_path(["A/B", "", " C  D "]) == "A／B/C D"
    assert ancestors("a/b/c") == ("a", "a/b")
    assert lineage(["a/b", "a/c"]) == ("a", "a/b", "a/c")
    assert name("城事资讯/安源区政府") == "安源区政府"


def test_declared_categories_come_before_the_breadcrumb() -> None:
    assert assign(("城事资讯", "教育"), ["News", "News"]) == ("News",)
    assert assign(("城事资讯", "教育"), []) == ("城事资讯/教育",)
    assert assign((), []) == ()
