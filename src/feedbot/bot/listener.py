"""Reading updates by long polling, and telling Telegram which commands there are."""

from __future__ import annotations

import asyncio

import structlog
from aiogram import Dispatcher
from aiogram.exceptions import AiogramError
from aiogram.types import BotCommand

from feedbot.bot import buttons, commands, membership
from feedbot.bot.access import Doorkeeper
from feedbot.bot.command_list import COMMANDS
from feedbot.bot.context import BotContext
from feedbot.errors import SendError, TokenRefused
from feedbot.locales import ENGLISH, translator

UPDATES = ["message", "channel_post", "callback_query", "my_chat_member"]
LONG_POLL_SECONDS = 25
CONCURRENCY = 50
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
TELEGRAM_LANGUAGES = {"zh_CN": "zh"}

log = structlog.get_logger()


class Listener:
    """Reads updates until it is stopped; an unreachable server or a refused token is waited out."""

    def __init__(self, context: BotContext) -> None:
        self._context = context
        self._dispatcher = Dispatcher()
        keeper = Doorkeeper(context)
        self._dispatcher.include_routers(
            membership.Membership(context).router(), buttons.router(context), commands.Commands(context).router()
        )
        for part in self._dispatcher.sub_routers:
            if part.name in {"buttons", "commands"}:
                for observer in (part.message, part.channel_post, part.callback_query):
                    observer.middleware(keeper)
        self._stopping = False
        self.alarm: str | None = None
        self.username: str | None = None

    async def run(self) -> None:
        """Registers the commands and reads updates until `stop`."""
        wait = FIRST_WAIT
        while not self._stopping:
            try:
                self.username = (await self._context.sender.identity()).username
                await self._register()
                self.alarm = None
                wait = FIRST_WAIT
                log.info("telegram_connected")
                if self._stopping:
                    return
                await self._dispatcher.start_polling(
                    self._context.sender.bot,
                    polling_timeout=LONG_POLL_SECONDS,
                    handle_signals=False,
                    close_bot_session=False,
                    allowed_updates=UPDATES,
                    tasks_concurrency_limit=CONCURRENCY,
                )
            except TokenRefused as error:
                self.alarm = error.reason
                wait = LONGEST_WAIT
                log.error("telegram_token_refused", reason=error.reason, next_try_seconds=wait)  # noqa: TRY400
            except (SendError, AiogramError, OSError) as error:
                self.alarm = f"Telegram cannot be reached: {error}"
                log.warning("telegram_unreachable", reason=str(error), next_try_seconds=wait)
            except Exception as error:
                # Whatever it is: a bot that hears nothing any more must at least try again, and say so.
                self.alarm = f"Listening to Telegram failed: {type(error).__name__}"
                log.exception("listening_failed", next_try_seconds=wait)
            if not self._stopping:
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def stop(self) -> None:
        """Ends reading; updates that were not confirmed come again at the next start."""
        self._stopping = True
        try:
            await self._dispatcher.stop_polling()
        except RuntimeError:
            log.debug("telegram_was_not_polling")

    async def _register(self) -> None:
        """Names the commands to Telegram, in English for everybody and in each language that has a catalogue."""
        bot = self._context.sender.bot
        for language in (ENGLISH, *TELEGRAM_LANGUAGES):
            _ = translator(language)
            listed = [BotCommand(command=name, description=_(sentence)) for name, sentence in COMMANDS]
            await bot.set_my_commands(listed, language_code=TELEGRAM_LANGUAGES.get(language))
