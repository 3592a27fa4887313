"""Deliveries: what is sent together, and what each error means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feedbot import errors
from feedbot.domain.deliveries import (
    MAX_SERVER_ERRORS,
    MAX_UNANSWERED,
    Batch,
    Delivery,
    State,
    Transition,
    after_error,
    on_return,
    plan_batch,
)
from feedbot.errors import SendError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def delivery(
    number: int = 1, *, hours: float = 0, thread: int = 0, state: State = State.PENDING, attempts: int = 0
) -> Delivery:
    return Delivery(
        id=number,
        chat_id=-5,
        thread_id=thread,
        article_id=number * 10,
        state=state,
        attempts=attempts,
        created_at=NOW - timedelta(hours=hours),
    )


def plan(*deliveries: Delivery, burst: int = 3) -> Batch:
    return plan_batch(deliveries, burst=burst, backlog_hours=48, now=NOW)


def test_up_to_burst_articles_go_out_one_by_one_oldest_first() -> None:
    first, second, third = delivery(1), delivery(2), delivery(3)
    assert plan(third, first, second) == Batch((first,))


def test_more_than_burst_articles_go_out_as_one_grouped_message() -> None:
    four = tuple(delivery(number) for number in range(1, 5))
    assert plan(*reversed(four)) == Batch(four, grouped=True)


def test_forum_topics_are_not_mixed() -> None:
    first, second, other = delivery(1, thread=9), delivery(3, thread=9), delivery(2, thread=4)
    assert plan(first, second, other, burst=1) == Batch((first, second), grouped=True)


def test_what_waited_longer_than_the_backlog_is_not_sent() -> None:
    old, new = delivery(1, hours=49), delivery(2, hours=47)
    assert plan(old, new) == Batch((new,), stale=(old,))
    assert plan(old) == Batch((), stale=(old,))
    assert plan() == Batch(())


def after(error: SendError, one: Delivery, *, others_pass: bool = True) -> Transition:
    return after_error(one, error, NOW, others_pass=others_pass)


def test_a_flood_limit_parks_the_chat_for_exactly_the_seconds_that_telegram_names() -> None:
    found = after(errors.FloodWait("wait", retry_after=17), delivery(attempts=2))
    assert found == Transition(state=State.PENDING, reason="wait", attempts=2, parked_until=NOW + timedelta(seconds=17))


def test_a_chat_that_cannot_be_written_to_is_suspended_and_its_delivery_held() -> None:
    found = after(errors.ChatUnavailable("blocked"), delivery())
    assert found == Transition(state=State.HELD, reason="blocked", attempts=0, suspends_chat=True)


def test_a_closed_topic_concerns_the_topic_only() -> None:
    found = after(errors.TopicUnavailable("closed"), delivery())
    assert found == Transition(state=State.HELD, reason="closed", attempts=0, suspends_topic=True)


def test_a_migrated_group_goes_on_under_its_new_id() -> None:
    found = after(errors.ChatMigrated("moved", new_chat_id=-1007), delivery())
    assert found == Transition(state=State.PENDING, reason="moved", attempts=0, new_chat_id=-1007)


def test_a_refused_message_fails_alone() -> None:
    found = after(errors.MessageRefused("bad markup"), delivery())
    assert found == Transition(state=State.FAILED, reason="bad markup", attempts=0)


def test_a_refused_token_stops_the_whole_bot_and_costs_no_delivery() -> None:
    found = after(errors.TokenRefused("Unauthorized"), delivery())
    assert found == Transition(
        state=State.PENDING, reason="Unauthorized", attempts=0, stopped_until=NOW + timedelta(minutes=5)
    )


def test_a_send_without_an_answer_is_tried_again_after_a_wait_that_doubles() -> None:
    waits = []
    for attempts in range(MAX_UNANSWERED - 1):
        found = after(errors.OutcomeUnknown("no answer"), delivery(attempts=attempts))
        assert (found.state, found.attempts, found.repeats) == (State.UNKNOWN, attempts + 1, True)
        assert found.parked_until is not None
        waits.append((found.parked_until - NOW).total_seconds())
    assert waits == [30, 60, 120, 240, 480, 960, 1920]


def test_a_send_that_never_gets_an_answer_fails_and_says_that_it_may_have_arrived() -> None:
    found = after(errors.OutcomeUnknown("no answer"), delivery(attempts=MAX_UNANSWERED - 1))
    assert found.state is State.FAILED
    assert found.reason == "no answer; given up after 8 tries, one of them may have arrived"


def test_a_send_is_not_given_up_while_nobody_gets_an_answer() -> None:
    one = delivery(attempts=MAX_UNANSWERED - 1)
    for _ in range(100):
        found = after(errors.OutcomeUnknown("no answer"), one, others_pass=False)
        assert (found.state, found.attempts, found.repeats) == (State.UNKNOWN, MAX_UNANSWERED - 1, True)
        assert found.parked_until == NOW + timedelta(hours=1)


def test_an_outage_costs_no_delivery_an_attempt_however_long_it_lasts() -> None:
    one = delivery()
    for _ in range(10_000):
        found = after(errors.TelegramDown("HTTP 502"), one, others_pass=False)
        assert (found.state, found.attempts) == (State.PENDING, 0)
        assert found.parked_until == NOW + timedelta(seconds=2)


def test_a_message_that_alone_makes_the_server_fail_is_given_up_in_the_end() -> None:
    attempts = 0
    for _ in range(MAX_SERVER_ERRORS - 1):
        found = after(errors.TelegramDown("HTTP 500"), delivery(attempts=attempts))
        assert found.state is State.PENDING
        attempts = found.attempts
    found = after(errors.TelegramDown("HTTP 500"), delivery(attempts=attempts))
    assert (found.state, found.reason) == (State.FAILED, "HTTP 500; given up after 10 tries")


@pytest.mark.parametrize(
    "error",
    [
        errors.FloodWait("wait", retry_after=3),
        errors.TelegramDown("HTTP 502"),
        errors.TokenRefused("Unauthorized"),
        errors.ChatMigrated("moved", new_chat_id=-1007),
        errors.OutcomeUnknown("no answer"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_already_have_arrived_stays_marked_as_such(error: SendError) -> None:
    assert after(error, delivery(state=State.UNKNOWN, attempts=1), others_pass=False).state is State.UNKNOWN


def test_every_send_error_has_a_consequence() -> None:
    """A new subclass of SendError without a rule of its own would be taken for an unknown outcome."""
    ruled = {
        errors.FloodWait,
        errors.ChatUnavailable,
        errors.TopicUnavailable,
        errors.ChatMigrated,
        errors.MessageRefused,
        errors.OutcomeUnknown,
        errors.TelegramDown,
        errors.TokenRefused,
    }
    assert set(SendError.__subclasses__()) == ruled


def test_a_returning_chat_gets_what_is_recent_and_the_rest_is_skipped() -> None:
    held = [delivery(3, hours=1), delivery(1, hours=50), delivery(2, hours=47)]
    assert on_return(held, backlog_hours=48, now=NOW) == ([2, 3], [1])
