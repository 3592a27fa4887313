"""aiogram's HTTP session, which also understands a proxy's own error pages."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import Response, TelegramMethod
from aiohttp import ClientTimeout

from feedbot.telegram.failures import FLOOD_WAIT_UNNAMED

SECONDS_TO_CONNECT = 10


class Session(AiohttpSession):
    """Answers that are not JSON come from something in front of the Bot API: their status says what happened.

    A success or a gateway timeout without JSON stays undecided, since the request may have been passed on.
    """

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109
        """The result of the call; `timeout` is in seconds, and a part of it is for the connection alone.

        Only so a server that cannot be reached is told from one that took the request and never answered.
        """
        total = self.timeout if timeout is None else timeout
        limits = ClientTimeout(total=total, connect=min(SECONDS_TO_CONNECT, total))
        return await super().make_request(bot, method, timeout=limits)  # type: ignore[arg-type]  # aiohttp takes both

    async def close(self) -> None:
        """Closes the connections, and returns when they are closed: aiohttp waits for them, so no pause is needed."""
        if self._session is not None and not self._session.closed:
            await self._session.close()

    def check_response(self, bot: Bot, method: TelegramMethod[Any], status_code: int, content: str) -> Response[Any]:
        """The parsed response; raises an aiogram exception for any error."""
        if (
            status_code >= HTTPStatus.BAD_REQUEST
            and status_code != HTTPStatus.GATEWAY_TIMEOUT
            and not _is_json(content)
        ):
            said = f"HTTP {status_code} without an answer of the Bot API"
            if status_code == HTTPStatus.TOO_MANY_REQUESTS:
                raise TelegramRetryAfter(method, said, int(FLOOD_WAIT_UNNAMED))
            kind = TelegramServerError if status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else TelegramAPIError
            raise kind(method, said)
        return super().check_response(bot, method, status_code, content)


def _is_json(content: str) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except ValueError:
        return False
