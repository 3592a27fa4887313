"""What a chat asks for: to be known, to follow, to stop following, to pause and to come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feedbot.domain.article import Article
from feedbot.services import outcomes
from feedbot.storage import articles, categories, chats, outbox, sources
from feedbot.storage.categories import CategoryNode
from feedbot.storage.chats import Chat, Subscription
from feedbot.storage.database import Database

LATEST = 5


@dataclass(frozen=True, slots=True)
class Following:
    """What a chat (or its topic) can choose from and has chosen."""

    tree: tuple[CategoryNode, ...]
    subscriptions: tuple[Subscription, ...]

    @property
    def category_ids(self) -> frozenset[int]:
        """The categories that are followed themselves, not by a parent."""
        return frozenset(one.category_id for one in self.subscriptions if one.category_id is not None)


async def known_chat(database: Database, chat_id: int) -> Chat | None:
    """The chat; None if it never spoke to the bot."""
    async with database.read() as connection:
        return await chats.get(connection, chat_id)


async def meet(database: Database, chat_id: int, *, kind: str, title: str, language: str, now: datetime) -> Chat:
    """The chat as it is stored, made if it is new; a private chat follows the language of its person."""
    async with database.write() as connection:
        chat = await chats.upsert(connection, chat_id, kind=kind, title=title, language=language, now=now)
        if kind == "private" and chat.language != language:
            await chats.set_values(connection, chat_id, language=language)
    return chat


async def following(database: Database, chat_id: int, thread_id: int) -> Following:
    """The category tree and what the chat's topic follows."""
    async with database.read() as connection:
        tree = await categories.tree(connection)
        chosen = await chats.subscriptions(connection, chat_id, thread_id)
    return Following(tuple(tree), tuple(chosen))


async def follow_category(
    database: Database, chat_id: int, thread_id: int, category_id: int, now: datetime
) -> tuple[CategoryNode | None, bool]:
    """The category now followed (None if it is gone), and whether it was not before."""
    async with database.write() as connection:
        node = await categories.get(connection, category_id)
        if node is None:
            return None, False
        is_new = await chats.follow(connection, chat_id, thread_id=thread_id, category_id=category_id, now=now)
    return node, is_new


async def follow_source(
    database: Database, chat_id: int, thread_id: int, number: int, now: datetime
) -> tuple[str | None, bool]:
    """The title of the source now followed (None if it is gone), and whether it was not before."""
    async with database.write() as connection:
        source = await sources.by_number(connection, number)
        if source is None or source.removed_at:
            return None, False
        is_new = await chats.follow(connection, chat_id, thread_id=thread_id, source_number=number, now=now)
    return source.title, is_new


async def unfollow_category(database: Database, chat_id: int, thread_id: int, category_id: int) -> bool:
    """Ends the topic's subscription to a category; False if there was none."""
    async with database.write() as connection:
        return await chats.unfollow(connection, chat_id, thread_id=thread_id, category_id=category_id)


async def unfollow_source(database: Database, chat_id: int, thread_id: int, number: int) -> bool:
    """Ends the topic's subscription to a source; False if there was none."""
    async with database.write() as connection:
        return await chats.unfollow(connection, chat_id, thread_id=thread_id, source_number=number)


async def pause(database: Database, chat_id: int, now: datetime) -> bool:
    """Keeps new articles back until the chat resumes; what is already due waits too. False if it was paused."""
    async with database.write() as connection:
        changed = await chats.set_state(connection, chat_id, "paused", None, now)
        await outbox.hold_open(connection, chat_id, "paused")
    return changed


async def resume(database: Database, chat_id: int, backlog_hours: float, now: datetime) -> tuple[int, int]:
    """Lets articles come again; how many that waited come now, and how many were too old for that."""
    return await outcomes.resume_chat(database, chat_id, backlog_hours=backlog_hours, now=now)


async def welcome_back(database: Database, chat: Chat, thread_id: int, backlog_hours: float, now: datetime) -> bool:
    """A chat and topic in which somebody speaks can be written to again; whether one of them was suspended."""
    is_back = chat.state == "suspended"
    if is_back:
        await outcomes.resume_chat(database, chat.id, backlog_hours=backlog_hours, now=now)
    async with database.read() as connection:
        is_closed = await chats.topic_is_suspended(connection, chat.id, thread_id)
    if is_closed:
        await outcomes.resume_topic(database, chat.id, thread_id, backlog_hours=backlog_hours, now=now)
    return is_back or is_closed


async def suspend(database: Database, chat_id: int, reason: str, now: datetime) -> None:
    """The bot was blocked or removed: nothing is sent and nothing is forgotten until it is back.

    A chat that was paused stays so: its people said that, and the return of the bot does not take it back.
    """
    async with database.write() as connection:
        known = await chats.get(connection, chat_id)
        if known and known.state == "paused":
            return
        await chats.set_state(connection, chat_id, "suspended", reason, now)
        await outbox.hold_open(connection, chat_id, reason)


async def migrate(database: Database, old_id: int, new_id: int) -> None:
    """A group became a supergroup with another id: its choices and deliveries go along."""
    async with database.write() as connection:
        await chats.migrate(connection, old_id, new_id)


async def let_in(database: Database, chat_id: int) -> Chat | None:
    """Allows a chat to use a private bot; the chat, None if the bot never heard of it."""
    async with database.write() as connection:
        known = await chats.get(connection, chat_id)
        if known:
            await chats.set_values(connection, chat_id, allowed=True)
    return known


async def latest(database: Database, category_id: int | None, chosen: Following) -> list[tuple[Article, str]]:
    """The newest articles with the path under which they are shown: of one category, else of all that is followed."""
    paths = [one.label for one in chosen.subscriptions if one.category_id]
    numbers = [one.source_number for one in chosen.subscriptions if one.source_number]
    found: dict[int, tuple[Article, str]] = {}
    async with database.read() as connection:
        if category_id is not None:
            node = await categories.get(connection, category_id)
            paths, numbers = [node.path] if node else [], []
        for path in paths:
            for article in await articles.latest(connection, category=path, limit=LATEST):
                found.setdefault(article.id, (article, path))
        for number in numbers:
            source = await sources.by_number(connection, number)
            for article in await articles.latest(connection, source=source.id, limit=LATEST) if source else ():
                found.setdefault(article.id, (article, ""))
        if category_id is None and not paths and not numbers:
            found = {article.id: (article, "") for article in await articles.latest(connection, limit=LATEST)}
    newest = sorted(found.values(), key=lambda pair: (pair[0].date, pair[0].id), reverse=True)
    return newest[:LATEST]
