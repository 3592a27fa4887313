"""What a feed says of itself, apart from its articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Format = Literal["rss", "atom"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A source as the entries of a merged feed name it: `id` and `feed_url` are those of the source's own feed."""

    id: str
    title: str
    feed_url: str
    home_url: str = ""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A further link of the feed: `hub` (WebSub), `prev-archive` or `next` (RFC 5005), `alternate`."""

    rel: str
    url: str
    mime_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """A feed without its articles.

    `id` is a tag:, urn: or http(s) URI that never changes. `self_url` is the address under which these very bytes are
    served, `home_url` the page that they are about. `created` dates a feed without articles. `author` stands for
    articles that name none. `origins` has, by source id, the sources that the articles of a merged feed come from; a
    source's own feed has none.
    """

    id: str
    title: str
    self_url: str
    home_url: str
    created: datetime
    description: str = ""
    language: str | None = None
    author: str = ""
    icon_url: str | None = None
    ttl_minutes: int | None = None
    generator_version: str = ""
    links: tuple[FeedLink, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)
