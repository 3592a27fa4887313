"""Selectors that are typed as an answer mean what the preview printed."""

from __future__ import annotations

import shlex

import pytest

from feedbot.cli.source_options import selectors_of, selectors_typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("list='ul.news > li'  date=span.d", {"list": "ul.news > li", "date": "span.d"}),
        ('title=h3 list="ul.news > li"', {"title": "h3", "list": "ul.news > li"}),
        ('list=ul li link=a[href*="/a/"]', {"list": "ul li", "link": 'a[href*="/a/"]'}),
        ("list=" + shlex.quote("li[data-x='1'] > a"), {"list": "li[data-x='1'] > a"}),
        ("""title='"head-line"'""", {"title": '"head-line"'}),
        ("title='h3", {"title": "'h3"}),
        ("title=''", {"title": "''"}),
    ],
)
def test_quotes_around_a_typed_selector_are_taken_off_as_a_shell_does(typed: str, meant: dict[str, str]) -> None:
    assert selectors_typed(typed) == meant


def test_words_of_a_shell_keep_the_quotes_that_it_left() -> None:
    assert selectors_of(['title="head-line"']) == {"title": '"head-line"'}
