"""One call of the Bot API: who calls, with what, and the checks that Telegram makes before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from feedbot.sandbox.arguments import Arguments
from feedbot.sandbox.model import ADMIN_STATUSES, MEMBER_STATUSES, Bot, Chat, Json, Refusal, bad_request
from feedbot.sandbox.world import World

Handler = Callable[["Call"], Any]
KIND_NAMES = {"group": "group", "supergroup": "supergroup", "channel": "channel"}


@dataclass(slots=True)
class Call:
    """What a method handler gets."""

    world: World
    bot: Bot
    args: Arguments
    chat_id: int | None = field(default=None)

    def reference(self) -> int | str:
        """The `chat_id` parameter: a number or an @username.

        Raises:
            Refusal: it is missing.
        """
        text = self.args.text("chat_id").strip()
        if not text:
            raise bad_request("chat_id is empty")
        try:
            return int(text)
        except ValueError:
            return text

    def chat(self) -> Chat:
        """The chat that the bot may look at.

        Raises:
            Refusal: it does not exist for the bot, was upgraded, or the bot is not in it.
        """
        reference = self.reference()
        chat = self.world.find_chat(reference)
        if chat is None:
            raise self._unknown(reference)
        self.chat_id = chat.id
        if chat.migrated_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )
        if chat.type != "private" and chat.bot_status not in MEMBER_STATUSES:
            raise _outside(chat)
        return chat

    def _unknown(self, reference: int | str) -> Refusal:
        if reference in self.world.users:
            return Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        return bad_request("chat not found")

    def writable(self) -> Chat:
        """The chat that the bot may write to.

        Raises:
            Refusal: as `chat`, or the user blocked the bot, never wrote to it or is gone, or rights are missing.
        """
        chat = self.chat()
        if chat.type == "private":
            if self.world.users[chat.user_id].deactivated:
                raise Refusal(403, "Forbidden: user is deactivated")
            if chat.blocked:
                raise Refusal(403, "Forbidden: bot was blocked by the user")
            if not chat.started:
                raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        elif chat.type == "channel" and chat.bot_status not in ADMIN_STATUSES:
            raise bad_request("need administrator rights in the channel chat")
        return chat

    def thread(self, chat: Chat) -> int | None:
        """The topic that the message is for, None for none.

        Raises:
            Refusal: there is no such topic, or it is closed.
        """
        thread_id = self.args.integer("message_thread_id")
        if not thread_id:
            return None
        topic = chat.topics.get(thread_id)
        if topic is None:
            raise bad_request("message thread not found")
        if topic.closed:
            raise bad_request("TOPIC_CLOSED")
        return thread_id

    def pace(self, chat: Chat, *, count: int = 1, kind: str = "send") -> None:
        """Counts the messages against the flood limits.

        Raises:
            Refusal: 429 with the seconds to wait.
        """
        if not self.world.limits:
            return
        wait = self.bot.limits.ask(chat.id, self.world.monotonic(), count=count, group=chat.is_group, kind=kind)
        if wait:
            raise Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

    def message(self, chat: Chat, purpose: str) -> Json:
        """The message of `message_id`.

        Raises:
            Refusal: `message to <purpose> not found`.
        """
        if "message_id" not in self.args:
            raise bad_request("message identifier is not specified")
        found = chat.messages.get(self.args.integer("message_id"))
        if found is None:
            raise bad_request(f"message to {purpose} not found")
        return found

    def is_own(self, message: Json) -> bool:
        """Whether this bot sent the message."""
        return bool(message.get("from", {}).get("id") == self.bot.user.id)


def _outside(chat: Chat) -> Refusal:
    name = KIND_NAMES[chat.type]
    if chat.bot_status == "kicked":
        return Refusal(403, f"Forbidden: bot was kicked from the {name} chat")
    return Refusal(403, f"Forbidden: bot is not a member of the {name} chat")
