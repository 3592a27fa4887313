"""The articles in the data that a page carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedbot.errors import NotParseable
from feedbot.sources import records
from feedbot.sources.feed_item import Feed
from feedbot.sources.html_document import Document, page_language, read, read_or_refuse, refuse_half
from feedbot.sources.records.guess import unwrapped
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions
from feedbot.sources.state.links import template
from feedbot.sources.state.values import Value, values

OPTIONS: dict[str, str] = {
    "script": "The script's id, or the variable or attribute that has the data; guessed if not given.",
    **records.OPTIONS,
}
_NAME = "state"
_LESS_SURE = 0.1  # than an API's answer: what a page carries changes with its program
_SHOWN_NAMES = 8


@dataclass(frozen=True, slots=True)
class _Found:
    """The articles of a page: the data, and the expressions that read them."""

    value: Value
    select: Mapping[str, str]
    count: int
    confidence: float
    score: float


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The articles in the page's data, in its order, each address once; what `select` does not name is guessed.

    Raises:
        NotParseable: this is no web page or half of one, it carries no such data, or an expression is wrong.
        EmptyList: the array of articles is empty.
    """
    document = read_or_refuse(page, options)
    wanted = options.select.get("script", "").strip()
    select = {key: text for key, text in options.select.items() if key != "script"}
    carried = list(values(document.text))
    candidates = [value for value in carried if not wanted or value.name == wanted]
    if not candidates:
        raise NotParseable(_nothing_carried(carried, wanted), url=page.url)
    found = _best(candidates, document)
    if not select.get("list", "").strip() and found is None:
        text = "Nothing in the data of this page looks like a list of articles. Name it: select.script and select.list."
        raise NotParseable(text, url=page.url)
    refuse_half(document)
    value, guessed = (found.value, found.select) if found and "list" not in select else (candidates[0], {})
    site = Feed(page.url, document.meta("og:site_name"), page.url, options.language or page_language(document))
    listing = records.listing(value.value, site, replace(options, select={**guessed, **select}))
    return replace(listing, title=document.title)


def recognises(_page: Page) -> bool:
    """False: data in a page may be of anything."""
    return False


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The page itself, if data in it looks like articles whose addresses it has or its links prove."""
    document = read(page, options) if b"{" in page.body else None
    found = _best(list(values(document.text)), document) if document is not None else None
    if found is None:
        return ()
    kept = {"script": found.value.name, **(found.select if found.value.is_lasting else {})}
    reason = f"The page carries {found.count} objects that look like articles in {found.value.name}."
    return (Lead(page.url, _NAME, reason, round(max(found.confidence - _LESS_SURE, 0.1), 2), kept),)


def check(select: Mapping[str, str]) -> Sequence[str]:
    """What is wrong with the expressions, a sentence each."""
    known = {key: text for key, text in select.items() if key != "script"}
    return [
        fault.replace("known are list", "known are script, list") for fault in records.faults(known, records.OPTIONS)
    ]


def _best(candidates: Sequence[Value], document: Document) -> _Found | None:
    found = [made for value in candidates if (made := _guessed(value, document))]
    return max(found, key=lambda one: one.score, default=None)


def _guessed(value: Value, document: Document) -> _Found | None:
    guess = records.guess(value.value, needs_link=False)
    if guess is None:
        return None
    select = dict(guess.select)
    if "link" not in select:
        link = template(guess.items, _around(guess.items), document)
        if not link:
            with_links = records.guess(value.value)  # perhaps another array of this data has addresses
            return (
                _Found(value, with_links.select, len(with_links.items), with_links.confidence, with_links.score)
                if with_links
                else None
            )
        select["link"] = link
    return _Found(value, select, len(guess.items), guess.confidence, guess.score)


def _around(items: Sequence[Mapping[str, Any]]) -> str:
    return unwrapped(items[0])[0]


def _nothing_carried(carried: Sequence[Value], wanted: str) -> str:
    if not wanted:
        return "This page carries no data in its scripts."
    names = ", ".join(dict.fromkeys(value.name for value in carried[:_SHOWN_NAMES])) or "none"
    return f"This page has no data named {wanted!r} (select.script); it has: {names}."
