"""A poller on a real local server and a real database, with a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network

import pytest

from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource, Source, SourceOptions
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.services import sourcing
from feedbot.services.polling import Poller
from feedbot.storage import articles, categories, chats, deliveries, sources
from feedbot.storage.database import Database
from feedbot.storage.polls import PollRecord
from misbehaving import MisbehavingServer, answer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)


def feed(*numbers: int, guid: str = "id-{}", body: str = "Text of {}.", link: str = "https://town.example/{}") -> bytes:
    items = "".join(
        f"<item><title>Story {number}</title><link>{link.format(number)}</link><guid>{guid.format(number)}</guid>"
        f"<description>{body.format(number)}</description>"
        f"<pubDate>{format_datetime(NOW + timedelta(minutes=number))}</pubDate></item>"
        for number in numbers
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Town</title>{items}</channel></rss>'.encode()


@dataclass
class Bench:
    """A poller, the server that it polls, and a clock that tests move."""

    database: Database
    server: MisbehavingServer
    poller: Poller
    fetcher: Fetcher
    now: datetime = NOW
    changes: list[None] = field(default_factory=list)

    async def declare(self, **options: object) -> None:
        """Declares a source that takes its feed as it is, unless `options` say otherwise."""
        source = DeclaredSource(
            id="town",
            title="Town",
            url=self.server.url("/feed"),
            options=SourceOptions(**{"categories": ("News",), "full_text": "never", **options}),  # type: ignore[arg-type]
        )
        await sourcing.reconcile(self.database, [source], self.now)

    def serve(self, body: bytes, *headers: str, status: int = 200) -> None:
        self.server.routes["/feed"] = answer(status, body, *headers)

    async def poll(self, later: timedelta = timedelta(hours=2)) -> PollRecord:
        """Polls when the source is due, at the latest after `later`."""
        self.now += later
        leased = await self.poller.claim(10)
        assert [source.id for source in leased] == ["town"]
        return await self.poller.poll(leased[0])

    async def source(self) -> Source:
        async with self.database.read() as connection:
            found = await sources.get(connection, "town")
        assert found is not None
        return found

    async def titles(self) -> list[str]:
        async with self.database.read() as connection:
            return [article.title for article in await articles.latest(connection)]

    async def follow(self, chat_id: int = 7) -> None:
        async with self.database.write() as connection:
            await chats.upsert(connection, chat_id, kind="private", title="", language="en", now=NOW)
            node = await categories.by_path(connection, "News")
            assert node is not None
            await chats.follow(connection, chat_id, category_id=node.id, now=NOW)

    async def deliveries(self) -> list[tuple[str, str | None]]:
        found: Sequence[deliveries.DeliveryRow] = []
        async with self.database.read() as connection:
            for state in ("pending", "skipped", "held"):
                found = [*found, *await deliveries.with_state(connection, state)]
        return [(row.state, row.reason) for row in found]


@pytest.fixture
async def bench(sqlite: Database) -> AsyncIterator[Bench]:
    networks = (ip_network("127.0.0.0/8"),)
    # Without robots.txt the server is asked for nothing but what a test is about.
    limits = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=networks, robots=False)
    async with MisbehavingServer() as server, Fetcher(limits) as fetcher:
        made: Bench

        def changed() -> None:
            made.changes.append(None)

        poller = Poller(
            sqlite, fetcher, RHYTHM, owner="test", on_change=changed, now=lambda: made.now, jitter=lambda: 0.5
        )
        made = Bench(sqlite, server, poller, fetcher)
        yield made
