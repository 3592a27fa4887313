"""A database with articles and chats, a sandbox Bot API over HTTP, and the deliverer between them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from sqlalchemy import select

from feedbot import telegram
from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.pacing import Limits, Rate
from feedbot.domain.source import DeclaredSource
from feedbot.sandbox.server import SandboxTelegram
from feedbot.services.delivering import Deliverer
from feedbot.services.parcels import MessageOptions
from feedbot.storage import articles, categories, chats, deliveries, sources
from feedbot.storage.database import Database
from feedbot.storage.tables import chat as chat_table
from feedbot.storage.tables import delivery as delivery_table
from feedbot.telegram.sender import Sender

TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
PATH = "News/Town"
UNLIMITED = Limits(bot=Rate(10_000, 1.0), chat=Rate(10_000, 1.0), group=Rate(10_000, 1.0))
PATIENCE = 10.0


@asynccontextmanager
async def served(sandbox: SandboxTelegram) -> AsyncIterator[str]:
    """The address of the sandbox's Bot API, on a free port."""
    config = uvicorn.Config(sandbox.app(), host="127.0.0.1", port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    await sandbox.start()
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        await sandbox.stop()
        server.should_exit = server.force_exit = True
        await task


async def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Returns when the condition holds; fails after so many seconds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (the other side is a server, which sets no event)
            await asyncio.sleep(0.005)


@dataclass(slots=True)
class Rig:
    """Everything that a delivery passes through."""

    database: Database
    sandbox: SandboxTelegram
    sender: Sender
    api_url: str
    stories: int = 0

    def deliverer(self, *, limits: Limits = UNLIMITED, **options: Any) -> Deliverer:
        """A sender of this database's deliveries."""
        return Deliverer(self.database, self.sender, MessageOptions(**options), limits)

    async def person(self, name: str = "Ann", language: str = "en") -> int:
        """A private chat that follows the category; its id."""
        return await self.follow(self.sandbox.private_chat(self.sandbox.add_user(name)).id, "private", language)

    async def group(self, *, is_forum: bool = False) -> int:
        """A group that follows the category (a forum: in no topic); its id."""
        creator = self.sandbox.add_user("Creator")
        made = self.sandbox.group("Neighbours", [], [creator], is_forum)
        return await self.follow(made.id, "supergroup" if is_forum else "group")

    async def follow(self, chat_id: int, kind: str, language: str = "en", *, thread_id: int = 0) -> int:
        """Stores the chat with a subscription of the category."""
        now = datetime.now(UTC)
        async with self.database.write() as connection:
            ids = await categories.ensure(connection, [PATH])
            await chats.upsert(connection, chat_id, kind=kind, title="", language=language, now=now)
            await chats.follow(connection, chat_id, thread_id=thread_id, category_id=ids[PATH], now=now)
        return chat_id

    async def publish(self, *titles: str, hours_ago: float = 0) -> list[int]:
        """Stores an article of each title, with a delivery for every chat; the articles' ids."""
        now = datetime.now(UTC) - timedelta(hours=hours_ago)
        made = []
        async with self.database.write() as connection:
            await sources.reconcile(
                connection, [DeclaredSource(id="town", title="Town", url="https://town.example/")], now
            )
            for title in titles:
                self.stories += 1
                url = f"https://town.example/{self.stories}"
                draft = Draft(url=url, title=title, body_html="<p>The body speaks.</p>", published=now)
                drafts = judging.keyed([draft], "auto")
                entry = judging.judge(drafts, []).listed[0]
                article_id = await articles.add(connection, 1, entry, draft, [PATH], now)
                assert article_id is not None
                made.append(article_id)
            await deliveries.fan_out(connection, made, reason=None, now=now, due_at=now)
        return made

    async def deliver(self, deliverer: Deliverer) -> None:
        """Sends until nothing is due any more; chats that are parked are left alone."""
        async with asyncio.timeout(PATIENCE):
            idle = 0
            while idle < 2:  # a round that starts nothing and then sees nothing new
                deliverer.wake()
                await deliverer.tick(datetime.now(UTC), time.monotonic())
                idle = 0 if deliverer.in_flight else idle + 1
                await deliverer.settle()

    async def rows(self, *names: str, chat_id: int | None = None) -> list[tuple[Any, ...]]:
        """These columns of the deliveries (of one chat), oldest first."""
        query = select(*(delivery_table.c[name] for name in names)).order_by(delivery_table.c.id)
        if chat_id is not None:
            query = query.where(delivery_table.c.chat_id == chat_id)
        async with self.database.read() as connection:
            return [tuple(row) for row in await connection.execute(query)]

    async def states(self, chat_id: int | None = None) -> list[str]:
        """The states of the deliveries (of one chat), oldest first."""
        return [state for (state,) in await self.rows("state", chat_id=chat_id)]

    async def chat(self, chat_id: int) -> chats.Chat:
        """The stored chat."""
        async with self.database.read() as connection:
            found = await chats.get(connection, chat_id)
        assert found is not None
        return found

    async def unpark(self) -> None:
        """Lets the time of every parking pass."""
        async with self.database.write() as connection:
            await connection.execute(chat_table.update().values(parked_until=None))

    def titles(self, chat_id: int) -> list[str]:
        """The first line of each message that the chat got from the bot."""
        return [line.split("\n")[0] for line in self.texts(chat_id)]

    def texts(self, chat_id: int) -> Sequence[str]:
        """The texts that the chat got from the bot."""
        got = (one for one in self.sandbox.messages(chat_id) if one.get("from", {}).get("is_bot"))
        return [one["text"] for one in got if "text" in one]


@asynccontextmanager
async def rig(database: Database, *, limits: bool = False) -> AsyncIterator[Rig]:
    """The rig; `limits`: the sandbox keeps Telegram's flood limits."""
    sandbox = SandboxTelegram(token=TOKEN, limits=limits)
    async with served(sandbox) as url:
        sender = await telegram.connect(TOKEN, url)
        try:
            yield Rig(database, sandbox, sender, url)
        finally:
            await sender.close()
