"""Lists of articles in the words of schema.org, whether they were written as JSON-LD or as microdata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from feedbot.domain.article import Draft
from feedbot.domain.identity import canonical_url
from feedbot.sources.drafting import MAX_ITEMS, drafted, each_once
from feedbot.sources.feed_item import Feed, Html, Item, Media
from feedbot.sources.feed_values import plain_html, unique
from feedbot.sources.html import absolute, one_line, to_text
from feedbot.sources.html_document import Document
from feedbot.sources.records import fields
from feedbot.sources.spec import Listing, ParseOptions

Node = Mapping[str, Any]

MOST_NODES = 20_000
FEWEST = 3  # articles of a page that is recognised as a list; two may be an article and its neighbour
_ARTICLE_ENDINGS = ("Article", "Posting", "Report", "PodcastEpisode", "VideoObject", "Recipe")
_NO_ARTICLES = frozenset({"JobPosting"})
# What an item of a list may be called besides; a product or a person is none.
_VAGUE_TYPES = frozenset({"", "Thing", "CreativeWork", "WebPage", "ListItem"})
_LISTS = ("ItemList", "Blog", "CollectionPage", "DataFeed", "SearchResultsPage", "PodcastSeries", "Collection")
_HOLDERS = (
    "@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "blogPost", "blogPosts", "hasPart",
    "dataFeedElement", "item", "itemList", "episode", "hasEpisode", "about", "significantLink", "isPartOf",
)  # fmt: skip
_LONG_BODY = 600
_MAX_AUTHORS = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One article that a page's data names; `is_typed` tells that it is called one, `is_listed` that a list has it."""

    node: Node
    url: str
    title: str
    is_typed: bool
    is_listed: bool


@dataclass(frozen=True, slots=True)
class Entries:
    """The articles that a page's data names; `is_article_page` says that it has data of one article: the page's own."""

    entries: tuple[Entry, ...]
    is_article_page: bool
    title: str = ""

    @property
    def is_list(self) -> bool:
        """Whether the data is without doubt that of a list of articles."""
        typed = [entry for entry in self.entries if entry.is_typed and entry.title]
        return len(typed) >= FEWEST and not self.is_article_page

    @property
    def confidence(self) -> float:
        """How sure the data is a list of articles; 0 if it is none."""
        if len(self.entries) < FEWEST - 1 or self.is_article_page:
            return 0.0
        typed = sum(entry.is_typed for entry in self.entries)
        dated = sum(bool(_dates(entry.node)[0]) for entry in self.entries)
        most = len(self.entries) * 0.6
        return 0.8 if typed >= most and dated >= most else 0.65 if typed >= most else 0.45


def entries(roots: Iterable[Any], document: Document) -> Entries:
    """The articles that the nodes of a page name, in their order, each address once."""
    graph = _Graph(roots)
    titles = _link_titles(document)
    found: dict[str, Entry] = {}
    for node, is_listed in graph.articles():
        url = next((url for url in _addresses(node, document) if url), "")
        title = one_line(_said(node, "headline") or _said(node, "name")) or titles.get(canonical_url(url), "")
        if url and (title or is_listed):
            found.setdefault(canonical_url(url), Entry(node, url, title, _is_article(node), is_listed))
    own = canonical_url(document.url)
    is_own = any(not entry.is_listed and _same(entry.url, own) for entry in found.values())
    listed = [entry for entry in found.values() if not _same(entry.url, own)]
    return Entries(tuple(listed[:MAX_ITEMS]), is_own, graph.title)


def listing(found: Entries, document: Document, options: ParseOptions, language: str | None) -> Listing:
    """The articles as drafts; one whose title nothing tells is still to be read from its page."""
    site = Feed(document.url, language=options.language or language)
    drafts = each_once(made for entry in found.entries if (made := _draft(entry, site, options)))
    title = one_line(found.title) or document.title
    return Listing(drafts, title=title, home_url=document.url, language=options.language or language)


class _Graph:
    """The nodes of a page with their references followed."""

    def __init__(self, roots: Iterable[Any]) -> None:
        self._roots = list(roots)
        self._by_id = {
            node["@id"]: node
            for node in _every(self._roots)
            if isinstance(node.get("@id"), str) and set(node) - {"@id", "@type"}
        }
        self._left = MOST_NODES
        self.title = ""

    def articles(self) -> Iterator[tuple[Node, bool]]:
        """Each node that is an article or stands in a list, outermost first, and whether a list has it."""
        todo: list[tuple[Any, bool]] = [(root, False) for root in reversed(self._roots)]
        seen: set[int] = set()
        while todo and self._left > 0:
            value, is_listed = todo.pop()
            self._left -= 1
            if isinstance(value, list):
                todo += [(one, is_listed) for one in reversed(value)]
                continue
            if isinstance(value, str) and is_listed and value.startswith(("http://", "https://", "/")):
                yield {"url": value}, True
            if not isinstance(value, Mapping):
                continue
            node = self._followed(value)
            if id(node) in seen:
                continue
            seen.add(id(node))
            if _is_article(node) or (is_listed and self._is_vague_item(node)):
                yield self._resolved(node), is_listed
            else:
                todo += [(inner, in_list) for inner, in_list in self._held(node, is_listed=is_listed)]

    def _held(self, node: Node, *, is_listed: bool) -> Iterator[tuple[Any, bool]]:
        kinds = types(node)
        if "BreadcrumbList" in kinds or "SiteNavigationElement" in kinds:
            return
        is_list = any(kind.endswith(_LISTS) for kind in kinds)
        if is_list:
            self.title = self.title or _said(node, "name") or _said(node, "headline")
        for key in reversed(_HOLDERS):
            if key in node:
                yield node[key], is_list or (is_listed and key == "item")

    def _is_vague_item(self, node: Node) -> bool:
        """Whether an entry of a list may be an article although nothing calls it one."""
        inner = node.get("item")
        if isinstance(inner, Mapping):
            return False
        return all(kind in _VAGUE_TYPES for kind in types(node) or [""]) and bool({"url", "item", "@id"} & node.keys())

    def _followed(self, node: Node) -> Node:
        return self._by_id.get(node["@id"], node) if set(node) == {"@id"} and isinstance(node["@id"], str) else node

    def _resolved(self, node: Node) -> Node:
        """The node with what it names by reference (its author, its picture) put in."""
        return {key: self._resolve(value) for key, value in node.items()}

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._resolve(one) for one in value[:50]]
        return self._followed(value) if isinstance(value, Mapping) else value


