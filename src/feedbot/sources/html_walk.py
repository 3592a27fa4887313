"""The nodes of a page in document order, however deep, and which of them are part of its text."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.sources.encoding import strip_controls

_DROPPED_NAMES = (
    "area base basefont bgsound button canvas col colgroup datalist frame frameset head input link map meta param "
    "script source style title track xml"
)
_DROPPED = frozenset(_DROPPED_NAMES.split())
_PARAGRAPH_NAMES = (
    "address article aside body center dd details dialog dir div dl dt fieldset footer form header hgroup html legend "
    "listing main menu nav optgroup option p search section summary"
)
PARAGRAPHS = frozenset(_PARAGRAPH_NAMES.split())
_STRUCTURES = frozenset({"blockquote", "caption", "figcaption", "figure", "hr", "li", "ol", "pre", "table", "tr", "ul"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = PARAGRAPHS | _STRUCTURES | _HEADINGS

Exit = Callable[[], None]


def walk(tree: LexborHTMLParser, text: Callable[[str], None], enter: Callable[[str, LexborNode], Exit | None]) -> None:
    """Visits every node in document order.

    `text` gets each text that has a size, without the characters that XML forbids. `enter` gets each element's name and
    node, and returns what is to be called at its end, or None to pass over all that is in it.
    """
    sizes = ["1"]
    todo: list[LexborNode | Exit] = [tree.root] if tree.root is not None else []
    while todo:
        step = todo.pop()
        if not isinstance(step, LexborNode):
            step()
            continue
        following = step.next
        if following is not None:
            todo.append(following)
        if step.is_text_node:
            if sizes[-1] == "0":
                continue
            text(strip_controls((step.text_content or "").replace("\r", "\n").replace("\f", " ")))
        elif step.is_element_node and (leave := _entered(step, enter)):
            if size := step.attributes.get("size"):
                sizes.append(size)
                todo.append(lambda: sizes.__delitem__(-1))
            todo.append(leave)
            child = step.child
            if child is not None:
                todo.append(child)


def is_block(tag: str) -> bool:
    """Whether an element begins a new paragraph."""
    return tag in _BLOCKS


def is_read(node: LexborNode) -> bool:
    """Whether what is in an element is a part of the page's text."""
    return node.tag not in _DROPPED and "hidden" not in node.attributes


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around a node, the nearest first."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def is_inside(node: LexborNode, outer: Container[int]) -> bool:
    """Whether one of the elements around `node` is in `outer`, by memory id."""
    return any(parent.mem_id in outer for parent in ancestors(node))


def leave_quietly() -> None:
    """The end of an element that leaves no trace."""


def _entered(node: LexborNode, enter: Callable[[str, LexborNode], Exit | None]) -> Exit | None:
    return enter(node.tag or "", node) if is_read(node) else None
