"""Feeds as they are served: rendered once per change, kept with their validators and their compressed forms."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Literal

import brotli
import structlog
import zstandard

from feedbot.domain.article import Article
from feedbot.domain.source import Source
from feedbot.render import feeds
from feedbot.render import opml as outlines
from feedbot.render.feeds import FeedView, Format
from feedbot.render.feeds.named import FeedName, absolute, merged_view, source_view
from feedbot.render.links import SitePresentation
from feedbot.render.opml import Outline
from feedbot.services import arranging
from feedbot.storage import articles, categories, polls, sources
from feedbot.storage.database import Connection, Database

log = structlog.get_logger(__name__)

__all__ = ["OPML_PATH", "Absence", "Coding", "FeedName", "Publication", "Publisher", "Renamed", "RenderedFeed"]

Coding = Literal["identity", "gzip", "br", "zstd"]

# Short enough for a name of a change, long enough that no two bodies ever share one.
_ETAG_BYTES = 12
_SUFFIXES: dict[Coding, str] = {"identity": "", "gzip": "-gz", "br": "-br", "zstd": "-zs"}
OPML_PATH = "/opml.xml"
_LISTING = FeedName("all", "opml")
# Dates a list of feeds, or a feed, of a site that never had a source.
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class Absence(Enum):
    """Why there is no such feed."""

    UNKNOWN = "unknown"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Renamed:
    """The feed has another name now: its category was moved, or became a part of another."""

    name: FeedName


Missing = Absence | Renamed


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What an admin decides about the feeds. Times are in seconds.

    A feed has the newest `articles`. Readers are told to come back when the next poll is planned, but no sooner than
    `min_age` and no later than `max_age`; `interval` is the usual time between polls.
    """

    site: SitePresentation
    generator_version: str = ""
    articles: int = 50
    min_age: int = 60
    max_age: int = 3600
    interval: float = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFeed:
    """A feed ready to be sent: the same until its articles change.

    `etag` is the strong validator of `body`, with its quotes; `max_age` is in seconds. `encodings` fills by `encoded`.
    """

    body: bytes
    etag: str
    last_modified: datetime
    mime_type: str
    self_url: str
    max_age: int = 0
    encodings: dict[Coding, bytes] = field(default_factory=dict, compare=False)

    def etag_of(self, coding: Coding) -> str:
        """The strong validator of the body in that coding: other bytes, so another name (RFC 9110, section 8.8.3)."""
        return f'{self.etag[:-1]}{_SUFFIXES[coding]}"'

    def is_encoded(self, coding: Coding) -> bool:
        """Whether `encoded` answers at once."""
        return coding == "identity" or coding in self.encodings

    def encoded(self, coding: Coding) -> bytes:
        """The body in that coding, compressed at the first call; the same bytes every time."""
        if coding == "identity":
            return self.body
        if coding not in self.encodings:
            self.encodings[coding] = _compress(self.body, coding)
        return self.encodings[coding]


@dataclass(slots=True)
class _Kept:
    rendered: RenderedFeed
    version: Hashable
    looked_at: float
    epoch: int


@dataclass(frozen=True, slots=True)
class _Material:
    """What a feed is made of; `view` and `contents` are read only when `version` is not the one kept."""

    version: Hashable
    next_poll_at: datetime | None
    view: FeedView | None = None
    contents: tuple[Article, ...] = ()


