"""The addresses of articles whose data has only a name of theirs: built as the page's own links prove."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from feedbot.sources.html_document import Document
from feedbot.sources.records import fields

_PROOFS = 2  # links of the page that have the form
_SHARE = 0.5  # of the articles of which the page has a link at all
_MOST_RECORDS = 30
_MOST_KEYS = 60
_ENDING = re.compile(r"\.(?:s?html?|php|aspx?)\Z", re.IGNORECASE)
_PLAIN = re.compile(r"[\w.~-]{1,200}")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def template(items: Sequence[Mapping[str, Any]], around: str, document: Document) -> str:
    """The template of the articles' addresses, such as `/news/{slug}`; `""` if the page's links prove none.

    `around` is the key under which each item has its fields, `""` if they are its own.
    """
    links = _Links(document)
    found: Counter[str] = Counter()
    seen = 0
    for item in items[:_MOST_RECORDS]:
        record = item.get(around) if around else item
        forms = set(links.forms(record, around)) if isinstance(record, Mapping) else set()
        seen += bool(forms)
        found.update(forms)
    best = max(found, key=lambda form: (found[form], -form.count("{"), -len(form)), default="")
    return best if best and found[best] >= max(_PROOFS, seen * _SHARE) else ""


class _Links:
    """The page's own links by each part of their paths and each value of their queries."""

    def __init__(self, document: Document) -> None:
        self._by_part: dict[str, list[str]] = {}
        for link in document.links():
            parts = urlsplit(link.url)
            if parts.netloc != document.parts.netloc:
                continue
            address = parts.path + (f"?{parts.query}" if parts.query else "")
            for part in _pieces(address):
                known = self._by_part.setdefault(part, [])
                if address not in known and len(known) < 5:  # noqa: PLR2004 - a name that stands everywhere proves nothing
                    known.append(address)

    def forms(self, record: Mapping[str, Any], around: str) -> Iterator[str]:
        """Each link of the page that has a name of the record in it, with the names in it made holes."""
        scalars = dict(_scalars(record, around))
        for name in _names(record):
            value = fields.text(record[name])
            for address in self._by_part.get(value, ()):
                yield _with_holes(address, value, _path(around, name), scalars)


def _names(record: Mapping[str, Any]) -> Iterator[str]:
    for key in list(record)[:_MOST_KEYS]:
        if fields.spelling(key) in fields.NAMES["slug"] and _PLAIN.fullmatch(fields.text(record[key])):
            yield key


def _scalars(record: Mapping[str, Any], around: str) -> Iterator[tuple[str, str]]:
    """The short texts of a record and of the objects in it, with the expressions that find them."""
    for key in list(record)[:_MOST_KEYS]:
        value = record[key]
        if isinstance(value, str) and _PLAIN.fullmatch(value):
            yield value, _path(around, key)
        elif isinstance(value, Mapping):
            for inner, one in list(value.items())[:_MOST_KEYS]:
                if isinstance(one, str) and _PLAIN.fullmatch(one):
                    yield one, f"{_path(around, key)}.{_step(inner)}"


def _with_holes(address: str, value: str, expression: str, scalars: Mapping[str, str]) -> str:
    path, mark, query = address.partition("?")
    pieces = []
    for piece in path.split("/"):
        ending = _ENDING.search(piece)
        bare = piece[: ending.start()] if ending else piece
        if value in {unquote(bare), unquote(piece)}:
            pieces.append("{" + expression + "}" + (ending[0] if ending and unquote(bare) == value else ""))
        elif unquote(piece) in scalars and not piece.isdigit():
            pieces.append("{" + scalars[unquote(piece)] + "}")
        else:
            pieces.append(piece)
    pairs = (pair.partition("=") for pair in query.split("&")) if query else ()
    queries = [f"{key}={'{' + expression + '}' if unquote(one) == value else one}" for key, _, one in pairs]
    return "/".join(pieces) + mark + "&".join(queries)


def _pieces(address: str) -> Iterator[str]:
    path, _, query = address.partition("?")
    for piece in path.split("/"):
        if piece:
            yield unquote(piece)
            yield unquote(_ENDING.sub("", piece))
    for pair in query.split("&"):
        if "=" in pair:
            yield unquote(pair.partition("=")[2])


def _path(around: str, key: str) -> str:
    return f"{_step(around)}.{_step(key)}" if around else _step(key)


def _step(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else '"' + quote(key, safe=" :@-./#$") + '"'
