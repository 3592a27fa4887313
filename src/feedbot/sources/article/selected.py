"""What an admin's selectors name on an article page (`select.body`, `article_title` and the like)."""

from __future__ import annotations

from collections.abc import Sequence

from feedbot.errors import NotParseable
from feedbot.sources.article.document import Document
from feedbot.sources.article.facts import Facts
from feedbot.sources.feed_values import unique
from feedbot.sources.page_select import Selection
from feedbot.sources.spec import Page, ParseOptions


class Choice:
    """The selectors of one source, applied to its article pages."""

    def __init__(self, options: ParseOptions) -> None:
        self._options = options
        keys = ("body", "article_title", "article_date", "article_author", "article_origin", "next", "remove")
        self._has_any = any(options.select.get(key, "").strip() for key in keys)

    def __bool__(self) -> bool:
        return self._has_any

    @property
    def has_body(self) -> bool:
        """Whether the body is named."""
        return bool(self._options.select.get("body", "").strip())

    def facts(self, document: Document) -> Facts:
        """What the selectors find on the article's first page.

        Raises:
            NotParseable: a selector is no valid CSS.
        """
        select = self._selection(document)
        tree = document.tree
        return Facts(
            title=select.text("article_title", tree),
            published=self._options.calendar(document.language).read_one(select.text("article_date", tree)),
            author=select.text("article_author", tree),
            origin=select.text("article_origin", tree),
            section=unique(select.texts("category", tree)),
        )

    def body(self, document: Document) -> str:
        """The clean HTML of the selected body without what `remove` selects, which goes from the page's tree."""
        return self._selection(document).body(document.tree, document.base) or ""

    def next_url(self, document: Document, pages: Sequence[Page]) -> str | None:
        """Where `next` leads from the last page, unless that was read."""
        return self._selection(document).unread(document.tree, document.base, (page.url for page in pages))

    def missing_body(self, url: str) -> NotParseable:
        """The fault of a page on which the selected body is not."""
        return NotParseable(f"Nothing on the page matches select.body: {self._options.select['body']!r}.", url=url)

    def _selection(self, document: Document) -> Selection:
        return Selection(self._options.select, document.url)
