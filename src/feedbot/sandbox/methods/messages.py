"""Sending, editing and deleting."""

from __future__ import annotations

import secrets

from feedbot.sandbox.arguments import Arguments
from feedbot.sandbox.methods.call import Call, Handler
from feedbot.sandbox.methods.content import caption_content, reply_markup, text_content
from feedbot.sandbox.methods.photos import photo_sizes
from feedbot.sandbox.model import ADMIN_STATUSES, Chat, Json, bad_request

ALBUM_MOST = 10
DELETE_SECONDS = 48 * 3600
_ACTION_NAMES = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note record_audio upload_audio"
)
ACTIONS = frozenset(_ACTION_NAMES.split())
_REACTION_EMOJIS = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 "
    "❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 "
    "🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 "
    "🤷‍♂ 🤷 🤷‍♀ 😡"
)
REACTIONS = frozenset(_REACTION_EMOJIS.split())
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


def send_message(call: Call) -> Json:
    """A text message."""
    content = text_content(call.world, call.args) | reply_markup(call.args)
    chat = call.writable()
    head = _head(call, chat)
    call.pace(chat)
    return _post(call, chat, head | content)


def send_photo(call: Call) -> Json:
    """A photo by upload, address or file id, with a caption."""
    content = caption_content(call.world, call.args) | reply_markup(call.args)
    photo: Json = {"photo": photo_sizes(call.world, call.args, call.args.text("photo"), field="photo")}
    if call.args.flag("has_spoiler"):
        photo["has_media_spoiler"] = True
    chat = call.writable()
    head = _head(call, chat)
    call.pace(chat)
    return _post(call, chat, head | photo | content)


def send_media_group(call: Call) -> list[Json]:
    """An album of photos; each item counts against the limits."""
    media = call.args.records("media")
    if not media:
        raise bad_request("there are no messages to send")
    if len(media) > ALBUM_MOST:
        raise bad_request("too many messages to send as an album")
    items = [_album_item(call, one) for one in media]
    chat = call.writable()
    head = _head(call, chat)
    call.pace(chat, count=len(items))
    group = {"media_group_id": str(secrets.randbits(60))} if len(items) > 1 else {}
    return [_post(call, chat, head | group | item) for item in items]


def _post(call: Call, chat: Chat, message: Json) -> Json:
    chat.unread += 1
    posted = call.world.post(chat, message)
    if chat.type == "channel":
        chat.bot_posts.add(posted["message_id"])
    return posted


def _album_item(call: Call, media: Json) -> Json:
    if media.get("type") != "photo":
        raise bad_request("can't parse InputMedia: the sandbox takes albums of photos only")
    args = Arguments(media, call.args.files)
    return {"photo": photo_sizes(call.world, args, args.text("media"))} | caption_content(call.world, args)


def _head(call: Call, chat: Chat) -> Json:
    """Sender, topic and the message that is answered."""
    head: Json = {"sender_chat": call.world.chat_json(chat)} if chat.type == "channel" else {}
    if chat.type != "channel":
        head["from"] = call.bot.user.to_json()
    thread_id = call.thread(chat)
    if thread_id:
        head |= {"message_thread_id": thread_id, "is_topic_message": True}
    return head | _answered(call, chat)


