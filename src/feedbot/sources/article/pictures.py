"""The picture that stands for an article, where no data names it."""

from __future__ import annotations

from feedbot.sources.article.document import Document, ancestors
from feedbot.sources.article.meta import is_picture
from feedbot.sources.html import clean, images

_LEADS = (
    ".wp-post-image, [class*=featured] img, [class*=hero] img, [class*=lead-image] img, [class*=main-image] img, "
    ".post-thumbnail img, article > figure img, main > figure img, .article-header figure img"
)
_OTHERS = ("related", "recommend", "sidebar", "author", "avatar", "logo", "comment")
_MOST = 5


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
