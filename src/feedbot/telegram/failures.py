"""What an aiogram exception means for a message: one table, so that nothing else interprets Telegram's errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import aiohttp
from aiogram import exceptions as aiogram_errors

from feedbot.errors import (
    ChatMigrated,
    ChatUnavailable,
    FloodWait,
    MessageRefused,
    OutcomeUnknown,
    SendError,
    TelegramDown,
    TokenRefused,
    TopicUnavailable,
)

FLOOD_WAIT_UNNAMED = 30.0
MAX_REASON = 300

# Descriptions of status 400, first match wins. Telegram documents none of them: these are the ones that bots meet.
DESCRIPTIONS: tuple[tuple[re.Pattern[str], type[SendError]], ...] = tuple(
    (re.compile("|".join(patterns), re.IGNORECASE), error)
    for error, patterns in (
        (TopicUnavailable, ("topic_closed", "topic_deleted", "topic_id_invalid", "topic closed", "thread not found")),
        (TokenRefused, ("^bad request: logged out",)),
        (
            ChatUnavailable,
            (
                "chat not found",
                "user not found",
                "chat_id is empty",
                "group chat was (deactivated|deleted|upgraded)",
                "not enough rights to send text",
                "no rights to send",
                "need administrator rights",
                "bot was (kicked|blocked)",
                "bot is not a member",
                "user is deactivated",
                "user_is_blocked",
                "user_deactivated",
                "user_is_bot",
                "peer_id_invalid",
                "input_user_deactivated",
                "chat_write_forbidden",
                "chat_send_plain_forbidden",
                "chat_restricted",
                "chat_admin_required",
                "chat_forbidden",
                "channel_private",
                "channel_invalid",
                "bot_blocked",
            ),
        ),
    )
)


def _after_bad_request(error: Any, reason: str) -> SendError:
    return next((found for pattern, found in DESCRIPTIONS if pattern.search(error.message)), MessageRefused)(reason)


def _after_network_error(error: Any, reason: str) -> SendError:
    # What failed before the request was written was surely not accepted; all else may have been.
    not_connected = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
    return TelegramDown(reason) if isinstance(error.__cause__, not_connected) else OutcomeUnknown(reason)


def _after_other_status(error: Any, reason: str) -> SendError:
    if "too many requests" in error.message.lower():
        return FloodWait(reason, retry_after=FLOOD_WAIT_UNNAMED)
    return TelegramDown(reason)


Meaning = Callable[[Any, str], SendError]

TABLE: dict[type[BaseException], Meaning] = {
    aiogram_errors.TelegramRetryAfter: lambda error, reason: FloodWait(reason, retry_after=float(error.retry_after)),
    aiogram_errors.TelegramMigrateToChat: lambda error, reason: ChatMigrated(
        reason, new_chat_id=error.migrate_to_chat_id
    ),
    aiogram_errors.TelegramBadRequest: _after_bad_request,
    aiogram_errors.TelegramForbiddenError: lambda _, reason: ChatUnavailable(reason),
    aiogram_errors.TelegramUnauthorizedError: lambda _, reason: TokenRefused(reason),
    # The Bot API server answers 404 to a token that cannot be one.
    aiogram_errors.TelegramNotFound: lambda _, reason: TokenRefused(reason),
    aiogram_errors.TelegramEntityTooLarge: lambda _, reason: MessageRefused(reason),
    aiogram_errors.RestartingTelegram: lambda _, reason: TelegramDown(reason),
    aiogram_errors.TelegramServerError: lambda _, reason: TelegramDown(reason),
    aiogram_errors.TelegramConflictError: lambda _, reason: TelegramDown(reason),
    aiogram_errors.TelegramNetworkError: _after_network_error,
    aiogram_errors.TelegramAPIError: _after_other_status,
    # An answer came that nobody can read: whether it was a yes, nobody can say.
    aiogram_errors.ClientDecodeError: lambda _, reason: OutcomeUnknown(reason),
    # What else aiogram raises has not reached the network: the message itself cannot be sent.
    aiogram_errors.DetailedAiogramError: lambda _, reason: MessageRefused(reason),
    aiogram_errors.DataNotDictLikeError: lambda _, reason: MessageRefused(reason),
    aiogram_errors.UnsupportedKeywordArgument: lambda _, reason: MessageRefused(reason),
    aiogram_errors.CallbackAnswerException: lambda _, reason: MessageRefused(reason),
    aiogram_errors.SceneException: lambda _, reason: MessageRefused(reason),
    aiogram_errors.AiogramError: lambda _, reason: MessageRefused(reason),
    UnicodeEncodeError: lambda _, reason: MessageRefused(reason),
    # Whatever else goes wrong in between, such as a connection that breaks below aiohttp's own errors.
    Exception: lambda _, reason: OutcomeUnknown(reason),
}


def as_send_error(error: Exception, *, token: str) -> SendError:
    """The error of feedbot for what aiogram raised, with a reason in one line that does not show the token."""
    meaning = next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)
    return meaning(error, _reason(error).replace(token, "<token>"))


def _reason(error: Exception) -> str:
    if isinstance(error, aiogram_errors.ClientDecodeError):
        return "Telegram's answer could not be read"
    if isinstance(error, aiogram_errors.TelegramRetryAfter):
        return f"Telegram asks to wait {error.retry_after} s"
    if isinstance(error, aiogram_errors.TelegramMigrateToChat):
        return f"the group became the supergroup {error.migrate_to_chat_id}"
    if not isinstance(error, aiogram_errors.AiogramError):
        return f"{type(error).__name__}: {error}"[:MAX_REASON]
    return " ".join(str(getattr(error, "message", error)).split())[:MAX_REASON]
