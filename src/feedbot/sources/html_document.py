"""A web page as the finders of sources look at it: its tree, its head, its links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from selectolax.lexbor import LexborHTMLParser

from feedbot.errors import NotParseable
from feedbot.sources.encoding import decode
from feedbot.sources.feed_prolog import has_feed_root
from feedbot.sources.feed_values import language
from feedbot.sources.html import absolute, base_address, declared_language, one_line, parse
from feedbot.sources.spec import Page, ParseOptions
from feedbot.sources.truncation import half, is_truncated

_HEAD_CHARACTERS = 65_536
_ELEMENT = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|script|main|div|ul|ol|table|article|section|p|a|h[1-6])(?=[\s>/])",
    re.IGNORECASE,
)
_MOST_LINKS = 20_000
_MOST_HEAD_LINKS = 2_000


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the page: its absolute address, what it reads, and the kinds of its `rel` in lower case."""

    url: str
    text: str = ""
    rel: frozenset[str] = frozenset()
    mime_type: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed page; its relative links start from `base_url`, which is not always `url`.

    `generator` are the programs that it names as its makers, in lower case.
    """

    tree: LexborHTMLParser
    text: str
    url: str
    base_url: str
    generator: str = ""

    @property
    def parts(self) -> SplitResult:
        """The page's address, taken apart."""
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """The page's host in lower case."""
        return (self.parts.hostname or "").lower()

    def at(self, path: str) -> str:
        """The address `path` (from the root) of the page's own site."""
        return absolute(path, f"{self.parts.scheme}://{self.parts.netloc}/")

    def absolute(self, url: str | None) -> str:
        """The absolute http(s) address of a link as written in the page; `""` if it is none."""
        return absolute(url or "", self.base_url)

    def meta(self, name: str) -> str:
        """The content of the first `<meta>` of that name or property (lower case), in one line; `""` without one."""
        return next((content for found, content in self.metas() if found == name), "")

    def metas(self) -> Iterator[tuple[str, str]]:
        """The name or property of each `<meta>` in lower case, and its content in one line."""
        for node in self.tree.css("meta[content]"):
            name = node.attributes.get("name") or node.attributes.get("property") or ""
            yield name.strip().lower(), " ".join((node.attributes.get("content") or "").split())

    @property
    def body_classes(self) -> frozenset[str]:
        """The classes of `<body>`."""
        body = self.tree.css_first("body[class]")
        return frozenset((body.attributes.get("class") or "").split()) if body is not None else frozenset()

    @property
    def title(self) -> str:
        """What stands in `<title>`, in one line."""
        node = self.tree.css_first("title")
        return " ".join(node.text().split()) if node is not None else ""

    def head_links(self) -> Iterator[Link]:
        """Every `<link>` with an address, in the page's order, up to 2,000 of them."""
        for node in self.tree.css("link[href][rel]")[:_MOST_HEAD_LINKS]:
            url = self.absolute(node.attributes.get("href"))
            if url:
                yield Link(
                    url,
                    rel=frozenset((node.attributes.get("rel") or "").lower().split()),
                    mime_type=(node.attributes.get("type") or "").partition(";")[0].strip().lower(),
                    title=one_line(node.attributes.get("title") or ""),
                )

    def links(self) -> Iterator[Link]:
        """Every `<a>` with an address, in the page's order, up to 20,000 of them."""
        for node in self.tree.css("a[href]")[:_MOST_LINKS]:
            url = self.absolute((node.attributes.get("href") or "").strip().removeprefix("feed:"))
            if url:
                yield Link(
                    url,
                    text=" ".join(node.text().split()),
                    rel=frozenset((node.attributes.get("rel") or "").lower().split()),
                    title=" ".join((node.attributes.get("title") or "").split()),
                )


def read(page: Page, options: ParseOptions) -> Document | None:
    """The page as a document; None if it is no HTML."""
    text = decode(page.body, declared=page.charset, override=options.encoding)
    if text.lstrip()[:1] in {"{", "["} or not _ELEMENT.search(text, 0, _HEAD_CHARACTERS) or _is_other_xml(text):
        return None
    tree = parse(text)
    makers = tree.css('meta[name="generator" i][content]')
    generator = " ".join(node.attributes.get("content") or "" for node in makers).lower()
    return Document(tree, text, page.url, base_address(tree, page.url), generator)


def _is_other_xml(text: str) -> bool:
    """Whether this is XML of another kind, which may well have HTML in it: a feed, a sitemap."""
    is_declared = text.lstrip()[:5] == "<?xml" and "<html" not in text[:_HEAD_CHARACTERS].lower()
    return is_declared or has_feed_root(text)


def read_or_refuse(page: Page, options: ParseOptions) -> Document:
    """The page as a document.

    Raises:
        NotParseable: it is no HTML.
    """
    document = read(page, options)
    if document is None:
        raise NotParseable("This is no web page.", url=page.url)
    return document


def refuse_half(document: Document) -> None:
    """Nothing, for a page that is whole.

    Raises:
        NotParseable: the page was cut off on its way; half of a list must not pass for the list.
    """
    if is_truncated(document.text, "html"):
        raise half(document.url)


def page_language(document: Document) -> str | None:
    """The language that the page says it is in (BCP 47), None if it does not."""
    return language(declared_language(document.tree))
