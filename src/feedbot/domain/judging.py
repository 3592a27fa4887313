"""Judging a list of drafts against what is stored: which are new, which changed, which must be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedbot.domain import identity
from feedbot.domain.article import Draft

REREAD_AFTER = timedelta(hours=6)  # an edit of a portal article shows nowhere but on its page
REREAD_YOUNGER = timedelta(days=3)
REREADS = 3  # a poll, so that a list of old friends costs little
MAX_TRIES = 3  # of an article page that cannot be read, before the list's own words are taken
BACKDATED = timedelta(days=2)
REDESIGN_ITEMS = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an article, as far as judging needs it."""

    id: int
    key: bytes
    url_key: bytes
    title_key: bytes
    fingerprint: bytes
    list_fingerprint: bytes
    published: datetime | None
    first_seen: datetime
    read_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft of a list with its identity; `known` is its stored article, None when it is new."""

    key: bytes
    draft: Draft
    known: Known | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The list, judged. `is_redesign`: everything looks new at once although the source has been watched."""

    listed: tuple[Listed, ...]
    is_redesign: bool

    @property
    def new(self) -> tuple[Listed, ...]:
        """The entries that no stored article stands for."""
        return tuple(entry for entry in self.listed if entry.known is None)


def keyed(drafts: Iterable[Draft], how: str) -> dict[bytes, Draft]:
    """The drafts by key, in the list's order; of two with one key the first counts."""
    found: dict[bytes, Draft] = {}
    for draft in drafts:
        found.setdefault(identity.article_key(draft, identity=how), draft)
    return found


def judge(drafts: Mapping[bytes, Draft], known: Sequence[Known], *, baseline_at: datetime | None) -> Judgement:
    """Finds each draft's stored article: by key, else by address or title when the old key left the list.

    Two items of one list never share an article: a source may list the same link twice on purpose.
    """
    by_key = {entry.key: entry for entry in known}
    free = [entry for entry in known if entry.key not in drafts]
    nothing_matches = not any(key in by_key for key in drafts)
    taken: set[int] = set()
    listed = []
    for key, draft in drafts.items():
        match = by_key.get(key) or _renamed(draft, [entry for entry in free if entry.id not in taken], nothing_matches)
        if match:
            taken.add(match.id)
        listed.append(Listed(key, draft, match))
    return Judgement(tuple(listed), _looks_redesigned(listed, baseline_at))


def _renamed(draft: Draft, candidates: Sequence[Known], nothing_matches: bool) -> Known | None:  # noqa: FBT001
    """The stored article that this draft is under a new guid or address."""
    url_key, title_key = identity.url_key(draft), identity.title_key(draft)
    for entry in candidates:
        if url_key and entry.url_key == url_key:
            return entry
    for entry in candidates:
        same_date = draft.published is not None and entry.published == draft.published
        if entry.title_key == title_key and (same_date or nothing_matches):
            return entry
    return None


def _looks_redesigned(listed: Sequence[Listed], baseline_at: datetime | None) -> bool:
    if baseline_at is None or len(listed) < REDESIGN_ITEMS:
        return False
    if any(entry.known for entry in listed):
        return False
    dates = [entry.draft.published for entry in listed]
    # A busy source may truly fill its whole list between two polls; then the dates say so.
    return any(date is None or date < baseline_at for date in dates)


def silence_reason(entry: Listed, judgement: Judgement, baseline_at: datetime | None) -> str | None:
    """Why a new article is kept out of the chats although it is in the feeds; None when it is to be sent."""
    if baseline_at is None:
        return "baseline"
    if judgement.is_redesign:
        return "redesign"
    if entry.draft.published and entry.draft.published < baseline_at - BACKDATED:
        return "older_than_watch"
    return None


def to_read(judgement: Judgement, tries: Mapping[str, int], now: datetime) -> tuple[Listed, ...]:
    """The entries whose article page is to be fetched: new ones, edited ones, and a few that may have been edited."""
    fresh = [
        entry
        for entry in judgement.listed
        if not entry.draft.is_complete and entry.known is None and tries.get(entry.key.hex(), 0) < MAX_TRIES
    ]
    edited, old = [], []
    for entry in judgement.listed:
        if entry.draft.is_complete or entry.known is None:
            continue
        if identity.fingerprint(entry.draft) != entry.known.list_fingerprint:
            edited.append(entry)
        elif now - entry.known.read_at > REREAD_AFTER and now - _age_from(entry.known) < REREAD_YOUNGER:
            old.append(entry)
    old.sort(key=lambda entry: entry.known.read_at if entry.known else now)
    return (*fresh, *edited, *old[:REREADS])


def _age_from(known: Known) -> datetime:
    return known.published or known.first_seen
