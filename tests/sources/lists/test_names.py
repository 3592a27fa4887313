from __future__ import annotations

import pytest

from feedbot.sources.lists.names import GOOD, NEVER, PLAIN, POOR, prefix, rank


@pytest.mark.parametrize(
    ("rating", "names"),
    [
        (GOOD, "post entry-title news_list newsList xs2 bbda card__title 新闻列表 hentry topicsList"),
        (PLAIN, "s pg"),
        (POOR, "flex text-muted row list-item rounded-lg"),
        (NEVER, "css-1q2w3e sc-bdVaJa kQxYzR Card_title__x7Gh2 _3fK2a svelte-1abcd post-1234 item-7 odd mt-4 lg:w-6"),
    ],
)
def test_names_that_a_person_gave_are_told_from_those_that_a_build_or_toolkit_made(rating: int, names: str) -> None:
    assert {name: rank(name) for name in names.split()} == dict.fromkeys(names.split(), rating)


def test_the_part_of_a_built_name_that_stays_is_known() -> None:
    assert prefix("Card_title__x7Gh2") == "Card_title__"
    assert prefix("card__title") == ""
