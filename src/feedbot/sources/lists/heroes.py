"""Articles that a page sets above its list, built differently: the lead of a magazine, the big ones of a front page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from feedbot.sources.lists.items import Item
from feedbot.sources.lists.noise import Noise, is_advert
from feedbot.sources.lists.outline import Element, Outline, units

_LEVELS = 4
_DEPTH = 4
_MOST = 6
_LEAST_TITLE = 14
_QUIET = 0.6
_MOST_LINKS = 60
_DIGITS = re.compile(r"\d+")


def heroes(page: Outline, noise: Noise, blocks: Sequence[Element], sample: Sequence[Item]) -> list[Element]:
    """The blocks before the list, in the page's order, that belong to it: one article each, of the list's own kind."""
    if not blocks or not sample:
        return []
    finder = _Finder(page, noise, sample)
    found: list[Element] = []
    walker = blocks[0]
    for _ in range(_LEVELS):
        parent = walker.parent
        if parent is None:
            break
        before = parent.children[: parent.children.index(walker)] if len(parent.children) <= _MOST_LINKS else []
        found = [hero for child in before for hero in finder.within(child, _DEPTH)] + found
        walker = parent
    return found if len(found) <= _MOST else []


class _Finder:
    def __init__(self, page: Outline, noise: Noise, sample: Sequence[Item]) -> None:
        self._page = page
        self._noise = noise
        self._shapes = {_shape(item.primary.url) for item in sample if item.primary}
        self._known = {item.primary.url for item in sample if item.primary}
        self._is_dated = sum(item.has_date for item in sample) >= 0.8 * len(sample)

    def within(self, element: Element, depth: int) -> Iterator[Element]:
        count = element.link_end - element.link_start
        if not 0 < count <= _MOST_LINKS or self._noise.factor(element) < _QUIET or is_advert(self._page, element):
            return
        item = Item.of(self._page, element)
        if len(item.headlines) == 1 and self._belongs(item):
            self._known.add(item.primary.url if item.primary else "")
            yield element
        elif depth:
            for child in element.children:
                yield from self.within(child, depth - 1)

    def _belongs(self, item: Item) -> bool:
        link = item.primary
        if link is None or link.url in self._known or _shape(link.url) not in self._shapes:
            return False
        if item.heading is None or units(item.title) < _LEAST_TITLE:
            return False
        # A lead may lack what the list prints, but not everything.
        return item.has_date if self._is_dated and not item.has_image else bool(item.has_image or item.prose)


def _shape(url: str) -> tuple[object, ...]:
    """What addresses of one kind of page have in common."""
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/") if step]
    keys = tuple(sorted(pair.partition("=")[0] for pair in parts.query.split("&")))
    first = _DIGITS.sub("0", steps[0]) if len(steps) > 1 else ""
    return (parts.hostname, len(steps), first, keys)
