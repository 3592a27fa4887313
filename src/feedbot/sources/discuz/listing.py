"""A portal's list page, or its index, to the articles on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from selectolax.lexbor import LexborNode

from feedbot.domain.article import Draft, Image
from feedbot.errors import EmptyList, NotParseable
from feedbot.sources.discuz import crumbs
from feedbot.sources.discuz.document import Document, article_id, page_number, plain, prose, read, text_of
from feedbot.sources.discuz.refusals import is_refusal, refuse
from feedbot.sources.spec import Listing, Page, ParseOptions
from feedbot.sources.times import parse_published

CUT_MARK = " ..."
_LIST = "div.bm_c.xld"
# Where a page names articles that are not its own.
_ELSEWHERE = ("pt", "nv", "hd", "ft", "toptb", "comment", "related_article", "inner_nav")
_NOT_A_TITLE = frozenset({"", "阅读全文", "查看全文", "详细", "查看详细", "更多", "more", "[详细]", "全文"})
_MAX_ITEM_DEPTH = 6


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The articles of a list page or portal index in the page's order, each once; their own pages are still to be read.

    Raises:
        feedbot.errors.SiteRefused: the page is a refusal (closed, missing category, anti-bot).
        feedbot.errors.EmptyList: a list or index without an article.
        feedbot.errors.NotParseable: no page of a Discuz! portal, or a single article.
    """
    document = read(page, options)
    found = document.first(_LIST)
    drafts = _merged(_from_list(document, options) if found is not None else _from_links(document, options))
    if not drafts:
        refuse(document)
    if document.first("#article_content", "h1.ph") is not None:
        text = "This is the page of a single article. Give the address of its category (portal.php?mod=list&catid=N)."
        raise NotParseable(text, url=page.url)
    if not drafts:
        raise _nothing_found(document, is_list=found is not None)
    return Listing(
        drafts=drafts,
        title=text_of(document.first("div.bm_h h1")) or crumbs.site_name(document) or document.title,
        home_url=page.url,
        language=crumbs.language(document, options, drafts[0].title),
    )


def recognises(page: Page) -> bool:
    """Whether the page is a portal page of a Discuz! site (or that site's refusal), by its marks and its links."""
    start = page.body[:512].lstrip().lower()
    if "xml" in page.mime_type.replace("xhtml", "") or start.startswith((b"<?xml", b"<rss", b"{", b"[")):
        return False
    document = read(page, ParseOptions())
    if document.first(_LIST, "#article_content", "body.pg_list", "body.pg_view") is not None and document.is_discuz:
        return True
    addresses = {article_id(document.absolute(node.attributes.get("href"))) for node in document.tree.css("a[href]")}
    return document.is_discuz and (bool(addresses - {None}) or is_refusal(document))


def _nothing_found(document: Document, *, is_list: bool) -> EmptyList | NotParseable:
    if is_list:
        return EmptyList("The list has no articles: an empty category, or a page after the last.", url=document.url)
    if document.is_discuz:
        text = "This page of a Discuz! site names no portal article. Give the address of a category's list page."
        return EmptyList(text, url=document.url)
    text = "This is no page of a Discuz! portal. Use `type: auto`, or `page` with selectors."
    return NotParseable(text, url=document.url)


def _from_list(document: Document, options: ParseOptions) -> Iterator[Draft]:
    path = crumbs.category_path(document, is_article=False)
    for item in document.tree.css(f"{_LIST} dl"):
        link = item.css_first("dt a[href]")
        aid = article_id(document.absolute(link.attributes["href"])) if link is not None else None
        if link is None or aid is None:
            continue
        yield _draft(document, options, item, link, path)


def _from_links(document: Document, options: ParseOptions) -> Iterator[Draft]:
    """Every site lays out its index differently, so the links to articles are what is looked for."""
    for link in document.tree.css("a[href]"):
        address = document.absolute(link.attributes["href"])
        if article_id(address) is None or page_number(address) > 1 or _is_elsewhere(link):
            continue
        yield _draft(document, options, _item_around(link), link, ())


def _draft(
    document: Document, options: ParseOptions, item: LexborNode, link: LexborNode, path: tuple[str, ...]
) -> Draft:
    address = document.absolute(link.attributes["href"])
    summary = prose(_summary_text(item))
    named = text_of(item.css_first("label a"))
    title = _title(link)
    return Draft(
        guid=f"aid:{article_id(address)}",
        url=address,
        title=title,
        published=parse_published(_date_text(item), timezone=options.timezone),
        summary=summary,
        summary_is_cut=summary.endswith(CUT_MARK),
        images=_pictures(document, item),
        category_path=_with_label(path, named),
        language=crumbs.language(document, options, title),
        site=crumbs.site_name(document),
        is_complete=False,
    )


def _merged(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """One draft an article where it first stands, with what its other mentions add."""
    by_id: dict[str | None, Draft] = {}
    for draft in drafts:
        known = by_id.get(draft.guid)
        by_id[draft.guid] = _combined(known, draft) if known else draft
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
    shown = text_of(link)
    whole = plain(link.attributes.get("title") or "")
    if whole and (not shown or whole.startswith(shown) or len(whole) > len(shown)):
        return whole
    return "" if shown.lower().strip("»>… .") in _NOT_A_TITLE else shown


def _summary_text(item: LexborNode) -> str:
    for part in item.css("dd"):
        if part.css_first("span.xg1") is None and "m" not in (part.attributes.get("class") or "").split():
            return part.text()
    return ""


def _date_text(item: LexborNode) -> str:
    dates = item.css("span.xg1")
    if not dates:
        return ""
    told = dates[-1].css_first("span[title]")
    return (told.attributes["title"] or "") if told is not None else text_of(dates[-1])


def _pictures(document: Document, item: LexborNode) -> tuple[Image, ...]:
    picture = item.css_first("div.atc img[src], dd.m img[src], img.tn[src]")
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


def _is_elsewhere(link: LexborNode) -> bool:
    node: LexborNode | None = link
    while node is not None:
        if node.attributes.get("id") in _ELSEWHERE or "sd" in (node.attributes.get("class") or "").split():
            return True
        node = node.parent
    return False
