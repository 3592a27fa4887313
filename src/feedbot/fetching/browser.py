"""Pages that are made by scripts, read with a Chromium of this machine (optional extra `browser`).

The browser has no network of its own: it is told that every name is unknown and that everything goes through a proxy
that does not exist. What its pages need comes through `page_relay`. Each page has a fresh profile, a budget
and an end.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import structlog

from feedbot.errors import BrowserFailed, TooLarge
from feedbot.fetching.carrying import Carried
from feedbot.fetching.model import NO_VALIDATORS, BrowserLimits, Fetched
from feedbot.fetching.page_budget import PageBudget
from feedbot.fetching.page_relay import Ask, PageRelay
from feedbot.fetching.urls import shown

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page, Playwright

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_GRACE = 2.0  # seconds for what should take none: the page's text, the end of its window
_LOOK = 0.05
_START = 20.0
_TRIES = 3  # for the text of a page that is going on to another at that moment
_RENDERED = frozenset({"", "text/html", "application/xhtml+xml"})
# What the browser gets to see of feedbot's environment, which has secrets.
_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "FONTCONFIG_PATH",
    "FONTCONFIG_FILE",
)
_INSTALL = "Install it with `pip install 'feedbot[browser]'`"
_SWITCHES = (
    # No way out: neither names nor addresses, neither TCP nor UDP.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://no-network.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--no-pings",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    # No more of the machine than needed.
    "--js-flags=--max-old-space-size=256",
    "--blink-settings=imagesEnabled=false",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--mute-audio",
)
# What could speak past HTTP is not there for pages at all.
_WITHOUT = """
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport", "SharedWorker"]) {
  delete globalThis[name];
}
"""

log = structlog.get_logger()


def find_executable(limits: BrowserLimits) -> str | None:
    """The browser's program: the configured one, or the first Chromium on the path; None if there is none."""
    if limits.executable:
        return shutil.which(limits.executable)
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def why_not(limits: BrowserLimits) -> str | None:
    """What is missing for reading pages with a browser, as a sentence with the remedy; None if nothing is."""
    if find_spec("playwright") is None:
        return f"The extra `browser` is not installed. {_INSTALL}, and Chromium from your system's packages."
    if find_executable(limits) is None:
        wanted = f"{limits.executable} is no program" if limits.executable else "No Chromium is on the path"
        return f"{wanted}. Install chromium or google-chrome, or set fetch.browser.executable."
    return None


