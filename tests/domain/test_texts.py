from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.domain.texts import boundary_at_or_before, is_boundary, truncate, utf16_length

# Each is one user-perceived character (UAX #29), however many code points.
CLUSTERS = [
    "a", "é", "e\u0301", "a\u0301\u0323", "字", "🚗", "👍🏽", "👨‍👩‍👧", "🏳️‍🌈", "❤️", "🇨🇳",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "각", "\u1100\u1161\u11a8", "नि", "क्ष", "ก\u0e33", "1️⃣", "\r\n", " ", "。", "ﾊ\uff9e", "\u06001", "👩🏿‍🚀",
]  # fmt: skip


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_a_character_as_people_see_it_is_never_cut(cluster: str) -> None:
    text = f"x{cluster}y"
    inside = range(2, 1 + len(cluster))
    assert [is_boundary(text, index) for index in inside] == [False] * len(inside)
    assert [boundary_at_or_before(text, index) for index in inside] == [1] * len(inside)


@pytest.mark.parametrize("text", ["ab", "中文", "🚗🚗", "🇨🇳🇫🇷", "a字", "각각", "a\n", "\n\u0301"])
def test_two_characters_may_be_parted(text: str) -> None:
    assert is_boundary(text, len(text) // 2)


def test_the_ends_of_a_text_are_boundaries() -> None:
    assert is_boundary("\u0301", 0)
    assert is_boundary("a", 1)
    assert boundary_at_or_before("ab", 99) == 2
    assert boundary_at_or_before("ab", -1) == 0


@pytest.mark.parametrize(("text", "units"), [("", 0), ("abc", 3), ("中文", 2), ("🚗", 2), ("👨‍👩‍👧", 8), ("\ud83d", 1)])
def test_length_counts_utf_16_units(text: str, units: int) -> None:
    assert utf16_length(text) == units


@pytest.mark.parametrize(
    ("text", "units", "expected"),
    [
        ("abc", 2, "ab"),
        ("abc", 3, "abc"),
        ("abc", 99, "abc"),
        ("a🚗", 2, "a"),
        ("🚗🚗", 3, "🚗"),
        ("a👨‍👩‍👧b", 8, "a"),
        ("a👨‍👩‍👧b", 9, "a👨‍👩‍👧"),
        ("🇨🇳🇨🇳", 6, "🇨🇳"),
        ("e\u0301x", 1, ""),
        ("abc", 0, ""),
        ("abc", -1, ""),
    ],
)
def test_a_text_is_cut_to_utf_16_units_between_characters(text: str, units: int, expected: str) -> None:
    assert truncate(text, units) == expected


@given(st.lists(st.sampled_from(CLUSTERS[:-3]), max_size=12), st.integers(0, 60))
def test_a_cut_text_is_the_longest_run_of_whole_characters_that_fits(clusters: list[str], units: int) -> None:
    text = "".join(clusters)
    cut = truncate(text, units)
    whole = {text[:index] for index in range(len(text) + 1) if is_boundary(text, index)}
    assert cut == max((part for part in whole if utf16_length(part) <= units), key=len)


@given(st.text(), st.integers(0, 40))
def test_any_text_is_cut_to_a_beginning_that_fits(text: str, units: int) -> None:
    cut = truncate(text, units)
    assert text.startswith(cut)
    assert utf16_length(cut) <= units
    assert is_boundary(text, len(cut))
