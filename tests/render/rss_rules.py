"""What RSS 2.0 and the RSS Board's profile ask of a document, as a list of faults in its bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml import etree

from render.feed_rules import (
    ATOM,
    CONTENT,
    DC,
    LANGUAGE,
    MEDIA,
    MIME_TYPE,
    URI,
    body_faults,
    characters,
    is_url,
    markup,
    namespaces,
    parse,
    rfc822,
    unknown_elements,
)

CHANNEL_ELEMENTS = frozenset(
    {
        *("title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate", "docs"),
        *("lastBuildDate", "category", "generator", "cloud", "ttl", "image", "rating", "textInput", "skipHours"),
        *("skipDays", "item"),
    }
)
ITEM_ELEMENTS = frozenset(
    {"title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source"}
)


def rss_faults(document: bytes, served_at: str, *, now: datetime) -> list[str]:
    """Every fault of an RSS 2.0 document that is served at `served_at`."""
    try:
        root = parse(document)
    except etree.XMLSyntaxError as error:
        return [f"R14 not well-formed: {error}"]
    if root.tag != "rss" or root.get("version") != "2.0" or [child.tag for child in root] != ["channel"]:
        return ["R1 not an rss element of version 2.0 with one channel"]
    return list(_document(root, served_at, now))


def _document(root: Any, served_at: str, now: datetime) -> Iterator[str]:
    yield from characters("R14", root)
    yield from namespaces("R18", root)
    channel = root[0]
    for rule in (_r1, _r3, _r15, _r16, _r17):
        yield from rule(channel)
    yield from _r2(channel, served_at)
    yield from unknown_elements("R18", channel, CHANNEL_ELEMENTS)
    for name in ("title", "description"):
        yield from markup("R11", channel.findtext(name))
    for date in channel.iter("lastBuildDate", "pubDate"):
        yield from rfc822(date.text, now)
    guids = [guid.text for guid in channel.iter("guid")]
    if len(set(guids)) != len(guids):
        yield "R5 a guid stands twice"
    for item in channel.iterfind("item"):
        yield from _item(item)


def _item(item: Any) -> Iterator[str]:
    yield from unknown_elements("R18", item, ITEM_ELEMENTS)
    for rule in (_r4, _r5, _r6, _r7, _r8, _r9, _r10, _r13, _item_r17):
        yield from rule(item)
    for text in item.iter("title", "category", "source", f"{DC}creator", f"{DC}publisher"):
        yield from markup("R11", text.text)
    if item.find("source") is not None and item.find(f"{DC}source") is not None:
        yield "R17 source and dc:source say the same"
    for body in item.iter(f"{CONTENT}encoded", "description"):
        yield from body_faults("R12", body.text or "")


def _r1(channel: Any) -> Iterator[str]:
    for name in ("title", "link", "description"):
        if len(channel.findall(name)) != 1:
            yield f"R1 {name} has to stand once"
    if not (channel.findtext("title") or "").strip():
        yield "R1 the title is blank"
    if not is_url(channel.findtext("link")):
        yield "R1 the link is no absolute address"


def _r2(channel: Any, served_at: str) -> Iterator[str]:
    own = [link for link in channel.iterfind(f"{ATOM}link") if link.get("rel") == "self"]
    if [link.get("href") for link in own] != [served_at]:
        yield "R2 rel=self is not the address served"
    if [link.get("type") for link in own] != ["application/rss+xml"]:
        yield "R2 rel=self has a wrong type"


def _r3(channel: Any) -> Iterator[str]:
    tags = [child.tag for child in channel]
    if "item" in tags and set(tags[tags.index("item") :]) != {"item"}:
        yield "R3 channel metadata after an item"


def _r4(item: Any) -> Iterator[str]:
    if item.find("title") is None and item.find("description") is None:
        yield "R4 neither title nor description"
    for child in item.iter("title", "category", "description", f"{DC}creator", f"{DC}publisher"):
        if not (child.text or "").strip():
            yield f"R4 blank {child.tag}"


def _r5(item: Any) -> Iterator[str]:
    if len(item.findall("guid")) != 1:
        yield "R5 not one guid"


def _r6(item: Any) -> Iterator[str]:
    for guid in item.iterfind("guid"):
        value = guid.text or ""
        if not URI.fullmatch(value) and not is_url(value):
            yield f"R6 guid {value!r} is no full URI"
        if guid.get("isPermaLink") != "false" and not is_url(value):
            yield "R6 guid that is no address without isPermaLink=false"


def _r7(item: Any) -> Iterator[str]:
    if len(item.findall("pubDate")) != 1:
        yield "R7 not one pubDate"


def _r8(item: Any) -> Iterator[str]:
    for author in item.iterfind("author"):
        if not re.fullmatch(r"\S+@\S+ \(.+\)", author.text or ""):
            yield "R8 author without a mail address"


def _r9(item: Any) -> Iterator[str]:
    enclosures = item.findall("enclosure")
    if len(enclosures) > 1:
        yield "R9 more than one enclosure"
    for enclosure in enclosures:
        has_length = re.fullmatch(r"\d+", enclosure.get("length", ""))
        has_type = MIME_TYPE.fullmatch(enclosure.get("type", ""))
        if not (is_url(enclosure.get("url")) and has_length and has_type):
            yield "R9 enclosure without url, length and type"


def _r10(item: Any) -> Iterator[str]:
    names = [child.tag for child in item]
    if f"{CONTENT}encoded" in names and "description" not in names[: names.index(f"{CONTENT}encoded")]:
        yield "R10 content:encoded without a description before it"


def _r13(item: Any) -> Iterator[str]:
    for link in item.iter("link", "comments"):
        if not is_url(link.text):
            yield f"R13 {link.tag} {link.text!r}"


def _r15(channel: Any) -> Iterator[str]:
    if channel.find("language") is None:
        yield "R15 no language"
    for language in channel.iterfind("language"):
        if not LANGUAGE.fullmatch(language.text or ""):
            yield f"R15 language {language.text}"


def _r16(channel: Any) -> Iterator[str]:
    for ttl in channel.iterfind("ttl"):
        if not re.fullmatch("[1-9][0-9]*", ttl.text or ""):
            yield f"R16 ttl {ttl.text}"
    if any(not 0 <= int(hour.text) <= 23 for hour in channel.iterfind("skipHours/hour")):
        yield "R16 skipHours outside 0-23"


def _r17(channel: Any) -> Iterator[str]:
    for image in channel.iterfind("image"):
        if not is_url(image.findtext("url")):
            yield "R17 the image has no address"
        if any(image.findtext(name) != channel.findtext(name) for name in ("title", "link")):
            yield "R17 the image's title or link is not the channel's"


def _item_r17(item: Any) -> Iterator[str]:
    for element in item.iter(f"{MEDIA}content", f"{MEDIA}thumbnail", "source"):
        if not is_url(element.get("url")):
            yield f"R17 {element.tag} without url"
