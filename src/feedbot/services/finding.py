"""From a pasted address to sources that could be added: what is there, how sure that is, and how it would be stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

import structlog

from feedbot.domain import candidates, naming, places
from feedbot.domain.article import Draft
from feedbot.domain.candidates import Traits
from feedbot.domain.category_rules import is_wanted
from feedbot.domain.identity import canonical_url
from feedbot.domain.places import ZoneProposal
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.errors import BadUrl, FetchError, ReadingFailed, Refused
from feedbot.fetching import urls
from feedbot.fetching.client import Fetcher
from feedbot.fetching.urls import shown
from feedbot.services import credentials
from feedbot.services.asking import ask
from feedbot.services.curating import Taken
from feedbot.services.visiting import as_page, fault
from feedbot.sources import placing, registry
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions, SourceSpec

MAX_REQUESTS = 8  # for one address, however many leads its page has
MAX_LEADS = 12  # that are followed, those on the page itself included
MAX_LISTS = 2  # of those that a page names in its own place
_SAME = 0.9  # of the links of two lists, from which on one is enough
_MOST_TITLES = 60
_FEW_LETTERS = 400

log = structlog.get_logger()


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


def silent(_text: str) -> None:
    """Tells nobody how far it is."""


async def find(
    fetcher: Fetcher,
    url: str,
    wanted: Wanted,
    *,
    now: datetime,
    taken: Taken | None = None,
    site_timezone: str = "UTC",
    progress: Callable[[str], None] = silent,
) -> Findings:
    """What can be had at a pasted address, in at most 8 requests; `progress` is told each of them in a sentence.

    A bare `example.org` is tried with https, then with http.

    Raises:
        FetchError: the address itself cannot be fetched.
        Refused: there is no source type of the name that is wanted, or a secret cannot be had.
    """
    if wanted.type != "auto":
        registry.get(wanted.type)
    asked = await asyncio.to_thread(credentials.opened, wanted.options)
    search = _Search(fetcher, wanted, asked, taken or Taken(), site_timezone, now, progress)
    return await search.run(url)


@dataclass(slots=True)
class _Search:
    """One search; `pages` are those that were fetched, by the address asked for, with the secrets in `asked`."""

    fetcher: Fetcher
    wanted: Wanted
    asked: SourceOptions
    taken: Taken
    site_timezone: str
    now: datetime
    progress: Callable[[str], None]
    pages: dict[str, Page] = field(default_factory=dict)
    requests: int = 0
    misses: list[Miss] = field(default_factory=list)
    offsets: dict[str, list[int]] = field(default_factory=dict)
    start: str = ""

    async def run(self, url: str) -> Findings:
        page = await self._first(url)
        self.start = page.url
        links = await asyncio.to_thread(placing.addresses, page, self._options(None))
        # All pages first: what one tells of the site's time zone helps to read the others.
        followed = [(lead, await self._page_of(lead)) for lead in await self._leads(page)]
        found = []
        for lead, at in followed:
            candidate = await self._follow(lead, at, links if at.url != page.url else frozenset()) if at else None
            if candidate:
                found.append(candidate)
        best = self._each_once(sorted(found, key=lambda one: -one.confidence))
        named = _with_own_ids(best, self.taken.ids)
        advice = "" if named else await asyncio.to_thread(_advice, page, self.wanted, self.misses)
        return Findings(page.url, tuple(named), tuple(self.misses), advice, self.requests)

    async def _first(self, url: str) -> Page:
        """The pasted page; the last error where none of its addresses can be had."""
        *others, last = addresses_of(url)
        for address in others:
            try:
                return await self._fetch(address)
            except FetchError as error:
                log.debug("address_not_there", url=shown(address), reason=str(error))
        return await self._fetch(last)

    async def _fetch(self, url: str) -> Page:
        if url not in self.pages:
            self.requests += 1
            self.progress(f"Fetching {shown(url)} ...")
            source_url = self.start or url
            page = as_page(await ask(self.fetcher, url, self.asked, source_url=source_url))
            self.pages[url] = self.pages[page.url] = page
            self.offsets[page.url] = await asyncio.to_thread(lambda: [one for one in placing.offsets(page) if one])
        return self.pages[url]

    async def _leads(self, page: Page) -> Sequence[Lead]:
        """Where to look, the surest first."""
        wanted = self.wanted
        if wanted.is_told_how:
            kind = wanted.type if wanted.type != "auto" else _type_of(page, wanted.options.select)
            return [Lead(page.url, kind, "It is read as you say.", 1.0, wanted.options.select)]
        self.progress("Looking at what the page holds ...")
        leads = await self._guarded(page.url, registry.leads, page, self._options(None))
        return sorted(leads or (), key=lambda lead: -lead.confidence)[:MAX_LEADS]

    async def _page_of(self, lead: Lead) -> Page | None:
        """The page that the lead leads to; None after noting why it cannot be had."""
        if lead.url not in self.pages and self.requests >= MAX_REQUESTS:
            self._miss(lead, f"It was not looked at: {MAX_REQUESTS} requests are enough for one address.")
            return None
        try:
            return await self._fetch(lead.url)
        except FetchError as error:
            self._miss(lead, str(error))
            return None

    async def _follow(self, lead: Lead, page: Page, links: frozenset[str]) -> Candidate | None:
        """The candidate that the page is; None after noting why it is none."""
        try:
            listing, zone = await self._listing(registry.get(lead.type), page, lead)
        except FetchError as error:
            self._miss(lead, str(error))
            return None
        return await self._candidate(lead, page, listing, zone, links)

    async def _listing(self, spec: SourceSpec, page: Page, lead: Lead) -> tuple[Listing, ZoneProposal]:
        """The list, with its dates read in the zone that it itself helps to find."""
        zone = self._zone(page, None)
        listing = await self._parsed(spec, page, lead, zone)
        told = self._zone(page, _language(listing, self.wanted))
        if told.name != zone.name:
            listing = await self._parsed(spec, page, lead, told)
        return listing, told

    async def _parsed(self, spec: SourceSpec, page: Page, lead: Lead, zone: ZoneProposal) -> Listing:
        self.progress(f"Reading {shown(page.url)} as {spec.name} ...")
        options = replace(self._options(zone.name), select=lead.select)
        listing = await _in_thread(page.url, spec.parse_list, page, options)
        if listing.drafts or not listing.list_urls:
            return listing
        drafts: list[Draft] = []
        for url in listing.list_urls[:MAX_LISTS]:
            if url in self.pages or self.requests < MAX_REQUESTS:
                named = await self._fetch(url)
                drafts += (await _in_thread(url, spec.parse_list, named, options)).drafts
        return replace(listing, drafts=tuple(drafts))

    def _zone(self, page: Page, language: str | None) -> ZoneProposal:
        """The zone that the page's own dates name, else those of the other pages of its site."""
        if self.wanted.timezone:
            return ZoneProposal(self.wanted.timezone, "you say so", is_sure=True)
        site = urls.site_key(page.url)
        others = (one for url, seen in self.offsets.items() if urls.site_key(url) == site for one in seen)
        offsets = self.offsets.get(page.url) or others
        told = language or self.wanted.options.language
        return places.propose_zone(page.url, told, offsets, self.now, default=self.site_timezone)

    async def _candidate(
        self, lead: Lead, page: Page, listing: Listing, zone: ZoneProposal, links: frozenset[str]
    ) -> Candidate | None:
        options = self.wanted.options
        drafts = tuple(draft for draft in listing.drafts if is_wanted(draft, options.include, options.exclude))
        if not drafts:
            is_filtered = bool(listing.drafts)
            self._miss(lead, "Your words keep out all of its articles." if is_filtered else "It has no articles.")
            return None
        found = candidates.traits(drafts, title=listing.title, url=lead.url, shown=links, now=self.now)
        judged = candidates.judge(found, lead.confidence, self.now)
        encoding = await asyncio.to_thread(placing.encoding, page)
        return Candidate(
            source=self._proposed(lead, page, listing, drafts, zone),
            confidence=judged.confidence,
            reason=lead.reason,
            remarks=judged.remarks,
            drafts=drafts,
            traits=found,
            zone=zone,
            encoding=options.encoding or encoding,
            page=page,
        )

    def _proposed(
        self, lead: Lead, page: Page, listing: Listing, drafts: Sequence[Draft], zone: ZoneProposal
    ) -> DeclaredSource:
        wanted = self.wanted
        title = wanted.title or naming.title_for(listing.title, page.url)
        given = wanted.categories
        categories = given if given is not None else naming.categories_for(title, drafts)
        options = replace(
            wanted.options,
            categories=categories,
            timezone=zone.name,
            language=_language(listing, wanted),
            select=lead.select,
        )
        # A page that only redirects for a moment keeps its address; what was pasted without a scheme gets one.
        url = page.url if canonical_url(lead.url) == canonical_url(self.start) else lead.url
        made = naming.id_for(title, page.url, ())
        return DeclaredSource(id=wanted.id or made, title=title, url=url, type=lead.type, options=options)

    def _options(self, timezone: str | None) -> ParseOptions:
        options = self.wanted.options
        return ParseOptions(
            timezone=timezone or self.wanted.timezone or self.site_timezone,
            language=options.language,
            encoding=options.encoding,
            select=options.select,
            repair=frozenset(options.repair),
        )

    async def _guarded(self, url: str, look: Callable[..., Sequence[Lead]], *args: object) -> Sequence[Lead]:
        """What the finders say; one that stumbles over a page costs its leads, and is told."""
        try:
            return await asyncio.to_thread(look, *args)
        except Exception as error:
            log.exception("finder_failed", url=shown(url))
            self.misses.append(Miss(shown(url), "auto", str(fault(error, url))))
            return ()

    def _miss(self, lead: Lead, reason: str) -> None:
        self.misses.append(Miss(shown(lead.url), lead.type, reason))

    def _each_once(self, found: Iterable[Candidate]) -> list[Candidate]:
        """Without those that have the same articles as a better one."""
        kept: list[tuple[Candidate, frozenset[str]]] = []
        for one in found:
            links = frozenset(canonical_url(draft.url) for draft in one.drafts if draft.url)
            same = next((other for other, known in kept if links and len(links & known) >= _SAME * len(links)), None)
            if same and same.source.type == one.source.type:
                reason = f"It has the same articles as {shown(same.source.url)}."
                self.misses.append(Miss(shown(one.source.url), one.source.type, reason))
            else:
                kept.append((one, links))
        return [one for one, _ in kept]


