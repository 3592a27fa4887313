"""The flood limits refuse what Telegram refuses, and only that."""

from __future__ import annotations

from feedbot.sandbox.limits import FloodLimits


def test_a_burst_passes_and_then_one_message_a_second() -> None:
    limits = FloodLimits(0.0)
    assert [limits.ask(1, 0.0, group=False) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert [limits.ask(1, second, group=False) for second in (1.0, 2.0, 3.0)] == [0, 0, 0]


def test_hammering_lengthens_the_wait() -> None:
    limits = FloodLimits(0.0)
    for _ in range(6):
        limits.ask(1, 0.0, group=False)
    assert [limits.ask(1, 0.5, group=False) for _ in range(3)] == [2, 3, 4]
    assert limits.ask(1, 3.9, group=False) == 2
    assert limits.ask(1, 5.0, group=False) == 0


def test_a_group_takes_20_messages_in_any_minute() -> None:
    limits = FloodLimits(0.0)
    sent = [limits.ask(-1, float(second), group=True) for second in range(20)]
    assert sent == [0] * 20
    assert limits.ask(-1, 20.0, group=True) == 40
    assert limits.ask(-1, 60.0, group=True) == 0


def test_an_album_counts_every_item() -> None:
    limits = FloodLimits(0.0)
    assert limits.ask(-1, 0.0, count=10, group=True) == 0
    assert limits.ask(-1, 15.0, count=10, group=True) == 0
    assert limits.ask(-1, 30.0, group=True) == 30


def test_a_bot_sends_30_messages_a_second_over_all_chats() -> None:
    limits = FloodLimits(0.0)
    assert [limits.ask(chat, 0.0, group=False) for chat in range(31)] == [0] * 30 + [1]
    assert [limits.ask(chat, 1.0, group=False) for chat in range(31)] == [0] * 30 + [1]


def test_one_chat_that_waits_stops_no_other() -> None:
    limits = FloodLimits(0.0)
    for _ in range(8):
        limits.ask(1, 0.0, group=False)
    assert limits.ask(2, 0.0, group=False) == 0


def test_exactly_one_message_a_second_is_never_refused() -> None:
    limits = FloodLimits(0.0)
    assert [limits.ask(1, index * 1.0, group=False) for index in range(500)] == [0] * 500


def test_edits_in_a_group_are_counted_apart() -> None:
    limits = FloodLimits(0.0)
    for second in range(20):
        assert limits.ask(-1, float(second), group=True) == 0
    assert limits.ask(-1, 20.0, group=True, kind="edit") == 0


def test_a_bot_that_keeps_every_rate_is_never_refused() -> None:
    limits = FloodLimits(0.0)
    evenly = [limits.ask(index % 60, index * 0.034, group=False) for index in range(3000)]
    assert set(evenly) == {0}
    assert {limits.ask(-1, 200 + index * 3.0, group=True) for index in range(200)} == {0}


def test_no_second_takes_more_than_30_messages_however_they_come() -> None:
    limits = FloodLimits(0.0)
    assert [limits.ask(chat, 0.9, group=False) for chat in range(30)] == [0] * 30
    assert limits.ask(40, 1.5, group=False) == 1
    assert limits.ask(40, 1.9, group=False) == 0
