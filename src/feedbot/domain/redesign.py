"""Whether a list that changed beyond recognition is believed, held back, or published by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import Enum

from feedbot.domain.article import Content
from feedbot.domain.judging import Listed

FEWEST = 5  # entries of a list that is judged at all
FEWEST_BELOW = 2  # known entries under all that is new, which make it a list that moved on
ARRIVALS = 2  # visits with news on top of the held ones, after which the list is believed
SLACK = timedelta(days=1)  # dates without a time, and zones told wrongly
_LEAST_LETTERS = 8  # of a title that is compared by its parts


class Verdict(Enum):
    """What becomes of the entries that no stored article stands for.

    NORMAL: they are news. SILENT: they are stored and not sent. HOLD: they wait for an admin. RELEASE: those that
    wait are stored after all.
    """

    NORMAL = "normal"
    SILENT = "silent"
    HOLD = "hold"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is remembered of a source's list.

    `listed_at` is when it was last read as it always was, and `count` how many entries it had then (None: not known,
    or the admin has changed how it is read; 0: it has never had any). `published` and `titles` are those of its newest
    stored articles.
    """

    baseline_at: datetime | None
    listed_at: datetime | None
    count: int | None
    published: Collection[datetime] = ()
    titles: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A redesign that waits: the keys that are held, visits with news on top so far, and whether an admin said no."""

    held: Collection[bytes]
    arrivals: int = 0
    is_rejected: bool = False


def is_mostly_new(listed: Sequence[Listed], watched: Watched) -> bool:
    """Whether most entries are new and most of what the list had is gone: only then more need be asked."""
    is_known = [entry.known is not None for entry in listed]
    known = sum(is_known)
    if watched.baseline_at is None or len(listed) < FEWEST or 2 * known >= len(listed):
        return False
    if known >= FEWEST_BELOW and _moved_down(is_known):
        return False
    # A list that grew still has what it had.
    return not watched.count or 2 * known < watched.count


def judge_list(listed: Sequence[Listed], watched: Watched, pending: Pending | None) -> Verdict:
    """What becomes of the new entries of a list, with what is held of it already."""
    if not is_mostly_new(listed, watched):
        return Verdict.NORMAL
    is_news = not _is_doubtful_list(listed, watched)
    if pending is None:
        return Verdict.NORMAL if is_news else Verdict.HOLD if watched.count else Verdict.SILENT
    is_proven = is_news or pending.arrivals + has_arrivals(listed, pending) >= ARRIVALS
    return Verdict.RELEASE if is_proven and not pending.is_rejected else Verdict.HOLD


def dated(listed: Sequence[Listed], contents: Mapping[bytes, Content]) -> tuple[Listed, ...]:
    """The list with the dates that its articles' own pages tell."""
    told = {key: content.published for key, content in contents.items() if content.published}
    return tuple(
        replace(entry, draft=replace(entry.draft, published=told[entry.key]))
        if entry.known is None and entry.draft.published is None and entry.key in told
        else entry
        for entry in listed
    )


def has_arrivals(listed: Sequence[Listed], pending: Pending) -> bool:
    """Whether the list behaves as lists do: what is held stays, and what is new to it stands on top."""
    strange = [entry.key in pending.held for entry in listed if entry.known is None]
    held = sum(strange)
    if held == len(strange) or 2 * held < len(strange):
        return False
    return _moved_down(strange)


def is_news(content: Content, since: datetime, *, arrived: bool) -> bool:
    """Whether a held article came out after the redesign began; one without a date, whether it `arrived` on top."""
    return content.published > since if content.published else arrived


def _moved_down(is_old: Sequence[bool]) -> bool:
    """Whether at least half of the old entries stand below every new one; there is a new one."""
    last_new = len(is_old) - 1 - is_old[::-1].index(False)
    return 2 * sum(is_old[last_new:]) >= sum(is_old)


def _is_doubtful_list(listed: Sequence[Listed], watched: Watched) -> bool:
    new = [entry.draft for entry in listed if entry.known is None]
    letters = {_letters(title) for title in watched.titles}
    doubtful = sum(_is_doubtful(draft, watched, letters) for draft in new)
    # A busy source may truly fill its whole list between two polls; then the dates say so.
    return 2 * doubtful >= len(new)


def _is_doubtful(draft: Content, watched: Watched, letters: Collection[str]) -> bool:
    """Whether this may be an old acquaintance: undated, dated before the last look, or like a stored one."""
    date, looked_at = draft.published, watched.listed_at or watched.baseline_at
    if date is None or looked_at is None or date < looked_at - SLACK:
        return True
    if date.time() != time(0) and date in watched.published:
        return True
    return _is_like(_letters(draft.title), letters)


def _is_like(title: str, others: Collection[str]) -> bool:
    """Whether a title is one of the others with something put before or behind it, or taken from there."""
    if title in others:
        return bool(title)
    long_enough = (other for other in others if min(len(other), len(title)) >= _LEAST_LETTERS)
    return any(
        title.startswith(other) or title.endswith(other) or other.startswith(title) or other.endswith(title)
        for other in long_enough
    )


def _letters(title: str) -> str:
    return "".join(filter(str.isalnum, title)).casefold()


def pending(redesign: Mapping[str, object], held: Collection[bytes]) -> Pending | None:
    """The redesign that a source remembers, with the keys that are held; None if there is none."""
    if not redesign:
        return None
    arrivals = redesign.get("arrivals")
    return Pending(held, arrivals if isinstance(arrivals, int) else 0, bool(redesign.get("rejected_at")))
