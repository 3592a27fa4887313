from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from feedbot.domain.notices import notice
from feedbot.domain.source import Source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PLAIN = Source(id="town", title="Town", url="https://t.example/", number=1, created_at=NOW)
HELD = {"since": NOW.isoformat(), "found": 12, "known": 1, "before": 20}


def test_a_source_that_works_says_nothing() -> None:
    assert notice(PLAIN) == ""


def test_what_is_held_back_is_told_with_what_to_do() -> None:
    assert notice(replace(PLAIN, redesign=HELD)) == (
        "12 articles held back since 2026-11-24 12:00 UTC: the list changed beyond recognition (1 of 20 still in it). "
        "`feedbot sources approve town` publishes them; with `--reject` they stay out."
    )
    assert "The old list is back." in notice(replace(PLAIN, redesign={**HELD, "undone": True}))


def test_what_was_rejected_and_a_new_address_are_told() -> None:
    rejected = replace(PLAIN, redesign={**HELD, "found": 1, "rejected_at": NOW.isoformat()})
    assert notice(rejected) == "1 article of another list since 2026-11-24 12:00 UTC stay out: they were rejected."
    moved = replace(PLAIN, proposed_url="https://t.example/new")
    assert notice(moved) == "Its list seems to be at https://t.example/new now: make that its `url`, if it is."
