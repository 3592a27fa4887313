"""Whether a document was cut off on its way: half of a list must not pass for the list, half of an article for it.

A connection that breaks is noticed where a length was announced; many servers announce none.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

from feedbot.errors import NotParseable

Kind = Literal["html", "feed"]

_TAIL = 4096
_HEAD = 65_536
_PREFIX = r"(?:[\w.-]{1,40}:)?"
_FEED_END = re.compile(
    rf"</{_PREFIX}(?:rss|rdf|feed|channel)\s*>|<{_PREFIX}(?:rss|rdf|feed)\b[^<>]*+(?<=/)>", re.IGNORECASE
)
# Here the items stand behind the channel.
_RDF = re.compile(rf"<{_PREFIX}rdf(?=[\s>])", re.IGNORECASE)
_RDF_END = re.compile(rf"</{_PREFIX}rdf\s*>", re.IGNORECASE)
_ITEM = re.compile(rf"<{_PREFIX}(?:item|entry)(?=[\s>])", re.IGNORECASE)
_PAGE_END = re.compile(r"</(?:html|body|frameset)\s*>", re.IGNORECASE)
_PAGE_START = re.compile(r"<(?:!doctype|html|head|body)(?=[\s>])", re.IGNORECASE)
_INSIDE_TAG = re.compile(r"<(?:[a-zA-Z][^<>]*|/[a-zA-Z][^<>]*|/|!(?!--)[^<>]*)?\Z")
_INSIDE_REFERENCE = re.compile(
    r"&(?:#[xX]?[0-9a-fA-F]{0,6}|(?:amp|nbsp|lt|gt|quot|l[ds]quo|r[ds]quo|hellip|[mn]dash|middot))\Z"
)
# What has no tags in it, and is left open by no page that is whole.
_RAW = ("script", "style", "textarea", "title", "noscript", "select", "button")
_SKIPPED = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<raw>script|style|textarea|title)\b[^>]*+>.*?(?:</(?P=raw)\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
# Elements that HTML does not let a writer leave open, unlike p, li, td, dd, body and their like.
_CLOSED = (
    "a|abbr|article|aside|b|blockquote|center|dl|div|em|figure|font|footer|form|h[1-6]|header|i|main|nav|ol|pre|section|"
    "span|strong|sub|sup|table|ul"
)
_TAG = re.compile(rf"<(?P<end>/?)(?P<name>{_CLOSED})(?=[\s>/])[^<>]*+>", re.IGNORECASE)
_BLOCK_END = re.compile(
    r"</(?:article|aside|center|dd|div|dl|dt|fieldset|footer|form|header|li|main|nav|noscript|ol|p|script|section|style|table|"
    r"tbody|td|th|tr|ul)\s*>\s*\Z",
    re.IGNORECASE,
)
_ENOUGH_OPEN = 3


def is_truncated(text: str, kind: Kind) -> bool:
    """Whether a feed (XML) or a web page ends before its end, by signs that a sloppy but whole one does not show.

    A feed is whole when its root or channel is closed after its last item. A page is whole when it closes its body;
    one that never does is cut if it ends inside a tag, a reference, a comment or a script, within an element that
    must be closed, or with three of them open. Takes time linear in the size of `text`.
    """
    return _is_cut_feed(text) if kind == "feed" else _is_cut_page(text)


def half(url: str) -> NotParseable:
    """The error of a page that is cut."""
    return NotParseable("The page ends in the middle: the rest of it did not arrive.", url=url)


def _is_cut_feed(text: str) -> bool:
    end = 0
    ending = _RDF_END if _RDF.search(text, 0, _HEAD) else _FEED_END
    for found in ending.finditer(text):
        end = found.end()
    return end == 0 or _ITEM.search(text, end) is not None


def _is_cut_page(text: str) -> bool:
    if not text.strip() or _PAGE_END.search(text):
        return False
    tail = text[-_TAIL:].rstrip()
    if _INSIDE_TAG.search(tail[max(tail.rfind("<"), 0) :]) or _ends_in_raw_text(text):
        return True
    if not _PAGE_START.search(text):  # a fragment that a site serves as it is
        return False
    if _INSIDE_REFERENCE.search(tail):
        return True
    if _BLOCK_END.search(tail):  # the last part is whole: a template that forgets its end looks the same
        return False
    return _left_open(text) >= (_ENOUGH_OPEN if tail.endswith(">") else 1)


def _ends_in_raw_text(text: str) -> bool:
    lowered = text.lower()
    if lowered.rfind("<!--") > lowered.rfind("-->"):
        return True
    return any(lowered.rfind(f"<{name}") > lowered.rfind(f"</{name}") for name in _RAW)


def _left_open(text: str) -> int:
    """How many elements are open at the end that would have to be closed."""
    depth: Counter[str] = Counter()
    for tag in _TAG.finditer(_SKIPPED.sub("", text)):
        name = tag["name"].lower()
        if not tag["end"]:
            depth[name] += 1
        elif depth[name]:
            depth[name] -= 1
    return depth.total()
