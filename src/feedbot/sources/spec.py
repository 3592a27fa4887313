"""What a source type is: the shape that every module of this package fills in and ends in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feedbot.domain.article import Draft
from feedbot.sources.times.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched document: `body` as sent, decompressed; `charset` is what the HTTP header says; `url` the final one."""

    body: bytes
    url: str
    mime_type: str = ""
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """How an admin says that a source is to be read.

    `timezone` (IANA name) is the site's; `encoding` overrides what the page says; `select` are CSS selectors by field;
    `repair` names the mendings (`pinyin`, `simplified`). `now` (aware) is when the page was fetched: without it no
    date is read that depends on the day (`3 hours ago`, `5 May`), and a date in the future is believed.
    """

    timezone: str = "UTC"
    language: str | None = None
    encoding: str | None = None
    select: Mapping[str, str] = field(default_factory=dict)
    repair: frozenset[str] = frozenset()
    now: datetime | None = None

    def calendar(self, declared: str | None = None) -> Calendar:
        """How the source's dates are read: the one way for all types.

        `declared` is the language that a page says it is in. It counts where the admin names none, and where it says
        more exactly the same: `en-GB` has the day before the month.
        """
        is_other = self.language and declared and _primary(declared) != _primary(self.language)
        return Calendar(self.timezone, self.language if is_other else declared or self.language, self.now)


def _primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list page or feed holds: drafts in the page's order, and what the source says of itself.

    `ttl` is the seconds that the feed asks to be left alone; `skip_hours` (0-23, UTC) and `skip_days` (0-6, Monday
    is 0) are the feed's own. `hub_url` and `topic_url` are what it names for WebSub; `next_url` is the page of the
    list that goes on with older articles, if there is one.

    `list_urls` are for a page that has no articles itself and names the pages that do (the index of a sitemap,
    robots.txt, the front page of a site with an API): whoever visits reads these in its place, all of them in this
    order, as the same source type, and joins their drafts.
    """

    drafts: tuple[Draft, ...]
    title: str = ""
    home_url: str = ""
    language: str | None = None
    ttl: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub_url: str = ""
    topic_url: str = ""
    next_url: str = ""
    list_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """Where articles of a pasted address may be had: `url` read as source type `type`, with `select` if it needs any.

    `reason` is a sentence for the admin; `confidence` runs from 0 to 1 and is what the page alone tells, before the
    lead was followed.
    """

    url: str
    type: str
    reason: str
    confidence: float
    select: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArticlePages:
    """An article read from its own page(s); `next_url` is the next page still to be read, None when whole."""

    draft: Draft
    next_url: str | None = None


ParseList = Callable[[Page, ParseOptions], Listing]
ParseArticle = Callable[[Sequence[Page], Draft, ParseOptions], ArticlePages]
AppliesTo = Callable[[Page], bool]
FindLeads = Callable[[Page, ParseOptions], Sequence[Lead]]
CheckSelect = Callable[[Mapping[str, str]], Sequence[str]]


def no_leads(_page: Page, _options: ParseOptions) -> Sequence[Lead]:
    """For a source type that no page leads to."""
    return ()


def no_faults(_select: Mapping[str, str]) -> Sequence[str]:
    """For a source type that takes any text for its `select` keys, or has none."""
    return ()


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source type.

    `parse_list` reads the source's own page and raises NotParseable, EmptyList or SiteRefused; `parse_article`, where
    the type has article pages, takes the pages read so far (in order) and the list's draft. `next_page` takes the same,
    with the bodies of all but the last page left out, and tells only which one comes next: it spares a long article
    from being parsed anew with each of its pages. `recognises` says, for `type: auto`, whether a fetched page is of
    this type. `options` are the `select` keys that it understands, each
    with one sentence, and `check` says what is wrong with the values that an admin gave them, a sentence each. `find`
    says where a pasted page leads to sources of this type, the best first; it never raises for what the page holds.
    `tells_edits` promises that an edited article shows in the list, by its words or by its `updated`.
    """

    name: str
    summary: str
    parse_list: ParseList
    recognises: AppliesTo
    parse_article: ParseArticle | None = None
    next_page: ParseArticle | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    find: FindLeads = no_leads
    check: CheckSelect = no_faults
    tells_edits: bool = False
