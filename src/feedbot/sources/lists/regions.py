"""Repeated blocks of a page: siblings of one kind, and such siblings that stand in several boxes of one kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from feedbot.sources.lists.items import Item
from feedbot.sources.lists.names import GOOD, NEVER, rank
from feedbot.sources.lists.noise import Noise, is_advert
from feedbot.sources.lists.outline import Element, Outline

# Elements that stand within a line: a list's blocks are links at most.
_INLINE_NAMES = "span b strong em i font small img u sup sub label button input br hr wbr mark cite abbr time"
_INLINE = frozenset(_INLINE_NAMES.split())
# Blocks that may only begin an article, which goes on in the elements behind them.
_STARTS = frozenset({"dt", "h1", "h2", "h3", "h4", "h5", "h6", "p", "tr", "a", "div", "figure", "header"})
_MOST_CANDIDATES = 400
_LEAST_NOISE = 0.02
_FEW = 3
_QUIET = 0.5
_MOST_BOXES = 4
_MOST_SIBLINGS = 20_000

Key = tuple[object, ...]


@dataclass(slots=True, eq=False)
class Region:
    """Blocks of one kind in document order; `goes_on` says that they reach into the elements behind them."""

    elements: list[Element] = field(default_factory=list)
    goes_on: bool = False

    def items(self, page: Outline, most: int | None = None) -> list[Item]:
        """The blocks, or `most` of them spread over the list."""
        chosen = self.elements
        if most is not None and len(chosen) > most:
            step = len(chosen) / most
            chosen = [chosen[int(place * step)] for place in range(most)]
        if not self.goes_on:
            return [Item.of(page, element) for element in chosen]
        starts = {element.index for element in self.elements}
        return [Item.until(page, element, _last(element, starts)) for element in chosen]


def regions(page: Outline, noise: Noise) -> list[Region]:
    """Every candidate for the page's list, the largest first, each set of blocks once."""
    found = [region for region in _Finder(page, noise).run() if len(region.elements) > 1]
    largest = _unique(found)[:_MOST_CANDIDATES]
    for region in largest:
        if not region.goes_on:
            region.elements = unwrapped(region.elements)
    return _unique(largest)


def _unique(found: Iterable[Region]) -> list[Region]:
    """Each set of blocks once, the largest first."""
    unique: dict[tuple[int, int, int, bool], Region] = {}
    for region in found:
        first, last = region.elements[0].index, region.elements[-1].index
        unique.setdefault((len(region.elements), first, last, region.goes_on), region)
    return sorted(unique.values(), key=lambda region: -_size(region))


def unwrapped(elements: list[Element]) -> list[Element]:
    """The blocks without the boxes of a layout around each, where what is in the boxes has a name and they share it."""
    inner = [_unwrapped(element) for element in elements]
    if inner == elements:
        return elements
    names = Counter(name for element in inner for name in element.classes if rank(name) == GOOD)
    is_named = bool(names) and names.most_common(1)[0][1] == len(inner)
    parts = {element.node.attributes.get("itemprop") or "" for element in inner}
    return inner if is_named or (len(parts) == 1 and "" not in parts) else elements


def _unwrapped(element: Element) -> Element:
    for _ in range(_MOST_BOXES):
        child = element.children[0] if len(element.children) == 1 else None
        if (
            child is None
            or child.tag in _INLINE
            or child.tag in {"header", "footer"}
            or _extent(child) != _extent(element)
        ):
            break
        element = child
    return element


def _extent(element: Element) -> tuple[int, int, int]:
    """Its texts and links: alike for a box and what is in it, but for the link that is the box itself."""
    return element.text_start, element.text_end, element.link_end - element.link_start


def _size(region: Region) -> int:
    """How many texts and links the blocks hold, at most so much of one that a wrapper is not larger than its list."""
    return sum(
        min(8, element.link_end - element.link_start + element.text_end - element.text_start)
        for element in region.elements[:200]
    )


def _last(start: Element, starts: set[int]) -> Element:
    assert start.parent is not None  # noqa: S101 - a block with siblings
    siblings = start.parent.children
    place = siblings.index(start)
    last = start
    for sibling in siblings[place + 1 : place + 12]:
        if sibling.index in starts:
            break
        last = sibling
    return last


