from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feedbot.domain.levelling import Due, choose, in_turn, spread

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def due(text: str) -> list[Due]:
    """Sources, oldest first: a letter is a site."""
    return [Due(number, letter) for number, letter in enumerate(text)]


def order(entries: list[Due]) -> str:
    return "".join(entry.site for entry in entries)


def test_sites_have_turns_and_within_a_site_the_oldest_goes_first() -> None:
    found = in_turn(due("aaaabbc"))
    assert (order(found), [entry.number for entry in found if entry.site == "a"]) == ("abcabaa", [0, 1, 2, 3])


def test_a_site_with_thousands_of_due_sources_keeps_nobody_out() -> None:
    assert choose(due("a" * 5000 + "bc"), 3, {}) == [0, 5000, 5001]
    assert choose(due("a" * 5000 + "bc"), 500, {}) == [0, 5000, 5001, *range(1, 8)]


def test_what_waits_already_takes_its_sites_room() -> None:
    assert choose(due("aaabb"), 10, {"a": 8, "b": 7}) == [3]
    assert choose(due("aaabb"), 10, {"a": 99}) == [3, 4]


def test_many_overdue_sources_are_spread_over_minutes_and_few_are_not() -> None:
    assert spread(due("ab" * 16), NOW) == {}
    moments = spread(due("ab" * 500), NOW)
    gaps = [second - first for first, second in zip(list(moments.values()), list(moments.values())[1:], strict=False)]
    assert len(moments) == 1000 - 32
    assert max(moments.values()) == NOW + timedelta(seconds=96.8)
    assert max(gaps) - min(gaps) < timedelta(milliseconds=1)


def test_however_many_they_are_five_minutes_are_enough() -> None:
    assert max(spread(due("abc" * 10_000), NOW).values()) == NOW + timedelta(minutes=5)
