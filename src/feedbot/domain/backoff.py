"""How long a source that fails is left alone, by what is wrong with it, and the words that say so."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SOON = 1.15  # a source that is back is found within a seventh of the time that it was away: its list still has all


@dataclass(frozen=True, slots=True)
class Pace:
    """How the waits grow.

    The first is the source's own interval, but from `least` to `most` seconds; each further one is `growth` times the
    one before, up to a day. `remedy` is what an admin should know besides the error itself, with `{id}` in it.
    """

    least: float
    most: float
    growth: float
    remedy: str = ""

    def wait(self, failures: int, interval: float, *, is_configured: bool = False) -> float:
        """Seconds to wait after so many failures in a row; an interval that an admin configured is no shorter."""
        first = min(interval, self.most) if is_configured else min(max(interval, self.least), self.most)
        return min(first * self.growth ** min(failures - 1, 60), max(DAY, interval))


_UNREACHABLE = Pace(5 * MINUTE, 30 * MINUTE, SOON, "A site that stays away is asked ever less, at last daily.")
_OTHER = Pace(30 * MINUTE, 2 * HOUR, 2)
_LOOK = "See what it sends with `feedbot sources test {id}`."
_MOVED = "If the site has moved, give the source its new address."

PACES = {
    # Networks and servers mostly mend within minutes.
    "dns": Pace(5 * MINUTE, 30 * MINUTE, SOON, _MOVED),
    "connect": _UNREACHABLE,
    "timeout": _UNREACHABLE,
    # A person has to do something, there or here.
    "tls": Pace(30 * MINUTE, 2 * HOUR, 2, "Certificates are mostly renewed within days."),
    "not_parseable": Pace(15 * MINUTE, HOUR, SOON, _LOOK),
    "empty_list": Pace(15 * MINUTE, HOUR, SOON, _LOOK),
    "redirects": Pace(HOUR, 2 * HOUR, 2, _MOVED),
    "too_large": Pace(HOUR, 6 * HOUR, 2, _LOOK),
    "blocked_address": Pace(HOUR, 6 * HOUR, 2),
    "secret_missing": Pace(HOUR, 6 * HOUR, 2),
    "bad_url": Pace(6 * HOUR, 6 * HOUR, 2),
    "browser": Pace(30 * MINUTE, 2 * HOUR, 2),
    # A site seldom changes its mind about programs.
    "robots": Pace(DAY, DAY, 1),
    # The site defends itself: every visit more makes it worse.
    "site_refused": Pace(HOUR, 6 * HOUR, 3, "It may let feedbot in again when it is left alone for a while."),
}
_BY_STATUS = {
    HTTPStatus.UNAUTHORIZED: Pace(HOUR, 6 * HOUR, 2, "The source may need `auth` or `headers`."),
    HTTPStatus.FORBIDDEN: Pace(HOUR, 6 * HOUR, 3, "The source may need `headers`, or another address."),
    HTTPStatus.NOT_FOUND: Pace(HOUR, 2 * HOUR, 2, "If it stays so for two days, its new address is searched for."),
    HTTPStatus.TOO_MANY_REQUESTS: Pace(30 * MINUTE, 6 * HOUR, 3, "A longer `interval` keeps it content."),
}
_SERVER_FAULT = Pace(10 * MINUTE, 30 * MINUTE, SOON)
_OTHER_STATUS = Pace(HOUR, 6 * HOUR, 2)


def pace_of(kind: str | None, status: int | None) -> Pace:
    """The pace for a class of error, and for `http` its status."""
    if kind != "http" or status is None:
        return PACES.get(kind or "", _OTHER if kind != "http" else _SERVER_FAULT)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _SERVER_FAULT
    return _BY_STATUS.get(HTTPStatus(status), _OTHER_STATUS) if status in _BY_STATUS else _OTHER_STATUS
