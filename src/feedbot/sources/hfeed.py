"""Source type `hfeed`: a page whose entries are marked by microformats, h-feed and h-entry or the older hAtom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from feedbot.domain.article import Draft
from feedbot.errors import EmptyList
from feedbot.sources import article
from feedbot.sources.drafting import MAX_ITEMS, drafted, each_once
from feedbot.sources.feed_item import Feed, Html, Item, Media
from feedbot.sources.feed_values import unique
from feedbot.sources.html_document import Document, page_language, read, read_or_refuse, refuse_half
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions, SourceSpec

_NAME = "hfeed"
_FEWEST = 3
_MOST_TAGS = 30
_MOST_LEVELS = 60  # between an entry and what is said of it
_ROOTS = ".h-entry, .hentry"
_ROOT_CLASSES = frozenset({"h-entry", "hentry"})
# What stands inside of an entry and is somebody else's: comments, quotations, cards.
_OTHERS = frozenset({"h-cite", "h-card", "h-review", "h-item", "h-event", "h-app", "vcard", "comment", "p-comment"})
_PROPERTIES = {
    "title": ".p-name, .entry-title",
    "url": "a.u-url, .u-url[href], a[rel~=bookmark]",
    "date": ".dt-published, .published, time.entry-date, time[pubdate]",
    "updated": ".dt-updated, .updated",
    "summary": ".p-summary, .entry-summary",
    "body": ".e-content, .entry-content",
    "author": ".p-author, .author",
    "tags": ".p-category, a[rel~=tag]",
    "image": ".u-featured, .u-photo, img.wp-post-image",
}


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The entries that are marked on the page, in its order, each address once.

    Raises:
        NotParseable: this is no web page, or half of one.
        EmptyList: no entry with an address is marked.
    """
    document = read_or_refuse(page, options)
    language = options.language or page_language(document)
    site = Feed(page.url, language=language, author=_feed_author(document))
    drafts = each_once(made for entry in _entries(document) if (made := _draft(entry, document, site, options)))
    if not drafts:
        raise EmptyList("No entries with an address are marked on this page (h-entry or hentry).", url=page.url)
    refuse_half(document)
    name = document.tree.css_first(".h-feed > .p-name, .h-feed > header > .p-name")
    title = " ".join(name.text().split()) if name is not None else document.title
    return Listing(drafts, title=title, home_url=page.url, language=language)


def recognises(page: Page) -> bool:
    """Whether the page marks three entries or more that have a title, an address and a date."""
    document = read(page, ParseOptions()) if _may_have_entries(page) else None
    return document is not None and len(_whole(document)) >= _FEWEST


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The page itself, if it marks entries."""
    document = read(page, options) if _may_have_entries(page) else None
    if document is None:
        return ()
    whole = _whole(document)
    if len(whole) < _FEWEST - 1:
        return ()
    is_new = any(entry.is_new for entry in whole)
    reason = f"The page marks {len(whole)} entries with microformats ({'h-entry' if is_new else 'hAtom'})."
    return (Lead(page.url, _NAME, reason, 0.75 if is_new else 0.65),)


def _may_have_entries(page: Page) -> bool:
    return b"h-entry" in page.body or b"hentry" in page.body


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: the nodes of each of its own properties."""

    root: LexborNode
    nodes: dict[str, list[LexborNode]]

    @property
    def is_new(self) -> bool:
        return "h-entry" in _classes(self.root)

    def first(self, name: str) -> LexborNode | None:
        return next(iter(self.nodes[name]), None)

    def text(self, name: str) -> str:
        node = self.first(name)
        return " ".join(node.text().split()) if node is not None else ""


def _whole(document: Document) -> list[_Entry]:
    return [
        entry for entry in _entries(document) if entry.text("title") and _url(entry, document) and entry.first("date")
    ]


def _entries(document: Document) -> list[_Entry]:
    inside = _Inside()
    roots = [node for node in document.tree.css(_ROOTS) if not inside.of(node)][:MAX_ITEMS]
    return [_Entry(root, {name: _own(root, css) for name, css in _PROPERTIES.items()}) for root in roots]


