"""Where title, link, date, summary, picture and author stand within the blocks of a list, as selectors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from feedbot.errors import NotParseable
from feedbot.sources.lists import selectors
from feedbot.sources.lists.items import HEADINGS, Item, is_date, is_date_apart
from feedbot.sources.lists.noise import words
from feedbot.sources.lists.outline import Element, units
from feedbot.sources.lists.reading import link_text
from feedbot.sources.lists.spots import (
    Spot,
    author_spots,
    is_picture,
    kind,
    loose_kind,
    paragraph,
    read,
    source,
    spot_of,
)
from feedbot.sources.page_select import Block, Selection
from feedbot.sources.times.calendar import Calendar

V = TypeVar("V")

_SAMPLE = 24
_DATE_ATTRIBUTES = ("datetime", "title", "data-time", "data-timestamp", "data-date", "data-datetime", "content")
_BACKGROUND = re.compile(r"url\(")
_LOOSE = 0.6
_LEAST_SUMMARY = 20
_LEAST_DATED = 90
_MEAN_SUMMARY = 30
_FEW = 0.4
_SOME = 0.25
_UNIX = (10, 13)


def find_fields(items: Sequence[Item], url: str, calendar: Calendar) -> dict[str, str]:
    """The selectors of a list's fields; title and link only where the first link of a block is not what they are."""
    sample = [item for item in items if item.title][:_SAMPLE]
    return _Finder(sample, url, calendar).run() if sample else {}


def block_of(item: Item) -> Block:
    """The item's nodes, as a block that selectors are applied to."""
    parent = item.element.parent
    if not item.goes_on or parent is None:
        return (item.element.node,)
    inside = (child.node for child in parent.children if item.element.end <= child.index < item.end)
    return (item.element.node, *inside)


