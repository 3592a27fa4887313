"""The part of the page from which the engine took its text.

The engine tells well which sentences are the article's, but writes them anew and loses what is not text: captions,
players, listings, tables. So its answer is looked up in the page, and the page's own elements are kept.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.domain.completeness import letters
from feedbot.sources.article.lines import own_texts, plain
from feedbot.sources.article.measures import letters_of, link_share
from feedbot.sources.html import paragraphs
from feedbot.sources.html_walk import ancestors, is_block

_SHINGLE = 8
_MATCHED = 0.5
_MOST = 0.8
_MEDIA = "img, figure, picture, video, audio, iframe, amp-img, embed"
_STRUCTURES = "pre, table, ul, ol, blockquote, dl"
_LINKS = 0.4
_PARAGRAPH = 24
_CAPTION = 200
_MEDIA_TAGS = frozenset({"figure", "img", "picture"})
_STRUCTURE_TAGS = frozenset(_STRUCTURES.split(", "))


def locate(tree: LexborHTMLParser, found: str) -> LexborNode | None:
    """The element that holds the text of the clean HTML `found`, sifted; None if it cannot be told."""
    body = tree.body
    said = _Said(found)
    if body is None or not said:
        return None
    weights = _weights(body, said)
    node = _lowest(body, weights)
    if node is not None and node.mem_id not in said.holders:
        _Sifting(weights, said.holders).sift(node)
    return node


class _Said:
    """What the engine found, for looking up; `holders` are the elements whose own text it has."""

    def __init__(self, html: str) -> None:
        parts = [plain(text) for text in paragraphs(html)]
        whole = "".join(parts)
        self._short = {part for part in parts if len(part) < _SHINGLE}
        self._shingles = {whole[index : index + _SHINGLE] for index in range(len(whole) - _SHINGLE + 1)}
        self.holders: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._shingles)

    def has(self, text: str) -> bool:
        """Whether the engine's answer has most of the text."""
        said = plain(text)
        if len(said) < _SHINGLE:
            return said in self._short
        shingles = [said[index : index + _SHINGLE] for index in range(0, len(said) - _SHINGLE + 1, 3)]
        return sum(shingle in self._shingles for shingle in shingles) >= _MATCHED * len(shingles)


def _weights(body: LexborNode, said: _Said) -> dict[int, int]:
    """The letters of the engine's text inside each element, by memory id."""
    weights: dict[int, int] = {}
    for holder, parts in own_texts(body):
        text = "".join(parts)
        if not said.has(text):
            continue
        said.holders.add(holder.mem_id)
        count = letters(text)
        for node in (holder, *ancestors(holder)):
            weights[node.mem_id] = weights.get(node.mem_id, 0) + count
    return weights


def _lowest(body: LexborNode, weights: dict[int, int]) -> LexborNode | None:
    total = weights.get(body.mem_id, 0)
    if not total:
        return None
    node = body
    while True:
        inner = next((child for child in node.iter() if weights.get(child.mem_id, 0) >= _MOST * total), None)
        if inner is None:
            return node
        node = inner


class _Sifting:
    """Takes out of the located element what the engine left out for a reason."""

    def __init__(self, weights: dict[int, int], holders: set[int]) -> None:
        self._weights = weights
        self._holders = holders

    def sift(self, node: LexborNode) -> None:
        todo = [node]
        while todo:
            outer = todo.pop()
            children = list(outer.iter())
            told = [index for index, child in enumerate(children) if self._weights.get(child.mem_id)]
            first, last = (told[0], told[-1]) if told else (len(children), -1)
            for index, child in enumerate(children):
                if self._weights.get(child.mem_id):
                    if child.mem_id not in self._holders and letters_of(child) > self._weights[child.mem_id]:
                        todo.append(child)
                elif is_block(child.tag or "") and not self._is_kept(
                    child, is_before=index < first, is_after=index > last
                ):
                    child.decompose(recursive=True)

    def _is_kept(self, node: LexborNode, *, is_before: bool, is_after: bool) -> bool:
        count = letters_of(node)
        if not count:
            return True
        if link_share(node) > _LINKS:
            return False
        is_media = node.tag in _MEDIA_TAGS or node.css_first(_MEDIA) is not None
        if is_before:
            is_sentence = count >= 2 * _PARAGRAPH and node.text().rstrip()[-1:] in "。！？.!?"
            return is_sentence or (is_media and count <= _CAPTION)
        if is_after:
            is_structure = node.tag in _STRUCTURE_TAGS or node.css_first(_STRUCTURES) is not None
            return is_media or is_structure or (node.tag == "p" and count >= _PARAGRAPH)
        return True
