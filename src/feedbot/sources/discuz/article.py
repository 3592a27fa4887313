"""The page or pages of one article to the whole of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from feedbot.domain.article import Draft, Reaction
from feedbot.errors import NotParseable, SiteRefused
from feedbot.sources.discuz import body, crumbs
from feedbot.sources.discuz.document import Document, article_id, label, page_number, plain, prose, read, text_of
from feedbot.sources.discuz.listing import CUT_MARK
from feedbot.sources.discuz.meta import read_meta
from feedbot.sources.discuz.refusals import refuse
from feedbot.sources.spec import ArticlePages, Page, ParseOptions
from feedbot.sources.truncation import half

MAX_PAGES = 50
_SUMMARY_LABEL = "摘要"
_SUMMARIES = ("div.s > div", "div.vw div.s", "div.wzview_desc")
_HOME_PATHS = frozenset({"", "/", "/index.php", "/portal.php", "/forum.php"})
_THREAD = re.compile(r"[?&]mod=viewthread\b|/thread-\d")
_COLON = re.compile("[:：]")
_NEARLY_ALL = 0.8
_TAIL = 12


def parse_article(pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages:
    """The article of `draft` from the pages of it read so far, in order, and the address of the next one.

    A field that the page does not have keeps what the draft says. An article whose address led away (a jump URL) has
    no page of its own: its draft comes back complete as it is.

    Raises:
        feedbot.errors.SiteRefused: the page is a refusal, or has a template without the article.
        feedbot.errors.NotParseable: no page of a Discuz! portal, or half of one.
    """
    if not pages:
        return ArticlePages(draft, next_url=draft.url)
    documents = [read(page, options) for page in pages[:MAX_PAGES]]
    if _has_jumped(documents[0], draft):
        _check_jump(documents[0], draft)
        return ArticlePages(replace(draft, is_complete=True))
    for document in documents:
        # Also a later page must not be lost in silence: a limit may strike at any request.
        if body.of(document) is None:
            raise _without_article(document)
        if document.is_cut:
            raise half(document.url)
    following = _following(documents[-1], pages)
    parts = body.parts(documents)
    # Nothing comes after a repeated page (a second empty one is that too), and of an article without end fifty pages
    # are enough.
    next_url = following if len(parts) == len(documents) < MAX_PAGES else None
    return ArticlePages(_complete(documents, parts, draft, options, is_whole=next_url is None), next_url)


def _without_article(document: Document) -> SiteRefused | NotParseable:
    try:
        refuse(document)
    except SiteRefused as refused:
        return refused
    if document.is_discuz:
        text = (
            "The page has no article in a form that is known: the site uses its own template. "
            "Use `type: page` with selectors for this source."
        )
        return SiteRefused(text, url=document.url)
    return NotParseable("This is no article page of a Discuz! portal.", url=document.url)


def _has_jumped(document: Document, draft: Draft) -> bool:
    wanted, got = article_id(draft.url), article_id(document.url)
    if _THREAD.search(draft.url):  # some lists name threads of the forum as well
        return body.of(document) is None
    if got is not None or wanted is None:
        return wanted is not None and wanted != got
    # A generated page may have a name of its own, but it stays on its host and holds the article.
    return not _is_same_site(draft.url, document.url) or body.of(document) is None


def _is_same_site(one: str, other: str) -> bool:
    names = {(urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other)}
    return len(names) == 1


def _check_jump(document: Document, draft: Draft) -> None:
    """A login, a refusal and the home page are no place that an article was meant to lead to."""
    if not _is_same_site(document.url, draft.url):
        return
    refuse(document)
    there = urlsplit(document.url)
    if there.path in _HOME_PATHS and not there.query:
        text = "The article's address leads back to the home page. Open it in a browser and see what the site asks for."
        raise SiteRefused(text, url=document.url)


def _complete(
    documents: Sequence[Document], pages: Sequence[body.Part], draft: Draft, options: ParseOptions, *, is_whole: bool
) -> Draft:
    first = documents[0]
    line = read_meta(first, options.calendar())
    title = _title(first) or draft.title
    summary = _summary(first)
    html = body.joined(pages)
    aid = article_id(draft.url)
    return replace(
        draft,
        guid=draft.guid or (f"aid:{aid}" if aid else None),
        title=title,
        published=line.published or draft.published,
        author=line.author or draft.author,
        origin=line.origin or draft.origin,
        comment_count=draft.comment_count if line.comment_count is None else line.comment_count,
        summary=summary or draft.summary,
        summary_is_cut=_is_cut(summary or draft.summary, pages, is_whole=is_whole),
        body_html=html or draft.body_html,
        images=body.images(html) or draft.images,
        attachments=body.attachments(html) or draft.attachments,
        category_path=crumbs.category_path(first, is_article=True) or draft.category_path,
        related_categories=crumbs.related(first) or draft.related_categories,
        reactions=_reactions(first) or draft.reactions,
        language=crumbs.language(first, options, title),
        site=crumbs.site_name(first) or draft.site,
        is_complete=is_whole,
    )


def next_page(pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages:
    """The draft as it is, and where the pager of the last page leads; the others may be without their bodies."""
    return ArticlePages(draft, _following(read(pages[-1], options), pages))


def _following(last: Document, pages: Sequence[Page]) -> str | None:
    """Where the last page's pager leads, if it is a page of this article that was not read yet."""
    link = last.first("div.ptw div.pg a.nxt", "div.vw div.pg a.nxt", "div.wzview_body a.nxt")
    address = last.absolute(link.attributes.get("href")) if link is not None else ""
    own, aid = article_id(pages[0].url), article_id(address)
    is_own = aid is None or own is None or aid == own
    return address if address and is_own and _place(address) not in {_place(page.url) for page in pages} else None


def _place(url: str) -> tuple[int, int] | str:
    aid = article_id(url)
    return (aid, page_number(url)) if aid is not None else url.partition("#")[0]


def _title(document: Document) -> str:
    heading = document.first("div.h h1.ph", "h1.ph", "div.wzview_top h2", "div.vw h1", "#ct h1")
    # <title> is: title [- page] - category - site - Powered by Discuz!
    return text_of(heading) if heading is not None else document.title.split(" - ")[0]


def _summary(document: Document) -> str:
    text = prose(next(filter(None, map(document.text, _SUMMARIES)), ""))
    head, *rest = _COLON.split(text, maxsplit=1)
    return prose(rest[0]) if rest and label(head) == _SUMMARY_LABEL else text


def _is_cut(summary: str, pages: Sequence[body.Part], *, is_whole: bool) -> bool:
    """Whether the summary leaves something out: the portal prints its mark also when hardly anything was cut."""
    if not summary.endswith(CUT_MARK):
        return False
    said = _letters(summary.removesuffix(CUT_MARK))
    whole = _letters("".join(page.raw_text for page in pages))
    if not (whole and is_whole):
        return True
    # Summaries lose quotes and other references, so only letters are compared, and a little may be missing.
    return len(said) < len(whole) * _NEARLY_ALL or not said.endswith(whole[-_TAIL:])


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, plain(text)))


def _reactions(document: Document) -> tuple[Reaction, ...]:
    cells = document.tree.css("table.atd td")
    found = {name: Reaction(name, count) for name, count in map(_reaction, cells) if name}
    return tuple(found.values())


def _reaction(cell: LexborNode) -> tuple[str, int]:
    bar = cell.css_first("div.atdc")
    count = text_of(bar)
    if bar is not None:
        bar.decompose()
    return text_of(cell), int(count) if count.isascii() and count.isdecimal() else 0
