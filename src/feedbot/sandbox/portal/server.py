"""The sample portal as an ASGI app: the addresses of a Discuz! X portal over stories that come out by the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from typing import Literal
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from feedbot.sandbox.portal import categories, pages, stories
from feedbot.sandbox.portal.attachments import attachment, media_type
from feedbot.sandbox.portal.categories import Category
from feedbot.sandbox.portal.pages import STORIES_PER_PAGE, Pager, Site
from feedbot.sandbox.portal.pictures import landscape
from feedbot.sandbox.portal.schedule import SITE_ZONE, Schedule
from feedbot.sandbox.portal.stories import Story

LISTED = 600
_FEED_ITEMS = 20
_BLOCK_ITEMS = 8
_MAX_PAGE = 1000
_NOT_THERE = "抱歉，您指定要查看的文章不存在"
_NO_CATEGORY = "抱歉，您指定要查看的分类不存在"


class SamplePortal:
    """A portal whose story n is out from `epoch + (n - backlog) * every` seconds on; the first `backlog` are older.

    `epoch`, `clock` and `pauses` (from, until) are Unix times: with the same epoch and pauses a restarted portal goes
    on where it was. Time during which nobody could have seen a story, given as a pause, brings none. Lists reach back
    over the latest 600 stories; every story keeps its own page. `charset` is that of the real thing's two editions.
    """

    def __init__(
        self,
        *,
        epoch: float,
        every: float = 8.0,
        clock: Callable[[], float] = time.time,
        backlog: int = 12,
        title: str = "萍乡城事网",
        charset: Literal["utf-8", "gbk"] = "utf-8",
        pauses: Sequence[tuple[float, float]] = (),
    ) -> None:
        if every <= 0 or backlog < 1:
            raise ValueError(f"every must be above 0 and backlog at least 1, not {every} and {backlog}")
        self.title = title
        self._charset = charset
        self._clock = clock
        self._schedule = Schedule(epoch, every, backlog, stories.seed_date(), tuple(pauses))
        self._write = lru_cache(maxsize=2 * LISTED)(self._write_story)

    def count(self) -> int:
        """How many stories are out now; they are numbered from 1."""
        return self._schedule.count(self._clock())

    def story(self, number: int) -> Story | None:
        """The story, None if there is none with this number yet."""
        return self._write(number) if 1 <= number <= self.count() else None

    def app(self) -> Starlette:
        """The portal as an app that can be mounted under any prefix."""
        return Starlette(
            routes=[
                Route("/", self._portal),
                Route("/portal.php", self._portal),
                Route("/article-{aid:int}-{page:int}.html", self._static_article),
                Route("/data/attachment/portal/{month}/{day}/{name}", self._picture),
                Route("/static/portal.css", _style),
            ],
            exception_handlers={404: self._missing},
        )

    def _write_story(self, number: int) -> Story:
        return stories.write_story(number, self._schedule.published(number))

    def _site(self, request: Request) -> Site:
        root = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}/"
        return Site(self.title, root, datetime.fromtimestamp(self._clock(), SITE_ZONE), self._charset)

    def _html(self, page: str, status: int = 200) -> Response:
        headers = {"Content-Type": f"text/html; charset={self._charset}"}
        return HTMLResponse(self._encoded(page), status, headers)

    def _encoded(self, page: str) -> bytes:
        """As editions in GBK do: a character outside the charset becomes a reference (`&#128077;`)."""
        return page.encode(self._charset, "xmlcharrefreplace")

    def _latest(self, category: Category | None, count: int) -> list[Story]:
        return [self._write(number) for number in islice(self._numbers(category), count)]

    def _numbers(self, category: Category | None) -> Iterator[int]:
        """The numbers of a category's stories, newest first as the real portal sorts, without writing them."""
        newest = self.count()
        for number in range(newest, max(0, newest - LISTED), -1):
            if category is None or categories.holds(category, stories.category_of(number)):
                yield number

    async def _portal(self, request: Request) -> Response:
        """`portal.php`: what it shows is told by `mod`."""
        shows = {
            "index": self._index,
            "list": self._list,
            "view": self._view,
            "rss": self._rss,
            "attachment": self._attachment,
            "comment": self._comments,
        }
        show = shows.get(request.query_params.get("mod", "index"))
        return show(request) if show else RedirectResponse(f"{self._site(request).root}portal.php", 302)

    def _index(self, request: Request) -> Response:
        blocks = [(one, self._latest(one, _BLOCK_ITEMS)) for one in categories.CATEGORIES]
        return self._html(pages.index_page(self._site(request), blocks))

    def _list(self, request: Request) -> Response:
        category = categories.BY_ID.get(_asked(request, "catid"))
        if category is None:
            # The real one answers 200 here.
            return self._html(pages.message_page(self._site(request), _NO_CATEGORY))
        matching = list(self._numbers(category))
        page = _asked(request, "page", default=1)
        shown = [self._write(number) for number in matching[(page - 1) * STORIES_PER_PAGE : page * STORIES_PER_PAGE]]
        last = max(1, -(-len(matching) // STORIES_PER_PAGE))
        site = self._site(request)
        pager = Pager(min(page, last), last, f"{site.root}portal.php?mod=list&catid={category.catid}")
        return self._html(pages.list_page(site, category, shown, pager))

    def _view(self, request: Request) -> Response:
        return self._article(request, _asked(request, "aid"), _asked(request, "page", default=1))

    def _comments(self, request: Request) -> Response:
        root = self._site(request).root
        return RedirectResponse(f"{root}portal.php?mod=view&aid={_asked(request, 'id')}#comment", 302)

    def _article(self, request: Request, aid: int, page: int) -> Response:
        story = self.story(aid)
        site = self._site(request)
        if story is None:
            return self._html(pages.message_page(site, _NOT_THERE), 404)
        return self._html(pages.article_page(site, story, page, (self.story(aid - 1), self.story(aid + 1))))

    async def _static_article(self, request: Request) -> Response:
        return self._article(request, request.path_params["aid"], max(1, min(request.path_params["page"], _MAX_PAGE)))

    def _rss(self, request: Request) -> Response:
        category = categories.BY_ID.get(_asked(request, "catid"))
        if category is None and "catid" in request.query_params:
            return self._html(pages.message_page(self._site(request), _NO_CATEGORY))
        feed = pages.rss_feed(self._site(request), category, self._latest(category, _FEED_ITEMS))
        # The real one names no charset here either: the XML declaration does.
        return Response(self._encoded(feed), headers={"Content-Type": "application/xml"})

    def _attachment(self, request: Request) -> Response:
        attachment_id = _asked(request, "id")
        story = self.story(attachment_id // 10)
        found = [one for one in story.files if one.id == attachment_id] if story else []
        if not story or not found:
            return self._html(pages.message_page(self._site(request), _NOT_THERE), 404)
        name = found[0].name
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return Response(attachment(name, story.title), media_type=media_type(name), headers=headers)

    async def _picture(self, request: Request) -> Response:
        stem, _, ending = request.path_params["name"].partition(".")
        story = self.story(_number(stem) // 10)
        kind = {"png": False, "png.thumb.jpg": True}.get(ending)
        if story is None or kind is None or not any(image.index == _number(stem) % 10 for image in story.images):
            return await self._missing(request, None)
        picture = await run_in_threadpool(landscape, _number(stem), thumbnail=kind)
        return Response(picture, media_type="image/png", headers={"Cache-Control": "max-age=86400"})

    async def _missing(self, request: Request, _: Exception | None) -> Response:
        return self._html(pages.message_page(self._site(request), _NOT_THERE), 404)


async def _style(_: Request) -> Response:
    style = (files("feedbot.sandbox.portal") / "static" / "portal.css").read_bytes()
    return Response(style, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def _asked(request: Request, name: str, default: int = 0) -> int:
    return _number(request.query_params.get(name), default)


def _number(text: str | None, default: int = 0) -> int:
    """A number from an address, `default` for anything else; never absurdly large."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 and int(text) else default  # noqa: PLR2004 - digits of an id
