"""feedgen with its traps mended: elements that it drops, writes wrongly or dates with the clock are written here.

feedgen 1.0 builds each element in the order in which a format wants it, so that what is added comes at the end of the
channel's own elements, and at the end of an item.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Element = Any  # lxml's elements are an extension type without a public class.
Addition = Callable[[Element], None]


def add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """A new last child of `parent`; a name without a namespace is in the format's own."""
    child = etree.SubElement(parent, name, attributes)
    child.text = text
    return child


class Namespaces(BaseExtension):
    """Declares the prefixes once at the root, and lets the feed add elements between its own and its entries."""

    def __init__(self) -> None:
        self.addition: Addition | None = None

    def extend_ns(self) -> dict[str, str]:
        """The prefixes by name."""
        return {"dc": DC, "media": MEDIA}

    def extend_rss(self, feed: Element) -> Element:
        """The `rss` element with what the channel was to get."""
        if self.addition:
            self.addition(feed[0])
        return feed

    def extend_atom(self, feed: Element) -> Element:
        """The `feed` element with what it was to get."""
        if self.addition:
            self.addition(feed)
        return feed


class Feed(FeedGenerator):
    """A feedgen feed whose dates are given, and that writes further elements through `addition`."""

    def __init__(self, addition: Addition) -> None:
        super().__init__()
        # feedgen would write the time of rendering, by a formatter that switches the locale of the whole process.
        self._FeedGenerator__rss_lastBuildDate = None
        self.register_extension("feedbot", Namespaces)
        self.feedbot.addition = addition

    def append(self, entry: FeedEntry) -> None:
        """Puts the entry last: feedgen's own default is first."""
        self.add_entry(entry, order="append")


class Entry(FeedEntry):
    """A feedgen entry that writes further elements through `addition`."""

    def __init__(self, addition: Addition) -> None:
        super().__init__()
        self._addition = addition

    def rss_entry(self, extensions: bool = True) -> Element:  # noqa: FBT001, FBT002 - feedgen's signature
        """The `item` element."""
        element = super().rss_entry(extensions)
        self._addition(element)
        return element

    def atom_entry(self, extensions: bool = True) -> Element:  # noqa: FBT001, FBT002 - feedgen's signature
        """The `entry` element."""
        element = super().atom_entry(extensions)
        self._addition(element)
        return element

    def register_extension(self, *_: object) -> None:
        """Nothing: the feed's extension only declares prefixes."""


def add_media(parent: Element, images: tuple[str, ...]) -> None:
    """The pictures as Media RSS: the first as the thumbnail, each as content."""
    if images:
        add(parent, f"{{{MEDIA}}}thumbnail", url=images[0])
    for url in images:
        add(parent, f"{{{MEDIA}}}content", url=url, medium="image")
