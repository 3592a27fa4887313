"""A portal's list page, or its index, to the articles on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from selectolax.lexbor import LexborNode

from feedbot.domain.article import Draft, Image
from feedbot.errors import EmptyList, NotParseable
from feedbot.sources.discuz import crumbs
from feedbot.sources.discuz.document import Document, article_id, page_number, plain, prose, read, text_of
from feedbot.sources.discuz.refusals import is_refusal, refuse
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions
from feedbot.sources.truncation import half

CUT_MARK = " ..."
_LIST = "div.bm_c.xld"
# Where a page names articles that are not its own.
_ELSEWHERE = ("pt", "nv", "hd", "ft", "toptb", "comment", "related_article", "inner_nav")
_NOT_A_TITLE = frozenset({"", "阅读全文", "查看全文", "详细", "查看详细", "更多", "more", "[详细]", "全文"})
_MAX_ITEM_DEPTH = 6
_MAX_ARTICLES = 1000


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The articles of a list page or portal index in the page's order, each once; their own pages are still to be read.

    Raises:
        feedbot.errors.SiteRefused: the page is a refusal (closed, missing category, anti-bot).
        feedbot.errors.EmptyList: a list or index without an article.
        feedbot.errors.NotParseable: no page of a Discuz! portal, half of one, or a single article.
    """
    document = read(page, options)
    reader = _Reader(document, options, crumbs.site_name(document))
    drafts = reader.drafts()
    if not drafts:
        refuse(document)
    if document.first("#article_content", "h1.ph") is not None:
        text = "This is the page of a single article. Give the address of its category (portal.php?mod=list&catid=N)."
        raise NotParseable(text, url=page.url)
    if not drafts:
        raise _nothing_found(document)
    if document.is_cut:
        raise half(page.url)
    return Listing(
        drafts=drafts,
        title=text_of(document.first("div.bm_h h1", "div.header h2")) or reader.site or document.title,
        home_url=page.url,
        language=crumbs.language(document, options, drafts[0].title),
        next_url=_next(document),
    )


def _next(document: Document) -> str:
    """The next page of the list; the pager stands above and below it."""
    link = document.first("div.pg a.nxt[href]")
    url = document.absolute(link.attributes["href"]) if link is not None else ""
    return url if url != document.url else ""


def recognises(page: Page) -> bool:
    """Whether the page is a portal page of a Discuz! site (or that site's refusal), by its marks and its links."""
    if _is_no_page(page):
        return False
    document = read(page, ParseOptions())
    if not document.is_discuz:
        return False
    has_portal_form = document.first(_LIST, "#article_content", "body#nv_portal") is not None
    return has_portal_form or bool(_Reader(document, ParseOptions(), "").drafts()) or is_refusal(document)


