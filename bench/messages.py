"""Messages per second through the sandbox: without limits beside bare aiogram, with limits beside what they allow."""

from __future__ import annotations

import asyncio
import contextlib
import html
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import LinkPreviewOptions

from bench.botapi import TOKEN
from bench.children import Child, Say, Stopwatch, child, folder
from bench.figures import Figure
from feedbot import telegram
from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.pacing import Limits, Rate
from feedbot.domain.source import DeclaredSource
from feedbot.services.delivering import CONCURRENCY, Deliverer
from feedbot.services.parcels import MessageOptions
from feedbot.storage import articles, categories, chats, deliveries, sources
from feedbot.storage.database import Database
from feedbot.storage.upgrading import upgrade

_UNLIMITED = Limits(bot=Rate(1_000_000, 1.0), chat=Rate(1_000_000, 1.0), group=Rate(1_000_000, 1.0))
# Telegram's own figures: messages a second of a bot, messages within so many seconds in a group.
_ALLOWED_A_SECOND = 30
_ALLOWED_IN_A_GROUP, _GROUP_SECONDS = 20, 60.0
_PATIENCE = 180.0
# Each article is a message of its own, as if they had come out one by one.
_OPTIONS = MessageOptions(burst=1000)
_BODY = "<p>The council of the town has decided that the old bridge is to be mended before winter comes.</p>" * 4


@dataclass(frozen=True, slots=True)
class Size:
    """Without limits `messages` go to `chats`; with limits one goes to each of `people`, and some to a group."""

    messages: int = 2000
    chats: int = 500
    people: int = 1900
    to_group: int = 24


FULL = Size()
QUICK = Size(messages=400, chats=100, people=150, to_group=0)


async def measure(size: Size, say: Say) -> list[Figure]:
    """Rate and processor time without limits; shares of the allowed rates and refusals with them."""
    say(f"{size.messages} messages without limits ...")
    ours, text = await _without_limits(size)
    bare = await _bare(size, text)
    what, count = "limits off", size.messages
    say(f"{size.people + size.to_group} messages with limits, about {size.people / _ALLOWED_A_SECOND:.0f} s ...")
    return [
        Figure(what, "messages/s", count / ours.wall, count / bare.wall, "aiogram alone"),
        Figure(what, "CPU ms a message", 1000 * ours.cpu / count, 1000 * bare.cpu / count, "aiogram alone"),
        *await _with_limits(size),
    ]


