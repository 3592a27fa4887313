"""Every benchmark runs to its end, in a size that says nothing about speed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.figures import Figure, table

from bench import feeds, memory, messages, polls, rhythm

ROOT = Path(__file__).parents[2]


def _say(_text: str) -> None:
    """Progress is for people."""


async def test_polls_come_out_as_they_must_and_each_has_its_baseline() -> None:
    found = await polls.measure(polls.Size(sources=3, hosts=1, workers=2), _say)

    assert [(one.what, one.unit) for one in found] == [
        (each.what, unit) for each in polls.ROUNDS for unit in ("polls/s", "CPU ms a poll")
    ]
    assert all(one.value > 0 and one.base for one in found)


async def test_memory_is_measured_without_and_with_sources() -> None:
    found = await memory.measure(memory.Size(sources=(2,), hosts=1, patience=30, settle=0, bot=False), _say)

    assert [one.unit for one in found] == ["MB", "MB", "KB a source, all in all", "KB for each more"]
    assert all(20 < one.value < 1000 for one in found[:2])


async def test_feeds_are_asked_for_whole_compressed_and_unchanged_also_without_nginx_and_wrk() -> None:
    found = await feeds.measure(feeds.Size(seconds=0.05, connections=2, tools=False), _say)

    assert [one.what for one in found[::2]] == ["200", "200, gzip", "304"]
    assert all(one.value > 0 and one.base for one in found[::2])


async def test_the_rhythm_is_measured_against_fixed_visits_and_breaks_no_wish_of_a_site() -> None:
    found = {(one.what, one.unit): one for one in await rhythm.measure(rhythm.Size(sources=4, days=3, parts=1), _say)}

    assert all(found["all", unit].base for unit in ("requests an article", "min, median delay", "min, p95 delay"))
    assert found["spacing, crawl-delay or Retry-After broken", "requests"].value == 0


async def test_messages_all_arrive_and_none_is_refused() -> None:
    size = messages.Size(messages=4, chats=2, people=3, to_group=1)
    found = {(one.what, one.unit): one.value for one in await messages.measure(size, _say)}

    assert found["limits off", "messages/s"] > 0
    assert found["limits on", "answers 429"] == 0


def test_a_figure_shows_the_ratio_to_its_baseline() -> None:
    text = table([Figure("polls", "polls/s", 1234.5, 617.25, "nothing"), Figure("refusals", "answers", 0, None, "aim")])

    assert [line.split() for line in text.splitlines()] == [
        ["what", "unit", "feedbot", "baseline", "ratio", "compared", "with"],
        ["polls", "polls/s", "1,234", "617", "2.00", "nothing"],
        ["refusals", "answers", "0", "-", "-", "aim"],
    ]


def test_the_command_refuses_a_name_that_it_does_not_know_and_lists_those_that_it_does() -> None:
    wrong = subprocess.run([sys.executable, "-m", "bench", "speed"], cwd=ROOT, capture_output=True, check=False)

    assert (wrong.returncode, b"choose from polls, memory, feeds, parsing, rhythm" in wrong.stderr) == (2, True)
