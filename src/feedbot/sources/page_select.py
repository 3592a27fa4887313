"""CSS selectors as an admin writes them for a page: `h2 a`, or `time@datetime` for an attribute."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from feedbot.errors import NotParseable
from feedbot.sources.encoding import strip_controls
from feedbot.sources.html import absolute, clean
from feedbot.sources.html_walk import is_block, is_inside, is_read

OPTIONS: dict[str, str] = {
    "list": "Each article on the list page: the block around it, or its link.",
    "more": "What belongs to an article beside its block: elements behind it, up to the next block (`dd` behind `dt`).",
    "link": "The article's link within the block; the first link if not given.",
    "title": "The title within the block; the link's text if not given.",
    "date": "The date within the block.",
    "summary": "The summary within the block.",
    "image": "The picture within the block.",
    "author": "The author within the block.",
    "category": "The category within the block; on an article page each part of its path.",
    "body": "The text on the article page; with it, every article is read from its own page.",
    "article_title": "The title on the article page.",
    "article_date": "The date on the article page.",
    "article_author": "The author on the article page.",
    "article_origin": "The origin on the article page.",
    "next": "The link to the article's next page.",
    "remove": "What is left out of the body; a list with commas.",
}
_STYLE_URL = re.compile(r"""url\(\s*["']?([^"')]{1,2000})""")
Block = tuple[LexborNode, ...]
Scope = LexborHTMLParser | LexborNode | Block
ARTICLE_OPTIONS = frozenset({"body", "article_title", "article_date", "article_author", "article_origin", "next"})


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector and the attribute to be read, `""` for the text."""

    css: str
    attribute: str = ""


def read_selector(text: str) -> Selector:
    """The parts of `css@attribute`, or of `@attribute` alone; an @ within brackets or quotes belongs to the CSS."""
    css, mark, attribute = (part.strip() for part in text.rpartition("@"))
    is_attribute = mark and attribute.replace("-", "").replace("_", "").replace(":", "").isalnum()
    return Selector(css, attribute.lower()) if is_attribute else Selector(text.strip())


def check_options(select: Mapping[str, str]) -> list[str]:
    """What is wrong with the `select` of a source of the type `page`, a sentence each; empty if nothing is."""
    faults = [f"select.{key} is unknown; known are {', '.join(OPTIONS)}." for key in select if key not in OPTIONS]
    known = {key: text for key, text in select.items() if key in OPTIONS}
    return faults + [
        f"select.{key} is no CSS selector: {text!r}." for key, text in known.items() if not _is_valid(text)
    ]


class Selection:
    """The `select` of one source, applied to one page.

    Raises (from every method):
        NotParseable: a selector is no valid CSS; the text names it.
    """

    def __init__(self, select: Mapping[str, str], url: str) -> None:
        self._select = {key: read_selector(text) for key, text in select.items() if text.strip()}
        self._url = url

    def __contains__(self, key: str) -> bool:
        return key in self._select

    def has_attribute(self, key: str) -> bool:
        """Whether the selector names an attribute."""
        return key in self._select and bool(self._select[key].attribute)

    def blocks(self, tree: LexborHTMLParser) -> list[Block]:
        """What `list` selects, each with the elements behind it that `more` selects, up to the next block."""
        starts = self._css("list", tree)
        if "more" not in self._select:
            return [(start,) for start in starts]
        known, more = {node.mem_id for node in starts}, {node.mem_id for node in self._css("more", tree)}
        return [(start, *_following(start, known, more)) for start in starts]

    def nodes(self, key: str, scope: Scope) -> list[LexborNode]:
        """Every element that `key` selects in `scope`, or `scope` itself where the selector is only an attribute."""
        selector = self._select.get(key)
        if selector is None:
            return []
        if not selector.css:
            return list(scope[:1]) if isinstance(scope, tuple) else []
        if isinstance(scope, tuple):
            return [node for part in scope for node in self._css(key, part)]
        return self._css(key, scope)

    def texts(self, key: str, scope: Scope) -> Iterator[str]:
        """The text or attribute of each selected element, in one line; empty ones are left out."""
        for node in self.nodes(key, scope):
            text = _value(node, self._select[key].attribute)
            if text:
                yield text

    def text(self, key: str, scope: Scope) -> str:
        """The first of `texts`, `""` if there is none."""
        return next(self.texts(key, scope), "")

    def addresses(self, key: str, scope: Scope, base_url: str, attribute: str) -> Iterator[str]:
        """The absolute addresses in the selected elements' `attribute`, unless the selector names another."""
        named = self._select[key].attribute if key in self._select else ""
        for node in self.nodes(key, scope):
            for candidate in (node, *node.css(f"[{attribute}]")):
                value = candidate.attributes.get(named or attribute) or ""
                if named == "style":  # a picture may be the background of its box
                    value = next((match[1] for match in _STYLE_URL.finditer(value)), "")
                url = absolute(value, base_url)
                if url:
                    yield url

    def address(self, key: str, scope: Scope, base_url: str, attribute: str) -> str:
        """The first of `addresses`, `""` if there is none."""
        return next(self.addresses(key, scope, base_url, attribute), "")

    def body(self, tree: LexborHTMLParser, base_url: str) -> str | None:
        """The clean HTML of what `body` selects, without what `remove` does, which goes from the tree; None if nothing.

        The inside of the elements only: some sites show the body's own element by script.
        """
        for unwanted in self.nodes("remove", tree):
            if unwanted.tag != "html":  # the root cannot go
                unwanted.decompose()
        bodies = self.nodes("body", tree)
        if not bodies:
            return None
        known = {node.mem_id for node in bodies}
        outermost = [node for node in bodies if not is_inside(node, known)]
        return clean("".join(f"<div>{node.inner_html}</div>" for node in outermost), base_url)

    def unread(self, tree: LexborHTMLParser, base_url: str, read: Iterable[str]) -> str | None:
        """The page that `next` leads to, unless its address is among those that were read."""
        url = self.address("next", tree, base_url, "href").partition("#")[0]
        return url if url and url not in {address.partition("#")[0] for address in read} else None

    def _css(self, key: str, scope: LexborHTMLParser | LexborNode) -> list[LexborNode]:
        css = self._select[key].css
        try:
            return scope.css(css)
        except SelectolaxError as error:
            raise NotParseable(f"select.{key} is no CSS selector: {css!r}.", url=self._url) from error


def text_of(node: LexborNode) -> str:
    """The element's text in one line, without what is hidden in it; where a block begins or ends, a blank."""
    found: list[str] = []
    todo: list[LexborNode | None] = [node]
    while todo:
        step = todo.pop()
        if step is None:
            found.append(" ")
            continue
        if step is not node and step.next is not None:
            todo.append(step.next)
        if step.is_text_node:
            found.append(step.text_content or "")
        elif step.is_element_node and is_read(step):
            if step.tag in {"br", "td", "th"} or is_block(step.tag or ""):
                found.append(" ")
                todo.append(None)
            if step.child is not None:
                todo.append(step.child)
    return " ".join(strip_controls("".join(found)).split())


def _value(node: LexborNode, attribute: str) -> str:
    if not attribute:
        return text_of(node)
    if attribute in _TEXTS and attribute not in node.attributes:
        return " ".join(" ".join(_TEXTS[attribute](node)).split())
    return " ".join((node.attributes.get(attribute) or "").split())


def _own_texts(node: LexborNode) -> Iterator[str]:
    child = node.child
    while child is not None:
        if child.is_text_node:
            yield child.text_content or ""
        child = child.next


def _texts_after(node: LexborNode) -> Iterator[str]:
    sibling = node.next
    while sibling is not None and not sibling.is_element_node:
        if sibling.is_text_node:
            yield sibling.text_content or ""
        sibling = sibling.next


def _texts_before(node: LexborNode) -> Iterator[str]:
    sibling = node.prev
    while sibling is not None and not sibling.is_element_node:
        if sibling.is_text_node:
            yield sibling.text_content or ""
        sibling = sibling.prev


_TEXTS = {"text": _own_texts, "after": _texts_after, "before": _texts_before}


def _following(start: LexborNode, blocks: Container[int], more: Container[int]) -> Iterator[LexborNode]:
    sibling = start.next
    while sibling is not None and sibling.mem_id not in blocks:
        if sibling.mem_id in more:
            yield sibling
        sibling = sibling.next


def _is_valid(text: str) -> bool:
    css = read_selector(text).css
    if not css:
        return bool(read_selector(text).attribute)
    try:
        LexborHTMLParser("").css(css)
    except SelectolaxError:
        return False
    return True
