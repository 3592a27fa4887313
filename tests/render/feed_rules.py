"""What every feed format asks of characters, addresses, dates and bodies, as faults that begin with the rule's code.

Strict where readers and validators are: a warning of theirs is a fault here. rss_rules and atom_rules build on this.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
XML = "{http://www.w3.org/XML/1998/namespace}"
KNOWN_NAMESPACES = {name[1:-1] for name in (ATOM, CONTENT, DC, MEDIA)}

_URL = re.compile(r"https?://[a-z0-9._\[\]:-]+(?:/(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?")
URI = re.compile(
    r"(?:tag:[a-z0-9.@-]+,\d{4}(?:-\d\d){0,2}:|urn:[a-z0-9-]+:)(?:[A-Za-z0-9._~:/@!$&'()*+,;=-]|%[0-9A-F]{2})+"
)
LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_TAG = re.compile(r"</\w+>")
_REFERENCE = re.compile(r"&(#?\w+)")
MIME_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_DISCOURAGED = re.compile("[\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffd-\uffff]")


def parse(body: bytes) -> Any:
    return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def characters(code: str, root: Any) -> Iterator[str]:
    for element in root.iter():
        for text in (element.text, element.tail, *element.attrib.values()):
            if text and _DISCOURAGED.search(text):
                yield f"{code} a control or noncharacter in {element.tag}"


def namespaces(code: str, root: Any) -> Iterator[str]:
    for element in root.iter():
        unknown = set(element.nsmap.values()) - KNOWN_NAMESPACES
        if unknown:
            yield f"{code} unknown namespace {unknown}"
        if element is not root and element.nsmap != root.nsmap:
            yield f"{code} a namespace is declared again in {element.tag}"


def unknown_elements(code: str, parent: Any, known: frozenset[str], *, of: str = "") -> Iterator[str]:
    """Children in the format's own namespace that the format does not have."""
    for child in parent:
        is_own = child.tag.startswith(of) if of else not child.tag.startswith("{")
        if is_own and child.tag.removeprefix(of) not in known:
            yield f"{code} unknown element {child.tag}"


def markup(code: str, text: str | None) -> Iterator[str]:
    """What a reader may take for an end tag, a tag or a character reference, with or without its semicolon."""
    names = _REFERENCE.findall(text or "")
    is_named = any(name in html.entities.name2codepoint or name == "apos" or not name.isalpha() for name in names)
    if is_named or _TAG.search(text or ""):
        yield f"{code} markup in {text!r}"


class _Body(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {
            "script",
            "iframe",
            "object",
            "embed",
            "meta",
            "link",
            "style",
            "form",
            "input",
            "base",
            "frame",
            "bdo",
            "rtc",
        }:
            self.faults.append(f"element {tag}")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.faults.append(f"attribute {name}")
            scheme = urlsplit(value or "").scheme if name in {"href", "src", "poster", "cite", "srcset"} else "https"
            if scheme not in {"http", "https", "mailto", "tel"}:
                self.faults.append(f"address {value!r}")


def body_faults(code: str, text: str) -> Iterator[str]:
    parser = _Body()
    parser.feed(text)
    parser.close()
    yield from (f"{code} {fault}" for fault in parser.faults)


def rfc822(text: str | None, now: datetime) -> Iterator[str]:
    try:
        when = parsedate_to_datetime(text or "")
    except ValueError:
        yield f"R7 date {text!r}"
        return
    if when.tzinfo is None or format_datetime(when.astimezone(UTC), usegmt=True) != text:
        yield f"R7 date {text!r} is not written with its weekday, four-digit year and GMT"
    elif when.year <= 1970 or when > now:
        yield f"R7 implausible date {text!r}"


def rfc3339(text: str | None, now: datetime) -> Iterator[str]:
    when = moment(text)
    if when is None:
        yield f"A5 date {text!r}"
    elif when.year <= 1970 or when > now:
        yield f"R7 implausible date {text!r}"


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text and _RFC3339.fullmatch(text) else None


def canonical(uri: str | None) -> Iterator[str]:
    if not uri or not (URI.fullmatch(uri) or is_url(uri)):
        yield f"A2 id {uri!r} is no absolute URI"
    elif is_url(uri) and (urlsplit(uri).path == "" or urlsplit(uri).netloc.endswith((":80", ":443"))):
        yield f"A6 id {uri!r} is not in canonical form"
    elif uri.startswith("urn:uuid:") and not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", uri[9:]):
        yield f"A6 id {uri!r} is no UUID in lower case"


def is_url(text: str | None) -> bool:
    return bool(text and _URL.fullmatch(text))
