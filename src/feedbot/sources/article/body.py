"""The article's body on its page."""

from __future__ import annotations

from feedbot.sources.article import engine
from feedbot.sources.article.document import Document, text_of
from feedbot.sources.encoding import strip_controls


def find(document: Document) -> str:
    """The article's clean HTML, `""` if the page has none."""
    if document.is_heavy:
        return ""
    letters = sum(engine.count_letters(text_of(node)) for node in document.tree.css("p"))
    html = strip_controls(document.tree.html or "")
    return engine.extract(html, document.url, document.base, letters)
