"""Fetches documents of the outside web: politely, within limits, through the guard, redirects followed one by one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPMethod, HTTPStatus
from json import dumps
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import urlencode

from aiohttp.abc import AbstractResolver

from feedbot.errors import FetchError, HttpFailed, SourceGone, TimedOut, TooManyRedirects
from feedbot.fetching import failures, robots, urls
from feedbot.fetching import headers as header
from feedbot.fetching.body import SentTooMuchError, read_body, read_head
from feedbot.fetching.browser import BrowserReader, why_not
from feedbot.fetching.carrying import Carried
from feedbot.fetching.guard import Attempts, current_attempts
from feedbot.fetching.model import NO_VALIDATORS, Fetched, FetchLimits, Validators
from feedbot.fetching.politeness import HostOnHoldError, HostQueues
from feedbot.fetching.proxies import judge_target, parse_proxy
from feedbot.fetching.robots import RobotsFiles, RobotsRules, disallowed
from feedbot.fetching.transport import Answer, Door, NameLookup, trusted_authorities
from feedbot.fetching.trips import Reply, Trip
from feedbot.fetching.urls import Target, shown

_ASKING_TO_WAIT = frozenset({429, 503})
_MOST_DOORS = 50  # one for each proxy, mostly
_NONE: Mapping[str, str] = MappingProxyType({})


class Fetcher:
    """Fetches documents; used as an async context manager, one for the whole process.

    `resolver` looks names up, `clock` gives monotonic seconds and `sleep` waits for some: the system's unless given.
    """

    def __init__(
        self,
        limits: FetchLimits,
        *,
        resolver: AbstractResolver | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = limits
        self._given_resolver = resolver
        self._clock = clock
        self._queues = HostQueues(
            concurrency=limits.concurrency, per_host=limits.per_host, spacing=limits.spacing, clock=clock, sleep=sleep
        )
        self._robots = RobotsFiles(clock)
        self._browser = BrowserReader(limits.browser, clock=clock, sleep=sleep)
        self._doors: dict[tuple[str | None, bool], Door] = {}
        self._is_open = False
        self._closing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._trust = trusted_authorities()
        self._resolver = self._given_resolver or NameLookup()
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for the requests under way (their time is limited) and closes every connection."""
        await self._browser.close()
        self._is_open = False
        self._close_doors()
        await asyncio.gather(*self._closing)
        await self._resolver.close()

    def reconfigure(self, limits: FetchLimits) -> None:
        """New limits for every request that starts from now on; called inside the event loop."""
        is_new_guard = limits.allow_networks != self._limits.allow_networks
        self._limits = limits
        self._browser.reconfigure(limits.browser)
        self._queues.resize(concurrency=limits.concurrency, per_host=limits.per_host, spacing=limits.spacing)
        if is_new_guard:
            # Kept-alive connections were judged by the old guard: they go with their door.
            self._close_doors()

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators = NO_VALIDATORS,
        headers: Mapping[str, str] = _NONE,
        cookies: Mapping[str, str] = _NONE,
        auth: tuple[str, str] | None = None,
        proxy: str | None = None,
        is_page: bool = False,
    ) -> Fetched:
        """The document at `url`, or the news that it is the one that `validators` name (`not_modified`).

        `headers` are the source's own and win over the usual ones; `cookies` and `auth` (user name and password of
        basic authentication) go along with them; `proxy` is its way out. `is_page` says that this is a page made for
        people: then robots.txt is asked first, and a no raises RobotsDisallowed.

        Redirects are followed, also from https to http, since some portals do that; each is one more turn in its
        site's queue, is judged by the guard and leaves behind whatever could be a secret (the source's own headers,
        cookies, user name, password) when it leads to another host or out of https. Cookies that a site sets on the
        way are sent back on the way, also where a small page with a cookie only asks to be loaded again, and are
        forgotten at the end.

        A 410 raises SourceGone, any other status that is not a success HttpFailed, with `retry_after` if the server
        names a time. After a 429 or 503 with Retry-After the whole host is left alone until then: fetches wait for up
        to 30 seconds, and raise HttpFailed at once for more. On any other status Retry-After concerns that address
        alone. Raises FetchError in all its kinds that concern a visit; texts and their `url` have secrets masked.
        """
        carried = Carried(headers, cookies, auth, parse_proxy(proxy) if proxy else None)
        trip, reply = await self._go(Trip(url, urls.parse(url), carried, validators, is_page=is_page))
        return self._judge(trip, reply)

    async def post(
        self,
        url: str,
        *,
        data: Mapping[str, str] | None = None,
        json: object = None,
        headers: Mapping[str, str] = _NONE,
        auth: tuple[str, str] | None = None,
        proxy: str | None = None,
    ) -> Fetched:
        """The answer to a POST of `data` as a form, or of `json`: through the same guard, turns and limits as `fetch`.

        Only 307 and 308 are followed, with the body, and never from https to http. Raises like `fetch`: a status that
        is not a success is HttpFailed.
        """
        content = urlencode(data or {}) if json is None else dumps(json, ensure_ascii=False)
        kind = "application/x-www-form-urlencoded" if json is None else "application/json"
        carried = Carried({"Content-Type": kind, **headers}, auth=auth, proxy=parse_proxy(proxy) if proxy else None)
        trip = Trip(url, urls.parse(url), carried, method=HTTPMethod.POST, content=content.encode())
        return self._judge(*await self._go(trip))

    async def render(
        self,
        url: str,
        *,
        document: Fetched | None = None,
        headers: Mapping[str, str] = _NONE,
        cookies: Mapping[str, str] = _NONE,
        auth: tuple[str, str] | None = None,
        proxy: str | None = None,
    ) -> Fetched:
        """The page at `url` as its scripts make it, read with a browser: its HTML in UTF-8, without validators.

        `document` is the page as `fetch` brought it, if it did. The rest is as for `fetch`, whose guard, credentials
        and limits hold for every request of the page too; all of them share one turn of the page's site. Raises like
        `fetch`, and BrowserFailed where there is no browser or its budget is used up.
        """
        if document is None:
            document = await self.fetch(url, headers=headers, cookies=cookies, auth=auth, proxy=proxy, is_page=True)
        carried = Carried(headers, cookies, auth, parse_proxy(proxy) if proxy else None)
        target = urls.parse(document.final_url)
        limits = self._limits
        try:
            return await self._browser.render(
                document,
                carried.for_page_of(url, document.final_url),
                limits.user_agent,
                ask=self._ask_at_once,
                turn=partial(self._queues.turn, target.host_key, target.site_key),
                max_html=limits.max_inflated,
            )
        except HostOnHoldError as hold:
            raise _on_hold(target, hold.seconds) from None

    async def _ask_at_once(self, trip: Trip) -> tuple[Trip, Reply]:
        """For the requests of a page in the browser: the turn of its site is theirs, and others it asks as browsers do.

        Raises like `fetch`.
        """
        held = self._queues.held_for(trip.target.host_key)
        if held:
            raise _on_hold(trip.target, held)
        return await self._go(trip, in_turn=False)

    def why_no_browser(self) -> str | None:
        """What is missing for `render`, as a sentence with the remedy; None if nothing is."""
        return why_not(self._limits.browser)

    async def heed_robots(self, url: str, *, proxy: str | None = None) -> None:
        """Asks the robots.txt of the page's host whether the page may be read; sets its crawl-delay.

        Raises:
            RobotsDisallowed: it may not.
            FetchError: robots.txt cannot be had, which by the rules counts as a no until it can.
        """
        await self._heed(urls.parse(url), parse_proxy(proxy) if proxy else None)

    async def sitemaps(self, url: str, *, proxy: str | None = None) -> tuple[str, ...]:
        """The sitemaps that the robots.txt of the address's host names. Raises FetchError like `heed_robots`."""
        rules = await self._rules(urls.parse(url), parse_proxy(proxy) if proxy else None)
        return rules.sitemaps

    async def _heed(self, target: Target, proxy: str | None, *, in_turn: bool = True) -> None:
        if not self._limits.robots:
            return
        rules = await self._rules(target, proxy, in_turn=in_turn)
        self._queues.slow_down(target.host_key, rules.crawl_delay)
        if not await rules.allow(target.url):
            raise disallowed(target, rules)

    async def _rules(self, target: Target, proxy: str | None, *, in_turn: bool = True) -> RobotsRules:
        async def read(url: str) -> Fetched:
            carried = Carried(proxy=proxy)
            trip = Trip(url, urls.parse(url), carried, cut_at=robots.MAX_BYTES)
            return self._judge(*await self._go(trip, max_redirects=robots.MAX_REDIRECTS, in_turn=in_turn))

        return await self._robots.rules(target, robots.product_token(self._limits.user_agent), read)

    async def _go(self, trip: Trip, *, max_redirects: int | None = None, in_turn: bool = True) -> tuple[Trip, Reply]:
        """Follows a trip to its end: where it led, and the last answer."""
        most = self._limits.max_redirects if max_redirects is None else max_redirects
        for hop in range(most + 1):
            if trip.is_page:
                await self._heed(trip.target, trip.carried.proxy, in_turn=in_turn)
            reply = await (self._visit(trip, is_first=hop == 0) if in_turn else self._ask(trip))
            trip = trip.arrive(reply)
            onward = trip.onward(reply)
            if onward is None:
                return trip, reply
            trip = onward
        raise TooManyRedirects(
            f"{trip.target.host_key} redirects more than {most} times. "
            "Open the address in a browser and configure where it ends.",
            url=shown(trip.url),
        )

    async def _visit(self, trip: Trip, *, is_first: bool) -> Reply:
        """One request in its site's turn. A redirect goes ahead of the site's other visitors: it has queued before."""
        target = trip.target
        try:
            async with self._queues.turn(target.host_key, target.site_key, first=not is_first):
                return await self._ask(trip)
        except HostOnHoldError as hold:
            raise _on_hold(target, hold.seconds) from None

    async def _ask(self, trip: Trip) -> Reply:
        limits = self._limits
        if trip.carried.proxy:
            judge_target(trip.target, limits.allow_networks)
        attempts = Attempts()
        token = current_attempts.set(attempts)
        left = max(limits.total_timeout - trip.seconds, 0.0)
        deadline = asyncio.timeout(left)
        try:
            async with deadline:
                return await self._exchange(trip, limits)
        except FetchError:
            raise
        except Exception as error:
            if deadline.expired():
                raise _too_slow(trip.target, limits) from None
            ours = failures.translate(error, trip.target, limits, attempts, by_proxy=bool(trip.carried.proxy))
            if ours is None:
                raise
            raise ours from None  # the foreign exception's text may hold the address with its secrets
        finally:
            current_attempts.reset(token)

    async def _exchange(self, trip: Trip, limits: FetchLimits) -> Reply:
        start = self._clock()
        earned = trip.jar.sent_to(trip.target)
        sent = trip.carried.request_headers(limits.user_agent, trip.target, trip.validators, earned)
        async with self._door_for(trip).ask(
            trip.method,
            trip.target.url,
            sent,
            trip.content,
            connect_timeout=limits.connect_timeout,
            read_timeout=limits.read_timeout,
        ) as answer:
            self._respect_hold(trip.target, answer)
            body = await _read(answer, limits, trip.cut_at) if _is_success(answer.status) else b""
        return Reply(answer.status, answer.headers, answer.location, answer.set_cookies, body, self._clock() - start)

    def _respect_hold(self, target: Target, answer: Answer) -> None:
        seconds = header.retry_after(answer.headers, datetime.now(UTC))
        if answer.status in _ASKING_TO_WAIT and seconds:
            self._queues.hold(target.host_key, seconds)

    def _judge(self, trip: Trip, reply: Reply) -> Fetched:
        host, url = trip.target.host_key, shown(trip.target.url)
        if reply.status == HTTPStatus.GONE:
            text = f"{host} answers 410 Gone: the page is gone for good and is not asked for again. Remove the source."
            raise SourceGone(text, url=url, status=reply.status)
        is_unchanged = reply.status == HTTPStatus.NOT_MODIFIED and bool(trip.validators)
        if not is_unchanged and not _is_success(reply.status):
            wait = header.retry_after(reply.headers, datetime.now(UTC))
            text = failures.status_text(host, reply.status)
            raise HttpFailed(text, url=url, status=reply.status, retry_after=wait)
        return self._result(trip, reply)

    def _result(self, trip: Trip, reply: Reply) -> Fetched:
        mime_type, charset = header.content_type(reply.headers.get("content-type", ""))
        return Fetched(
            url=trip.url,
            final_url=trip.target.url,
            status=reply.status,
            body=reply.body,
            mime_type=mime_type,
            charset=charset,
            validators=header.validators(reply.headers),
            permanent_url=trip.permanent_url,
            max_age=header.max_age(reply.headers, datetime.now(UTC)),
            seconds=trip.seconds,
            links=header.links(reply.headers.get("link", ""), trip.target.url),
            cookies=trip.jar.sent_to(trip.target),
        )

    def _door_for(self, trip: Trip) -> Door:
        if not self._is_open:
            raise RuntimeError("the fetcher is not open")
        proxy, keeps_alive = trip.carried.proxy, trip.method != HTTPMethod.POST
        door = self._doors.pop((proxy, keeps_alive), None)
        if door is None:
            door = Door(self._limits.allow_networks, self._trust, self._resolver, proxy, keeps_alive=keeps_alive)
        self._doors[proxy, keeps_alive] = door  # the newest used at the end
        if len(self._doors) > _MOST_DOORS:
            self._close(self._doors.pop(next(iter(self._doors))))
        return door

    def _close_doors(self) -> None:
        while self._doors:
            self._close(self._doors.popitem()[1])

    def _close(self, door: Door) -> None:
        closing = asyncio.create_task(door.close_when_idle())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


async def _read(answer: Answer, limits: FetchLimits, cut_at: int | None) -> bytes:
    codings = header.content_codings(answer.headers.get("content-encoding", ""))
    if cut_at is not None:
        return await read_head(answer.chunks, codings, cut_at)
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.max_bytes:
        raise SentTooMuchError
    return await read_body(answer.chunks, codings, limits.max_bytes, limits.max_inflated)


def _is_success(status: int) -> bool:
    """2xx but for 206: a part that nobody asked for would pass for the whole."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and status != HTTPStatus.PARTIAL_CONTENT


def _too_slow(target: Target, limits: FetchLimits) -> TimedOut:
    text = f"{target.host_key} was not done within {limits.total_timeout:g} s. Check that the site works in a browser."
    return TimedOut(text, url=shown(target.url))


def _on_hold(target: Target, seconds: float) -> HttpFailed:
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    text = f"{target.host_key} asked to wait until {until:%Y-%m-%d %H:%M} UTC, and is left alone until then."
    return HttpFailed(text, url=shown(target.url), retry_after=seconds)
