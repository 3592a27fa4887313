"""What a page's head says of its article: OpenGraph, Dublin Core and the names that news systems use, and `<link>`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from feedbot.sources.article.document import Document
from feedbot.sources.article.facts import Facts
from feedbot.sources.article.names import one_author
from feedbot.sources.feed_values import language, unique
from feedbot.sources.html import one_line
from feedbot.sources.times.calendar import Calendar

_TITLES = "og:title articletitle twitter:title dc.title dcterms.title citation_title sailthru.title parsely-title"
_PUBLISHED = (
    "article:published_time og:published_time article:published og:release_date bytedance:published_time datepublished "
    "pubdate publishdate publish-date publish_date article.published article:create_at weibo:article:create_at "
    "dc.date.issued dcterms.issued dcterms.created dc.date.created dc.date parsely-pub-date sailthru.date "
    "citation_publication_date date"
)
_UPDATED = (
    "article:modified_time og:updated_time article:modified bytedance:updated_time datemodified dcterms.modified "
    "dc.date.modified dc.modified lastmod last-modified weibo:article:update_at"
)
_AUTHORS = "author article:author og:article:author parsely-author dc.creator dcterms.creator byl sailthru.author"
_IMAGES = "og:image:secure_url og:image og:image:url twitter:image twitter:image:src sailthru.image.full"
_SITES = "og:site_name sitename application-name"
_ORIGINS = "contentsource source mediaid"
_SECTIONS = "article:section columnname og:article:section parsely-section"
_TAGS = "article:tag parsely-tags sailthru.tags news_keywords keywords"
_SUMMARIES = "og:description description twitter:description dc.description"
_MOST_TAGS = 10
_LONGEST_TAG = 40
_TAG_ENDS = re.compile(r"[,，;；、|]")
# A default picture of the site stands for no article.
_NO_PICTURE = re.compile(
    r"(?:logo|default|placeholder|blank|avatar|favicon|sprite|share[-_]?(?:img|image|icon)|no[-_]?(?:image|pic))[^/]*\Z"
)


def read(document: Document, calendar: Calendar) -> Facts:
    """What the head's elements say; of several names for one thing the most exact one counts."""
    said = _index(document)
    images = (document.absolute(text) for text in (*_all(said, _IMAGES), *_links(document, "image_src")))
    tags = [tag.strip() for text in _all(said, _TAGS)[:_MOST_TAGS] for tag in _TAG_ENDS.split(text)]
    return Facts(
        title=_first(said, _TITLES),
        published=_date(said, _PUBLISHED, calendar),
        updated=_date(said, _UPDATED, calendar),
        author=", ".join(unique(map(one_author, _people(said)))),
        origin=_first(said, _ORIGINS),
        image=next((url for url in images if url and is_picture(url)), ""),
        language=_language(document, said),
        canonical_url=_canonical(document, said),
        tags=tuple(tag for tag in unique(tags) if len(tag) <= _LONGEST_TAG)[:_MOST_TAGS],
        section=unique(_all(said, _SECTIONS)[:1]),
        site=_first(said, _SITES),
        summary=_first(said, _SUMMARIES),
    )


def is_picture(url: str) -> bool:
    """Whether an address names a picture of the article, and not one that the site uses for everything."""
    return not _NO_PICTURE.search(urlsplit(url).path.lower())


def _index(document: Document) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in document.tree.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        content = one_line(attributes.get("content") or "")
        if name and content:
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _all(said: Mapping[str, list[str]], names: str) -> list[str]:
    return [text for name in names.split() for text in said.get(name, ())]


def _first(said: Mapping[str, list[str]], names: str) -> str:
    return next(iter(_all(said, names)), "")


def _people(said: Mapping[str, list[str]]) -> list[str]:
    """The authors under the first name that has any."""
    return next(
        (found for name in _AUTHORS.split() if (found := [text for text in said.get(name, ()) if one_author(text)])), []
    )


def _date(said: Mapping[str, list[str]], names: str, calendar: Calendar) -> datetime | None:
    return calendar.read(_all(said, names))


def _links(document: Document, relation: str) -> Iterator[str]:
    for node in document.tree.css(f'link[rel~="{relation}"][href]'):
        yield node.attributes.get("href") or ""


def _canonical(document: Document, said: Mapping[str, list[str]]) -> str:
    """The address that the page gives itself; a home page is none of an article."""
    for text in (*_links(document, "canonical"), *_all(said, "og:url")):
        url = document.absolute(text)
        if url and (urlsplit(url).path.strip("/") or urlsplit(url).query):
            return url
    return ""


def _language(document: Document, said: Mapping[str, list[str]]) -> str | None:
    root = document.tree.css_first("html")
    attributes = root.attributes if root is not None else {}
    tags = (attributes.get("lang"), attributes.get("xml:lang"), *_all(said, "og:locale dc.language content-language"))
    return next(filter(None, map(language, tags)), None)
