"""HTML made harmless to parsers: what would keep them busy for ever is cut before they see it.

The tree-building rules of HTML are quadratic in the depth of nesting, in the attributes of one tag and in formatting
tags that never close: a megabyte of `<div>` takes a conforming parser minutes. One linear pass over the tags bounds all
three. It splits the text as WHATWG HTML, section 13.2.5, does as far as tags, comments and raw text go, and errs
towards seeing too many tags, never too few.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

MAX_DEPTH = 100
MAX_ATTRIBUTES = 64
# Formatting that outlives its paragraph is opened again in each later one, so a few of it multiply the document.
MAX_ORPHANS = 2

_LONG_ATTRIBUTES = 2000
_MANY_TAGS = 5000
_MANY_UNCLOSED = 300

# A repeat followed by + is possessive: the patterns are linear. A quote that never closes is an ordinary character.
_NAME = r"(?:=[^ \t\n\f\r/>=]*+|[^ \t\n\f\r/>=]++)"
_EQUALS = r"[ \t\n\f\r]*+=[ \t\n\f\r]*+"
_UNQUOTED = r"""[^ \t\n\f\r>"'][^ \t\n\f\r>]*+"""
_ATTRIBUTE = rf"""{_NAME}(?:{_EQUALS}(?:"[^"]*+"|'[^']*+'|{_UNQUOTED}))?+"""
_ATTRIBUTES = re.compile(rf"""({_NAME})(?:{_EQUALS}(?:"([^"]*+)"|'([^']*+)'|({_UNQUOTED})))?+""")
_TOKEN = re.compile(
    r"<(?:(?P<slash>/?)(?P<name>[a-zA-Z][^ \t\n\f\r/>]*+)"
    rf"(?P<attributes>(?:[ \t\n\f\r/]++|{_ATTRIBUTE})*+)(?P<closed>>|\Z)"
    r"|!--(?:-?>|.*?(?:--!?>|\Z))|[!?/][^>]*+>?)",
    re.DOTALL,
)

_UNQUOTED_END = re.compile(r"""=[ \t\n\f\r]*+[^ \t\n\f\r"'][^ \t\n\f\r]*\Z""")
_VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
_VOID = frozenset(_VOID_NAMES.split())
_RAW_TEXT = frozenset({"iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"})
_UNSEEN = frozenset({"select", "svg", "template"})
_END_OF = {name: re.compile(rf"</{name}(?=[ \t\n\f\r/>])[^>]*+>?", re.IGNORECASE) for name in _RAW_TEXT | _UNSEEN}
_FORMATTING_NAMES = "a b big code em font i nobr s small strike strong tt u"
_FORMATTING = frozenset(_FORMATTING_NAMES.split())
_CELLS = frozenset({"td", "th", "caption"})
_SCOPES = _CELLS | {"table", "object", "marquee", "applet", "button"}
_TABLE_PARTS = _CELLS | {"table", "tbody", "thead", "tfoot", "tr", "colgroup"}
_BLOCK_NAMES = (
    "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p pre search section summary table ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SPECIAL = _BLOCKS | _TABLE_PARTS | _SCOPES
_ENDED_BY_START = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    **dict.fromkeys(("dd", "dt"), (frozenset({"dd", "dt"}), frozenset({"dl"}))),
    **dict.fromkeys(("td", "th"), (frozenset({"td", "th"}), frozenset({"tr", "table"}))),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    **dict.fromkeys(("tbody", "thead", "tfoot"), (frozenset({"tbody", "thead", "tfoot"}), frozenset({"table"}))),
}

Refine = Callable[[str, dict[str, str]], Mapping[str, str] | None]


def is_heavy(html: str) -> bool:
    """Whether a document has so many tags, or so many unclosed ones, that only `tame` makes it safe to parse."""
    tags = html.count("<")
    unclosed = tags - 2 * html.count("</") - html.count("<br") - html.count("<img") - html.count("<!--")
    return tags > _MANY_TAGS or unclosed > _MANY_UNCLOSED or len(html) > _LONG_ATTRIBUTES * max(tags, 1)


def tame(html: str, refine: Refine | None = None) -> str:
    """The same document, in linear time, without what makes parsers slow; its text stays.

    Comments, scripts, styles and the like are left out. `refine(tag, attributes)`, with values as written, returns the
    attributes to be kept, or None for a tag to be left out.
    """
    return _Tamer(html, refine).run()


class _Tamer:
    def __init__(self, html: str, refine: Refine | None) -> None:
        self._html = html
        self._refine = refine
        self._open = _OpenElements()
        self._out: list[str] = []
        self._never_ended: set[str] = set()

    def run(self) -> str:
        position = 0
        while match := _TOKEN.search(self._html, position):
            self._text(position, match.start())
            position = self._tag(match) if match["name"] else match.end()
        self._text(position, len(self._html))
        return "".join(self._out)

    def _text(self, start: int, end: int) -> None:
        if start < end:
            # A < that begins no tag must begin none either when what stood behind it is gone.
            self._out.append(self._html[start:end].replace("<", "&lt;"))

    def _tag(self, match: re.Match[str]) -> int:
        """Writes the tag, if it stays, and returns where the text goes on."""
        name = match["name"].lower()
        if not match["closed"]:  # the text ends within this tag
            return match.end()
        if match["slash"]:
            if name not in _RAW_TEXT and name not in _UNSEEN:
                self._open.end(name)
                self._out.append(f"</{name}>")
            return match.end()
        is_empty = match["attributes"].endswith("/") and not _UNQUOTED_END.search(match["attributes"])
        if name == "plaintext" or name in _UNSEEN:
            return match.end() if is_empty or name == "plaintext" else self._skip(name, match.end())
        if name in _RAW_TEXT:
            self._raw_text(name, match)
            return match.end() if is_empty else self._skip(name, match.end())
        self._start(name, match, is_empty=is_empty)
        return match.end()

    def _skip(self, name: str, start: int) -> int:
        if name in self._never_ended:
            return start
        end = _END_OF[name].search(self._html, start)
        if end:
            return end.end()
        self._never_ended.add(name)
        return len(self._html) if name in _RAW_TEXT else start

    def _raw_text(self, name: str, match: re.Match[str]) -> None:
        written = self._written(name, match) if name == "iframe" else None
        if written:
            self._out.append(f"{written}</iframe>")

    def _start(self, name: str, match: re.Match[str], *, is_empty: bool) -> None:
        written = self._written(name, match)
        if written is None:
            return
        if name in _VOID:
            self._out.append(written)
        elif is_empty and self._refine:  # XHTML writes <b/>, which HTML would leave open
            self._out.append(f"{written}</{name}>")
        elif self._open.start(name):
            self._out.append(written)

    def _written(self, name: str, match: re.Match[str]) -> str | None:
        text = match["attributes"]
        if not text or (not self._refine and len(text) < _LONG_ATTRIBUTES):
            return match[0]
        attributes = _attributes(text)
        kept = self._refine(name, attributes) if self._refine else attributes
        if kept is None:
            return None
        return f"<{name}{''.join(map(_written_attribute, kept.items()))}>"


class _OpenElements:
    """The names of the open elements, as a parser would have them, or more of them."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._orphans: list[str] = []

    def start(self, name: str) -> bool:
        """Opens the element; False if it would lie too deep."""
        if name in _BLOCKS:
            self._close_nearest(frozenset({"p"}), _SCOPES)
        if name in _ENDED_BY_START:
            self._close_nearest(*_ENDED_BY_START[name])
        if name == "a" and "a" in self._names:
            self.end("a")
        if len(self._names) >= MAX_DEPTH or (name in _FORMATTING and len(self._orphans) >= MAX_ORPHANS):
            return False
        self._names.append(name)
        return True

    def end(self, name: str) -> None:
        """Closes the element where a parser would."""
        index = self._nearest(frozenset({name}), frozenset({"table"} - {name} if name in _TABLE_PARTS else _SCOPES))
        if index is None:
            if name in self._orphans:
                self._orphans.remove(name)
        elif name in _SPECIAL:
            self._close_from(index)
        elif not _SPECIAL.isdisjoint(self._names[index:]):
            if name in _FORMATTING:  # the block inside stays open
                del self._names[index]
        else:
            self._close_from(index, is_own=True)

    def _close_nearest(self, names: frozenset[str], stops: frozenset[str]) -> None:
        index = self._nearest(names, stops)
        if index is not None:
            self._close_from(index)

    def _nearest(self, names: frozenset[str], stops: frozenset[str]) -> int | None:
        for index in range(len(self._names) - 1, -1, -1):
            if self._names[index] in names:
                return index
            if self._names[index] in stops:
                return None
        return None

    def _close_from(self, index: int, *, is_own: bool = False) -> None:
        inner = self._names[index + 1 :] if is_own else self._names[index:]
        if self._names[index] not in _CELLS:  # a cell's formatting ends with it
            self._orphans += [name for name in inner if name in _FORMATTING]
        del self._names[index:]


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTES.finditer(text):
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or "")
        if len(found) >= MAX_ATTRIBUTES:
            break
    return found


def _written_attribute(attribute: tuple[str, str]) -> str:
    name, value = attribute
    escaped = value.replace('"', "&quot;")
    return f' {name}="{escaped}"'
