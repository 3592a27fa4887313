"""One item of a feed, in whatever format it came, made a draft."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, unquote, urldefrag, urlsplit

from feedbot.domain.article import Attachment, Draft, Image
from feedbot.domain.summary import is_cut, summarise
from feedbot.sources.encoding import strip_controls
from feedbot.sources.feed_values import language, mime_type
from feedbot.sources.html import clean, images, paragraphs, to_text
from feedbot.sources.html_urls import absolute
from feedbot.sources.repair import repair_draft
from feedbot.sources.spec import ParseOptions
from feedbot.sources.times.calendar import Calendar

_TITLE_CHARACTERS = 80
# A description longer than this is the article, not its summary.
_SUMMARY_CHARACTERS = 600
_NEEDS_PARSING = re.compile(r"[<&\]\f]")
# A body that may be the description once more, in its own markup.
_SHORT_BODY = 2 * _SUMMARY_CHARACTERS
_IS_MARKED_UP = re.compile(r"<(?!/?(?:p|br)\b)")


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of HTML and the address that its relative links start from."""

    html: str = ""
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A file that an item names; `kind` is `image`, `thumbnail` or `file`."""

    url: str
    kind: str = "file"
    mime_type: str = ""
    name: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What an item says, still as it says it; dates are texts, `title` and all below it plain text."""

    guid: str = ""
    urls: tuple[str, ...] = ()
    title: str = ""
    published: str = ""
    updated: str = ""
    fallback_published: str = ""
    author: str = ""
    origin: str = ""
    comment_count: int | None = None
    language: str = ""
    tags: tuple[str, ...] = ()
    content: Html = field(default_factory=Html)
    description: Html = field(default_factory=Html)
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself that its items take over; `url` is its own address."""

    url: str
    title: str = ""
    home_url: str = ""
    language: str | None = None
    author: str = ""


def draft(item: Item, feed: Feed, options: ParseOptions) -> Draft | None:
    """The draft, or None for an item that says nothing."""
    body, summary = _texts(item)
    title = item.title or summarise(to_text(body) or summary, _TITLE_CHARACTERS)
    if not (title or any(item.urls) or item.media):
        return None
    tongue = options.language or language(item.language) or feed.language
    published, updated = _dates(item, options.calendar(tongue))
    pictures = _pictures(item.media, body)
    files = tuple(_attachment(media) for media in item.media if media.kind == "file")
    url = _url(item, feed, title)
    made = Draft(
        url=url,
        title=title or url,
        guid=item.guid or None,
        published=published,
        updated=updated,
        author=item.author or feed.author,
        origin=item.origin,
        comment_count=item.comment_count,
        summary=summary,
        summary_is_cut=is_cut(summary),
        body_html=body,
        images=pictures,
        attachments=tuple({file.url: file for file in files}.values()),
        tags=item.tags,
        language=tongue,
        site=feed.title,
    )
    return repair_draft(made, options.repair)


def _texts(item: Item) -> tuple[str, str]:
    """The body's HTML and the summary's plain text."""
    body = clean(item.content.html, item.content.base_url)
    said = item.description.html
    # Most descriptions beside a text, or instead of one, are plain: these take no parser.
    if len(said) <= _SUMMARY_CHARACTERS and not _NEEDS_PARSING.search(said) and not 0 < len(body) <= _SHORT_BODY:
        return body, " ".join(strip_controls(said).split())
    described = clean(said, item.description.base_url)
    if body and described == body:
        return body, ""
    teaser = _teaser(described)
    if body:
        return body, to_text(described) if teaser is None else teaser
    if teaser is not None:
        return "", teaser
    text = to_text(described)
    is_article = len(text) > _SUMMARY_CHARACTERS or _IS_MARKED_UP.search(described)
    return (described, "") if is_article else ("", text)


def _teaser(html: str) -> str | None:
    """The text up to where the source cut it off, if links of the `[…] Continue reading` kind follow."""
    if "]" not in html:
        return None
    found = paragraphs(html)
    for index, text in enumerate(found):
        if text.endswith(("[…]", "[...]", "[ … ]")):
            return "\n\n".join(found[: index + 1])
    return None


def _dates(item: Item, calendar: Calendar) -> tuple[datetime | None, datetime | None]:
    published, updated = _date(item.published, calendar), _date(item.updated, calendar)
    if published is None and updated is None:
        published = _date(item.fallback_published, calendar)
    if published is None:
        return updated, None
    # Some feeds give the day as a second date: nothing was updated before it was published.
    return published, updated if updated and updated > published else None


def _date(text: str, calendar: Calendar) -> datetime | None:
    if not text:
        return None
    return calendar.read_one(text)


def _pictures(media: Iterable[Media], body: str) -> tuple[Image, ...]:
    shown = {image.url: image for image in images(body)}  # these have a text for those who cannot see them
    named = [file.url for file in media if file.kind == "image"]
    found = tuple(shown.get(url, Image(url)) for url in dict.fromkeys((*named, *shown)))
    return found or tuple(Image(url) for url in dict.fromkeys(file.url for file in media if file.kind == "thumbnail"))


def _attachment(media: Media) -> Attachment:
    name = media.name or unquote(urlsplit(media.url).path.rpartition("/")[2])
    return Attachment(media.url, name, mime_type(media.url, media.mime_type), media.size)


def _url(item: Item, feed: Feed, title: str) -> str:
    """The item's own address: its link, its id if that is one, else a place of its own on the feed's home page."""
    for candidate in item.urls:
        url = absolute(candidate, feed.url)
        if url:
            return url
    if urlsplit(item.guid).scheme in {"http", "https"} and absolute(item.guid, feed.url):
        return absolute(item.guid, feed.url)
    mark = item.guid or hashlib.blake2b(f"{title}\x1f{item.published}".encode(), digest_size=8).hexdigest()
    return absolute(f"{urldefrag(feed.home_url or feed.url).url}#{quote(mark, safe='')}", feed.url)
