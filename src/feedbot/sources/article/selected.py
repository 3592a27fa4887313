"""What an admin's selectors name on an article page (`select.body`, `article_title` and the like)."""

from __future__ import annotations

from collections.abc import Sequence

from feedbot.errors import NotParseable
from feedbot.sources.article.document import Document
from feedbot.sources.article.facts import Facts
from feedbot.sources.article.measures import is_inside
from feedbot.sources.feed_values import unique
from feedbot.sources.html import clean
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
        select = self._selection(document)
        for unwanted in select.nodes("remove", document.tree):
            if unwanted.tag != "html":  # the root cannot go
                unwanted.decompose()
        bodies = select.nodes("body", document.tree)
        known = {node.mem_id for node in bodies}
        outermost = [node for node in bodies if not is_inside(node, known)]
        # The inside only: some sites show the body's own element by script.
        return clean("".join(f"<div>{node.inner_html}</div>" for node in outermost), document.base)

    def next_url(self, document: Document, pages: Sequence[Page]) -> str | None:
        """Where `next` leads from the last page, unless that was read."""
        url = self._selection(document).address("next", document.tree, document.base, "href").partition("#")[0]
        return url if url and url not in {page.url.partition("#")[0] for page in pages} else None

    def missing_body(self, url: str) -> NotParseable:
        """The fault of a page on which the selected body is not."""
        return NotParseable(f"Nothing on the page matches select.body: {self._options.select['body']!r}.", url=url)

    def _selection(self, document: Document) -> Selection:
        return Selection(self._options.select, document.url)
