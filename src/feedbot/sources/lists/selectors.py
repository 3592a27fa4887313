"""Short CSS selectors that a rebuild of the site survives: by tags, by classes that a person named, by attributes."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import product

from selectolax.lexbor import LexborHTMLParser

from feedbot.sources.lists.items import HEADINGS
from feedbot.sources.lists.names import GOOD, NEVER, PLAIN, POOR, is_stable_id, prefix, rank
from feedbot.sources.lists.outline import Element, Outline

_RANK_COST = {GOOD: 1.0, PLAIN: 1.4, POOR: 4.0}
_SEMANTIC_NAMES = "article section main table tbody time figure dl dt dd ul ol header footer h1 h2 h3 h4 h5 h6 p"
_SEMANTIC = frozenset(_SEMANTIC_NAMES.split())
_TAG_COST = {"div": 3.0, "span": 3.0, "img": 0.8, "time": 0.9}
_LEVELS = 9
_TRIES = 120
_DEEPEST = 4
_MOST_OTHERS = 60
_MOST_PLACES = 4
# Selected alone, these take whatever else the site will put on the page.
_COMMON_NAMES = "a div li p tr td ul ol dl dt dd table tbody span section h1 h2 h3 h4 h5 h6"
_COMMON = frozenset(_COMMON_NAMES.split())
_BARE_COST = 2.5
_LONGEST_VALUE = 60
_MOST_OWN = 6
_ATTRIBUTES = ("itemprop", "rel", "itemtype")

Option = tuple[float, str]


def for_blocks(tree: LexborHTMLParser, page: Outline, blocks: Sequence[Element]) -> str:
    """The best selector of exactly these blocks, `""` if none is found; others that it may select hold no link."""
    wanted = {element.index for element in blocks}
    for css in _cheapest(_block_options(page, blocks)):
        others = _others(tree, page, css, wanted)
        if others is None:
            continue
        without = _without(page, blocks, others) if others else ""
        if without is not None:
            return css + without
    return _by_place(tree, page, blocks, wanted)


def _others(tree: LexborHTMLParser, page: Outline, css: str, wanted: set[int]) -> list[Element] | None:
    """What a selector selects beside the wanted blocks, as far as there are links in it; None if it misses a block."""
    found = tree.css(css)
    if len(found) < len(wanted) or len(found) > _MOST_OTHERS + 6 * len(wanted):
        return None
    selected = [element for node in found if (element := page.by_node.get(node.mem_id)) is not None]
    if len(wanted.intersection(element.index for element in selected)) < len(wanted):
        return None
    return [one for one in selected if one.index not in wanted and one.link_end > one.link_start]


def _without(page: Outline, blocks: Sequence[Element], others: Sequence[Element]) -> str | None:
    """What all the others have and none of the blocks, as `:not(.class)`; None if there is nothing."""
    names = [name for name in others[0].classes if rank(name) != NEVER or name in {"sticky", "hidden"}]
    for name in names:
        if all(name in other.classes for other in others) and not any(name in block.classes for block in blocks):
            return f":not(.{name})"
    if all(any(link.is_paid for link in page.links_of(other)) for other in others) and not any(
        link.is_paid for block in blocks for link in page.links_of(block)
    ):
        return ':not(:has([rel~="sponsored"]))'
    return None


def _by_place(tree: LexborHTMLParser, page: Outline, blocks: Sequence[Element], wanted: set[int]) -> str:
    """By the place of the element around them, where nothing has a name."""
    parents = {block.parent.index: block.parent for block in blocks if block.parent is not None}
    places = [_place(page, parent) for parent in list(parents.values())[:_MOST_PLACES]]
    for _, own in sorted(own_options(blocks)):
        css = ", ".join(f"{place} > {own}" for place in places)
        if len(parents) <= _MOST_PLACES and _others(tree, page, css, wanted) == []:
            return css
    return ""


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
            and len(value) < _LONGEST_VALUE
            and '"' not in value
            and all(e.node.attributes.get(attribute) == value for e in elements)
        ):
            options.append((1.8, f'{tag}[{attribute}="{value}"]'))
    if tag:
        options.append((_TAG_COST.get(tag, 1.2 if tag in _SEMANTIC else 2.2), tag))
    return sorted(options)[:_MOST_OWN]


def _block_options(page: Outline, blocks: Sequence[Element]) -> list[Option]:
    own = own_options(blocks)
    options = [(cost + _BARE_COST * (css in _COMMON), css) for cost, css in own]
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
                if distance == 2:  # noqa: PLR2004 - the parent's parent
                    options.append((cost + middle_cost + inner_cost + 0.9, f"{around} > {middle} > {inner}"))
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
    paths = {_path_to_heading(page, block) for block in sample}
    if len(paths) == 1 and "" not in paths:
        yield 2.6, f":has(> {paths.pop()})"


def _path_to_heading(page: Outline, block: Element) -> str:
    """The tags from the block down to its first heading, `a > div > h2`."""
    heading = next((one for one in page.elements[block.index + 1 : block.end][:60] if one.tag in HEADINGS), None)
    steps: list[str] = []
    while heading is not None and heading is not block:
        steps.append(heading.tag)
        heading = heading.parent
    return " > ".join(reversed(steps)) if len(steps) <= _DEEPEST else ""


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
    while walker is not None:
        if is_stable_id(walker.ident):
            steps.append(f"#{walker.ident}")
            break
        if walker.tag == "body":
            steps.append("body")
            break
        siblings = [child for child in walker.parent.children if child.tag == walker.tag] if walker.parent else [walker]
        place = next(place for place, sibling in enumerate(siblings, 1) if sibling is walker)
        steps.append(walker.tag if len(siblings) == 1 else f"{walker.tag}:nth-of-type({place})")
        walker = walker.parent
    return " > ".join(reversed(steps)) or page.elements[0].tag


def within(elements: Sequence[Element], holders: Sequence[Element]) -> list[str]:
    """Selectors of an element within each block, the best first: `elements[i]` lies in the block `holders[i]`."""
    own = own_options(elements)
    options = list(own)
    level: list[Element] = list(elements)
    options += _beside(elements, own)
    for position in _positions(elements):
        options.append((3.4, position))
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
    return list(_cheapest(options))


def _beside(elements: Sequence[Element], own: Sequence[Option]) -> Iterator[Option]:
    """By the absence of a class, or by what stands directly before."""
    if not any(element.classes for element in elements):
        for cost, css in own:
            if css == elements[0].tag:
                yield cost + 1.6, f"{css}:not([class])"
    before = [_before(element) for element in elements]
    if all(before):
        for (cost, earlier), (inner_cost, inner) in product(own_options([one for one in before if one]), own):
            yield cost + inner_cost + 0.9, f"{earlier} + {inner}"


def _before(element: Element) -> Element | None:
    siblings = element.parent.children[:200] if element.parent is not None else []
    place = next((place for place, sibling in enumerate(siblings) if sibling is element), 0)
    return siblings[place - 1] if place else None


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
