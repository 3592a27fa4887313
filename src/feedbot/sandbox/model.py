"""What the sandbox knows: people, chats, topics, bots; and how the Bot API writes them down."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from feedbot.sandbox.limits import FloodLimits

Json = dict[str, Any]

HISTORY = 500
UPDATES = 100_000
SUPERGROUP_BASE = -1_000_000_000_000
MEMBER_STATUSES = frozenset({"creator", "administrator", "member"})
ADMIN_STATUSES = frozenset({"creator", "administrator"})
# What getUpdates leaves out unless the bot asks for it by name.
QUIET_UPDATES = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

_RIGHT_NAMES = (
    "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members "
    "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories "
    "can_send_welcome_messages"
)
_RIGHTS = _RIGHT_NAMES.split()


class Refusal(Exception):
    """The Bot API's own error answer: status, description and perhaps parameters."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        self.status = status
        self.description = description
        self.parameters = parameters
        super().__init__(description)

    def to_json(self) -> Json:
        """The body of the answer."""
        body: Json = {"ok": False, "error_code": self.status, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(text: str) -> Refusal:
    """A 400 with Telegram's prefix."""
    return Refusal(400, f"Bad Request: {text}")


@dataclass(slots=True)
class User:
    """A person, or a bot's own account."""

    id: int
    first_name: str
    language_code: str | None = None
    username: str | None = None
    is_bot: bool = False
    deactivated: bool = False

    def to_json(self) -> Json:
        """The API's User."""
        user: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user


def member_json(user: User, status: str, *, channel: bool = False) -> Json:
    """The API's ChatMember."""
    member: Json = {"user": user.to_json(), "status": status}
    if status == "creator":
        return member | {"is_anonymous": False}
    if status == "administrator":
        rights = dict.fromkeys(_RIGHTS, True)
        rights["can_promote_members"] = False
        extra = ("can_post_messages", "can_edit_messages") if channel else ("can_pin_messages", "can_manage_topics")
        return member | {"can_be_edited": False, "is_anonymous": False} | rights | dict.fromkeys(extra, True)
    return member | ({"until_date": 0} if status == "kicked" else {})


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is the id of the service message that made it."""

    id: int
    name: str
    icon_color: int = 0x6FB9F0
    closed: bool = False


@dataclass(slots=True)
class Chat:
    """A private chat, group, supergroup or channel with its bounded history.

    `members` maps user ids to the API's status; the bot's own status is `bot_status`. `messages` are the API's own
    objects and are replaced, never changed in place; in a channel, where no message names its sender, `bot_posts` has
    the ids of the bot's own. `notes` are service lines that only the page shows.
    """

    id: int
    type: str
    title: str = ""
    user_id: int = 0
    is_forum: bool = False
    username: str | None = None
    members: dict[int, str] = field(default_factory=dict)
    bot_status: str = "member"
    started: bool = True
    blocked: bool = False
    migrated_to: int | None = None
    messages: dict[int, Json] = field(default_factory=dict)
    last_message_id: int = 0
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: int | None = None
    menu_button: Json | None = None
    notes: deque[Json] = field(default_factory=lambda: deque(maxlen=HISTORY))
    reactions: dict[int, dict[int, list[Json]]] = field(default_factory=dict)
    unread: int = 0
    bot_posts: set[int] = field(default_factory=set)

    @property
    def is_group(self) -> bool:
        """Whether the group and channel limits hold."""
        return self.type != "private"

    def next_message_id(self) -> int:
        """The id of the next message; ids are never used twice."""
        self.last_message_id += 1
        return self.last_message_id

    def keep(self, message: Json) -> None:
        """Stores a message, and drops the oldest beyond the bound."""
        self.messages[message["message_id"]] = message
        if len(self.messages) > HISTORY:
            oldest = next(iter(self.messages))
            del self.messages[oldest]
            self.reactions.pop(oldest, None)
            self.bot_posts.discard(oldest)


@dataclass(slots=True)
class Webhook:
    """Where a bot wants its updates."""

    url: str
    secret_token: str = ""
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


@dataclass(slots=True)
class Bot:
    """One token: the account, what it registered, and its updates that wait."""

    token: str
    user: User
    limits: FloodLimits
    updates: deque[tuple[int, str, Json]] = field(default_factory=lambda: deque(maxlen=UPDATES))
    last_update_id: int = 0
    allowed: frozenset[str] | None = None
    webhook: Webhook | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    poll: int = 0
    commands: dict[str, list[Json]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    menu_button: Json = field(default_factory=lambda: {"type": "commands"})

    def offer(self, kind: str, payload: Json) -> bool:
        """Queues an update if the bot wants this kind."""
        wanted = kind not in QUIET_UPDATES if self.allowed is None else kind in self.allowed
        if wanted:
            self.last_update_id += 1
            self.updates.append((self.last_update_id, kind, payload))
            self.arrived.set()
        return wanted


@dataclass(slots=True)
class Press:
    """One press of an inline button; `answer` is what the bot said with answerCallbackQuery, None until then."""

    id: str
    chat_id: int
    message_id: int
    user_id: int
    data: str
    at: float
    answer: Json | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, timeout: float = 5.0) -> Json:  # noqa: ASYNC109 - the caller's plain seconds
        """The bot's answer: `text`, `show_alert`, `url` and `cache_time` as it gave them.

        Raises:
            TimeoutError: the bot has not answered within `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            await self.answered.wait()
        return self.answer or {}


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault for the next calls: an error answer, a delay, or a broken connection.

    Attributes:
        status: the HTTP status and error_code; 200 lets the call pass (for a delay alone).
        description: the error text.
        retry_after: seconds for a 429.
        drop: the connection breaks instead of an answer.
        delay: seconds before the answer.
        accept: the call is carried out all the same before the error or the break.
    """

    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    drop: bool = False
    delay: float = 0.0
    accept: bool = False

    def refusal(self) -> Refusal:
        """The error as the API answers it."""
        parameters = {} if self.retry_after is None else {"retry_after": self.retry_after}
        return Refusal(self.status, self.description, **parameters)
