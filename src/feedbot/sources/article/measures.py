"""How much text a part of a page has, and how much of it are links."""

from __future__ import annotations

import re
from html import unescape

from selectolax.lexbor import LexborNode

from feedbot.domain.completeness import letters

_TAG = re.compile(r"<[^<>]*>")


def letters_of(node: LexborNode) -> int:
    """How many letters the element's text has; East Asian ones count as two."""
    return letters(node.text(separator=""))


def letters_in(html: str) -> int:
    """As `letters_of`, for clean HTML."""
    return letters(unescape(_TAG.sub(" ", html)))


def link_share(node: LexborNode) -> float:
    """The share of the element's letters that stand in links, 0 to 1."""
    total = letters_of(node)
    if not total:
        return 0.0
    return sum(letters_of(link) for link in node.css("a")) / total
