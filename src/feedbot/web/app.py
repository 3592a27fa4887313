"""The web app: feeds first, then whatever is mounted, then health, metrics and the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Receive, Scope, Send

from feedbot.render.links import SitePresentation
from feedbot.services.publishing import Publisher
from feedbot.storage.database import Database
from feedbot.web import metrics
from feedbot.web.feeds import feeds_app, handles
from feedbot.web.health import Check, Readiness
from feedbot.web.pages import Presentation
from feedbot.web.site import site_app

__all__ = ["Check", "Readiness", "SitePresentation", "create_app"]

_ROUTES = frozenset(
    {"category", "source", "sources", "article", "static", "feeds", "opml.xml", "healthz", "readyz", "metrics"}
)


def create_app(
    *,
    db: Database,
    publisher: Publisher,
    site: Presentation,
    readiness: Readiness,
    registry: CollectorRegistry,
    mounts: Mapping[str, ASGIApp] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ASGIApp:
    """Everything that feedbot answers over HTTP, as one ASGI app.

    `mounts` are further apps by their path prefix (`/sandbox`); `readiness` gives the checks of this process besides
    those of the database; `site` may be a function, for values that change while the app runs; `registry` gets the
    request metrics and is what `/metrics` prints.
    """
    mounted = mounts or {}
    pages = site_app(db=db, site=site, readiness=readiness, registry=registry, mounts=mounted, clock=clock)
    known = _ROUTES | {prefix.strip("/").partition("/")[0] for prefix in mounted}
    return metrics.RequestMetrics(_FeedsFirst(feeds_app(publisher), pages), registry, known)


class _FeedsFirst:
    """Sends feed addresses to one app and everything else to another."""

    def __init__(self, feeds: ASGIApp, site: ASGIApp) -> None:
        self._feeds = feeds
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_feed = scope["type"] == "http" and handles(scope["path"])
        await (self._feeds if is_feed else self._site)(scope, receive, send)
