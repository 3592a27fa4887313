"""The Telegram side of a process: what is sent, and what is heard."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import structlog

from feedbot.app import composing
from feedbot.errors import FeedbotError
from feedbot.services import informing
from feedbot.services.delivering import Deliverer
from feedbot.services.polling import utc_now
from feedbot.settings import Settings
from feedbot.storage.database import Database
from feedbot.telegram import connect

if TYPE_CHECKING:
    from feedbot.bot.context import BotContext
    from feedbot.bot.listener import Listener
    from feedbot.telegram.sender import Sender

log = structlog.get_logger()


class TelegramSide:
    """Sends deliveries and hears commands, once aiogram is loaded, which takes seconds and stops nothing else."""

    def __init__(self, database: Database, token: str, api_url: str, settings: Settings) -> None:
        self._database = database
        self._token = token
        self._api_url = api_url
        self._settings = settings
        self._sender: Sender | None = None
        self._deliverer: Deliverer | None = None
        self._listener: Listener | None = None
        self._context: BotContext | None = None
        self._problem: str | None = None
        self._stopping = False

    @property
    def alarm(self) -> str | None:
        """Why nothing can be sent or heard; None while all is well."""
        parts = (self._deliverer, self._listener)
        return self._problem or next((part.alarm for part in parts if part and part.alarm), None)

    @property
    def username(self) -> str | None:
        """The bot's name on Telegram, without @; None while it is not known."""
        return self._listener.username if self._listener else None

    @property
    def counts(self) -> Counter[str]:
        """The deliverer's numbers since the start."""
        return self._deliverer.counts if self._deliverer else Counter()

    async def run(self) -> None:
        """Sends and listens until `stop`."""
        try:
            self._sender = await connect(self._token, self._api_url)
            listener_class, context_class = await asyncio.to_thread(_load_bot)
        except FeedbotError as error:
            self._problem = str(error)
            log.error("telegram_is_off", reason=str(error))  # noqa: TRY400 - the reason says it all
            return
        if self._stopping:
            return
        self._deliverer = Deliverer(
            self._database,
            self._sender,
            composing.message_options(self._settings),
            composing.bot_limits(self._settings),
        )
        self._context = context_class(
            self._database, self._sender, composing.bot_rules(self._settings), self._deliverer.wake
        )
        self._listener = listener_class(self._context)
        await asyncio.gather(self._deliverer.run(), self._listener.run())

    async def stop(self) -> None:
        """Hears nothing more, and gives what is on its way a moment to arrive."""
        self._stopping = True
        ends = [part.stop() for part in (self._listener, self._deliverer) if part]
        await asyncio.gather(*ends)
        if self._sender:
            await self._sender.close()

    async def inform(self) -> None:
        """Tells the admins what waits for their word, once Telegram is there."""
        if self._sender and self._listener and not self._stopping:
            await informing.tell(self._database, self._sender, self._settings.telegram.admins, utc_now())

    def wake(self) -> None:
        """There are new deliveries."""
        if self._deliverer:
            self._deliverer.wake()

    def reconfigure(self, settings: Settings) -> None:
        """Takes changed rules and message options into effect."""
        self._settings = settings
        if self._deliverer:
            self._deliverer.reconfigure(composing.message_options(settings))
        if self._context:
            self._context.rules = composing.bot_rules(settings)


def _load_bot() -> tuple[type[Listener], type[BotContext]]:
    from feedbot.bot.context import BotContext  # noqa: PLC0415 - slow to import
    from feedbot.bot.listener import Listener  # noqa: PLC0415

    return Listener, BotContext
