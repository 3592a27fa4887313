"""The whole sandbox under one roof: the Bot API with its chat page, and the sample portal, as one ASGI app."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.sandbox.demo import seed_demo
from feedbot.sandbox.portal import SamplePortal
from feedbot.sandbox.server import SandboxTelegram

PORTAL_PATH = "/portal"
ZONE = "Asia/Shanghai"
POLL_SECONDS = 5.0
SOURCES = (("sample-city", "萍乡城事网 · 城事资讯", 1), ("sample-living", "萍乡城事网 · 生活服务", 6))


class SandboxHouse:
    """A sandbox that keeps its chats in `folder`.

    `epoch` (Unix time) is when the portal began to publish a story `every` so many seconds, `pauses` when it rested.
    """

    def __init__(self, folder: Path, *, epoch: float, every: float, pauses: Sequence[tuple[float, float]] = ()) -> None:
        self.token = f"1:{secrets.token_urlsafe(26)}"
        self.telegram = SandboxTelegram(token=self.token, state_file=folder / "sandbox.json")
        self.portal = SamplePortal(epoch=epoch, every=every, pauses=[(begin, end) for begin, end in pauses])

    def app(self) -> Starlette:
        """The portal below `/portal`, the chat page at `/`, the Bot API beside it; works below any prefix."""
        return Starlette(routes=[Mount(PORTAL_PATH, self.portal.app()), Mount("/", self.telegram.app())])

    def sources(self, base_url: str) -> tuple[DeclaredSource, ...]:
        """The portal's lists as sources, for a sandbox that is served at `base_url`."""
        return tuple(
            DeclaredSource(
                id=name,
                title=title,
                url=f"{base_url}{PORTAL_PATH}/portal.php?mod=list&catid={catid}",
                type="discuz",
                options=SourceOptions(interval=POLL_SECONDS, timezone=ZONE, language="zh-CN"),
                origin="sandbox",
            )
            for name, title, catid in SOURCES
        )

    def visitor(self, language: str) -> int:
        """The chat of the person who tries the sandbox."""
        return seed_demo(self.telegram, language)

    def says(self, chat_id: int, text: str) -> None:
        """The person of a private chat writes to the bot."""
        self.telegram.say(chat_id, chat_id, text)
