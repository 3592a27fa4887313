"""Memory of a running feedbot by the number of its sources."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bench import site
from bench.botapi import TOKEN
from bench.children import Child, Say, child, folder, memory_of, until
from bench.figures import Figure
from bench.running import feedbot

# https://github.com/Rongronggg9/RSS-to-Telegram-Bot says of itself: 6,000 feeds in 350 MB.
_RIVAL_FEEDS = 6000
_RIVAL = 350_000 / _RIVAL_FEEDS
_OF_RIVAL = "RSS-to-Telegram-Bot says of 6,000 feeds"
_ITEMS = 5


@dataclass(frozen=True, slots=True)
class Size:
    """How many sources, in turn; `patience` is how many seconds each may take until all were polled.

    `settle` are the seconds after which memory is read, `bot` says whether the process with the bot is measured too.
    """

    sources: tuple[int, ...] = (1000, 10_000)
    hosts: int = 1000
    patience: float = 900.0
    settle: float = 3.0
    bot: bool = True


FULL = Size()
QUICK = Size(sources=(200,), patience=60.0, settle=1.0)


async def measure(size: Size, say: Say) -> list[Figure]:
    """Megabytes at rest, without and with the bot, then with sources that were all polled; kilobytes a source."""
    say("without sources ...")
    bare, empty = await _imported(), await _with_sources(0, size)
    found = [_whole("no sources, Telegram off", empty, bare)]
    if size.bot:
        found.append(_whole("no sources, with the bot", await _with_bot(size), await _imported("bot")))
    for count in size.sources:
        say(f"{count} sources ...")
        used = await _with_sources(count, size)
        found.append(_whole(f"{count:,} sources", used, bare))
        rival = _RIVAL if count >= _RIVAL_FEEDS else None
        found.append(Figure(f"{count:,} sources", "KB a source, all in all", used / count, rival, _OF_RIVAL))
        found.append(Figure(f"{count:,} sources", "KB for each more", (used - empty) / count, None, "slope from none"))
    return found


def _whole(what: str, used: float, bare: float) -> Figure:
    return Figure(what, "MB", used / 1000, bare / 1000, "the same imports, idle")


async def _imported(*arguments: str) -> float:
    async with child("bench.imported", *arguments) as idle:
        return memory_of(idle.process.pid)


async def _with_bot(size: Size) -> float:
    async with child("bench.botapi") as api:
        with folder() as place:
            settings = {"TELEGRAM__MODE": "polling", "TELEGRAM__TOKEN": TOKEN, "TELEGRAM__API_URL": api.ready["url"]}
            async with feedbot(place, (), **settings) as running:
                await until(lambda: _hears(api), size.patience)
                await asyncio.sleep(size.settle)
                return memory_of(running.pid)


async def _hears(api: Child) -> bool:
    """Whether the bot has begun to listen: all of it is loaded then."""
    return bool((await api.ask(calls="getUpdates"))["count"])


async def _with_sources(count: int, size: Size) -> float:
    async with child("bench.site", str(_ITEMS)) as served:
        urls = [site.address(number, served.ready["port"], hosts=size.hosts) for number in range(count)]
        with folder() as place:
            async with feedbot(place, urls) as running:
                await running.until_polled(count, size.patience)
                await asyncio.sleep(size.settle)
                return memory_of(running.pid)
