"""What a poll found, and what of it the source remembers for the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from feedbot.domain import identity, judging
from feedbot.domain.article import Draft
from feedbot.domain.planning import PollOutcome, PollPlan
from feedbot.domain.redesign import Verdict
from feedbot.domain.source import Source
from feedbot.errors import EmptyList
from feedbot.fetching.model import NO_VALIDATORS, Fetched
from feedbot.fetching.urls import shown
from feedbot.services import reading
from feedbot.services.holding import Guarded
from feedbot.services.visiting import ListPage, as_page
from feedbot.sources.spec import Page, SourceSpec
from feedbot.storage.polls import PollRecord

log = structlog.get_logger()

MANY = 5  # entries; fewer may well have ended one by one


@dataclass(frozen=True, slots=True)
class Polled:
    """A poll's finding, ready to be stored.

    `judgement` is of what is stored as it is; what is held of the list besides is in `guarded`. `missed` are the stored
    articles whose pages could not be read again; `is_whole` says that no new article is left to be read. `page` is what
    could not be read, or not be believed.
    """

    outcome: PollOutcome
    status: int | None = None
    state: Mapping[str, object] | None = None
    judgement: judging.Judgement | None = None
    contents: Mapping[bytes, Draft] = field(default_factory=dict)
    missed: Sequence[int] = ()
    is_whole: bool = True
    guarded: Guarded = field(default_factory=Guarded)
    page_of_list: ListPage | None = None
    page: Page | None = None


def refuse_emptied(source: Source, found: ListPage, fetched: Fetched) -> None:
    """Returns if the list may be as short as it is.

    Raises:
        EmptyList: a list that had a number of entries has none for the second time. The first time may be a portal that
            rebuilds its feed.
    """
    since = source.list_state.get("empty_since")
    if not has_emptied(source, found) or since is None:
        return
    error = EmptyList(
        f"The list is empty since {datetime.fromisoformat(since):%Y-%m-%d %H:%M} UTC; before, it had "
        f"{source.list_state['count']} articles. Look whether the site has moved them; the page is kept.",
        url=shown(fetched.final_url),
    )
    error.page = as_page(fetched)
    raise error


def has_emptied(source: Source, found: ListPage) -> bool:
    """Whether a list that had a number of entries has none; one that dwindled to nothing is just empty."""
    return found.count == 0 and (source.list_state.get("count") or 0) >= MANY


def wants_pages(source: Source, found: ListPage, guarded: Guarded) -> bool:
    """Whether the list's further pages are read as well: at first, and when all that is listed is new after a pause."""
    if not found.next_url or source.redesign:
        return False
    is_first = source.baseline_at is None or bool(source.list_state.get("pages_due"))
    listed = guarded.whole.listed
    return is_first or (bool(listed) and all(entry.known is None for entry in listed))


def to_read(source: Source, spec: SourceSpec, guarded: Guarded, now: datetime) -> list[judging.Listed]:
    """The entries whose own page is to be read; that of a held article is read once."""
    wanted = judging.to_read(guarded.whole, source.unread, now, tells_edits=spec.tells_edits)
    return [entry for entry in wanted if entry.known or not guarded.is_read(entry.key)]


def learnt(
    source: Source,
    fetched: Fetched,
    found: ListPage,
    guarded: Guarded,
    read: reading.Reading,
    *,
    is_read: bool,
    now: datetime,
) -> dict[str, object]:
    """What a list teaches for the next visit: failed tries, and validators once every article that was due is read.

    A list whose articles are not all read must be looked at again, changed or not; so must one that is empty at once.
    """
    listed = {entry.key.hex() for entry in guarded.whole.listed}
    is_read = is_read and not has_emptied(source, found)
    kept = fetched.validators if is_read else NO_VALIDATORS
    values: dict[str, object] = {
        "unread": {key: count for key, count in read.failed.items() if key in listed},
        "etag": kept.etag,
        "last_modified": kept.last_modified,
        "body_digest": found.digest if is_read and found.count else None,
        "detected_type": found.spec.name if source.type == "auto" else None,
    }
    if found.listing.home_url not in {"", fetched.final_url}:
        # A list page is its own home. The first address that a feed names stays: feeds show it with each article.
        values["home_url"] = source.home_url or found.listing.home_url
    return values | _list_state(source, found, guarded, now, is_partial=read.is_partial)


