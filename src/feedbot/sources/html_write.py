"""An article's HTML, whatever editor or word processor made it, written anew with the few elements that articles need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources import html_attributes
from feedbot.sources.encoding import strip_controls
from feedbot.sources.html_blocks import HEADINGS, Format, Frame, Item, Piece, serialise
from feedbot.sources.html_urls import absolute, link

_DROPPED = frozenset(
    "area base basefont bgsound button canvas col colgroup datalist frame frameset head input link map meta param script "
    "source style title track xml".split()
)
_PLAYERS = frozenset({"iframe", "video", "audio", "embed", "object"})
_BLOCKS = frozenset(
    "address article aside body center dd details dialog dir div dl dt fieldset footer form header hgroup html legend "
    "listing main menu nav optgroup option p search section summary".split()
)
_FORMATS = {
    **{name: name for name in ("b", "strong", "i", "em", "u", "s", "sub", "sup", "code")},
    **{"del": "s", "strike": "s", "ins": "u", "tt": "code", "kbd": "code", "samp": "code"},
}
_HEADINGS = {"h1": "h2", **{name: name for name in HEADINGS}}
_TABLE_PARTS = {"thead": "thead", "tbody": "tbody", "tfoot": "tbody", "tr": "tr", "td": "td", "th": "th"}
_LINES_ONLY = HEADINGS | {"pre"}

Exit = Callable[[], None]


def write(tree: LexborHTMLParser, base_url: str) -> str:
    """The article in `tree` as HTML of paragraphs, headings, lists, tables, pictures and links with absolute addresses."""
    writer = _Writer(base_url)
    walk(tree, writer.text, writer.enter)
    return writer.frames[0].inner()


def walk(tree: LexborHTMLParser, text: Callable[[str], None], enter: Callable[[LexborNode], Exit | None]) -> None:
    """Visits every node in document order, however deep.

    `enter` gets each element and returns what is to be called at its end, or None to pass over what is in it.
    """
    todo: list[LexborNode | Exit] = [tree.root] if tree.root is not None else []
    while todo:
        step = todo.pop()
        if not isinstance(step, LexborNode):
            step()
            continue
        if step.next is not None:
            todo.append(step.next)
        if step.is_text_node:
            text(strip_controls((step.text_content or "").replace("\r", "\n").replace("\f", " ")))
        elif step.is_element_node and (leave := enter(step)):
            todo.append(leave)
            if step.child is not None:
                todo.append(step.child)


def is_dropped(node: LexborNode) -> bool:
    """Whether an element and all in it is no part of the article's text."""
    return node.tag in _DROPPED or "hidden" in node.attributes


def is_block(tag: str) -> bool:
    """Whether an element begins a new paragraph."""
    return (
        tag in _BLOCKS
        or tag in _HEADINGS
        or tag in {"blockquote", "caption", "figcaption", "figure", "hr", "li"}
        or (tag in {"ol", "pre", "table", "tr", "ul"})
    )


