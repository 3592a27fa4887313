"""What the requests of a page in the browser get: answers that come through feedbot's own door, or nothing.

The browser itself is cut off from the network. Whatever its page asks for is judged here, fetched by the fetcher (whose
guard sees the address of every connection), counted, and handed over.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPMethod, HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

import structlog

from feedbot.errors import FetchError
from feedbot.fetching import urls
from feedbot.fetching.carrying import Carried
from feedbot.fetching.model import BrowserLimits, Fetched
from feedbot.fetching.trips import Reply, Trip

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, Request, Route

MAX_NAVIGATIONS = 5
_AT_ONCE = 6  # as browsers do
_MAX_POSTED = 1_000_000
_METHODS = frozenset({HTTPMethod.GET, HTTPMethod.POST, HTTPMethod.HEAD, HTTPMethod.OPTIONS})
_READ = frozenset({"script", "xhr", "fetch"})
_NOT_SENT = frozenset(
    {"host", "connection", "cookie", "user-agent", "accept-encoding", "content-length", "if-none-match"}
    | {"if-modified-since", "proxy-authorization", "transfer-encoding", "te", "upgrade"}
)
_NOT_HANDED_OVER = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive", "set-cookie", "alt-svc"}
    | {"strict-transport-security", "content-security-policy-report-only", "report-to", "nel", "refresh", "link"}
)
# Sites whose scripts count and advertise: no article has ever come from them.
_NOISE = frozenset(
    {
        "adnxs.com",
        "amazon-adsystem.com",
        "clarity.ms",
        "cnzz.com",
        "criteo.com",
        "doubleclick.net",
        "google-analytics.com",
        "googleadservices.com",
        "googlesyndication.com",
        "googletagmanager.com",
        "googletagservices.com",
        "growingio.com",
        "hotjar.com",
        "mixpanel.com",
        "newrelic.com",
        "nr-data.net",
        "outbrain.com",
        "quantserve.com",
        "scorecardresearch.com",
        "segment.io",
        "sentry.io",
        "taboola.com",
        "umeng.com",
    }
)
_NOISY_HOSTS = frozenset(
    {"hm.baidu.com", "cpro.baidu.com", "pos.baidu.com", "connect.facebook.net", "mc.yandex.ru", "bat.bing.com"}
)

Ask = Callable[[Trip], Awaitable[tuple[Trip, Reply]]]

log = structlog.get_logger()


class PageRelay:
    """Answers the requests of one page. `ask` follows a trip to its end, by way of robots.txt if it is a page's."""

    def __init__(self, document: Fetched, carried: Carried, limits: BrowserLimits, *, ask: Ask) -> None:
        self._carried = carried
        self._limits = limits
        self._ask = ask
        self._source_url = document.final_url
        self._cookies = {**carried.cookies, **document.cookies}
        self._documents = {document.final_url: document}
        self._navigations = 0
        self._requests = 0
        self._bytes = 0
        self._under_way: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._last = time.monotonic()

    @property
    def quiet_for(self) -> float:
        """Seconds since the page last got or asked for something; 0 while it waits for an answer."""
        return 0.0 if self._under_way else time.monotonic() - self._last

    async def attach(self, context: BrowserContext, page: Page) -> None:
        """Puts itself between the page and the network; web sockets lead nowhere, further windows are closed."""

        async def handle(route: Route, request: Request) -> None:
            await self._handle(page, route, request)

        await context.route("**/*", handle)
        await context.route_web_socket("**/*", lambda socket: socket.close(code=1011))
        await self._give_cookies(context)

    async def end(self) -> None:
        """Drops what is still under way."""
        tasks = tuple(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _give_cookies(self, context: BrowserContext) -> None:
        if self._cookies:
            await context.add_cookies(
                [{"name": name, "value": value, "url": self._source_url} for name, value in self._cookies.items()]
            )

    async def _handle(self, page: Page, route: Route, request: Request) -> None:
        task = asyncio.create_task(self._answer(page, route, request))
        self._under_way.add(task)
        try:
            await asyncio.wait([task])
        finally:
            self._under_way.discard(task)
            self._last = time.monotonic()
        if task.cancelled() or task.exception() is not None:
            if not task.cancelled():
                log.debug("page_request_dropped", reason=type(task.exception()).__name__)
            await _drop(route, request)

    async def _answer(self, page: Page, route: Route, request: Request) -> None:
        url = urldefrag(request.url).url
        if request.resource_type == "stylesheet":
            # Not fetched, but not refused either: pages wait for theirs before they load what they show.
            await route.fulfill(status=HTTPStatus.OK, content_type="text/css", body="")
        elif request.is_navigation_request():
            await self._navigate(page, route, request, url)
        elif request.resource_type in _READ and self._is_wanted(request, url):
            async with self._slots:
                _, reply = await self._ask(await self._trip(page.context, request, url))
            await self._hand_over(route, request, reply)
        else:
            await _drop(route, request)

    async def _navigate(self, page: Page, route: Route, request: Request, url: str) -> None:
        """The page's own document; frames inside it and further windows stay empty."""
        self._navigations += 1
        if not _is_main(page, request) or self._navigations > 2 * MAX_NAVIGATIONS:
            await _drop(route, request)
            return
        document = self._documents.pop(url, None)
        if document is not None:
            kind = f"{document.mime_type or 'text/html'}" + (
                f"; charset={document.charset}" if document.charset else ""
            )
            self._bytes += len(document.body)
            await route.fulfill(status=HTTPStatus.OK, headers={"content-type": kind}, body=document.body)
            return
        if not self._is_wanted(request, url):
            await _drop(route, request)
            return
        trip, reply = await self._ask(replace(await self._trip(page.context, request, url), is_page=True))
        if reply.status != HTTPStatus.OK:
            await _drop(route, request)
            return
        if trip.target.url != url:
            await self._send_on(route, trip, reply)
            return
        await self._hand_over(route, request, reply)

    async def _send_on(self, route: Route, trip: Trip, reply: Reply) -> None:
        """A redirect as a page: what the browser is told to follow itself would not pass this relay."""
        there = trip.target.url
        kind = reply.headers.get("content-type", "text/html").partition(";")
        charset = kind[2].partition("charset=")[2].strip(" \"'") or None
        self._documents[there] = Fetched(
            url=there,
            final_url=there,
            status=reply.status,
            body=reply.body,
            mime_type=kind[0].strip().lower(),
            charset=charset,
            validators=trip.validators,
            permanent_url=None,
            max_age=None,
            seconds=trip.seconds,
        )
        target = json.dumps(there).replace("<", "\\u003c")
        body = f'<script>location.replace({target})</script><a href="{html.escape(there)}">on</a>'
        await route.fulfill(status=HTTPStatus.OK, content_type="text/html; charset=utf-8", body=body)

    def _is_wanted(self, request: Request, url: str) -> bool:
        """Whether the request is of a kind that is fetched, to no counter of visits, and within the budget."""
        self._requests += 1
        if self._requests > self._limits.max_requests or self._bytes > self._limits.max_bytes:
            return False
        if request.method not in _METHODS or len(request.post_data_buffer or b"") > _MAX_POSTED:
            return False
        try:
            target = urls.parse(url)
        except FetchError:
            return False
        return target.site_key not in _NOISE and target.host not in _NOISY_HOSTS

    async def _trip(self, context: BrowserContext, request: Request, url: str) -> Trip:
        own = self._carried.for_page_of(self._source_url, url)
        asked = {name: value for name, value in request.headers.items() if _may_be_sent(name)}
        cookies = {entry["name"]: entry["value"] for entry in await context.cookies(url)}
        return Trip(
            url,
            urls.parse(url),
            Carried({**asked, **own.headers}, cookies, own.auth, own.proxy),
            method=request.method,
            content=request.post_data_buffer or b"",
        )

    async def _hand_over(self, route: Route, request: Request, reply: Reply) -> None:
        self._bytes += len(reply.body)
        is_redirect = HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST
        if self._bytes > self._limits.max_bytes or is_redirect:
            await _drop(route, request)
            return
        await route.fulfill(status=reply.status, headers=_for_page(reply), body=reply.body)


async def _drop(route: Route, request: Request) -> None:
    """Nothing for a request. A page that wants to go elsewhere stays as it is: an error would take its place."""
    from playwright.async_api import Error  # noqa: PLC0415 - an optional extra

    with contextlib.suppress(Error):  # the page may be gone, or have been answered
        if request.is_navigation_request():
            await route.fulfill(status=HTTPStatus.NO_CONTENT)
        else:
            await route.abort("blockedbyclient")


def _is_main(page: Page, request: Request) -> bool:
    from playwright.async_api import Error  # noqa: PLC0415 - as above

    try:
        return request.frame == page.main_frame
    except Error:  # a window that is just being made
        return False


def _may_be_sent(name: str) -> bool:
    return name not in _NOT_SENT and not name.startswith((":", "sec-", "proxy-"))


def _for_page(reply: Reply) -> dict[str, str]:
    headers = {
        name: value.encode("utf-8", "replace").decode()
        for name, value in reply.headers.items()
        if name not in _NOT_HANDED_OVER
    }
    if reply.set_cookies:
        headers["set-cookie"] = "\n".join(reply.set_cookies)
    return headers
