"""What a source sends along with each request, as an admin writes it: headers, cookies, a password, a proxy.

A secret is written as it is, as `env:NAME` or as `file:PATH`. No fault repeats one.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from feedbot.domain.credentials import HARMLESS_HEADERS, is_usable, reference
from feedbot.setting_types import refusal, written
from feedbot.settings import Section

PROXY_SCHEMES = ("http", "https")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OWN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "te", "upgrade"}
    | {"if-none-match", "if-modified-since", "range"}
)


def _check_reference(value: str, *, key: str = "") -> bool:
    """Whether the value says where the secret is to be had, and not the secret itself."""
    found = reference(value)
    if found is None:
        return False
    if found.kind == "sealed":
        raise refusal(
            "begins with sealed:, as only the database writes it.", "Write the value itself, or env:NAME.", key=key
        )
    if not is_usable(found):
        raise refusal(
            f"names no {'environment variable' if found.kind == 'env' else 'file'}.",
            "Write env:TOWN_COOKIE or file:/etc/feedbot/town-cookie.",
            key=key,
        )
    return True


def _check_headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise refusal(f"is no HTTP header name: {name!r}.", "Write a name such as Cookie.", key=name)
        if name.lower() in _OWN_HEADERS:
            raise refusal("is a header that feedbot sets itself.", "Remove it.", key=name)
        if not value.isprintable() or not value.isascii():
            raise refusal("has characters that no HTTP header can carry.", "Write plain ASCII on one line.", key=name)
        if name.lower() not in HARMLESS_HEADERS:
            _check_reference(value, key=name)
    return headers


def _check_cookies(cookies: dict[str, str]) -> dict[str, str]:
    for name, value in cookies.items():
        if not _TOKEN.fullmatch(name):
            raise refusal(f"is no name of a cookie: {name!r}.", "Write a name such as sessionid.", key=name)
        if _check_reference(value, key=name):
            continue
        if not value.isprintable() or not value.isascii() or ";" in value:
            raise refusal(
                "has characters that no cookie can carry.", "Write plain ASCII on one line without ;.", key=name
            )
    return cookies


def _check_password(value: str) -> str:
    if not _check_reference(value) and not value.isprintable():
        raise refusal("has line breaks or control characters.", "Write it on one line.")
    return value


def _check_username(value: str) -> str:
    if ":" in value or not value.isprintable():
        raise refusal("has a colon or a control character.", "Write the name alone, the password in its own line.")
    return value


def _check_proxy(value: str) -> str:
    if _check_reference(value):
        return value
    try:
        parts = urlsplit(value)
        is_usable_address = parts.scheme in PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable_address = False
    if not is_usable_address or re.search(r"[\s\x00-\x1f]", value):
        raise refusal("is no address of a proxy.", "Write it like http://proxy.example.org:3128, or env:NAME.")
    return value


Headers = Annotated[dict[str, str], AfterValidator(_check_headers)]
Cookies = Annotated[dict[str, str], AfterValidator(_check_cookies)]
Proxy = Annotated[str, AfterValidator(_check_proxy), written("web address", "http://proxy.example.org:3128")]


class Auth(Section):
    """User name and password of basic authentication (RFC 7617)."""

    username: Annotated[str, AfterValidator(_check_username)] = Field(
        min_length=1, max_length=200, description="The user name."
    )
    password: Annotated[str, AfterValidator(_check_password)] = Field(
        max_length=1000, description="The password, or env:NAME or file:PATH where it is to be had."
    )

    def as_mapping(self) -> dict[str, str]:
        """The pair as source options hold it."""
        return {"username": self.username, "password": self.password}
