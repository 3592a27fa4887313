"""Judging a list of drafts against what is stored: which are new, which changed, which must be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feedbot.domain import identity
from feedbot.domain.article import Draft
from feedbot.domain.meaning import meaning

REREAD_AFTER = timedelta(hours=6)  # an edit of a portal article shows nowhere but on its page
REREAD_YOUNGER = timedelta(days=3)
REREADS = 3  # a poll, so that a list of old friends costs little
SECOND_LOOK = timedelta(days=1)  # at an article whose list tells of edits: most corrections came by then
MAX_TRIES = 3  # of an article page that cannot be read, before the list's own words are taken
BACKDATED = timedelta(days=2)
LONG_AGO = timedelta(days=60)
RENUMBERED_ITEMS = 2  # of which at least half of the unknown ones bear known titles
SAME_DAY = timedelta(days=1)


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

    def settled(self, draft: Draft) -> Draft:
        """The draft with the date that the article has: the first one stays, also where the list says `3 hours ago`."""
        return replace(draft, published=self.published) if self.published else draft


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft of a list with its identity; `known` is its stored article, None when it is new."""

    key: bytes
    draft: Draft
    known: Known | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The list, judged. `is_redesign`: most of it looks new at once although the source has been watched."""

    listed: tuple[Listed, ...]
    is_redesign: bool = False

    @property
    def new(self) -> tuple[Listed, ...]:
        """The entries that no stored article stands for."""
        return tuple(entry for entry in self.listed if entry.known is None)


def keyed(drafts: Iterable[Draft], how: str) -> dict[bytes, Draft]:
    """The drafts by key, in the list's order; of two with one key the first counts.

    Some sites give every item the same guid: one that stands for different titles at different addresses names none.
    """
    listed = tuple(drafts)
    said: dict[str, tuple[set[bytes], set[bytes]]] = {}
    for draft in listed:
        titles, urls = said.setdefault(draft.guid or "", (set(), set()))
        titles.add(identity.title_key(draft))
        urls.add(identity.url_key(draft))
    found: dict[bytes, Draft] = {}
    for draft in listed:
        is_vague = how == "auto" and all(len(values) > 1 for values in said[draft.guid or ""])
        found.setdefault(identity.article_key(draft, identity="url" if is_vague else how), draft)
    return found


def judge(drafts: Mapping[bytes, Draft], known: Sequence[Known]) -> Judgement:
    """Finds each draft's stored article: by key, else by address or title when the old key left the list.

    Two items of one list never share an article: a source may list the same link twice on purpose.
    """
    by_key = {entry.key: entry for entry in known}
    twins = _Twins(drafts, known)
    listed = tuple(Listed(key, draft, by_key.get(key) or twins.take(draft)) for key, draft in drafts.items())
    return Judgement(listed)


class _Twins:
    """The stored articles whose keys left the list, to be found under a new guid or address; each is given once."""

    def __init__(self, drafts: Mapping[bytes, Draft], known: Sequence[Known]) -> None:
        stored = {entry.key for entry in known}
        free = [entry for entry in known if entry.key not in drafts]
        # A link that several items share (a show's home page) tells nothing of which item is meant.
        shared = _repeated(identity.url_key(draft) for draft in drafts.values())
        shared |= _repeated(entry.url_key for entry in known) | {b""}
        self._by_url = {entry.url_key: entry for entry in free if entry.url_key not in shared}
        self._by_title: dict[bytes, list[Known]] = {}
        for entry in free:
            self._by_title.setdefault(entry.title_key, []).append(entry)
        self._taken: set[int] = set()
        strange = [draft for key, draft in drafts.items() if key not in stored]
        found = sum(any(not _far_apart(draft, entry) for entry in self._titled(draft)) for draft in strange)
        self._is_renumbered = found >= RENUMBERED_ITEMS and 2 * found >= len(strange)

    def take(self, draft: Draft) -> Known | None:
        """The article that this draft is under another name; None if there is none."""
        found = self._by_address(draft) or self._by_name(draft)
        if found:
            self._taken.add(found.id)
        return found

    def _by_address(self, draft: Draft) -> Known | None:
        entry = self._by_url.get(identity.url_key(draft))
        if entry is None or entry.id in self._taken:
            return None
        is_another = entry.title_key != identity.title_key(draft) and _differ(draft.published, entry.published)
        return None if is_another else entry

    def _by_name(self, draft: Draft) -> Known | None:
        for entry in self._titled(draft):
            same_date = draft.published is not None and entry.published == draft.published
            # Titles come back ("Weather"): alone they count only when the whole list has new names.
            if same_date or (self._is_renumbered and not _far_apart(draft, entry)):
                return entry
        return None

    def _titled(self, draft: Draft) -> Iterator[Known]:
        titled = self._by_title.get(identity.title_key(draft), ())
        return (entry for entry in titled if entry.id not in self._taken)


def _repeated(values: Iterable[bytes]) -> set[bytes]:
    return {value for value, count in Counter(values).items() if count > 1}


def _differ(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one != other


def _far_apart(draft: Draft, entry: Known) -> bool:
    """Whether both are dated, and not by the same day told in two time zones."""
    if draft.published is None or entry.published is None:
        return False
    return abs(draft.published - entry.published) > SAME_DAY


def silence_reason(
    entry: Listed, judgement: Judgement, baseline_at: datetime | None, looked_at: datetime | None = None
) -> str | None:
    """Why a new article is kept out of the chats although it is in the feeds; None when it is to be sent.

    `looked_at` is when the list was last read: what is dated long before that was forgotten here, or moved up there.
    """
    if baseline_at is None:
        return "baseline"
    if judgement.is_redesign:
        return "redesign"
    limit = max(baseline_at - BACKDATED, (looked_at or baseline_at) - LONG_AGO)
    if entry.draft.published and entry.draft.published < limit:
        return "older_than_watch"
    return None


def to_read(
    judgement: Judgement, tries: Mapping[str, int], now: datetime, *, tells_edits: bool = False
) -> tuple[Listed, ...]:
    """The entries whose article page is to be fetched: new ones, edited ones, and a few that may have been edited.

    With `tells_edits` an edit shows in the list, so that pages are seldom looked at without one.
    """
    fresh = [
        entry
        for entry in judgement.listed
        if not entry.draft.is_complete and entry.known is None and tries.get(entry.key.hex(), 0) < MAX_TRIES
    ]
    edited, old = [], []
    for entry in judgement.listed:
        if entry.draft.is_complete or entry.known is None:
            continue
        failed = tries.get(entry.key.hex(), 0)
        if 0 < failed < MAX_TRIES and now - entry.known.read_at <= REREAD_AFTER:
            continue  # it was read once, and just now could not be read again
        # Articles that were stored by an older program have the exact fingerprint there.
        if entry.known.list_fingerprint not in {meaning(entry.draft), identity.fingerprint(entry.draft)}:
            edited.append(entry)
        elif _is_young(entry.known, now) and (
            failed or not tells_edits or _may_be_edited(entry.draft, entry.known, now)
        ):
            old.append(entry)
    # Untried ones first, and of the others those read longest ago: no page keeps the others waiting.
    fresh.sort(key=lambda entry: entry.key.hex() in tries)
    for some in (edited, old):
        some.sort(key=lambda entry: entry.known.read_at if entry.known else now)
    return (*fresh, *edited, *old[:REREADS])


def _is_young(known: Known, now: datetime) -> bool:
    """Whether an article that was not read lately may still be edited."""
    return now - known.read_at > REREAD_AFTER and now - (known.published or known.first_seen) < REREAD_YOUNGER


def _may_be_edited(draft: Draft, known: Known, now: datetime) -> bool:
    """Whether the list says that the article was updated since it was read, or it is time for its second look."""
    is_updated = draft.updated is not None and draft.updated > known.read_at
    return is_updated or known.read_at < known.first_seen + SECOND_LOOK <= now
