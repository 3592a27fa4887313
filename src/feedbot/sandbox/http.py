"""The Bot API over HTTP: `/bot<token>/<method>` in, JSON out, and a broken connection where one is asked for."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from feedbot.sandbox.arguments import Arguments, read_arguments
from feedbot.sandbox.calls import CallRecord, Calls
from feedbot.sandbox.faults import Faults
from feedbot.sandbox.methods import HANDLERS
from feedbot.sandbox.methods.call import Call
from feedbot.sandbox.model import Bot, Injected, Json, Refusal
from feedbot.sandbox.updates import Updates
from feedbot.sandbox.world import World

TOKEN = re.compile(r"[0-9]{1,15}:[A-Za-z0-9_-]{1,64}")
BODY_BYTES = 64 * 1024 * 1024
NOT_FOUND = Refusal(404, "Not Found")
UNAUTHORIZED = Refusal(401, "Unauthorized")
TOO_LARGE = Refusal(413, "Request Entity Too Large")


class Dropped(Exception):
    """The connection is to break instead of an answer."""


class BotApi:
    """The ASGI endpoint of every method."""

    def __init__(self, world: World, token: str | None) -> None:
        self.world = world
        self.calls = Calls()
        self.faults = Faults()
        self.updates = Updates(world, self.dispatch)
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        try:
            status, body = await self._answer(request)
        except ClientDisconnect:
            return
        except Dropped:
            await _break(receive, send)
            return
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        headers = {}
        if status == 429:  # noqa: PLR2004 - Telegram repeats the wait as a header
            headers["Retry-After"] = str(body.get("parameters", {}).get("retry_after", 1))
        await Response(content, status, headers, "application/json")(scope, receive, send)

    async def _answer(self, request: Request) -> tuple[int, Json]:
        method = request.path_params["method"]
        chat_id: int | None = None
        status = 0
        try:
            bot = self._bot(request.path_params["token"])
            args = await self._arguments(request)
            chat_id = args.integer("chat_id") or None
            result = await self._call(request, bot, method, args, chat_id)
            status = 200
        except Refusal as refusal:
            status = refusal.status
            return status, refusal.to_json()
        else:
            return status, {"ok": True, "result": result}
        finally:
            self.calls.add(CallRecord(self.world.monotonic(), method, chat_id, status))

    def _bot(self, token: str) -> Bot:
        if TOKEN.fullmatch(token) is None or (self._token is not None and token != self._token):
            raise UNAUTHORIZED
        return self.world.bot(token, only=self._token is not None)

    async def _arguments(self, request: Request) -> Arguments:
        if int(request.headers.get("content-length") or 0) > BODY_BYTES:
            raise TOO_LARGE
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES:
                raise TOO_LARGE
        return read_arguments(request.scope["query_string"], request.headers.get("content-type", ""), bytes(body))

    async def _call(self, request: Request, bot: Bot, method: str, args: Arguments, chat_id: int | None) -> Any:
        fault = self.faults.take(chat_id, method.lower()) if self.faults.waiting else None
        if fault is not None:
            return await self._faulty(fault, bot, method, args)
        if method.lower() == "getupdates":
            return await _while_connected(request, self.updates.get_updates(bot, args))
        return await self.dispatch(bot, method, args)

    async def _faulty(self, fault: Injected, bot: Bot, method: str, args: Arguments) -> Any:
        result: Any = None
        fails = fault.drop or fault.status != 200  # noqa: PLR2004 - the status of success
        if fault.accept or not fails:
            result = await self.dispatch(bot, method, args)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop:
            raise Dropped
        if fails:
            raise fault.refusal()
        return result

    async def dispatch(self, bot: Bot, method: str, args: Arguments) -> Any:
        """Carries out one method.

        Raises:
            Refusal: what Telegram would refuse.
        """
        match method.lower():
            case "getupdates":
                return await self.updates.get_updates(bot, args)
            case "setwebhook":
                return self.updates.set_webhook(bot, args)
            case "deletewebhook":
                return self.updates.delete_webhook(bot, args)
            case "getwebhookinfo":
                return self.updates.webhook_info(bot)
            case name if name in HANDLERS:
                return HANDLERS[name](Call(self.world, bot, args))
        raise NOT_FOUND

    async def file(self, request: Request) -> Response:
        """The bytes of an upload, as getFile names them."""
        self._bot(request.path_params["token"])
        content = self.world.files.get(request.path_params["file_id"])
        if not isinstance(content, bytes):
            return Response(json.dumps(NOT_FOUND.to_json()), 404, media_type="application/json")
        return Response(content, media_type="application/octet-stream")


async def _break(receive: Receive, send: Send) -> None:
    """Breaks the connection without an answer, or where the server is not known in the middle of one."""
    abort = getattr(getattr(getattr(receive, "__self__", None), "transport", None), "abort", None)
    if callable(abort):
        abort()
        await _gone(receive)
        return
    # Headers that promise a body which never comes: a server closes such a connection.
    head = [(b"content-type", b"application/json"), (b"content-length", b"64")]
    with contextlib.suppress(OSError):
        await send({"type": "http.response.start", "status": 200, "headers": head})


async def _while_connected(request: Request, poll: Awaitable[Any]) -> Any:
    """The result of a long poll, which ends as soon as the bot goes away."""
    polling = asyncio.ensure_future(poll)
    gone = asyncio.ensure_future(_gone(request.receive))
    try:
        await asyncio.wait({polling, gone}, return_when=asyncio.FIRST_COMPLETED)
        if polling.done():
            return polling.result()
        raise Dropped
    finally:
        for task in (polling, gone):
            task.cancel()


async def _gone(receive: Callable[[], Awaitable[Any]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
