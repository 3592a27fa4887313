"""What an article says in a few sentences."""

from __future__ import annotations

import re

from feedbot.domain.article import Content
from feedbot.domain.boilerplate import is_boilerplate, without_dateline
from feedbot.domain.extract import extract
from feedbot.domain.sentences import CLOSERS, FULL_STOPS, is_cjk, sentence_ends
from feedbot.domain.texts import boundary_at_or_before, is_boundary

ELLIPSIS = "…"
_CUT_MARK = re.compile(r"(?:\s*(?:\.{3,}|…+|\[\s*(?:\.{3,}|…+)\s*\]))+\s*\Z")
_CLAUSE_END = re.compile(r"[，、；：；—][”’」』）】》]*|[,;:)](?=\s)")
_ENTITY = re.compile(r"&#?\w{1,31};")
_OPENERS = "“‘「『（([【《〈«‹{〔"
_CLOSED_ENDS = FULL_STOPS + CLOSERS + "…"
_DANGLING = " ，、；：,;:—-–" + _OPENERS
_LONGEST_ENTITY = 34
_NOT_SAID = re.compile(r"[\W_]+")
_SAME_START = 40
_BODY_START = 500
# How far behind the room a cut looks to know that it falls between two sentences, words and characters.
_LOOK_AHEAD = 64


def summarise(text: str, max_chars: int) -> str:
    """The first sentences of `text` that fit into `max_chars` characters (code points), in one line.

    A text that fits is returned whole. When not even the first sentence fits, it is cut after a clause, else after a
    word, and ends in `…`. A word longer than all the room is cut between two user-perceived characters.
    """
    line, lengths = _one_line(text, max_chars)
    if len(line) <= max_chars:
        return line
    whole = _sentences(line, max_chars)
    if whole:
        return whole
    titles = [length for length in lengths if max_chars <= length * 4 <= max_chars * 4 and is_boundary(line, length)]
    return line[: titles[-1]] if titles else _cut(line, max_chars)


def article_summary(content: Content, max_chars: int, body_text: str = "") -> str:
    """The summary to show for an article, of at most `max_chars` characters, as `summarise` makes it.

    The source's own summary if it wrote one: not merely the title again or a call to read on, nor the beginning of
    `body_text` (the body as plain text) cut off. Then the abstract or sentences of the body say it better.
    """
    own = _own_words(content)
    if not is_own_summary(content, body_text):
        if content.abstract:
            return summarise(content.abstract, max_chars)
        return of_body(content.title, body_text, max_chars)
    if not content.summary_is_cut:
        return summarise(own, max_chars)
    line, _ = _one_line(own, max_chars)
    return _sentences(line, max_chars) or of_body(content.title, body_text, max_chars) or _cut(line, max_chars)


def is_own_summary(content: Content, body_text: str) -> bool:
    """Whether the source summed the article up itself: with more than its title, a call to read on, or its beginning.

    `body_text` is the body as plain text.
    """
    own = _own_words(content)
    if not _said(own) or _said(own) == _said(content.title) or is_boilerplate(own):
        return False
    begins = _said(without_dateline(body_text[:_BODY_START])).startswith(_said(own)[:_SAME_START])
    return not (content.summary_is_cut and begins)


def _own_words(content: Content) -> str:
    own = _CUT_MARK.sub("", content.summary) if content.summary_is_cut else content.summary
    return without_dateline(own)


def of_body(title: str, body_text: str, max_chars: int) -> str:
    """The sentences of a body (plain text) that say best what it is about, else its beginning cut to `max_chars`.

    A body that fits is returned whole.
    """
    line, _ = _one_line(without_dateline(body_text), max_chars)
    if len(line) <= max_chars and not is_boilerplate(line):
        return line
    return extract(body_text, title, max_chars) or summarise(without_dateline(body_text), max_chars)


def is_cut(text: str) -> bool:
    """Whether a summary ends as sites end one that they cut off: ` ...`, `…`, `[…]`."""
    return bool(_CUT_MARK.search(text))


def _one_line(text: str, max_chars: int) -> tuple[str, list[int]]:
    """The text with its blanks collapsed, as far as a cut at `max_chars` looks, and its length after each line."""
    parts: list[str] = []
    lengths: list[int] = []
    length = 0
    for part in filter(None, (" ".join(part.split()) for part in text.splitlines())):
        if parts and not (parts[-1][-1] in _CLOSED_ENDS and is_cjk(part[0])):
            parts.append(" ")
            length += 1
        parts.append(part[: max(max_chars, 0) + _LOOK_AHEAD])
        length += len(parts[-1])
        lengths.append(length)
        if length > max_chars + _LOOK_AHEAD:
            break
    return "".join(parts), lengths


def _sentences(line: str, max_chars: int) -> str:
    """The whole sentences at the start of `line` that fit."""
    ends = [end for end in sentence_ends(line) if end <= max_chars and is_boundary(line, end)]
    return line[: ends[-1]] if ends else ""


def _cut(line: str, max_chars: int) -> str:
    if max_chars < 1:
        return ""
    room = max_chars - len(ELLIPSIS)
    if len(line) <= room:
        return _ended(line)
    clauses = [match.end() for match in _CLAUSE_END.finditer(line, 0, room) if is_boundary(line, match.end())]
    if clauses and clauses[-1] * 2 >= room:
        return _ended(line[: clauses[-1]])
    end = _word_end(line, room)
    return _ended(line[: end if end * 3 >= room else _outside_entity(line, boundary_at_or_before(line, room))])


def _word_end(line: str, room: int) -> int:
    """The last position, at most `room`, between two words."""
    for index in range(min(room, len(line)), 0, -1):
        if is_boundary(line, index) and _is_between_words(line, index):
            return _outside_entity(line, index)
    return 0


def _is_between_words(line: str, index: int) -> bool:
    if index >= len(line) or line[index].isspace():
        return True
    before, after = line[index - 1], line[index]
    return (
        (is_cjk(before) or is_cjk(after))
        and before not in _OPENERS
        and after not in CLOSERS
        and not (before.isascii() and before.isalnum() and after.isascii())
    )


def _outside_entity(line: str, index: int) -> int:
    for match in _ENTITY.finditer(line, max(index - _LONGEST_ENTITY, 0), index + _LONGEST_ENTITY):
        if match.start() < index < match.end():
            return match.start()
    return index


def _ended(text: str) -> str:
    kept = text.rstrip(_DANGLING)
    return text[: boundary_at_or_before(text, len(kept))] + ELLIPSIS


def _said(text: str) -> str:
    """What a text says without its blanks and punctuation, for comparing."""
    return _NOT_SAID.sub("", text).lower()
