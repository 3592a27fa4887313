from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedbot.sources.html import absolute
from feedbot.sources.lists.addresses import Addresses

BASES = ["https://a.example", "https://a.example/b/c.html?d=/e", "http://A.example:8080/b/", "https://a.example/b c/;d"]
HREFS = st.text(alphabet="ab1/.?&=#%;:@~ _-+*()'é\\", max_size=16) | st.from_regex(
    r"(?:https?://|//|/|)[aA.1-]{0,4}(?:/[a.;%~ -]{0,4}){0,3}(?:\?[a=&/.]{0,4})?", fullmatch=True
)


@given(st.sampled_from(BASES), HREFS)
@example(BASES[0], "/.?1")
@example(BASES[0], "http://1.-/")
@example(BASES[1], "b/.?1")
def test_an_address_read_quickly_is_the_address_read_with_care(base: str, href: str) -> None:
    assert Addresses(base, base).absolute(href) == absolute(href, base)


@pytest.mark.parametrize(
    "href", ["", " ", "#top", " #x", "c.html", "/b/c.html#part", "javascript:void(0)", "mailto:a@b"]
)
def test_a_place_on_the_page_itself_is_not_elsewhere(href: str) -> None:
    assert Addresses("https://a.example/b/c.html", "https://a.example/b/c.html#x").elsewhere(href) == ""
