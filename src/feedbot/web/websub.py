"""The callback of WebSub subscriptions: `/websub/<token>`, where hubs verify and push."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from feedbot.services.websub import Receipt, Subscriber
from feedbot.sources.spec import Page

MAX_BYTES = 10_000_000
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_RETRY: Mapping[str, str] = {**_HEADERS, "Retry-After": "30"}


def websub_app(subscriber: Subscriber, *, max_bytes: int = MAX_BYTES) -> Starlette:
    """The app to be mounted at `/websub`; a push of more than `max_bytes` is refused."""

    async def verify(request: Request) -> Response:
        challenge = await subscriber.verify(request.path_params["token"], dict(request.query_params))
        if challenge is None:
            return PlainTextResponse("Nothing of the kind was asked for.\n", 404, _HEADERS)
        return PlainTextResponse(challenge, headers=_HEADERS)

    async def push(request: Request) -> Response:
        body = await _body(request, max_bytes)
        if body is None:
            return PlainTextResponse(f"More than {max_bytes} bytes.\n", 413, _HEADERS)
        mime_type, charset = _content_type(request.headers.get("content-type", ""))
        receipt = await subscriber.receive(
            request.path_params["token"],
            lambda url: Page(body, url, mime_type, charset),
            request.headers.get("x-hub-signature", ""),
        )
        return _answer(receipt)

    return Starlette(
        routes=[
            Route("/{token}", verify, methods=["GET"], name="websub"),
            Route("/{token}", push, methods=["POST"], name="websub"),
        ]
    )


def _answer(receipt: Receipt) -> Response:
    """What a hub is told. One whose push is not signed as agreed learns nothing from that (W3C WebSub, 7.1.1)."""
    if receipt is Receipt.GONE:
        return PlainTextResponse("Nobody is subscribed here.\n", 410, _HEADERS)
    if receipt is Receipt.BUSY:
        return PlainTextResponse("Try again in a moment.\n", 503, _RETRY)
    return Response(status_code=202, headers=_HEADERS)


async def _body(request: Request, limit: int) -> bytes | None:
    """The body as it came; None if it is longer than the limit, of which no more is read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def _content_type(value: str) -> tuple[str, str | None]:
    message = Message()
    message["content-type"] = value
    charset = message.get_param("charset")
    return (message.get_content_type() if value else ""), charset if isinstance(charset, str) else None
