"""An article's HTML, whatever editor or word processor made it, written anew with the few elements articles need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources import html_attributes
from feedbot.sources.encoding import strip_controls
from feedbot.sources.html_blocks import HEADINGS, Format, Frame, Item, Piece
from feedbot.sources.html_urls import absolute, link
from feedbot.sources.html_walk import PARAGRAPHS, Exit, is_block, leave_quietly, walk

_LINES_ONLY = HEADINGS | {"pre"}
_ROWS = frozenset({"thead", "tbody", "tr"})


def write(tree: LexborHTMLParser, base_url: str) -> str:
    """The article as paragraphs, headings, lists, tables, pictures and links, every address absolute."""
    writer = _Writer(base_url)
    walk(tree, writer.text, writer.enter)
    return writer.frame.inner()


class _Writer:
    """Where the article is being written: the open blocks, the innermost last, and the open formats."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.frame = Frame("root")
        self.formats: tuple[Format, ...] = ()
        self.pictures: set[str] = set()
        self._outer: list[Frame] = []

    def enter(self, tag: str, node: LexborNode) -> Exit | None:
        inline = _INLINE.get(tag)
        if inline:
            return inline(self, node)
        if self.frame.name in _LINES_ONLY:
            return self.block(tag)
        structure = _STRUCTURES.get(tag)
        return structure(self, node) if structure else leave_quietly

    def text(self, text: str) -> None:
        self.frame.run.append(Piece("text", text, self.formats))

    def mark(self, kind: str, html: str) -> None:
        self.frame.run.append(Piece(kind, html, self.formats))

    def line_break(self) -> None:
        if self.frame.name == "pre":
            self.text("\n")
        else:
            self.mark("br", "<br>")

    def block(self, tag: str) -> Exit:
        """Begins a paragraph, or a line where there are no paragraphs, and another at the element's end."""
        if not is_block(tag):
            return leave_quietly
        self.end_paragraph()
        return self.end_paragraph

    def end_paragraph(self) -> None:
        if self.frame.name not in _LINES_ONLY:
            self.frame.flush()
        elif not self.frame.is_at_line_start():
            self.line_break()

    def open_format(self, name: str, tag: str) -> Exit:
        if any(inline.name == name for inline in self.formats):
            return leave_quietly
        outer = self.formats
        self.formats = (*outer, Format(name, tag))
        return lambda: setattr(self, "formats", outer)

    def open_frame(self, name: str, attributes: str = "") -> Exit:
        self.frame.flush()
        self._outer.append(self.frame)
        self.frame = Frame(name, f"<{name}{attributes}>")
        return self._close_frame

    def open_table(self) -> Exit:
        self.open_frame("table")
        return self._close_table

    def add_cell(self) -> None:
        """Tells the table about the cell that was just opened."""
        table = next((frame for frame in reversed(self._outer) if frame.name == "table"), None)
        if table:
            table.cells.append(self.frame)

    def _close_frame(self) -> None:
        frame, self.frame = self.frame, self._outer.pop()
        inner = frame.inner()
        if frame.name in HEADINGS and all(item.kind == "img" for item in frame.items):
            self.frame.items += frame.items
        elif inner or frame.name in {"td", "th"}:
            self.frame.items.append(Item(frame.name, f"{frame.tag}{inner}</{frame.name}>"))

    def _close_table(self) -> None:
        table, self.frame = self.frame, self._outer.pop()
        table.flush()
        self.frame.items += [item for item in table.items if item.kind not in _ROWS]
        if len(table.cells) == 1:  # a box drawn with a table
            self.frame.items += table.cells[0].items
        elif any(cell.items for cell in table.cells):
            rows = "".join(item.html for item in table.items if item.kind in _ROWS)
            self.frame.items.append(Item("table", f"<table>{rows}</table>"))


Handler = Callable[[_Writer, LexborNode], Exit | None]


def _line_break(writer: _Writer, _node: LexborNode) -> Exit | None:
    writer.line_break()
    return None


