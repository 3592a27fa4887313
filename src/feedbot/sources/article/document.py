"""An article page, decoded, mended and parsed, with the small questions that all parts of this package ask of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources.encoding import decode, strip_controls
from feedbot.sources.html import absolute, base_address, declared_language, parse
from feedbot.sources.html_tags import tame
from feedbot.sources.repair import repair_html
from feedbot.sources.spec import Page, ParseOptions

# The engine takes 7 to 10 s for a page of 100,000 links, and its time grows faster than the page.
HEAVY_CHARACTERS = 2_000_000
# Deeper than that the engine's parser loses what is inside.
_DEEP_TAGS = 200
_REFERENCE = re.compile(r"&#(?:x(?P<hex>[0-9a-f]{1,8})|(?P<decimal>\d{1,10}));?", re.IGNORECASE | re.ASCII)
_ILLEGAL = (range(9), range(11, 13), range(14, 32), range(0xD800, 0xE000), range(0xFFFE, 0x10000))
_LAST_CODE = 0x10FFFF
_DOCUMENT_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", "")
_SIGNATURES = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"RIFF",
    b"\x1aE\xdf\xa3",
    b"ID3",
    b"OggS",
)
_BOX_AT, _BOX = 4, b"ftyp"


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed page; links are relative to `base`, which is not always `url`. `text` is its source text."""

    tree: LexborHTMLParser
    text: str
    url: str
    base: str

    @property
    def is_heavy(self) -> bool:
        """Whether it is too large for the engine."""
        return len(self.text) > HEAVY_CHARACTERS

    @property
    def language(self) -> str:
        """The language tag that the page's root bears; empty if it bears none."""
        return declared_language(self.tree)

    def first(self, *selectors: str) -> LexborNode | None:
        """The first node that the first matching selector finds."""
        return next((node for node in map(self.tree.css_first, selectors) if node is not None), None)

    def absolute(self, url: str | None) -> str:
        """The absolute http(s) address of a link as written in the page; `""` if it is none."""
        return absolute(url or "", self.base)


def is_document(page: Page) -> bool:
    """Whether the answer is a page of text at all, and no picture, film, sound, archive or PDF."""
    head = page.body[:16]
    if head.startswith(_SIGNATURES) or head[_BOX_AT : _BOX_AT + len(_BOX)] == _BOX:
        return False
    kind = page.mime_type.partition(";")[0].strip().lower()
    # Servers name many a page's type wrongly: what begins as HTML does is HTML.
    return kind in _DOCUMENT_TYPES or b"<html" in page.body[:2048].lower()


def read(page: Page, options: ParseOptions) -> Document:
    """The page, decoded as `options.encoding` or the page itself says, with `options.repair` done to its texts."""
    text = without_bad_references(strip_controls(decode(page.body, declared=page.charset, override=options.encoding)))
    if options.repair:
        text = repair_html(text, options.repair)
    tree = parse(tame(text) if text.count("<div") > _DEEP_TAGS and _looks_deep(text) else text)
    return Document(tree, text, page.url, base_address(tree, page.url))


def without_bad_references(text: str) -> str:
    """The text without numeric references to characters that XML forbids: one of them empties a page in the engine."""
    return _REFERENCE.sub(_legal, text)


def text_of(node: LexborNode | None) -> str:
    """The node's text as a reader sees it, in one line."""
    return " ".join(strip_controls(node.text(separator="")).split()) if node is not None else ""


def _legal(match: re.Match[str]) -> str:
    code = int(match["hex"], 16) if match["hex"] else int(match["decimal"])
    return "" if code > _LAST_CODE or any(code in forbidden for forbidden in _ILLEGAL) else match[0]


def _looks_deep(text: str) -> bool:
    """Whether so many `<div>` stand open at once that they may lie too deep in each other."""
    depth = 0
    for match in re.finditer(r"<(/?)div\b", text):
        depth += -1 if match[1] else 1
        if depth > _DEEP_TAGS // 2:
            return True
    return False
