"""From a hub's push to feed readers and chats: the whole way, with nothing left out."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from ipaddress import ip_network

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.render.feeds.named import FeedName
from feedbot.render.links import SitePresentation
from feedbot.services import sourcing
from feedbot.services.polling import Poller
from feedbot.services.publishing import Publication, Publisher, RenderedFeed
from feedbot.services.websub import Subscriber
from feedbot.storage.database import Database
from misbehaving import MisbehavingServer
from services.delivery_rig import PATH, rig, until
from services.poll_bench import RHYTHM, feed
from services.websub_hub import hub_and_callback

LIMITS = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=(ip_network("127.0.0.0/8"),))


async def test_a_push_reaches_feeds_and_chats_within_a_second(sqlite: Database) -> None:
    publisher = Publisher(sqlite, Publication(site=SitePresentation(title="T", base_url="https://f.example")))
    async with (
        rig(sqlite) as town,
        MisbehavingServer() as server,
        Fetcher(LIMITS) as fetcher,
        hub_and_callback(server) as (hub, callback, answering),
    ):
        ann = await town.person()
        deliverer = town.deliverer()

        def changed() -> None:
            publisher.changed()
            deliverer.wake()

        poller = Poller(sqlite, fetcher, RHYTHM, owner="test", batch_seconds=30, on_change=changed)
        answering.append(Subscriber(sqlite, fetcher, poller, callback=callback))
        links = f'Link: <{hub.url}>; rel="hub", <{server.url("/feed")}>; rel="self"'
        server.routes["/feed"] = b"HTTP/1.1 200 OK\r\n" + links.encode() + b"\r\n\r\n" + feed(1, 2)
        source = DeclaredSource(
            id="town",
            title="Town",
            url=server.url("/feed"),
            options=SourceOptions(categories=(PATH,), full_text="never"),
        )
        await sourcing.reconcile(sqlite, [source], datetime.now(UTC))
        [leased] = await poller.claim(1)
        await poller.poll(leased)
        await answering[0].tick()
        running = asyncio.create_task(deliverer.run())
        took = []
        for number in (3, 4, 5):  # the quickest counts: this machine may be busy with something else
            began = time.monotonic()
            said = await hub.push(feed(number))
            await until(lambda: f"Story {number}" in "".join(town.texts(ann)))  # noqa: B023 - called before the next
            served = await publisher.feed(FeedName("all"), "rss")
            took.append(time.monotonic() - began)
            assert said.status_code == 202
            assert isinstance(served, RenderedFeed)
            assert f"Story {number}".encode() in served.body
        await deliverer.stop()
        await running
    assert min(took) < 1
