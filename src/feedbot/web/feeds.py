"""The feeds over HTTP: plain ASGI, before anything that could touch a body or a header."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from feedbot.domain.categories import clean_path
from feedbot.render.feeds import Format
from feedbot.services.publishing import OPML_PATH, Absence, FeedName, Publisher, Renamed, RenderedFeed
from feedbot.web.conditional import Answer, respond, wants_body

log = structlog.get_logger(__name__)

_PREFIX = "/feeds/"
_FORMATS: tuple[Format, ...] = get_args(Format)
# The only request headers that matter here.
_READ = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since"})
_MINUTE, _DAY = 60, 86_400


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks for: a feed in a format, or the list of feeds (without a name)."""

    name: FeedName | None
    form: Format = "rss"


def handles(path: str) -> bool:
    """Whether the address (percent-decoded, from the root of the site) is one that `feeds_app` answers."""
    return path.startswith(_PREFIX) or path == OPML_PATH


def feeds_app(publisher: Publisher) -> ASGIApp:
    """An ASGI app that serves `/feeds/...` and `/opml.xml`, each with validators, compressed as the client likes."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI's signature; bodies are not read
        answer = await _answer(publisher, scope)
        is_head = scope["method"] == "HEAD"
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": b"" if is_head else answer.body})

    return app


async def _answer(publisher: Publisher, scope: Scope) -> Answer:
    if scope["method"] not in {"GET", "HEAD"}:
        return _text(405, "Feeds can only be read: use GET or HEAD.", (b"allow", b"GET, HEAD"))
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    asked = _asked(path)
    if isinstance(asked, Answer):
        return asked
    try:
        found = await (publisher.feed(asked.name, asked.form) if asked.name else publisher.opml())
    except Exception:
        # Whatever failed, a reader that is told to come back does so; an error page would look like a broken feed.
        log.exception("feed_failed", path=path)
        return _text(503, "The feed cannot be made at the moment. Try again in a minute.", (b"retry-after", b"60"))
    if isinstance(found, Renamed):
        return _moved(found, asked, publisher)
    if isinstance(found, Absence):
        return _absent(found, asked, publisher.list_url)
    return await _respond(found, _headers(scope["headers"]))


async def _respond(rendered: RenderedFeed, headers: Mapping[str, str]) -> Answer:
    coding = wants_body(rendered, headers)
    if coding and not rendered.is_encoded(coding):
        await asyncio.to_thread(rendered.encoded, coding)
    return respond(rendered, headers)


def _asked(path: str) -> _Asked | Answer:
    if path == OPML_PATH:
        return _Asked(None)
    stem, _, ending = path.removeprefix(_PREFIX).rpartition(".")
    name = _feed_name(stem)
    form = next((form for form in _FORMATS if form == ending), None)
    if name and form:
        return _Asked(name, form)
    if name or (form is None and _feed_name(path.removeprefix(_PREFIX))):
        return _text(
            404, f"Feeds are there in these formats: {', '.join(f'.{form}' for form in _FORMATS)}.", _kept(_MINUTE)
        )
    text = "There is no such feed. Feeds are /feeds/all.rss, /feeds/category/<path>.rss and /feeds/source/<id>.rss."
    return _text(404, text, _kept(_MINUTE))


def _feed_name(stem: str) -> FeedName | None:
    if "\0" in stem:
        return None  # no database holds such a name
    kind, _, value = stem.partition("/")
    if kind == "all" and not value:
        return FeedName("all")
    if kind == "category" and value and clean_path(value) == value:
        return FeedName("category", value)
    if kind == "source" and value and "/" not in value:
        return FeedName("source", value)
    return None


def _moved(renamed: Renamed, asked: _Asked, publisher: Publisher) -> Answer:
    url = publisher.url_of(renamed.name, asked.form)
    return _text(301, f"This feed has moved to {url}", (b"location", url.encode()), _kept(_DAY))


def _absent(absence: Absence, asked: _Asked, list_url: str) -> Answer:
    value = asked.name.value if asked.name else ""
    if absence is Absence.REMOVED:
        return _text(410, f"The source {value} was removed. Unsubscribe from this feed.", _kept(_DAY))
    kind = asked.name.kind if asked.name else "feed"
    return _text(404, f"There is no {kind} {value} here. All feeds: {list_url}", _kept(_MINUTE))


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in raw:
        if name in _READ:
            key, text = name.decode("ascii"), value.decode("latin-1")
            found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _kept(seconds: int) -> tuple[bytes, bytes]:
    return (b"cache-control", f"public, max-age={seconds}".encode())


def _text(status: int, text: str, *headers: tuple[bytes, bytes]) -> Answer:
    body = f"{text}\n".encode(errors="replace")
    described = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        *headers,
    ]
    return Answer(status, described, body)
