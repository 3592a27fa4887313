"""RSS 2.0, with the RSS Board's profile: `dc:creator`, `content:encoded`, `media:content`, `atom:link`."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from feedbot.render.feeds import clean
from feedbot.render.feeds.generator import ATOM, DC, MEDIA, Element, Entry, Feed, add, add_media
from feedbot.render.feeds.items import Item
from feedbot.render.feeds.view import FeedView

MIME_TYPE = "application/rss+xml"
_SPECIFICATION = "https://www.rssboard.org/rss-specification"


def write(view: FeedView, items: Sequence[Item], updated: datetime) -> bytes:
    """The RSS document."""

    def add_to_channel(channel: Element) -> None:
        add(channel, "lastBuildDate", _date(updated))
        for link in view.links:
            kind = {"type": link.mime_type} if link.mime_type else {}
            add(channel, f"{{{ATOM}}}link", rel=link.rel, href=link.url, **kind)

    feed = Feed(add_to_channel)
    title = clean.plain_title(view.title) or view.self_url
    feed.title(title)
    # feedgen takes the last link for the channel's own.
    feed.link(href=view.self_url, rel="self", type=MIME_TYPE)
    feed.link(href=clean.ascii_url(view.home_url) or view.self_url, rel="alternate")
    feed.description(clean.plain_title(view.description) or title)
    feed.language(clean.language_tag(view.language))
    feed.generator(f"feedbot {view.generator_version}".rstrip())
    feed.docs(_SPECIFICATION)
    if view.ttl_minutes and view.ttl_minutes > 0:
        feed.ttl(view.ttl_minutes)
    if view.icon_url and (icon := clean.ascii_url(view.icon_url)):
        feed.image(icon)
    for item in items:
        feed.append(_entry(item))
    document: bytes = feed.rss_str(pretty=True)
    return document


def _entry(item: Item) -> Entry:
    entry = Entry(lambda element: _add_to_item(element, item))
    entry.title(item.title)
    entry.id(item.id)
    if item.url:
        entry.link(href=item.url, rel="alternate")
    # Readers take a description for HTML: the plain summary is escaped once more.
    if item.summary:
        entry.description(html.escape(item.summary, quote=False))
    if item.body:
        entry.content(item.body)
    for name in (*item.categories, *item.tags):
        entry.category(term=name)
    if item.enclosures:
        first = item.enclosures[0]
        entry.enclosure(first.url, first.size, first.mime_type)
    if item.origin:
        entry.source(item.origin.feed_url, clean.plain_title(item.origin.title) or item.origin.id)
    return entry


def _add_to_item(element: Element, item: Item) -> None:
    add(element, "pubDate", _date(item.published))
    if item.author:
        add(element, f"{{{DC}}}creator", item.author)
    if item.credit:
        # Not dc:source: that would say the same as the source element, which is the feed.
        add(element, f"{{{DC}}}publisher", item.credit)
    add_media(element, item.images)
    for file in item.enclosures[1:]:
        size = {"fileSize": str(file.size)} if file.size else {}
        add(element, f"{{{MEDIA}}}content", url=file.url, type=file.mime_type, **size)


def _date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