async def _without_limits(size: Size) -> tuple[Stopwatch, str]:
    async with child("bench.botapi") as api, _deliverer(api, _UNLIMITED) as (database, deliverer):
        people = (await api.ask(people=size.chats))["people"]
        await _publish(database, {"News": (people, size.messages // size.chats)})
        took = await _deliver(deliverer, size.messages)
        return took, str((await api.ask(text=people[0]))["text"])


async def _bare(size: Size, text: str) -> Stopwatch:
    """The same messages by aiogram in a loop, as many at once as feedbot sends."""
    async with child("bench.botapi") as api:
        people = (await api.ask(people=size.chats))["people"]
        session = AiohttpSession(api=TelegramAPIServer.from_base(api.ready["url"]))
        async with Bot(TOKEN, session=session) as bot:
            left = iter(people * (size.messages // size.chats))
            watch = Stopwatch()
            await asyncio.gather(*(_send_all(bot, left, html.escape(text)) for _ in range(CONCURRENCY)))
            return watch.stop()


async def _send_all(bot: Bot, chat_ids: Iterator[int], text: str) -> None:
    for chat_id in chat_ids:
        preview = LinkPreviewOptions(is_disabled=True)
        await bot.send_message(chat_id, text, parse_mode="HTML", link_preview_options=preview)


async def _with_limits(size: Size) -> list[Figure]:
    async with child("bench.botapi", "limits") as api, _deliverer(api, Limits()) as (database, deliverer):
        made = await api.ask(people=size.people, groups=1)
        await _publish(database, {"News": (made["people"], 1), "Group": (made["groups"], size.to_group)})
        await _deliver(deliverer, size.people + size.to_group)
        report = await api.ask(report=True)
    sent = sorted((at, chat_id) for at, chat_id in report["sent"])
    figures = [Figure("limits on, all chats", "messages/s", _rate(sent), _ALLOWED_A_SECOND, "Telegram's 30 a second")]
    in_group = [at for at, chat_id in sent if chat_id < 0]
    if len(in_group) > _ALLOWED_IN_A_GROUP:
        seconds = _seconds_of_a_window(in_group)
        a_minute = _ALLOWED_IN_A_GROUP * 60.0 / seconds
        figures.append(
            Figure("limits on, one group", "messages/min", a_minute, _ALLOWED_IN_A_GROUP, "Telegram's 20 a minute")
        )
    figures.append(Figure("limits on", "answers 429", float(report["flooded"]), None, "aim: none"))
    return figures


def _rate(sent: Sequence[tuple[float, int]]) -> float:
    """Messages a second from the first to the last that went to a person."""
    to_people = [at for at, chat_id in sent if chat_id > 0]
    first, last = to_people[0], to_people[-1]
    return sum(first < at <= last for at, _ in sent) / (last - first)


def _seconds_of_a_window(times: Sequence[float]) -> float:
    """The mean time from a message of the group to the twentieth after it."""
    spans = [later - at for at, later in zip(times, times[_ALLOWED_IN_A_GROUP:], strict=False)]
    return sum(spans) / len(spans)


@contextlib.asynccontextmanager
async def _deliverer(api: Child, limits: Limits) -> AsyncIterator[tuple[Database, Deliverer]]:
    """A database, and what sends from it."""
    with folder() as place:
        database = Database(f"sqlite:///{place}/feedbot.db")
        sender = await telegram.connect(TOKEN, api.ready["url"])
        try:
            await upgrade(database)
            yield database, Deliverer(database, sender, _OPTIONS, limits)
        finally:
            await sender.close()
            await database.close()


async def _publish(database: Database, wanted: Mapping[str, tuple[Sequence[int], int]]) -> None:
    """Lets the chats follow each category, then stores so many articles in it, due at once."""
    now = datetime.now(UTC)
    async with database.write() as connection:
        town = DeclaredSource(id="town", title="Town", url="http://town.example/")
        await sources.reconcile(connection, [town], now)
        ids = await categories.ensure(connection, wanted)
        for path, (chat_ids, count) in wanted.items():
            for chat_id in chat_ids:
                kind = "private" if chat_id > 0 else "group"
                await chats.upsert(connection, chat_id, kind=kind, title="", language="en", now=now)
                await chats.follow(connection, chat_id, thread_id=0, category_id=ids[path], now=now)
            drafts = [_story(path, number, now) for number in range(count)]
            listed = judging.judge(judging.keyed(drafts, "auto"), []).listed
            made = [await articles.add(connection, 1, entry, entry.draft, [path], now) for entry in listed]
            stored = [article_id for article_id in made if article_id is not None]
            await deliveries.fan_out(connection, stored, reason=None, now=now, due_at=now)


def _story(path: str, number: int, now: datetime) -> Draft:
    url = f"http://town.example/{path}/{number}"
    return Draft(url=url, title=f"Story {number} of the town", body_html=_BODY, published=now)


async def _deliver(deliverer: Deliverer, count: int) -> Stopwatch:
    """Runs the deliverer until so many deliveries have been sent."""
    watch = Stopwatch()
    running = asyncio.create_task(deliverer.run())
    try:
        async with asyncio.timeout(_PATIENCE):
            while deliverer.counts["sent"] < count:  # noqa: ASYNC110 (it counts, and sets no event)
                await asyncio.sleep(0.01)
        return watch.stop()
    finally:
        await deliverer.stop()
        await running
