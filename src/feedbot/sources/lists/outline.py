"""A page as a flat list of elements, links and texts, built in one pass: what the search for lists works on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources.lists.addresses import Addresses

_UNSEEN_NAMES = "script style template noscript select option textarea svg iframe object head title link meta"
_UNSEEN = frozenset(_UNSEEN_NAMES.split())
_IN_PAGE = re.compile(r"\s*(?:#|javascript:|mailto:|tel:|data:)", re.IGNORECASE)
_WIDE = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")
_ARTICLE_MARK = 'meta[property="og:type"][content="article" i]'
_RUNNING = 60
_LONGEST_HREF = 2000
# More tell nothing new of what kind of page it is.
_MOST_LINKS = 5000
_MOST_ELEMENTS = 40_000


@dataclass(slots=True, eq=False)
class Element:
    """An element; `index` is its place in document order, `end` that of the first element behind it.

    `text_start` and `text_end` bound its texts, `link_start` and `link_end` its links, in the outline's lists.
    """

    index: int
    tag: str
    node: LexborNode
    parent: Element | None
    classes: tuple[str, ...]
    ident: str
    role: str
    children: list[Element] = field(default_factory=list)
    end: int = 0
    text_start: int = 0
    text_end: int = 0
    link_start: int = 0
    link_end: int = 0
    image_start: int = 0
    image_end: int = 0

    def ancestors(self) -> Iterator[Element]:
        """Its parent, that one's parent and so on."""
        parent = self.parent
        while parent is not None:
            yield parent
            parent = parent.parent


@dataclass(slots=True, eq=False)
class Text:
    """A run of text, blanks collapsed, directly within `parent`; `link` is the link that it stands in."""

    text: str
    parent: Element
    link: Link | None
    units: int


@dataclass(slots=True, eq=False)
class Link:
    """A link to another page: its absolute address, without the fragment; `is_paid` for one that says so (`rel`)."""

    element: Element
    url: str
    is_paid: bool = False
    units: int = 0


@dataclass(eq=False)
class Outline:
    """The whole page: elements in document order, and the texts, links and pictures in them.

    `is_article` is whether the page says of itself that it is one article.
    """

    url: str
    is_article: bool = False
    elements: list[Element] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    images: list[Element] = field(default_factory=list)
    by_node: dict[int, Element] = field(default_factory=dict)

    def text_of(self, element: Element) -> str:
        """The element's text in one line."""
        return " ".join(text.text for text in self.texts[element.text_start : element.text_end])

    @cached_property
    def _prose_before(self) -> list[int]:
        """How much of running text there is before each text."""
        running = (text.units if text.link is None and text.units >= _RUNNING else 0 for text in self.texts)
        return [0, *accumulate(running)]

    @cached_property
    def _size_before(self) -> list[int]:
        """How much text there is before each text."""
        return [0, *accumulate(text.units for text in self.texts)]

    @property
    def size(self) -> int:
        """How much text the page has, in units."""
        return self._size_before[-1]

    def size_of(self, element: Element) -> int:
        """How much of it is in the element."""
        return self._size_before[element.text_end] - self._size_before[element.text_start]

    @property
    def prose(self) -> int:
        """How much running text the page has, in units: runs that are longer than titles, dates and labels."""
        return self._prose_before[-1]

    def prose_of(self, element: Element) -> int:
        """How much of it is in the element."""
        return self._prose_before[element.text_end] - self._prose_before[element.text_start]

    def links_of(self, element: Element) -> list[Link]:
        """The links in the element, itself included."""
        return self.links[element.link_start : element.link_end]


def units(text: str) -> int:
    """How much a text says: its length, with a Chinese, Japanese or Korean character counted twice."""
    return len(text) + len(_WIDE.findall(text)) if not text.isascii() else len(text)


def outline(tree: LexborHTMLParser, base_url: str, page_url: str) -> Outline:
    """The outline of a page. Takes time linear in its size."""
    return _Builder(base_url, page_url).run(tree)


class _Builder:
    def __init__(self, base_url: str, page_url: str) -> None:
        self._addresses = Addresses(base_url, page_url)
        self._out = Outline(page_url)
        self._open: list[Element] = []
        self._links: list[Link] = []

    def run(self, tree: LexborHTMLParser) -> Outline:
        self._out.is_article = tree.css_first(_ARTICLE_MARK) is not None
        todo: list[LexborNode | Element] = [tree.body] if tree.body is not None else []
        while todo:
            step = todo.pop()
            if isinstance(step, Element):
                self._leave(step)
                continue
            if self._open and step.next is not None:
                todo.append(step.next)
            if step.is_text_node:
                self._text(step.text_content or "")
            elif step.is_element_node and step.tag not in _UNSEEN and len(self._out.elements) < _MOST_ELEMENTS:
                todo.append(self._enter(step))
                if step.child is not None:
                    todo.append(step.child)
        return self._out

    def _enter(self, node: LexborNode) -> Element:
        attributes = node.attributes
        out, parent = self._out, self._open[-1] if self._open else None
        element = Element(
            len(out.elements),
            node.tag or "",
            node,
            parent,
            tuple((attributes.get("class") or "").split()),
            attributes.get("id") or "",
            attributes.get("role") or "",
            text_start=len(out.texts),
            link_start=len(out.links),
            image_start=len(out.images),
        )
        if parent is not None:
            parent.children.append(element)
        out.elements.append(element)
        out.by_node[node.mem_id] = element
        self._open.append(element)
        if element.tag == "a":
            self._link(element, attributes.get("href") or "", is_paid="sponsored" in (attributes.get("rel") or ""))
        elif element.tag in {"img", "amp-img"}:
            out.images.append(element)
        return element

    def _leave(self, element: Element) -> None:
        out = self._out
        self._open.pop()
        element.end = len(out.elements)
        element.text_end = len(out.texts)
        element.link_end = len(out.links)
        element.image_end = len(out.images)
        if self._links and self._links[-1].element is element:
            self._links.pop()

    def _link(self, element: Element, href: str, *, is_paid: bool) -> None:
        if len(self._out.links) >= _MOST_LINKS or not 0 < len(href) <= _LONGEST_HREF or _IN_PAGE.match(href):
            return
        url = self._addresses.elsewhere(href).partition("#")[0]
        if url:
            link = Link(element, url, is_paid)
            self._out.links.append(link)
            self._links.append(link)

    def _text(self, raw: str) -> None:
        text = " ".join(raw.split())
        if not text or not self._open:
            return
        size = units(text)
        link = self._links[-1] if self._links else None
        self._out.texts.append(Text(text, self._open[-1], link, size))
        if link is not None:
            link.units += size
