"""Finding the list of articles on a page that nobody has described."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from feedbot.errors import EmptyList, NotParseable
from feedbot.sources.lists import selectors
from feedbot.sources.lists.fields import find_fields
from feedbot.sources.lists.heroes import heroes
from feedbot.sources.lists.items import Item
from feedbot.sources.lists.noise import Noise
from feedbot.sources.lists.outline import Element, Outline, outline
from feedbot.sources.lists.reading import Document, calendar, read_document, read_list
from feedbot.sources.lists.regions import Region, regions
from feedbot.sources.lists.scoring import Scored, score
from feedbot.sources.page_select import Selection
from feedbot.sources.spec import Listing, Page, ParseOptions

MOST_GUESSES = 4
_LEAST_SCORE = 0.3
_MOST_TRIES = 6
_BEND = 0.6
_LEAST_LISTED = 2


@dataclass(frozen=True, slots=True)
class ListGuess:
    """A list of articles that a page seems to hold.

    `select` are selectors as the source type `page` takes them, and `listing` is what they give; `confidence` runs from
    0 to 1.
    """

    select: Mapping[str, str]
    listing: Listing
    confidence: float


def detect(page: Page, options: ParseOptions) -> tuple[ListGuess, ...]:
    """The lists of articles on a page, the best first; empty where there is none.

    Navigation, side boxes, pagers, footers and advertisements are no lists. `options.select` is not looked at.
    """
    return detect_in(read_document(page, options), options)


def detect_in(document: Document, options: ParseOptions) -> tuple[ListGuess, ...]:
    """As `detect`, for a page that was read already."""
    page = outline(document.tree, document.base_url, document.url)
    noise = Noise(page)
    scored = sorted((score(page, region, noise) for region in regions(page, noise)), key=lambda found: -found.score)
    found: list[ListGuess] = []
    known: set[str] = set()
    tries = 0
    for candidate in scored:
        if candidate.score < _LEAST_SCORE or len(found) >= MOST_GUESSES or tries >= _MOST_TRIES:
            break
        if _is_known(candidate, known):
            continue
        tries += 1
        guess = _guess(document, page, candidate, options, noise)
        if guess is not None:
            found.append(guess)
            known.update(draft.url for draft in guess.listing.drafts)
    return tuple(sorted(found, key=lambda guess: -guess.confidence))


def _is_known(candidate: Scored, known: AbstractSet[str]) -> bool:
    """Whether half of the articles stand in a better list."""
    urls = {item.primary.url for item in candidate.items if item.primary}
    return len(urls & known) * 2 >= len(urls)


def _guess(
    document: Document, page: Outline, candidate: Scored, options: ParseOptions, noise: Noise
) -> ListGuess | None:
    select = _select(document, page, candidate, options)
    if not select:
        return None
    found = _read(document, select, options)
    if found is None:
        return None
    leads = heroes(page, noise, candidate.region.elements, candidate.items)
    if leads:
        wider = _with_heroes(document, page, leads, select, options)
        listing = _read(document, wider, options)
        if listing is not None and len(listing.drafts) == len(found.drafts) + len(leads):
            select, found = wider, listing
    return ListGuess(select, found, _confidence(candidate, found)) if len(found.drafts) >= _LEAST_LISTED else None


def _select(document: Document, page: Outline, candidate: Scored, options: ParseOptions) -> dict[str, str]:
    region = candidate.region
    blocks = selectors.for_blocks(document.tree, page, region.elements)
    if not blocks:
        return {}
    select = {"list": blocks}
    if region.goes_on:
        select["more"] = ", ".join(dict.fromkeys(_following_tags(page, region)))
    return select | find_fields(candidate.items, document.url, calendar(document, options))


def _with_heroes(
    document: Document, page: Outline, leads: Sequence[Element], select: Mapping[str, str], options: ParseOptions
) -> dict[str, str]:
    """The selectors of the list, widened to the articles above it."""
    blocks = [css for lead in leads if (css := selectors.for_blocks(document.tree, page, [lead]))]
    wider = dict(select) | {"list": ", ".join(dict.fromkeys((*blocks, select["list"])))}
    own = find_fields([Item.of(page, lead) for lead in leads], document.url, calendar(document, options))
    reading = Selection(wider, document.url)
    for key, css in own.items():
        if key not in wider and key in {"summary", "image"}:
            wider[key] = css
        elif key in wider and "@" not in css + wider[key] and not _serves(reading, key, leads):
            wider[key] = f"{css}, {wider[key]}"
    return wider


def _serves(reading: Selection, key: str, leads: Sequence[Element]) -> bool:
    return all(reading.text(key, (lead.node,)) or reading.nodes(key, (lead.node,)) for lead in leads)


def _read(document: Document, select: Mapping[str, str], options: ParseOptions) -> Listing | None:
    try:
        return read_list(document, select, options)
    except (EmptyList, NotParseable):
        return None


def _following_tags(page: Outline, region: Region) -> Iterator[str]:
    for item in region.items(page, 20):
        parent = item.element.parent
        for child in parent.children if parent is not None else ():
            if item.element.end <= child.index < item.end and child.tag not in {"hr", "br", "script"}:
                yield child.tag


def _confidence(candidate: Scored, listing: Listing) -> float:
    """The score, with a little more for dates that could be read; it nears 1 and never reaches it."""
    dated = sum(draft.published is not None for draft in listing.drafts) / len(listing.drafts)
    value = candidate.score * (0.9 + 0.15 * dated)
    return round(value if value <= _BEND else _BEND + (1 - _BEND) * (1 - math.exp((_BEND - value) / (1 - _BEND))), 2)