class Publisher:
    """The site's feeds.

    A request looks whether the articles changed, and only then renders, in a thread; requests for one feed that come
    together share that. Within `fresh_for` seconds of a look the database is not asked again, unless `changed` was
    called.
    """

    def __init__(
        self,
        database: Database,
        publication: Publication,
        *,
        capacity: int = 256,
        fresh_for: float = 1.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._publication = publication
        self._capacity = capacity
        self._fresh_for = fresh_for
        self._clock = clock
        self._kept: OrderedDict[tuple[FeedName, str], _Kept] = OrderedDict()
        self._under_way: dict[tuple[FeedName, str, int], asyncio.Task[RenderedFeed | Missing]] = {}
        self._epoch = self._forgotten = 0
        # Rendering is mostly Python: more threads than this would only take turns.
        self._rendering = asyncio.Semaphore(2)
        self.renderings = 0

    @property
    def list_url(self) -> str:
        """The address of the list of all feeds."""
        return absolute(self._publication.site, OPML_PATH)

    def url_of(self, name: FeedName, form: Format) -> str:
        """The address of the feed in that format."""
        return absolute(self._publication.site, f"{name.path}.{form}")

    def changed(self) -> None:
        """Makes the next request for any feed look at the articles: something was stored."""
        self._epoch += 1

    def forget(self) -> None:
        """Makes every feed be rendered anew when it is asked for: titles or addresses changed."""
        self._kept.clear()
        self._epoch += 1
        self._forgotten = self._epoch

    async def feed(self, name: FeedName, form: Format) -> RenderedFeed | Missing:
        """The feed in that format, or why there is none.

        A source that fails keeps its last good articles, and while nothing can be read or rendered the last good feed
        is served; what went wrong is raised only if there is none.
        """
        return await self._current(name, form)

    async def opml(self) -> RenderedFeed:
        """The list of all sources' feeds by category."""
        rendered = await self._current(_LISTING, "opml")
        if isinstance(rendered, Missing):
            raise TypeError("the list of feeds is always there")
        return rendered

    async def _current(self, name: FeedName, form: Literal["rss", "atom", "opml"]) -> RenderedFeed | Missing:
        key = (name, form)
        kept = self._kept.get(key)
        if kept and kept.epoch == self._epoch and time.monotonic() - kept.looked_at < self._fresh_for:
            self._kept.move_to_end(key)
            return kept.rendered
        running = (*key, self._epoch)
        task = self._under_way.get(running)
        if task is None:
            work = self._list(kept) if form == "opml" else self._feed(name, form, kept)
            task = self._under_way[running] = asyncio.create_task(work, name=f"publish {name.path}.{form}")
            task.add_done_callback(lambda _: self._under_way.pop(running, None))
        try:
            # A reader that hangs up must not take the rendering away from the others.
            return await asyncio.shield(task)
        except Exception:
            if kept is None:
                raise
            log.exception("feed_not_renewed", feed=f"{name.path}.{form}")
            return kept.rendered

    async def _feed(self, name: FeedName, form: Format, kept: _Kept | None) -> RenderedFeed | Missing:
        epoch, looked_at = self._epoch, time.monotonic()
        read = self._read_source if name.kind == "source" else self._read_merged
        material = await read(name, form, kept.version if kept else None)
        if isinstance(material, Missing):
            self._kept.pop((name, form), None)
            return material
        if material.view is None and kept:
            rendered = kept.rendered
        elif material.view:
            async with self._rendering:
                rendered = await asyncio.to_thread(_render, material.view, material.contents, form)
            self.renderings += 1
        else:
            raise TypeError("nothing is kept and nothing was read")
        rendered = replace(rendered, max_age=self._max_age(material.next_poll_at))
        self._keep((name, form), _Kept(rendered, material.version, looked_at, epoch))
        return rendered

    async def _read_source(self, name: FeedName, form: Format, known: Hashable) -> _Material | Missing:
        async with self._database.read() as connection:
            source = await sources.get(connection, name.value)
            if source is None:
                return Absence.UNKNOWN
            if source.removed_at:
                return Absence.REMOVED
            state = await articles.version(connection, source=source.id, limit=self._publication.articles)
            options = source.options
            arranged = await _arranged(connection)
            version = (state, arranged, source.title, source.site_url, options.language, options.interval)
            if version == known:
                return _Material(version, source.next_poll_at)
            contents = await articles.latest(connection, source=source.id, limit=self._publication.articles)
        view = source_view(
            self._publication.site,
            source,
            form,
            ttl_minutes=self._minutes(source.options.interval),
            generator_version=self._publication.generator_version,
        )
        return _Material(version, source.next_poll_at, view, tuple(contents))

    async def _read_merged(self, name: FeedName, form: Format, known: Hashable) -> _Material | Missing:
        category = name.value if name.kind == "category" else None
        async with self._database.read() as connection:
            state = await articles.version(connection, category=category, limit=self._publication.articles)
            if category and not state.count and await categories.by_path(connection, category) is None:
                return await _renamed(connection, category)
            due = await sources.next_due(connection)
            version = (state, await _arranged(connection))
            if version == known:
                return _Material(version, due)
            contents = await articles.latest(connection, category=category, limit=self._publication.articles)
            everything = [] if contents else await sources.list_all(connection, removed=True)
        view = merged_view(
            self._publication.site,
            name,
            form,
            contents,
            created=min((source.created_at for source in everything), default=_BEGINNING),
            ttl_minutes=self._minutes(None),
            generator_version=self._publication.generator_version,
        )
        return _Material(version, due, view, tuple(contents))

    async def _list(self, kept: _Kept | None) -> RenderedFeed:
        epoch, looked_at = self._epoch, time.monotonic()
        async with self._database.read() as connection:
            everything = await sources.list_all(connection, removed=True)
            tree = await categories.tree(connection)
        listed = [source for source in everything if not source.removed_at]
        version = tuple((each.id, each.title, each.site_url, each.options.categories) for each in listed)
        if kept and kept.version == version:
            rendered = kept.rendered
        else:
            lines = outlines.of_sources(self._publication.site, listed, [node.path for node in tree])
            rendered = await asyncio.to_thread(_render_list, self._publication.site, lines, _last_change(everything))
        rendered = replace(rendered, max_age=self._publication.max_age)
        self._keep((_LISTING, "opml"), _Kept(rendered, version, looked_at, epoch))
        return rendered

    def _keep(self, key: tuple[FeedName, str], kept: _Kept) -> None:
        if kept.epoch < self._forgotten:
            return  # begun before `forget`: it may show what was to be forgotten
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)

    def _max_age(self, next_poll_at: datetime | None) -> int:
        publication = self._publication
        if next_poll_at is None:
            return publication.max_age
        seconds = math.ceil((next_poll_at - self._clock()).total_seconds())
        return min(max(seconds, publication.min_age), publication.max_age)

    def _minutes(self, interval: float | None) -> int:
        """The ttl that a feed states: from what is declared, since what polls learn would change the feed's bytes."""
        return max(math.ceil((interval or self._publication.interval) / 60), 1)


