"""robots.txt (RFC 9309): what a site asks of programs that read its pages.

Pages are asked for, feeds and interfaces that an admin named are not: those are made for programs.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from feedbot.errors import (
    BadUrl,
    FetchError,
    HttpFailed,
    NotParseable,
    RobotsDisallowed,
    SourceGone,
    TooManyRedirects,
)
from feedbot.fetching.model import Fetched
from feedbot.fetching.urls import Target, shown

if TYPE_CHECKING:
    from protego import Protego

MAX_BYTES = 500 * 1024  # RFC 9309, 2.5: so much must be read, the rest may be left
MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2
MAX_DELAY = 60.0  # of Crawl-delay: some sites ask for hours, which would mean never
LONGEST_FRESH = 86_400.0  # RFC 9309, 2.4
SHORTEST_FRESH = 300.0
GIVEN_UP_AFTER = 30 * 86_400.0  # RFC 9309, 2.3.1.4: then an unreachable file counts as none
_MAX_FILES = 1000
_MAX_RULES = 2000  # looked through at once, and for the one to name
_LARGE = 32 * 1024  # parsing more than this leaves the event loop
_AGENT = re.compile(r"user[- ]?agent\s*:\s*(\S*)", re.IGNORECASE)
_SITEMAP = re.compile(r"site-?maps?\s*:", re.IGNORECASE)
_FOR_ALL = "User-agent: *"
_PRODUCT = re.compile(r"[A-Za-z_-]+")
_COMPATIBLE = re.compile(r"compatible;\s*([A-Za-z_-]+)")
_OWN_NAME = "feedbot"


def product_token(user_agent: str) -> str:
    """The name by which robots.txt files know this program: the product of the user agent, in lower case.

    >>> product_token("Mozilla/5.0 (compatible; feedbot/1.0)")
    'feedbot'
    """
    if _OWN_NAME in user_agent.lower():
        return _OWN_NAME
    found = _COMPATIBLE.search(user_agent)
    if found:
        return found.group(1).lower()
    product = _PRODUCT.match(user_agent)
    return product.group().lower() if product else _OWN_NAME


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """One robots.txt as it concerns one program. Groups are told apart here, patterns are matched by Protego.

    Protego alone would copy every rule for every program that a file names: 500 KB can become gigabytes.
    """

    token: str
    _lines: tuple[str, ...]
    _parsed: Protego

    @classmethod
    def parse(cls, text: str, token: str) -> RobotsRules:
        """The rules of the groups for this program, or of those for everybody if it has none (RFC 9309, 2.2.1).

        Never raises: what is no rule is passed over.
        """
        from protego import Protego  # noqa: PLC0415 - only where pages are read

        lines, sitemaps = _rules_for(token, text)
        return cls(token, lines, Protego.parse("\n".join((_FOR_ALL, *lines, *sitemaps))))

    @property
    def crawl_delay(self) -> float:
        """The seconds that the site wants between two requests, at most 60; 0 if it does not say."""
        return min(self._parsed.crawl_delay(self.token) or 0.0, MAX_DELAY)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The addresses of sitemaps that the file names, in its order."""
        return tuple(self._parsed.sitemaps)

    async def allow(self, url: str) -> bool:
        """Whether the page may be read. Many rules are looked through outside the event loop."""
        if len(self._lines) > _MAX_RULES:
            return bool(await asyncio.to_thread(self._parsed.can_fetch, url, self.token))
        return bool(self._parsed.can_fetch(url, self.token))

    def refusal(self, url: str) -> str:
        """The line that forbids the page, as it stands in the file; `""` if it cannot be told."""
        from protego import Protego  # noqa: PLC0415 - as above

        forbidding = [
            line
            for line in self._lines[:_MAX_RULES]
            if not Protego.parse(f"{_FOR_ALL}\n{line}").can_fetch(url, self.token)
        ]
        return max(forbidding, key=len, default="")


def _rules_for(token: str, text: str) -> tuple[tuple[str, ...], list[str]]:
    """The lines of the groups for the program, without comments, and those that name sitemaps."""
    rules: dict[str, list[str]] = {}
    sitemaps: list[str] = []
    agents: set[str] = set()
    is_head = False
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        agent = _AGENT.match(line)
        if agent:
            agents = agents if is_head else set()
            name = "*" if agent.group(1) == "*" else _name(agent.group(1))
            if name in {token, "*"}:
                agents.add(name)
                rules.setdefault(name, [])
            is_head = True
        elif _SITEMAP.match(line):
            sitemaps.append(line)
        elif line:
            is_head = False
            for name in agents:
                rules[name].append(line)
    return tuple(rules.get(token, rules.get("*", ()))), sitemaps


