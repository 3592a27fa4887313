"""What happens to a delivery: what is sent together, what an error means, and what a chat gets on its return."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from feedbot.errors import (
    ChatMigrated,
    ChatUnavailable,
    FloodWait,
    MessageRefused,
    SendError,
    TelegramDown,
    TokenRefused,
    TopicUnavailable,
)

MAX_UNANSWERED = 8
MAX_SERVER_ERRORS = 10
NO_ANSWER_WAIT = timedelta(seconds=30)
SERVER_ERROR_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
TOKEN_WAIT = timedelta(minutes=5)

BACKLOG_REASON = "older than delivery.backlog_hours"


class State(StrEnum):
    """The states of a delivery, as stored.

    held: waits for the chat or topic to come back; pending: to be sent; sending: the request is on its way; sent;
    skipped and failed: ended with a reason; unknown: a request went out and no answer came, so it is sent again.
    """

    HELD = "held"
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One article for one chat. `thread_id` is the forum topic (0: none), `category` the path that the chat follows.

    `attempts` counts the sends that ended without a certain answer.
    """

    id: int
    chat_id: int
    thread_id: int = 0
    article_id: int
    category: str = ""
    state: State = State.PENDING
    attempts: int = 0
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes to a chat next: the deliveries of one message, and those that are too old to be sent at all.

    `grouped`: the message is one for all of them; what does not fit into it stays open for the next batch.
    """

    deliveries: tuple[Delivery, ...]
    stale: tuple[Delivery, ...] = ()
    grouped: bool = False


def plan_batch(open_deliveries: Iterable[Delivery], *, burst: int, backlog_hours: float, now: datetime) -> Batch:
    """What one chat gets next of its open deliveries, the oldest first and one forum topic at a time.

    More than `burst` for a topic become one grouped message. As this is asked again before each message, articles that
    arrive faster than the chat may get messages are grouped as well.
    """
    limit = now - timedelta(hours=backlog_hours)
    ordered = sorted(open_deliveries, key=lambda delivery: delivery.id)
    stale = tuple(delivery for delivery in ordered if delivery.created_at < limit)
    recent = [delivery for delivery in ordered if delivery.created_at >= limit]
    if not recent:
        return Batch((), stale)
    together = tuple(delivery for delivery in recent if delivery.thread_id == recent[0].thread_id)
    return Batch(together, stale, grouped=True) if len(together) > burst else Batch(together[:1], stale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """What an error does to a delivery and to what surrounds it.

    `parked_until`: the chat gets nothing before that time. `suspends_chat` and `suspends_topic`: nothing until a person
    or the chat itself resumes it. `stopped_until`: the whole bot sends nothing before that time. `new_chat_id`: the
    chat goes on under that id. `repeats`: it will be sent again although it may have arrived.
    """

    state: State
    reason: str
    attempts: int
    parked_until: datetime | None = None
    suspends_chat: bool = False
    suspends_topic: bool = False
    stopped_until: datetime | None = None
    new_chat_id: int | None = None
    repeats: bool = False


def after_error(  # noqa: PLR0911  (one answer an error)
    delivery: Delivery, error: SendError, now: datetime, *, others_pass: bool
) -> Transition:
    """What follows from a failed send. `others_pass` says that other chats got messages meanwhile.

    `delivery` is as it was before the send. A server that fails for everybody is an outage: it costs no delivery an
    attempt, so an outage of any length loses nothing. A server that fails for this message only is given up after
    `MAX_SERVER_ERRORS` tries, one that never answers this message only after `MAX_UNANSWERED`.
    """
    tries, reason = delivery.attempts, error.reason
    # What may already have arrived stays marked as such until it surely has.
    still_open = State.UNKNOWN if delivery.state is State.UNKNOWN else State.PENDING
    match error:
        case FloodWait():
            until = now + timedelta(seconds=error.retry_after)
            return Transition(state=still_open, reason=reason, attempts=tries, parked_until=until)
        case ChatMigrated():
            return Transition(state=still_open, reason=reason, attempts=tries, new_chat_id=error.new_chat_id)
        case ChatUnavailable():
            return Transition(state=State.HELD, reason=reason, attempts=tries, suspends_chat=True)
        case TopicUnavailable():
            return Transition(state=State.HELD, reason=reason, attempts=tries, suspends_topic=True)
        case MessageRefused():
            return Transition(state=State.FAILED, reason=reason, attempts=tries)
        case TokenRefused():
            return Transition(state=still_open, reason=reason, attempts=tries, stopped_until=now + TOKEN_WAIT)
        case TelegramDown() if not others_pass:
            until = now + back_off(SERVER_ERROR_WAIT, tries)
            return Transition(state=still_open, reason=reason, attempts=tries, parked_until=until)
        case TelegramDown():
            return _after_own_failure(still_open, reason, tries, now, first=SERVER_ERROR_WAIT, most=MAX_SERVER_ERRORS)
        case _ if not others_pass and tries + 1 >= MAX_UNANSWERED:
            # Nobody gets an answer: that is no fault of this message, so it is not given up.
            until = now + back_off(NO_ANSWER_WAIT, tries)
            return Transition(state=State.UNKNOWN, reason=reason, attempts=tries, parked_until=until, repeats=True)
        case _:
            found = _after_own_failure(State.UNKNOWN, reason, tries, now, first=NO_ANSWER_WAIT, most=MAX_UNANSWERED)
            return replace(found, repeats=found.state is State.UNKNOWN)


def _after_own_failure(
    state: State, reason: str, tries: int, now: datetime, *, first: timedelta, most: int
) -> Transition:
    if tries + 1 >= most:
        text = f"{reason}; given up after {most} tries"
        arrived = ", one of them may have arrived" if state is State.UNKNOWN else ""
        return Transition(state=State.FAILED, reason=text + arrived, attempts=tries + 1)
    return Transition(state=state, reason=reason, attempts=tries + 1, parked_until=now + back_off(first, tries))


def back_off(first: timedelta, failures: int) -> timedelta:
    """The wait after so many earlier failures: doubles from `first` up to an hour."""
    doubled: timedelta = first * (1 << min(failures, 20))
    return min(doubled, LONGEST_WAIT)


def on_return(held: Iterable[Delivery], *, backlog_hours: float, now: datetime) -> tuple[list[int], list[int]]:
    """The ids of the held deliveries to send and those to skip, once their chat can be written to again."""
    limit = now - timedelta(hours=backlog_hours)
    ordered = sorted(held, key=lambda delivery: delivery.id)
    recent = [delivery.id for delivery in ordered if delivery.created_at >= limit]
    return recent, [delivery.id for delivery in ordered if delivery.created_at < limit]
