"""The pictures of an article: the one that stands for it, and their order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from feedbot.domain.article import Image
from feedbot.sources.article.document import Document
from feedbot.sources.article.meta import is_picture
from feedbot.sources.html import clean, images
from feedbot.sources.html_walk import ancestors

_LEADS = (
    ".wp-post-image, [class*=featured] img, [class*=hero] img, [class*=lead-image] img, [class*=main-image] img, "
    ".post-thumbnail img, article > figure img, main > figure img, .article-header figure img"
)
_OTHERS = ("related", "recommend", "sidebar", "author", "avatar", "logo", "comment")
_MOST = 5
# What sites append to a picture's name for each of its sizes.
_SIZE = re.compile(
    r"(?:[-_@](?:\d{2,4}x\d{2,4}|\d{2,4}w|[1-4]x|scaled|large|medium|small|thumb|thumbnail|\d{3,4}))+(?=\.\w+\Z)"
)


def ordered(lead: str, shown: Iterable[Image], listed: Iterable[Image]) -> tuple[Image, ...]:
    """The pictures, the one that stands for the article first, then the body's, then the list's; each once.

    Of one picture in two sizes the body's is kept.
    """
    body = {_name(image.url): image for image in reversed(tuple(shown))}
    body = dict(reversed(body.items()))
    first = [body.get(_name(lead), Image(lead))] if lead else []
    found: dict[str, Image] = {}
    for image in (*first, *body.values(), *listed):
        found.setdefault(_name(image.url), image)
    return tuple(found.values())


def lead(document: Document) -> str:
    """The address of the picture above the text, `""` if there is none that is clearly the article's."""
    for node in document.tree.css(_LEADS)[:_MOST]:
        names = " ".join((outer.attributes.get("class") or "").lower() for outer in (node, *ancestors(node)))
        if any(word in names for word in _OTHERS):
            continue
        found = [image.url for image in images(clean(node.html or "", document.base)) if is_picture(image.url)]
        if found:
            return found[0]
    return ""


def _name(url: str) -> str:
    """What a picture's address is without its size."""
    parts = urlsplit(url)
    return (
        f"{parts.hostname}{_SIZE.sub('', parts.path)}"
        if _SIZE.search(parts.path)
        else f"{parts.hostname}{parts.path}?{parts.query}"
    )
