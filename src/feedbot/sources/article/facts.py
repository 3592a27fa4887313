"""What a page says of its article beside the text, and how several answers become one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one part of a page tells of the article; empty where it says nothing. Addresses are absolute.

    `image` is the one that stands for the article; `section` the path of its category; `text` its whole plain text, as
    far as the part has it.
    """

    title: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    author: str = ""
    origin: str = ""
    image: str = ""
    language: str | None = None
    canonical_url: str = ""
    tags: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    site: str = ""
    summary: str = ""
    text: str = ""


def merged(parts: Iterable[Facts]) -> Facts:
    """Each fact from the first part that knows it."""
    found = Facts()
    for part in parts:
        new = {
            entry.name: getattr(part, entry.name)
            for entry in fields(Facts)
            if not getattr(found, entry.name) and getattr(part, entry.name)
        }
        found = replace(found, **new)
    return found
