"""Articles as RSS 2.0 and Atom 1.0 bytes. feedgen and its traps stay inside this package.

The same view and the same articles give the same bytes, whenever and wherever they are rendered: nothing here knows
what time it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from feedbot.domain.article import Article
from feedbot.render.feeds import atom, rss
from feedbot.render.feeds.items import article_id, items, newest_update
from feedbot.render.feeds.view import FeedLink, FeedView, Format, Origin

__all__ = ["MIME_TYPES", "FeedLink", "FeedView", "Format", "Origin", "article_id", "render", "updated"]

MIME_TYPES: dict[Format, str] = {"rss": rss.MIME_TYPE, "atom": atom.MIME_TYPE}


def render(view: FeedView, articles: Sequence[Article], format: Format) -> bytes:  # noqa: A002 - the field's own word
    """The feed as a UTF-8 document, newest article first, each article once.

    Whatever the articles hold, the document is well-formed and follows RSS 2.0 with the RSS Board's profile, or
    RFC 4287.
    """
    writer = rss.write if format == "rss" else atom.write
    return writer(view, items(view, articles), updated(view, articles))


def updated(view: FeedView, articles: Sequence[Article]) -> datetime:
    """When the feed last really changed, in UTC: the newest change of its articles; `view.created` if it has none."""
    return newest_update(articles) or view.created
