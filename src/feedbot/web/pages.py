"""Prints pages: a Jinja2 environment with autoescape, the reader's language, and the headers of every page."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import cache
from http import HTTPStatus

import brotli
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from feedbot.locales import NAMES, translator
from feedbot.render.links import EVERYTHING, SitePresentation, subscription
from feedbot.render.pages import html_language
from feedbot.web import assets, language
from feedbot.web.compression import negotiate

# No inline script or style, nothing from elsewhere but the pictures and sounds of articles.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src * data:; media-src *; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Many portals refuse pictures to pages of other sites; without a referrer they cannot tell.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Encoding, Accept-Language, Cookie",
}


_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=4),
    "gzip": lambda body: gzip.compress(body, 5, mtime=0),
}

# The site's values, or a function that gives those of the moment (the bot's name is known only after the start).
Presentation = SitePresentation | Callable[[], SitePresentation]


class Pages:
    """Prints the site's templates for requests."""

    def __init__(self, site: Presentation) -> None:
        self._site = site

    @property
    def site(self) -> SitePresentation:
        """How the site presents itself now."""
        return self._site() if callable(self._site) else self._site

    def language(self, request: Request) -> str:
        """The catalogue in which this request is answered."""
        return language.choose(request, self.site.language)

    def answer(self, request: Request, template: str, *, status: int = 200, **context: object) -> Response:
        """The printed page as a response."""
        site = self.site
        spoken = language.choose(request, site.language)
        page = (
            _environment()
            .get_template(template)
            .render(
                site=site,
                root=site.root,
                _=translator(spoken),
                html_language=html_language(spoken),
                switches=[(NAMES[one], _switch(request, one), html_language(one)) for one in language.others(spoken)],
                everything=subscription(EVERYTHING, site),
                **context,
            )
        )
        response = _response(request, page, status)
        language.remember(request, response, site.root)
        return response


def _response(request: Request, page: str, status: int) -> Response:
    """The page in the coding that the browser likes best, or 304 if the browser has it already."""
    # Weak, because a compressed page is the same page in other bytes (RFC 9110, section 8.8.1).
    etag = f'W/"{hashlib.blake2b(page.encode(), digest_size=12).hexdigest()}"'
    headers = {**HEADERS, "ETag": etag}
    if status == HTTPStatus.OK and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    # Quick rather than as small as can be: every page is packed anew.
    pack = _PACKERS.get(coding := negotiate(request.headers.get("accept-encoding")) or "identity")
    if pack is None:
        return HTMLResponse(page, status, headers)
    return HTMLResponse(pack(page.encode()), status, {**headers, "Content-Encoding": coding})


def _switch(request: Request, other: str) -> str:
    """This page in another language."""
    return "?" + request.url.include_query_params(**{language.PARAMETER: language.SHORT[other]}).query


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("feedbot.web", "templates"),
        autoescape=select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals["asset"] = assets.address
    return environment
