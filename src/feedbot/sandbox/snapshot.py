"""Chats and messages over a restart: a JSON file, replaced whole a moment after a change, off the event loop."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import os
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from feedbot.sandbox.limits import FloodLimits
from feedbot.sandbox.model import HISTORY, UPDATES, Bot, Chat, Json, Topic, User, Webhook
from feedbot.sandbox.world import World

log = logging.getLogger(__name__)

FORMAT = 1
PAUSE = 0.3
# A big snapshot is written more seldom: at most a tenth of the time goes into it.
SHARE = 10.0
SKIPPED = 10_000
_CHAT_FIELD_NAMES = (
    "id type title user_id is_forum username bot_status started blocked migrated_to last_message_id "
    "pinned menu_button unread"
)
CHAT_FIELDS = _CHAT_FIELD_NAMES.split()


class Snapshots:
    """Loads the file at `start`, saves it after changes and at `stop`."""

    def __init__(self, world: World, path: Path) -> None:
        self._world = world
        self._path = path
        self._task: asyncio.Task[None] | None = None
        self._due = asyncio.Event()
        self._saved = 0

    async def start(self) -> None:
        """Reads the file into a world that is still empty; a damaged file is put aside and the sandbox begins anew.

        Raises:
            OSError: the file cannot be read.
        """
        state = await asyncio.to_thread(self._read)
        if state is not None and not self._world.chats and not self._world.bots:
            restore(self._world, state)
            if not state["clean"]:
                skip_ids(self._world)
        self._saved = self._world.version
        self._world.listeners.append(self._changed)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Saves what is not saved yet."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._changed in self._world.listeners:
            self._world.listeners.remove(self._changed)
        await self._save(clean=True)

    def _changed(self, _kind: str, _event: Json) -> None:
        if self._saved != self._world.version:
            self._due.set()

    async def _run(self) -> None:
        pause = PAUSE
        while True:
            await self._due.wait()
            await asyncio.sleep(pause)
            self._due.clear()
            began = time.monotonic()
            try:
                await self._save()
            except OSError as error:
                log.warning("the sandbox's state was not saved: %s", error)
            pause = max(PAUSE, SHARE * (time.monotonic() - began))

    async def _save(self, *, clean: bool = False) -> None:
        version = self._world.version
        state = snapshot(self._world) | {"clean": clean}
        await asyncio.shield(asyncio.to_thread(self._write, state))
        self._saved = version

    def _write(self, state: Json) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f"{self._path.name}.new")
        with temporary.open("w", encoding="utf-8") as file:
            for piece in _pieces(state):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)

    def _read(self) -> Json | None:
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            return _parsed(text)
        except (ValueError, KeyError, TypeError) as error:
            aside = self._path.with_name(f"{self._path.name}.damaged")
            self._path.replace(aside)
            log.warning("%s is damaged (%s): it is now %s, and the sandbox begins anew", self._path, error, aside)
            return None


def _pieces(state: Json) -> Iterator[str]:
    """The state as JSON, chat by chat: a whole history at once would hold up the event loop's thread."""
    head = json.dumps({key: value for key, value in state.items() if key != "chats"})
    yield head[:-1] + ',"chats":['
    for number, chat in enumerate(state["chats"]):
        yield ("," if number else "") + json.dumps(chat, separators=(",", ":"))
    yield "]}"


def _parsed(text: str) -> Json:
    state: Json = json.loads(text)
    if state["format"] != FORMAT:
        raise ValueError(f"format {state['format']} is not known")
    return state


def snapshot(world: World) -> Json:
    """The world as JSON; only containers are copied, since messages are never changed in place."""
    return {
        "format": FORMAT,
        "next_user": world.next_user,
        "next_group": world.next_group,
        "users": [asdict(user) for user in world.users.values()],
        "chats": [_chat_state(chat) for chat in world.chats.values()],
        "bots": [_bot_state(bot) for bot in world.bots.values()],
        "files": {
            file_id: content if isinstance(content, str) else {"base64": base64.b64encode(content).decode()}
            for file_id, content in world.files.items()
        },
    }


def _chat_state(chat: Chat) -> Json:
    return {name: getattr(chat, name) for name in CHAT_FIELDS} | {
        "members": [[user_id, status] for user_id, status in chat.members.items()],
        "messages": list(chat.messages.values()),
        "topics": [asdict(topic) for topic in chat.topics.values()],
        "notes": list(chat.notes),
        "bot_posts": list(chat.bot_posts),
        "reactions": [
            [message_id, user_id, reactions]
            for message_id, by_user in chat.reactions.items()
            for user_id, reactions in by_user.items()
        ],
    }


def _bot_state(bot: Bot) -> Json:
    return {
        "token": bot.token,
        "user": asdict(bot.user),
        "updates": list(bot.updates),
        "last_update_id": bot.last_update_id,
        "allowed": sorted(bot.allowed) if bot.allowed is not None else None,
        "webhook": asdict(bot.webhook) if bot.webhook else None,
        "commands": dict(bot.commands),
        "texts": dict(bot.texts),
        "menu_button": bot.menu_button,
    }


def restore(world: World, state: Json) -> None:
    """Puts a snapshot's content into an empty world."""
    world.next_user, world.next_group = state["next_user"], state["next_group"]
    world.users.update((one["id"], User(**one)) for one in state["users"])
    world.chats.update((one["id"], _chat(one)) for one in state["chats"])
    world.bots.update((one["token"], _bot(world, one)) for one in state["bots"])
    for file_id, content in state["files"].items():
        world.files[file_id] = content if isinstance(content, str) else base64.b64decode(content["base64"])


def skip_ids(world: World) -> None:
    """After a kill the last changes may be missing: ids that were already told to a bot are not used again."""
    for chat in world.chats.values():
        chat.last_message_id += SKIPPED
    for bot in world.bots.values():
        bot.last_update_id += SKIPPED


def _chat(state: Json) -> Chat:
    fields: dict[str, Any] = dict(state)
    reactions: dict[int, dict[int, list[Json]]] = {}
    for message_id, user_id, chosen in fields.pop("reactions"):
        reactions.setdefault(message_id, {})[user_id] = chosen
    fields["members"] = dict(fields["members"])
    fields["messages"] = {one["message_id"]: one for one in fields["messages"]}
    fields["topics"] = {one["id"]: Topic(**one) for one in fields["topics"]}
    fields["notes"] = deque(fields["notes"], maxlen=HISTORY)
    fields["bot_posts"] = set(fields["bot_posts"])
    return Chat(**fields, reactions=reactions)


def _bot(world: World, state: Json) -> Bot:
    bot = Bot(state["token"], User(**state["user"]), FloodLimits(world.monotonic()))
    bot.updates = deque(((number, kind, payload) for number, kind, payload in state["updates"]), maxlen=UPDATES)
    bot.last_update_id = state["last_update_id"]
    bot.allowed = None if state["allowed"] is None else frozenset(state["allowed"])
    bot.webhook = Webhook(**state["webhook"]) if state["webhook"] else None
    bot.commands, bot.texts, bot.menu_button = state["commands"], state["texts"], state["menu_button"]
    return bot
