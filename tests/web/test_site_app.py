"""What the web app is put together from: feeds, mounts, health, metrics, in one address space."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from feedbot.domain.source import DeclaredSource
from feedbot.services.publishing import Publication, Publisher
from feedbot.storage import sources
from feedbot.storage.database import Database
from feedbot.web.app import Check, SitePresentation, create_app
from feedbot.web.health import Readiness, database_checks

SITE = SitePresentation(title="Town news", base_url="http://news.example")


async def declare(database: Database) -> None:
    source = DeclaredSource(id="a-b", title="A", url="https://a.example/")
    async with database.write() as connection:
        await sources.reconcile(connection, [source], datetime.now(UTC))


async def ticking() -> tuple[Check, ...]:
    return (Check("clock", ok=True, text="Ticking."),)


async def stopped() -> Sequence[Check]:
    return (Check("clock", ok=False, text="No tick ended lately: see the log."),)


def browser(database: Database, readiness: Readiness = ticking, **mounts: ASGIApp) -> httpx.AsyncClient:
    app = create_app(
        db=database,
        publisher=Publisher(database, Publication(site=SITE)),
        site=SITE,
        readiness=readiness,
        registry=CollectorRegistry(),
        mounts={f"/{name}": mounted for name, mounted in mounts.items()},
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://news.example")


async def test_feeds_mounts_and_pages_share_one_address_space(sqlite: Database) -> None:
    async def where(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{request.scope['root_path']} {request.url.path}")

    async with browser(sqlite, sandbox=Starlette(routes=[Route("/deep/{rest:path}", where)])) as client:
        assert (await client.get("/feeds/all.rss")).headers["content-type"].startswith("application/rss+xml")
        assert (await client.get("/feeds/all.atom")).headers["content-type"].startswith("application/atom+xml")
        assert (await client.get("/opml.xml")).status_code == 200
        assert (await client.get("/sandbox/deep/er")).text == "/sandbox /sandbox/deep/er"
        assert "<h1>Latest articles</h1>" in (await client.get("/")).text
        assert (await client.get("/sandbox/none")).headers.get("content-security-policy") is None


async def test_every_feed_that_a_page_offers_is_there(sqlite: Database) -> None:
    async with sqlite.write() as connection:
        await sources.reconcile(
            connection, [DeclaredSource(id="a-b", title="A", url="https://a.example/")], datetime.now(UTC)
        )
    async with browser(sqlite) as client:
        for ending in ("rss", "atom"):
            assert (await client.get(f"/feeds/source/a-b.{ending}")).status_code == 200


async def test_a_living_process_says_so_whatever_else_fails(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with browser(database, stopped) as client:
        assert (await client.get("/healthz")).text == "ok\n"
        assert (await client.get("/healthz")).headers["cache-control"] == "no-store"
    await database.close()


async def test_readiness_names_every_check(sqlite: Database) -> None:
    async with browser(sqlite) as client:
        response = await client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "checks": {
            "database": {"ok": True, "text": "Answers."},
            "migrations": {"ok": True, "text": "At the newest revision."},
            "clock": {"ok": True, "text": "Ticking."},
        },
    }


async def test_a_clock_that_stands_still_is_not_ready(sqlite: Database) -> None:
    async with browser(sqlite, stopped) as client:
        response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["ready"] is False
    assert response.json()["checks"]["clock"]["text"] == "No tick ended lately: see the log."


async def test_a_database_that_was_not_migrated_is_not_ready(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with browser(database) as client:
        response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"]["text"] == "Not migrated: run `feedbot db upgrade`."
    await database.close()


async def test_a_database_that_does_not_answer_in_time_is_not_ready(sqlite: Database) -> None:
    held = [await sqlite._reader.connect() for _ in range(4)]
    checks = await database_checks(sqlite, limit=0.05)
    assert [(check.name, check.ok) for check in checks] == [("database", False)]
    assert checks[0].text == "The database did not answer within 0.05 s."
    await asyncio.gather(*(connection.close() for connection in held))


async def test_metrics_count_requests_under_few_names(sqlite: Database) -> None:
    async with sqlite.write() as connection:
        await sources.reconcile(
            connection, [DeclaredSource(id="a", title="A", url="https://a.example/")], datetime.now(UTC)
        )
    async with browser(sqlite, sandbox=Starlette()) as client:
        for path in ("/", "/", "/article/1", "/wp-login.php", "/.env", "/feeds/all.rss", "/sandbox/x", "/healthz"):
            await client.get(path)
        await client.request("BREW", "/")
        response = await client.get("/metrics")
    lines = [line for line in response.text.splitlines() if line.startswith("feedbot_")]
    counted = {line for line in lines if line.startswith("feedbot_http_requests_total")}
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert counted == {
        'feedbot_http_requests_total{method="GET",route="home",status="200"} 2.0',
        'feedbot_http_requests_total{method="GET",route="article",status="404"} 1.0',
        'feedbot_http_requests_total{method="GET",route="other",status="404"} 2.0',
        'feedbot_http_requests_total{method="GET",route="feeds",status="200"} 1.0',
        'feedbot_http_requests_total{method="GET",route="sandbox",status="404"} 1.0',
        'feedbot_http_requests_total{method="GET",route="healthz",status="200"} 1.0',
        'feedbot_http_requests_total{method="other",route="home",status="405"} 1.0',
    }
    assert 'feedbot_http_request_seconds_count{route="home"} 3.0' in lines
    assert 'feedbot_sources{state="new"} 1.0' in lines
    assert 'feedbot_sources{state="failing"} 0.0' in lines
    assert "feedbot_articles 0.0" in lines
