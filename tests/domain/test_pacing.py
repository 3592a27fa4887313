"""Pacing: every limit is used up and none is broken."""

from __future__ import annotations

from bisect import bisect_left

from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.domain.pacing import SWEEP_EVERY, Limits, Outage, Pacer, Rate

USER, GROUP, OTHER_GROUP = 7, -100, -200


def sent_at(pacer: Pacer, chats: list[int], until: float) -> list[tuple[float, int]]:
    """What goes out when every chat always has something to send."""
    now, sent = 0.0, []
    while now < until:
        for chat in chats:
            while pacer.next_at(chat, now) <= now:
                pacer.take(chat, now).ended = now
                sent.append((now, chat))
        now = min(pacer.next_at(chat, now) for chat in chats)
    return sent


def most_within(times: list[float], seconds: float) -> int:
    """The most times that any window of this length holds."""
    return max(index + 1 - bisect_left(times, time - seconds) for index, time in enumerate(times))


def test_a_chat_gets_a_short_burst_and_then_one_message_a_second() -> None:
    times = [time for time, _ in sent_at(Pacer(Limits(slack=0.0)), [USER], 9.5)]
    assert times == [0, 0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9]


def test_a_group_gets_over_95_percent_of_20_messages_a_minute_and_never_more_in_any_minute() -> None:
    times = [time for time, _ in sent_at(Pacer(), [GROUP], 3600)]
    assert most_within(times, 60.0) == 20
    assert len(times) > 0.95 * 20 * 60


def test_the_bot_reaches_over_95_percent_of_30_messages_a_second_and_never_more_in_any_second() -> None:
    times = [time for time, _ in sent_at(Pacer(), list(range(1, 200)), 60)]
    assert most_within(times, 1.0) == 30
    assert len(times) > 0.95 * 30 * 60


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 5),
    seconds=st.floats(0.5, 10),
    chats=st.lists(st.integers(-5, 5).filter(bool), min_size=1, max_size=6, unique=True),
)
def test_no_window_of_any_limit_ever_holds_more_than_it_allows(count: int, seconds: float, chats: list[int]) -> None:
    limits = Limits(bot=Rate(count + 1, seconds), chat=Rate(count, seconds), group=Rate(2, seconds * 2), slack=0.01)
    sent = sent_at(Pacer(limits), chats, seconds * 8)
    assert most_within([time for time, _ in sent], seconds) <= count + 1
    for chat in chats:
        times = [time for time, to in sent if to == chat]
        if times:
            assert most_within(times, seconds) <= count
            assert chat > 0 or most_within(times, seconds * 2) <= 2


def test_a_message_counts_from_its_start_until_a_window_after_its_answer() -> None:
    pacer = Pacer(Limits(chat=Rate(1, 1.0), slack=0.0))
    turn = pacer.take(USER, 10.0)
    assert pacer.next_at(USER, 10.5) == 11.5
    turn.ended = 10.9
    assert pacer.next_at(USER, 11.0) == 11.9
    assert pacer.next_at(USER, 11.9) == 11.9


def test_a_request_that_is_never_answered_does_not_hold_its_place_for_long() -> None:
    pacer = Pacer(Limits(bot=Rate(1, 1.0), slack=0.0))
    pacer.take(USER, 10.0)
    assert pacer.next_at(GROUP, 12.5) == 13.0


def test_a_parked_chat_waits_alone() -> None:
    pacer = Pacer()
    pacer.park(GROUP, 30.0)
    assert pacer.next_at(GROUP, 1.0) == 30.0
    assert pacer.next_at(OTHER_GROUP, 1.0) == 1.0


def test_a_later_shorter_parking_does_not_shorten_the_first() -> None:
    pacer = Pacer()
    pacer.park(USER, 30.0)
    pacer.park(USER, 10.0)
    assert pacer.next_at(USER, 1.0) == 30.0


def test_a_stopped_bot_sends_to_nobody_before_its_time() -> None:
    pacer = Pacer()
    pacer.stop(12.0)
    assert (pacer.next_at(USER, 1.0), pacer.chat_next_at(USER, 1.0)) == (12.0, 1.0)


def test_chats_are_forgotten_once_their_past_does_not_matter() -> None:
    pacer = Pacer(Limits(bot=Rate(1_000_000, 0.001)))
    for number in range(20 * SWEEP_EVERY):
        pacer.take(number + 1, number * 0.01).ended = number * 0.01
    assert len(pacer) < 2 * SWEEP_EVERY


def test_a_parked_chat_is_not_forgotten() -> None:
    pacer = Pacer(Limits(bot=Rate(1_000_000, 0.001)))
    pacer.park(GROUP, 1e9)
    for number in range(2 * SWEEP_EVERY):
        pacer.take(number + 1, number * 1.0).ended = number * 1.0
    assert pacer.next_at(GROUP, 1e6) == 1e9


def test_three_failures_in_a_row_are_an_outage_and_stop_the_bot_for_longer_each_time() -> None:
    outage = Outage()
    assert [outage.failed(0.0), outage.failed(0.0)] == [0.0, 0.0]
    assert not outage.is_on
    assert outage.failed(10.0) == 11.0
    assert outage.is_on
    assert [outage.failed(11.0), outage.failed(13.0), outage.failed(17.0)] == [13.0, 17.0, 25.0]
    assert [outage.failed(25.0), outage.failed(41.0), outage.failed(73.0), outage.failed(133.0)] == [41, 73, 133, 193]


def test_sends_that_were_on_their_way_together_count_as_one_failure_of_the_server() -> None:
    outage = Outage()
    assert [outage.failed(10.0) for _ in range(30)][-1] == 11.0


def test_an_answer_ends_an_outage() -> None:
    outage = Outage()
    for _ in range(3):
        outage.failed(0.0)
    assert outage.answered()
    assert not outage.is_on
    assert not outage.answered()
