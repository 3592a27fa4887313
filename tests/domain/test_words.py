"""Words are found as people mean them."""

from __future__ import annotations

import time

import pytest

from feedbot.domain.words import folded, has_any


@pytest.mark.parametrize(
    ("text", "phrases", "is_found"),
    [
        ("The art of war", ["art"], True),
        ("A party", ["art"], False),
        ("ART!", ["art"], True),
        ("Café Noir opens", ["cafe noir"], True),
        ("Cafe noir opens", ["Café"], True),
        ("ＦＵＬＬ width", ["full"], True),
        ("安源区政府发布停水通知", ["停水"], True),
        ("今天下雨", ["停水", "停电"], False),
        ("오늘 서울에서", ["서울"], True),
        ("C++ and C#", ["c++"], True),
        ("version 2", ["2"], True),
        ("version 20", ["2"], False),
        ("new   york\ntimes", ["New York"], True),
        ("straße", ["STRASSE"], True),
        ("anything", [], False),
        ("anything", [" "], False),
        ("AI芯片", ["ai"], True),
        ("AI 芯片", ["ai"], True),
    ],
)
def test_a_phrase_is_found_as_people_mean_it(text: str, phrases: list[str], is_found: bool) -> None:  # noqa: FBT001
    assert has_any(text, phrases) is is_found


def test_folding_keeps_what_tells_words_apart() -> None:
    assert folded("  Ｃafé\u3000NOIR ") == "cafe noir"
    assert folded("が") != folded("か")
    assert folded("한글") == "한글"


def test_a_long_text_with_many_words_takes_no_longer_than_its_length() -> None:
    phrases = [f"word{number}" for number in range(200)]
    text = "wor " * 50_000
    begun = time.process_time()
    assert not has_any(text, phrases)
    assert time.process_time() - begun < 5
