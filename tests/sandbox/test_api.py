"""A real aiogram bot finds in the sandbox what it finds in Telegram."""

from __future__ import annotations

import struct
import zlib

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramEntityTooLarge, TelegramNotFound, TelegramUnauthorizedError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BufferedInputFile,
    ChatMemberAdministrator,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberOwner,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    MenuButtonCommands,
    ReactionTypeEmoji,
    ReplyParameters,
)

from sandbox.stage import Stage, opened

NAME = "feedbot_sandbox_bot"


def png(width: int, height: int) -> bytes:
    """A black PNG of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" * (width + 1) for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[list(buttons)])


async def test_get_me_names_the_bot_of_the_token(stage: Stage) -> None:
    me = await stage.bot.get_me()
    assert (me.id, me.is_bot, me.username, me.can_join_groups) == (4242, True, NAME, True)


async def test_every_token_is_a_bot_of_its_own(stage: Stage) -> None:
    other = await stage.another_bot("77:Other").get_me()
    assert (other.id, other.username) == (77, "sandbox_77_bot")


async def test_a_message_comes_back_as_telegram_stores_it(stage: Stage) -> None:
    sent = await stage.bot.send_message(
        stage.chat.id,
        " <b>安源 😀</b> <a href='example.org/x'>more</a>\n",
        parse_mode="HTML",
        link_preview_options=LinkPreviewOptions(url="https://example.org/x", show_above_text=True),
        reply_markup=keyboard(
            InlineKeyboardButton(text="A", callback_data="a"),
            InlineKeyboardButton(text="B", url="https://example.org"),
        ),
    )
    assert stage.telegram.messages(stage.chat.id) == [
        {
            "message_id": 1,
            "from": {"id": 4242, "is_bot": True, "first_name": "feedbot sandbox", "username": NAME},
            "text": "安源 😀 more",
            "entities": [
                {"offset": 0, "length": 5, "type": "bold"},
                {"offset": 6, "length": 4, "type": "text_link", "url": "http://example.org/x"},
            ],
            "link_preview_options": {"url": "https://example.org/x", "show_above_text": True},
            "reply_markup": {
                "inline_keyboard": [
                    [{"text": "A", "callback_data": "a"}, {"text": "B", "url": "https://example.org/"}],
                ],
            },
            "date": 1_800_000_000,
            "chat": {"id": stage.chat.id, "first_name": "Ann", "username": "ann", "type": "private"},
        },
    ]
    assert (sent.message_id, sent.text, sent.chat.id) == (1, "安源 😀 more", stage.chat.id)


async def test_an_answer_carries_the_message_that_it_answers(stage: Stage) -> None:
    said = stage.telegram.say(stage.chat.id, stage.person.id, "hello")
    answer = await stage.bot.send_message(
        stage.chat.id,
        "hi",
        reply_parameters=ReplyParameters(message_id=said["message_id"]),
    )
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.text == "hello"


async def test_a_photo_by_address_and_by_upload(stage: Stage) -> None:
    by_address = await stage.bot.send_photo(
        stage.chat.id, "https://example.org/a.jpg", caption="<i>c</i>", parse_mode="HTML"
    )
    uploaded = await stage.bot.send_photo(stage.chat.id, BufferedInputFile(png(320, 200), "a.png"))
    assert by_address.photo is not None
    assert uploaded.photo is not None
    assert by_address.caption == "c"
    assert [entity.type for entity in by_address.caption_entities or []] == ["italic"]
    assert (uploaded.photo[0].width, uploaded.photo[0].height) == (320, 200)
    again = await stage.bot.send_photo(stage.chat.id, uploaded.photo[0].file_id)
    assert again.photo == uploaded.photo


async def test_an_uploaded_photo_is_loaded_byte_for_byte(stage: Stage) -> None:
    content = png(3, 5)
    sent = await stage.bot.send_photo(stage.chat.id, BufferedInputFile(content, "a.png"))
    assert sent.photo is not None
    loaded = await stage.bot.download(sent.photo[0])
    assert loaded is not None
    assert loaded.read() == content


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"no image", "IMAGE_PROCESS_FAILED"), (png(210, 10), "PHOTO_INVALID_DIMENSIONS")],
)
async def test_what_is_no_fit_photo_is_refused(stage: Stage, content: bytes, fault: str) -> None:
    with pytest.raises(TelegramBadRequest, match=fault):
        await stage.bot.send_photo(stage.chat.id, BufferedInputFile(content, "a.png"))


async def test_a_photo_over_10_mb_is_too_large(stage: Stage) -> None:
    with pytest.raises(TelegramEntityTooLarge):
        await stage.bot.send_photo(stage.chat.id, BufferedInputFile(b"\0" * (10 * 1024 * 1024 + 1), "a.png"))


async def test_an_album_is_one_group_of_messages(stage: Stage) -> None:
    album = await stage.bot.send_media_group(
        stage.chat.id,
        [
            InputMediaPhoto(media="https://example.org/a.jpg", caption="first"),
            InputMediaPhoto(media=BufferedInputFile(png(4, 4), "b.png")),
        ],
    )
    assert [message.caption for message in album] == ["first", None]
    assert album[0].media_group_id == album[1].media_group_id is not None


async def test_a_text_is_edited_with_its_buttons(stage: Stage) -> None:
    sent = await stage.bot.send_message(
        stage.chat.id, "a", reply_markup=keyboard(InlineKeyboardButton(text="A", callback_data="a"))
    )
    stage.clock.now += 5
    edited = await stage.bot.edit_message_text(
        "<b>b</b>", chat_id=stage.chat.id, message_id=sent.message_id, parse_mode="HTML"
    )
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup, edited.edit_date) == ("b", None, 1_800_000_005)
    stored = stage.telegram.messages(stage.chat.id)
    assert [message["text"] for message in stored] == ["b"]


async def test_buttons_and_captions_are_edited_alone(stage: Stage) -> None:
    sent = await stage.bot.send_photo(stage.chat.id, "https://example.org/a.jpg", caption="a")
    await stage.bot.edit_message_reply_markup(
        chat_id=stage.chat.id,
        message_id=sent.message_id,
        reply_markup=keyboard(InlineKeyboardButton(text="A", callback_data="a")),
    )
    await stage.bot.edit_message_caption(
        caption="b",
        chat_id=stage.chat.id,
        message_id=sent.message_id,
        reply_markup=keyboard(InlineKeyboardButton(text="B", callback_data="b")),
    )
    stored = stage.telegram.messages(stage.chat.id)[0]
    assert stored["caption"] == "b"
    assert stored["reply_markup"] == {"inline_keyboard": [[{"text": "B", "callback_data": "b"}]]}


async def test_a_deleted_message_is_gone(stage: Stage) -> None:
    sent = await stage.bot.send_message(stage.chat.id, "a")
    assert await stage.bot.delete_message(stage.chat.id, sent.message_id)
    assert stage.telegram.messages(stage.chat.id) == []


async def test_commands_are_kept_by_scope_and_language(stage: Stage) -> None:
    everywhere, private = [BotCommand(command="a", description="A")], [BotCommand(command="b", description="B")]
    await stage.bot.set_my_commands(everywhere)
    await stage.bot.set_my_commands(private, scope=BotCommandScopeAllPrivateChats(), language_code="zh")
    assert [one.command for one in await stage.bot.get_my_commands()] == ["a"]
    found = await stage.bot.get_my_commands(scope=BotCommandScopeAllPrivateChats(), language_code="zh")
    assert [(one.command, one.description) for one in found] == [("b", "B")]
    assert await stage.bot.get_my_commands(scope=BotCommandScopeChat(chat_id=stage.chat.id)) == []
    await stage.bot.delete_my_commands()
    assert await stage.bot.get_my_commands() == []


async def test_names_and_texts_of_the_bot_are_kept_by_language(stage: Stage) -> None:
    await stage.bot.set_my_name("News")
    await stage.bot.set_my_description("Long")
    await stage.bot.set_my_short_description("Short", language_code="zh")
    assert (await stage.bot.get_my_name()).name == "News"
    assert (await stage.bot.get_my_description(language_code="zh")).description == "Long"
    assert (await stage.bot.get_my_short_description()).short_description == ""
    assert (await stage.bot.get_my_short_description(language_code="zh")).short_description == "Short"


async def test_the_menu_button_is_kept(stage: Stage) -> None:
    assert await stage.bot.set_chat_menu_button(stage.chat.id, MenuButtonCommands())
    assert (await stage.bot.get_chat_menu_button(stage.chat.id)).type == "commands"


async def test_chats_and_members_are_told(stage: Stage) -> None:
    other, guest = stage.telegram.add_user("Ben"), stage.telegram.add_user("Cleo")
    group = stage.telegram.group("News", [other], [stage.person])
    info = await stage.bot.get_chat(group.id)
    assert (info.type, info.title) == ("group", "News")
    members = [await stage.bot.get_chat_member(group.id, one) for one in (stage.person.id, other.id, guest.id, 4242)]
    assert [type(one) for one in members] == [
        ChatMemberOwner,
        ChatMemberMember,
        ChatMemberLeft,
        ChatMemberAdministrator,
    ]
    assert {one.user.id for one in await stage.bot.get_chat_administrators(group.id)} == {stage.person.id, 4242}
    assert await stage.bot.get_chat_member_count(group.id) == 3
    assert (await stage.bot.get_chat(stage.chat.id)).first_name == "Ann"


async def test_a_channel_post_has_the_channel_as_its_sender(stage: Stage) -> None:
    channel = stage.telegram.channel("Wire", [stage.person])
    post = await stage.bot.send_message(channel.id, "x")
    assert (post.from_user, post.sender_chat and post.sender_chat.id) == (None, channel.id)
    edited = await stage.bot.edit_message_text("y", chat_id=channel.id, message_id=post.message_id)
    assert not isinstance(edited, bool)
    assert edited.text == "y"


async def test_topics_are_made_closed_opened_and_deleted(stage: Stage) -> None:
    forum = stage.telegram.group("Forum", [], [stage.person], is_forum=True)
    topic = (await stage.bot.create_forum_topic(forum.id, "安源区")).message_thread_id
    sent = await stage.bot.send_message(forum.id, "x", message_thread_id=topic)
    assert (sent.message_thread_id, sent.is_topic_message) == (topic, True)
    assert await stage.bot.close_forum_topic(forum.id, topic)
    with pytest.raises(TelegramBadRequest, match="TOPIC_CLOSED"):
        await stage.bot.send_message(forum.id, "x", message_thread_id=topic)
    assert await stage.bot.reopen_forum_topic(forum.id, topic)
    assert await stage.bot.delete_forum_topic(forum.id, topic)
    with pytest.raises(TelegramBadRequest, match="message thread not found"):
        await stage.bot.send_message(forum.id, "x", message_thread_id=topic)


async def test_pins_reactions_and_actions_are_taken(stage: Stage) -> None:
    sent = await stage.bot.send_message(stage.chat.id, "a")
    assert await stage.bot.pin_chat_message(stage.chat.id, sent.message_id)
    pinned = (await stage.bot.get_chat(stage.chat.id)).pinned_message
    assert pinned is not None
    assert pinned.message_id == sent.message_id
    assert await stage.bot.set_message_reaction(stage.chat.id, sent.message_id, [ReactionTypeEmoji(emoji="👍")])
    assert await stage.bot.send_chat_action(stage.chat.id, "typing")


async def test_a_bot_that_leaves_is_no_member_any_more(stage: Stage) -> None:
    group = stage.telegram.group("News", [], [stage.person])
    assert await stage.bot.leave_chat(group.id)
    with pytest.raises(Exception, match="Forbidden: bot is not a member of the group chat"):
        await stage.bot.send_message(group.id, "x")


async def test_only_the_given_token_is_accepted() -> None:
    async with opened(token="4242:SandboxTestToken") as stage:
        with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
            await stage.another_bot("4243:SandboxTestToken").get_me()


async def test_an_unknown_method_is_not_found(stage: Stage) -> None:
    with pytest.raises(TelegramNotFound, match="Not Found"):
        await stage.bot.send_dice(stage.chat.id)


async def test_calls_are_counted(stage: Stage) -> None:
    stage.telegram.calls.clear()
    await stage.bot.send_message(stage.chat.id, "a")
    with pytest.raises(TelegramBadRequest):
        await stage.bot.send_message(999, "a")
    calls = stage.telegram.calls
    assert (calls.total, calls.by_method["sendMessage"], calls.by_status[400], calls.flooded) == (2, 2, 1, 0)
    assert [record.status for record in calls.of("sendMessage", stage.chat.id)] == [200]


async def test_a_chat_keeps_its_last_500_messages(stage: Stage) -> None:
    for number in range(501):
        stage.telegram.say(stage.chat.id, stage.person.id, str(number))
    assert [message["text"] for message in stage.telegram.messages(stage.chat.id)] == [
        str(one) for one in range(1, 501)
    ]
