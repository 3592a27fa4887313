"""The platforms that are known, and what they say of one page."""

from __future__ import annotations

from collections.abc import Iterator

from feedbot.sources.html_document import Document
from feedbot.sources.platforms.model import Platform
from feedbot.sources.spec import Lead

PLATFORMS: tuple[Platform, ...] = ()


def leads(document: Document) -> Iterator[Lead]:
    """The feeds that the page's platform is known for."""
    for platform in PLATFORMS:
        for address in platform.find(document):
            if address.url:
                reason = f"{platform.name} has a feed of {address.what} at this address."
                yield Lead(address.url, "feed", reason, address.confidence)
