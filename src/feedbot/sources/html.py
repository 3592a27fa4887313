"""Article HTML made safe, tidy and whole, and read as plain text."""

from __future__ import annotations

import re
from html import unescape

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.domain.article import Image
from feedbot.sources.encoding import strip_controls
from feedbot.sources.html_attributes import refine
from feedbot.sources.html_tags import is_heavy, tame
from feedbot.sources.html_urls import absolute
from feedbot.sources.html_walk import Exit, is_block, leave_quietly, walk
from feedbot.sources.html_write import write

__all__ = [
    "absolute",
    "base_address",
    "clean",
    "declared_language",
    "images",
    "one_line",
    "paragraphs",
    "parse",
    "to_text",
]

_TAG_NAMES = (
    "a b blockquote br code em figcaption figure h2 h3 h4 h5 h6 hr i img li ol p pre s strong sub sup table tbody td "
    "th thead tr u ul"
)
_TAGS = set(_TAG_NAMES.split())
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}
_EMPTY_LINES = re.compile(r"\n{2,}")
_SCHEMES = {"http", "https", "mailto", "tel"}
# The sanitiser takes quadratic time over ampersands and no-break spaces, so others stand in for them meanwhile: two
# characters that are none, which the writer leaves out of every text.
_STAND_INS = (("&amp;", "\uffff"), ("\xa0", "\ufffe"))


def clean(html: str, base_url: str) -> str:
    """An article's HTML, safe to show anywhere and the same however often it is cleaned.

    Keeps paragraphs, headings (h2-h6), lists, tables, quotes, code, figures, pictures, links and emphasis; every
    address is absolute, http or https (links also mailto and tel) and ASCII. Lazily loaded pictures get their address,
    players become links; scripts, forms, styles, hidden text, tracking pixels and Word's markup go. `base_url` is the
    page's own address, or its `<base>`. Takes time linear in the size of `html`, whatever it is.
    """
    if not html:
        return ""
    written = write(_tree(html), base_url)
    # The writer has already left out all that is dangerous; the sanitiser is what that claim is checked by.
    for character, stand_in in _STAND_INS:
        written = written.replace(character, stand_in)
    safe = nh3.clean(written, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)
    for character, stand_in in _STAND_INS:
        safe = safe.replace(stand_in, character)
    return safe


def base_address(tree: LexborHTMLParser, page_url: str) -> str:
    """Where a page's relative links start from: what its `<base>` says, else the page itself."""
    base = tree.css_first("base[href]")
    return (absolute(base.attributes.get("href") or "", page_url) if base is not None else "") or page_url


def declared_language(tree: LexborHTMLParser) -> str:
    """The language tag that a page's root bears, as it is written; empty if it bears none."""
    root = tree.css_first("html[lang]")
    return (root.attributes.get("lang") or "").strip() if root is not None else ""


def paragraphs(html: str) -> list[str]:
    """The plain text of each paragraph, heading, list item and table row; a line break stays one."""
    if not html:
        return []
    reader = _Reader()
    walk(_tree(html), reader.text, reader.enter)
    reader.flush()
    return reader.found


def to_text(html: str) -> str:
    """The plain text: paragraphs separated by an empty line, entities decoded, blanks collapsed."""
    return "\n\n".join(paragraphs(html))


def one_line(html: str) -> str:
    """The plain text in one line, for titles and names."""
    if "<" not in html:
        return " ".join(strip_controls(unescape(html)).split())
    return " ".join(to_text(html).split())


def images(html: str) -> tuple[Image, ...]:
    """The pictures of cleaned HTML in their order, each address once."""
    if "<img" not in html:
        return ()
    found: dict[str, Image] = {}
    for node in LexborHTMLParser(html, is_fragment=True).css("img[src]"):
        url = node.attributes.get("src") or ""
        found.setdefault(url, Image(url, node.attributes.get("alt") or ""))
    return tuple(found.values())


def parse(html: str) -> LexborHTMLParser:
    """The document as a tree, in linear time; comments and scripts of a suspiciously large one are missing."""
    plain = strip_controls(html)
    return LexborHTMLParser(tame(plain) if is_heavy(plain) else plain)


def _tree(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(tame(strip_controls(html.replace("\f", " ")), refine), is_fragment=True)


class _Reader:
    """Gathers the text of each paragraph."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._run: list[str] = []
        self._preformatted = 0

    def text(self, text: str) -> None:
        self._run.append(text if self._preformatted else text.replace("\n", " "))

    def enter(self, tag: str, _node: LexborNode) -> Exit | None:
        if tag == "br":
            self._run.append("\n")
        elif tag in {"td", "th"}:
            self._run.append(" ")
        elif tag == "pre":
            self.flush()
            self._preformatted += 1
            return self._leave_pre
        elif is_block(tag):
            self.flush()
            return self.flush
        return leave_quietly

    def flush(self) -> None:
        lines = [" ".join(line.split()) for line in "".join(self._run).split("\n")]
        self._run.clear()
        text = "\n".join(lines).strip("\n")
        if text:
            # An empty line is the end of a paragraph, but not in a listing.
            self.found += [text] if self._preformatted else [part.strip() for part in _EMPTY_LINES.split(text)]

    def _leave_pre(self) -> None:
        self.flush()
        self._preformatted -= 1
