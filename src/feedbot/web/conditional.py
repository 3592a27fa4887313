"""The answer to a request for a feed: the body, or that the client has it already (RFC 9110, section 13)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from feedbot.services.publishing import Coding, RenderedFeed
from feedbot.web.compression import PREFERENCE, negotiate

_TAG = re.compile(r'(?:W/)?("[^"]*")')

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the headers as they go out, and the body that a GET gets (a HEAD does not)."""

    status: int
    headers: Headers
    body: bytes = b""


def respond(rendered: RenderedFeed, headers: Mapping[str, str]) -> Answer:
    """200 with the feed in the coding that the client likes best, 304 if it has it, or 406 if it takes no coding.

    `headers` are the request's by their names in lower case, several of one name joined by a comma. Compresses at the
    first request for a coding, so ask `coding` and `RenderedFeed.is_encoded` first where that must not block.
    """
    coding = negotiate(headers.get("accept-encoding"))
    if coding is None:
        return _not_acceptable()
    if (known := _known_tag(rendered, headers, coding)) is not None:
        return Answer(304, [(b"etag", known.encode()), *_shared_headers(rendered)])
    body = rendered.encoded(coding)
    described = [
        (b"content-type", f"{rendered.mime_type}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"etag", rendered.etag_of(coding).encode()),
        (b"last-modified", _http_date(rendered.last_modified)),
        *_shared_headers(rendered),
        (b"link", f'<{rendered.self_url}>; rel="self"'.encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    if coding != "identity":
        described.append((b"content-encoding", coding.encode()))
    return Answer(200, described, body)


def wants_body(rendered: RenderedFeed, headers: Mapping[str, str]) -> Coding | None:
    """The coding in which a 200 would carry the feed; None if the answer is another."""
    coding = negotiate(headers.get("accept-encoding"))
    return coding if coding and _known_tag(rendered, headers, coding) is None else None


def _known_tag(rendered: RenderedFeed, headers: Mapping[str, str], coding: Coding) -> str | None:
    """The validator of what the client has, if that is still the feed.

    A client may have got another coding than it asks for now: the tag that it knows is the one that a 304 repeats, or
    it could not tell which of its copies is meant.
    """
    if (listed := headers.get("if-none-match")) is not None:
        # If-None-Match wins: a time stamp is too coarse to speak against it (section 13.2.2).
        return _matching_tag(rendered, listed, coding)
    if (since := headers.get("if-modified-since")) is not None:
        read_at = _read_date(since)
        return rendered.etag_of(coding) if read_at and rendered.last_modified <= read_at else None
    return None


def _matching_tag(rendered: RenderedFeed, listed: str, coding: Coding) -> str | None:
    if listed.strip() == "*":
        return rendered.etag_of(coding)
    # Weak comparison (section 8.8.3.2): proxies that compress on their own mark the tag as weak.
    tags = set(_TAG.findall(listed)) or {f'"{listed.strip()}"'}
    variants = (coding, *(other for other in PREFERENCE if other != coding))
    return next((tag for tag in map(rendered.etag_of, variants) if tag in tags), None)


def _shared_headers(rendered: RenderedFeed) -> Headers:
    return [
        (b"cache-control", f"public, max-age={rendered.max_age}".encode()),
        (b"vary", b"Accept-Encoding"),
    ]


def _not_acceptable() -> Answer:
    body = b"Feeds are sent as they are, or compressed with br, zstd or gzip: accept one of these.\n"
    return Answer(
        406,
        [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"vary", b"Accept-Encoding"),
        ],
        body,
    )


def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment.astimezone(UTC), usegmt=True).encode()


def _read_date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
