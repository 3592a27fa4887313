"""The text of an XML feed made fit for a parser: bombs refused, the common slips of feed writers mended."""

from __future__ import annotations

import re
import sys
from html.entities import html5
from itertools import islice

from feedbot.errors import NotParseable
from feedbot.sources.encoding import strip_controls

# How far into the text a feed may begin: some servers print warnings or blank lines first.
_PROLOG_CHARACTERS = 65_536
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|rdf|feed|channel)(?=[\s/>])", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)(?=[\s/>])", re.IGNORECASE)
_DOCTYPE = (
    r"""<!DOCTYPE(?:"[^"]*+"|'[^']*+'|[^\["'>])*+"""
    r"""(?:\[(?P<subset>(?:<!--.*?(?:-->|\Z)|"[^"]*+"|'[^']*+'|[^\]"'])*+)\]\s*+)?+>?"""
)
_PROLOG_PART = re.compile(rf"[^<]++|<\?.*?(?:>|\Z)|<!--.*?(?:-->|\Z)|{_DOCTYPE}", re.DOTALL | re.IGNORECASE)
_ENTITY = re.compile(r"""<!ENTITY\s+(?P<name>[\w.:-]+)\s+(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')\s*>""")
_ANY_ENTITY = re.compile(r"<!ENTITY\b")
_CHARACTER = re.compile(r"&#(?:\d{1,7}|x[0-9a-fA-F]{1,6});")
_CDATA_OR_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?:(?P<number>#(?:\d{1,9}|[xX][0-9a-fA-F]{1,8}));|(?P<name>\w{1,40});)?",
    re.DOTALL,
)
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{5000,}>")
_MOST_ATTRIBUTES = 500
_ITEM = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)
_ROOT_NAME = re.compile(r"<([\w.:-]+)")
# What media and podcast extensions say of an item or of one picture in it, beside the item's own description.
_ASIDES = re.compile(
    r"""xmlns:(?P<prefix>[\w.-]{1,40})\s*=\s*["'][^"']{0,20}(?:search\.yahoo\.com/mrss|itunes\.com/dtds/podcast)""",
    re.IGNORECASE,
)
ASIDE = "aside"
MAX_ITEMS = 2000
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_LONGEST_VALUE = 200
_MOST_GROWTH = 1_000_000


def has_feed_root(text: str) -> bool:
    """Whether the first element of a text is that of RSS, RDF or Atom, but for what a careless server puts before."""
    return _start(text)[0] is not None


def prepare(text: str, url: str) -> str:
    """The feed from its root element on, without a DOCTYPE, every reference resolved or escaped; UTF-8 is declared.

    Entities that the feed declares are put in where they are plain text. Ampersands that begin nothing, HTML's named
    characters and references to characters that XML forbids are mended outside of CDATA. A `media:description` or
    `itunes:summary` is named `media:aside` and `itunes:aside`: feedparser would take a picture's caption for the
    article. Only the first 2,000 items are kept.

    Raises:
        NotParseable: the feed declares entities that could blow up or reach outside, or is a bomb of attributes.
    """
    start, subset = _start(text)
    body = _set_aside(_resolved(_first_items(text[start or 0 :]), _declared(subset, url), url))
    if any(tag[0].count("=") > _MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(body)):
        raise NotParseable(
            "A tag of the feed has hundreds of attributes, as only an attack has; it was not read.", url=url
        )
    return '<?xml version="1.0" encoding="utf-8"?>' + body


def _first_items(body: str) -> str:
    """The feed up to its 2,000th item, with the elements closed that are open there."""
    excess = next(islice(_ITEM.finditer(body), MAX_ITEMS, None), None)
    root = _ROOT_NAME.match(body)
    if not excess or not root:
        return body
    kept = body[: excess.start()]
    return f"{kept}{'' if '</channel>' in kept or '<channel' not in kept else '</channel>'}</{root[1]}>"


def _start(text: str) -> tuple[int | None, str]:
    """Where the root element begins, None if there is none, and the internal subset of the DOCTYPE before it."""
    position, subset, has_doctype = 0, "", False
    while (part := _PROLOG_PART.match(text, position)) and position < _PROLOG_CHARACTERS:
        is_doctype = part[0][:3].upper() == "<!D"
        # A document has one at most; each that is open at its end is read through to the end of all.
        if _HTML.match(part[0]) or (is_doctype and has_doctype):
            return None, ""
        has_doctype = has_doctype or is_doctype
        subset += part["subset"] or ""
        position = part.end()
    root = _ROOT.search(text, position, position + _PROLOG_CHARACTERS)
    if not root or _HTML.search(text, position, root.start()):
        return None, ""
    return root.start(), subset


def _declared(subset: str, url: str) -> dict[str, str]:
    """The entities of an internal subset, if every one of them is plain text."""
    declared = {match["name"]: match["double"] or match["single"] or "" for match in _ENTITY.finditer(subset)}
    is_plain = all(
        _CHARACTER.fullmatch(value) or (len(value) <= _LONGEST_VALUE and not re.search("[&%<]", value))
        for value in declared.values()
    )
    if not is_plain or len(_ANY_ENTITY.findall(subset)) != sum(1 for _ in _ENTITY.finditer(subset)):
        raise NotParseable(
            "The feed declares XML entities that contain others or lie outside of it, as only an attack does;"
            " it was not read.",
            url=url,
        )
    return declared


def _resolved(body: str, entities: dict[str, str], url: str) -> str:
    room = _MOST_GROWTH

    def mend(match: re.Match[str]) -> str:
        nonlocal room
        if match[0][0] == "<":
            return match[0]
        name = match["name"]
        if name in entities:
            room -= len(entities[name])
            if room < 0:
                raise NotParseable("The feed's XML entities blow it up beyond all measure; it was not read.", url=url)
            return entities[name]
        if name:
            return match[0] if name in _XML_ENTITIES else _html_character(name)
        if match["number"]:
            return match[0] if _is_allowed(match["number"][1:]) else ""
        return "&amp;"

    return _CDATA_OR_AMPERSAND.sub(mend, body)


def _set_aside(body: str) -> str:
    prefixes = {match["prefix"] for match in _ASIDES.finditer(body)}
    if not prefixes:
        return body
    names = "|".join(map(re.escape, sorted(prefixes)))
    tag = re.compile(
        rf"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|(?P<open></?(?:{names}):)(?:description|summary)(?=[\s/>])",
        re.DOTALL | re.IGNORECASE,
    )
    return tag.sub(lambda match: f"{match['open']}{ASIDE}" if match["open"] else match[0], body)


def _html_character(name: str) -> str:
    character = html5.get(f"{name};")
    return f"&amp;{name};" if character is None else "".join(f"&#{ord(part)};" for part in character)


def _is_allowed(number: str) -> bool:
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return code <= sys.maxunicode and bool(strip_controls(chr(code)))
