"""The examples in the documentation of the cleaning functions are true."""

from __future__ import annotations

import doctest

from feedbot.render.feeds import clean


def test_the_examples_give_what_they_say() -> None:
    assert doctest.testmod(clean).failed == 0
    assert doctest.testmod(clean).attempted == 3