@dataclass(slots=True)
class _Writer:
    base_url: str
    frames: list[Frame] = field(default_factory=lambda: [Frame("root")])
    formats: list[Format] = field(default_factory=list)
    pictures: set[str] = field(default_factory=set)

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def text(self, text: str) -> None:
        self._add("text", text)

    def enter(self, node: LexborNode) -> Exit | None:
        tag = node.tag or ""
        if is_dropped(node):
            return None
        if tag == "br":
            return self._line_break()
        if tag in {"img", "image", "amp-img"}:
            return self._picture(node)
        if tag in _PLAYERS:
            return self._player(node)
        if tag == "a" or tag in _FORMATS:
            return self._format(node, tag)
        if tag in _BLOCKS or self.frame.name in _LINES_ONLY:
            return self._block(tag)
        return self._structure(node, tag)

    def _structure(self, node: LexborNode, tag: str) -> Exit | None:
        if tag in _HEADINGS:
            return self._open(_HEADINGS[tag])
        if tag in {"ul", "blockquote", "figure", "pre"}:
            return self._open(tag)
        if tag == "ol":
            return self._open("ol", html_attributes.start_number(node.attributes))
        if tag == "hr":
            return self._rule()
        if tag == "li" or tag == "figcaption":
            parents = {"li": {"ul", "ol"}, "figcaption": {"figure"}}[tag]
            return self._open(tag) if self.frame.name in parents else self._block(tag)
        if tag == "table":
            return self._open_table()
        if tag in _TABLE_PARTS:
            return self._open_part(node, _TABLE_PARTS[tag])
        return self._block(tag) if is_block(tag) else _nothing

    def _add(self, kind: str, value: str) -> None:
        run = self.frame.run
        formats = tuple(self.formats)
        if run and kind == "text" == run[-1].kind and run[-1].formats == formats:
            run[-1] = Piece("text", run[-1].value + value, formats)
        elif value:
            run.append(Piece(kind, value, formats))

    def _line_break(self) -> None:
        if self.frame.name == "pre":
            self._add("text", "\n")
        else:
            self._add("br", "<br>")

    def _block(self, tag: str) -> Exit:
        self._boundary(tag)
        return lambda: self._boundary(tag)

    def _boundary(self, tag: str) -> None:
        frame = self.frame
        if frame.name not in _LINES_ONLY:
            frame.flush()
        elif frame.run and is_block(tag):
            last = frame.run[-1]
            if not (last.kind == "br" or (frame.name == "pre" and last.value.endswith("\n"))):
                self._line_break()

    def _format(self, node: LexborNode, tag: str) -> Exit:
        name = _FORMATS.get(tag, "a")
        opening = f"<{name}>"
        if name == "a":
            url = link(node.attributes.get("href") or "", self.base_url)
            if not url:
                return _nothing
            opening = f'<a href="{escape(url)}">'
        if any(inline.name == name for inline in self.formats):
            return _nothing
        inline = Format(name, opening)
        self.formats.append(inline)
        return lambda: self.formats.remove(inline)

    def _picture(self, node: LexborNode) -> None:
        written = html_attributes.picture(node.attributes, self.base_url)
        if not written.startswith("<"):
            self._add("text", strip_controls(written))
            return
        # The copy for browsers without scripts follows the picture that a script would load.
        is_copy = written in self.pictures and _is_in_noscript(node)
        self.pictures.add(written)
        if not is_copy:
            self._add("img", strip_controls(written))

    def _player(self, node: LexborNode) -> None:
        attributes = node.attributes
        source = node.css_first("source[src]")
        if source is not None and not attributes.get("src"):
            attributes = {**attributes, "src": source.attributes.get("src")}
        self._boundary("p")
        poster = absolute(attributes.get("poster") or "", self.base_url)
        if poster:
            self._add("img", f'<img src="{escape(poster)}" alt="">')
        url, label = html_attributes.media_link(attributes, self.base_url)
        if url and not any(inline.name == "a" for inline in self.formats):
            self._boundary("p")
            self.formats.append(Format("a", f'<a href="{escape(url)}">'))
            self._add("text", strip_controls(label))
            self.formats.pop()
        self._boundary("p")

    def _rule(self) -> None:
        self.frame.flush()
        if self.frame.items and self.frame.items[-1].kind != "hr":
            self.frame.items.append(Item("hr", "<hr>"))

    def _open(self, name: str, attributes: str = "") -> Exit:
        self.frame.flush()
        self.frames.append(Frame(name, f"<{name}{attributes}>"))
        return self._close

    def _close(self) -> None:
        frame = self.frames.pop()
        inner = _preformatted(frame) if frame.name == "pre" else frame.inner()
        if not inner and frame.name not in {"td", "th"}:
            return
        if frame.name in HEADINGS and all(item.kind == "img" for item in frame.items):
            self.frame.items += frame.items
            return
        self.frame.items.append(Item(frame.name, f"{frame.tag}{inner}</{frame.name}>"))

    def _open_table(self) -> Exit:
        self.frame.flush()
        self.frames.append(Frame("table", "<table>"))
        return self._close_table

    def _open_part(self, node: LexborNode, name: str) -> Exit:
        if name not in {"td", "th"}:
            return self._open(name)
        leave = self._open(name, html_attributes.span(node.attributes))
        cell = self.frame
        tables = [frame for frame in self.frames if frame.name == "table"]
        if tables:
            tables[-1].cells.append(cell)
        return leave

    def _close_table(self) -> None:
        table = self.frames.pop()
        table.flush()
        rows = [item for item in table.items if item.kind in {"thead", "tbody", "tr"}]
        self.frame.items += [item for item in table.items if item.kind not in {"thead", "tbody", "tr"}]
        if len(table.cells) == 1:  # a box drawn with a table
            self.frame.items += table.cells[0].items
        elif any(cell.items for cell in table.cells):
            self.frame.items.append(Item("table", f"<table>{''.join(row.html for row in rows)}</table>"))


def _preformatted(frame: Frame) -> str:
    pieces = list(frame.run)
    while pieces and pieces[0].kind == "text" and not pieces[0].value.strip():
        pieces.pop(0)
    while pieces and pieces[-1].kind == "text" and not pieces[-1].value.strip():
        pieces.pop()
    if not pieces:
        return ""
    if pieces[0].kind == "text":
        pieces[0] = Piece("text", pieces[0].value.lstrip("\n"), pieces[0].formats)
    if pieces[-1].kind == "text":
        pieces[-1] = Piece("text", pieces[-1].value.rstrip(), pieces[-1].formats)
    return serialise(pieces)


def _is_in_noscript(node: LexborNode) -> bool:
    parent = node.parent
    return parent is not None and parent.tag == "noscript"


def _nothing() -> None:
    """The end of an element that leaves no trace."""