def _name(agent: str) -> str:
    product = _PRODUCT.match(agent)
    return product.group().lower() if product else ""


@dataclass(slots=True)
class _File:
    """What is known of one origin's robots.txt. Times are those of the given clock."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: RobotsRules | None = None
    fresh_until: float = float("-inf")
    unreachable_since: float | None = None
    error: FetchError | None = None


class RobotsFiles:
    """The robots.txt of every origin, each asked for once in its time. `read` fetches one; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._files: OrderedDict[str, _File] = OrderedDict()

    async def rules(self, target: Target, token: str, read: Callable[[str], Awaitable[Fetched]]) -> RobotsRules:
        """The rules of the target's origin.

        A file is believed for a day, or as long as its max-age says within 5 minutes and a day. None there (4xx but
        for 429) allows everything; one that cannot be had (5xx, 429, no connection) forbids everything until it
        answers: then FetchError is raised, unless an older copy is at hand or the file is missed for 30 days.
        """
        file = self._file(target.origin)
        async with file.lock:
            if self._clock() >= file.fresh_until or (file.rules and file.rules.token != token):
                await self._renew(file, target, token, read)
            if file.error is not None:
                raise _again(file.error)
            return file.rules or RobotsRules.parse("", token)

    def _file(self, origin: str) -> _File:
        file = self._files.pop(origin, None) or _File()
        self._files[origin] = file  # the newest used at the end
        if len(self._files) > _MAX_FILES:
            self._files.popitem(last=False)
        return file

    async def _renew(self, file: _File, target: Target, token: str, read: Callable[[str], Awaitable[Fetched]]) -> None:
        now = self._clock()
        try:
            fetched = await read(f"{target.origin}/robots.txt")
        except FetchError as error:
            if not _means_none(error):
                self._miss(file, target, error, now)
                return
            text, max_age = "", None
        else:
            text, max_age = fetched.body.decode("utf-8", "replace").removeprefix("\ufeff"), fetched.max_age
        parse = RobotsRules.parse
        file.rules = await asyncio.to_thread(parse, text, token) if len(text) > _LARGE else parse(text, token)
        file.error = file.unreachable_since = None
        # A max-age of 0 stands on whole sites by default: it says nothing of how often robots.txt should be asked for.
        file.fresh_until = now + min(max(max_age or LONGEST_FRESH, SHORTEST_FRESH), LONGEST_FRESH)

    def _miss(self, file: _File, target: Target, error: FetchError, now: float) -> None:
        if error.status is None and error.retry_after:
            raise error  # the host is on hold: that says nothing of the file
        file.unreachable_since = now if file.unreachable_since is None else file.unreachable_since
        file.fresh_until = now + SHORTEST_FRESH
        is_given_up = now - file.unreachable_since > GIVEN_UP_AFTER
        file.error = None if file.rules or is_given_up else _unreachable(target, error)


def disallowed(target: Target, rules: RobotsRules) -> RobotsDisallowed:
    """The site's no, in words."""
    line = rules.refusal(target.url)
    named = f": its robots.txt says `{line[:200]}`" if line else " in its robots.txt"
    return RobotsDisallowed(
        f"{target.host_key} asks programs not to read this page{named}. Give the source the address of its feed, "
        "or set fetch.robots: false if you may read it all the same.",
        url=shown(target.url),
    )


def _means_none(error: FetchError) -> bool:
    """Whether the site has no robots.txt (RFC 9309, 2.3.1.3), and so no wishes."""
    if isinstance(error, SourceGone | TooManyRedirects | NotParseable | BadUrl):
        return True
    status = error.status or 0
    is_missing = status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS
    return isinstance(error, HttpFailed) and bool(status) and is_missing


def _unreachable(target: Target, error: FetchError) -> FetchError:
    if not isinstance(error, HttpFailed):
        return error  # no connection: the page itself would say the same
    text = (
        f"{target.host_key} answers {error.status} for its robots.txt, and by the rules (RFC 9309) its pages are left "
        "alone until that answers. Set fetch.robots: false if you may read them all the same."
    )
    return HttpFailed(text, url=error.url, status=error.status, retry_after=error.retry_after)


def _again(error: FetchError) -> FetchError:
    """A new one of the same kind: an exception that is raised twice would drag its first traceback along."""
    return type(error)(str(error), url=error.url, status=error.status, retry_after=error.retry_after)
