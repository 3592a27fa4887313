"""Which options of a source are secret, and how they are written: as they are, `env:NAME`, `file:PATH` or sealed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import unquote, urlsplit

from feedbot.domain.source import SourceOptions

SEALED = "sealed:"  # how the database keeps a secret: what follows is encrypted
# Headers that say nothing of who asks: the others are secrets, whatever they are called.
HARMLESS_HEADERS = frozenset(
    {"accept", "accept-charset", "accept-language", "cache-control", "dnt", "pragma", "referer", "user-agent"}
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Kind = Literal["env", "file", "sealed"]
Change = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a secret is to be had: the environment variable, the file, or the encrypted text of that `name`."""

    kind: Kind
    name: str


def reference(value: str) -> Reference | None:
    """What the value refers to; None if it is the secret itself."""
    kind, colon, name = value.partition(":")
    if not colon or kind not in {"env", "file", "sealed"}:
        return None
    named = name.strip()
    if kind == "env":
        return Reference("env", named)
    return Reference("file", named) if kind == "file" else Reference("sealed", named)


def is_usable(found: Reference) -> bool:
    """Whether an admin may write that: a variable's name is one, and a file has a name."""
    return bool(_NAME.fullmatch(found.name)) if found.kind == "env" else found.kind == "file" and bool(found.name)


def secrets(options: SourceOptions) -> Iterator[tuple[str, str]]:
    """Every secret option: its key, as `headers.Cookie`, `cookies.sid`, `auth.password`, `proxy`, and its value."""
    for name, value in options.headers.items():
        if name.lower() not in HARMLESS_HEADERS:
            yield f"headers.{name}", value
    for name, value in options.cookies.items():
        yield f"cookies.{name}", value
    if "password" in options.auth:
        yield "auth.password", options.auth["password"]
    if options.proxy and (reference(options.proxy) or "@" in options.proxy):
        yield "proxy", options.proxy


def changed(options: SourceOptions, change: Change) -> SourceOptions:
    """The options with `change(key, value)` in place of every secret."""
    made = {key: change(key, value) for key, value in secrets(options)}
    if not made:
        return options
    return replace(
        options,
        headers=_changed(options.headers, "headers", made),
        cookies=_changed(options.cookies, "cookies", made),
        auth=_changed(options.auth, "auth", made),
        proxy=made.get("proxy", options.proxy),
    )


def split_userinfo(url: str) -> tuple[str, str, str]:
    """The address without its user name and password, and these two, decoded; both are `""` if it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:  # an address that cannot be read: whoever fetches it says so
        return url, "", ""
    userinfo, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, "", ""
    name, _, password = userinfo.partition(":")
    return parts._replace(netloc=host).geturl(), unquote(name), unquote(password)


def _changed(values: Mapping[str, str], group: str, made: Mapping[str, str]) -> dict[str, str]:
    return {name: made.get(f"{group}.{name}", value) for name, value in values.items()}