async def _arranged(connection: Connection) -> datetime | None:
    """When categories were last moved or merged: items show other names since then."""
    fact = await polls.get_fact(connection, arranging.FACT)
    return fact[1] if fact else None


async def _renamed(connection: Connection, category: str) -> Missing:
    """Where the feed of a category that is not there has gone."""
    (path,) = await categories.resolve(connection, [category])
    if path == category or await categories.by_path(connection, path) is None:
        return Absence.UNKNOWN
    return Renamed(FeedName("category", path))


def _render(view: FeedView, contents: tuple[Article, ...], form: Format) -> RenderedFeed:
    return _rendered(
        feeds.render(view, contents, form),
        last_modified=feeds.updated(view, contents),
        mime_type=feeds.MIME_TYPES[form],
        self_url=view.self_url,
    )


def _render_list(site: SitePresentation, lines: list[Outline], modified: datetime) -> RenderedFeed:
    body = outlines.opml(site.title, lines, modified=modified, owner=site.title, owner_url=site.base_url)
    return _rendered(body, last_modified=modified, mime_type=outlines.MIME_TYPE, self_url=absolute(site, OPML_PATH))


def _rendered(body: bytes, *, last_modified: datetime, mime_type: str, self_url: str) -> RenderedFeed:
    etag = f'"{hashlib.blake2b(body, digest_size=_ETAG_BYTES).hexdigest()}"'
    return RenderedFeed(
        body=body,
        etag=etag,
        last_modified=last_modified.replace(microsecond=0),
        mime_type=mime_type,
        self_url=self_url,
    )


def _last_change(everything: list[Source]) -> datetime:
    moments = [moment for each in everything for moment in (each.created_at, each.removed_at) if moment]
    return max(moments, default=_BEGINNING)


def _compress(body: bytes, coding: Coding) -> bytes:
    if coding == "gzip":
        # A time stamp in the header would change the bytes with every rendering.
        return gzip.compress(body, compresslevel=6, mtime=0)
    if coding == "br":
        compressed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=5)
        return compressed
    return zstandard.ZstdCompressor(level=9).compress(body)
