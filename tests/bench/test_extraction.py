from __future__ import annotations

import pytest
from bench.extraction import Size, likeness, measure


@pytest.mark.parametrize(
    ("found", "right", "value"),
    [
        ("The ferry, it comes.", "The FERRY it comes", 1.0),
        ("渡船来了。", "渡船来了", 1.0),
        ("abcdefgh", "ijklmnop", 0.0),
        ("abcde", "abcdef", 2 / 3),
        ("", "", 1.0),
        ("", "abc", 0.0),
        ("ab", "ab", 1.0),
    ],
)
def test_the_likeness_of_two_texts_counts_letters_alone(found: str, right: str, value: float) -> None:
    assert likeness(found, right) == pytest.approx(value)


async def test_what_is_found_is_more_like_the_right_text_than_what_the_engine_finds() -> None:
    found = await measure(Size(rounds=1, every=6), lambda _text: None)
    texts = [one for one in found if one.what.startswith("text of ")]
    assert [one.what.split()[-1] for one in texts] == ["pages", "ones", "others"] * 2
    assert all(one.base is not None and one.value > one.base for one in texts)
    assert [one.unit for one in found if one not in texts] == ["CPU ms a page"] * 2
