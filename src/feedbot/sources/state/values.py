"""The data that a page's scripts carry, by a name under which it can be found again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import unquote

from feedbot.sources.html_scripts import Script, data, scripts
from feedbot.sources.records import as_json
from feedbot.sources.records.load import cleaned
from feedbot.sources.state import devalue, literal

MOST_CHARACTERS = 3_000_000  # of data that is looked at in one page
MOST_CODE = 6_000_000  # that is searched for data
_FEWEST_CHARACTERS = 60
_JSON_TYPES = frozenset({"application/json", "text/json", "application/vnd.api+json"})
_CODE_TYPES = frozenset({"", "text/javascript", "application/javascript", "module"})
_ASSIGNMENT = re.compile(
    r"(?:^|[;{}\s,(])(?:(?:window|self|globalThis)(?:\.|\[[\"'])|(?:var|let|const)\s+)?"
    r"(?P<name>[A-Za-z_$][\w$]{1,80})(?:[\"']\])?\s{0,5}=\s{0,5}(?P<value>[\[{(f]|JSON\.parse\(\s{0,5}(?:decodeURIComponent\()?[\"'`])"
)
_ATTRIBUTE = re.compile(
    r"""\s(?P<name>[:@\w-]{2,60})=(?:"(?P<double>(?:\[\{|\{)&(?:quot|\#34);[^"]*+)"|'(?P<single>(?:\[\{|\{)"[^']*+)')"""
)
_FLIGHT = re.compile(r"""__next_f\.push\(\[1,\s{0,5}("(?:[^"\\]|\\.)*+")\]\)""")
_ROW = re.compile(r"^[0-9a-f]{1,8}:(?=[\[{])", re.MULTILINE)
_MOST_VALUES = 60
_MOST_TRIES = 400


@dataclass(frozen=True, slots=True)
class Value:
    """One piece of data; `name` is the script's id, its variable, or the attribute that holds it."""

    name: str
    value: Any = field(repr=False)
    is_lasting: bool = True  # whether paths within it may be kept


def values(html: str) -> Iterator[Value]:
    """The data of a page's scripts, in its order, then that of its elements' attributes."""
    left, unread, count, plain = MOST_CHARACTERS, MOST_CODE, 0, 0
    flight: list[str] = []
    for script in scripts(html):
        if script.mime_type in _JSON_TYPES:
            plain += 1
        if len(script.text) < _FEWEST_CHARACTERS or len(script.text) > min(left, unread) or count >= _MOST_VALUES:
            continue
        unread -= len(script.text)
        flight += _FLIGHT.findall(script.text) if "__next_f" in script.text else []
        for found in _of(script, plain):
            left -= len(script.text)
            count += 1
            yield found
    yield from _attributes(html, left)
    if flight:
        yield Value("__next_f", _rows(flight), is_lasting=False)


def _attributes(html: str, left: int) -> Iterator[Value]:
    """The data in attributes of elements, as Inertia, Vue and Astro write it."""
    for number, found in enumerate(_ATTRIBUTE.finditer(html)):
        text = found["double"] or found["single"]
        left -= len(text)
        if number == _MOST_TRIES or left < 0:
            return
        if len(text) < _FEWEST_CHARACTERS:
            continue
        try:
            value = as_json(unescape(text))
        except ValueError:
            continue
        yield Value(found["name"], value)


def _of(script: Script, number: int) -> Iterator[Value]:
    if script.mime_type in _JSON_TYPES:
        value = data(script.text)
        if isinstance(value, list | dict):
            yield Value(script.attributes.get("id") or f"json:{number}", _opened(value))
    elif script.mime_type in _CODE_TYPES:
        yield from _assigned(script.text)


def _opened(value: Any) -> Any:
    """A value of Nuxt 3 put together again, and the answer that SvelteKit keeps as text in `body`."""
    if devalue.is_flattened(value):
        return devalue.revived(value)
    body = value.get("body") if isinstance(value, dict) else None
    if isinstance(body, str) and body[:1] in {"{", "["}:
        try:
            return as_json(body)
        except ValueError:
            return value
    return value


def _assigned(text: str) -> Iterator[Value]:
    position = 0
    for _ in range(_MOST_TRIES):
        found = _ASSIGNMENT.search(text, position)
        if found is None:
            return
        start = found.start("value")
        value, end = _read(text, start)
        position = max(end, found.end())
        if isinstance(value, list | dict) and end - start >= _FEWEST_CHARACTERS:
            yield Value(found["name"], _opened(value))


def _read(text: str, start: int) -> tuple[Any, int]:
    """The value that stands at `start` and where it ends; None, and how far it was read, if it is code."""
    end = start
    try:
        if text.startswith("JSON.parse", start):
            inner, end = literal.read(text, _quote(text, start))
            return as_json(unquote(str(inner)) if "decodeURIComponent" in text[start : start + 40] else str(inner)), end
        if text[start] in "(f":
            return cleaned(literal.read_call(text, start)), len(text)
        value, end = _raw(text, start)
        return cleaned(value), end
    except literal.NoLiteral as error:
        return None, max(end, error.position)
    except (ValueError, RecursionError):
        return None, end


def _raw(text: str, start: int) -> tuple[Any, int]:
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)
    except ValueError:
        return literal.read(text, start)


def _quote(text: str, start: int) -> int:
    return min(place for place in (text.find(mark, start) for mark in "\"'`") if place >= 0)


def _rows(pushed: list[str]) -> list[Any]:
    """The rows of a page that Next.js streams: those that are data."""
    stream = "".join(str(_decoded(part)) for part in pushed)
    found = []
    decoder = json.JSONDecoder(strict=False)
    for row in _ROW.finditer(stream):
        try:
            found.append(cleaned(decoder.raw_decode(stream, row.end())[0]))
        except (ValueError, RecursionError):
            continue
    return found


def _decoded(part: str) -> Any:
    try:
        return json.loads(part, strict=False)
    except ValueError:
        return ""
