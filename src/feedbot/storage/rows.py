"""Rows of the database as the values of the domain, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping

from feedbot.domain import identity
from feedbot.domain.article import Article, Attachment, Content, Draft, Image, Reaction
from feedbot.domain.meaning import meaning
from feedbot.domain.source import Source, SourceOptions

_MOST = 2**31 - 1  # what the column holds; a page may claim anything
_SOURCE_MAPPINGS = ("unread", "rhythm", "hints", "redirect", "redesign", "list_state")
_SOURCE_FIELDS = frozenset(field.name for field in fields(Source)) - {"options", *_SOURCE_MAPPINGS}
_PLAIN_CONTENT = (
    "url",
    "title",
    "published",
    "updated",
    "author",
    "origin",
    "comment_count",
    "summary",
    "summary_is_cut",
    "abstract",
    "body_html",
    "language",
    "site",
)


def to_source(row: RowMapping) -> Source:
    """A row of `source` as a Source."""
    plain = {name: row[name] for name in _SOURCE_FIELDS}
    mappings: dict[str, Any] = {name: row[name] or {} for name in _SOURCE_MAPPINGS}
    return Source(**plain, **mappings, options=SourceOptions.from_json(row["options"]))


def content_values(content: Content) -> dict[str, Any]:
    """The columns of `article` that hold what the story says."""
    values = {name: getattr(content, name) for name in _PLAIN_CONTENT}
    if content.comment_count is not None:
        values["comment_count"] = min(content.comment_count, _MOST)
    values["fingerprint"] = identity.fingerprint(content)
    values["details"] = {
        "images": [[image.url, image.alt] for image in content.images],
        "attachments": [[file.url, file.name, file.mime_type, file.size] for file in content.attachments],
        "reactions": [[reaction.name, reaction.count] for reaction in content.reactions],
        "category_path": list(content.category_path),
        "related_categories": list(content.related_categories),
        "tags": list(content.tags),
    }
    return values


def to_content(row: RowMapping) -> Content:
    """What the story of a row of `article` says."""
    return Content(**{name: row[name] for name in _PLAIN_CONTENT}, **_of_details(row["details"]))


def to_article(row: RowMapping, categories: Sequence[str]) -> Article:
    """A row of `article` joined with its source (as `source_id`, `source_title`, `source_url`) as an Article."""
    return Article(
        id=row["id"],
        key=row["key"],
        revision=row["revision"],
        source_id=row["source_id"],
        source_title=row["source_title"],
        source_url=row["source_url"],
        categories=tuple(categories),
        first_seen=row["first_seen"],
        changed=row["changed"],
        **{name: row[name] for name in _PLAIN_CONTENT},
        **_of_details(row["details"]),
    )


def _of_details(details: Mapping[str, Any]) -> dict[str, Any]:
    lists = ("category_path", "related_categories", "tags")
    return {
        "images": tuple(Image(*image) for image in details["images"]),
        "attachments": tuple(Attachment(*file) for file in details["attachments"]),
        "reactions": tuple(Reaction(*reaction) for reaction in details["reactions"]),
        **{name: tuple(details[name]) for name in lists},
    }


def key_values(key: bytes, draft: Draft) -> dict[str, Any]:
    """The columns by which a later poll finds the article again."""
    return {
        "key": key,
        "url_key": identity.url_key(draft),
        "title_key": identity.title_key(draft),
        "list_fingerprint": meaning(draft),
    }
