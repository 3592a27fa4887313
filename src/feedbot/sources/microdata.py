"""Source type `microdata`: a page whose articles are marked in its HTML in the words of schema.org.

By `itemscope` and `itemprop` (HTML microdata), or by `typeof` and `property` (RDFa Lite).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from selectolax.lexbor import LexborNode

from feedbot.errors import EmptyList, NotParseable
from feedbot.sources import article, schema_org
from feedbot.sources.html_document import Document, page_language, read, read_or_refuse, refuse_half
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions, SourceSpec

_NAME = "microdata"
# What is text even on a link or picture; the address there is then that of the article.
_TEXTS = frozenset({
    "headline", "name", "description", "articleBody", "abstract", "articleSection", "keywords", "author", "creator",
    "datePublished", "dateModified", "dateCreated",
})  # fmt: skip
_HTML = frozenset({"articleBody", "description"})
_TITLES = frozenset({"headline", "name"})
_SOURCES = {
    "a": "href", "area": "href", "link": "href", "img": "src", "audio": "src", "video": "src", "source": "src",
    "iframe": "src", "embed": "src", "track": "src", "object": "data", "data": "value", "meter": "value",
    "meta": "content", "time": "datetime",
}  # fmt: skip
_LINK_DISTANCE = 3
_MOST_NODES = 20_000
_MOST_CHARACTERS = 10_000_000


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The articles that are marked on the page, in its order, each address once.

    Raises:
        NotParseable: this is no web page, half of one, or it has no microdata.
        EmptyList: no article is marked.
    """
    document = read_or_refuse(page, options)
    roots = items(document)
    if not roots:
        raise NotParseable("This page has no microdata (itemscope) and no RDFa (typeof).", url=page.url)
    found = schema_org.entries(roots, document)
    if not found.entries:
        raise EmptyList("The microdata of this page marks no articles.", url=page.url)
    refuse_half(document)
    return schema_org.listing(found, document, options, page_language(document))


def recognises(page: Page) -> bool:
    """Whether the page marks three articles or more, and is not that of an article."""
    document = read(page, ParseOptions()) if _may_have_items(page) else None
    return document is not None and schema_org.entries(items(document), document).is_list


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The page itself, if it marks articles."""
    document = read(page, options) if _may_have_items(page) else None
    if document is None:
        return ()
    found = schema_org.entries(items(document), document)
    if not found.confidence:
        return ()
    reason = f"The page marks {len(found.entries)} articles with microdata or RDFa."
    return (Lead(page.url, _NAME, reason, round(found.confidence - 0.02, 2)),)


def items(document: Document) -> list[dict[str, Any]]:
    """The page's outermost items in the form of JSON-LD: `@type`, `@id` and a list of values for each property."""
    reader = _Reader(document)
    for node in document.tree.css("[itemscope], [itemprop], [typeof], [property]")[:_MOST_NODES]:
        reader.take(node)
    return reader.roots


def _may_have_items(page: Page) -> bool:
    body = page.body.lower()
    return b"itemscope" in body or b"typeof=" in body


class _Reader:
    """Builds the items from the nodes in document order; asks each element once in which item it stands."""

    def __init__(self, document: Document) -> None:
        self.roots: list[dict[str, Any]] = []
        self._document = document
        self._items: dict[int, dict[str, Any]] = {}
        self._scopes: dict[int, dict[str, Any] | None] = {}
        self._left = _MOST_CHARACTERS

    def take(self, node: LexborNode) -> None:
        attributes = node.attributes
        scope = self._scope(node.parent)
        names = _names(attributes)
        if "itemscope" in attributes or "typeof" in attributes:
            value: Any = _item(attributes)
            self._items[node.mem_id] = value
            if scope is None or not names:
                self.roots.append(value)
                return
        elif scope is None:
            return
        else:
            value = ""
        for name in names:
            scope.setdefault(name, []).append(value or self._value(name, node))
            if name in _TITLES and not value and "url" not in scope:
                self._link(scope, node)

    def _scope(self, node: LexborNode | None) -> dict[str, Any] | None:
        passed: list[int] = []
        found: dict[str, Any] | None = None
        while node is not None:
            if node.mem_id in self._items:
                found = self._items[node.mem_id]
                break
            if node.mem_id in self._scopes:
                found = self._scopes[node.mem_id]
                break
            passed.append(node.mem_id)
            node = node.parent
        self._scopes.update(dict.fromkeys(passed, found))
        return found

    def _value(self, name: str, node: LexborNode) -> str:
        """What an element says. Elements in each other say the same again and again: in the end nothing more."""
        said = self._said(name, node) if self._left > 0 else ""
        self._left -= len(said)
        return said

    def _said(self, name: str, node: LexborNode) -> str:
        attributes = node.attributes
        tag = node.tag or ""
        if attributes.get("content"):
            return attributes["content"] or ""
        if name in _HTML and tag not in {"meta", "link"}:
            return node.inner_html or ""
        source = _SOURCES.get(tag)
        if source and (name not in _TEXTS or source == "datetime"):
            said = attributes.get(source) or ""
            is_address = source in {"href", "src", "data"}
            return self._document.absolute(said) if said and is_address else said or node.text().strip()
        return " ".join(node.text().split())

    def _link(self, scope: dict[str, Any], node: LexborNode) -> None:
        """The address of an article whose title is, has or stands in a link."""
        inner = node.css_first("a[href]")
        candidates = [node, *([inner] if inner is not None else [])]
        around = node.parent
        for _ in range(_LINK_DISTANCE):
            if around is None or around.mem_id in self._items:
                break
            candidates.append(around)
            around = around.parent
        for candidate in candidates:
            url = self._document.absolute(candidate.attributes.get("href")) if candidate.tag == "a" else ""
            if url:
                scope["link"] = url
                return


def _names(attributes: dict[str, str | None]) -> list[str]:
    """The properties that an element is a value of, without their prefix."""
    said = attributes.get("itemprop") or attributes.get("property") or ""
    return [name.rpartition("/")[2].rpartition(":")[2] for name in said.split()]


def _item(attributes: dict[str, str | None]) -> dict[str, Any]:
    kinds = attributes.get("itemtype") or attributes.get("typeof") or ""
    item: dict[str, Any] = {"@type": [kind.rpartition("/")[2].rpartition(":")[2] for kind in kinds.split()]}
    name = next((attributes[key] for key in ("itemid", "resource", "about") if attributes.get(key)), None)
    return item | ({"@id": name} if name else {})


SPEC = SourceSpec(
    name=_NAME,
    summary="A web page whose articles are marked with microdata or RDFa.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=article.read,
    next_page=article.next_page,
    find=find,
)
