"""To which categories articles belong, by the rules of their source."""

from __future__ import annotations

from feedbot.domain import category_rules
from feedbot.domain.article import Content
from feedbot.domain.source import SourceOptions
from feedbot.sources.html import to_text


def categories_of(content: Content, options: SourceOptions) -> tuple[str, ...]:
    """The paths of the categories that an article of a source with these options belongs to."""
    rules = options.category_rules
    text = to_text(content.body_html) if category_rules.need_text(rules) else ""
    return category_rules.assign(content, options.categories, rules, text)
