"""Finding the list of articles on a page that nobody has described."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feedbot.errors import EmptyList, NotParseable
from feedbot.sources.lists import selectors
from feedbot.sources.lists.fields import find_fields
from feedbot.sources.lists.noise import Noise
from feedbot.sources.lists.outline import Outline, outline
from feedbot.sources.lists.reading import Document, read_document, read_list
from feedbot.sources.lists.regions import Region, regions
from feedbot.sources.lists.scoring import Scored, score
from feedbot.sources.spec import Listing, Page, ParseOptions

MOST_GUESSES = 4
_LEAST_SCORE = 0.2
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
    for candidate in scored:
        if candidate.score < _LEAST_SCORE or len(found) >= MOST_GUESSES:
            break
        guess = _guess(document, page, candidate, options)
        if guess is not None and not any(_overlap(guess, better) for better in found):
            found.append(guess)
    return tuple(sorted(found, key=lambda guess: -guess.confidence))


def _guess(document: Document, page: Outline, candidate: Scored, options: ParseOptions) -> ListGuess | None:
    region = candidate.region
    select = {"list": selectors.for_blocks(document.tree, page, region.elements)}
    if region.goes_on:
        select["more"] = ", ".join(dict.fromkeys(_following_tags(page, region)))
    select |= find_fields(candidate.items, document.url, options.timezone)
    try:
        listing = read_list(document, select, options)
    except (EmptyList, NotParseable):
        return None
    return ListGuess(select, listing, _confidence(candidate, listing)) if len(listing.drafts) >= _LEAST_LISTED else None


def _following_tags(page: Outline, region: Region) -> Iterator[str]:
    for item in region.items(page, 20):
        parent = item.element.parent
        for child in parent.children if parent is not None else ():
            if item.element.end <= child.index < item.end and child.tag not in {"hr", "br", "script"}:
                yield child.tag


def _confidence(candidate: Scored, listing: Listing) -> float:
    dated = sum(draft.published is not None for draft in listing.drafts) / len(listing.drafts)
    return round(min(0.99, candidate.score * (0.95 + 0.25 * dated)), 2)


def _overlap(guess: ListGuess, better: ListGuess) -> bool:
    urls, known = ({draft.url for draft in one.listing.drafts} for one in (guess, better))
    return len(urls & known) * 2 > min(len(urls), len(known))