class _Finder:
    def __init__(self, items: Sequence[Item], url: str, calendar: Calendar) -> None:
        self._items = items
        self._blocks = [block_of(item) for item in items]
        self._url = url
        self._calendar = calendar

    def run(self) -> dict[str, str]:
        found = {**self._link(), **self._title()}
        others = {"date": self._date(), "summary": self._summary(), "image": self._image(), "author": self._author()}
        return found | {key: css for key, css in others.items() if css}

    # --- link and title

    def _link(self) -> dict[str, str]:
        wanted = [item.primary.url if item.primary else "" for item in self._items]
        first = [item.links[0].url if item.links else "" for item in self._items]
        if wanted == first:
            return {}
        spots = [Spot(item.primary.element) if item.primary else None for item in self._items]
        css = self._best("link", spots, wanted, self._address)
        return {"link": css} if css else {}

    def _address(self, select: Selection, block: Block) -> str:
        nodes = select.nodes("link", block)
        element = self._items[0].page.by_node.get(nodes[0].mem_id) if nodes else None
        link = next(iter(self._items[0].page.links_of(element)), None) if element is not None else None
        return link.url if link else ""

    def _title(self) -> dict[str, str]:
        wanted = [item.title for item in self._items]
        if all(self._default_title(item) == title for item, title in zip(self._items, wanted, strict=True)):
            return {}
        spots = [Spot(element) if (element := self._title_element(item)) else None for item in self._items]
        css = self._best("title", spots, wanted, lambda select, block: select.text("title", block))
        return {"title": css} if css else {}

    def _default_title(self, item: Item) -> str:
        return link_text(
            [link.element.node for link in item.links if item.primary is not None and link.url == item.primary.url]
        )

    def _title_element(self, item: Item) -> Element | None:
        """The heading, link or smallest element whose text is the title."""
        found = [element for element in item.elements[:80] if item.page.text_of(element) == item.title]
        best = (one for wanted in (HEADINGS, {"a"}) for one in found if one.tag in wanted)
        return next(best, found[-1] if found else None)

    # --- date

    def _date(self) -> str:
        spots = self._chosen(self._date_spots, least=_FEW, weight=self._date_weight)
        if not spots:
            return ""
        wanted = [self._date_value(spot) for spot in spots]
        return self._best("date", spots, wanted, lambda select, block: self._dated(select.texts("date", block)))

    def _date_value(self, spot: Spot | None) -> str:
        return self._dated(iter([read(spot)])) if spot else ""

    def _dated(self, texts: Iterator[str]) -> str:
        printed = list(texts)
        found = self._calendar.read(printed)
        # A date without a year is read when it is known what day it is; until then its text is all there is to compare.
        return found.isoformat() if found else next((text for text in printed if is_date(text)), "")

    def _date_spots(self, item: Item) -> Iterator[Spot]:
        for element in item.elements[:120]:
            attributes = element.node.attributes
            for name in _DATE_ATTRIBUTES:
                value = attributes.get(name) or ""
                if element.tag != "a" and _may_be_date(value) and self._calendar.read_one(value):
                    yield Spot(element, name)
                    break
            if is_date_apart(item.page, element):
                yield Spot(element)
        for text in item.texts[:80]:
            if is_date(text.text) and text.text != item.title:
                spot = spot_of(item, text)
                if spot:
                    yield spot

    def _date_weight(self, spot: Spot) -> float:
        weight = 1.0 if self._calendar.read_one(read(spot)) else 0.4
        if spot.element.tag == "time" or spot.mode in _DATE_ATTRIBUTES:
            weight += 0.2
        names = frozenset[str]().union(*(words(name) for name in spot.element.classes))
        if names & {"update", "updated", "modified", "deadline", "expires"}:
            weight -= 0.3
        return weight

    # --- summary

    def _summary(self) -> str:
        spots = self._chosen(self._summary_spots, least=_FEW, weight=lambda spot: min(len(read(spot)), 400))
        texts = [read(spot) for spot in spots if spot]
        if not texts or sum(map(units, texts)) < _MEAN_SUMMARY * len(texts) or len(set(texts)) * 2 < len(texts):
            return ""
        wanted = [read(spot) if spot else "" for spot in spots]
        return self._best("summary", spots, wanted, lambda select, block: select.text("summary", block))

    def _summary_spots(self, item: Item) -> Iterator[Spot]:
        seen = set()
        for text in item.texts:
            is_own = text.link is None or text.link is item.primary
            if not is_own or text.text.rstrip(" .…") in item.title or is_date(text.text):
                continue
            spot = paragraph(item, text)
            if spot and spot.element.index not in seen:
                seen.add(spot.element.index)
                if self._says_enough(item, spot):
                    yield spot

    def _says_enough(self, item: Item, spot: Spot) -> bool:
        """Whether it is a text, and no line of date, author and counters."""
        own = item.page.texts[spot.element.text_start : spot.element.text_end] if spot.mode != "after" else []
        is_dated = any(is_date(text.text) for text in own) and spot.mode != "text"
        said = read(spot)
        return units(said) >= (_LEAST_DATED if is_dated else _LEAST_SUMMARY) and not said.startswith(item.title)

    # --- picture and author

    def _image(self) -> str:
        spots = self._chosen(self._image_spots, least=_SOME, weight=lambda _spot: 1.0)
        # A picture that leads to the article is the article's, however few have one.
        spots = spots or self._chosen(self._linked_images, least=0, weight=lambda _spot: 1.0)
        values = [source(spot) for spot in spots if spot]
        if not values or len(set(values)) * 2 < len(values) + 1:
            return ""
        wanted = [source(spot) if spot else "" for spot in spots]
        return self._best("image", spots, wanted, self._source)

    def _image_spots(self, item: Item) -> Iterator[Spot]:
        for image in item.page.images[item.element.image_start : item.images_until]:
            if is_picture(item, image):
                yield Spot(image)
        for element in item.elements[:60]:
            if _BACKGROUND.search(element.node.attributes.get("style") or ""):
                yield Spot(element, "style")

    def _linked_images(self, item: Item) -> Iterator[Spot]:
        links = [link.element for link in item.links if item.primary and link.url == item.primary.url]
        for spot in self._image_spots(item):
            if any(link.index < spot.element.index < link.end for link in links):
                yield spot

    def _source(self, select: Selection, block: Block) -> str:
        nodes = select.nodes("image", block)
        element = self._items[0].page.by_node.get(nodes[0].mem_id) if nodes else None
        return source(Spot(element, "style" if select.has_attribute("image") else "")) if element is not None else ""

    def _author(self) -> str:
        spots = self._chosen(author_spots, least=0.5, weight=lambda _spot: 1.0)
        wanted = [read(spot) if spot else "" for spot in spots]
        return (
            self._best("author", spots, wanted, lambda select, block: select.text("author", block))
            if any(wanted)
            else ""
        )

    # --- what they share

    def _chosen(
        self, spots_of: Callable[[Item], Iterator[Spot]], *, least: float, weight: Callable[[Spot], float]
    ) -> list[Spot | None]:
        """For each block the spot of that kind of place which most blocks have; nothing if too few have any."""
        by_kind: dict[object, dict[int, Spot]] = defaultdict(dict)
        for place, item in enumerate(self._items):
            for spot in spots_of(item):
                by_kind[kind(item, spot)].setdefault(place, spot)
        if not by_kind:
            return []
        best = max(by_kind.values(), key=lambda found: sum(map(weight, found.values())))
        rest = {place: spot for found in by_kind.values() for place, spot in found.items()}
        filled = {
            **{
                place: spot for place, spot in rest.items() if loose_kind(spot) == loose_kind(next(iter(best.values())))
            },
            **best,
        }
        if len(filled) < max(1, least * len(self._items)):
            return []
        return [filled.get(place) for place in range(len(self._items))]

    def _best(
        self, key: str, spots: Sequence[Spot | None], wanted: Sequence[V], value: Callable[[Selection, Block], V]
    ) -> str:
        """The shortest selector that gives every block what is wanted, else the one that does so most often."""
        best, most = "", 0.0
        for css in self._selectors(spots):
            try:
                select = Selection({key: css}, self._url)
                agreed = sum(
                    (value(select, block) == want) * (1.0 if _is_first(select, key, block, spot) else _LOOSE)
                    for block, want, spot in zip(self._blocks, wanted, spots, strict=True)
                )
            except NotParseable:  # a name that is no CSS
                continue
            if agreed > most * len(wanted) + 1e-9:
                best, most = css, agreed / len(wanted)
            if most == 1.0:
                break
        return best if most >= 0.5 else ""  # noqa: PLR2004 - more right than wrong

    def _selectors(self, spots: Sequence[Spot | None]) -> Iterator[str]:
        by_mode: dict[str, list[tuple[Spot, Item]]] = defaultdict(list)
        for spot, item in zip(spots, self._items, strict=True):
            if spot:
                by_mode[spot.mode].append((spot, item))
        for mode, pairs in sorted(by_mode.items(), key=lambda entry: -len(entry[1])):
            ending = f"@{mode}" if mode else ""
            if all(spot.element is item.element for spot, item in pairs):
                yield ending or pairs[0][0].element.tag
                continue
            elements = [spot.element for spot, _ in pairs]
            holders = [item.element for _, item in pairs]
            for css in selectors.within(elements, holders):
                yield css + ending


def _may_be_date(value: str) -> bool:
    return is_date(value) or (value.isdecimal() and len(value) in _UNIX)


def _is_first(select: Selection, key: str, block: Block, spot: Spot | None) -> bool:
    """Whether the spot is the very element that the selector finds first: what agrees by chance will not tomorrow."""
    found = select.nodes(key, block)
    return spot is None or (bool(found) and found[0].mem_id == spot.element.node.mem_id)
