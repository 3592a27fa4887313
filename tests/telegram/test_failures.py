"""Every exception of aiogram has one meaning for a message, by one table."""

from __future__ import annotations

import inspect
from typing import Any

import aiohttp
import pytest
from aiogram import exceptions as aiogram_errors
from aiogram.methods import SendMessage

from feedbot import errors
from feedbot.telegram.failures import TABLE, as_send_error

TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
METHOD: Any = SendMessage(chat_id=5, text="Hello")

DETERMINED = [
    ("Bad Request: TOPIC_CLOSED", errors.TopicUnavailable),
    ("Bad Request: message thread not found", errors.TopicUnavailable),
    ("Bad Request: TOPIC_DELETED", errors.TopicUnavailable),
    ("Bad Request: chat not found", errors.ChatUnavailable),
    ("Bad Request: group chat was deactivated", errors.ChatUnavailable),
    ("Bad Request: group chat was upgraded to a supergroup chat", errors.ChatUnavailable),
    ("Bad Request: not enough rights to send text messages to the chat", errors.ChatUnavailable),
    ("Bad Request: have no rights to send a message", errors.ChatUnavailable),
    ("Bad Request: need administrator rights in the channel chat", errors.ChatUnavailable),
    ("Bad Request: CHAT_WRITE_FORBIDDEN", errors.ChatUnavailable),
    ("Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", errors.ChatUnavailable),
    ("Bad Request: PEER_ID_INVALID", errors.ChatUnavailable),
    ("Bad Request: USER_IS_BLOCKED", errors.ChatUnavailable),
    ("Bad Request: Logged out", errors.TokenRefused),
    ('Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 0', errors.MessageRefused),
    ("Bad Request: message is too long", errors.MessageRefused),
    ("Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL", errors.MessageRefused),
    ("Bad Request: something that nobody has seen yet", errors.MessageRefused),
]


def aiogram_exceptions() -> list[type[BaseException]]:
    return [
        found
        for _, found in inspect.getmembers(aiogram_errors, inspect.isclass)
        if issubclass(found, BaseException) and found.__module__ == aiogram_errors.__name__
    ]


def meaning(error: Exception) -> errors.SendError:
    return as_send_error(error, token=TOKEN)


def test_each_exception_of_aiogram_is_in_the_table() -> None:
    assert [found.__name__ for found in aiogram_exceptions() if found not in TABLE] == []


@pytest.mark.parametrize(("description", "expected"), DETERMINED, ids=[text[13:50] for text, _ in DETERMINED])
def test_the_description_of_a_bad_request_says_whether_message_topic_or_chat_is_meant(
    description: str, expected: type[errors.SendError]
) -> None:
    found = meaning(aiogram_errors.TelegramBadRequest(METHOD, description))
    assert (type(found), found.reason) == (expected, description)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (aiogram_errors.TelegramForbiddenError, errors.ChatUnavailable),
        (aiogram_errors.TelegramUnauthorizedError, errors.TokenRefused),
        (aiogram_errors.TelegramNotFound, errors.TokenRefused),
        (aiogram_errors.TelegramServerError, errors.TelegramDown),
        (aiogram_errors.RestartingTelegram, errors.TelegramDown),
        (aiogram_errors.TelegramConflictError, errors.TelegramDown),
        (aiogram_errors.TelegramEntityTooLarge, errors.MessageRefused),
        (aiogram_errors.TelegramAPIError, errors.TelegramDown),
    ],
)
def test_an_answer_with_another_status_has_the_meaning_of_its_class(
    error: type[aiogram_errors.TelegramAPIError], expected: type[errors.SendError]
) -> None:
    found = meaning(error(METHOD, "Forbidden: whatever"))
    assert (type(found), found.reason) == (expected, "Forbidden: whatever")


def test_a_flood_limit_carries_its_seconds() -> None:
    found = meaning(aiogram_errors.TelegramRetryAfter(METHOD, "Too Many Requests: retry after 7", 7))
    assert isinstance(found, errors.FloodWait)
    assert (found.retry_after, found.reason) == (7.0, "Telegram asks to wait 7 s")


def test_a_flood_limit_that_names_no_seconds_waits_half_a_minute() -> None:
    found = meaning(aiogram_errors.TelegramAPIError(METHOD, "Too Many Requests"))
    assert isinstance(found, errors.FloodWait)
    assert found.retry_after == 30.0


def test_a_migration_carries_the_new_id() -> None:
    found = meaning(aiogram_errors.TelegramMigrateToChat(METHOD, "Bad Request: upgraded", -1001234))
    assert isinstance(found, errors.ChatMigrated)
    assert (found.new_chat_id, found.reason) == (-1001234, "the group became the supergroup -1001234")


def test_an_exception_that_a_later_aiogram_adds_takes_the_meaning_of_its_parent() -> None:
    class NewForbidden(aiogram_errors.TelegramForbiddenError):
        pass

    assert isinstance(meaning(NewForbidden(METHOD, "x")), errors.ChatUnavailable)


def test_a_broken_connection_leaves_the_outcome_unknown_and_a_refused_one_does_not() -> None:
    broken = aiogram_errors.TelegramNetworkError(METHOD, "ServerDisconnectedError: Server disconnected")
    broken.__cause__ = aiohttp.ServerDisconnectedError()
    assert isinstance(meaning(broken), errors.OutcomeUnknown)
    slow = aiogram_errors.TelegramNetworkError(METHOD, "Request timeout error")
    slow.__cause__ = aiohttp.ConnectionTimeoutError()
    assert isinstance(meaning(slow), errors.TelegramDown)


def test_whatever_else_goes_wrong_leaves_the_outcome_unknown() -> None:
    found = meaning(RuntimeError("Session is closed"))
    assert (type(found), found.reason) == (errors.OutcomeUnknown, "RuntimeError: Session is closed")
    assert type(meaning(ConnectionResetError("reset"))) is errors.OutcomeUnknown


def test_a_reason_never_shows_the_token() -> None:
    found = meaning(aiogram_errors.TelegramNetworkError(METHOD, f"https://api.example/bot{TOKEN}/sendMessage"))
    assert found.reason == "https://api.example/bot<token>/sendMessage"
