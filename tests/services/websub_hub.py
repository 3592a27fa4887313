"""A WebSub hub on this machine, and feedbot's callback on another port: real HTTP both ways."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from feedbot.services.websub import Subscriber
from feedbot.web.server import WebServer
from feedbot.web.websub import websub_app
from misbehaving import Connection, MisbehavingServer, Request, answer


@dataclass
class Hub:
    """A hub at `/hub` of a server. It answers `status` and verifies what it is asked, unless `verifies` is False."""

    server: MisbehavingServer
    client: httpx.AsyncClient
    status: int = 202
    verifies: bool = True
    lease_seconds: str = "864000"
    asked: list[dict[str, str]] = field(default_factory=list)
    verified: list[tuple[int, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the hub is."""
        return self.server.url("/hub")

    async def handle(self, request: Request, connection: Connection) -> None:
        """Answers a request; verifies it before the answer, as hubs may."""
        self.asked.append(dict(parse_qsl(request.body.decode())))
        if self.verifies and self.status == 202:
            await self.verify()
        await connection.send(answer(self.status, b""))

    async def verify(self, **changed: str) -> httpx.Response:
        """Asks the last callback whether it meant its request."""
        asked = self.asked[-1]
        names = ("hub.mode", "hub.topic")
        query = {name: asked[name] for name in names} | {"hub.challenge": "c0ffee"}
        if asked["hub.mode"] == "subscribe":
            query["hub.lease_seconds"] = self.lease_seconds
        query |= {f"hub.{name}": value for name, value in changed.items()}
        said = await self.client.get(asked["hub.callback"], params=query)
        self.verified.append((said.status_code, said.text))
        return said

    async def push(
        self, body: bytes, *, method: str = "sha256", signature: str | bytes | None = None
    ) -> httpx.Response:
        """Sends what a topic has new, signed with the secret of the last subscription."""
        asked = next(one for one in reversed(self.asked) if one["hub.mode"] == "subscribe")
        if signature is None:
            digest = hmac.new(asked["hub.secret"].encode(), body, getattr(hashlib, method)).hexdigest()
            signature = f"{method}={digest}"
        said = signature if isinstance(signature, bytes) else signature.encode()
        headers = {b"Content-Type": b"application/rss+xml; charset=utf-8", b"X-Hub-Signature": said}
        return await self.client.post(asked["hub.callback"], content=body, headers=headers)


@asynccontextmanager
async def hub_and_callback(server: MisbehavingServer) -> AsyncIterator[tuple[Hub, str, list[Subscriber]]]:
    """A hub, the public address of our callback, and a list whose one subscriber answers there."""
    answering: list[Subscriber] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        inner: ASGIApp = websub_app(answering[0], max_bytes=100_000)
        await inner({**scope, "path": scope["path"].removeprefix("/websub")}, receive, send)

    web = WebServer(app, "127.0.0.1", 0)
    await web.start()
    async with httpx.AsyncClient() as client:
        hub = Hub(server, client)
        server.routes["/hub"] = hub.handle
        yield hub, f"http://127.0.0.1:{web.port}/websub", answering
    await web.stop()
