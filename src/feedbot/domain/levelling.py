"""Who goes first when more is due than can be polled at once: the oldest, sites in turn, never all at a time."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FEW = 32  # so many overdue sources need no levelling
SECONDS_EACH = 0.1  # a first visit is about as much work for one core
LONGEST = 300.0  # seconds over which overdue polls are spread at the most
A_SITE = 8  # sources of one site that may wait in a process; the others would only keep other sites out


@dataclass(frozen=True, slots=True)
class Due:
    """A source whose time has come: `site` is the registrable domain that is asked."""

    number: int
    site: str


def in_turn(due: Iterable[Due]) -> list[Due]:
    """The sources, oldest first as they were given, but each site's next one only when every site had its turn."""
    queues: dict[str, deque[Due]] = {}
    for entry in due:
        queues.setdefault(entry.site, deque()).append(entry)
    ordered: list[Due] = []
    while queues:
        ordered += [queue.popleft() for queue in queues.values()]
        queues = {site: queue for site, queue in queues.items() if queue}
    return ordered


def choose(due: Sequence[Due], limit: int, waiting: Mapping[str, int]) -> list[int]:
    """The numbers of at most `limit` sources to take, given how many of each site wait already."""
    room = Counter({site: A_SITE - count for site, count in waiting.items()})
    chosen: list[int] = []
    for entry in in_turn(due):
        left = room.setdefault(entry.site, A_SITE)
        if left > 0:
            room[entry.site] -= 1
            chosen.append(entry.number)
    return chosen[:limit]


def spread(overdue: Sequence[Due], now: datetime) -> dict[int, datetime]:
    """New moments for sources that fell due while nobody polled, by number: the first few now, the rest in turn.

    Empty if there are so few that nothing needs to be levelled.
    """
    if len(overdue) <= FEW:
        return {}
    late = in_turn(overdue)[FEW:]
    window = min(SECONDS_EACH * len(late), LONGEST)
    return {
        entry.number: now + timedelta(seconds=window * place / len(late)) for place, entry in enumerate(late, start=1)
    }