def addresses_of(text: str) -> tuple[str, ...]:
    """The addresses that a pasted text may mean, in the order in which they are tried.

    Raises:
        BadUrl: it is no web address.
    """
    pasted = text.strip().removeprefix("feed:").removeprefix("//")
    if not pasted or any(character.isspace() for character in pasted):
        raise BadUrl(f"{text!r} is no web address. Paste one such as https://example.org/news.", url="")
    if "://" in pasted:
        if urlsplit(pasted).scheme.lower() not in {"http", "https"}:
            raise BadUrl(f"{shown(pasted)!r} is no web address: it begins with neither http nor https.", url="")
        return (pasted,)
    return (f"https://{pasted}", f"http://{pasted}")


async def _in_thread(
    url: str, parse: Callable[[Page, ParseOptions], Listing], page: Page, opts: ParseOptions
) -> Listing:
    try:
        return await asyncio.to_thread(parse, page, opts)
    except FetchError:
        raise
    except Refused as error:
        raise ReadingFailed(str(error), url=shown(url)) from None
    except Exception as error:
        log.exception("parser_failed", url=shown(url))
        raise fault(error, url) from error


def _type_of(page: Page, select: Mapping[str, str]) -> str:
    """The type that reads `select`: JSON is read by JMESPath, everything else by CSS."""
    json = registry.SPECS.get("json")
    is_json = page.mime_type.endswith("json") or page.body.lstrip()[:1] in {b"{", b"["}
    return "json" if json and is_json and set(select) <= set(json.options) else "page"


