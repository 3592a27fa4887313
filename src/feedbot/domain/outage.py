"""Whether it is our own network that is down: most sites out of reach at once, which counts against none of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address

UNREACHABLE = frozenset({"dns", "connect", "timeout"})
# Somebody out there answered. What is wrong with a certificate may be theirs or ours, and some errors are only ours.
_ANSWERED = frozenset({None, "gone", "http", "redirects", "too_large", "not_parseable", "empty_list", "site_refused"})
WINDOW = timedelta(minutes=15)
REMEMBERED = 64
FEW, SEVERAL = 3, 5  # sites out of reach that it takes where few are visited, and where many are
MANY = 12  # sites visited within the window
MOST = 0.8  # of the newest visits, one a site, that found nobody
_LOCAL_ENDINGS = (".local", ".lan", ".home", ".internal", ".localdomain", ".home.arpa", ".localhost")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A visit to a site (a registrable domain) for a source: whether anybody answered there."""

    site: str
    at: datetime
    reached: bool
    source_number: int = 0


class Attempts:
    """The newest visits of this process, as far as they tell something of its own network."""

    def __init__(self) -> None:
        self._newest: deque[Attempt] = deque(maxlen=REMEMBERED)

    def note(self, site: str, at: datetime, error_kind: str | None, *, number: int, was_failing: bool) -> None:
        """Remembers a visit to a source by its number, unless it tells nothing.

        Hosts of our own network answer whatever the line does, and a source that failed before would fail anyway.
        """
        reached = error_kind in _ANSWERED
        if (reached or (error_kind in UNREACHABLE and not was_failing)) and not is_local(site):
            self._newest.append(Attempt(site, at, reached, number))

    def is_outage(self, now: datetime) -> bool:
        """Whether the newest visits say that it is our own network."""
        return is_own_outage(self._newest, now)

    def victims(self, now: datetime) -> frozenset[int]:
        """The numbers of the sources that could not be reached lately, to be forgiven."""
        return frozenset(
            entry.source_number for entry in self._newest if not entry.reached and now - entry.at <= WINDOW
        )


def is_own_outage(attempts: Iterable[Attempt], now: datetime) -> bool:
    """Whether most sites could not be reached at once within the last quarter of an hour.

    Of each site only its newest visit counts, so many sources of one site are one witness. True when, of the newest
    visits, at least three sites (five where a dozen or more are visited) and four of five found nobody.
    """
    newest = {entry.site: entry for entry in sorted(attempts, key=_when) if now - entry.at <= WINDOW}
    ordered = sorted(newest.values(), key=_when, reverse=True)
    needed = SEVERAL if len(ordered) >= MANY else FEW
    unreached = 0
    for count, entry in enumerate(ordered, start=1):
        unreached += not entry.reached
        if unreached >= needed and unreached >= MOST * count:
            return True
    return False


@lru_cache(maxsize=4096)
def is_local(host: str) -> bool:
    """Whether a host (with or without a port) is of this machine or its own network, by its name or address alone."""
    name = host.lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    try:
        return not ip_address(name).is_global
    except ValueError:
        return "." not in name or name.endswith(_LOCAL_ENDINGS)


def _when(attempt: Attempt) -> datetime:
    return attempt.at
