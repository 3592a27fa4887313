"""How sure it is that a list is what an admin looks for, and the sentences that say why."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedbot.domain.article import Draft
from feedbot.domain.identity import canonical_url

ENOUGH = 5  # articles from which on a list is one
FRESH = timedelta(days=30)
STALE = timedelta(days=400)
_DAY = timedelta(days=1)
_COMMENTS = re.compile(
    r"comments?[ -]?(on|for|feed|by|:)|commentaires|kommentare|评论|コメント|комментари", re.IGNORECASE
)
_COMMENTS_URL = re.compile(r"/comments?(/|\.|$)|[?&](feed|type)=comments", re.IGNORECASE)
# What each trait weighs, of one.
_COUNT, _DATES, _FRESH, _TITLES, _LINKS, _WORDS = 0.3, 0.15, 0.15, 0.2, 0.1, 0.1
_LEAST_OVERLAP = 0.3
_SAME_LIST = 0.15
_SHORT_TITLE = 8  # letters on average, under which titles are rather those of a menu; a Chinese one counts double


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a list is like. Shares run from 0 to 1; `per_day` is None where dates do not tell."""

    count: int
    dated: float = 0.0
    titled: float = 0.0
    linked: float = 0.0
    full: float = 0.0
    summarised: float = 0.0
    title_letters: float = 0.0
    newest: datetime | None = None
    per_day: float | None = None
    overlap: float | None = None
    is_of_comments: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """`confidence` from 0 to 1, and what speaks for and against, a sentence each."""

    confidence: float
    remarks: tuple[str, ...]


def traits(
    drafts: Sequence[Draft], *, title: str = "", url: str = "", shown: Collection[str] = (), now: datetime
) -> Traits:
    """What the list is like. `shown` are the canonical addresses that the pasted page links to, if that is another."""
    count = len(drafts)
    if not count:
        return Traits(count=0)
    dates = sorted(draft.published for draft in drafts if draft.published)
    links = {canonical_url(draft.url) for draft in drafts if draft.url}
    return Traits(
        count=count,
        dated=len(dates) / count,
        titled=len({draft.title for draft in drafts if draft.title}) / count,
        linked=len(links) / count,
        full=sum(_is_full(draft) for draft in drafts) / count,
        summarised=sum(bool(draft.summary or draft.body_html) for draft in drafts) / count,
        title_letters=sum(map(_letters, (draft.title for draft in drafts))) / count,
        newest=min(dates[-1], now) if dates else None,
        per_day=_per_day(dates),
        overlap=len(links & set(shown)) / count if shown else None,
        is_of_comments=bool(_COMMENTS.search(title) or _COMMENTS_URL.search(url)),
    )


def judge(found: Traits, lead: float, now: datetime) -> Judgement:
    """How sure it is that this is the list that was meant; `lead` is what the page alone told of it."""
    if not found.count:
        return Judgement(0.0, ("It has no articles.",))
    quality = (
        _COUNT * min(found.count / ENOUGH, 1.0)
        + _DATES * found.dated
        + _FRESH * _freshness(found.newest, now)
        + _TITLES * found.titled
        + _LINKS * found.linked
        + _WORDS * max(found.full, found.summarised / 2)
    )
    confidence = (lead + quality) / 2
    remarks = list(_remarks(found, now))
    if found.is_of_comments:
        confidence *= 0.3
    if found.overlap is not None:
        # A feed of the very list is better than the list; one of the whole site is another thing.
        confidence *= 0.75 if found.overlap < _LEAST_OVERLAP else 1 + _SAME_LIST * found.overlap
    if found.title_letters < _SHORT_TITLE:
        confidence *= 0.6
    if found.titled < 0.5:  # noqa: PLR2004 - half of them repeat one another
        confidence *= 0.5
    return Judgement(round(min(max(confidence, 0.01), 0.99), 2), tuple(remarks))


def rhythm(per_day: float | None) -> str:
    """How often something new comes, in words."""
    if per_day is None:
        return "unknown: too few dates"
    for size, unit in ((1.0, "a day"), (7.0, "a week"), (30.0, "a month")):
        count = per_day * size
        if count >= 0.95:  # noqa: PLR2004 - what rounds to one
            return f"about {count:.0f} {unit}"
    return "less than one a month"


def _remarks(found: Traits, now: datetime) -> Sequence[str]:
    said = [f"{found.count} article{'s' if found.count != 1 else ''}"]
    said[0] += _dated(found, now)
    if found.full > 0.5:  # noqa: PLR2004 - more than half
        said.append("It has the full text.")
    elif found.summarised > 0.5:  # noqa: PLR2004
        said.append("It has summaries, no full text.")
    if found.is_of_comments:
        said.append("It is a list of comments.")
    if found.overlap is not None and found.overlap < _LEAST_OVERLAP:
        shared = round(found.overlap * found.count)
        said.append(f"Only {shared} of them stand on the page that you gave: it may be of the whole site.")
    if found.titled < 0.5:  # noqa: PLR2004
        said.append("Many titles are the same.")
    if found.title_letters < _SHORT_TITLE:
        said.append("The titles are as short as those of a menu.")
    return said


def _dated(found: Traits, now: datetime) -> str:
    if found.newest is None:
        return ", none of them dated."
    share = "all" if found.dated == 1 else f"{round(found.dated * found.count)} of them"
    age = (now - found.newest) / _DAY
    when = "today" if age < 1 else "yesterday" if age < 2 else f"{age:.0f} days ago"  # noqa: PLR2004 - days
    return f", {share} dated, the newest {when}."


def _freshness(newest: datetime | None, now: datetime) -> float:
    if newest is None:
        return 0.5
    age = now - newest
    return 1.0 if age <= FRESH else 0.6 if age <= STALE else 0.2


def _per_day(dates: Sequence[datetime]) -> float | None:
    if len(dates) < 3 or dates[-1] - dates[0] < timedelta(minutes=30):  # noqa: PLR2004 - two points are no rhythm
        return None
    return (len(dates) - 1) / max((dates[-1] - dates[0]) / _DAY, 0.02)


def _is_full(draft: Draft) -> bool:
    return len(draft.body_html) > 800  # noqa: PLR2004 - markup and all: more than a teaser


def _letters(title: str) -> int:
    return sum(2 if character > "\u2e80" else 1 for character in title)
