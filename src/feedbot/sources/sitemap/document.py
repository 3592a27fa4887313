"""A sitemap taken apart: its entries, or the sitemaps that its index names, in bounded memory and time."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import urlsplit

from lxml import etree

from feedbot.errors import NotParseable
from feedbot.sources.encoding import decode, strip_controls
from feedbot.sources.html import absolute
from feedbot.sources.spec import Page, ParseOptions
from feedbot.sources.truncation import half

MOST_URLS = 50_000  # sitemaps.org: at most that many entries
MOST_BYTES = 52_428_800  # and at most that large, decompressed
_GZIP = b"\x1f\x8b"
_ROOT = re.compile(
    r"(?:<\?.{0,500}?\?>|<!--.{0,5000}?-->|<!DOCTYPE[^>\[]{0,500}>|\s++){0,50}+<(?:[\w-]{1,40}:)?(urlset|sitemapindex)(?=[\s/>])",
    re.DOTALL,
)
_PROLOG = re.compile(r"\A\s*<\?xml[^>]{0,500}\?>")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)")
# An address that is already what `absolute` would make of it; fifty thousand of them take their time.
_PLAIN = re.compile(r"https?://[a-z0-9][a-z0-9.-]{0,250}[a-z0-9]/[A-Za-z0-9/._~=&?+,;:-]*")
_ROBOTS_LINE = re.compile(r"^\s{0,50}sitemap\s{0,10}:\s{0,10}(\S{1,2000})", re.IGNORECASE | re.MULTILINE)
_END = re.compile(
    r"</(?:[\w-]{1,40}:)?(?:urlset|sitemapindex)\s*>|<(?:[\w-]{1,40}:)?(?:urlset|sitemapindex)[^<>]{0,2000}/>"
)
_END_CHARACTERS = 5000
_HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class News:
    """What a news sitemap says of an article."""

    title: str = ""
    date: str = ""
    name: str = ""
    language: str = ""
    keywords: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of a sitemap, with the date of its last change as written."""

    url: str
    lastmod: str = ""
    news: News | None = None
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap's entries; of an index `is_index` is true and they are sitemaps."""

    entries: tuple[Entry, ...] = field(repr=False)
    is_index: bool = False


def root_name(page: Page) -> str:
    """`urlset` or `sitemapindex`, as which the document begins; `""` if it is neither."""
    head = page.body[:_HEAD_BYTES]
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, _HEAD_BYTES)
        except zlib.error:
            return ""
    found = _ROOT.match(decode(head, declared=page.charset).lstrip())
    return found[1] if found else ""


def robots_sitemaps(page: Page) -> list[str]:
    """The sitemaps that a robots.txt names (RFC 9309 leaves the line to sitemaps.org); none for any other page."""
    if not urlsplit(page.url).path.endswith("/robots.txt") or b"<html" in page.body[:2048].lower():
        return []
    text = decode(page.body[:500_000], declared=page.charset)
    urls = (absolute(found, page.url) for found in _ROBOTS_LINE.findall(text))
    return list(dict.fromkeys(url for url in urls if url))


def read(page: Page, options: ParseOptions) -> Sitemap:
    """The sitemap's first 50,000 entries, in its order.

    Raises:
        NotParseable: this is no sitemap, half of one, one that declares entities, or a larger one than the
            standard allows.
    """
    text = strip_controls(decode(_inflated(page), declared=page.charset, override=options.encoding)).lstrip()
    found = _ROOT.match(text)
    if not found:
        raise NotParseable(_what_came(text), url=page.url)
    if "<!ENTITY" in text:
        raise NotParseable("The sitemap declares XML entities, as only an attack does; it was not read.", url=page.url)
    if not _END.search(text, max(len(text) - _END_CHARACTERS, 0)):
        raise half(page.url)
    is_index = found[1] == "sitemapindex"
    name = "sitemap" if is_index else "url"
    xml = _BARE_AMPERSAND.sub("&amp;", _PROLOG.sub("", text)).encode()
    return Sitemap(tuple(_entries(xml, page.url, name)), is_index)


def _inflated(page: Page) -> bytes:
    """The body, unpacked if it is a `.xml.gz` that was served as it is."""
    if not page.body.startswith(_GZIP):
        return page.body
    unpacker = zlib.decompressobj(31)
    try:
        body = unpacker.decompress(page.body, MOST_BYTES)
    except zlib.error as error:
        raise NotParseable("The sitemap is packed by gzip, but broken.", url=page.url) from error
    if unpacker.unconsumed_tail:
        raise NotParseable("The sitemap is larger than 50 MB once unpacked, which is not allowed.", url=page.url)
    if not unpacker.eof:
        raise NotParseable("The sitemap is packed by gzip, and its end is missing.", url=page.url)
    return body


def _entries(xml: bytes, url: str, name: str) -> Iterator[Entry]:
    count = 0
    parser = etree.iterparse(
        BytesIO(xml), events=("end",), tag=f"{{*}}{name}", recover=True, resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for _, element in parser:
            parent = element.getparent()
            if parent is None or parent.getparent() is not None:
                continue  # an extension's element of that name
            entry = _entry(element, url)
            if entry is not None:
                yield entry
                count += 1
            if count == MOST_URLS:
                return
            element.clear()
            while element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError:
        return  # what was read up to the break is good


def _entry(element: etree._Element, base: str) -> Entry | None:
    said: dict[str, str] = {}
    news: News | None = None
    images: list[str] = []
    for child in element:
        name = _name(child)
        if name in {"loc", "lastmod"}:
            said.setdefault(name, _text(child))
        elif name == "news":
            news = _news(child)
        elif name == "image":
            images += [absolute(_text(part), base) for part in child if _name(part) == "loc"]
    location = said.get("loc", "")
    url = location if _PLAIN.fullmatch(location) and "/." not in location else absolute(location, base)
    return Entry(url, said.get("lastmod", ""), news, tuple(filter(None, images[:20]))) if url else None


def _news(element: etree._Element) -> News:
    said = {_name(part): _text(part) for part in element.iter()}
    return News(
        title=said.get("title", ""),
        date=said.get("publication_date", ""),
        name=said.get("name", ""),
        language=said.get("language", ""),
        keywords=said.get("keywords", ""),
    )


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].rpartition(":")[2].lower()


def _text(element: etree._Element) -> str:
    return " ".join((element.text or "").split())


def _what_came(text: str) -> str:
    if not text:
        return "The answer is empty."
    if "<html" in text[:2048].lower():
        return "This is a web page, not a sitemap. Sites name their sitemaps in /robots.txt."
    return "This is no sitemap: it begins neither with <urlset> nor with <sitemapindex>."
