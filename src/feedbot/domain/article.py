"""What a parser finds (Draft) and what is stored (Article): the same content, with an identity once stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article; `url` is absolute."""

    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside an article (an enclosure); `size` is in bytes, None if the source does not say."""

    url: str
    name: str = ""
    mime_type: str = "application/octet-stream"
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reader reaction as the portal names it (鲜花, 握手, ...) and how many gave it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a story says. Times are aware and in UTC, URLs absolute, `body_html` sanitised, the rest plain text.

    `abstract` is a summary that a language model wrote, for where the source gave none of its own.
    """

    url: str
    title: str
    published: datetime | None = None
    updated: datetime | None = None
    author: str = ""
    origin: str = ""
    comment_count: int | None = None
    summary: str = ""
    summary_is_cut: bool = False
    abstract: str = ""
    body_html: str = ""
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    category_path: tuple[str, ...] = ()
    related_categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    language: str | None = None
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Content):
    """What a parser found. `guid` is the source's own id, if it gives one; `is_complete`: nothing more to read.

    `canonical_url` is the address that the article's page says it has, perhaps on another site.
    """

    guid: str | None = None
    canonical_url: str = ""
    is_complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Content):
    """A stored story.

    `key` never changes; `revision` counts from 1 and moves when the content does. `first_seen` stands in for a
    missing `published`; `changed` is when `revision` last moved. `categories` are stored paths such as
    `城事资讯/安源区政府`.
    """

    id: int
    key: bytes
    revision: int
    source_id: str
    source_title: str
    source_url: str = ""
    categories: tuple[str, ...] = ()
    first_seen: datetime
    changed: datetime

    @property
    def date(self) -> datetime:
        """When the story came out, as far as anyone knows: published, else first seen."""
        return self.published or self.first_seen
