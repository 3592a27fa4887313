"""The page's text, block by block, and the part of it that stands about the title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from feedbot.domain.completeness import letters
from feedbot.sources.article.document import Document
from feedbot.sources.html_walk import ancestors, is_block

_UNREAD = frozenset({"script", "style", "noscript", "template", "textarea", "option", "title"})
_CELLS = frozenset({"td", "th"})
_NOT_SAID = re.compile(r"[\W_]+")
_BEFORE, _AFTER = 4, 9
_LONG = 200
_MOST = 4000
_FEW = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A block's own text, its pieces separated by blanks, and the block."""

    text: str
    node: LexborNode


def own_texts(body: LexborNode) -> Iterator[tuple[LexborNode, list[str]]]:
    """Each line of the page's source order, as the pieces of its text, with the block or table cell that it is in.

    A line ends with its block, at another block inside that, and at `<br>`.
    """
    holder: LexborNode | None = None
    parts: list[str] = []
    for node in body.traverse(include_text=True):
        if node.tag == "br" and parts and holder is not None:
            yield holder, parts
            parts = []
        if not node.is_text_node or (node.parent is not None and node.parent.tag in _UNREAD):
            continue
        text = node.text_content or ""
        if not text.strip():
            continue
        outer = next((outer for outer in ancestors(node) if is_block(outer.tag or "") or outer.tag in _CELLS), body)
        if parts and holder is not None and outer.mem_id != holder.mem_id:
            yield holder, parts
            parts = []
        holder = outer
        parts.append(text)
    if parts and holder is not None:
        yield holder, parts


def about_title(document: Document, title: str) -> list[Line]:
    """The short lines around the title, where bylines and dates stand: those below it first, then those above."""
    body = document.tree.body
    wanted = plain(title)
    if body is None or not wanted:
        return []
    found = [Line(" ".join(" ".join(parts).split()), node) for node, parts in _some(own_texts(body))]
    at = next((index for index, line in enumerate(found) if _is_title(line, wanted)), None)
    if at is None:
        return []
    below = []
    for line in found[at + 1 : at + 1 + _AFTER]:
        if letters(line.text) > _LONG:
            break
        below.append(line)
    above = [line for line in reversed(found[max(at - _BEFORE, 0) : at]) if letters(line.text) <= _LONG]
    return below + above


def plain(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return _NOT_SAID.sub("", text).lower()


def _is_title(line: Line, wanted: str) -> bool:
    text = plain(line.text)
    return text == wanted or (len(wanted) > _FEW and wanted in text and len(text) <= 2 * len(wanted))


def _some(lines: Iterator[tuple[LexborNode, list[str]]]) -> Iterator[tuple[LexborNode, list[str]]]:
    for _, line in zip(range(_MOST), lines, strict=False):
        yield line
