"""What RFC 4287 asks of a document, as a list of faults in its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml import etree

from render.feed_rules import (
    ATOM,
    DC,
    LANGUAGE,
    MEDIA,
    MIME_TYPE,
    XML,
    body_faults,
    canonical,
    characters,
    is_url,
    markup,
    moment,
    namespaces,
    parse,
    rfc3339,
    unknown_elements,
)

FEED_ELEMENTS = frozenset(
    {
        *("id", "title", "updated", "author", "link", "category", "contributor", "generator", "icon", "logo"),
        *("rights", "subtitle", "entry"),
    }
)
ENTRY_ELEMENTS = frozenset(
    {
        *("id", "title", "updated", "author", "content", "link", "summary", "category", "contributor", "published"),
        *("rights", "source"),
    }
)
ONCE_IN_ENTRY = ("id", "title", "updated", "published", "content", "summary", "source", "rights")


def atom_faults(document: bytes, served_at: str, *, now: datetime) -> list[str]:
    """Every fault of an Atom 1.0 document that is served at `served_at`."""
    try:
        feed = parse(document)
    except etree.XMLSyntaxError as error:
        return [f"R14 not well-formed: {error}"]
    if feed.tag != f"{ATOM}feed":
        return ["A1 not an Atom feed"]
    return list(_document(feed, served_at, now))


def _document(feed: Any, served_at: str, now: datetime) -> Iterator[str]:
    yield from characters("R14", feed)
    yield from namespaces("R18", feed)
    yield from unknown_elements("R18", feed, FEED_ELEMENTS, of=ATOM)
    yield from _required("A1", feed)
    yield from _self(feed, served_at)
    yield from _authors(feed)
    yield from _language(feed)
    for date in feed.iter(f"{ATOM}updated", f"{ATOM}published"):
        yield from rfc3339(date.text, now)
    for identity in feed.iter(f"{ATOM}id"):
        yield from canonical(identity.text)
    for construct in feed.iter(f"{ATOM}title", f"{ATOM}summary", f"{ATOM}subtitle"):
        yield from _text_construct(construct)
    for name in feed.iter(f"{ATOM}name", f"{DC}publisher"):
        yield from markup("A4", name.text)
    for element in feed.iter(f"{ATOM}category", f"{ATOM}link"):
        for attribute in ("term", "label", "title"):
            yield from markup("A4", element.get(attribute))
    yield from _distinct(feed)
    for entry in feed.iterfind(f"{ATOM}entry"):
        yield from _entry(entry)


def _entry(entry: Any) -> Iterator[str]:
    yield from unknown_elements("R18", entry, ENTRY_ELEMENTS, of=ATOM)
    for name in ONCE_IN_ENTRY:
        if len(entry.findall(f"{ATOM}{name}")) > 1:
            yield f"A2 more than one {name}"
    yield from _required("A2", entry)
    for rule in (_text, _content, _links, _categories, _source, _dates, _media):
        yield from rule(entry)


def _required(code: str, parent: Any) -> Iterator[str]:
    for name in ("id", "title", "updated"):
        if not (parent.findtext(f"{ATOM}{name}") or "").strip():
            yield f"{code} no {name}"


def _self(feed: Any, served_at: str) -> Iterator[str]:
    own = [link.get("href") for link in feed.iterfind(f"{ATOM}link") if link.get("rel") == "self"]
    if own != [served_at]:
        yield "A1 rel=self is not the address served"


def _authors(feed: Any) -> Iterator[str]:
    entries = feed.findall(f"{ATOM}entry")
    if feed.find(f"{ATOM}author") is None and any(entry.find(f"{ATOM}author") is None for entry in entries):
        yield "A1 neither the feed nor each entry has an author"
    for author in feed.iter(f"{ATOM}author"):
        if not (author.findtext(f"{ATOM}name") or "").strip():
            yield "A1 an author without a name"


def _language(feed: Any) -> Iterator[str]:
    if feed.get(f"{XML}lang") is None:
        yield "A8 no xml:lang"
    for element in feed.iter():
        if not LANGUAGE.fullmatch(element.get(f"{XML}lang", "en")):
            yield f"A8 xml:lang {element.get(f'{XML}lang')}"


def _distinct(feed: Any) -> Iterator[str]:
    entries = feed.findall(f"{ATOM}entry")
    for name in ("id", "updated"):
        values = [entry.findtext(f"{ATOM}{name}") for entry in entries]
        if len(set(values)) != len(values):
            yield f"A6 two entries with one {name}"
    newest = moment(feed.findtext(f"{ATOM}updated"))
    stamps = [moment(entry.findtext(f"{ATOM}updated")) for entry in entries]
    if newest and any(stamp and stamp > newest for stamp in stamps):
        yield "A1 an entry is newer than its feed"


def _text(entry: Any) -> Iterator[str]:
    rels = [link.get("rel", "alternate") for link in entry.iterfind(f"{ATOM}link")]
    content, summary = entry.find(f"{ATOM}content"), entry.find(f"{ATOM}summary")
    if content is None and "alternate" not in rels:
        yield "A3 neither content nor an alternate link"
    if content is None and summary is None:
        yield "A3 no text"
    if entry.find(f"{ATOM}source") is not None and entry.find(f"{DC}source") is not None:
        yield "R17 source and dc:source say the same"


def _content(entry: Any) -> Iterator[str]:
    for content in entry.iterfind(f"{ATOM}content"):
        if content.get("type", "text") not in {"text", "html", "xhtml"}:
            yield f"A4 content of type {content.get('type')}"
        if content.get("type") == "html":
            yield from body_faults("R12", content.text or "")


def _text_construct(construct: Any) -> Iterator[str]:
    kind = construct.get("type", "text")
    if kind not in {"text", "html", "xhtml"}:
        yield f"A4 text construct of type {kind}"
    if kind == "text":
        yield from markup("A4", construct.text)


def _links(entry: Any) -> Iterator[str]:
    seen = set()
    for link in entry.iterfind(f"{ATOM}link"):
        if not is_url(link.get("href")):
            yield f"R13 link {link.get('href')!r}"
        if link.get("rel") == "enclosure" and not MIME_TYPE.fullmatch(link.get("type", "")):
            yield "R9 enclosure without a type"
        kind = (link.get("rel", "alternate"), link.get("type"), link.get("hreflang"))
        if kind[0] == "alternate" and kind in seen:
            yield "A3 two alternate links of one type and language"
        seen.add(kind)


def _categories(entry: Any) -> Iterator[str]:
    for category in entry.iterfind(f"{ATOM}category"):
        if not category.get("term", "").strip():
            yield "A8 category without a term"


def _source(entry: Any) -> Iterator[str]:
    for source in entry.iterfind(f"{ATOM}source"):
        yield from _required("A7", source)


def _dates(entry: Any) -> Iterator[str]:
    published, updated = (moment(entry.findtext(f"{ATOM}{name}")) for name in ("published", "updated"))
    if published and updated and published > updated:
        yield "A8 published after updated"


def _media(entry: Any) -> Iterator[str]:
    for media in entry.iter(f"{MEDIA}content", f"{MEDIA}thumbnail"):
        if not is_url(media.get("url")):
            yield f"R17 {media.tag} without url"
