"""Where in a JSON value the articles are: the array of objects that looks most like a list of them."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from feedbot.sources.records import fields
from feedbot.sources.times.calendar import Calendar

_MOST_NODES = 100_000
_MOST_KEYS = 200
_SAMPLE = 20
_FEWEST = 2
_SHARE = 0.6
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LINK = re.compile(r"(?:https?:)?/", re.IGNORECASE)
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|avif|mp4|mp3|pdf|zip|css|js)\Z", re.IGNORECASE)
# What APIs put around each article: GraphQL, Strapi, Contentful, Elasticsearch, Reddit.
_AROUND = ("node", "attributes", "fields", "_source", "data", "item", "article", "post", "content", "card")
# A menu has short words; a headline of Chinese says much in few characters.
_SHORT_TITLE, _SHORT_CJK_TITLE = 16, 8
_WORTH = {"link": 1.0, "date": 1.5, "summary": 0.5, "body": 0.7, "image": 0.3, "author": 0.4, "tags": 0.2, "id": 0.2}


@dataclass(frozen=True, slots=True)
class Guess:
    """An array of articles: `select` reads it, `items` are its objects, `confidence` runs from 0 to 1."""

    select: Mapping[str, str]
    items: Sequence[Mapping[str, Any]] = field(repr=False)
    confidence: float
    score: float


def guess(said: Any, *, needs_link: bool = True) -> Guess | None:
    """The array in `said` that looks most like articles, None if none does; of equals the first.

    With `needs_link` false also one whose objects have a name of their own, from which an address may be built.
    """
    best: Guess | None = None
    for path, items in _arrays(said):
        found = _judged(path, items, needs_link=needs_link)
        if found and (best is None or found.score > best.score):
            best = found
    return best


def unwrapped(item: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The object with the article's fields, and the key that it stands under (`""` if it is `item` itself)."""
    if not usual("title", item):
        for key in _AROUND:
            inner = item.get(key)
            if isinstance(inner, Mapping) and usual("title", inner):
                return key, inner
    return "", item


def usual(name: str, item: Mapping[str, Any], keys: Mapping[str, str] | None = None) -> str:
    """The key of `item` that the field `name` usually has and that holds such a value; `""` if there is none.

    `keys` are those of `item` as `plain_keys` gives them, for who asks for many fields.
    """
    own = plain_keys(item) if keys is None else keys
    return next((own[known] for known in fields.NAMES[name] if known in own and _fits(name, item[own[known]])), "")


def plain_keys(item: Mapping[str, Any]) -> dict[str, str]:
    """The keys of an object by their plain spelling; of two that are spelled alike the first."""
    keys: dict[str, str] = {}
    for key in islice(item, _MOST_KEYS):
        keys.setdefault(fields.spelling(key), key)
    return keys


def _fits(name: str, value: Any) -> bool:
    """Whether a value may be one of the field `name`."""
    if name in {"title", "summary", "body"}:
        said = fields.text(value)
        return bool(said) and not _LINK.match(said) and not said.isdigit()
    if name == "link":
        url = fields.address(value)
        return bool(_LINK.match(url)) and not _is_file(url)
    if name in {"date", "updated"}:
        return Calendar().read_one(fields.date(value)) is not None
    if name == "image":
        return any(fields.addresses(value))
    if name in {"author", "tags", "category", "origin"}:
        return bool(fields.text(value)) or any(fields.names(value))
    return bool(fields.text(value))


def _is_file(url: str) -> bool:
    try:
        return bool(_FILE.search(urlsplit(url).path))
    except ValueError:
        return True


def _arrays(said: Any) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Every array of objects, and every object of objects, with the expression that finds it; outer ones first."""
    todo: deque[tuple[str, Any]] = deque([("", said)])
    for _ in range(_MOST_NODES):
        if not todo:
            return
        path, value = todo.popleft()
        children: list[tuple[str, Any]] = []
        if isinstance(value, list):
            items = [one for one in value if isinstance(one, Mapping)]
            if len(items) >= _FEWEST:
                yield path or "@", items
            children = [(f"{path}[{number}]", one) for number, one in enumerate(value[:_SAMPLE])]
        elif isinstance(value, Mapping):
            items = [one for one in value.values() if isinstance(one, Mapping)]
            if len(items) > _FEWEST and len(items) >= len(value) * _SHARE:
                yield f"{path}.*" if path else "*", items
            children = [(_below(path, key), one) for key, one in value.items()]
        todo += ((where, one) for where, one in children if isinstance(one, list | Mapping))


def _below(path: str, key: str) -> str:
    step = key if _PLAIN_KEY.fullmatch(key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{path}.{step}" if path else step


def _judged(path: str, items: list[Mapping[str, Any]], *, needs_link: bool) -> Guess | None:
    sample = items[:_SAMPLE]
    around, first = unwrapped(sample[0])
    inner = [item.get(around) if around else item for item in sample]
    records = [one for one in inner if isinstance(one, Mapping)]
    select = {name: key for name in fields.ARTICLE_KEYS if (key := _shared(name, first, records))}
    if "title" not in select or (needs_link and "link" not in select) or not {"link", "id"} & select.keys():
        return None
    titles = [fields.text(record.get(select["title"])) for record in records]
    if len(set(titles)) < max(_FEWEST, len(titles) * _SHARE):
        return None
    has_date = "date" in select
    if not has_date and (_are_short(titles) or fields.spelling(select["title"]) in {"name", "caption"}):
        return None
    expressions = {name: _below(around, key) for name, key in select.items()}
    worth = sum(_WORTH.get(name, 0.0) for name in select)
    confidence = (0.55 if has_date else 0.3) + 0.05 * len({"summary", "body", "image", "author"} & select.keys())
    return Guess({"list": path, **expressions}, items, round(confidence, 2), worth + math.log2(len(items)) / 4)


def _shared(name: str, first: Mapping[str, Any], records: list[Mapping[str, Any]]) -> str:
    """The key of the field in the first object, or in the first that has one, if most of the objects have it."""
    key = usual(name, first) or next((found for record in records if (found := usual(name, record))), "")
    if not key:
        return ""
    having = sum(1 for record in records if key in record and _fits(name, record[key]))
    return key if having >= len(records) * (_SHARE if name in {"title", "link", "date", "id"} else 0.25) else ""


def _are_short(titles: list[str]) -> bool:
    lengths = sorted(len(title) for title in titles)
    is_cjk = any("\u3040" <= character <= "\u9fff" for title in titles[:3] for character in title)
    return lengths[len(lengths) // 2] < (_SHORT_CJK_TITLE if is_cjk else _SHORT_TITLE)
