"""The links that Telegram keeps: TDLib drops a text link that it cannot read as a web, `tg:` or `ton:` address."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

_USER = re.compile(rb"tg:(?://)?user/?\?([^#]*)", re.IGNORECASE)
_HOST = re.compile(rb"(?:[a-z0-9.\-_!$,~*'();&+=\x80-\xff]|%[0-9a-f]{2})+")
_USER_INFO = re.compile(rb"(?:[A-Za-z0-9.\-_!$,~*'();&+=:\x80-\xff]|%[0-9A-Fa-f]{2})*")
_LAST_USER = (1 << 40) - 1
_LAST_PORT = 65535
_SCHEMES = (b"tg", b"ton", b"tonsite")


def user_of_link(url: bytes) -> int:
    """The user that a `tg://user?id=` link means, 0 if it is none."""
    match = _USER.match(url)
    if match is None:
        return 0
    for parameter in match.group(1).split(b"&"):
        key, _, value = parameter.partition(b"=")
        if key.lower() == b"id":
            number = int(value) if re.fullmatch(rb"-?[0-9]{1,18}", value) else 0
            return number if 0 < number <= _LAST_USER else 0
    return 0


class LinkRefused(ValueError):
    """Telegram does not take the address; the message is TDLib's reason."""


class _Parts(NamedTuple):
    protocol: bytes
    user: bytes
    host: bytes
    port: int
    query: bytes


def kept_link(url: bytes) -> bytes:
    """The address as Telegram stores it, empty if Telegram drops it."""
    try:
        return checked_link(url)
    except LinkRefused:
        return b""


def checked_link(url: bytes) -> bytes:
    """The address as Telegram stores it, with scheme and a path.

    Raises:
        LinkRefused: Telegram does not take it.
    """
    for scheme in _SCHEMES:
        if url[: len(scheme) + 1].lower() == scheme + b":":
            return _special(scheme, url[len(scheme) + 1 :])
    parts = _split(url)
    if b"." not in parts.host and not parts.host.startswith(b"["):
        raise LinkRefused("Wrong HTTP URL")
    user = parts.user + b"@" if parts.user else b""
    port = b":%d" % parts.port if parts.port else b""
    return parts.protocol + b"://" + user + parts.host + port + parts.query


def _special(scheme: bytes, link: bytes) -> bytes:
    link = link.removeprefix(b"//")
    parts = _split(link)
    web = link[:7].lower() == b"http://" or parts.protocol == b"https"
    if web or parts.user or parts.port or parts.host.startswith(b"["):
        raise LinkRefused(f"Wrong {scheme.decode()} URL")
    if scheme != b"tonsite" and re.fullmatch(rb"[a-z0-9_-]+", parts.host) is None:
        raise LinkRefused("Unallowed characters in URL host")
    query = parts.query[1:] if parts.query.startswith(b"/?") else parts.query
    return scheme + b"://" + parts.host + query


def _split(url: bytes) -> _Parts:
    protocol, rest = b"http", url
    scheme = re.match(rb"[^:/?#@\[\]]*", url)
    head = scheme.group() if scheme else b""
    if url[len(head) : len(head) + 3] == b"://":
        protocol, rest = head.lower(), url[len(head) + 3 :]
        if protocol not in {b"http", b"https"}:
            raise LinkRefused("Unsupported URL protocol")
    place = re.match(rb"[^/?#]*", rest)
    authority = place.group() if place else b""
    before_port, port = _port(authority)
    user, _, host = before_port.rpartition(b"@")
    host = host.lower()
    if not 0 <= port <= _LAST_PORT:
        raise LinkRefused("Wrong port number specified in the URL")
    _check_host(host)
    if _USER_INFO.fullmatch(user) is None:
        raise LinkRefused("Disallowed character in URL host")
    return _Parts(protocol, user, host, port, _query(rest[len(authority) :]))


def _port(authority: bytes) -> tuple[bytes, int]:
    match = re.search(rb":([^:\]@]*)\Z", authority)
    if match is None or match.start() == 0:
        return authority, 0
    digits = match.group(1).lstrip(b"0")
    if re.fullmatch(rb"-?[0-9]{1,9}", digits) is None:
        return authority, -1
    return authority[: match.start()], int(digits)


def _check_host(host: bytes) -> None:
    if host.startswith(b"[") and host.endswith(b"]"):
        try:
            ipaddress.IPv6Address(host[1:-1].decode("ascii", "replace"))
        except ValueError:
            raise LinkRefused("Wrong IPv6 address specified in the URL") from None
    elif not host:
        raise LinkRefused("URL host is empty")
    elif host == b"." or _HOST.fullmatch(host) is None:
        raise LinkRefused("Disallowed character in URL host")


def _query(query: bytes) -> bytes:
    query = query.rstrip(b" \t\r\n\0\v") or b"/"
    if not query.startswith(b"/"):
        query = b"/" + query
    return re.sub(rb"[\x00-\x20]", lambda match: b"%%%02X" % match.group()[0], query)
