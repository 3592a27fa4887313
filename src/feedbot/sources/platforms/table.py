"""The platforms that are known, and what they say of one page."""

from __future__ import annotations

from collections.abc import Iterator

from feedbot.sources.html_document import Document
from feedbot.sources.platforms import services, software
from feedbot.sources.platforms.model import Platform
from feedbot.sources.spec import Lead

PLATFORMS: tuple[Platform, ...] = (*software.PLATFORMS, *services.PLATFORMS)


def leads(document: Document) -> Iterator[Lead]:
    """The feeds that the page's platform is known for."""
    for platform in PLATFORMS:
        for address in platform.find(document):
            if address.url:
                reason = f"{platform.name}: {address.what} has its feed at this address."
                yield Lead(address.url, "feed", reason, address.confidence)
