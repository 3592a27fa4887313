"""RSS 0.9x, 1.0 and 2.0, RDF and Atom, read by feedparser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from time import strftime
from typing import Any

import feedparser

from feedbot.errors import NotParseable
from feedbot.sources.feed_item import Feed, Html, Item, Media, draft
from feedbot.sources.feed_prolog import ASIDE, prepare
from feedbot.sources.feed_values import language, mime_type, plain_html, size, unique
from feedbot.sources.html import absolute, one_line
from feedbot.sources.spec import Listing, ParseOptions

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
# RFC 4287, 4.2.7.2: the full name of a relation means the same.
_REGISTERED = "http://www.iana.org/assignments/relation/"
_TEXT_TYPES = frozenset({"text/plain", ""})
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_LONGEST_TTL = 31_536_000
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS_A_DAY = 24
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*(\w{6,9})\s*</day>", re.IGNORECASE)
_MAIL_WITH_NAME = re.compile(r"\s*[^\s@]{1,64}@\S{1,255}\s{0,9}\((.+)\)\s*")
# Discuz! escapes its descriptions once or twice more than it should.
_ESCAPED_TWICE = re.compile(r"&(?:amp;){1,4}(#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,7});")
# Where a title says that it is text, or nothing, but is HTML all the same.
_MARKUP = re.compile(r"</\w+\s*>|&#?\w{2,8};")
_ZONE = re.compile(r"(?:\b[A-Z]{1,5}|[+-]\d{2}:?\d{2})\s*\Z")


def parse_xml(text: str, url: str, options: ParseOptions) -> Listing:
    """The listing of a feed's text, however broken its XML.

    Raises:
        NotParseable: the feed declares dangerous entities, or is so broken that feedparser stumbles over it.
    """
    xml = prepare(text, url)
    parsed = _parsed(xml, url)
    said = parsed["feed"]
    is_atom = parsed["version"].startswith("atom")
    feed = Feed(
        url,
        title=_line(said, "title", is_atom=is_atom),
        home_url=absolute(_text(said, "link"), url),
        language=language(_text(said, "language")),
        # In Atom an entry without an author has the feed's (RFC 4287, 4.1.2).
        author=_author(said) if is_atom else "",
    )
    is_discuz = "discuz" in _text(said, "generator").lower()
    drafts = (
        draft(_item(entry, url, is_atom=is_atom, is_discuz=is_discuz), feed, options) for entry in parsed["entries"]
    )
    return Listing(
        tuple(found for found in drafts if found),
        title=feed.title,
        home_url=feed.home_url,
        language=feed.language,
        ttl=_ttl(said),
        skip_hours=frozenset(int(hour) % _HOURS_A_DAY for hour in _skipped(xml, "skipHours", _HOUR) if int(hour) <= 24),  # noqa: PLR2004
        skip_days=frozenset(
            _DAYS.index(day.lower()) for day in _skipped(xml, "skipDays", _DAY) if day.lower() in _DAYS
        ),
        hub_url=_linked(said, "hub", url),
        topic_url=_linked(said, "self", url),
        next_url=_linked(said, "next", url),
    )


def _parsed(xml: str, url: str) -> Any:
    try:
        return feedparser.parse(
            BytesIO(xml.encode()),  # feedparser takes a bare string for an address or a file name
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError) as error:
        # It mends nearly everything; what it has not foreseen (a namespace with wide blanks) comes out as one of these.
        raise NotParseable("The feed's XML is broken in a way that cannot be mended.", url=url) from error


def _item(entry: Any, url: str, *, is_atom: bool, is_discuz: bool) -> Item:
    content, description = _content(entry, url), _description(entry, url)
    if is_discuz:
        description = Html(_ESCAPED_TWICE.sub(r"&\1;", description.html), description.base_url)
    links = dict.get(entry, "links") or []
    return Item(
        guid=_text(entry, "id"),
        urls=tuple(_urls(entry, links)),
        title=_line(entry, "title", is_atom=is_atom),
        published=_text(entry, "published") or _text(entry, "created"),
        updated=_text(entry, "updated"),
        fallback_published=_read(entry, "published") or _read(entry, "updated"),
        # In Atom what a feed took over from another has that one's author (RFC 4287, 4.2.1).
        author=_author(entry) or _author(dict.get(entry, "source") or {}),
        origin=_line(dict.get(entry, "source") or {}, "title"),
        comment_count=_comment_count(entry, links),
        language=_language(entry),
        tags=unique(tag.get("term") or tag.get("label") or "" for tag in dict.get(entry, "tags") or []),
        content=content,
        description=description,
        media=tuple(_media(entry, links, url)),
    )


def _text(said: Any, key: str) -> str:
    """A value of feedparser's, without the fallbacks (and their warnings) of its own dictionary."""
    value = dict.get(said, key)
    return value.strip() if isinstance(value, str) else ""


def _linked(said: Any, relation: str, url: str) -> str:
    """The feed's first link of that relation, absolute: its hub and itself (W3C WebSub), the next page (RFC 5005)."""
    links = (link for link in dict.get(said, "links") or [] if link.get("rel") == relation)
    return next((found for link in links if (found := absolute(dict.get(link, "href") or "", url))), "")


def _line(said: Any, key: str, *, is_atom: bool = False) -> str:
    """A title as one plain line, whether it is text or HTML."""
    text = _text(said, key)
    detail = dict.get(said, f"{key}_detail") or {}
    is_html = detail.get("type", "text/html") in _HTML_TYPES or (not is_atom and _MARKUP.search(text))
    return one_line(text) if is_html else " ".join(text.split())


