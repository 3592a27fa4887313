"""Pages that say what went wrong, in words of a reader, and where to go from here."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from feedbot.locales import Translator, translator
from feedbot.web.pages import Pages


class ErrorPages:
    """Answers for a refused or failed request; they need nothing but the templates."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def refused(self, request: Request, error: Exception) -> Response:
        """404, 405, 410 and the like."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        response = self._page(request, status)
        response.headers.update(headers)
        return response

    async def failed(self, request: Request, _: Exception) -> Response:
        """500: the fault itself is in the log, never on the page."""
        return self._page(request, 500)

    def _page(self, request: Request, status: int) -> Response:
        title, text = _words(status, translator(self._pages.language(request)))
        return self._pages.answer(request, "error.html", status=status, code=status, title=title, text=text)


def _words(status: int, _: Translator) -> tuple[str, str]:
    if status == HTTPStatus.NOT_FOUND:
        return _("There is no such page"), _("The address may be mistyped, or the article was removed after a while.")
    if status == HTTPStatus.GONE:
        return _("This is gone"), _("It was removed on purpose and does not come back.")
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return _("This page can only be read"), _("Open it with an ordinary link.")
    return _("Something failed on our side"), _("The fault was written to the log. Please try again in a minute.")
