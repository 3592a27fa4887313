"""The site: front page, categories, sources and articles, as pages that a browser without scripts can use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from feedbot.domain.article import Article
from feedbot.domain.categories import clean_path
from feedbot.domain.source import Source
from feedbot.locales import Translator, translator
from feedbot.render import pages as render
from feedbot.render.links import (
    EVERYTHING,
    SitePresentation,
    View,
    category_page,
    category_view,
    source_view,
    subscription,
)
from feedbot.render.source_pages import SourceView
from feedbot.render.source_pages import source_view as describe_source
from feedbot.sources.html import to_text
from feedbot.storage import articles, categories, polls, sources, stories
from feedbot.storage.articles import Cursor
from feedbot.storage.database import Connection, Database
from feedbot.web import assets, health, metrics
from feedbot.web.errors import ErrorPages
from feedbot.web.health import Readiness
from feedbot.web.pages import Pages, Presentation
from feedbot.web.source_list import SourceList

PER_PAGE = 20
SOURCES_AT_HOME = 12
SOURCES_PER_PAGE = 100
_TIMELINE = 10
# Enough of a body for a summary of a few lines.
_BODY_START = 4000
_CURSOR = re.compile(r"(-?\d{1,17})-(\d{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_ID = 2**63 - 1


def site_app(
    *,
    db: Database,
    site: Presentation,
    readiness: Readiness,
    registry: CollectorRegistry,
    mounts: Mapping[str, ASGIApp] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """The site with its mounts, health and metrics, but without the feeds."""
    pages = Pages(site)
    errors = ErrorPages(pages)
    routes: list[BaseRoute] = [Mount(prefix, app) for prefix, app in (mounts or {}).items()]
    routes += health.routes(db, readiness)
    routes.append(metrics.route(db, registry))
    routes += Site(db, pages, clock).routes()
    return Starlette(routes=routes, exception_handlers={HTTPException: errors.refused, Exception: errors.failed})


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list: its cards, the cursor of the next page (empty on the last), and whether newer ones exist."""

    cards: tuple[render.Card, ...]
    older: str
    is_continued: bool