def _list_state(
    source: Source, found: ListPage, guarded: Guarded, now: datetime, *, is_partial: bool
) -> dict[str, object]:
    """What is remembered of the list as a whole; of one that is not believed, nothing."""
    if has_emptied(source, found):
        return {"list_state": {**source.list_state, "empty_since": now.isoformat()}}
    if guarded.verdict is Verdict.HOLD:
        return {"list_state": {key: value for key, value in source.list_state.items() if key != "empty_since"}}
    state = {"count": guarded.count} | ({"pages_due": True} if is_partial and source.options.pages > 1 else {})
    return {"listed_at": now, "list_state": state}


def as_listed(judgement: judging.Judgement, failed: Mapping[str, int]) -> dict[bytes, Draft]:
    """The drafts that need no page of their own: complete ones, and those whose page was tried often enough.

    One without a title (of a sitemap) says nothing by itself.
    """
    taken = {}
    for entry in judgement.listed:
        if not entry.draft.is_complete and failed.get(entry.key.hex(), 0) < judging.MAX_TRIES:
            continue
        if not entry.draft.title:
            continue
        draft = entry.known.settled(entry.draft) if entry.known else entry.draft
        if entry.known is None or identity.fingerprint(draft) != entry.known.fingerprint:
            taken[entry.key] = draft
    return taken


def listed_dates(source: Source, judgement: judging.Judgement) -> tuple[datetime | None, ...] | None:
    """The dates of all listed articles where the rhythm is still to be learned from them, else None."""
    if source.baseline_at and source.rhythm:
        return None
    return tuple(entry.draft.published for entry in judgement.listed)


def news(source: Source, found: Polled) -> tuple[datetime | None, ...]:
    """The dates of the articles that came since the last visit: what was only forgotten or renamed tells no rhythm."""
    judgement = found.judgement
    if judgement is None:
        return ()
    return tuple(
        entry.draft.published
        for entry in judgement.new
        if entry.key in found.contents
        and judging.silence_reason(entry, judgement, source.baseline_at, source.last_success_at) is None
    )


def baseline_at(source: Source, found: Polled, now: datetime) -> datetime | None:
    """When watching began: with the first list of which every article is read, or is not there.

    After a redesign it begins anew, so that what is read of that list in later visits stays silent as well. An empty
    first list may be a portal that rebuilds its cache.
    """
    judgement = found.judgement
    if judgement is None or (source.baseline_at and not judgement.is_redesign):
        return source.baseline_at
    if found.outcome.kind != "ok" or not found.is_whole:
        return None
    return now if judgement.listed or source.last_success_at else None


def poll_state(source: Source, outcome: PollOutcome, plan: PollPlan, now: datetime) -> dict[str, object]:
    """The columns of the source after a poll: when and why it is asked next, and what is wrong with it."""
    if outcome.kind == "pushed":
        return {"rhythm": plan.rhythm or None}  # the visit that was planned stays planned
    values: dict[str, object] = {
        "next_poll_at": plan.next_poll_at,
        "plan_reason": plan.reason,
        "interval": plan.interval,
        "failures": plan.failures,
        "rhythm": plan.rhythm or None,
        "hints": plan.hints or None,
        "last_poll_at": now,
        "baseline_at": source.baseline_at,
        "error_kind": outcome.error_kind,
        "error_text": outcome.error_text,
    }
    if outcome.error_kind is None:
        return values | {"last_success_at": now, "failing_since": None, "gone_at": None, "proposed_url": None}
    if outcome.kind == "gone":
        return values | {"gone_at": now}
    if outcome.kind == "failed" and source.failing_since is None:
        return values | {"failing_since": now}
    return values


def record_of(source: Source, found: Polled, started_at: datetime, seconds: float) -> PollRecord:
    """The line of the timeline for a poll that took so long, before what was stored of it is known."""
    return PollRecord(
        source_number=source.number,
        started_at=started_at,
        seconds=round(seconds, 3),
        outcome=found.outcome.kind,
        status=found.status,
        error_kind=found.outcome.error_kind,
        error_text=found.outcome.error_text,
    )


def report(source: Source, record: PollRecord) -> None:
    """Logs one line a poll that found something; one when a source goes down, one when it is back."""
    facts = {"source": source.id, "outcome": record.outcome, "seconds": round(record.seconds, 2)}
    if record.error_kind:
        level = log.warning if not source.failures or record.outcome == "gone" else log.debug
        level("poll_failed", **facts, kind=record.error_kind, reason=record.error_text)
        return
    if source.failures:
        log.info("source_is_back", source=source.id, failed=source.failures)
    level = log.info if record.new or record.changed else log.debug
    level("poll_finished", **facts, new=record.new, changed=record.changed, unchanged=record.unchanged)
