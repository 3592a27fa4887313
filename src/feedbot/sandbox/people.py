"""The person's side of the sandbox: saying, pressing, blocking, and everything else that people do to a bot."""

from __future__ import annotations

import secrets

from feedbot.sandbox.formatting import found_entities, slice_utf16, stored
from feedbot.sandbox.model import ADMIN_STATUSES, MEMBER_STATUSES, Chat, Json, Press, User
from feedbot.sandbox.world import World


class SandboxMisuse(ValueError):
    """A person cannot do that in the sandbox; the text says why."""


class People:
    """What people do in a `World`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def chat(self, chat_id: int) -> Chat:
        """The chat of this id.

        Raises:
            SandboxMisuse: there is none.
        """
        chat = self._world.chats.get(chat_id)
        if chat is None:
            raise SandboxMisuse(f"there is no chat {chat_id}")
        return chat

    def user(self, user_id: int) -> User:
        """The person of this id.

        Raises:
            SandboxMisuse: there is none.
        """
        user = self._world.users.get(user_id)
        if user is None:
            raise SandboxMisuse(f"there is no user {user_id}")
        return user

    def open_private_chat(self, user: User, *, started: bool) -> Chat:
        """The person's chat with the bot, made if need be."""
        chat = self._world.chats.get(user.id)
        if chat is None:
            chat = self._world.chats[user.id] = Chat(user.id, "private", user_id=user.id, started=started)
            self._world.changed("chat", {"chat_id": chat.id})
        chat.started = chat.started or started
        return chat

    def gather(
        self,
        kind: str,
        title: str,
        members: list[User],
        admins: list[User],
        *,
        is_forum: bool,
        bot_status: str,
    ) -> Chat:
        """A new group or channel: the first admin is its creator, who adds the bot."""
        statuses = {user.id: "member" for user in members} | {user.id: "administrator" for user in admins}
        if admins:
            statuses[admins[0].id] = "creator"
        chat = self._world.new_chat(kind, title, members=statuses, is_forum=is_forum, bot_status="left")
        if is_forum:
            chat.last_message_id = 1  # the number of the General topic, which no other topic may have
        by = (admins or members or [self._anyone()])[0]
        self._world.set_bot_status(chat, bot_status, by)
        return chat

    def _anyone(self) -> User:
        return next(iter(self._world.users.values()), None) or self._world.new_user("Somebody", "en", None)

    def say(self, chat_id: int, user_id: int, text: str, thread_id: int | None, reply_to: int | None) -> Json:
        """A person's message (a post in a channel); the bots that may see it get it as an update."""
        chat, user = self.chat(chat_id), self.user(user_id)
        self._check_speaker(chat, user, thread_id)
        formatted = stored(text, [])
        if not formatted.text:
            raise SandboxMisuse("there is nothing to say: the text is empty")
        head = {"sender_chat": self._world.chat_json(chat)} if chat.type == "channel" else {"from": user.to_json()}
        message: Json = head | ({"message_thread_id": thread_id, "is_topic_message": True} if thread_id else {})
        answered = chat.messages.get(reply_to or 0)
        if answered is not None:
            message["reply_to_message"] = {key: one for key, one in answered.items() if key != "reply_to_message"}
        message["text"] = formatted.text
        if formatted.entities:
            message["entities"] = formatted.entities
        if chat.type == "private":
            chat.started = True
            self.unblock(chat)
        posted = self._world.post(chat, message)
        self._tell_bots(chat, posted)
        return posted

    def _check_speaker(self, chat: Chat, user: User, thread_id: int | None) -> None:
        if chat.migrated_to is not None:
            raise SandboxMisuse(f"this group was upgraded: write to {chat.migrated_to}")
        if chat.type == "private" and user.id != chat.user_id:
            raise SandboxMisuse(f"the private chat belongs to {self.user(chat.user_id).first_name}")
        status = chat.members.get(user.id, "left")
        if chat.type == "channel" and status not in ADMIN_STATUSES:
            raise SandboxMisuse("only administrators write in a channel")
        if chat.type in {"group", "supergroup"} and status not in MEMBER_STATUSES:
            raise SandboxMisuse(f"{user.first_name} is not a member of {chat.title}")
        topic = chat.topics.get(thread_id or 0)
        if thread_id and (topic is None or (topic.closed and status not in ADMIN_STATUSES)):
            raise SandboxMisuse("there is no such topic" if topic is None else "the topic is closed")

    def _tell_bots(self, chat: Chat, message: Json) -> None:
        kind = "channel_post" if chat.type == "channel" else "message"
        if chat.type in {"group", "supergroup"} and not self._is_seen(chat, message):
            return
        if chat.type == "private" or chat.bot_status in MEMBER_STATUSES:
            self._world.offer(kind, message)

    def _is_seen(self, chat: Chat, message: Json) -> bool:
        """Privacy mode: a bot that is no administrator sees commands, mentions of it and answers to it."""
        if chat.bot_status in ADMIN_STATUSES:
            return True
        if message.get("reply_to_message", {}).get("from", {}).get("is_bot"):
            return True
        names = {f"@{bot.user.username}".lower() for bot in self._world.bots.values()}
        for entity in found_entities(message["text"]):
            part = slice_utf16(message["text"], entity["offset"], entity["length"]).lower()
            _, at, name = part.partition("@")
            if entity["type"] == "bot_command" and (not at or f"@{name}" in names):
                return True
            if entity["type"] == "mention" and part in names:
                return True
        return False

    def edit(self, chat_id: int, message_id: int, text: str) -> Json:
        """A person changes a message."""
        chat = self.chat(chat_id)
        message = self._message(chat, message_id)
        formatted = stored(text, [])
        changed = {key: value for key, value in message.items() if key != "entities"}
        changed |= {"text": formatted.text, "edit_date": self._world.now()}
        if formatted.entities:
            changed["entities"] = formatted.entities
        self._world.replace(chat, changed)
        self._world.offer("edited_channel_post" if chat.type == "channel" else "edited_message", changed)
        return changed

    def _message(self, chat: Chat, message_id: int) -> Json:
        message = chat.messages.get(message_id)
        if message is None:
            raise SandboxMisuse(f"there is no message {message_id} in chat {chat.id}")
        return message

    def press(self, chat_id: int, message_id: int, user_id: int, button: str) -> Press:
        """A person presses an inline button, named by its text or its callback data."""
        chat, user = self.chat(chat_id), self.user(user_id)
        message = self._message(chat, message_id)
        data = _callback_data(message, button)
        press = Press(str(secrets.randbits(62)), chat.id, message_id, user.id, data, self._world.clock())
        self._world.keep_press(press)
        query = {
            "id": press.id,
            "from": user.to_json(),
            "message": message,
            "chat_instance": str(chat.id * 7919),
            "data": data,
        }
        self._world.offer("callback_query", query)
        return press

    def react(self, chat_id: int, message_id: int, user_id: int, emoji: str | None) -> None:
        """A person's reaction; None takes it away. Bots that administer the chat may ask to hear of it."""
        chat, user = self.chat(chat_id), self.user(user_id)
        self._message(chat, message_id)
        new = [{"type": "emoji", "emoji": emoji}] if emoji else []
        old = self._world.react(chat, message_id, user.id, new)
        if chat.type == "private" or chat.bot_status in ADMIN_STATUSES:
            update = {"chat": self._world.chat_json(chat), "message_id": message_id, "user": user.to_json()}
            changes = {"date": self._world.now(), "old_reaction": old, "new_reaction": new}
            self._world.offer("message_reaction", update | changes)

    def block(self, chat: Chat) -> None:
        """The person blocks the bot in a private chat."""
        self._set_blocked(chat, "kicked")

    def unblock(self, chat: Chat) -> None:
        """The person lets the bot write again."""
        self._set_blocked(chat, "member")

    def _set_blocked(self, chat: Chat, status: str) -> None:
        if chat.type != "private":
            raise SandboxMisuse("only a private chat can be blocked; kick the bot out of a group or channel")
        if chat.blocked == (status == "kicked"):
            return
        self._world.set_bot_status(chat, status, self.user(chat.user_id))
        self._world.note(chat, "The bot was blocked" if chat.blocked else "The bot was unblocked")

    def set_bot_status(self, chat: Chat, status: str, by: User | None = None) -> None:
        """People make the bot a member or administrator of a group or channel, or throw it out (`kicked`)."""
        if chat.type == "private":
            raise SandboxMisuse("in a private chat the bot is blocked, not kicked")
        self._world.set_bot_status(chat, status, by or self._first_admin(chat))
        self._world.note(chat, f"The bot is now: {status}")

    def _first_admin(self, chat: Chat) -> User:
        found = (user_id for user_id, status in chat.members.items() if status in ADMIN_STATUSES)
        user_id = next(found, None) or next(iter(chat.members), None)
        return self._world.users[user_id] if user_id in self._world.users else self._anyone()

    def open_topic(self, chat: Chat, name: str, user: User | None) -> int:
        """A person makes a topic in a forum."""
        if not chat.is_forum:
            raise SandboxMisuse(f"{chat.title or 'this chat'} is not a forum")
        return self._world.new_topic(chat, name, 0x6FB9F0, user or self._first_admin(chat)).id

    def set_topic_closed(self, chat: Chat, thread_id: int, *, closed: bool) -> None:
        """A person closes or opens a topic."""
        topic = chat.topics.get(thread_id)
        if topic is None:
            raise SandboxMisuse(f"there is no topic {thread_id}")
        self._world.set_topic_closed(chat, topic, self._first_admin(chat), closed=closed)

    def migrate(self, chat: Chat) -> Chat:
        """The group becomes a supergroup with a new id; the old one only names it from then on."""
        if chat.type != "group" or chat.migrated_to is not None:
            raise SandboxMisuse("only a basic group becomes a supergroup, and only once")
        by = self._first_admin(chat)
        new = self._world.new_chat("supergroup", chat.title, members=dict(chat.members), bot_status=chat.bot_status)
        old_message = self._world.post(chat, {"from": by.to_json(), "migrate_to_chat_id": new.id})
        chat.migrated_to = new.id
        new_message = self._world.post(new, {"from": by.to_json(), "migrate_from_chat_id": chat.id})
        self._world.offer("message", old_message)
        self._world.offer("message", new_message)
        self._world.changed("chat", {"chat_id": chat.id})
        return new


def _callback_data(message: Json, button: str) -> str:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [one for row in rows for one in row]
    for key in ("callback_data", "text"):
        for one in buttons:
            if one.get(key) == button and "callback_data" in one:
                return str(one["callback_data"])
    shown = ", ".join(repr(one["text"]) for one in buttons) or "none"
    raise SandboxMisuse(f"the message has no button {button!r} that can be pressed; its buttons: {shown}")
