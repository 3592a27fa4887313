"""The cleaning functions do what their examples say, in time linear in the text."""

from __future__ import annotations

import doctest
import time

from feedbot.render.feeds import clean


def test_a_text_that_is_escaped_a_thousand_times_is_harmless_and_takes_no_time() -> None:
    assert clean.plain_title("&" + "amp;" * 100_000 + "lt;b>") == "＆" + "amp;" * 99_996 + "lt;b>"
    assert clean.plain_title("<" * 100_000 + "b>") == "<" * 99_999


def test_the_examples_give_what_they_say() -> None:
    assert doctest.testmod(clean).failed == 0
    assert doctest.testmod(clean).attempted == 3


def test_a_body_full_of_ampersands_and_no_break_spaces_is_made_safe_in_no_time() -> None:
    body = (
        f'<p>{" &amp;&nbsp;x" * 200_000}</p><p><a href="https://a.example/?x&amp;y">R&amp;D &amp;nbsp; \uffff</a></p>'
    )
    start = time.process_time()
    safe = clean.safe_html(body)
    assert time.process_time() - start < 5
    assert safe.count(" &amp;\xa0x") == 200_000
    assert safe.endswith('<p><a href="https://a.example/?x&amp;y">R&amp;D &amp;nbsp; </a></p>')
