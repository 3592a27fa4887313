"""A portal page, decoded, mended and parsed, and the small questions that all parts of the parser ask of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources import html_urls
from feedbot.sources.encoding import decode, strip_controls
from feedbot.sources.html import base_address, parse
from feedbot.sources.repair import repair_html
from feedbot.sources.spec import Page, ParseOptions
from feedbot.sources.truncation import is_truncated

# An article is aid N under every form of its address: dynamic, static, and generated (page 2 glued to eight digits).
_STATIC = re.compile(r"/article-(?P<aid>\d{1,10})-(?P<page>\d{1,4})\.html\Z", re.ASCII)
_GENERATED = re.compile(r"/\d{6}/(?P<aid>\d{8})(?P<page>\d{0,4})\.html\Z", re.ASCII)
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)

_MARKS = re.compile(r"""\bdiscuz_uid\b|content="Discuz! |Powered by Discuz!|Powered by <strong><a [^<>]*>Discuz!""")
_ESCAPED_TWICE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE | re.ASCII)
_CUT_REFERENCE = re.compile(r"&#x?[0-9a-f]{0,7}(?= \.\.\.\Z)", re.IGNORECASE)
_AFTER_WIDE_PUNCTUATION = re.compile(r"(?<=[。！？；：，、”’』」》）…]) (?!\.\.\.\Z)")

_GLOSS = re.compile(r"\([^()]{1,12}\)")
_TRADITIONAL_LABELS = str.maketrans("發佈評論來內關類門戶戸", "发布评论来内关类门户户")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed page without its scripts and styles; links are relative to `base`, which is not always `url`.

    `is_cut`: the page ends in the middle.
    """

    tree: LexborHTMLParser
    url: str
    base: str
    is_discuz: bool
    has_scripts: bool
    is_cut: bool = False

    def first(self, *selectors: str) -> LexborNode | None:
        """The first node that the first matching selector finds."""
        return next((node for node in map(self.tree.css_first, selectors) if node is not None), None)

    def text(self, selector: str) -> str:
        """The text of the first match as it stands in the page; `""` without one."""
        node = self.tree.css_first(selector)
        return node.text() if node is not None else ""

    def absolute(self, url: str | None) -> str:
        """The absolute http(s) address of a link as written in the page; `""` if it is none."""
        return html_urls.absolute(url or "", self.base)

    @property
    def title(self) -> str:
        """What stands in `<title>`."""
        return text_of(self.tree.css_first("title"))


def read(page: Page, options: ParseOptions) -> Document:
    """The page, decoded as `options.encoding` or the page itself says, with `options.repair` done to its texts."""
    text = strip_controls(decode(page.body, declared=page.charset, override=options.encoding))
    if options.repair:
        text = repair_html(text, options.repair)
    tree = parse(text)
    base = base_address(tree, page.url)
    tree.strip_tags(["script", "style", "noscript"])
    return Document(
        tree=tree,
        url=page.url,
        base=base,
        is_discuz=_MARKS.search(text) is not None,
        has_scripts="<script" in text.lower(),
        is_cut=is_truncated(text, "html"),
    )


def text_of(node: LexborNode | None) -> str:
    """The node's text as a reader sees it: one line, single blanks, no reference left undone."""
    return plain(node.text()) if node is not None else ""


def plain(text: str) -> str:
    """The text on one line with single blanks; `&#8451;` that an edition escaped twice comes out as `℃`."""
    unescaped = _ESCAPED_TWICE.sub(lambda match: html.unescape(match[0]), text)
    return " ".join(strip_controls(unescaped).split())


def prose(text: str) -> str:
    """As `plain`, without the blanks that paragraphs leave after full-width punctuation when run together.

    A reference that the portal cut in two (`&#12 ...`) goes too.
    """
    return _AFTER_WIDE_PUNCTUATION.sub("", _CUT_REFERENCE.sub("", plain(text)))


def label(text: str) -> str:
    """A label of the template in one spelling: simplified, without glosses in brackets, blanks and colons.

    >>> label("發(fā)布者: ")
    '发布者'
    """
    return _GLOSS.sub("", plain(text)).translate(_TRADITIONAL_LABELS).strip(" :：•·")


def article_id(url: str) -> int | None:
    """The article's aid in any form of its address; None if it is no article's address."""
    return next((int(aid) for aid, _page in _article_addresses(url)), None)


def page_number(url: str) -> int:
    """Which page of its article the address names, from 1."""
    return next((int(page or 1) for _aid, page in _article_addresses(url)), 1) or 1


def _article_addresses(url: str) -> Iterator[tuple[str, str]]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if query.get("mod") == "view" and _NUMBER.fullmatch(query.get("aid", "")):
        page = query.get("page", "")
        yield query["aid"], page if _NUMBER.fullmatch(page) else ""
    match = _STATIC.search(parts.path) or _GENERATED.search(parts.path)
    if match:
        yield match["aid"], match["page"]
