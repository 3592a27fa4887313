"""The state of the sandbox and its few primitive changes: everything else is built on these."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from feedbot.sandbox.limits import FloodLimits
from feedbot.sandbox.model import SUPERGROUP_BASE, Bot, Chat, Json, Press, Topic, User, member_json

BACKLOG = 1_000
PRESSES = 10_000
FILES = 500
FILE_BYTES = 64 * 1024 * 1024
FIRST_USER = 1_000_001

Listener = Callable[[str, Json], None]


class World:
    """People, chats and bots, with `clock` for dates and `monotonic` for limits."""

    def __init__(
        self,
        *,
        username: str,
        limits: bool,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self.username = username
        self.limits = limits
        self.clock = clock
        self.monotonic = monotonic
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.bots: dict[str, Bot] = {}
        self.presses: OrderedDict[str, Press] = OrderedDict()
        self.files: OrderedDict[str, str | bytes] = OrderedDict()
        self.listeners: list[Listener] = []
        self.next_user = FIRST_USER
        self.next_group = 1
        self.changes = itertools.count(1)
        self.version = 0
        self._backlog: list[tuple[str, Json]] = []

    # people and chats

    def new_user(self, first_name: str, language_code: str | None, username: str | None) -> User:
        """A new person."""
        user = User(self.next_user, first_name, language_code, username)
        self.next_user += 1
        self.users[user.id] = user
        self.changed("users", {})
        return user

    def new_chat(self, kind: str, title: str, **fields: Any) -> Chat:
        """A new group, supergroup or channel."""
        number = self.next_group
        self.next_group += 1
        chat_id = -5_000_000_000 - number if kind == "group" else SUPERGROUP_BASE - 2_000_000_000 - number
        chat = self.chats[chat_id] = Chat(chat_id, kind, title, **fields)
        self.changed("chat", {"chat_id": chat_id})
        return chat

    def chat_json(self, chat: Chat) -> Json:
        """The API's Chat, as it stands in messages."""
        if chat.type == "private":
            user = self.users[chat.user_id]
            result: Json = {"id": chat.id, "first_name": user.first_name, "type": "private"}
            return result | ({"username": user.username} if user.username else {})
        result = {"id": chat.id, "title": chat.title, "type": chat.type}
        if chat.username:
            result["username"] = chat.username
        if chat.is_forum:
            result["is_forum"] = True
        return result

    # bots and updates

    def bot(self, token: str, *, only: bool = False) -> Bot:
        """The bot of this token, made on its first call; `only`: an account has no other token beside this one."""
        known = self.bots.get(token)
        if known is not None:
            return known
        number = int(token.partition(":")[0])
        before = next((bot for bot in self.bots.values() if only and bot.user.id == number), None)
        if before is not None:
            # A new token of the same account, as after a revocation: commands and waiting updates stay.
            self.bots[token] = self.bots.pop(before.token)
            before.token = token
            self.changed("bot", {})
            return before
        names = {bot.user.username for bot in self.bots.values()}
        username = self.username if self.username not in names else f"sandbox_{number}_bot"
        user = User(number, username.removesuffix("_bot").replace("_", " "), None, username, is_bot=True)
        bot = self.bots[token] = Bot(token, user, FloodLimits(self.monotonic()))
        for kind, payload in self._backlog:
            bot.offer(kind, payload)
        self._backlog.clear()
        self.changed("bot", {})
        return bot

    def offer(self, kind: str, payload: Json) -> None:
        """An update for every bot; it waits for the first bot if there is none yet."""
        for bot in self.bots.values():
            bot.offer(kind, payload)
        if not self.bots and len(self._backlog) < BACKLOG:
            self._backlog.append((kind, payload))

    # membership and topics

    def set_bot_status(self, chat: Chat, status: str, by: User) -> None:
        """The bot's own status in the chat changes: every bot hears it as `my_chat_member`."""
        old = "kicked" if chat.blocked else chat.bot_status
        if chat.type == "private":
            chat.blocked = status == "kicked"
        else:
            chat.bot_status = status
        if old != status:
            self._membership(chat, old, status, by)
        self.changed("chat", {"chat_id": chat.id})

    def _membership(self, chat: Chat, old: str, new: str, by: User) -> None:
        channel = chat.type == "channel"
        update = {"chat": self.chat_json(chat), "from": by.to_json(), "date": self.now()}
        for bot in self.bots.values():
            before, after = (member_json(bot.user, status, channel=channel) for status in (old, new))
            bot.offer("my_chat_member", update | {"old_chat_member": before, "new_chat_member": after})

    def new_topic(self, chat: Chat, name: str, color: int, by: User) -> Topic:
        """A topic, made by a service message whose id is the topic's."""
        created = {"name": name, "icon_color": color}
        message = self.post(chat, {"from": by.to_json(), "forum_topic_created": created})
        topic = chat.topics[message["message_id"]] = Topic(message["message_id"], name, color)
        in_topic = {"message_thread_id": topic.id, "is_topic_message": True}
        self.offer_of(by, "message", self.replace(chat, message | in_topic))
        return topic

    def set_topic_closed(self, chat: Chat, topic: Topic, by: User, *, closed: bool) -> None:
        """Closes or opens a topic, with the service message that says so."""
        topic.closed = closed
        service: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
        head = {"from": by.to_json(), "message_thread_id": topic.id, "is_topic_message": True}
        self.offer_of(by, "message", self.post(chat, head | service))

    def remove_topic(self, chat: Chat, topic: Topic) -> None:
        """Removes a topic with its messages."""
        del chat.topics[topic.id]
        for message_id in [key for key, one in chat.messages.items() if one.get("message_thread_id") == topic.id]:
            self.remove(chat, message_id)
        self.changed("chat", {"chat_id": chat.id})

    def offer_of(self, sender: User, kind: str, payload: Json) -> None:
        """An update about what `sender` did: a bot does not hear of itself."""
        if not sender.is_bot:
            self.offer(kind, payload)

    # messages

    def now(self) -> int:
        """The date as the API writes it: Unix seconds."""
        return int(self.clock())

    def post(self, chat: Chat, message: Json) -> Json:
        """Gives the message its id, date and chat, stores it and tells the page."""
        message = {"message_id": chat.next_message_id(), **message}
        message.setdefault("date", self.now())
        message["chat"] = self.chat_json(chat)
        chat.keep(message)
        self.changed("message", {"chat_id": chat.id, "message": message})
        return message

    def replace(self, chat: Chat, message: Json) -> Json:
        """Stores a changed message and tells the page."""
        chat.messages[message["message_id"]] = message
        self.changed("message", {"chat_id": chat.id, "message": message})
        return message

    def remove(self, chat: Chat, message_id: int) -> None:
        """Deletes a message for everyone."""
        chat.messages.pop(message_id, None)
        chat.reactions.pop(message_id, None)
        chat.bot_posts.discard(message_id)
        if chat.pinned == message_id:
            chat.pinned = None
        self.changed("deleted", {"chat_id": chat.id, "message_id": message_id})

    def react(self, chat: Chat, message_id: int, user_id: int, wanted: list[Json]) -> list[Json]:
        """Sets the reactions of one account to a message and returns the old ones."""
        by_user = chat.reactions.setdefault(message_id, {})
        old = by_user.pop(user_id, [])
        if wanted:
            by_user[user_id] = wanted
        self.changed("message", {"chat_id": chat.id, "message": chat.messages[message_id]})
        return old

    def note(self, chat: Chat, text: str) -> None:
        """A service line that only the page shows."""
        note = {"after": chat.last_message_id, "date": self.now(), "text": text}
        chat.notes.append(note)
        self.changed("chat", {"chat_id": chat.id})

    def keep_file(self, file_id: str, content: str | bytes) -> None:
        """Remembers an upload's bytes or a photo's address; the oldest make room."""
        self.files[file_id] = content
        size = sum(len(one) for one in self.files.values())
        while len(self.files) > FILES or (size > FILE_BYTES and len(self.files) > 1):
            _, gone = self.files.popitem(last=False)
            size -= len(gone)

    def keep_press(self, press: Press) -> None:
        """Remembers a press until it is answered; the oldest make room."""
        self.presses[press.id] = press
        while len(self.presses) > PRESSES:
            self.presses.popitem(last=False)

    def changed(self, kind: str, event: Json) -> None:
        """Something is new: the snapshot is due and the page hears of it."""
        self.version = next(self.changes)
        self.tell(kind, event)

    def tell(self, kind: str, event: Json) -> None:
        """Tells the page of something that passes and is not stored."""
        for listener in self.listeners:
            listener(kind, event)

    def find_chat(self, reference: str | int) -> Chat | None:
        """The chat of an id or of a public @username."""
        if isinstance(reference, int):
            return self.chats.get(reference)
        return next((chat for chat in self._public() if f"@{chat.username}".lower() == reference.lower()), None)

    def _public(self) -> Iterator[Chat]:
        return (chat for chat in self.chats.values() if chat.username)