def _link(writer: _Writer, node: LexborNode) -> Exit:
    url = link(node.attributes.get("href") or "", writer.base_url)
    return writer.open_format("a", f'<a href="{escape(url)}">') if url else leave_quietly


def _picture(writer: _Writer, node: LexborNode) -> Exit | None:
    written = strip_controls(html_attributes.picture(node.attributes, writer.base_url))
    if not written.startswith("<"):
        writer.text(written)
        return None
    # The copy for browsers without scripts follows the picture that a script would load.
    is_copy = written in writer.pictures and node.parent is not None and node.parent.tag == "noscript"
    writer.pictures.add(written)
    if not is_copy:
        writer.mark("img", written)
    return None


def _player(writer: _Writer, node: LexborNode) -> Exit | None:
    """A player becomes its still picture and a link to what it would play."""
    attributes = _with_source(node)
    poster = absolute(attributes.get("poster") or "", writer.base_url)
    url, label = html_attributes.media_link(attributes, writer.base_url)
    writer.end_paragraph()
    if poster:
        writer.mark("img", f'<img src="{escape(poster)}" alt="">')
        writer.end_paragraph()
    if url:
        leave = writer.open_format("a", f'<a href="{escape(url)}">')
        writer.text(strip_controls(label))
        leave()
        writer.end_paragraph()
    return None


def _with_source(node: LexborNode) -> Mapping[str, str | None]:
    source = None if node.attributes.get("src") else node.css_first("source[src]")
    return node.attributes if source is None else {**node.attributes, "src": source.attributes.get("src")}


def _rule(writer: _Writer, _node: LexborNode) -> Exit | None:
    writer.end_paragraph()
    items = writer.frame.items
    if writer.frame.name in {"root", "blockquote"} and items and items[-1].kind != "hr":
        items.append(Item("hr", "<hr>"))
    return None


def _ordered_list(writer: _Writer, node: LexborNode) -> Exit:
    return writer.open_frame("ol", html_attributes.start_number(node.attributes))


def _table(writer: _Writer, _node: LexborNode) -> Exit:
    return writer.open_table()


def _format(name: str) -> Handler:
    return lambda writer, _node: writer.open_format(name, f"<{name}>")


def _block(tag: str) -> Handler:
    return lambda writer, _node: writer.block(tag)


def _framed(name: str) -> Handler:
    return lambda writer, _node: writer.open_frame(name)


def _part_of(parents: frozenset[str], name: str) -> Handler:
    """A part of a list or figure, which is a mere paragraph outside of one."""
    return lambda writer, _node: writer.open_frame(name) if writer.frame.name in parents else writer.block(name)


def _cell(name: str) -> Handler:
    def open_cell(writer: _Writer, node: LexborNode) -> Exit:
        leave = writer.open_frame(name, html_attributes.span(node.attributes))
        writer.add_cell()
        return leave

    return open_cell


_INLINE: dict[str, Handler] = {
    "br": _line_break,
    "a": _link,
    **dict.fromkeys(("img", "image", "amp-img"), _picture),
    **dict.fromkeys(("iframe", "video", "audio", "embed", "object"), _player),
    **{name: _format(name) for name in ("b", "strong", "i", "em", "u", "s", "sub", "sup", "code")},
    **dict.fromkeys(("del", "strike"), _format("s")),
    **dict.fromkeys(("tt", "kbd", "samp"), _format("code")),
    "ins": _format("u"),
}
_STRUCTURES: dict[str, Handler] = {
    **{tag: _block(tag) for tag in (*PARAGRAPHS, "caption")},
    **{name: _framed(name) for name in (*HEADINGS, "ul", "blockquote", "figure", "pre", "thead", "tbody", "tr")},
    "h1": _framed("h2"),
    "tfoot": _framed("tbody"),
    "ol": _ordered_list,
    "hr": _rule,
    "li": _part_of(frozenset({"ul", "ol"}), "li"),
    "figcaption": _part_of(frozenset({"figure"}), "figcaption"),
    "table": _table,
    "td": _cell("td"),
    "th": _cell("th"),
}
