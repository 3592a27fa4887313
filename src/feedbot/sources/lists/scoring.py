"""How much a repeated block looks like a list of articles."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from feedbot.sources.lists.items import Item, is_article_address, is_front_page
from feedbot.sources.lists.names import NEVER, rank
from feedbot.sources.lists.noise import Noise
from feedbot.sources.lists.outline import Outline, units
from feedbot.sources.lists.regions import Region

SAMPLE = 40
_FULL_TITLE = 22
_SHORT_TITLE = 4
_FULL_PROSE = 60
_LEAST_FORM = 0.3
# A block may name a second article, or a long category; one that names three is a box of articles.
_SINGLE = {1: 1.0, 2: 0.7}
_BESIDE = 0.6
_SAID = 0.4
_BESIDE_DATED = 0.25
_SHORT_TEXT = 500
_ARTICLE_TEXT = 1000


@dataclass(slots=True)
class Scored:
    """A region with its score, from 0 to about 1.3, and the sample that it was judged by."""

    region: Region
    items: list[Item]
    score: float
    quality: float


def score(page: Outline, region: Region, noise: Noise) -> Scored:
    """Judges a region by a sample of its blocks."""
    items = region.items(page, SAMPLE)
    kept = [item for item in items if item.title]
    titles = {item.title for item in kept}
    urls = {item.primary.url for item in kept if item.primary}
    if len(titles) < 2:  # noqa: PLR2004 - one is no list
        return Scored(region, items, 0.0, 0.0)
    # What several blocks name is a category or an author, and no second article.
    named = Counter(url for item in kept for url in item.headlines)
    counts = (sum(named[url] == 1 for url in item.headlines) or 1 for item in kept)
    single = sum(_SINGLE.get(count, 0.0) for count in counts) / len(kept)
    distinct = min(len(titles), len(urls)) / len(kept)
    quality = sum(map(_quality, kept)) / len(items)
    around = sum(noise.factor(item.element) for item in kept) / len(kept)
    size = _size(round(len(region.elements) * len(titles) / len(items)))
    total = (
        quality
        * _stands_alone(page, region, kept)
        * _alike(region)
        * _of_one_form(kept)
        * distinct
        * single
        * around
        * size
    )
    return Scored(region, items, total, quality)


def _stands_alone(page: Outline, region: Region, items: Sequence[Item]) -> float:
    """Lower where the page's text is elsewhere: what stands beside an article are lists of others, mostly undated."""
    elsewhere = page.prose - sum(page.prose_of(element) for element in region.elements)
    dated = sum(item.has_date for item in items) / len(items)
    share = min(1.0, max(0.0, (elsewhere - _SHORT_TEXT) / (_ARTICLE_TEXT - _SHORT_TEXT)) + _SAID * page.is_article)
    return 1 - share * (_BESIDE - _BESIDE_DATED * dated)


def _alike(region: Region) -> float:
    """Lower where blocks of other names stand in other places; odd and even rows of one table are alike."""
    kinds = [frozenset(name for name in element.classes if rank(name) != NEVER) for element in region.elements]
    names = Counter(name for kind in kinds for name in kind)
    most, count = names.most_common(1)[0] if names else ("", 0)
    if count < 2:  # noqa: PLR2004 - no name is shared
        return 1.0
    places = {element.parent for element, kind in zip(region.elements, kinds, strict=True) if most in kind}
    others = sum(
        most not in kind and element.parent not in places for element, kind in zip(region.elements, kinds, strict=True)
    )
    return 1 - 0.5 * others / len(kinds)


def _of_one_form(items: Sequence[Item]) -> float:
    """Lower where neighbours have little in common: a page's parts, and not the articles of a list."""
    pairs = [(one.form, other.form) for one, other in pairwise(items)]
    shares = [len(one & other) / len(one | other) if one | other else 1.0 for one, other in pairs]
    return min(1.0, _LEAST_FORM + 1.2 * sum(shares) / len(shares))


def _quality(item: Item) -> float:
    title = min(1.0, max(0.0, (units(item.title) - _SHORT_TITLE) / (_FULL_TITLE - _SHORT_TITLE)))
    if item.primary is None or is_front_page(item.primary.url):
        return 0.0
    address = is_article_address(item.primary.url)
    return (
        0.44 * title
        + 0.26 * item.has_date
        + 0.14 * min(1.0, item.prose / _FULL_PROSE)
        + 0.05 * item.has_image
        + 0.05 * (item.heading is not None)
        + 0.06 * address
    ) * (0.5 + 0.5 * title)


def _size(count: int) -> float:
    """More articles make a better list, less and less so."""
    return math.pow(min(1.0, math.log2(count + 1) / math.log2(9)), 0.6) * (1 + 0.06 * math.log2(max(count, 8) / 8))
