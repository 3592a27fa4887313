"""Numbers for Prometheus: requests by route, sources and articles at the moment of asking. Label sets are bounded."""

from __future__ import annotations

import time
from collections import Counter as Tally

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feedbot.storage import articles, sources
from feedbot.storage.database import Database

HEALTHS = ("new", "ok", "failing", "gone", "disabled")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class RequestMetrics:
    """Counts what an ASGI app answers. `route` names are few: the first part of the path, if it is one of `known`."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry, known: frozenset[str]) -> None:
        self._app = app
        self._known = known
        self._requests = Counter(
            "feedbot_http_requests", "Requests answered.", ("route", "method", "status"), registry=registry
        )
        self._seconds = Histogram(
            "feedbot_http_request_seconds",
            "Time until an answer was complete.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on, and counts the answer of an HTTP request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = self.route(scope["path"])
        status = 500
        started = time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._requests.labels(route, method, str(status)).inc()
            self._seconds.labels(route).observe(time.perf_counter() - started)

    def route(self, path: str) -> str:
        """The bounded name of a path: `home`, its first part if that is known, else `other`."""
        first = path.strip("/").partition("/")[0]
        return (first if first in self._known else "other") if first else "home"


def route(database: Database, registry: CollectorRegistry) -> Route:
    """`/metrics`: everything in the registry, with the database's numbers as they are at this moment."""
    source_gauge = Gauge("feedbot_sources", "Sources by state.", ("state",), registry=registry)
    article_gauge = Gauge("feedbot_articles", "Articles stored.", registry=registry)

    async def metrics(_: Request) -> Response:
        async with database.read() as connection:
            found = Tally(one.health for one in await sources.list_all(connection))
            stored = await articles.count(connection)
        for health in HEALTHS:
            source_gauge.labels(health).set(found[health])
        article_gauge.set(stored)
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return Route("/metrics", metrics, name="metrics")
