"""The site's own style sheet, script and icon: read once, served with validators, cached for long by their digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_A_WHILE = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of `static/`; `digest` names its content."""

    body: bytes
    mime_type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """Every file of `static/` by its name."""
    found = {}
    for entry in files("feedbot.web").joinpath("static").iterdir():
        kind = entry.name.rpartition(".")[2]
        if kind in _TYPES:
            body = entry.read_bytes()
            found[entry.name] = Asset(body, _TYPES[kind], hashlib.blake2b(body, digest_size=8).hexdigest())
    return found


def address(name: str) -> str:
    """The path of a file with its digest, so that a new version is a new address."""
    return f"/static/{name}?v={assets()[name].digest}"


async def asset(request: Request) -> Response:
    """Serves a file of `static/`; 404 for any other name."""
    return _answer(request, request.path_params["name"])


async def icon(request: Request) -> Response:
    """Serves the icon where browsers look for one without being told."""
    return _answer(request, "favicon.svg")


def _answer(request: Request, name: str) -> Response:
    found = assets().get(name)
    if found is None:
        raise HTTPException(404)
    etag = f'"{found.digest}"'
    is_pinned = request.query_params.get("v") == found.digest
    headers = {"ETag": etag, "Cache-Control": _FOR_EVER if is_pinned else _FOR_A_WHILE}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers, media_type=found.mime_type)
