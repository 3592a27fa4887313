"""The scripts of a page that hold data, read from its text: the tree of a large page has none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from feedbot.sources.records.load import cleaned

_OPENING = re.compile(r"<script(?=[\s/>])", re.IGNORECASE)
_CLOSING = re.compile(r"</script", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]{1,60})\s{0,20}=\s{0,20}(?:"([^"]{0,500})"|'([^']{0,500})'|([^\s"'>]{1,500}))""")
_WRAPPING = re.compile(
    r"\A\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*+\]\]>\s*+\*/|\]\]>)\s*+;?+\s*+\Z"
)
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[}\]])")
_MOST_SCRIPTS = 500
_MOST_ATTRIBUTES = 5000  # characters


@dataclass(frozen=True, slots=True)
class Script:
    """A script with its attributes (names in lower case) and its text."""

    text: str = field(repr=False)
    attributes: Mapping[str, str]

    @property
    def mime_type(self) -> str:
        """Its type in lower case, without parameters."""
        return self.attributes.get("type", "").partition(";")[0].strip().lower()


def scripts(html: str) -> Iterator[Script]:
    """The first 500 scripts of a page that have a text, in its order."""
    position = 0
    for _ in range(_MOST_SCRIPTS):
        opening = _OPENING.search(html, position)
        start = html.find(">", opening.end()) if opening else -1
        closing = _CLOSING.search(html, start) if start >= 0 else None
        if opening is None or closing is None:
            return
        position = closing.end()
        text = html[start + 1 : closing.start()]
        if text.strip():
            found = _ATTRIBUTE.findall(html, opening.end(), min(start, opening.end() + _MOST_ATTRIBUTES))
            yield Script(text, {name.lower(): unescape("".join(values)) for name, *values in found})


def data(text: str) -> Any:
    """The JSON value of a script, wrapped into a comment or with a comma too many as some are; None if it is none."""
    plain = _WRAPPING.sub("", text.strip()).strip().rstrip(";")
    for candidate in (plain, _TRAILING_COMMA.sub("", plain), _TRAILING_COMMA.sub("", unescape(plain))):
        try:
            return cleaned(json.loads(candidate, strict=False))
        except (ValueError, RecursionError):
            continue
    return None