class Site:
    """The pages over a database. `clock` gives the time from which `next visit in ...` is counted."""

    def __init__(self, database: Database, pages: Pages, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._pages = pages
        self._clock = clock
        self._sources = SourceList()

    @property
    def _site(self) -> SitePresentation:
        return self._pages.site

    def routes(self) -> list[BaseRoute]:
        """Everything that the site answers."""
        return [
            Route("/", self.home, name="home"),
            Route("/category/{path:path}", self.category, name="category"),
            Route("/sources", self.sources, name="sources"),
            Route("/source/{id}", self.source, name="source"),
            Route("/article/{id}", self.article, name="article"),
            Route("/static/{name}", assets.asset, name="static"),
            Route("/favicon.svg", assets.icon, name="static"),
            Route("/favicon.ico", assets.icon, name="static"),
            Route("/robots.txt", self.robots, name="robots"),
        ]

    async def home(self, request: Request) -> Response:
        """Latest articles of everything, the categories, the sources, and how to subscribe."""
        _ = self._speaker(request)
        async with self._database.read() as connection:
            listed = await self._list(connection, request, _)
            tree = await categories.tree(connection)
            known = await self._sources.read(connection)
        return self._pages.answer(
            request,
            "home.html",
            listed=listed,
            tree=render.tree(tree, self._site),
            sources=self._described(known[:SOURCES_AT_HOME], _),
            source_count=len(known),
            subscription=subscription(EVERYTHING, self._site),
        )

    async def sources(self, request: Request) -> Response:
        """Every source with its state, a hundred a page."""
        _ = self._speaker(request)
        asked = request.query_params.get("page", "1")
        page = int(asked) if re.fullmatch(r"[1-9][0-9]{0,5}", asked) else 0
        async with self._database.read() as connection:
            known = await self._sources.read(connection)
        last = max(1, -(-len(known) // SOURCES_PER_PAGE))
        if not 1 <= page <= last:
            raise HTTPException(404)
        return self._pages.answer(
            request,
            "sources.html",
            sources=self._described(known[(page - 1) * SOURCES_PER_PAGE : page * SOURCES_PER_PAGE], _),
            count=len(known),
            newer=page - 1,
            older=page + 1 if page < last else 0,
        )

    async def category(self, request: Request) -> Response:
        """A category's articles, with those of its children."""
        _ = self._speaker(request)
        path = clean_path(_named(request, "path"))
        async with self._database.read() as connection:
            node = await categories.by_path(connection, path)
            if node is None:
                return await self._moved(connection, path)
            listed = await self._list(connection, request, _, category=path)
            tree = await categories.tree(connection)
        return self._pages.answer(
            request,
            "category.html",
            node=node,
            listed=listed,
            breadcrumb=render.breadcrumb(path, self._site),
            tree=render.tree(tree, self._site),
            subscription=subscription(category_view(path, node.id), self._site),
        )

    async def _moved(self, connection: Connection, path: str) -> Response:
        """To the page of a category that was moved or merged; 404 if there never was one."""
        (now,) = await categories.resolve(connection, [path])
        if now == path or await categories.by_path(connection, now) is None:
            raise HTTPException(404)
        return RedirectResponse(self._site.absolute(category_page(now)), status_code=301)

    async def source(self, request: Request) -> Response:
        """A source's articles and its state: last visit, next visit and why. 410 once it was removed."""
        _ = self._speaker(request)
        async with self._database.read() as connection:
            found = await sources.get(connection, _named(request, "id"))
            if found is None:
                raise HTTPException(404)
            listed = await self._list(connection, request, _, source=found.id)
            timeline = await polls.timeline(connection, found.number, limit=_TIMELINE)
        return self._pages.answer(
            request,
            "source.html",
            status=410 if found.removed_at else 200,
            source=describe_source(found, self._site, _, self._clock(), timeline),
            listed=listed,
            is_removed=found.removed_at is not None,
            subscription=subscription(source_view(found.id, found.number), self._site),
        )

    async def article(self, request: Request) -> Response:
        """An article with all that its portal told of it."""
        _ = self._speaker(request)
        article_id = _article_id(request.path_params["id"])
        async with self._database.read() as connection:
            found = await articles.get(connection, article_id) if article_id is not None else None
            if found is None:
                raise HTTPException(404)
            view, title = await _more_like(connection, found)
            also_at = (await stories.elsewhere(connection, [found.id])).get(found.id, ())
        body_text = to_text(found.body_html)
        return self._pages.answer(
            request,
            "article.html",
            article=render.article_view(found, self._site, _, body_text=body_text),
            also_at=render.also_at(also_at),
            page_url=self._site.absolute(f"/article/{found.id}"),
            subscription=subscription(view, self._site),
            subscription_title=title,
        )

    async def robots(self, _request: Request) -> Response:
        """What crawlers may read: all pages, but nothing of a machine that only tries feedbot out.

        There feedbot itself reads the sample portal.
        """
        closed = ["/"] if self._site.sandbox else ["/admin/", "/api/", "/telegram/", "/sandbox", "/metrics"]
        own = ["User-agent: feedbot", "Allow: /sandbox/portal/", "Disallow: /", ""] if self._site.sandbox else []
        lines = [*own, "User-agent: *", *(f"Disallow: {self._site.root}{path}" for path in closed)]
        return PlainTextResponse("\n".join(lines) + "\n")

    def _described(self, some: Sequence[Source], _: Translator) -> list[SourceView]:
        now = self._clock()
        return [describe_source(one, self._site, _, now) for one in some]

    def _speaker(self, request: Request) -> Translator:
        return translator(self._pages.language(request))

    async def _list(
        self,
        connection: Connection,
        request: Request,
        _: Translator,
        *,
        category: str | None = None,
        source: str | None = None,
    ) -> Listed:
        found = await articles.latest(
            connection, category=category, source=source, limit=PER_PAGE + 1, before=_cursor(request)
        )
        shown: Sequence[Article] = found[:PER_PAGE]
        cards = tuple(
            render.card(one, self._site, _, body_text=_beginning(one.body_html[:_BODY_START])) for one in shown
        )
        older = render.cursor_text(shown[-1]) if len(found) > PER_PAGE else ""
        return Listed(cards, older, is_continued="before" in request.query_params)


async def _more_like(connection: Connection, article: Article) -> tuple[View, str]:
    """What a reader of this article may want to follow: its category, else its source, with the name."""
    for path in article.categories:
        node = await categories.by_path(connection, path)
        if node:
            return category_view(path, node.id), node.name
    source = await sources.get(connection, article.source_id)
    return (source_view(source.id, source.number), source.title) if source else (EVERYTHING, article.source_title)


@lru_cache(maxsize=512)
def _beginning(body_html: str) -> str:
    """The text of a body's beginning: the front page needs the same twenty for every reader."""
    return to_text(body_html)


def _cursor(request: Request) -> Cursor | None:
    """Where the list goes on, from `?before=`; 404 if that is no such place."""
    text = request.query_params.get("before")
    if not text:
        return None
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise HTTPException(404)
    try:
        return Cursor(_EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
    except OverflowError:
        raise HTTPException(404) from None


def _named(request: Request, part: str) -> str:
    """A part of the path; 404 for a name that no database could hold."""
    name: str = request.path_params[part]
    if "\0" in name:
        raise HTTPException(404)
    return name


def _article_id(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(_MAX_ID)) else _MAX_ID + 1
    return number if number <= _MAX_ID else None
