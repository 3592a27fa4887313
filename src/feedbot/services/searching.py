"""One search at a pasted address: its leads followed within a budget, each list judged and named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from feedbot.domain import candidates, naming, places
from feedbot.domain.article import Draft
from feedbot.domain.category_rules import is_wanted
from feedbot.domain.identity import canonical_url
from feedbot.domain.places import ZoneProposal
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.errors import FetchError, ReadingFailed, Refused
from feedbot.fetching import urls
from feedbot.fetching.client import Fetcher
from feedbot.fetching.urls import shown
from feedbot.services.asking import ask, is_for_people, render
from feedbot.services.curating import Taken
from feedbot.services.found import Candidate, Findings, Miss, Wanted
from feedbot.services.visiting import as_page, fault
from feedbot.sources import placing, registry
from feedbot.sources.shell import is_empty_shell
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions, SourceSpec

MAX_REQUESTS = 8  # for one address, however many leads its page has
MAX_LEADS = 12  # that are followed, those on the page itself included
GUESS = 0.45  # under which a lead is only a guess, looked at where nothing better is found
GOOD = 0.6  # from which on a candidate makes guesses needless
MAX_LISTS = 2  # of those that a page names in its own place
_SAME = 0.9  # of the links of two lists, from which on one is enough
_MOST_TITLES = 60

log = structlog.get_logger()


@dataclass(slots=True)
class Search:
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
    repair: dict[str, tuple[str, ...]] = field(default_factory=dict)
    start: str = ""
    links: frozenset[str] = frozenset()

    async def run(self, addresses: Sequence[str]) -> Findings:
        """What is found at the first of the addresses that can be fetched.

        Raises:
            FetchError: none of them can.
        """
        page = await self._first(addresses)
        found = await self._look_at(page)
        if not found and await self._needs_browser(page):
            page, found = await self._look_with_browser(page)
        best = self._each_once(sorted(found, key=lambda one: -one.confidence))
        named = _with_free_ids(best, self.taken.ids)
        advice = "" if named else await asyncio.to_thread(_advice, page, self.wanted, self.misses)
        return Findings(page.url, tuple(named), tuple(self.misses), advice, self.requests)

    async def _look_at(self, page: Page) -> list[Candidate]:
        """The candidates that the page leads to; what is only a guess is followed where nothing good is found."""
        self.start = page.url
        self.links = await asyncio.to_thread(placing.addresses, page, self._options(None))
        leads = await self._leads(page)
        told = [lead for lead in leads if lead.confidence >= GUESS or lead.url in self.pages]
        found = await self._followed(told)
        if max((one.confidence for one in found), default=0.0) < GOOD:
            found += await self._followed([lead for lead in leads if lead not in told])
        return found

    async def _look_with_browser(self, page: Page) -> tuple[Page, list[Candidate]]:
        """The page as a browser makes it, and what that leads to; the page itself if the browser does not work."""
        try:
            rendered = await self._rendered(page.url)
        except FetchError as error:
            self.misses.append(Miss(shown(page.url), "page", str(error)))
            return page, []
        return rendered, await self._look_at(rendered)

    async def _needs_browser(self, page: Page) -> bool:
        """Whether the page is an empty shell, and there is a browser to fill it."""
        if self.wanted.options.browser != "auto" or not await asyncio.to_thread(is_empty_shell, page):
            return False
        missing = self.fetcher.why_no_browser()
        if missing:
            self.misses.append(Miss(shown(page.url), "page", f"Only a browser can make this page. {missing}"))
        return missing is None

    async def _rendered(self, url: str) -> Page:
        """The page as its scripts make it; it takes the place of what was fetched."""
        self.requests += 1
        self.progress(f"Reading {shown(url)} with a browser ...")
        page = as_page(await render(self.fetcher, url, self.asked, source_url=self.start or url))
        self.pages[url] = self.pages[page.url] = page
        return page

    async def _followed(self, leads: Sequence[Lead]) -> list[Candidate]:
        """The candidates that the leads lead to."""
        # All pages first: what one tells of the site's time zone helps to read the others.
        pages = [(lead, await self._page_of(lead)) for lead in leads]
        found = [await self._follow(lead, page) for lead, page in pages if page]
        return [one for one in found if one]

    async def _first(self, addresses: Sequence[str]) -> Page:
        """The pasted page; the last error where none of its addresses can be had."""
        *others, last = addresses
        for address in others:
            try:
                return await self._pasted(address)
            except FetchError as error:
                log.debug("address_not_there", url=shown(address), reason=str(error))
        return await self._pasted(last)

    async def _pasted(self, url: str) -> Page:
        return await (self._rendered(url) if self.wanted.options.browser == "always" else self._fetch(url))

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

    async def _follow(self, lead: Lead, page: Page) -> Candidate | None:
        """The candidate that the page is; None after noting why it is none."""
        try:
            if is_for_people(lead.type):  # what robots.txt forbids would be no source that can be read
                await self.fetcher.heed_robots(page.url, proxy=self.asked.proxy)
            listing, zone = await self._listing(registry.get(lead.type), page, lead)
        except FetchError as error:
            self._miss(lead, str(error))
            return None
        return await self._candidate(lead, page, listing, zone)

    async def _listing(self, spec: SourceSpec, page: Page, lead: Lead) -> tuple[Listing, ZoneProposal]:
        """The list, read in the zone and with the mendings that it itself helps to find."""
        zone = self._zone(page, None)
        listing = await self._parsed(spec, page, lead, zone)
        told = self._zone(page, _language(listing, self.wanted))
        repair = self.wanted.options.repair or placing.repairs(_texts(listing))
        if (told.name, repair) != (zone.name, self._repair_of(page)):
            self.repair[page.url] = repair
            listing = await self._parsed(spec, page, lead, told)
        return listing, told

    def _repair_of(self, page: Page) -> tuple[str, ...]:
        return self.repair.get(page.url, self.wanted.options.repair)

    async def _parsed(self, spec: SourceSpec, page: Page, lead: Lead, zone: ZoneProposal) -> Listing:
        self.progress(f"Reading {shown(page.url)} as {spec.name} ...")
        repair = frozenset(self._repair_of(page))
        options = replace(self._options(zone.name), select=lead.select, repair=repair)
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

    async def _candidate(self, lead: Lead, page: Page, listing: Listing, zone: ZoneProposal) -> Candidate | None:
        options = self.wanted.options
        drafts = tuple(draft for draft in listing.drafts if is_wanted(draft, options.include, options.exclude))
        if not drafts:
            is_filtered = bool(listing.drafts)
            self._miss(lead, "Your words keep out all of its articles." if is_filtered else "It has no articles.")
            return None
        links = self.links if page.url != self.start else frozenset()
        found = candidates.traits(drafts, title=listing.title, url=lead.url, shown=links, now=self.now)
        judged = candidates.judge(found, lead.confidence, self.now)
        encoding = await asyncio.to_thread(placing.encoding, page)
        source = self._proposed(lead, page, listing, drafts, zone)
        known = self.taken.at(source.url)
        remarks = (*judged.remarks, f"It is already the source {known.id}.") if known else judged.remarks
        return Candidate(
            source=source,
            confidence=judged.confidence,
            reason=lead.reason,
            remarks=remarks,
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
            repair=self._repair_of(page),
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
            now=self.now,
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
        """Without those that have the same articles as a better one, of the same page or in the same form."""
        kept: list[Candidate] = []
        for one in found:
            same = next((other for other in kept if _is_same(one, other)), None)
            if same:
                reason = f"It has the same articles as {shown(same.source.url)} read as {same.source.type}."
                self.misses.append(Miss(shown(one.source.url), one.source.type, reason))
            else:
                kept.append(one)
        return kept


def _is_same(one: Candidate, other: Candidate) -> bool:
    """Whether a candidate has hardly an article that the other, better one has not, and is no other kind of place."""
    if one.source.type != other.source.type and one.page.url != other.page.url:
        return False
    links, known = ({canonical_url(draft.url) for draft in each.drafts if draft.url} for each in (one, other))
    return bool(links) and len(links & known) >= _SAME * len(links)


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
    return wanted.options.language or placing.language(listing.language, _texts(listing))


def _texts(listing: Listing) -> list[str]:
    """Titles and summaries of the first articles."""
    return [text for draft in listing.drafts[:_MOST_TITLES] for text in (draft.title, draft.summary)]


def _with_free_ids(found: Sequence[Candidate], taken: Collection[str]) -> list[Candidate]:
    """The candidates with ids that no source has."""
    named = []
    for one in found:
        is_taken = one.source.id in taken
        source_id = naming.id_for(one.source.title, one.page.url, taken) if is_taken else one.source.id
        named.append(replace(one, source=replace(one.source, id=source_id)))
    return named


def _advice(page: Page, wanted: Wanted, misses: Sequence[Miss]) -> str:
    """What to try where nothing was found."""
    if wanted.options.select:
        return "Look at the page's source for the elements around each article, and give their CSS selector as list=..."
    said = ["There is no list of articles on this page."]
    if is_empty_shell(page):
        said.append("It is empty until a browser has run its scripts: a feed of the site would do without one.")
    else:
        said.append("Paste the address of a page that lists articles, such as a category or the front page,")
        said.append("or say where they are: --select list='css selector of each article'.")
    if any(miss.type == "feed" for miss in misses):
        said.append("The feeds that it names could not be read, see above.")
    return " ".join(said)
