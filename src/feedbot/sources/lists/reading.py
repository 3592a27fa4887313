"""A list page read by selectors: blocks to drafts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.domain.article import Draft, Image
from feedbot.domain.summary import is_cut
from feedbot.errors import EmptyList
from feedbot.sources.encoding import decode
from feedbot.sources.feed_values import language
from feedbot.sources.html import base_address, clean, declared_language, images, parse
from feedbot.sources.lists.addresses import Addresses
from feedbot.sources.lists.paging import next_page
from feedbot.sources.page_select import ARTICLE_OPTIONS, Block, Selection, text_of
from feedbot.sources.repair import repair_html
from feedbot.sources.spec import Listing, Page, ParseOptions
from feedbot.sources.times.calendar import Calendar
from feedbot.sources.truncation import is_truncated

_MOST_BLOCKS = 3000
_MOST_LINKS = 200
_LONGEST_MORE_LINK = 40
# The blank between two paragraphs is none where the script has no blanks.
_AFTER_WIDE_PUNCTUATION = re.compile(r"(?<=[，。！？；：、”）》】]) (?!\.)")
_BEFORE_MORE = " [(（【»›→|"


@dataclass(frozen=True)
class Document:
    """A parsed page; its relative links start from `base_url`, which is not always `url`.

    `is_cut`: it ends in the middle.
    """

    tree: LexborHTMLParser
    url: str
    base_url: str
    is_cut: bool = False

    @cached_property
    def next_url(self) -> str:
        """The page on which the list goes on, `""` if there is none."""
        return next_page(self.tree, self.url, self.base_url)


def read_document(page: Page, options: ParseOptions) -> Document:
    """The page's tree, mended as the options ask, and the address that its relative links start from."""
    text = decode(page.body, declared=page.charset, override=options.encoding)
    tree = parse(repair_html(text, options.repair) if options.repair else text)
    return Document(tree, page.url, base_address(tree, page.url), is_truncated(text, "html"))


def read_list(document: Document, selectors: Mapping[str, str], options: ParseOptions) -> Listing:
    """The articles that `list` finds on the page, in its order; each address once, of 3,000 blocks at most.

    Raises:
        NotParseable: a selector is no valid CSS.
        EmptyList: nothing on the page is selected, or nothing selected has a link or a title.
    """
    select = Selection(selectors, document.url)
    blocks = select.blocks(document.tree)
    if not blocks:
        raise EmptyList(f"Nothing on the page matches select.list: {selectors['list']!r}.", url=document.url)
    reader = _Reader(document, select, options)
    found: dict[str, Draft] = {}
    for block in blocks[:_MOST_BLOCKS]:
        draft = reader.draft(block)
        if draft:
            found.setdefault(draft.url, draft)
    if not found:
        count = f"{len(blocks)} elements match select.list, {selectors['list']!r}"
        text = f"{count}, but none has a link to an article."
        raise EmptyList(text, url=document.url)
    return Listing(
        tuple(found.values()),
        title=page_title(document.tree),
        home_url=document.url,
        language=options.language or page_language(document.tree),
        next_url=document.next_url,
    )


def calendar(document: Document, options: ParseOptions) -> Calendar:
    """How the dates of the page are to be understood."""
    return options.calendar(declared_language(document.tree))


def page_title(tree: LexborHTMLParser) -> str:
    """What stands in `<title>`, in one line."""
    title = tree.css_first("title")
    return " ".join(title.text().split()) if title is not None else ""


def page_language(tree: LexborHTMLParser) -> str | None:
    """The language that the page says it is in."""
    return language(declared_language(tree))


class _Reader:
    def __init__(self, document: Document, select: Selection, options: ParseOptions) -> None:
        self._page = document.url.partition("#")[0]
        self._base = document.base_url
        self._addresses = Addresses(document.base_url, document.url)
        self._select = select
        self._options = options
        self._calendar = calendar(document, options)
        self._is_complete = ARTICLE_OPTIONS.isdisjoint(key for key, text in options.select.items() if text.strip())

    def draft(self, block: Block) -> Draft | None:
        """The article of one block, None if it has no link to another page, or no title."""
        select = self._select
        nodes = [node for part in block for node in part.css("a[href]")[:_MOST_LINKS]]
        links = [(node, self._addresses.elsewhere(node.attributes.get("href") or "")) for node in nodes]
        url = self._url(block, links)
        own = [node for node, address in links if address == url]
        title = self._title(block, own)
        if not url or not title:
            return None
        summary = self._summary(block, own, title)
        picture = self._picture(block)
        return Draft(
            url=url,
            title=title,
            published=self._calendar.read(select.texts("date", block)),
            author=select.text("author", block),
            summary=summary,
            summary_is_cut=is_cut(summary),
            images=(picture,) if picture else (),
            category_path=tuple(select.texts("category", block)),
            language=self._options.language,
            is_complete=self._is_complete,
        )

    def _url(self, block: Block, links: Sequence[tuple[LexborNode, str]]) -> str:
        if "link" not in self._select:
            return next((url for _, url in links if url), "")
        addresses = self._select.addresses("link", block, self._base, "href")
        return next((url for url in addresses if url.partition("#")[0] != self._page), "")

    def _title(self, block: Block, own: Sequence[LexborNode]) -> str:
        if "title" not in self._select:
            return link_text(own)
        title = self._select.text("title", block)
        if is_cut(title):  # the link's `title` may have it whole
            whole = link_text(own)
            return whole if whole.startswith(title.rstrip(" .…")) else title
        return title

    def _summary(self, block: Block, own: Sequence[LexborNode], title: str) -> str:
        """The summary without a `Read more` at its end."""
        summary = _AFTER_WIDE_PUNCTUATION.sub("", self._select.text("summary", block))
        for link in own if summary else ():
            text = text_of(link)
            said = len(text.replace(title, ""))
            if text and text != title and said <= _LONGEST_MORE_LINK and len(text) < len(summary):
                summary = summary.removesuffix(text).rstrip(_BEFORE_MORE)
        return summary

    def _picture(self, block: Block) -> Image | None:
        if "image" not in self._select:
            return None
        if not self._select.has_attribute("image"):
            # A picture may be loaded lazily, which cleaning sees through.
            html = "".join(node.html or "" for node in self._select.nodes("image", block)[:3])
            found = images(clean(html, self._base))
            return found[0] if found else None
        url = next(self._select.addresses("image", block, self._base, "src"), "")
        return Image(url) if url else None


def link_text(own: Sequence[LexborNode]) -> str:
    """The longest text, or `title`, of the links that lead to the article; else what a picture in them shows."""
    texts = [text_of(node) for node in own] + [" ".join((node.attributes.get("title") or "").split()) for node in own]
    # Of a cut text and the whole one, the whole one.
    longest = max(texts, key=lambda text: len(text.rstrip(" .…")), default="")
    if longest:
        return longest
    pictures = [picture.attributes.get("alt") or "" for node in own for picture in node.css("img[alt]")]
    return max((" ".join(alt.split()) for alt in pictures), key=len, default="")
