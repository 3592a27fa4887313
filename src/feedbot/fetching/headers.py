"""What the headers of an answer say: media type, validators, how long to wait, how long it stays fresh."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from feedbot.fetching.model import Validators

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "text/html;q=0.9, application/xhtml+xml;q=0.9, application/xml;q=0.9, */*;q=0.8"
)
ACCEPT_ENCODING = "gzip, deflate, br, zstd"
# What a foreign site may see of a source's own headers after a redirect: nothing that could be a secret.
_HARMLESS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})
_LONGEST = 10 * 365 * 86_400.0
_DIRECTIVE = re.compile(r'([\w!#$%&\'*+.^`|~-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,;]*))?')
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?\s*([\w.:()+-]+)""", re.IGNORECASE | re.ASCII)
# RFC 8288, 3: `<target>; name=token; name="quoted"`, links parted by commas. Each alternative begins differently, so
# that nothing is read twice.
_LINK = re.compile(r"""<([^<>]*)>((?:\s*;\s*[^\s=;,<>"]+\s*(?:=\s*(?:"[^"]*"|[^\s;,"<>]*))?)*)""")
_LINK_PARAMETER = re.compile(r"""([^\s=;,<>"]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;,"<>]*)))?""")
_LONGEST_LINKS = 8192  # characters of all Link headers together
_MIME_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)


def request_headers(
    user_agent: str, own: Mapping[str, str], validators: Validators, authorization: str | None
) -> dict[str, str]:
    """The headers of a request, names in lower case; the source's own ones win over the usual ones."""
    headers = {"user-agent": user_agent, "accept": ACCEPT, "accept-encoding": ACCEPT_ENCODING}
    if authorization:
        headers["authorization"] = authorization
    if validators.etag:
        headers["if-none-match"] = validators.etag
    if validators.last_modified:
        headers["if-modified-since"] = validators.last_modified
    return headers | {name.lower(): value for name, value in own.items()}


def for_another_site(own: Mapping[str, str]) -> dict[str, str]:
    """Those of a source's own headers that a foreign site may see."""
    return {name: value for name, value in own.items() if name.lower() in _HARMLESS}


def validators(headers: Mapping[str, str]) -> Validators:
    """ETag and Last-Modified, verbatim; one that is not UTF-8 could not be sent back verbatim and is left out."""
    return Validators(_sendable(headers.get("etag", "")), _sendable(headers.get("last-modified", "")))


def content_type(value: str) -> tuple[str, str | None]:
    """Media type (lower case, `""` if none) and charset (as written, None if none) of a Content-Type header.

    >>> content_type('Text/HTML; charset="GBK"')
    ('text/html', 'GBK')
    """
    mime_type = _MIME_TYPE.match(value.strip())
    charset = _CHARSET.search(value)
    return (mime_type.group().lower() if mime_type else "", charset.group(1) if charset else None)


def content_codings(value: str) -> tuple[str, ...]:
    """The names in a Content-Encoding header, in the order in which they were applied."""
    return tuple(name for name in (part.strip().lower() for part in value.split(",")) if name)


def links(value: str, base_url: str) -> dict[str, str]:
    """The targets of a Link header by relation in lower case, the first of each; only http and https ones count.

    >>> links('<https://hub.example/>; rel="hub", </feed>; rel=self', "https://a.example/x")
    {'hub': 'https://hub.example/', 'self': 'https://a.example/feed'}
    """
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(value[:_LONGEST_LINKS]):
        named = {name.lower(): quoted or token for name, quoted, token in _LINK_PARAMETER.findall(parameters)}
        url = _joined(base_url, target.strip())
        if url is None or "anchor" in named:  # an anchor makes it a link of another document
            continue
        for relation in named.get("rel", "").lower().split():
            found.setdefault(relation, url)
    return found


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds to wait by Retry-After (RFC 9110, 10.2.3): a number, or a date measured by the server's own clock."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    seconds = _number(value)
    if seconds is not None:
        return seconds
    until = _date(value)
    return None if until is None else _bounded((until - _server_time(headers, now)).total_seconds())


def max_age(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds for which the answer stays fresh (RFC 9111, 4.2), None if the server does not say.

    max-age less Age, else Expires less Date. `s-maxage` speaks to shared caches only; `no-cache` and `no-store` say
    nothing of when to come back.
    """
    directives = _directives(headers.get("cache-control", ""))
    if directives.keys() & {"no-cache", "no-store"}:
        return None
    if "max-age" in directives:
        lifetime = _number(directives["max-age"])
        return None if lifetime is None else _bounded(lifetime - (_number(headers.get("age", "")) or 0))
    expires = _date(headers.get("expires", ""))
    return None if expires is None else _bounded((expires - _server_time(headers, now)).total_seconds())


def _joined(base_url: str, target: str) -> str | None:
    try:
        url = urljoin(base_url, target)
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None


def _sendable(value: str) -> str | None:
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value or None


def _directives(value: str) -> dict[str, str]:
    found = _DIRECTIVE.findall(value)
    return {name.lower(): text.strip('"').strip() for name, text in reversed(found)}


def _server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    return _date(headers.get("date", "")) or now


def _number(text: str) -> float | None:
    match = re.fullmatch(r"\s*([+-]?\d{1,18})(?:\.\d*)?\s*", text, re.ASCII)
    return _bounded(float(match.group(1))) if match else None


def _date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _LONGEST)
