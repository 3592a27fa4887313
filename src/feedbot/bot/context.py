"""What every handler gets: the database, the sender, the rules of access, and who is speaking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aiogram.types import Chat as TelegramChat
from aiogram.types import Message as TelegramMessage
from aiogram.types import User

from feedbot.locales import known_language
from feedbot.render.messages import Message
from feedbot.storage.chats import Chat
from feedbot.storage.database import Database
from feedbot.telegram.sender import Sender


@dataclass(frozen=True, slots=True)
class BotRules:
    """Plain values of the configuration that the bot needs."""

    site_title: str
    access: str = "private"
    admins: frozenset[int] = frozenset()
    backlog_hours: float = 48


@dataclass(slots=True)
class BotContext:
    """The doors and rules; `rules` is replaced when the configuration changes. `wake` tells the deliverer to look."""

    database: Database
    sender: Sender
    rules: BotRules
    wake: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        """The moment, aware."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Where something was said (chat and topic, 0 for none) and by whom (None: in the name of the chat itself)."""

    chat: Chat
    thread_id: int
    user: User | None

    @property
    def language(self) -> str:
        """The catalogue of the person, else of the chat."""
        tag = self.user.language_code if self.user else None
        return known_language(tag) if tag else self.chat.language

    @property
    def is_group(self) -> bool:
        """Whether others read along."""
        return self.chat.kind != "private"

    async def answer(self, context: BotContext, message: Message) -> None:
        """Sends the message to where the speaker is."""
        await context.sender.send(self.chat.id, message, thread_id=self.thread_id or None)


def thread_of(message: TelegramMessage) -> int:
    """The topic in which a message stands, 0 outside of topics (a plain reply has a thread id as well)."""
    return message.message_thread_id or 0 if message.is_topic_message else 0


def title_of(chat: TelegramChat) -> str:
    """What people call the chat."""
    return chat.title or chat.full_name or chat.username or str(chat.id)
