"""Addresses: what may be fetched, which host's queue it belongs to, where a redirect leads, how it is shown."""

from __future__ import annotations

import re
import socket
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from feedbot.errors import BadUrl
from feedbot.fetching.sites import registrable_domain

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ASCII_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_NUMBER = r"(?:0[xX][0-9a-fA-F]*|[0-9]+)"
_NUMERIC_HOST = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}")
_SECRET_NAME = re.compile(
    r"(?:.*[_-])?(?:token|key|apikey|secret|passw(?:or)?d|pass|pwd|auth|authorization|sig|sign|signature|session|sid"
    r"|credential|jwt|code|hash)(?:[_-].*)?",
    re.IGNORECASE,
)
_TOKEN_SHAPE = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_.:~+=-]{20,}")
# A part of a token mixes letters and digits; in the words of a title (`choir-of-300-voices-sings`) they stand apart.
_MIXED = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{6,}")
_MASK = "***"


@dataclass(frozen=True, slots=True)
class Target:
    """One address, taken apart for a request.

    `url` is what is asked for: no user name, password or fragment. `userinfo` is `name:password` as written, `""` if
    there is none. `host` is in lower case, `port` the default one if the address names none.
    """

    url: str
    userinfo: str
    scheme: str
    host: str
    port: int

    @property
    def host_key(self) -> str:
        """The host, with its port unless that is 80 or 443 (one server, both schemes)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in _DEFAULT_PORTS.values() else f"{host}:{self.port}"

    @property
    def site_key(self) -> str:
        """The name of the queue: the registrable domain, or the `host_key` of addresses and names without one."""
        return registrable_domain(self.host) or self.host_key

    @property
    def origin(self) -> str:
        """Scheme, host and port: `https://example.org`, `http://127.0.0.1:8080`."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def authorization(self) -> str | None:
        """The Basic header (RFC 7617) for the address's user name and password."""
        if not self.userinfo:
            return None
        name, _, password = self.userinfo.partition(":")
        pair = f"{unquote(name)}:{unquote(password)}"
        return "Basic " + b64encode(pair.encode()).decode("ascii")

    @property
    def stored_url(self) -> str:
        """The address with its user name and password, as a source's configuration holds it."""
        return self.url.replace("://", f"://{self.userinfo}@", 1) if self.userinfo else self.url


def parse(url: str) -> Target:
    """The address taken apart; raises BadUrl if it is not an http or https one.

    A host written as a number (`2130706433`, `0x7f.1`, `0177.0.0.1`) becomes the IPv4 address that it means, as in a
    browser, so that what is shown is what is asked.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise _bad_url(url, f"it cannot be read ({error})") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise _bad_url(url, "only http:// and https:// addresses can be fetched")
    if not (parts.hostname or "").strip("."):
        raise _bad_url(url, "it names no host")
    host = _plain_host(url, (parts.hostname or "").rstrip("."))
    userinfo = parts.netloc.rpartition("@")[0]
    netloc = f"[{host}]" if ":" in host else host
    if port not in (None, _DEFAULT_PORTS[parts.scheme]):
        netloc += f":{port}"
    asked = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    return Target(asked, userinfo, parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme])


def follow(target: Target, location: bytes) -> Target:
    """Where a redirect from `target` leads; raises BadUrl if that is not an http or https address.

    The user name and password of the address stay with its own site only; those in the redirect are dropped.
    """
    text = _readable(location)
    try:
        joined = urljoin(target.url, text)
    except ValueError as error:
        raise _bad_url(text, f"{target.host_key} redirects to it, and it cannot be read ({error})") from None
    there = parse(joined)
    userinfo = target.userinfo if same_site(target, there) else ""
    return Target(there.url, userinfo, there.scheme, there.host, there.port)


def same_site(old: Target, new: Target) -> bool:
    """Whether secrets meant for `old` may go to `new`: same host and port, or the same host gone from http to https."""
    if old.host != new.host:
        return False
    if (old.scheme, old.port) == (new.scheme, new.port):
        return True
    return (old.scheme, old.port, new.scheme, new.port) == ("http", 80, "https", 443)


def host_key(url: str) -> str:
    """The server that the address belongs to: `www.example.org`, or `www.example.org:8080`. Raises BadUrl."""
    return parse(url).host_key


def site_key(url: str) -> str:
    """The site that the address belongs to, whose visits are spaced: `example.org`, `127.0.0.1:8080`. Raises BadUrl."""
    return parse(url).site_key


def shown(url: str) -> str:
    """The address for people and logs: user name, password and whatever looks like a token masked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return _MASK
    _, at, host = parts.netloc.rpartition("@")
    netloc = f"{_MASK}@{host}" if at else host
    path = "/".join(_MASK if _is_token(unquote(part)) else part for part in parts.path.split("/"))
    query = "&".join(map(_shown_pair, parts.query.split("&"))) if parts.query else ""
    return SplitResult(parts.scheme, netloc, path, query, "").geturl()


def _is_token(text: str) -> bool:
    return bool(_TOKEN_SHAPE.fullmatch(text) and _MIXED.search(text))


def _shown_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        return _MASK if _is_token(unquote(name)) else pair
    is_secret = _SECRET_NAME.fullmatch(unquote(name)) or _is_token(unquote(value))
    return f"{name}={_MASK}" if value and is_secret else pair


def _plain_host(url: str, host: str) -> str:
    if not _NUMERIC_HOST.fullmatch(host):
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        raise _bad_url(url, f"{host} is no IPv4 address") from None


def _readable(location: bytes) -> str:
    """The header as text. Bytes that are not UTF-8 (GBK servers) are percent-encoded, as browsers do."""
    try:
        return location.decode().strip()
    except UnicodeDecodeError:
        return quote(location, safe=_ASCII_PRINTABLE).strip()


def _bad_url(url: str, reason: str) -> BadUrl:
    return BadUrl(f"The address {shown(url)} cannot be fetched: {reason}. Correct the address.", url=shown(url))
