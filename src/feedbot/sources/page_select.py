"""CSS selectors as an admin writes them for a page: `h2 a`, or `time@datetime` for an attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from feedbot.errors import NotParseable
from feedbot.sources.html import absolute, one_line

OPTIONS: dict[str, str] = {
    "list": "Each article on the list page: the block around it, or its link.",
    "link": "The article's link within the block; the first link if not given.",
    "title": "The title within the block; the link's text if not given.",
    "date": "The date within the block.",
    "summary": "The summary within the block.",
    "image": "The picture within the block.",
    "author": "The author within the block.",
    "category": "The category within the block; on an article page each part of its path.",
    "body": "The text on the article page; with it, every article is read from its own page.",
    "article_title": "The title on the article page.",
    "article_date": "The date on the article page.",
    "article_author": "The author on the article page.",
    "article_origin": "The origin on the article page.",
    "next": "The link to the article's next page.",
    "remove": "What is left out of the body; a list with commas.",
}
ARTICLE_OPTIONS = frozenset({"body", "article_title", "article_date", "article_author", "article_origin", "next"})


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector and the attribute to be read, `""` for the text."""

    css: str
    attribute: str = ""


def read_selector(text: str) -> Selector:
    """The parts of `css@attribute`, or of `@attribute` alone; an @ within brackets or quotes belongs to the CSS."""
    css, mark, attribute = (part.strip() for part in text.rpartition("@"))
    is_attribute = mark and attribute.replace("-", "").replace("_", "").replace(":", "").isalnum()
    return Selector(css, attribute.lower()) if is_attribute else Selector(text.strip())


def check_options(select: Mapping[str, str]) -> list[str]:
    """What is wrong with the `select` of a source of the type `page`, a sentence each; empty if nothing is."""
    faults = [f"select.{key} is unknown; known are {', '.join(OPTIONS)}." for key in select if key not in OPTIONS]
    if not select.get("list", "").strip():
        faults.append("select.list is missing: the CSS selector of the articles on the list page.")
    known = {key: text for key, text in select.items() if key in OPTIONS}
    return faults + [
        f"select.{key} is no CSS selector: {text!r}." for key, text in known.items() if not _is_valid(text)
    ]


class Selection:
    """The `select` of one source, applied to one page.

    Raises (from every method):
        NotParseable: a selector is no valid CSS; the text names it.
    """

    def __init__(self, select: Mapping[str, str], url: str) -> None:
        self._select = {key: read_selector(text) for key, text in select.items() if text.strip()}
        self._url = url

    def __contains__(self, key: str) -> bool:
        return key in self._select

    def has_attribute(self, key: str) -> bool:
        """Whether the selector names an attribute."""
        return key in self._select and bool(self._select[key].attribute)

    def nodes(self, key: str, scope: LexborHTMLParser | LexborNode) -> list[LexborNode]:
        """Every element that `key` selects in `scope`, or `scope` itself where the selector is only an attribute."""
        selector = self._select.get(key)
        if selector is None:
            return []
        if not selector.css:
            return [scope] if isinstance(scope, LexborNode) else []
        try:
            return scope.css(selector.css)
        except SelectolaxError as error:
            raise NotParseable(f"select.{key} is no CSS selector: {selector.css!r}.", url=self._url) from error

    def texts(self, key: str, scope: LexborHTMLParser | LexborNode) -> Iterator[str]:
        """The text or attribute of each selected element, in one line; empty ones are left out."""
        for node in self.nodes(key, scope):
            attribute = self._select[key].attribute
            text = node.attributes.get(attribute) or "" if attribute else one_line(node.html or "")
            if text.strip():
                yield " ".join(text.split())

    def text(self, key: str, scope: LexborHTMLParser | LexborNode) -> str:
        """The first of `texts`, `""` if there is none."""
        return next(self.texts(key, scope), "")

    def address(self, key: str, scope: LexborHTMLParser | LexborNode, base_url: str, attribute: str) -> str:
        """The first absolute address in the selected elements' `attribute`, unless the selector names another."""
        named = self._select[key].attribute if key in self._select else ""
        for node in self.nodes(key, scope):
            for candidate in (node, *node.css(f"[{attribute}]")):
                url = absolute(candidate.attributes.get(named or attribute) or "", base_url)
                if url:
                    return url
        return ""


def _is_valid(text: str) -> bool:
    css = read_selector(text).css
    if not css:
        return bool(read_selector(text).attribute)
    try:
        LexborHTMLParser("").css(css)
    except SelectolaxError:
        return False
    return True
