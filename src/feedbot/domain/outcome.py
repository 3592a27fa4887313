"""How a poll ended, as far as the next one depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """How a poll ended.

    `kind` is `ok`, `unchanged`, `partial` (more articles wait to be read), `failed`, `gone` or `offline` (our own
    network is down). `published` are the dates of the new articles (None: undated) that came since the last visit;
    `listed` those of all items of a list from which the rhythm is to be learned anew, else None. `retry_after`,
    `max_age` and `ttl` are seconds that the other side asked for.
    """

    kind: str
    new: int = 0
    published: tuple[datetime | None, ...] = ()
    listed: tuple[datetime | None, ...] | None = None
    status: int | None = None
    error_kind: str | None = None
    error_text: str | None = None
    retry_after: float | None = None
    max_age: float | None = None
    ttl: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
