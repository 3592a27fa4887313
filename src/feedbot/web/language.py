"""Which language a page is in: what the reader chose, else what the browser asks for, else the site's own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from feedbot.locales import CHINESE, ENGLISH, LANGUAGES, known_language

COOKIE = "feedbot_lang"
PARAMETER = "lang"
# Short names for addresses: `?lang=zh`.
SHORT = {ENGLISH: "en", CHINESE: "zh"}
_BY_SHORT = {short: language for language, short in SHORT.items()}
_YEAR = 365 * 24 * 3600
_MAX_HEADER = 500


def choose(request: Request, default: str) -> str:
    """The catalogue to use: `?lang=`, the cookie, the Accept-Language header, `default`, in this order."""
    for wish in (request.query_params.get(PARAMETER), request.cookies.get(COOKIE)):
        if wish in _BY_SHORT:
            return _BY_SHORT[wish]
    return accepted(request.headers.get("accept-language", "")) or known_language(default)


def accepted(header: str) -> str | None:
    """The best known language of an Accept-Language header (RFC 9110, section 12.5.4); None if it names none.

    Chinese of any region gets the Chinese pages: simplified characters are nearer to its reader than English.
    """
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(header[:_MAX_HEADER].split(",")):
        tag, _, parameters = part.strip().partition(";")
        wishes.append((-_quality(parameters), position, tag.strip().lower()))
    for quality, _, tag in sorted(wishes):
        if quality < 0 and tag.partition("-")[0] in _BY_SHORT:
            return _BY_SHORT[tag.partition("-")[0]]
    return None


def remember(request: Request, response: Response, root: str) -> None:
    """Keeps a choice made by `?lang=` for the reader's next pages; the cookie holds nothing else."""
    wish = request.query_params.get(PARAMETER)
    if wish in _BY_SHORT:
        response.set_cookie(COOKIE, wish, max_age=_YEAR, path=root or "/", httponly=True, samesite="lax")


def others(current: str) -> list[str]:
    """The languages that the switch offers besides the current one."""
    return [language for language in LANGUAGES if language != current]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
