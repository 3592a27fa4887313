"""Fetches documents of the outside web: politely, within limits, through the guard, redirects followed one by one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import MappingProxyType, TracebackType
from typing import Self

from aiohttp.abc import AbstractResolver

from feedbot.errors import FetchError, HttpFailed, SourceGone, TimedOut, TooManyRedirects
from feedbot.fetching import failures, urls
from feedbot.fetching import headers as header
from feedbot.fetching.body import SentTooMuchError, read_body
from feedbot.fetching.guard import Attempts, current_attempts
from feedbot.fetching.model import NO_VALIDATORS, Fetched, FetchLimits, Validators
from feedbot.fetching.politeness import HostOnHoldError, HostQueues
from feedbot.fetching.transport import Answer, Door, NameLookup, trusted_authorities
from feedbot.fetching.urls import Target, shown

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_ASKING_TO_WAIT = frozenset({429, 503})
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Reply:
    """One request's answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    location: bytes | None
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class _Trip:
    """A fetch on its way: where it is, what it still carries, what it has seen. Each hop makes a new one."""

    url: str
    target: Target
    own_headers: Mapping[str, str]
    validators: Validators
    visited: tuple[str, ...] = ()
    is_permanent: bool = True
    seconds: float = 0.0

    def arrive(self, reply: _Reply) -> _Trip:
        return replace(self, visited=(*self.visited, self.target.url), seconds=self.seconds + reply.seconds)

    def go_on(self, target: Target, *, is_permanent: bool) -> _Trip:
        own = self.own_headers if urls.same_site(self.target, target) else header.for_another_site(self.own_headers)
        return replace(self, target=target, own_headers=own, is_permanent=self.is_permanent and is_permanent)


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
        self._door: Door | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._trust = trusted_authorities()
        self._resolver = self._given_resolver or NameLookup()
        self._door = self._new_door()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for the requests under way (their time is limited) and closes every connection."""
        door, self._door = self._door, None
        if door is not None:
            await door.close_when_idle()
        await asyncio.gather(*self._closing)
        await self._resolver.close()

    def reconfigure(self, limits: FetchLimits) -> None:
        """New limits for every request that starts from now on; called inside the event loop."""
        is_new_guard = limits.allow_networks != self._limits.allow_networks
        self._limits = limits
        self._queues.resize(concurrency=limits.concurrency, per_host=limits.per_host, spacing=limits.spacing)
        if is_new_guard and self._door is not None:
            # Kept-alive connections were judged by the old guard: they go with their door.
            closing = asyncio.create_task(self._door.close_when_idle())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self._door = self._new_door()

    async def fetch(
        self, url: str, *, validators: Validators = NO_VALIDATORS, headers: Mapping[str, str] = _NO_HEADERS
    ) -> Fetched:
        """The document at `url`, or the news that it is the one that `validators` name (`not_modified`).

        `headers` are the source's own and win over the usual ones. Redirects are followed, also from https to http,
        since some portals do that; each is one more turn in its host's queue, is judged by the guard and leaves
        behind whatever could be a secret (the source's own headers, user name, password) when it leads to another
        site or out of https. A 410 raises SourceGone, any other status that is not a success HttpFailed, with
        `retry_after` if the server names a time. After a 429 or 503 with Retry-After the whole host is left alone
        until then: fetches wait for up to 30 seconds, and raise HttpFailed at once for more. Raises FetchError in
        all its kinds that concern a visit; texts and their `url` have secrets masked.
        """
        trip = _Trip(url, urls.parse(url), headers, validators)
        for hop in range(self._limits.max_redirects + 1):
            reply = await self._visit(trip, is_first=hop == 0)
            trip = trip.arrive(reply)
            if reply.status not in _REDIRECTS or reply.location is None:
                return self._judge(trip, reply)
            target = urls.follow(trip.target, reply.location)
            if target.url in trip.visited:
                raise _redirect_loop(target)
            trip = trip.go_on(target, is_permanent=reply.status in _PERMANENT)
        raise TooManyRedirects(
            f"{trip.target.host_key} redirects more than {self._limits.max_redirects} times. "
            "Open the address in a browser and configure where it ends.",
            url=shown(url),
        )

    async def _visit(self, trip: _Trip, *, is_first: bool) -> _Reply:
        """One request in its host's turn. A redirect goes ahead of the host's other visitors: it has queued before."""
        try:
            async with self._queues.turn(trip.target.host_key, first=not is_first):
                return await self._ask(trip)
        except HostOnHoldError as hold:
            raise _on_hold(trip.target, hold.seconds) from None

    async def _ask(self, trip: _Trip) -> _Reply:
        limits = self._limits
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
            ours = failures.translate(error, trip.target, limits, attempts)
            if ours is None:
                raise
            raise ours from None  # the foreign exception's text may hold the address with its secrets
        finally:
            current_attempts.reset(token)

    async def _exchange(self, trip: _Trip, limits: FetchLimits) -> _Reply:
        if self._door is None:
            raise RuntimeError("the fetcher is not open")
        start = self._clock()
        sent = header.request_headers(limits.user_agent, trip.own_headers, trip.validators, trip.target.authorization)
        async with self._door.get(
            trip.target.url, sent, connect_timeout=limits.connect_timeout, read_timeout=limits.read_timeout
        ) as answer:
            self._respect_hold(trip.target, answer)
            body = await _read(answer, limits) if _is_success(answer.status) else b""
        return _Reply(answer.status, answer.headers, answer.location, body, self._clock() - start)

    def _respect_hold(self, target: Target, answer: Answer) -> None:
        seconds = header.retry_after(answer.headers, datetime.now(UTC))
        if answer.status in _ASKING_TO_WAIT and seconds:
            self._queues.hold(target.host_key, seconds)

    def _judge(self, trip: _Trip, reply: _Reply) -> Fetched:
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

    def _result(self, trip: _Trip, reply: _Reply) -> Fetched:
        mime_type, charset = header.content_type(reply.headers.get("content-type", ""))
        has_moved = len(trip.visited) > 1 and trip.is_permanent
        return Fetched(
            url=trip.url,
            final_url=trip.target.url,
            status=reply.status,
            body=reply.body,
            mime_type=mime_type,
            charset=charset,
            validators=header.validators(reply.headers),
            permanent_url=trip.target.stored_url if has_moved else None,
            max_age=header.max_age(reply.headers, datetime.now(UTC)),
            seconds=trip.seconds,
        )

    def _new_door(self) -> Door:
        return Door(self._limits.allow_networks, self._trust, self._resolver)


async def _read(answer: Answer, limits: FetchLimits) -> bytes:
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.max_bytes:
        raise SentTooMuchError
    codings = header.content_codings(answer.headers.get("content-encoding", ""))
    return await read_body(answer.chunks, codings, limits.max_bytes, limits.max_inflated)


def _is_success(status: int) -> bool:
    """2xx but for 206: a part that nobody asked for would pass for the whole."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and status != HTTPStatus.PARTIAL_CONTENT


def _redirect_loop(target: Target) -> TooManyRedirects:
    return TooManyRedirects(
        f"{target.host_key} redirects in a circle. It may insist on cookies, which feedbot does not keep: "
        "open the address in a browser and configure where it ends.",
        url=shown(target.url),
    )


def _too_slow(target: Target, limits: FetchLimits) -> TimedOut:
    text = f"{target.host_key} was not done within {limits.total_timeout:g} s. Check that the site works in a browser."
    return TimedOut(text, url=shown(target.url))


def _on_hold(target: Target, seconds: float) -> HttpFailed:
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    text = f"{target.host_key} asked to wait until {until:%Y-%m-%d %H:%M} UTC, and is left alone until then."
    return HttpFailed(text, url=shown(target.url), retry_after=seconds)
