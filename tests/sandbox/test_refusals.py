"""The sandbox refuses what Telegram refuses, with Telegram's own texts."""

# ruff: noqa: E501 - the refusals are a table

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, ReactionTypeEmoji

from feedbot.sandbox.model import Injected
from sandbox.stage import Stage

Sending = Callable[[Stage], Coroutine[Any, Any, Any]]


def text(content: str, **options: Any) -> Sending:
    return lambda stage: stage.bot.send_message(stage.chat.id, content, **options)


def button(**fields: Any) -> Sending:
    markup = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", **fields)]])
    return text("x", reply_markup=markup)


@pytest.mark.parametrize(
    ("sending", "description"),
    [
        (text(""), "message text is empty"),
        (text("  \n"), "message text is empty"),
        (text("<b></b>", parse_mode="HTML"), "message text is empty"),
        (text("x" * 4097), "message is too long"),
        (text("😀" * 2049), "message is too long"),
        (text("<b>" + "x" * 4097 + "</b>", parse_mode="HTML"), "message is too long"),
        (text("<p>x</p>", parse_mode="HTML"), "can't parse entities: Unsupported start tag \"p\" at byte offset 0"),
        (text("文<br>", parse_mode="HTML"), "can't parse entities: Unsupported start tag \"br\" at byte offset 3"),
        (text("<b>x", parse_mode="HTML"), "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        (text("x", parse_mode="Wiki"), "unsupported parse_mode"),
        (button(callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (button(callback_data="文" * 22), "BUTTON_DATA_INVALID"),
        (button(url="http://localhost:8080/"), "inline keyboard button URL 'http://localhost:8080/' is invalid: Wrong HTTP URL"),
        (button(url="https://a.com/" + "x" * 2048), "BUTTON_URL_INVALID"),
        (button(), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        (lambda stage: stage.bot.send_message(999, "x"), "chat not found"),
        (lambda stage: stage.bot.send_message("@nobody", "x"), "chat not found"),
        (lambda stage: stage.bot.send_photo(stage.chat.id, "https://a.com/x.jpg", caption="x" * 1025), "message caption is too long"),
        (lambda stage: stage.bot.send_photo(stage.chat.id, "nonsense"), "wrong remote file identifier specified: Wrong string length"),
        (text("x", message_thread_id=5), "message thread not found"),
        (text("x", reply_to_message_id=5), "message to be replied not found"),
        (lambda stage: stage.bot.edit_message_text("x", chat_id=stage.chat.id, message_id=5), "message to edit not found"),
        (lambda stage: stage.bot.delete_message(stage.chat.id, 5), "message to delete not found"),
        (lambda stage: stage.bot.answer_callback_query("5"), "query is too old and response timeout expired or query ID is invalid"),
        (lambda stage: stage.bot.set_my_commands([BotCommand(command="A", description="x")]), "BOT_COMMAND_INVALID"),
        (lambda stage: stage.bot.get_chat_member(stage.chat.id, 5), "PARTICIPANT_ID_INVALID"),
        (lambda stage: stage.bot.get_chat_administrators(stage.chat.id), "there are no administrators in the private chat"),
        (lambda stage: stage.bot.create_forum_topic(stage.chat.id, "x"), "the chat is not a forum"),
    ],
)  # fmt: skip
async def test_bad_requests_are_told_in_telegrams_words(stage: Stage, sending: Sending, description: str) -> None:
    with pytest.raises(TelegramBadRequest) as refused:
        await sending(stage)
    assert refused.value.message == f"Bad Request: {description}"


@pytest.mark.parametrize("content", ["x" * 4096, "😀" * 2048, "x" * 4096 + "  "])
async def test_4096_utf16_units_pass(stage: Stage, content: str) -> None:
    assert (await stage.bot.send_message(stage.chat.id, content)).text == content.rstrip()


async def test_an_unchanged_edit_is_not_modified(stage: Stage) -> None:
    sent = await stage.bot.send_message(stage.chat.id, "<b>x</b>", parse_mode="HTML")
    with pytest.raises(TelegramBadRequest) as refused:
        await stage.bot.edit_message_text(
            "<b>x</b>", chat_id=stage.chat.id, message_id=sent.message_id, parse_mode="HTML"
        )
    assert refused.value.message == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as "
        "a current content and reply markup of the message"
    )


async def test_only_its_own_messages_can_be_edited(stage: Stage) -> None:
    said = stage.telegram.say(stage.chat.id, stage.person.id, "hello")
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await stage.bot.edit_message_text("x", chat_id=stage.chat.id, message_id=said["message_id"])
    photo = await stage.bot.send_photo(stage.chat.id, "https://example.org/a.jpg")
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await stage.bot.edit_message_text("x", chat_id=stage.chat.id, message_id=photo.message_id)
    with pytest.raises(TelegramBadRequest, match="REACTION_INVALID"):
        await stage.bot.set_message_reaction(stage.chat.id, photo.message_id, [ReactionTypeEmoji(emoji="x")])


async def test_a_message_older_than_48_hours_is_not_deleted(stage: Stage) -> None:
    sent = await stage.bot.send_message(stage.chat.id, "x")
    stage.clock.now += 48 * 3600 + 1
    with pytest.raises(TelegramBadRequest, match="message can't be deleted for everyone"):
        await stage.bot.delete_message(stage.chat.id, sent.message_id)


async def forbidden(stage: Stage, chat_id: int) -> str:
    with pytest.raises(TelegramForbiddenError) as refused:
        await stage.bot.send_message(chat_id, "x")
    return refused.value.message


async def test_people_who_cannot_be_written_to(stage: Stage) -> None:
    stage.telegram.block(stage.chat.id)
    assert await forbidden(stage, stage.chat.id) == "Forbidden: bot was blocked by the user"
    stage.telegram.unblock(stage.chat.id)
    await stage.bot.send_message(stage.chat.id, "x")
    stage.telegram.deactivate(stage.person.id)
    assert await forbidden(stage, stage.chat.id) == "Forbidden: user is deactivated"
    stranger = stage.telegram.add_user("Stranger")
    assert await forbidden(stage, stranger.id) == "Forbidden: bot can't initiate conversation with a user"
    stage.telegram.private_chat(stranger, started=False)
    assert await forbidden(stage, stranger.id) == "Forbidden: bot can't initiate conversation with a user"
    stage.telegram.say(stranger.id, stranger.id, "/start")
    await stage.bot.send_message(stranger.id, "x")


async def test_groups_and_channels_that_threw_the_bot_out(stage: Stage) -> None:
    group = stage.telegram.group("G", [], [stage.person])
    forum = stage.telegram.group("F", [], [stage.person], is_forum=True)
    channel = stage.telegram.channel("C", [stage.person])
    for chat in (group, forum, channel):
        stage.telegram.kick(chat.id)
    assert [await forbidden(stage, chat.id) for chat in (group, forum, channel)] == [
        "Forbidden: bot was kicked from the group chat",
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: bot was kicked from the channel chat",
    ]


async def test_a_channel_takes_posts_of_administrators_only(stage: Stage) -> None:
    channel = stage.telegram.channel("C", [stage.person], bot_status="member")
    with pytest.raises(TelegramBadRequest) as refused:
        await stage.bot.send_message(channel.id, "x")
    assert refused.value.message == "Bad Request: need administrator rights in the channel chat"


async def test_an_upgraded_group_names_its_new_id(stage: Stage) -> None:
    group = stage.telegram.group("G", [], [stage.person])
    new_id = stage.telegram.migrate(group.id)
    with pytest.raises(TelegramMigrateToChat) as refused:
        await stage.bot.send_message(group.id, "x")
    assert refused.value.migrate_to_chat_id == new_id
    assert (await stage.bot.send_message(new_id, "x")).chat.type == "supergroup"


async def test_a_flood_is_told_to_wait_and_waiting_helps(strict: Stage) -> None:
    for _ in range(5):
        await strict.bot.send_message(strict.chat.id, "x")
    with pytest.raises(TelegramRetryAfter) as refused:
        await strict.bot.send_message(strict.chat.id, "x")
    assert refused.value.retry_after == 1
    assert refused.value.message.endswith("Too Many Requests: retry after 1")
    strict.clock.now += 1
    await strict.bot.send_message(strict.chat.id, "x")
    assert (strict.telegram.calls.flooded, len(strict.telegram.messages(strict.chat.id))) == (1, 6)


async def test_a_group_takes_20_messages_a_minute(strict: Stage) -> None:
    group = strict.telegram.group("G", [], [strict.person])
    for _ in range(20):
        await strict.bot.send_message(group.id, "x")
        strict.clock.now += 1
    with pytest.raises(TelegramRetryAfter) as refused:
        await strict.bot.send_message(group.id, "x")
    assert refused.value.retry_after == 40


async def test_an_injected_error_hits_that_chat_and_that_many_calls(stage: Stage) -> None:
    other = stage.telegram.private_chat(stage.telegram.add_user("Ben"))
    stage.telegram.inject(
        stage.chat.id, None, Injected(429, "Too Many Requests: retry after 7", retry_after=7), times=2
    )
    for _ in range(2):
        await stage.bot.send_message(other.id, "x")
        with pytest.raises(TelegramRetryAfter) as refused:
            await stage.bot.send_message(stage.chat.id, "x")
        assert refused.value.retry_after == 7
    await stage.bot.send_message(stage.chat.id, "x")


@pytest.mark.parametrize(
    ("error", "raised", "stored"),
    [
        (Injected(500, "Internal Server Error"), TelegramServerError, 0),
        (Injected(502, "Bad Gateway", accept=True), TelegramServerError, 1),
        (Injected(400, "Bad Request: WEBPAGE_CURL_FAILED"), TelegramBadRequest, 0),
        (Injected(418, "I'm a teapot"), TelegramAPIError, 0),
        (Injected(drop=True), TelegramNetworkError, 0),
        (Injected(drop=True, accept=True), TelegramNetworkError, 1),
    ],
)
async def test_an_injected_fault_before_or_after_the_message_is_accepted(
    stage: Stage, error: Injected, raised: type[Exception], stored: int,
) -> None:  # fmt: skip
    stage.telegram.inject(None, "sendMessage", error)
    with pytest.raises(raised):
        await stage.bot.send_message(stage.chat.id, "x")
    assert len(stage.telegram.messages(stage.chat.id)) == stored
    await stage.bot.send_message(stage.chat.id, "x")


async def test_a_dropped_connection_breaks_without_a_byte(stage: Stage) -> None:
    stage.telegram.inject(stage.chat.id, None, Injected(drop=True))
    with pytest.raises(TelegramNetworkError, match=r"ServerDisconnectedError|ClientOSError"):
        await stage.bot.send_message(stage.chat.id, "x")


async def test_a_delay_alone_lets_the_call_pass(stage: Stage) -> None:
    stage.telegram.inject(stage.chat.id, None, Injected(200, delay=0.05))
    assert (await stage.bot.send_message(stage.chat.id, "x")).text == "x"
