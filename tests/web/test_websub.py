"""The callback of hubs in the app as it is put together."""

from __future__ import annotations

import httpx
from prometheus_client import CollectorRegistry

from feedbot.domain.planning import Rhythm
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.render.links import SitePresentation
from feedbot.services.polling import Poller
from feedbot.services.publishing import Publication, Publisher
from feedbot.services.websub import Subscriber
from feedbot.storage.database import Database
from feedbot.web.app import Check, create_app
from feedbot.web.websub import websub_app

SITE = SitePresentation(title="T")


async def ready() -> tuple[Check, ...]:
    return ()


async def test_a_stranger_learns_nothing_at_the_callback(sqlite: Database) -> None:
    fetcher = Fetcher(FetchLimits(user_agent="test"))
    poller = Poller(sqlite, fetcher, Rhythm(300, 86400, 1800), owner="test")
    app = create_app(
        db=sqlite,
        publisher=Publisher(sqlite, Publication(site=SITE)),
        site=SITE,
        readiness=ready,
        registry=CollectorRegistry(),
        mounts={"/websub": websub_app(Subscriber(sqlite, fetcher, poller, callback=None))},
    )
    query = {"hub.mode": "subscribe", "hub.topic": "https://t.example/", "hub.challenge": "<script>"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://feedbot") as client:
        asked = await client.get("/websub/nobody", params=query)
        pushed = await client.post("/websub/nobody", content=b"<rss/>")
        numbers = await client.get("/metrics")
    assert (asked.status_code, pushed.status_code) == (404, 410)
    assert "script" not in asked.text
    assert asked.headers["x-content-type-options"] == "nosniff"
    assert 'route="websub"' in numbers.text
