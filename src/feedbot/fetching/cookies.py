"""Cookies of one visit: what a site sets on the way is sent back on the way, and forgotten with the visit.

Some portals answer a first request with a cookie and a redirect, or a page that reloads itself, and send everybody
in a circle who does not bring the cookie back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from feedbot.fetching.sites import registrable_domain
from feedbot.fetching.urls import Target

MAX_COOKIES = 30
MAX_CHARACTERS = 4096  # RFC 6265, 6.1: of name, value and attributes


@dataclass(frozen=True, slots=True)
class _Cookie:
    name: str
    value: str
    domain: str
    is_host_only: bool
    is_secure: bool

    def goes_to(self, target: Target) -> bool:
        if self.is_secure and target.scheme != "https":
            return False
        return target.host == self.domain or (not self.is_host_only and target.host.endswith(f".{self.domain}"))


class Jar:
    """The cookies of one visit (RFC 6265 without paths and ages: a visit is over before they matter)."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str], _Cookie] = {}
        self.changes = 0  # how often a cookie came that is new, or has a new value

    def take(self, target: Target, lines: Iterable[str]) -> None:
        """Keeps what the Set-Cookie lines of an answer from `target` set; what breaks the rules is passed over."""
        for line in lines:
            cookie = _read(target, line) if len(line) <= MAX_CHARACTERS else None
            if cookie is None:
                continue
            key = (cookie.domain, cookie.name)
            if self._cookies.get(key) == cookie or (key not in self._cookies and len(self._cookies) >= MAX_COOKIES):
                continue
            self._cookies[key] = cookie
            self.changes += 1

    def sent_to(self, target: Target) -> dict[str, str]:
        """Names and values of the cookies for a request."""
        return {cookie.name: cookie.value for cookie in self._cookies.values() if cookie.goes_to(target)}


def _read(target: Target, line: str) -> _Cookie | None:
    pair, *attributes = line.split(";")
    name, equals, value = (part.strip() for part in pair.partition("="))
    if not equals or not name or not (name + value).isascii() or not (name + value).isprintable():
        return None
    named = {key.strip().lower(): text.strip() for key, _, text in (entry.partition("=") for entry in attributes)}
    asked = named.get("domain", "").lstrip(".").lower()
    if asked and not _may_set(target.host, asked):
        return None
    domain = asked or target.host
    return _Cookie(name, value, domain, is_host_only=not asked, is_secure="secure" in named)


def _may_set(host: str, domain: str) -> bool:
    """Whether a host may set a cookie for a domain: its own or one above, but for nothing that many people share."""
    return host == domain or (host.endswith(f".{domain}") and registrable_domain(domain) is not None)
