"""A running sandbox, and bots that talk to it over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from starlette.applications import Starlette
from starlette.routing import Mount

from feedbot.sandbox.model import Chat, User
from feedbot.sandbox.server import SandboxTelegram

TOKEN = "4242:SandboxTestToken"


class PromptSession(AiohttpSession):
    """aiogram's session without its quarter of a second of waiting at the end."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """The base URL of an ASGI app on a free loopback port."""
    # The protocol is named because asyncio turns Nagle's algorithm off only then: 40 ms for each call otherwise.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", access_log=False, loop="asyncio")
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listener])
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            for one in server.servers:
                one.close()
            for connection in list(server.server_state.connections):
                connection.shutdown()
            await until(lambda: not server.server_state.tasks)


@functools.cache
def _unopened() -> PromptSession:
    """A session that is only copied: each new one would read all certificates of the web."""
    return PromptSession()


def new_bot(url: str, token: str = TOKEN) -> Bot:
    """A bot that talks to the sandbox at `url`; close its session."""
    session = copy.copy(_unopened())
    session.api = TelegramAPIServer.from_base(url)
    return Bot(token, session=session)


@contextlib.asynccontextmanager
async def bot_at(url: str, token: str = TOKEN) -> AsyncIterator[Bot]:
    """A bot for the length of a block."""
    bot = new_bot(url, token)
    try:
        yield bot
    finally:
        await bot.session.close()


@dataclass
class Clock:
    """A clock that a test moves."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Stage:
    """A sandbox that runs: one person with an open private chat, and one bot."""

    telegram: SandboxTelegram
    clock: Clock
    url: str
    bot: Bot
    person: User
    chat: Chat
    bots: list[Bot]

    def another_bot(self, token: str = TOKEN) -> Bot:
        bot = new_bot(self.url, token)
        self.bots.append(bot)
        return bot


@contextlib.asynccontextmanager
async def opened(*, bot_token: str = TOKEN, **options: Any) -> AsyncIterator[Stage]:
    """A stage whose time stands still unless the test moves `clock`; the page is below /sandbox, as in production."""
    clock = Clock()
    telegram = SandboxTelegram(**({"clock": clock, "monotonic": clock} | options))
    await telegram.start()
    async with serving(Starlette(routes=[Mount("/sandbox", telegram.app())])) as url:
        person = telegram.users[0] if telegram.users else telegram.add_user("Ann", "en", "ann")
        bot = new_bot(f"{url}/sandbox", bot_token)
        stage = Stage(telegram, clock, f"{url}/sandbox", bot, person, telegram.private_chat(person), [bot])
        await stage.bot.get_me()
        try:
            yield stage
        finally:
            for bot in stage.bots:
                await bot.session.close()
            await telegram.stop()


async def until(condition: Callable[[], Any], seconds: float = 5.0) -> Any:
    """The first true value of `condition`."""
    async with asyncio.timeout(seconds):
        while not (value := condition()):  # noqa: ASYNC110 - the condition is the program's, not an event of ours
            await asyncio.sleep(0.005)
    return value