def _language(listing: Listing, wanted: Wanted) -> str | None:
    titles = [draft.title for draft in listing.drafts[:_MOST_TITLES]]
    summaries = [draft.summary for draft in listing.drafts[:_MOST_TITLES]]
    return wanted.options.language or placing.language(listing.language, titles + summaries)


def _with_own_ids(found: Sequence[Candidate], taken: Iterable[str]) -> list[Candidate]:
    """The candidates with ids that are free, each another one: any of them may be saved, or several."""
    used = set(taken)
    named = []
    for one in found:
        source_id = naming.id_for(one.source.title, one.page.url, used) if one.source.id in used else one.source.id
        named.append(replace(one, source=replace(one.source, id=source_id)))
        used.add(source_id)
    return named


def _advice(page: Page, wanted: Wanted, misses: Sequence[Miss]) -> str:
    """What to try where nothing was found."""
    if wanted.options.select:
        return "Look at the page's source for the elements around each article, and give their CSS selector as list=..."
    said = ["There is no list of articles on this page."]
    if _is_shell(page):
        said.append("It is nearly empty until a browser has run its scripts: try --browser always.")
    else:
        said.append("Paste the address of a page that lists articles, such as a category or the front page,")
        said.append("or say where they are: --select list='css selector of each article'.")
    if any(miss.type == "feed" for miss in misses):
        said.append("The feeds that it names could not be read, see above.")
    return " ".join(said)


def _is_shell(page: Page) -> bool:
    from feedbot.sources.html import to_text  # noqa: PLC0415 - only where nothing was found

    text = page.body.decode("utf-8", "replace")
    return "<script" in text.lower() and len(to_text(text[:200_000])) < _FEW_LETTERS
