"""What a page's JSON-LD says of its article (schema.org Article and its kinds), however broken it is."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from feedbot.domain.identity import canonical_url
from feedbot.sources.article.facts import Facts
from feedbot.sources.article.names import HOME_NAMES, one_author
from feedbot.sources.feed_values import language, unique
from feedbot.sources.html import absolute, one_line
from feedbot.sources.html_scripts import data, scripts
from feedbot.sources.times.calendar import Calendar

_MAX_SCRIPTS = 20
_MAX_CHARACTERS = 1_000_000
_MAX_NODES = 2000
_MAX_VALUES = 20_000  # of one script, lists in lists among them
_MAX_AUTHORS = 6
_STRINGS = re.compile(r'"(headline|datePublished|dateModified|articleBody)"\s*:\s*"((?:[^"\\]|\\.)*+)"')
_ARTICLE_TYPES = ("Article", "Posting", "Report", "Review", "Recipe", "Question", "VideoObject", "PodcastEpisode")

Node = Mapping[str, Any]


def read(text: str, *, url: str, title: str, calendar: Calendar) -> Facts:
    """What the page `text` says in JSON-LD of the article at `url`; `title` tells it from others that are listed."""
    nodes = list(_nodes(text))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    article = _article(nodes, url, title)
    crumbs = _crumbs(nodes)
    if article is None:
        return Facts(section=crumbs)
    return _facts(_Reader(article, by_id, url, calendar), crumbs)


class _Reader:
    """One node, its references followed."""

    def __init__(self, node: Node, by_id: Mapping[str, Node], url: str, calendar: Calendar) -> None:
        self.node, self.by_id, self.url, self.calendar = node, by_id, url, calendar

    def values(self, key: str) -> list[Any]:
        value = self.node.get(key)
        found = value if isinstance(value, list) else [value]
        return [self._followed(one) for one in found if one]

    def text(self, key: str) -> str:
        return next((text for text in map(_text, self.values(key)) if text), "")

    def texts(self, key: str) -> list[str]:
        return [text for text in map(_text, self.values(key)) if text]

    def _followed(self, value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"@id"}:
            return self.by_id.get(str(value["@id"]), value)
        return value


def _facts(node: _Reader, crumbs: tuple[str, ...]) -> Facts:
    def date(key: str) -> Any:
        return node.calendar.read_one(node.text(key))

    tags = [tag for text in node.texts("keywords") for tag in re.split(r"[,，;、]", text)]
    return Facts(
        title=one_line(node.text("headline") or node.text("name")),
        published=date("datePublished") or date("uploadDate") or date("dateCreated"),
        updated=date("dateModified"),
        author=", ".join(unique(map(one_author, node.texts("author")))[:_MAX_AUTHORS]),
        image=next(filter(None, (absolute(_address(value), node.url) for value in _images(node))), ""),
        language=language(node.text("inLanguage")),
        tags=unique(tag.strip() for tag in tags),
        section=crumbs or unique(node.texts("articleSection")[:1]),
        site=one_line(node.text("publisher")),
        summary=one_line(node.text("description")),
        text=node.text("articleBody"),
    )


def _images(node: _Reader) -> list[Any]:
    return [*node.values("image"), *node.values("thumbnailUrl")]


def _address(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id") or ""
        return _address(value)
    return value if isinstance(value, str) else ""


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or ""
    if isinstance(value, list):
        value = next((one for one in value if one), "")
    return value.strip() if isinstance(value, str) else ""


def _article(nodes: Sequence[Node], url: str, title: str) -> Node | None:
    """The node that the page is about: the one with its address, else with its title, else the first."""
    found = [node for node in nodes if any(name.endswith(_ARTICLE_TYPES) for name in _types(node))]
    here = canonical_url(url)
    own = [node for node in found if any(address and _same(address, here) for address in _addresses(node, url))]
    titled = [node for node in found if (name := _text(node.get("headline"))) and one_line(name) in title]
    rated = [*(node for node in own if node in titled), *own, *titled, *found]
    return next(iter(rated), None)


def _same(address: str, here: str) -> bool:
    return canonical_url(address).partition("#")[0].rstrip("/") == here.rstrip("/")


def _addresses(node: Node, url: str) -> Iterator[str]:
    for key in ("mainEntityOfPage", "url", "@id"):
        yield absolute(_address(node.get(key)), url)


def _types(node: Node) -> list[str]:
    kinds = node.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _crumbs(nodes: Sequence[Node]) -> tuple[str, ...]:
    """The names of a BreadcrumbList, without the site's home and the article itself."""
    for node in nodes:
        items = node.get("itemListElement")
        if "BreadcrumbList" not in _types(node) or not isinstance(items, list):
            continue
        names = [_crumb(item) for item in items if isinstance(item, dict)]
        kept = [name for name in names[:-1] if name and name.lower() not in HOME_NAMES]
        if kept:
            return unique(kept)
    return ()


def _crumb(item: Node) -> str:
    inner = item.get("item")
    return _text(item.get("name")) or (_text(inner) if isinstance(inner, dict) else "")


def _nodes(text: str) -> Iterator[Node]:
    """Every object of every script, outer ones first, as far as a page may have honest ones."""
    left = _MAX_NODES
    for source in _sources(text):
        todo = deque([_loaded(source)])
        for _ in range(_MAX_VALUES):
            if not todo or not left:
                break
            value = todo.popleft()
            if isinstance(value, list):
                todo.extendleft(reversed(value[:_MAX_NODES]))
            elif isinstance(value, dict):
                left -= 1
                yield value
                todo.extend(inner for inner in value.values() if isinstance(inner, list | dict))


def _sources(text: str) -> Iterator[str]:
    marked = (script.text for script in scripts(text) if script.mime_type == "application/ld+json")
    return (source for source in islice(marked, _MAX_SCRIPTS) if len(source) <= _MAX_CHARACTERS)


def _loaded(source: str) -> Any:
    """The value of a script; of one that is beyond repair, the article's headline and dates."""
    value = data(source)
    if value is not None:
        return value
    return {"@type": "Article", **{key: _unescaped(told) for key, told in reversed(_STRINGS.findall(source))}}


def _unescaped(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value
