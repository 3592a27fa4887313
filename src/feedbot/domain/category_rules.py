"""To which categories an article belongs: by the rules of its source, else by what the source declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedbot.domain.article import Content
from feedbot.domain.categories import assign as default_categories
from feedbot.domain.categories import clean_path
from feedbot.domain.words import folded, has_any

MOST_CATEGORIES = 20  # of one article, so that a page with a thousand tags makes no thousand categories


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRule:
    """One rule: what must be true of an article, and the category that it then has.

    All conditions that are given must hold; of the values of one condition, any. A rule without conditions always
    holds. `words` stand in the title (`place` is `title`) or anywhere (`text`), `tags` are the own ones of the source,
    `breadcrumb` has names on the way to the article. `take` makes the breadcrumb, or each tag, a category, below
    `category` if that is given.
    """

    category: str = ""
    words: tuple[str, ...] = ()
    place: str = "text"
    tags: tuple[str, ...] = ()
    breadcrumb: tuple[str, ...] = ()
    take: str = ""

    @classmethod
    def from_mapping(cls, rule: Mapping[str, Any]) -> CategoryRule:
        """The rule from what a source declares: `category`, `words`, `in`, `tags`, `breadcrumb`, `take`."""
        return cls(
            category=clean_path(str(rule.get("category") or "")),
            words=tuple(rule.get("words") or ()),
            place=str(rule.get("in") or "text"),
            tags=tuple(rule.get("tags") or ()),
            breadcrumb=tuple(rule.get("breadcrumb") or ()),
            take=str(rule.get("take") or ""),
        )

    def categories_of(self, content: Content, text: str) -> tuple[str, ...]:
        """The categories that the rule gives to an article; `text` is its body as plain text."""
        if not self._holds(content, text):
            return ()
        if not self.take:
            return (self.category,) if self.category else ()
        taken = [content.category_path] if self.take == "breadcrumb" else [(tag,) for tag in content.tags]
        below = tuple(self.category.split("/")) if self.category else ()
        return tuple(clean_path((*below, *path)) for path in taken if clean_path(path))

    def _holds(self, content: Content, text: str) -> bool:
        if self.words:
            where = content.title if self.place == "title" else f"{content.title}\n{content.summary}\n{text}"
            if not has_any(where, self.words):
                return False
        if self.tags and not _share(self.tags, content.tags):
            return False
        return not self.breadcrumb or _share(self.breadcrumb, content.category_path)


def assign(
    content: Content, declared: Iterable[str], rules: Sequence[Mapping[str, Any]], text: str = ""
) -> tuple[str, ...]:
    """The categories of an article, each once, at most 20.

    What the rules give, in their order; if none of them holds, what the source declares, else the page's own
    breadcrumb. `text` is the body as plain text, needed only by rules that look for words in it.
    """
    given: dict[str, None] = {}
    for rule in map(CategoryRule.from_mapping, rules):
        given.update(dict.fromkeys(path for path in rule.categories_of(content, text) if path))
    return tuple(given)[:MOST_CATEGORIES] or default_categories(content.category_path, declared)


def need_text(rules: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a rule looks for words in the body."""
    return any(rule.get("words") and (rule.get("in") or "text") == "text" for rule in rules)


def is_wanted(content: Content, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Whether an article passes the source's own filter, by title, summary, tags and breadcrumb.

    With `include` one of these words must be there; none of `exclude` may.
    """
    said = "\n".join((content.title, content.summary, *content.tags, *content.category_path))
    return (not include or has_any(said, include)) and not has_any(said, exclude)


def _share(some: Iterable[str], others: Iterable[str]) -> bool:
    return not {folded(one) for one in some}.isdisjoint(map(folded, others))