def _content(entry: Any, url: str) -> Html:
    """The longest content that is HTML, else the longest that is text."""
    parts = [part for part in dict.get(entry, "content") or [] if part.get("value")]
    pages = [Html(part["value"], part.get("base") or url) for part in parts if part.get("type") in _HTML_TYPES]
    texts = [Html(plain_html(part["value"]), url) for part in parts if part.get("type", "") in _TEXT_TYPES]
    return max(pages or texts, key=lambda part: len(part.html), default=Html())


def _description(entry: Any, url: str) -> Html:
    detail = dict.get(entry, "summary_detail") or {}
    text = _text(entry, "summary")
    if any(text == (part.get("value") or "").strip() for part in dict.get(entry, "content") or []):
        return _aside(entry, url)  # the summary is feedparser's copy of the content
    is_html = detail.get("type", "text/html") in _HTML_TYPES
    described = Html(text if is_html else plain_html(text), detail.get("base") or url)
    return described if described.html else _aside(entry, url)


def _aside(entry: Any, url: str) -> Html:
    """What an item without a description says by an extension: a podcast's summary, a video's description."""
    text = _text(entry, f"itunes_{ASIDE}") or _text(entry, f"media_{ASIDE}")
    return Html(text if _MARKUP.search(text) else plain_html(text), url)


def _urls(entry: Any, links: list[Any]) -> Iterator[str]:
    """Where the item may be found, best first."""
    yield _text(entry, "feedburner_origlink")
    yield _text(entry, "link")
    for rel in ("alternate", "related", "via", "enclosure"):
        for found in links:
            if (found.get("rel") or "").removeprefix(_REGISTERED) == rel:
                yield dict.get(found, "href") or ""
    for part in dict.get(entry, "content") or []:
        yield part.get("src") or ""


def _author(said: Any) -> str:
    people = dict.get(said, "authors") or []
    names = (_name(dict.get(person, "name") or "") for person in people)
    return ", ".join(dict.fromkeys(name for name in names if name)) or _name(_text(said, "author"))


def _name(text: str) -> str:
    """The name in RSS 2.0's `mail (Name)`; of an address with a long last part feedparser leaves `part (Name`."""
    with_mail = _MAIL_WITH_NAME.fullmatch(text)
    is_left_over = text.count("(") > text.count(")")
    return one_line(with_mail[1] if with_mail else text.rpartition("(")[2] if is_left_over else text)


def _comment_count(entry: Any, links: list[Any]) -> int | None:
    counts = [_text(entry, "slash_comments"), _text(entry, "thr_total")]
    counts += [link.get("thr:count") or link.get("count") or "" for link in links if link.get("rel") == "replies"]
    return next((int(count) for count in counts if re.fullmatch(r"\d{1,9}", count, re.ASCII)), None)


def _language(entry: Any) -> str:
    details = (*(dict.get(entry, "content") or []), dict.get(entry, "title_detail") or {})
    return next((detail["language"] for detail in details if detail.get("language")), "")


def _media(entry: Any, links: list[Any], url: str) -> Iterator[Media]:
    for found in dict.get(entry, "media_content") or []:
        yield from _file(found.get("url"), url, found.get("type"), found.get("filesize"), found.get("medium"))
    for found in links:
        if found.get("rel") == "enclosure":
            yield from _file(found.get("href"), url, found.get("type"), found.get("length"), None)
    for found in dict.get(entry, "media_thumbnail") or []:
        address = absolute(found.get("url") or "", url)
        if address:
            yield Media(address, "thumbnail")
    cover = absolute(dict.get(dict.get(entry, "image") or {}, "href") or "", url)
    if cover:
        yield Media(cover, "thumbnail")


def _file(address: str | None, base: str, kind: str | None, length: str | None, medium: str | None) -> Iterator[Media]:
    url = absolute(address or "", base)
    if url:
        media_type = mime_type(url, kind or "")
        is_image = medium == "image" or media_type.startswith("image/")
        yield Media(url, "image" if is_image else "file", media_type, size=size(length))


def _read(entry: Any, key: str) -> str:
    """A date that perhaps only feedparser can read (Hungarian, Korean, Greek, asctime), as ISO 8601.

    It gives UTC, but takes a date without a zone for UTC as well.
    """
    parts = dict.get(entry, f"{key}_parsed")
    if not parts:
        return ""
    zone = "+00:00" if _ZONE.search(_text(entry, key)) else ""
    return strftime("%Y-%m-%dT%H:%M:%S", parts) + zone


def _ttl(said: Any) -> int | None:
    minutes = _text(said, "ttl")
    if re.fullmatch(r"\d{1,7}", minutes, re.ASCII) and int(minutes):
        return min(int(minutes) * 60, _LONGEST_TTL)
    period = _PERIODS.get(_text(said, "sy_updateperiod").lower())
    frequency = size(_text(said, "sy_updatefrequency")) or 1
    return max(period // frequency, 1) if period else None


def _skipped(xml: str, element: str, part: re.Pattern[str]) -> list[str]:
    """The hours or days that a feed lists; feedparser keeps only the last."""
    lowered = xml.lower()
    start = lowered.find(f"<{element.lower()}>")
    end = lowered.find(f"</{element.lower()}>", start)
    return part.findall(xml, start, end) if 0 <= start < end else []
