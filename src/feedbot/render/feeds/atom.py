"""Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from feedbot.domain import categories
from feedbot.render.feeds import clean
from feedbot.render.feeds.generator import DC, XML_LANG, Element, Entry, Feed, add, add_media
from feedbot.render.feeds.items import Item
from feedbot.render.feeds.view import FeedView

MIME_TYPE = "application/atom+xml"


def write(view: FeedView, items: Sequence[Item], updated: datetime) -> bytes:
    """The Atom document."""
    feed = Feed(lambda _: None)
    feed.id(view.id)
    title = clean.plain_title(view.title) or view.self_url
    feed.title(title)
    feed.updated(updated)
    feed.author(name=clean.plain_title(view.author) or title)
    feed.link(href=view.self_url, rel="self", type=MIME_TYPE)
    feed.link(href=clean.ascii_url(view.home_url) or view.self_url, rel="alternate")
    for link in view.links:
        kind = {"type": link.mime_type} if link.mime_type else {}
        feed.link(href=link.url, rel=link.rel, **kind)
    feed.subtitle(clean.plain_title(view.description))
    feed.language(clean.language_tag(view.language))
    feed.generator("feedbot", version=view.generator_version or None)
    if view.icon_url and (icon := clean.ascii_url(view.icon_url)):
        feed.icon(icon)
    for item in items:
        feed.append(_entry(view, item))
    document: bytes = feed.atom_str(pretty=True)
    return document


def _entry(view: FeedView, item: Item) -> Entry:
    entry = Entry(lambda element: _add_to_entry(element, view, item))
    entry.id(item.id)
    entry.title(item.title)
    entry.updated(item.updated)
    entry.published(item.published)
    entry.author(name=item.author or _byline(view, item))
    if item.url:
        entry.link(href=item.url, rel="alternate")
    # An entry without any text would leave readers with nothing to show.
    text, kind = clean.text_construct(item.summary or item.title)
    if item.body:
        entry.content(item.body, type="html")
    elif not item.url:
        entry.content(text, type=kind)
    if item.summary or not item.body:
        entry.summary(text, type=kind)
    for path in item.categories:
        entry.category(term=path, label=categories.name(path))
    for tag in item.tags:
        entry.category(term=tag)
    return entry


def _add_to_entry(element: Element, view: FeedView, item: Item) -> None:
    if item.language and item.language != clean.language_tag(view.language):
        element.set(XML_LANG, item.language)
    # feedgen drops all but the address of an entry's links.
    for link in element.iterchildren("link"):
        link.set("rel", "alternate")
    for file in item.enclosures:
        size = {"length": str(file.size)} if file.size else {}
        name = {"title": file.name} if file.name else {}
        add(element, "link", rel="enclosure", href=file.url, type=file.mime_type, **size, **name)
    if item.origin:
        _add_source(element, item)
    if item.credit:
        add(element, f"{{{DC}}}publisher", item.credit)
    add_media(element, item.images)


def _add_source(element: Element, item: Item) -> None:
    """The feed that the entry stems from, as it was when the entry last changed (RFC 4287, section 4.2.11)."""
    if item.origin is None:
        return
    source = add(element, "source")
    add(source, "id", item.origin.id)
    add(source, "title", clean.plain_title(item.origin.title) or item.origin.id)
    add(source, "updated", item.updated.isoformat())
    add(source, "link", rel="self", href=item.origin.feed_url)
    if home := clean.ascii_url(item.origin.home_url):
        add(source, "link", rel="alternate", href=home)


def _byline(view: FeedView, item: Item) -> str:
    origin = clean.plain_title(item.origin.title) if item.origin else ""
    return origin or clean.plain_title(view.author) or clean.plain_title(view.title) or view.self_url
