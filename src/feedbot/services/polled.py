"""What a poll found, and what of it the source remembers for the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feedbot.domain import identity, judging
from feedbot.domain.article import Draft
from feedbot.domain.planning import PollOutcome, PollPlan
from feedbot.domain.source import Source
from feedbot.fetching.model import NO_VALIDATORS, Validators
from feedbot.services import reading


@dataclass(frozen=True, slots=True)
class Polled:
    """A poll's finding, ready to be stored.

    `missed` are the stored articles whose pages could not be read again; `is_whole` says that no new article is left
    to be read.
    """

    outcome: PollOutcome
    status: int | None = None
    state: Mapping[str, object] | None = None
    judgement: judging.Judgement | None = None
    contents: Mapping[bytes, Draft] = field(default_factory=dict)
    missed: Sequence[int] = ()
    is_whole: bool = True


def learnt(
    judgement: judging.Judgement, read: reading.Reading, validators: Validators, *, is_read: bool
) -> dict[str, object]:
    """What a list teaches for the next visit: failed tries, and validators once every article that was due is read.

    A list whose articles are not all read must be looked at again, changed or not.
    """
    listed = {entry.key.hex() for entry in judgement.listed}
    kept = validators if is_read else NO_VALIDATORS
    return {
        "unread": {key: count for key, count in read.failed.items() if key in listed},
        "etag": kept.etag,
        "last_modified": kept.last_modified,
    }


def as_listed(judgement: judging.Judgement, failed: Mapping[str, int]) -> dict[bytes, Draft]:
    """The drafts that need no page of their own: complete ones, and those whose page was tried often enough."""
    taken = {}
    for entry in judgement.listed:
        if entry.draft.is_complete:
            if entry.known is None or identity.fingerprint(entry.draft) != entry.known.fingerprint:
                taken[entry.key] = entry.draft
        elif entry.known is None and failed.get(entry.key.hex(), 0) >= judging.MAX_TRIES:
            taken[entry.key] = entry.draft
    return taken


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
    values: dict[str, object] = {
        "next_poll_at": plan.next_poll_at,
        "plan_reason": plan.reason,
        "interval": plan.interval,
        "failures": plan.failures,
        "last_poll_at": now,
        "baseline_at": source.baseline_at,
        "error_kind": outcome.error_kind,
        "error_text": outcome.error_text,
    }
    if outcome.error_kind is None:
        return values | {"last_success_at": now, "failing_since": None, "gone_at": None}
    if outcome.kind == "gone":
        return values | {"gone_at": now}
    if outcome.kind == "failed" and source.failing_since is None:
        return values | {"failing_since": now}
    return values
