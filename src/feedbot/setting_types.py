"""The kinds of value that a configuration holds: each reads what an admin writes and says in a sentence what is wrong.

A kind is a pydantic annotation. Its refusals are made by `refusal`, so that the reason and the remedy reach the admin
as they stand here.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, SecretStr, WithJsonSchema
from pydantic_core import PydanticCustomError

REFUSED = "feedbot"
MASK = "***"

_DURATION = re.compile(r"(\d+)(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZE = re.compile(r"(\d+)\s*(B|KB|MB|GB|KiB|MiB|GiB)")
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}")
_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")


def refusal(reason: str, remedy: str, *, key: str = "") -> PydanticCustomError:
    """The error that a validator raises; `key` is the path below the validated value that is at fault."""
    return PydanticCustomError(REFUSED, "{reason} {remedy}", {"reason": reason, "remedy": remedy, "key": key})


def parse_duration(value: object) -> timedelta:
    """The time that `90s`, `15m`, `2h` or `7d` names.

    Raises:
        PydanticCustomError: the value is written differently, or names no time that exists.
    """
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise refusal(f"is not a duration: {value!r}.", "Write a whole number and a unit: 90s, 15m, 2h or 7d.")
    try:
        return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])
    except (OverflowError, ValueError):
        raise refusal("is longer than any calendar.", "Write a shorter duration, such as 365d.") from None


def format_duration(value: timedelta) -> str:
    """The duration as an admin writes it, in the largest unit that divides it: 90 s is `90s`, 3,600 s is `1h`."""
    seconds = int(value.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"


def _check_it_lasts(value: timedelta) -> timedelta:
    if not value:
        raise refusal("must be longer than nothing.", "Write 1s or more.")
    return value


def parse_size(value: object) -> int:
    """The bytes that `512KB`, `10MB` or `1GiB` name.

    Raises:
        PydanticCustomError: the value is written differently.
    """
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match or len(match[1]) > 15:  # noqa: PLR2004 - far past any disk
        raise refusal(f"is not a size: {value!r}.", "Write a whole number and a unit: 512KB, 10MB or 1GB.")
    return int(match[1]) * _BYTES[match[2]]


def format_size(value: int) -> str:
    """The size as an admin writes it, in the largest unit that divides it."""
    for unit in ("GB", "GiB", "MB", "MiB", "KB", "KiB"):
        if value and value % _BYTES[unit] == 0:
            return f"{value // _BYTES[unit]}{unit}"
    return f"{value}B"


def mask_userinfo(url: str) -> str:
    """The URL with its user name and password replaced by `***`."""
    return _USERINFO.sub(f"{MASK}@", url)


def _check_zone(value: str) -> str:
    # ZoneInfo raises ValueError or OSError for odd names and a KeyError subclass for unknown ones.
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise refusal(
            f"is not a known time zone: {value!r}.", "Write an IANA name such as Asia/Shanghai or UTC."
        ) from None
    return value


def _check_language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise refusal(f"is not a language tag: {value!r}.", "Write a BCP 47 tag such as en or zh-CN.")
    return value


def _check_web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or re.search(r"[\s\x00-\x1f]", value):
        raise refusal(
            f"is not a web address: {mask_userinfo(value)!r}.", "Write it whole, from http:// or https:// on."
        )
    return value


def _check_line(value: str) -> str:
    # Control characters and line breaks would break a feed, a message or a log line.
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value):
        raise refusal("has line breaks or control characters.", "Write it on one line.")
    if value and not value.strip():
        raise refusal("is blank.", "Write something, or remove the line to get the default.")
    return value.strip()


def _check_host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise refusal(f"is no address to listen on: {value[:80]!r}.", "Write 127.0.0.1, 0.0.0.0, :: or a host name.")
    return value


def _check_base_url(value: str) -> str:
    address = _check_web_address(value)
    parts = urlsplit(address)
    if parts.query or parts.fragment or parts.username:
        raise refusal(
            "has more than a scheme, a host and a path.", "Write it like https://news.example.org, without ? or #."
        )
    return address.rstrip("/")


def _parse_network(value: object) -> IPv4Network | IPv6Network:
    try:
        if isinstance(value, (str, IPv4Network, IPv6Network)):
            return ip_network(value, strict=False)
    except ValueError:
        pass
    raise refusal(f"is not a network: {value!r}.", "Write it in CIDR form, such as 192.168.1.0/24.")


def _refuse_truth_values(value: object) -> object:
    # Pydantic would read true as 1, which an admin never means.
    if isinstance(value, bool):
        raise refusal(f"must be a whole number, not {str(value).lower()}.", "Write a number such as 8.")
    return value


class SecretUrl(SecretStr):
    """An address whose user name and password are a secret: shown as `postgresql://***@host/name`."""

    def _display(self) -> str:
        return mask_userinfo(self._secret_value)

    def passwords(self) -> tuple[str, ...]:
        """What must not be shown of it: the user name with the password, and the password alone, as written."""
        userinfo = _USERINFO.search(self._secret_value)
        if not userinfo:
            return ()
        written = userinfo[0][:-1]
        return (written, *written.split(":", 1)[1:])


def written(kind: str, example: str, **rules: object) -> WithJsonSchema:
    """The JSON Schema of a value that is written as text; `$comment` holds what the documentation calls the kind."""
    return WithJsonSchema({"type": "string", "$comment": kind, "examples": [example], **rules})


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    written("duration", "15m", pattern=r"^\d+(s|m|h|d)$"),
]
LastingDuration = Annotated[Duration, AfterValidator(_check_it_lasts)]
Size = Annotated[
    int,
    BeforeValidator(parse_size),
    PlainSerializer(format_size, return_type=str),
    written("size", "10MB", pattern=r"^\d+\s*(B|KB|MB|GB|KiB|MiB|GiB)$"),
]
Network = Annotated[
    IPv4Network | IPv6Network,
    BeforeValidator(_parse_network),
    PlainSerializer(str, return_type=str),
    written("network", "192.168.1.0/24"),
]
Line = Annotated[str, AfterValidator(_check_line)]
Host = Annotated[str, AfterValidator(_check_host), written("address", "127.0.0.1")]
Whole = Annotated[int, BeforeValidator(_refuse_truth_values)]
Zone = Annotated[str, AfterValidator(_check_zone), written("time zone", "Asia/Shanghai")]
Language = Annotated[
    str, AfterValidator(_check_language), written("language", "zh-CN", pattern=f"^{_LANGUAGE.pattern}$")
]
WebAddress = Annotated[
    str,
    AfterValidator(_check_web_address),
    written("web address", "https://example.org/", pattern="^[hH][tT][tT][pP][sS]?://"),
]
BaseUrl = Annotated[
    str,
    AfterValidator(_check_base_url),
    written("web address", "https://example.org", pattern="^[hH][tT][tT][pP][sS]?://"),
]
