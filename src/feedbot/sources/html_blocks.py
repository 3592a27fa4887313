"""The blocks of an article as they are being written: runs of text become paragraphs, the rest nests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby

_SPACES = re.compile("[ \t\n\f\r\v\xa0]+")
_BLANK = " \t\n\f\r\v\xa0\u3000\ufeff\u200b"
_INDENTED = re.compile("[ \t\n\f\r\v]*+(?:\u3000|\xa0[\xa0 ])")
_BREAK = "<br>"

# Where a lone run of text stands without <p>.
BARE = frozenset({"li", "td", "th", "figcaption", "figure"})
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class Format:
    """An inline element around text: its name and its opening tag."""

    name: str
    tag: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands in a line: text (plain, not escaped), a line break or a picture, inside its formats."""

    kind: str
    value: str
    formats: tuple[Format, ...] = ()


@dataclass(slots=True)
class Item:
    """A finished block; `kind` is `p` (inner HTML), `img` (a paragraph of pictures only) or an element's name."""

    kind: str
    html: str


@dataclass(slots=True)
class Frame:
    """An open block: the run of its current paragraph, and what is finished."""

    name: str
    tag: str = ""
    run: list[Piece] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    cells: list[Frame] = field(default_factory=list)

    def flush(self) -> None:
        """Ends the current paragraph."""
        if self.run:
            self.items += _paragraphs(_joined(self.run))
            self.run.clear()

    def is_at_line_start(self) -> bool:
        """Whether the run is empty or has just begun a line."""
        return not self.run or self.run[-1].kind == "br" or self.run[-1].value.endswith("\n")

    def inner(self) -> str:
        """The HTML between the frame's tags."""
        if self.name == "pre":
            return _preformatted(self.run)
        self.flush()
        if self.name in HEADINGS:
            return _BREAK.join(item.html for item in self.items)
        if self.name in {"ul", "ol"}:
            return "".join(item.html if item.kind == "li" else f"<li>{item.html}</li>" for item in self.items)
        return "".join(self._wrapped())

    def _wrapped(self) -> Iterator[str]:
        paragraphs = [item for item in self.items if item.kind in {"p", "img"}]
        bare = paragraphs[0] if self.name in BARE and len(paragraphs) == 1 and paragraphs[0] is self.items[0] else None
        for item in self.items:
            is_bare = item is bare or item.kind not in {"p", "img"} or (self.name == "figure" and item.kind == "img")
            yield item.html if is_bare else f"<p>{item.html}</p>"


def serialise(pieces: Iterable[Piece]) -> str:
    """The pieces as HTML; formats that neighbours share are opened once."""
    out: list[str] = []
    active: tuple[Format, ...] = ()
    for piece in (*pieces, Piece("end", "")):
        shared = _shared(active, piece.formats)
        out += [f"</{inline.name}>" for inline in reversed(active[shared:])]
        out += [inline.tag for inline in piece.formats[shared:]]
        active = piece.formats
        out.append(escape(piece.value, quote=False) if piece.kind == "text" else piece.value)
    return "".join(out)


def _shared(left: Sequence[Format], right: Sequence[Format]) -> int:
    count = 0
    for ours, theirs in zip(left, right, strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def _joined(run: list[Piece]) -> list[Piece]:
    """The run with neighbouring texts of the same formats made one."""
    pieces: list[Piece] = []
    for (is_text, formats), group in groupby(run, lambda piece: (piece.kind == "text", piece.formats)):
        if is_text:
            pieces.append(Piece("text", "".join(piece.value for piece in group), formats))
        else:
            pieces += group
    return pieces


def _preformatted(run: list[Piece]) -> str:
    """The run as it is, but for blank lines at either end."""
    pieces = _joined(run)
    while pieces and pieces[-1].kind == "text" and not pieces[-1].value.strip():
        pieces.pop()
    while pieces and pieces[0].kind == "text" and not pieces[0].value.strip():
        pieces.pop(0)
    if pieces and pieces[-1].kind == "text":
        pieces[-1] = replace(pieces[-1], value=pieces[-1].value.rstrip())
    if pieces and pieces[0].kind == "text":
        pieces[0] = replace(pieces[0], value=pieces[0].value.lstrip("\n"))
    return serialise(pieces)


def _paragraphs(run: list[Piece]) -> Iterator[Item]:
    for lines in _split(run):
        pieces = list(_trimmed(lines))
        if pieces:
            yield Item("img" if all(piece.kind == "img" for piece in pieces) else "p", serialise(pieces))


def _split(run: list[Piece]) -> Iterator[list[Piece]]:
    """The run cut where an author meant a paragraph: at two breaks, and at a break before an indented line."""
    current: list[Piece] = []
    breaks = 0
    for piece in run:
        if piece.kind == "br":
            breaks += 1
        elif piece.kind == "text" and not piece.value.strip(_BLANK) and not (breaks and _INDENTED.match(piece.value)):
            current.append(piece)
            continue
        elif breaks > 1 or (breaks and piece.kind == "text" and _INDENTED.match(piece.value)):
            yield current
            current, breaks = [], 0
        else:
            breaks = 0
        current.append(piece)
    yield current


def _trimmed(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces without blanks and breaks at either end, blanks around breaks, and repeated blanks."""
    held: list[Piece] = []  # either one blank or breaks alone
    at_start, after_space = True, False
    for piece in pieces:
        if piece.kind == "br":
            if not at_start:
                held = held if _are_breaks(held) else []
                held.append(Piece("br", _BREAK))
                after_space = False
            continue
        if piece.kind != "text":
            yield from held
            held, at_start, after_space = [], False, False
            yield piece
            continue
        line_start = at_start or _are_breaks(held)
        text = _SPACES.sub(_one_space, piece.value.replace("\ufeff", ""))
        text = text.lstrip(_BLANK) if line_start else (text.lstrip(" ") if after_space else text)
        body = text.rstrip(_BLANK)
        if not body:
            if text and not line_start and not after_space:
                held.append(Piece("text", " ", piece.formats))
                after_space = True
            continue
        yield from held
        held, at_start, after_space = [], False, False
        yield Piece("text", body, piece.formats)
        if len(body) < len(text):
            held.append(Piece("text", text[len(body) :], piece.formats))
            after_space = text[-1] == " "


def _are_breaks(held: list[Piece]) -> bool:
    return bool(held) and held[0].kind == "br"


def _one_space(match: re.Match[str]) -> str:
    return match[0] if match[0] == "\xa0" else " "