def _is_no_page(page: Page) -> bool:
    start = page.body[:512].lstrip().lower()
    return "xml" in page.mime_type.replace("xhtml", "") or start.startswith((b"<?xml", b"<rss", b"{", b"["))


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The pasted page, if it is a list or the index of a Discuz! portal; for an article, the list of its category."""
    if _is_no_page(page):
        return ()
    document = read(page, options)
    if not document.is_discuz:
        return ()
    if document.first("#article_content", "h1.ph") is not None:
        return _leads_of_article(document)
    found = len(_Reader(document, options, "").drafts())
    if not found:
        return ()
    is_list = document.first(_LIST) is not None
    reason = f"This is {'a list' if is_list else 'the index'} of a Discuz! portal with {found} articles."
    return (Lead(page.url, "discuz", reason, 0.95 if is_list else 0.85),)


def _leads_of_article(document: Document) -> Sequence[Lead]:
    categories = [link for link in document.tree.css("#pt a[href]") if "catid=" in (link.attributes["href"] or "")]
    url = document.absolute(categories[-1].attributes["href"]) if categories else ""
    reason = f"The article stands in the category {text_of(categories[-1])} of a Discuz! portal." if url else ""
    return (Lead(url, "discuz", reason, 0.9),) if url else ()


def _nothing_found(document: Document) -> EmptyList | NotParseable:
    if document.first(_LIST) is not None:
        return EmptyList("The list has no articles: an empty category, or a page after the last.", url=document.url)
    if document.is_discuz:
        text = "This page of a Discuz! site names no portal article. Give the address of a category's list page."
        return EmptyList(text, url=document.url)
    text = "This is no page of a Discuz! portal. Use `type: auto`, or `page` with selectors."
    return NotParseable(text, url=document.url)


class _Reader:
    """Reads the items of one page, in time linear in its size."""

    def __init__(self, document: Document, options: ParseOptions, site: str) -> None:
        self.site = site
        self._document = document
        self._options = options
        self._elsewhere: dict[int, bool] = {}

    def drafts(self) -> tuple[Draft, ...]:
        listed = self._document.first(_LIST)
        found = _merged(self._from_list()) if listed is not None else ()
        if found or (listed is not None and not text_of(listed)):
            return found
        return _merged(self._from_links())

    def _from_list(self) -> Iterator[Draft]:
        path = crumbs.category_path(self._document, is_article=False)
        for item in self._document.tree.css(f"{_LIST} dl"):
            links = [(link, self._document.absolute(link.attributes["href"])) for link in item.css("dt a[href]")]
            # A template may set the category before the title.
            named = [found for found in links if article_id(found[1]) is not None] or links
            if named and named[0][1]:
                yield self._draft(item, *named[0], path)

    def _from_links(self) -> Iterator[Draft]:
        """Every site lays out its index differently, so the links to articles are what is looked for."""
        for link in self._document.tree.css("a[href]"):
            address = self._document.absolute(link.attributes["href"])
            if article_id(address) is not None and page_number(address) == 1 and not self._is_elsewhere(link):
                yield self._draft(_item_around(link), link, address, ())

    def _draft(self, item: LexborNode, link: LexborNode, address: str, path: tuple[str, ...]) -> Draft:
        title = _title(link)
        aid = article_id(address)
        summary = prose(_summary_text(item))
        return Draft(
            # An address of the site's own making says no aid; the article is then known by its address.
            guid=None if aid is None else f"aid:{aid}",
            url=address,
            title=title,
            published=_published(item, self._options),
            summary=summary,
            summary_is_cut=summary.endswith(CUT_MARK),
            images=_pictures(self._document, item),
            category_path=_with_label(path, text_of(item.css_first("label a"))),
            language=crumbs.language(self._document, self._options, title),
            site=self.site,
            is_complete=False,
        )

    def _is_elsewhere(self, link: LexborNode) -> bool:
        """Whether the link is in a part of the page that names other articles; asks each element once."""
        passed: list[int] = []
        node: LexborNode | None = link
        answer = False
        while node is not None and node.mem_id not in self._elsewhere and not answer:
            passed.append(node.mem_id)
            classes = (node.attributes.get("class") or "").split()
            answer = node.attributes.get("id") in _ELSEWHERE or "sd" in classes
            node = node.parent
        if node is not None and not answer:
            answer = self._elsewhere[node.mem_id]
        self._elsewhere.update(dict.fromkeys(passed, answer))
        return answer


def _merged(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """One draft an article where it first stands, with what its other mentions add."""
    by_id: dict[str, Draft] = {}
    for draft in drafts:
        name = draft.guid or draft.url
        if name in by_id:
            by_id[name] = _combined(by_id[name], draft)
        elif len(by_id) < _MAX_ARTICLES:
            by_id[name] = draft
    return tuple(draft for draft in by_id.values() if draft.title)


def _combined(first: Draft, other: Draft) -> Draft:
    return replace(
        first,
        title=first.title or other.title,
        published=first.published or other.published,
        summary=first.summary or other.summary,
        summary_is_cut=first.summary_is_cut if first.summary else other.summary_is_cut,
        images=first.images or other.images,
        category_path=first.category_path or other.category_path,
        language=first.language or other.language,
    )


def _title(link: LexborNode) -> str:
    """The whole title: an index cuts the text without a mark, and keeps the title in the attribute."""
    shown = text_of(link.css_first(".mtit") or link)
    whole = plain(link.attributes.get("title") or "")
    if whole and (whole.startswith(shown.rstrip(" .…")) or len(whole) > len(shown)):
        return whole
    return "" if shown.lower().strip("»>… .") in _NOT_A_TITLE else shown


def _summary_text(item: LexborNode) -> str:
    for part in item.css("dd"):
        if part.css_first("span.xg1") is None and "m" not in (part.attributes.get("class") or "").split():
            return part.text()
    return ""


def _published(item: LexborNode, options: ParseOptions) -> datetime | None:
    """The last date of the item: some templates put a count behind it, in the same dress."""
    return options.calendar().read(map(_date_text, reversed(item.css("span.xg1, em.xg1, p.mtime"))))


def _date_text(node: LexborNode) -> str:
    told = node.css_first("span[title]")
    return (told.attributes["title"] or "") if told is not None else text_of(node)


def _pictures(document: Document, item: LexborNode) -> tuple[Image, ...]:
    picture = item.css_first("div.atc img[src], dd.m img[src], img.tn[src], div.mimg img[src]")
    address = document.absolute(picture.attributes["src"]) if picture is not None else ""
    return (Image(url=address, alt=plain(picture.attributes.get("alt") or "")),) if picture and address else ()


def _with_label(path: tuple[str, ...], named: str) -> tuple[str, ...]:
    # A parent's list names the child that each article is in.
    return (*path, named) if named and named not in path else path


def _item_around(link: LexborNode) -> LexborNode:
    node = link
    for _ in range(_MAX_ITEM_DEPTH):
        if node.tag in {"li", "dl"} or node.parent is None:
            break
        node = node.parent
    return node if node.tag in {"li", "dl"} else link
