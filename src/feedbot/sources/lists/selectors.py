"""Short CSS selectors that a rebuild of the site survives: by tags, by classes that a person named, by attributes."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import product

from selectolax.lexbor import LexborHTMLParser

from feedbot.sources.lists.names import GOOD, NEVER, PLAIN, POOR, is_stable_id, prefix, rank
from feedbot.sources.lists.outline import Element, Outline

_RANK_COST = {GOOD: 1.0, PLAIN: 1.4, POOR: 4.0}
_SEMANTIC = frozenset(
    "article section main table tbody time figure dl dt dd ul ol header footer h1 h2 h3 h4 h5 h6 p".split()
)  # noqa: SIM905
_LEVELS = 9
_TRIES = 120
_ATTRIBUTES = ("itemprop", "rel", "itemtype")

Option = tuple[float, str]


def for_blocks(tree: LexborHTMLParser, page: Outline, blocks: Sequence[Element]) -> str:
    """The best selector of exactly these blocks; others that it may select hold no link."""
    wanted = {element.index for element in blocks}
    for css in _cheapest(_block_options(page, blocks)):
        if _selects(tree, page, css, wanted):
            return css
    return ", ".join(dict.fromkeys(_place(page, parent) for parent in _parents(blocks)))


def _parents(blocks: Sequence[Element]) -> list[Element]:
    return list(blocks[:40])


def _selects(tree: LexborHTMLParser, page: Outline, css: str, wanted: set[int]) -> bool:
    found = tree.css(css)
    if len(found) < len(wanted):
        return False
    selected = [page.by_node.get(node.mem_id) for node in found]
    indexes = {element.index for element in selected if element is not None}
    return wanted <= indexes and all(
        element is None or element.index in wanted or element.link_end == element.link_start for element in selected
    )


def own_options(elements: Sequence[Element]) -> list[Option]:
    """What all the elements have in common, as selectors with their costs."""
    first = elements[0]
    tag = first.tag if all(element.tag == first.tag for element in elements) else ""
    options: list[Option] = []
    for name in first.classes:
        level = rank(name)
        stem = prefix(name) if level == NEVER else ""
        if level != NEVER and all(name in element.classes for element in elements):
            options.append((_RANK_COST[level], f"{tag}.{name}"))
        elif stem and all(any(prefix(other) == stem for other in element.classes) for element in elements):
            options.append((2.5, f'{tag}[class*="{stem}"]'))
    if is_stable_id(first.ident) and all(element.ident == first.ident for element in elements):
        options.append((1.0, f"#{first.ident}"))
    for attribute in _ATTRIBUTES:
        value = first.node.attributes.get(attribute) or ""
        if (
            value
            and len(value) < 60
            and '"' not in value
            and all(e.node.attributes.get(attribute) == value for e in elements)
        ):
            options.append((1.8, f'{tag}[{attribute}="{value}"]'))
    if tag:
        options.append((1.2 if tag in _SEMANTIC else 2.2, tag))
    return options


def _block_options(page: Outline, blocks: Sequence[Element]) -> list[Option]:
    own = own_options(blocks)
    options = list(own)
    level, nearest = list(blocks), own
    for distance in range(1, _LEVELS):
        parents = {element.parent.index: element.parent for element in level if element.parent is not None}
        if len(parents) == 0 or any(element.parent is None for element in level):
            break
        level = list(parents.values())
        if level[0].tag == "body":
            break
        for (cost, around), (inner_cost, inner) in product(own_options(level), own):
            joint = " > " if distance == 1 else " "
            options.append((cost + inner_cost + 0.1 + 0.12 * distance, f"{around}{joint}{inner}"))
            if distance > 1:
                continue
            options.append((cost + inner_cost + 0.4, f"{around} {inner}"))
        if distance == 1:
            nearest = own_options(level)
        else:
            for (cost, around), (middle_cost, middle), (inner_cost, inner) in product(own_options(level), nearest, own):
                options.append(
                    (cost + middle_cost + inner_cost + 0.6 + 0.12 * distance, f"{around} {middle} > {inner}")
                )
    if len(options) < 4000:  # noqa: PLR2004
        marks = _marks(page, blocks)
        options += [(cost + more, f"{css}{mark}") for (cost, css), (more, mark) in product(options[:400], marks)]
    return options


def _marks(page: Outline, blocks: Sequence[Element]) -> Iterator[Option]:
    """What every block holds, and others perhaps not."""
    sample = blocks[:30]
    for mark, tags in (
        (":has(time)", {"time"}),
        (":has(h2)", {"h2"}),
        (":has(h3)", {"h3"}),
        (":has(img)", {"img"}),
        (":has(p)", {"p"}),
        (":has(td)", {"td"}),
    ):
        if all(any(inner.tag in tags for inner in page.elements[block.index + 1 : block.end]) for block in sample):
            yield 2.0, mark
    if all(block.children and block.children[0].tag == "a" for block in sample):
        yield 2.0, ":has(> a:first-child)"


def _cheapest(options: Sequence[Option]) -> Iterator[str]:
    seen = set()
    for _, css in heapq.nsmallest(_TRIES, options, key=lambda option: (option[0], len(option[1]))):
        if css not in seen:
            seen.add(css)
            yield css


def _place(page: Outline, element: Element) -> str:
    """The element by its place, from the nearest id on."""
    steps: list[str] = []
    walker: Element | None = element
    while walker is not None and walker.tag != "body":
        if is_stable_id(walker.ident):
            steps.append(f"#{walker.ident}")
            break
        siblings = [child for child in walker.parent.children if child.tag == walker.tag] if walker.parent else [walker]
        place = next(place for place, sibling in enumerate(siblings, 1) if sibling is walker)
        steps.append(walker.tag if len(siblings) == 1 else f"{walker.tag}:nth-of-type({place})")
        walker = walker.parent
    return " > ".join(reversed(steps)) or page.elements[0].tag


def within(item: Element, elements: Sequence[Element], holders: Sequence[Element]) -> list[str]:
    """Selectors of an element within each block, the best first: `elements[i]` lies in the block `holders[i]`."""
    del item
    own = own_options(elements)
    options = list(own)
    level: list[Element] = list(elements)
    own_first = level[0]
    for position in _positions(elements):
        options.append((2.6, position))
    for distance in range(1, 5):
        parents = [element.parent for element in level]
        if any(parent is None or parent.index < holder.index for parent, holder in zip(parents, holders, strict=True)):
            break
        level = [parent for parent in parents if parent is not None]
        if any(parent is holder for parent, holder in zip(level, holders, strict=True)):
            break
        joint = " > " if distance == 1 else " "
        for (cost, around), (inner_cost, inner) in product(own_options(level), own):
            options.append((cost + inner_cost + 0.3 * distance, f"{around}{joint}{inner}"))
            if distance == 1:
                options.append((cost + inner_cost + 0.2, f"{around} {inner}"))
    del own_first
    return list(_cheapest(options))


def _positions(elements: Sequence[Element]) -> Iterator[str]:
    """By place among siblings of the same tag, where it is the same in every block."""
    first = elements[0]
    places = set()
    for element in elements:
        siblings = (
            [child for child in element.parent.children if child.tag == element.tag] if element.parent else [element]
        )
        place = next(place for place, sibling in enumerate(siblings, 1) if sibling is element)
        places.add((element.tag, place, place == len(siblings)))
    if len({(tag, place) for tag, place, _ in places}) == 1:
        yield f"{first.tag}:nth-of-type({next(iter(places))[1]})"
    if len({tag for tag, _, _ in places}) == 1 and all(last for _, _, last in places):
        yield f"{first.tag}:last-of-type"
