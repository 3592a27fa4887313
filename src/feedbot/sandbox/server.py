"""A Telegram Bot API on this machine, with the person's side in reach of tests and the chat page."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route

from feedbot.sandbox.calls import Calls
from feedbot.sandbox.http import BotApi
from feedbot.sandbox.model import Bot, Chat, Injected, Json, Press, User
from feedbot.sandbox.page import ChatPage
from feedbot.sandbox.people import People
from feedbot.sandbox.snapshot import Snapshots
from feedbot.sandbox.world import World

__all__ = ["Injected", "SandboxTelegram"]


class SandboxTelegram:
    """A Bot API server that a real bot cannot tell from Telegram, for the methods that feedbot uses.

    Args:
        token: the only token that is accepted; None accepts any well-formed one, one bot each.
        username: the bot's @username.
        state_file: where chats and messages are kept over a restart; None keeps them in memory.
        limits: whether the flood limits hold.
        clock: dates, in Unix seconds.
        monotonic: the clock of the flood limits, in seconds.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        username: str = "feedbot_sandbox_bot",
        state_file: Path | None = None,
        limits: bool = True,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._world = World(username=username, limits=limits, clock=clock, monotonic=monotonic)
        self._people = People(self._world)
        self._api = BotApi(self._world, token)
        self._page = ChatPage(self._world, self._people, self._api.faults)
        self._snapshots = Snapshots(self._world, state_file) if state_file else None

    def app(self) -> Starlette:
        """The Bot API and the chat page; works below any prefix."""
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._api),
                Route("/file/bot{token}/photos/{file_id}", self._api.file),
                *self._page.routes(),
            ],
        )

    async def start(self) -> None:
        """Brings chats and messages back and begins to save.

        Raises:
            OSError: the state file cannot be read.
        """
        if self._snapshots:
            await self._snapshots.start()
        self._api.updates.start()
        self._page.start()

    async def stop(self) -> None:
        """Ends waiting polls and page streams at once, and saves."""
        self._page.stop()
        await self._api.updates.stop()
        if self._snapshots:
            await self._snapshots.stop()

    @property
    def calls(self) -> Calls:
        """What bots called so far."""
        return self._api.calls

    @property
    def users(self) -> list[User]:
        """Everybody, in the order of coming."""
        return list(self._world.users.values())

    @property
    def chats(self) -> list[Chat]:
        """Every chat, in the order of making."""
        return list(self._world.chats.values())

    @property
    def bots(self) -> list[Bot]:
        """The bots that called so far."""
        return list(self._world.bots.values())

    def add_user(self, first_name: str, language_code: str | None = "en", username: str | None = None) -> User:
        """A new person, whom the bot cannot write to before `private_chat` or `say`."""
        return self._world.new_user(first_name, language_code, username)

    def deactivate(self, user_id: int) -> None:
        """The person deletes the account."""
        self._people.user(user_id).deactivated = True
        self._world.changed("users", {})

    def private_chat(self, user: User, *, started: bool = True) -> Chat:
        """The person's chat with the bot; `started` says whether the person ever wrote to it."""
        return self._people.open_private_chat(user, started=started)

    def group(
        self,
        title: str,
        members: list[User],
        admins: list[User],
        is_forum: bool = False,  # noqa: FBT001, FBT002 - reads as one word at the call
        *,
        bot_status: str = "administrator",
    ) -> Chat:
        """A basic group, or with `is_forum` a supergroup with topics; the first of `admins` is its creator."""
        kind = "supergroup" if is_forum else "group"
        return self._people.gather(kind, title, members, admins, is_forum=is_forum, bot_status=bot_status)

    def channel(self, title: str, admins: list[User], *, bot_status: str = "administrator") -> Chat:
        """A channel; the first of `admins` is its creator."""
        return self._people.gather("channel", title, [], admins, is_forum=False, bot_status=bot_status)

    def say(
        self,
        chat_id: int,
        user_id: int,
        text: str,
        thread_id: int | None = None,
        *,
        reply_to: int | None = None,
    ) -> Json:
        """The person writes; the stored message.

        Raises:
            SandboxMisuse: this person cannot write there.
        """
        return self._people.say(chat_id, user_id, text, thread_id, reply_to)

    def edit(self, chat_id: int, message_id: int, text: str) -> Json:
        """The person changes a message; the stored message."""
        return self._people.edit(chat_id, message_id, text)

    def press(self, chat_id: int, message_id: int, user_id: int, button: str) -> Press:
        """The person presses the button with this callback data or text; await `wait()` for the bot's answer.

        Raises:
            SandboxMisuse: the message has no such button.
        """
        return self._people.press(chat_id, message_id, user_id, button)

    def react(self, chat_id: int, message_id: int, user_id: int, emoji: str | None) -> None:
        """The person's reaction to a message; None takes it away."""
        self._people.react(chat_id, message_id, user_id, emoji)

    def block(self, chat_id: int) -> None:
        """The person blocks the bot."""
        self._people.block(self._people.chat(chat_id))

    def unblock(self, chat_id: int) -> None:
        """The person lets the bot write again."""
        self._people.unblock(self._people.chat(chat_id))

    def kick(self, chat_id: int) -> None:
        """The bot is thrown out of a group or channel."""
        self._people.set_bot_status(self._people.chat(chat_id), "kicked")

    def set_bot_status(self, chat_id: int, status: str) -> None:
        """The bot becomes `member`, `administrator`, `left` or `kicked` in a group or channel."""
        self._people.set_bot_status(self._people.chat(chat_id), status)

    def open_topic(self, chat_id: int, name: str, user_id: int | None = None) -> int:
        """A new topic in a forum; its id."""
        user = self._people.user(user_id) if user_id else None
        return self._people.open_topic(self._people.chat(chat_id), name, user)

    def close_topic(self, chat_id: int, thread_id: int) -> None:
        """The topic takes no messages any more."""
        self._people.set_topic_closed(self._people.chat(chat_id), thread_id, closed=True)

    def reopen_topic(self, chat_id: int, thread_id: int) -> None:
        """The topic takes messages again."""
        self._people.set_topic_closed(self._people.chat(chat_id), thread_id, closed=False)

    def migrate(self, chat_id: int) -> int:
        """The basic group becomes a supergroup; its new id."""
        return self._people.migrate(self._people.chat(chat_id)).id

    def inject(self, chat_id: int | None, method: str | None, error: Injected, times: int = 1) -> None:
        """A fault for the next `times` calls, of one chat or any (None), of one method or any that is not polling."""
        self._api.faults.add(chat_id, method, error, times)
        self._world.tell("faults", {})

    def clear_faults(self) -> None:
        """Takes the injected faults away."""
        self._api.faults.clear()
        self._world.tell("faults", {})

    def messages(self, chat_id: int) -> list[Json]:
        """The kept messages of a chat as the API serialises them, oldest first."""
        return list(self._people.chat(chat_id).messages.values())
