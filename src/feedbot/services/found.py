"""What a search at a pasted address is told, and what it brings back."""

from __future__ import annotations

from dataclasses import dataclass, field

from feedbot.domain import candidates
from feedbot.domain.article import Draft
from feedbot.domain.candidates import Traits
from feedbot.domain.places import ZoneProposal
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.sources.spec import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an admin says of the source already; the rest is proposed. Secrets in `options` may be references.

    `timezone` is None and `categories` too where nothing is said of them. With a `type` other than `auto`, or with
    `options.select`, the page is read in that way alone.
    """

    id: str = ""
    title: str = ""
    type: str = "auto"
    timezone: str | None = None
    categories: tuple[str, ...] | None = None
    options: SourceOptions = field(default_factory=SourceOptions)

    @property
    def is_told_how(self) -> bool:
        """Whether the way of reading is given."""
        return self.type != "auto" or bool(self.options.select)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source that could be added: `source` as proposed, and what stands behind it.

    `drafts` are its articles as they would be stored, newest as the list has them; `reason` says how it was found,
    `remarks` what speaks for and against it. `encoding` is the one that its page is in, `zone` the proposed zone with
    the reason.
    """

    source: DeclaredSource
    confidence: float
    reason: str
    remarks: tuple[str, ...]
    drafts: tuple[Draft, ...]
    traits: Traits
    zone: ZoneProposal
    encoding: str
    page: Page

    @property
    def rhythm(self) -> str:
        """How often something new comes, in words."""
        return candidates.rhythm(self.traits.per_day)


@dataclass(frozen=True, slots=True)
class Miss:
    """A lead that led nowhere, and why."""

    url: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What there is at `url` (where redirects led): candidates, the best first, and the leads that failed.

    `advice` says what to try where nothing was found, else it is empty; `requests` counts what was asked of the site.
    """

    url: str
    candidates: tuple[Candidate, ...] = ()
    misses: tuple[Miss, ...] = ()
    advice: str = ""
    requests: int = 0
