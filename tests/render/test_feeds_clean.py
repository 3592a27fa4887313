"""The examples in the documentation of the cleaning functions are true."""

from __future__ import annotations

import doctest

from feedbot.render.feeds import clean


def test_a_text_that_is_escaped_a_thousand_times_is_harmless_and_takes_no_time() -> None:
    assert clean.plain_title("&" + "amp;" * 100_000 + "lt;b>") == "＆" + "amp;" * 99_996 + "lt;b>"
    assert clean.plain_title("<" * 100_000 + "b>") == "<" * 99_999


def test_the_examples_give_what_they_say() -> None:
    assert doctest.testmod(clean).failed == 0
    assert doctest.testmod(clean).attempted == 3