class _Finder:
    def __init__(self, page: Outline, noise: Noise) -> None:
        self._page = page
        self._noise = noise
        self._paths: dict[int, tuple[int, int]] = {}
        self._interned: dict[Key, int] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._found: dict[Key, Region] = defaultdict(Region)

    def run(self) -> Iterable[Region]:
        for element in self._page.elements:
            for name in element.classes:
                self._counts[element.tag, name] += 1
        for element in self._page.elements:
            if element.link_end > element.link_start:
                self._paths[element.index] = self._path(element)
                self._children(element)
        return self._found.values()

    def _path(self, element: Element) -> tuple[int, int]:
        """Numbers of the element's path: by tags and classes, and by tags alone."""
        parent = self._paths.get(element.parent.index, (0, 0)) if element.parent is not None else (0, 0)
        return (
            self._intern((parent[0], element.tag, self._kind(element))),
            self._intern((parent[1], element.tag)),
        )

    def _intern(self, key: Key) -> int:
        return self._interned.setdefault(key, len(self._interned) + 1)

    def _kind(self, element: Element) -> tuple[str, ...]:
        return tuple(name for name in element.classes[:6] if rank(name) != NEVER)

    def _name(self, element: Element) -> str:
        """The class that most elements of the tag share, `""` without one."""
        names = [name for name in element.classes[:12] if rank(name) != NEVER]
        return max(names, key=lambda name: self._counts[element.tag, name], default="")

    def _children(self, parent: Element) -> None:
        groups: dict[str, list[Element]] = defaultdict(list)
        for child in parent.children:
            if child.link_end > child.link_start and child.tag not in _INLINE and not is_advert(self._page, child):
                groups[child.tag].append(child)
        for tag, children in groups.items():
            self._group(parent, tag, children)

    def _group(self, parent: Element, tag: str, children: list[Element]) -> None:
        by_path, by_tags = self._paths[parent.index]
        if self._noise.factor(parent) < _LEAST_NOISE:
            return
        for name, members in self._by_name(children):
            goes_on = len(members) > 1 and tag in _STARTS and _reaches_on(parent, members)
            keys: list[Key] = [("path", by_path, tag, name)]
            if self._noise.factor(parent) >= _QUIET:
                keys.append(("tags", by_tags, tag, name))
            if len(members) > 1:
                keys.append(("one", parent.index, tag, name))
            self._add_led_in(parent, members, keys)
            for key in keys:
                self._found[key].elements += members
                if goes_on:
                    region = self._found[("on", *key)]
                    region.elements += members
                    region.goes_on = True

    def _add_led_in(self, parent: Element, members: list[Element], keys: list[Key]) -> None:
        """Blocks that begin before the element with the link: a date in `dt`, then the title in `dd`."""
        if len(members) < _FEW or len(parent.children) > _MOST_SIBLINGS:
            return
        before = {child.index: earlier for earlier, child in pairwise(parent.children)}
        starts = [before.get(member.index) for member in members]
        first = starts[0]
        if first is None or not all(start is not None and _leads_in(start, first) for start in starts):
            return
        if parent.children[-1].tag == first.tag:
            return
        for key in keys:
            region = self._found[("led", *key)]
            region.elements += [start for start in starts if start is not None]
            region.goes_on = True

    def _by_name(self, children: list[Element]) -> Iterator[tuple[Key, list[Element]]]:
        yield ("",), children
        by_kind: dict[Key, list[Element]] = defaultdict(list)
        for child in children:
            by_kind["kind", self._kind(child)].append(child)
            name = self._name(child)
            if name:
                by_kind["name", name].append(child)
        if len(by_kind) > 2 or not all(key[1] == () for key in by_kind):  # noqa: PLR2004 - one kind, one name
            yield from by_kind.items()


def _leads_in(element: Element, first: Element) -> bool:
    return (
        element.tag == first.tag
        and element.classes == first.classes
        and element.link_start == element.link_end
        and element.text_end > element.text_start
    )


def _reaches_on(parent: Element, children: list[Element]) -> bool:
    """Whether text stands between most of the siblings, so that they may be the beginnings of longer blocks."""
    between = sum(1 for one, other in pairwise(children) if other.text_start > one.text_end)
    return between * 2 > len(children) - 1 and len(parent.children) <= _MOST_SIBLINGS