class _Inside:
    """Tells of an element whether it stands inside of an entry or a quotation; asks each element once."""

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}

    def of(self, node: LexborNode) -> bool:
        passed: list[int] = []
        above = node.parent
        answer = False
        while above is not None and above.mem_id not in self._known:
            passed.append(above.mem_id)
            if set(_classes(above)) & (_ROOT_CLASSES | _OTHERS) and above.tag not in {"body", "html"}:
                answer = True
                break
            above = above.parent
        else:
            answer = self._known.get(above.mem_id, False) if above is not None else False
        self._known.update(dict.fromkeys(passed, answer))
        return answer


def _own(root: LexborNode, css: str) -> list[LexborNode]:
    """The nodes of a property that belong to the entry itself and not to what it quotes."""
    return [node for node in root.css(css) if _belongs(node, root)]


def _belongs(node: LexborNode, root: LexborNode) -> bool:
    above = node.parent if node.mem_id != root.mem_id else None
    for _ in range(_MOST_LEVELS):
        if above is None or above.mem_id == root.mem_id:
            return above is not None
        if set(_classes(above)) & (_ROOT_CLASSES | _OTHERS):
            return False
        above = above.parent
    return False


def _classes(node: LexborNode) -> list[str]:
    return (node.attributes.get("class") or "").split()


def _draft(entry: _Entry, document: Document, site: Feed, options: ParseOptions) -> Draft | None:
    url = _url(entry, document)
    if not url:
        return None
    body = entry.first("body")
    summary = entry.first("summary")
    item = Item(
        urls=(url,),
        title=_title(entry),
        published=_date(entry.first("date")),
        updated=_date(entry.first("updated")),
        author=", ".join(unique(_people(entry))),
        tags=unique(node.text() for node in entry.nodes["tags"][:_MOST_TAGS]),
        content=Html(body.inner_html or "" if body is not None else "", document.base_url),
        description=Html(summary.inner_html or "" if summary is not None else "", document.base_url),
        media=tuple(_pictures(entry, document)),
    )
    return drafted(item, site, options)


def _title(entry: _Entry) -> str:
    """The entry's name; none if the name is the text itself, as that of a note is."""
    node = entry.first("title")
    if node is None or {"e-content", "p-content", "p-summary"} & set(_classes(node)):
        return ""
    return " ".join(node.text().split())


def _url(entry: _Entry, document: Document) -> str:
    title = entry.first("title")
    linked = title.css_first("a[href]") if title is not None else None
    around = title.parent if title is not None else None
    candidates = (*entry.nodes["url"], linked, title, around, entry.root)
    addresses = (document.absolute(node.attributes.get("href")) for node in candidates if node is not None)
    return next((url.partition("#")[0] for url in addresses if url), "")


def _date(node: LexborNode | None) -> str:
    if node is None:
        return ""
    inner = node.css_first("time[datetime], .value-title[title], abbr[title]")
    for one in filter(None, (node, inner)):
        said = one.attributes.get("datetime") or (one.attributes.get("title") if one.tag != "a" else "")
        if said:
            return said
    return " ".join(node.text().split())


def _people(entry: _Entry) -> Iterator[str]:
    for node in entry.nodes["author"][:6]:
        name = node.css_first(".p-name, .fn")
        yield (name if name is not None else node).text().strip()


def _feed_author(document: Document) -> str:
    node = document.tree.css_first(".h-feed > .p-author, .h-feed > header .p-author")
    if node is None:
        return ""
    name = node.css_first(".p-name")
    return " ".join((name if name is not None else node).text().split())


def _pictures(entry: _Entry, document: Document) -> Iterator[Media]:
    for node in entry.nodes["image"][:10]:
        attributes = node.attributes
        named = attributes.get("data-src") or attributes.get("src") or attributes.get("href") or attributes.get("value")
        url = document.absolute(named)
        if url:
            yield Media(url, "image")


SPEC = SourceSpec(
    name=_NAME,
    summary="A web page whose entries are marked with microformats.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=article.read,
    next_page=article.next_page,
    find=find,
)