def _every(roots: list[Any]) -> Iterator[Node]:
    todo = list(reversed(roots))
    for _ in range(MOST_NODES):
        if not todo:
            return
        value = todo.pop()
        if isinstance(value, list):
            todo += reversed(value)
        elif isinstance(value, Mapping):
            yield value
            todo += [inner for inner in value.values() if isinstance(inner, list | Mapping)]


def types(node: Node) -> list[str]:
    """The node's types without their namespace."""
    kinds = node.get("@type")
    found = kinds if isinstance(kinds, list) else [kinds]
    return [kind.rpartition("/")[2].rpartition(":")[2] for kind in found if isinstance(kind, str)]


def _is_article(node: Node) -> bool:
    return any(kind.endswith(_ARTICLE_ENDINGS) and kind not in _NO_ARTICLES for kind in types(node))


def _addresses(node: Node, document: Document) -> Iterator[str]:
    keys = ("url", "mainEntityOfPage", "item", "@id", "link")
    for value in (one for key in keys for one in fields.values(node.get(key))):
        address = fields.text(value, ("@id", "url"))
        # An @id such as `#article` or `_:b0` names a node, not a page.
        if address and not address.startswith(("#", "_:")):
            yield document.absolute(address).partition("#")[0]


def _same(url: str, canonical: str) -> bool:
    return canonical_url(url).rstrip("/") == canonical.rstrip("/")


def _link_titles(document: Document) -> dict[str, str]:
    """The longest text of the page's links to each address."""
    found: dict[str, str] = {}
    for link in document.links():
        key = canonical_url(link.url.partition("#")[0])
        found[key] = max(found.get(key, ""), link.text, key=len)
    return found


def _said(node: Node, key: str) -> str:
    return fields.text(node.get(key), ("@value", "name", "text"))


def _dates(node: Node) -> tuple[str, str]:
    published = next(filter(None, (_said(node, key) for key in ("datePublished", "uploadDate", "dateCreated"))), "")
    return published, _said(node, "dateModified")


def _draft(entry: Entry, site: Feed, options: ParseOptions) -> Draft | None:
    node = entry.node
    published, updated = _dates(node)
    body = _said(node, "articleBody")
    is_long = len(body) > _LONG_BODY
    summary = _said(node, "description") or _said(node, "abstract") or ("" if is_long else body)
    teaser = to_text(fields.html(summary))
    item = Item(
        urls=(entry.url,),
        title=entry.title,
        published=published,
        updated=updated,
        author=", ".join(unique(fields.names(node.get("author") or node.get("creator")))[:_MAX_AUTHORS]),
        comment_count=_count(node.get("commentCount")),
        language=_said(node, "inLanguage"),
        tags=unique(tag for part in fields.values(node.get("keywords")) for tag in fields.tags(part)),
        content=Html(fields.html(body) if is_long else "", entry.url),
        description=Html(plain_html(teaser), entry.url),
        media=tuple(_media(node, entry.url)),
    )
    made = drafted(item, site, options, tuple(fields.names(node.get("articleSection")))[:1])
    if made is None or entry.title:
        return made
    return replace(made, title="", is_complete=False)


def _count(value: Any) -> int | None:
    digits = fields.text(value)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None  # noqa: PLR2004


def _media(node: Node, url: str) -> Iterator[Media]:
    for key in ("image", "thumbnailUrl"):
        pictures = [absolute(found, url) for found in _pictures(node.get(key))]
        yield from (Media(found, "image" if key == "image" else "thumbnail") for found in pictures if found)
    for file in (*fields.values(node.get("associatedMedia")), *fields.values(node.get("audio"))):
        address = absolute(fields.text(file, ("contentUrl", "url")), url) if isinstance(file, Mapping) else ""
        if address:
            yield Media(address, mime_type=_said(file, "encodingFormat"))


def _pictures(value: Any) -> Iterator[str]:
    for one in fields.values(value):
        yield fields.text(one, ("url", "contentUrl", "@id", "src"))
