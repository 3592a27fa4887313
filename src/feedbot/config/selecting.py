"""`select` of a source: the keys that its type knows, and whether what stands there is what the type reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from feedbot.config.faults import Finding, suggestion
from feedbot.config.sources import AUTO

_SENTENCE = re.compile(r"select\.([\w-]+):? (.+)", re.DOTALL)
_REMEDIES = {
    "CSS": "Write it like h2 a, or time@datetime for an attribute.",
    "JMESPath": "Write a path such as data.items, as jmespath.org explains them.",
}


def findings(kind: str, select: Mapping[str, str]) -> Iterator[Finding]:
    """What is wrong with the `select` of a source of that type; `path` is the key within it."""
    from feedbot.sources import registry  # noqa: PLC0415 - all the parsers: only where something is selected

    spec = registry.get("page" if kind == AUTO else kind)
    if select and not spec.options:
        yield Finding((), f"is of no use for the type {kind}.", "Remove it, or write type: page.")
        return
    for key in select:
        if key not in spec.options:
            yield Finding((key,), "is not a known key.", suggestion(key, spec.options))
    known = {key: text for key, text in select.items() if key in spec.options}
    yield from map(_finding, spec.check(known))


def _finding(sentence: str) -> Finding:
    """What a type says of a value, `select.date is no CSS selector: '['.`, at the key that it names."""
    remedy = next((text for word, text in _REMEDIES.items() if word in sentence), "")
    named = _SENTENCE.fullmatch(sentence)
    return Finding((named[1],), named[2], remedy) if named else Finding((), sentence, remedy)
