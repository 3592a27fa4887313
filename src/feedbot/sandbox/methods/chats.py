"""Looking at chats and their members, leaving, and forum topics."""

from __future__ import annotations

from feedbot.sandbox.methods.call import Call, Handler
from feedbot.sandbox.model import ADMIN_STATUSES, MEMBER_STATUSES, Chat, Json, Topic, bad_request, member_json

TOPIC_NAME = 128
ICON_COLORS = frozenset({0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F})


def get_chat(call: Call) -> Json:
    """Everything about a chat (the API's ChatFullInfo)."""
    chat = call.chat()
    info = call.world.chat_json(chat) | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
            False,
        ),
    }
    if chat.type != "private":
        info["permissions"] = {"can_send_messages": True, "can_send_photos": True}
    if chat.pinned in chat.messages:
        info["pinned_message"] = chat.messages[chat.pinned]
    return info


def get_chat_member(call: Call) -> Json:
    """What a user is in the chat: creator, administrator, member, left or kicked."""
    chat = call.chat()
    user_id = call.args.integer("user_id")
    if user_id == call.bot.user.id:
        return member_json(call.bot.user, _own_status(chat), channel=chat.type == "channel")
    user = call.world.users.get(user_id)
    if user is None:
        raise bad_request("invalid user_id specified" if user_id <= 0 else "PARTICIPANT_ID_INVALID")
    if chat.type == "private":
        if user_id != chat.user_id:
            raise bad_request("member not found")
        return member_json(user, "member")
    return member_json(user, chat.members.get(user_id, "left"), channel=chat.type == "channel")


def _own_status(chat: Chat) -> str:
    return "member" if chat.type == "private" else chat.bot_status


def get_chat_administrators(call: Call) -> list[Json]:
    """The people, and this bot, that administer the chat."""
    chat = call.chat()
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    channel = chat.type == "channel"
    found = [
        member_json(call.world.users[user_id], status, channel=channel)
        for user_id, status in chat.members.items()
        if status in ADMIN_STATUSES and user_id in call.world.users
    ]
    if chat.bot_status in ADMIN_STATUSES:
        found.append(member_json(call.bot.user, chat.bot_status, channel=channel))
    return found


def get_chat_member_count(call: Call) -> int:
    """How many are in the chat, the bot included."""
    chat = call.chat()
    if chat.type == "private":
        return 2
    return 1 + sum(1 for status in chat.members.values() if status in MEMBER_STATUSES)


def leave_chat(call: Call) -> bool:
    """The bot goes out of a group or channel."""
    chat = call.chat()
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    call.world.set_bot_status(chat, "left", call.bot.user)
    return True


def create_forum_topic(call: Call) -> Json:
    """A new topic in a forum."""
    chat = _forum(call, "create a topic")
    name = call.args.text("name").strip()
    if not name or len(name) > TOPIC_NAME:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    color = call.args.integer("icon_color", 0x6FB9F0)
    if color not in ICON_COLORS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    topic = call.world.new_topic(chat, name, color, call.bot.user)
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": topic.icon_color}


def close_forum_topic(call: Call) -> bool:
    """Nobody writes into the topic any more."""
    return _set_closed(call, closed=True)


def reopen_forum_topic(call: Call) -> bool:
    """The topic takes messages again."""
    return _set_closed(call, closed=False)


def _set_closed(call: Call, *, closed: bool) -> bool:
    chat = _forum(call, "close or open the topic")
    topic = _topic(call, chat)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    call.world.set_topic_closed(chat, topic, call.bot.user, closed=closed)
    return True


def delete_forum_topic(call: Call) -> bool:
    """Removes a topic with its messages."""
    chat = _forum(call, "delete the topic")
    call.world.remove_topic(chat, _topic(call, chat))
    return True


def edit_forum_topic(call: Call) -> bool:
    """A new name for a topic."""
    chat = _forum(call, "edit the topic")
    topic = _topic(call, chat)
    name = call.args.text("name").strip()
    if not name or name == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = name[:TOPIC_NAME]
    call.world.changed("chat", {"chat_id": chat.id})
    return True


def _forum(call: Call, purpose: str) -> Chat:
    chat = call.writable()
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if chat.bot_status not in ADMIN_STATUSES:
        raise bad_request(f"not enough rights to {purpose}")
    return chat


def _topic(call: Call, chat: Chat) -> Topic:
    topic = chat.topics.get(call.args.integer("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


METHODS: dict[str, Handler] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "closeForumTopic": close_forum_topic,
    "reopenForumTopic": reopen_forum_topic,
    "deleteForumTopic": delete_forum_topic,
}