def _answered(call: Call, chat: Chat) -> Json:
    parameters = call.args.record("reply_parameters") or {}
    message_id = parameters.get("message_id") or call.args.integer("reply_to_message_id")
    if not message_id:
        return {}
    answered = chat.messages.get(message_id) if isinstance(message_id, int) else None
    if answered is not None:
        return {"reply_to_message": {key: value for key, value in answered.items() if key != "reply_to_message"}}
    if parameters.get("allow_sending_without_reply") or call.args.flag("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def edit_message_text(call: Call) -> Json:
    """A new text for the bot's own text message."""
    content = text_content(call.world, call.args) | reply_markup(call.args)
    chat, message = _editable(call)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _edited(call, chat, message, content, ("text", "entities", "link_preview_options", "reply_markup"))


def edit_message_caption(call: Call) -> Json:
    """A new caption for the bot's own photo."""
    content = caption_content(call.world, call.args) | reply_markup(call.args)
    chat, message = _editable(call)
    if "photo" not in message:
        raise bad_request("there is no caption in the message to edit")
    fields = ("caption", "caption_entities", "show_caption_above_media", "reply_markup")
    return _edited(call, chat, message, content, fields)


def edit_message_reply_markup(call: Call) -> Json:
    """New buttons for the bot's own message."""
    content = reply_markup(call.args)
    chat, message = _editable(call)
    return _edited(call, chat, message, content, ("reply_markup",), mark=False)


def _editable(call: Call) -> tuple[Chat, Json]:
    chat = call.writable()
    message = call.message(chat, "edit")
    if not _is_own(call, chat, message):
        raise bad_request("message can't be edited")
    return chat, message


def _is_own(call: Call, chat: Chat, message: Json) -> bool:
    return call.is_own(message) or message["message_id"] in chat.bot_posts


def _edited(
    call: Call,
    chat: Chat,
    message: Json,
    content: Json,
    fields: tuple[str, ...],
    *,
    mark: bool = True,
) -> Json:
    if all(message.get(name) == content.get(name) for name in fields):
        raise bad_request(NOT_MODIFIED)
    if chat.is_group:
        call.pace(chat, kind="edit")
    kept = {name: value for name, value in message.items() if name not in fields}
    if mark:
        kept["edit_date"] = call.world.now()
    return call.world.replace(chat, kept | content)


def delete_message(call: Call) -> bool:
    """Removes a message for everyone."""
    chat = call.chat()
    message = call.message(chat, "delete")
    own = _is_own(call, chat, message)
    if not own and chat.type != "private" and chat.bot_status not in ADMIN_STATUSES:
        raise bad_request("message can't be deleted")
    if call.world.now() - message["date"] > DELETE_SECONDS and chat.bot_status not in ADMIN_STATUSES:
        raise bad_request("message can't be deleted for everyone")
    call.world.remove(chat, message["message_id"])
    return True


def delete_messages(call: Call) -> bool:
    """Removes up to 100 messages; those that are not there are passed over."""
    chat = call.chat()
    ids = call.args.structure("message_ids")
    if not isinstance(ids, list) or not ids:
        raise bad_request("message identifiers are not specified")
    for message_id in ids:
        if isinstance(message_id, int) and message_id in chat.messages:
            call.world.remove(chat, message_id)
    return True


def send_chat_action(call: Call) -> bool:
    """The line "is typing" for five seconds."""
    action = call.args.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = call.writable()
    call.thread(chat)
    call.world.tell("action", {"chat_id": chat.id, "action": action})
    return True


def pin_chat_message(call: Call) -> bool:
    """Pins a message in the chat."""
    chat = call.writable()
    message = call.message(chat, "pin")
    if chat.type != "private" and chat.bot_status not in ADMIN_STATUSES:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    chat.pinned = message["message_id"]
    call.world.changed("chat", {"chat_id": chat.id})
    return True


def unpin_chat_message(call: Call) -> bool:
    """Takes the pin away."""
    chat = call.writable()
    chat.pinned = None
    call.world.changed("chat", {"chat_id": chat.id})
    return True


def set_message_reaction(call: Call) -> bool:
    """The bot's reaction to a message; an empty list takes it away."""
    chat = call.writable()
    message = call.message(chat, "react")
    wanted = call.args.records("reaction") or []
    if any(one.get("type") != "emoji" or str(one.get("emoji")) not in REACTIONS for one in wanted):
        raise bad_request("REACTION_INVALID")
    if len(wanted) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    call.world.react(chat, message["message_id"], call.bot.user.id, wanted)
    return True


METHODS: dict[str, Handler] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendMediaGroup": send_media_group,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "sendChatAction": send_chat_action,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "setMessageReaction": set_message_reaction,
}
