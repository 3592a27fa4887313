"""What the site says of a source: how it is, when it was visited and when and why it is visited again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from feedbot.domain.notices import notice
from feedbot.domain.source import Source
from feedbot.locales import Translator
from feedbot.render.links import SitePresentation, host, public_link, source_page
from feedbot.render.pages import Link, Moment, moment


class PollEntry(Protocol):
    """A poll of the timeline."""

    @property
    def started_at(self) -> datetime:
        """When it began."""

    @property
    def seconds(self) -> float:
        """How long it took."""

    @property
    def outcome(self) -> str:
        """`ok`, `unchanged`, `partial`, `pushed`, `failed`, `gone` or `offline`."""

    @property
    def new(self) -> int:
        """How many articles were new."""

    @property
    def changed(self) -> int:
        """How many articles had changed."""

    @property
    def error_text(self) -> str | None:
        """What went wrong."""


@dataclass(frozen=True, slots=True)
class PollRow:
    """A line of a source's timeline."""

    at: Moment
    outcome: str
    found: str
    seconds: str
    failed: bool


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source and its state in plain words.

    `tone` is `good`, `bad` or `quiet`; `notice` is what waits for an admin, and `reason` why it is visited when it is:
    both in English.
    """

    title: str
    url: str
    health: str
    tone: str
    problem: str
    notice: str
    home: Link
    last_poll: Moment | None
    last_success: Moment | None
    failing_since: Moment | None
    next_poll: Moment | None
    next_poll_in: str
    reason: str
    polls: tuple[PollRow, ...] = ()


def source_view(
    source: Source, site: SitePresentation, _: Translator, now: datetime, polls: Sequence[PollEntry] = ()
) -> SourceView:
    """The source's state in plain words at `now`, with its newest `polls`."""
    health, tone = _health(source, _)

    def at(when: datetime | None) -> Moment | None:
        return moment(when, site, _) if when else None

    is_asked = source.health in {"new", "ok", "failing"}
    return SourceView(
        title=source.title,
        url=site.root + source_page(source.id),
        health=health,
        tone=tone,
        problem=(source.error_text or "") if source.health == "failing" else "",
        notice=notice(source) if is_asked else "",
        home=Link(host(source.site_url), public_link(source.site_url)),
        last_poll=at(source.last_poll_at),
        last_success=at(source.last_success_at),
        failing_since=at(source.failing_since) if source.health == "failing" else None,
        next_poll=at(source.next_poll_at) if is_asked else None,
        next_poll_in=_until(source.next_poll_at, now, _) if is_asked else "",
        reason=source.plan_reason,
        polls=tuple(_poll_row(poll, site, _) for poll in polls),
    )


def duration(seconds: float, _: Translator) -> str:
    """A span of time as people say it: `45 seconds`, `12 minutes`, `3 hours`, `2 days`."""
    for size, one, many in (
        (86400, "{count} day", "{count} days"),
        (3600, "{count} hour", "{count} hours"),
        (60, "{count} minute", "{count} minutes"),
    ):
        if seconds >= 2 * size or (size == 60 and seconds >= size):  # noqa: PLR2004 - a minute
            return _.plural(one, many, round(seconds / size))
    return _.plural("{count} second", "{count} seconds", round(seconds))


def _health(source: Source, _: Translator) -> tuple[str, str]:
    return {
        "ok": (_("Works"), "good"),
        "new": (_("New: its first visit is on its way"), "quiet"),
        "failing": (_("Cannot be read at the moment"), "bad"),
        "gone": (_("Gone: the site says that it will not come back"), "bad"),
        "disabled": (_("Switched off"), "quiet"),
        "removed": (_("Removed"), "quiet"),
    }[source.health]


def _until(when: datetime | None, now: datetime, _: Translator) -> str:
    if when is None:
        return ""
    seconds = (when - now).total_seconds()
    return _("now") if seconds < 1 else _("in {duration}", duration=duration(seconds, _))


def _poll_row(poll: PollEntry, site: SitePresentation, _: Translator) -> PollRow:
    outcome = {
        "ok": _("Visited"),
        "unchanged": _("Unchanged"),
        "pushed": _("Told by its hub"),
        "partial": _("Visited in part"),
        "failed": _("Failed"),
        "gone": _("Gone"),
        "offline": _("Our own network was down"),
    }.get(poll.outcome, poll.outcome)
    counts = []
    if poll.new:
        counts.append(_.plural("{count} new", "{count} new", poll.new))
    if poll.changed:
        counts.append(_.plural("{count} changed", "{count} changed", poll.changed))
    return PollRow(
        at=moment(poll.started_at, site, _),
        outcome=outcome,
        found=poll.error_text or ", ".join(counts),
        seconds=f"{poll.seconds:.1f} s",
        failed=poll.outcome in {"failed", "gone"},
    )
