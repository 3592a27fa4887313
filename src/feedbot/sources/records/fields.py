"""What an article's fields are called in JSON, and what the values there may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

OPTIONS: dict[str, str] = {
    "list": "The array of articles; the one that looks most like it if not given.",
    "link": "The article's address, or a template such as `https://example.org/a/{id}`.",
    "title": "The title.",
    "date": "When it was published: ISO 8601, Unix seconds or milliseconds, or as people write it.",
    "updated": "When it was last changed.",
    "summary": "The summary.",
    "body": "The text, as HTML or plain.",
    "image": "The picture.",
    "author": "The author or authors.",
    "origin": "Where the site took the article from.",
    "category": "The category, or each part of its path.",
    "tags": "The tags: an array, or one text with commas.",
    "id": "The site's own number or name of the article.",
    "next": "The address of the page with older articles.",
}
ARTICLE_KEYS = tuple(key for key in OPTIONS if key not in {"list", "next"})

# Names in their plain spelling (lower case, no `_` and `-`), the most telling first.
NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "headline", "posttitle", "articletitle", "newstitle", "doctitle", "ntitle", "subject", "titletext",
        "caption", "name", "标题",
    ),
    "link": (
        "link", "url", "permalink", "canonicalurl", "weburl", "articleurl", "shareurl", "sourceurl", "posturl",
        "detailurl", "docurl", "newsurl", "linkurl", "pageurl", "fullurl", "absoluteurl", "href", "externalurl",
        "urlpath", "path", "uri", "链接",
    ),
    "date": (
        "datepublished", "publishedat", "publisheddate", "publishdate", "publishtime", "publishedtime", "publishedon",
        "publicationdate", "publishat", "pubdate", "pubtime", "published", "firstpublished", "firstpublishedat",
        "docpubtime", "releasedate", "releasetime", "issuedate", "postdate", "datetime", "date", "showtime",
        "inputtime", "ptime", "displaytime", "displaydate", "createdat", "createdate", "createtime", "createdtime",
        "datecreated", "created", "addtime", "ctime", "timestamp", "time", "发布时间",
    ),
    "updated": (
        "datemodified", "updatedat", "modifiedat", "lastmodified", "updatetime", "updatedate", "updatedtime",
        "modified", "updated", "dateupdated", "mtime", "lastupdated", "edited",
    ),
    "summary": (
        "summary", "excerpt", "abstract", "description", "intro", "introduction", "digest", "brief", "teaser", "lead",
        "lede", "dek", "standfirst", "shortdescription", "subtitle", "snippet", "remark", "摘要",
    ),
    "body": (
        "contenthtml", "bodyhtml", "articlebody", "content", "body", "fulltext", "html", "contenttext", "text",
        "markdown", "正文",
    ),
    "image": (
        "image", "coverimage", "featuredimage", "featureimage", "cover", "coverurl", "imageurl", "imageurls",
        "thumbnail", "thumbnailurl", "thumb", "thumburl", "img", "imgurl", "imgsrc", "pic", "picurl", "picture",
        "poster", "photo", "images", "ogimage", "listimage", "heroimage", "mainimage",
    ),
    "author": (
        "author", "authors", "byline", "authorname", "writer", "creator", "editor", "nickname", "作者",
    ),
    "origin": (
        "origin", "sourcename", "source", "medianame", "publisher", "copyfrom", "来源",
    ),
    "category": (
        "category", "section", "channel", "channelname", "categoryname", "columnname", "articlesection", "栏目",
    ),
    "tags": (
        "tags", "keywords", "taglist", "tagnames", "topics", "labels", "categories",
    ),
    "id": (
        "id", "guid", "uuid", "articleid", "newsid", "docid", "postid", "contentid", "nid", "aid", "itemid",
        "databaseid", "slug",
    ),
    "slug": (
        "slug", "urlslug", "handle", "alias", "urlname", "seourl", "urlkey", "id", "articleid", "newsid", "docid",
        "postid", "contentid", "nid", "aid", "uuid",
    ),
}  # fmt: skip
_WRAPPERS = ("rendered", "value", "text", "$t", "#text", "_", "html", "plain", "name", "title", "label")
_ADDRESSES = ("url", "src", "href", "source_url", "link", "contentUrl", "original", "large", "path")
_PEOPLE = ("name", "displayName", "display_name", "full_name", "fullName", "nickname", "username", "title", "label")
_SPELLING = re.compile(r"[_\-\s]")
_DOT_NET = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_DIGITS_DATE = re.compile(r"((?:19|20)\d{2})([01]\d)([0-3]\d)(?:([0-2]\d)([0-5]\d)([0-5]\d)?)?")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>|&(?:#\d{2,6}|[a-z]{2,8});")
_COMMAS = re.compile(r"[,;，、；|]")
_LONGEST_DATE_SECONDS = 100_000_000_000  # more are thousandths, and more than a thousand times that millionths
_MOST_VALUES = 50


def spelling(key: str) -> str:
    """A key in the plain spelling of `NAMES`.

    >>> spelling("published_At")
    'publishedat'
    """
    return _SPELLING.sub("", key).lower()


def text(value: Any, keys: tuple[str, ...] = _WRAPPERS) -> str:
    """What a value says: itself, or what the object around it calls its text; of several the first."""
    for one in values(value):
        if isinstance(one, str) and one.strip():
            return one.strip()
        if isinstance(one, int | float) and not isinstance(one, bool):
            return str(one)
        if isinstance(one, Mapping):
            found = next((text(one[key], keys) for key in keys if key in one), "")
            if found:
                return found
    return ""


def address(value: Any) -> str:
    """The address that a value is or holds, as written."""
    return text(value, _ADDRESSES)


def addresses(value: Any) -> Iterator[str]:
    """The address in each part of a value."""
    yield from filter(None, map(address, values(value)))


def names(value: Any) -> Iterator[str]:
    """Each name that a value is or holds."""
    yield from filter(None, (text(one, _PEOPLE) for one in values(value)))


def tags(value: Any) -> Iterator[str]:
    """Each tag: of an array, of objects with names, or between the commas of one text."""
    if isinstance(value, str):
        yield from _COMMAS.split(value)
    else:
        yield from names(value)


def date(value: Any) -> str:
    """A date as text that `times.parse_published` reads: numbers in any of the usual units become seconds."""
    said = text(value, ("iso", "datetime", "date", "value", "rendered", "timestamp", "seconds", "$date", "_seconds"))
    dot_net, digits = _DOT_NET.fullmatch(said), _DIGITS_DATE.fullmatch(said)
    if dot_net:
        said = dot_net[1]
    elif digits:
        year, month, day, hour, minute, second = digits.groups()
        return f"{year}-{month}-{day}" + (f" {hour}:{minute}:{second or '00'}" if hour else "")
    try:
        seconds = float(said)
    except ValueError:
        return said
    while seconds >= _LONGEST_DATE_SECONDS and seconds != float("inf"):
        seconds /= 1000
    return str(int(seconds)) if abs(seconds) != float("inf") and seconds == seconds else ""  # noqa: PLR0124 - NaN


def html(value: Any) -> str:
    """A text as HTML: as it is if it has markup, else with its lines kept."""
    said = text(value)
    if _MARKUP.search(said):
        return said
    parts = (escape(part.strip(), quote=False).replace("\n", "<br>") for part in re.split(r"\n\s*\n", said))
    return "".join(f"<p>{part}</p>" for part in parts if part)


def values(value: Any) -> list[Any]:
    """The parts of an array, or the value as the only part."""
    return value[:_MOST_VALUES] if isinstance(value, list) else [value]
