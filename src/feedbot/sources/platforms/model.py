"""What is known of a platform: how its pages are told, and where its feeds are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from feedbot.sources.html_document import Document

# The address is fixed by the platform; it may be switched off; it is what most sites of the kind leave on.
SURE, USUAL, MAYBE = 0.85, 0.75, 0.45


@dataclass(frozen=True, slots=True)
class Address:
    """A feed's address; `what` says of what ("the channel"), `confidence` how sure the platform makes it."""

    url: str
    what: str
    confidence: float = SURE


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform: its `name`, what it is `known_by` and its `addresses` in words, and the addresses for one page.

    `find` gives nothing for a page of another platform.
    """

    name: str
    known_by: str
    addresses: str
    find: Callable[[Document], Iterator[Address]]


def path_parts(document: Document) -> list[str]:
    """The parts of the page's path as written, none empty."""
    return [part for part in document.parts.path.split("/") if part]


def is_at(document: Document, *hosts: str) -> bool:
    """Whether the page's host is one of these or lies below it."""
    return any(document.host == host or document.host.endswith(f".{host}") for host in hosts)


def is_made_by(document: Document, *names: str) -> bool:
    """Whether the page's generator is one of these (lower case)."""
    return any(name in document.generator for name in names)
