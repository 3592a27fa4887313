"""The places within a block where a field may stand, and what is read there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feedbot.sources.lists.items import Item
from feedbot.sources.lists.names import NEVER, rank
from feedbot.sources.lists.noise import words
from feedbot.sources.lists.outline import Element, Text
from feedbot.sources.page_select import Selection, text_of

_INLINE_NAMES = "b strong em i u font mark small sup sub code cite q span abbr"
_INLINE = frozenset(_INLINE_NAMES.split())
_AUTHOR = frozenset({"author", "byline", "writer", "auteur", "autor", "zuozhe", "reporter"})
_ORNAMENT_NAMES = "avatar avatars icon ico userpic emoji logo gravatar arrow badge flag smiley spacer"
_ORNAMENT = frozenset(_ORNAMENT_NAMES.split())
_LEAST_LINK = 10
_SMALL = 40


@dataclass(frozen=True, slots=True)
class Spot:
    """One place where a field stands in a block: an element, and what of it is read (`""` for its text)."""

    element: Element
    mode: str = ""


def read(spot: Spot) -> str:
    """What a spot says: its text, or the attribute or loose text that it names."""
    if spot.mode in {"text", "after", "before"}:
        select = Selection({"x": f"@{spot.mode}"}, "")
        return select.text("x", (spot.element.node,))
    if spot.mode:
        return " ".join((spot.element.node.attributes.get(spot.mode) or "").split())
    return text_of(spot.element.node)


def kind(item: Item, spot: Spot) -> object:
    """What spots of one field have in common from block to block: tag, names, those of the element around, column."""
    element, parent = spot.element, spot.element.parent
    around = (parent.tag, _names(parent)) if parent is not None and element is not item.element else ()
    return (spot.mode, element.tag, _names(element), around, _column(element))


def loose_kind(spot: Spot) -> object:
    """As `kind`, wherever in the block the spot stands."""
    return (spot.mode, spot.element.tag, _names(spot.element))


def _column(element: Element) -> int:
    if element.tag not in {"td", "th"} or element.parent is None:
        return 0
    return element.parent.children.index(element)


def _names(element: Element) -> tuple[str, ...]:
    return tuple(name for name in element.classes[:6] if rank(name) != NEVER)


def spot_of(item: Item, text: Text) -> Spot | None:
    """Where a short text stands: an element of its own, or loose within or behind one."""
    parent = text.parent
    if parent.index < item.element.index or parent.index >= item.end:
        # Loose text behind the block's first element.
        return Spot(item.element, "after")
    whole = item.page.text_of(parent)
    if whole == text.text:
        return Spot(parent) if parent is not item.element or item.goes_on else None
    if parent is not item.element and len(whole) <= _SMALL and not item.page.links_of(parent):
        return Spot(parent)
    return Spot(parent, "text")


def paragraph(item: Item, text: Text) -> Spot | None:
    """The paragraph that a text is part of; without its element where the title stands in that, too."""
    element = text.parent
    while element.tag in _INLINE and element is not item.element and element.parent is not None:
        if element.parent.index < item.element.index or _holds_title(item, element.parent):
            break
        element = element.parent
    if element.index < item.element.index or element.index >= item.end:
        return Spot(item.element, "after")
    return Spot(element, "text") if element is item.element or _holds_title(item, element) else Spot(element)


def _holds_title(item: Item, element: Element) -> bool:
    link = item.primary
    holds_link = link is not None and element.index <= link.element.index < element.end and link.units >= _LEAST_LINK
    heading = item.heading
    return holds_link or (heading is not None and element.index <= heading.index < element.end)


def is_picture(item: Item, image: Element) -> bool:
    """Whether a picture shows what the article is about: no icon, and nobody's portrait."""
    attributes: Mapping[str, str | None] = image.node.attributes
    sizes = [attributes.get("width") or "", attributes.get("height") or ""]
    if any(size.isdecimal() and int(size) < _SMALL for size in sizes):
        return False
    around = [image]
    for element in image.ancestors():
        if element.index <= item.element.index:
            break
        around.append(element)
    names = frozenset[str]().union(*(words(name) for element in around for name in element.classes))
    return (names | words(attributes.get("src") or "")).isdisjoint(_ORNAMENT)


def source(spot: Spot | None) -> str:
    """What a picture shows, as written: to be compared, not to be fetched."""
    if spot is None:
        return ""
    attributes = spot.element.node.attributes
    if spot.mode:
        return attributes.get(spot.mode) or ""
    lazy = [value for name, value in attributes.items() if name.startswith("data-") and value]
    return " ".join(value for value in (attributes.get("src"), *lazy) if value) or str(spot.element.index)


def author_spots(item: Item) -> Iterator[Spot]:
    """What calls itself the author."""
    for element in item.elements[1:120]:
        names = frozenset[str]().union(*(words(name) for name in element.classes))
        attributes = element.node.attributes
        is_named = bool(names & _AUTHOR) or attributes.get("rel") == "author" or attributes.get("itemprop") == "author"
        if is_named and 1 < len(item.page.text_of(element)) <= _SMALL:
            yield Spot(element)
