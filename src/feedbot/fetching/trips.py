"""A fetch on its way: where it is, what it still carries, what it has seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPMethod, HTTPStatus

from feedbot.errors import HttpFailed, TooManyRedirects
from feedbot.fetching import urls
from feedbot.fetching.carrying import NOTHING_CARRIED, Carried
from feedbot.fetching.cookies import Jar
from feedbot.fetching.model import NO_VALIDATORS, Validators
from feedbot.fetching.urls import Target, shown

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REPEATING = frozenset({307, 308})  # the redirects that keep method and body
_PERMANENT = frozenset({301, 308})
# A page that only sets a cookie and comes again is small; what is larger is a page to be read.
_LONGEST_RELOAD = 4096
_REFRESH = re.compile(
    rb"""<meta\s[^>]{0,100}?http-equiv\s*=\s*["']?refresh["']?[^>]{0,100}?content\s*=\s*(["'])\s*\d{1,3}\s*"""
    rb"""(?:[;,]\s*(?:url\s*=\s*)?["']?([^"'>]{0,2000}))?""",
    re.IGNORECASE,
)
_SCRIPTED = re.compile(
    rb"""location(?:\.href)?\s*=\s*(["'])([^"'<>\s]{1,2000})\1|location\.(?:replace|assign)\(\s*(["'])([^"'<>\s]{1,2000})\3"""
)
_RELOAD = re.compile(rb"""location\.reload\(|location(?:\.href)?\s*=\s*(?:window\.|document\.)?location""")


@dataclass(frozen=True, slots=True)
class Reply:
    """One request's answer, read to its end. `set_cookies` are its Set-Cookie lines."""

    status: int
    headers: Mapping[str, str]
    location: bytes | None
    set_cookies: tuple[str, ...]
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Trip:
    """A fetch on its way; each hop makes a new one. All hops share one cookie jar, which ends with the trip.

    `url` is the address that was asked for first. `visited` has each address with the state of the jar at that time:
    coming to one again is a circle, unless the site set a cookie meanwhile. `cut_at` is the number of bytes of the
    body that are wanted, None for all of them.
    """

    url: str
    target: Target
    carried: Carried = NOTHING_CARRIED
    validators: Validators = NO_VALIDATORS
    method: str = HTTPMethod.GET
    content: bytes = b""
    is_page: bool = False
    cut_at: int | None = None
    jar: Jar = field(default_factory=Jar)
    visited: tuple[tuple[str, int], ...] = ()
    is_permanent: bool = True
    seconds: float = 0.0

    def arrive(self, reply: Reply) -> Trip:
        """The trip after an answer: its time and its cookies are taken."""
        place = (self.target.url, self.jar.changes)
        self.jar.take(self.target, reply.set_cookies)
        return replace(self, visited=(*self.visited, place), seconds=self.seconds + reply.seconds)

    def onward(self, reply: Reply) -> Trip | None:
        """The trip to where an answer sends it; None if it ends here.

        Raises:
            TooManyRedirects: it goes in a circle.
            HttpFailed: what is posted must not leave https.
            BadUrl: the redirect leads to no address.
        """
        location = self._location(reply)
        if location is None:
            return None
        target = urls.follow(self.target, location)
        if (target.url, self.jar.changes) in self.visited:
            raise _redirect_loop(target)
        if self.content and (self.target.scheme, target.scheme) == ("https", "http"):
            raise HttpFailed(
                f"{self.target.host_key} redirects from https to http, where what is posted could be read by anybody. "
                "It is not sent on.",
                url=shown(self.target.url),
                status=reply.status,
            )
        carried = self.carried if urls.same_site(self.target, target) else self.carried.for_another_site()
        is_permanent = self.is_permanent and reply.status in _PERMANENT
        return replace(self, target=target, carried=carried, is_permanent=is_permanent)

    @property
    def permanent_url(self) -> str | None:
        """Where only permanent redirects led, as a source's configuration holds it; None if that is nothing new."""
        has_moved = len(self.visited) > 1 and self.is_permanent and self.target.url != self.visited[0][0]
        return self.target.stored_url if has_moved else None

    def _location(self, reply: Reply) -> bytes | None:
        if self.method != HTTPMethod.GET:
            return reply.location if reply.status in _REPEATING else None
        if reply.status in _REDIRECTS:
            return reply.location
        has_new_cookie = bool(reply.set_cookies) and self.jar.changes > self.visited[-1][1]
        return self._reload(reply) if has_new_cookie and reply.status == HTTPStatus.OK else None

    def _reload(self, reply: Reply) -> bytes | None:
        """Where a small page that set a cookie sends its reader; None if it is a page to be read."""
        if len(reply.body) > _LONGEST_RELOAD:
            return None
        refresh = _REFRESH.search(reply.body)
        scripted = _SCRIPTED.search(reply.body)
        if refresh:
            location = (refresh.group(2) or b"").strip()
        elif scripted:
            location = scripted.group(2) or scripted.group(4)
        elif _RELOAD.search(reply.body):
            location = b""
        else:
            return None
        target = urls.follow(self.target, location)
        return location if target.site_key == self.target.site_key else None


def _redirect_loop(target: Target) -> TooManyRedirects:
    return TooManyRedirects(
        f"{target.host_key} redirects in a circle. It may insist on a login or on a script: open the address in a "
        "browser and configure where it ends, or set browser: always for this source.",
        url=shown(target.url),
    )