class BrowserReader:
    """Renders pages, one at a time. The browser starts with the first page and ends when none has come for a while."""

    def __init__(
        self,
        limits: BrowserLimits,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = limits
        self._turn = asyncio.Lock()
        self._budget = PageBudget(clock, sleep)
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._process: int | None = None
        self._idle: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a browser runs at this moment."""
        return self._browser is not None

    def reconfigure(self, limits: BrowserLimits) -> None:
        """Takes effect with the next page; another program or sandbox with the next start of the browser."""
        self._limits = limits

    async def close(self) -> None:
        """Ends the browser, after the page that it reads at the moment."""
        async with self._turn:
            await self._end()

    async def render(
        self,
        document: Fetched,
        carried: Carried,
        user_agent: str,
        *,
        ask: Ask,
        turn: Callable[[], AbstractAsyncContextManager[None]],
        max_html: int,
    ) -> Fetched:
        """The page as its scripts have made it of `document`: its HTML in UTF-8, and where it stands in the end.

        The page is waited for until it asks for nothing more, at most `seconds`; one that never rests is taken as it is
        then. Nothing of it may be revalidated, and nothing is remembered. What is no HTML is given back as it is.

        `ask` and `turn` are the fetcher's: a request of the page, and the turn of its site, taken when it is the
        browser's own.

        Raises:
            BrowserFailed: there is no browser, it does not start, the budget is used up (`retry_after`), or the page
                keeps it so busy that it had to be ended.
            TooLarge: its HTML is larger than `max_html` bytes.
        """
        if document.mime_type not in _RENDERED:
            return document
        missing = why_not(self._limits)
        if missing:
            raise BrowserFailed(
                f"This page is made by scripts and needs a browser. {missing}", url=shown(document.final_url)
            )
        async with self._turn:
            await self._budget.take(self._limits, document.final_url)
            relay = PageRelay(document, carried, self._limits, ask=ask)
            start = time.monotonic()
            async with turn():
                html, url = await self._read(relay, document, user_agent)
        body = html.encode("utf-8", "replace")
        if len(body) > max_html:
            text = f"The page is larger than {max_html:,} bytes once its scripts have run. Raise fetch.max_inflated."
            raise TooLarge(text, url=shown(url))
        return replace(
            document,
            final_url=url,
            body=body,
            mime_type="text/html",
            charset="utf-8",
            validators=NO_VALIDATORS,
            max_age=None,
            seconds=document.seconds + time.monotonic() - start,
            cookies={},
        )

    async def _read(self, relay: PageRelay, document: Fetched, user_agent: str) -> tuple[str, str]:
        from playwright.async_api import Error  # noqa: PLC0415 - an optional extra

        try:
            async with (
                asyncio.timeout(_START + self._limits.seconds + 3 * _GRACE),
                self._window(user_agent, document.final_url) as page,
            ):
                await relay.attach(page.context, page)
                try:
                    return await self._watch(page, relay, document.final_url)
                finally:
                    await relay.end()
        except TimeoutError:
            await self._kill()
            raise BrowserFailed(
                f"The page was not made within {self._limits.seconds:g} s and kept the browser busy, which was ended. "
                "Set browser: never for this source, or give it the address of its feed.",
                url=shown(document.final_url),
            ) from None
        except Error as error:
            await self._kill()
            log.warning("browser_failed", url=shown(document.final_url), reason=error.message.partition("\n")[0])
            raise BrowserFailed(
                "The browser broke down over this page and is started anew for the next one. The log has its words.",
                url=shown(document.final_url),
            ) from None

    async def _watch(self, page: Page, relay: PageRelay, url: str) -> tuple[str, str]:
        """The page's HTML and address when it has come to rest, or when its time is up."""
        from playwright.async_api import Error  # noqa: PLC0415 - an optional extra

        until = time.monotonic() + self._limits.seconds
        with contextlib.suppress(Error):  # it takes too long, or goes on to another page before it is there
            await page.goto(url, wait_until="commit", timeout=self._limits.seconds * 1000)
        try:
            await self._rest(page, relay, until)
            async with asyncio.timeout(_GRACE):
                html = await _content(page)
        except TimeoutError:
            self._shoot()  # its window would not close either
            raise
        if not page.url.startswith(("http://", "https://")):
            raise BrowserFailed("The browser could not open this page. Try it in a browser yourself.", url=shown(url))
        return html, page.url

    async def _rest(self, page: Page, relay: PageRelay, until: float) -> None:
        """Waits until the page is parsed and asks for nothing more; raises TimeoutError if it does not react at all."""
        while (now := time.monotonic()) < until:
            left = self._limits.quiet_seconds - relay.quiet_for
            if left <= 0 and await _is_parsed(page):
                return
            await asyncio.sleep(min(max(left, _LOOK), until - now))

    @asynccontextmanager
    async def _window(self, user_agent: str, url: str) -> AsyncIterator[Page]:
        """A page in a profile of its own, which leaves nothing behind."""
        browser = await self._started(user_agent, url)
        context = await browser.new_context(user_agent=user_agent, service_workers="block", accept_downloads=False)
        try:
            await context.add_init_script(_WITHOUT)
            page = await context.new_page()
            context.on("page", _close_window)
            yield page
        finally:
            await self._close_context(context)

    async def _close_context(self, context: BrowserContext) -> None:
        from playwright.async_api import Error  # noqa: PLC0415 - an optional extra

        try:
            async with asyncio.timeout(_GRACE):
                await context.close()
        except (TimeoutError, Error):
            await self._kill()
        self._idle = asyncio.create_task(self._end_when_idle(), name="idle browser")

    async def _started(self, user_agent: str, url: str) -> Browser:
        if self._idle:
            self._idle.cancel()
            self._idle = None
        if self._browser is not None and self._browser.is_connected():
            return self._browser
        await self._end()
        return await self._start(user_agent, url)

    async def _start(self, user_agent: str, url: str) -> Browser:
        from playwright.async_api import Error, async_playwright  # noqa: PLC0415 - an optional extra

        try:
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=find_executable(self._limits),
                chromium_sandbox=self._limits.sandbox,
                args=[*_SWITCHES, f"--user-agent={user_agent}"],
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                timeout=_START * 1000,
            )
            session = await self._browser.new_browser_cdp_session()
            told = await session.send("SystemInfo.getProcessInfo")
        except (Error, OSError) as error:
            await self._end()
            raise BrowserFailed(_why_no_start(str(error), self._limits), url=shown(url)) from None
        self._process = next((int(one["id"]) for one in told["processInfo"] if one["type"] == "browser"), None)
        log.info("browser_started", process=self._process)
        return self._browser

    async def _end_when_idle(self) -> None:
        await asyncio.sleep(self._limits.idle_seconds)
        async with self._turn:
            self._idle = None
            await self._end()

    async def _end(self) -> None:
        """Ends the browser in good order, or by force."""
        if self._idle:
            self._idle.cancel()
            self._idle = None
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        try:
            async with asyncio.timeout(_GRACE):
                if browser is not None:
                    await browser.close()
                if playwright is not None:
                    await playwright.stop()
        except Exception as error:  # noqa: BLE001 - whatever it is, the process must go
            log.warning("browser_not_closed", reason=type(error).__name__)
            self._shoot()
        self._process = None

    async def _kill(self) -> None:
        """Ends the browser by force; the next page starts another."""
        self._shoot()
        await self._end()

    def _shoot(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


async def _is_parsed(page: Page) -> bool:
    from playwright.async_api import Error  # noqa: PLC0415 - an optional extra

    try:
        async with asyncio.timeout(_GRACE):
            return bool(await page.evaluate("document.readyState !== 'loading'"))
    except Error:  # it is going on to another page
        return False


async def _content(page: Page) -> str:
    from playwright.async_api import Error  # noqa: PLC0415 - an optional extra

    for _ in range(_TRIES - 1):
        try:
            return await page.content()
        except Error:
            await page.wait_for_load_state("domcontentloaded")
    return await page.content()


async def _close_window(page: Page) -> None:
    from playwright.async_api import Error  # noqa: PLC0415 - an optional extra

    with contextlib.suppress(Error):
        await page.close()


def _why_no_start(message: str, limits: BrowserLimits) -> str:
    if limits.sandbox and "sandbox" in message.lower():
        return (
            "The browser's sandbox does not work here: it needs a user other than root, and user namespaces. Run "
            "feedbot as another user, or set fetch.browser.sandbox: false if you trust every page that it will read."
        )
    reason = message.partition("\n")[0][:200]
    return f"The browser does not start ({reason}). Check fetch.browser.executable by running it in a terminal."
