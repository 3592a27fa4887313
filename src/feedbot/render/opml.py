"""The list of feeds as OPML 2.0, for importing into a feed reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from lxml import etree

from feedbot.domain.categories import SEPARATOR, name
from feedbot.domain.source import Source
from feedbot.render.feeds import clean
from feedbot.render.feeds.named import FeedName, absolute, home_url
from feedbot.render.links import SitePresentation

MIME_TYPE = "text/x-opml"
# Where feedbot keeps what OPML has no attribute for (a source's selectors, its interval); readers pass it over.
NAMESPACE = "urn:feedbot:opml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A line of the list: a feed if it has an `xml_url`, else a folder.

    `extra` are further attributes, written in feedbot's own namespace.
    """

    text: str
    xml_url: str | None = None
    html_url: str | None = None
    description: str = ""
    language: str | None = None
    children: tuple[Outline, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


def opml(
    title: str,
    outlines: Sequence[Outline],
    *,
    modified: datetime,
    owner: str = "",
    owner_url: str | None = None,
) -> bytes:
    """The UTF-8 document; the same outlines and `modified` give the same bytes. Folders without a feed are left out."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"feedbot": NAMESPACE} if _has_extra(outlines) else None)
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = clean.plain_title(title) or "feedbot"
    etree.SubElement(head, "dateModified").text = format_datetime(modified, usegmt=True)
    if owner_name := clean.line(owner):
        etree.SubElement(head, "ownerName").text = owner_name
    if owner_url and (address := clean.ascii_url(owner_url)):
        etree.SubElement(head, "ownerId").text = address
    _append(etree.SubElement(root, "body"), outlines)
    document: bytes = etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
    return document


def of_sources(site: SitePresentation, sources: Iterable[Source], tree: Sequence[str]) -> list[Outline]:
    """A line for each source's feed below every category that it is declared for, in the order of the tree's paths.

    Sources that take their categories from each article's page stand at the end, outside of the folders.
    """
    feeds: dict[str, list[Outline]] = {}
    for source in sources:
        line = _feed_of(site, source)
        for path in source.options.categories or ("",):
            feeds.setdefault(path, []).append(line)
    children: dict[str, list[str]] = {}
    for path in tree:
        children.setdefault(path.rpartition(SEPARATOR)[0], []).append(path)

    def folder(path: str) -> Outline:
        below = map(folder, children.get(path, ()))
        return Outline(text=name(path), children=(*feeds.get(path, ()), *below))

    # A list must have a line: a site without sources has the feed that will have their articles.
    everything = Outline(text=site.title, xml_url=absolute(site, "/feeds/all.rss"), html_url=absolute(site, "/"))
    return [*map(folder, children.get("", ())), *feeds.get("", ())] if feeds else [everything]


def _feed_of(site: SitePresentation, source: Source) -> Outline:
    return Outline(
        text=source.title,
        xml_url=absolute(site, f"{FeedName('source', source.id).path}.rss"),
        html_url=home_url(site, source.id, source.site_url),
        language=source.options.language,
    )


def _append(parent: Any, outlines: Iterable[Outline]) -> None:
    for outline in outlines:
        if not _has_feed(outline):
            continue
        element = etree.SubElement(parent, "outline", _attributes(outline))
        for key, value in outline.extra.items():
            element.set(f"{{{NAMESPACE}}}{key}", clean.xml_text(value))
        _append(element, outline.children)


def _attributes(outline: Outline) -> dict[str, str]:
    text = clean.plain_title(outline.text)
    url = clean.ascii_url(outline.xml_url) if outline.xml_url else None
    if url is None:
        return {"text": text or "…"}
    page = clean.ascii_url(outline.html_url) if outline.html_url else None
    attributes = {"text": text or url, "title": text or url, "type": "rss", "xmlUrl": url, "htmlUrl": page or url}
    if description := clean.line(outline.description):
        attributes["description"] = description
    if language := clean.language_tag(outline.language):
        attributes["language"] = language
    return attributes


def _has_feed(outline: Outline) -> bool:
    """Whether the line, or anything below it, is a feed."""
    is_feed = bool(outline.xml_url and clean.ascii_url(outline.xml_url))
    return is_feed or any(_has_feed(child) for child in outline.children)


def _has_extra(outlines: Iterable[Outline]) -> bool:
    return any(outline.extra or _has_extra(outline.children) for outline in outlines)
