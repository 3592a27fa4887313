"""Where a portal page stands: the site's name, the category path of its breadcrumb, its language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from feedbot.sources.discuz.document import Document, label, plain, text_of
from feedbot.sources.spec import ParseOptions

_BREADCRUMB = "#pt div.z"
_SLOGAN = re.compile(r"\s*(?:—+|–|\|| - |_)\s*")
_PORTAL = frozenset({"门户", "首页"})
_PORTAL_PATHS = frozenset({"", "/", "/portal.php", "/index.php", "/portal.html", "/index.html"})
_NO_CATEGORY = frozenset({"查看内容", "查看评论", "正文", "阅读文章"})
_HAN = re.compile("[\u4e00-\u9fff]")


def site_name(document: Document) -> str:
    """The site's name without its slogan: as the footer has it, else the breadcrumb's first link up to a dash."""
    first = text_of(document.first(f"{_BREADCRUMB} a.nvhm", f"{_BREADCRUMB} a", "#hd h2 a[title]"))
    if not first:
        header = document.first("#hd h2 a[title]")
        first = plain((header.attributes["title"] if header is not None else "") or "")
    footer = text_of(document.first("#flk strong a", "#ft strong a[target]"))
    return footer if footer and first.startswith(footer) else _SLOGAN.split(first)[0]


def category_path(document: Document, *, is_article: bool) -> tuple[str, ...]:
    """The categories of the breadcrumb, parents first, without the site, the portal and "view content"."""
    crumbs = document.first(_BREADCRUMB)
    if crumbs is None:
        return ()
    names = list(_category_links(document, crumbs))
    if not is_article:  # the list's own category stands last and is no link
        names.extend(name for name in (_last_text(crumbs),) if name and label(name) not in _PORTAL)
    return tuple(dict.fromkeys(name for name in names if label(name) not in _NO_CATEGORY))


def language(document: Document, options: ParseOptions, sample: str) -> str | None:
    """The BCP 47 tag of the source's option, of the page, or of the writing in `sample` (Chinese or None)."""
    root = document.tree.root
    said = ((root.attributes.get("lang") if root is not None else "") or "").strip()
    written = "".join(_HAN.findall(sample))
    return options.language or said or (_chinese(written) if written else None)


def related(document: Document) -> tuple[str, ...]:
    """The categories that the page's margin names (相关分类)."""
    for box in document.tree.css("div.bm"):
        heading = box.css_first("div.bm_h h2")
        if heading is not None and label(heading.text()) == "相关分类":
            return tuple(dict.fromkeys(filter(None, (text_of(link) for link in box.css("ul a")))))
    return ()


def _category_links(document: Document, crumbs: LexborNode) -> Iterator[str]:
    """What comes after the site's own link and the portal's, which some editions leave out."""
    for position, link in enumerate(crumbs.css("a")):
        address = urlsplit(document.absolute(link.attributes.get("href")))
        is_home = address.path in _PORTAL_PATHS and "catid=" not in address.query
        # A category may have a host of its own, so only the second link is looked at closely.
        if position > 1 or (position == 1 and not is_home and label(link.text()) not in _PORTAL):
            yield text_of(link)


def _chinese(written: str) -> str:
    # Traditional writing has characters that GB 2312 lacks, simplified writing such that Big5 lacks.
    return "zh-TW" if _fits(written, "big5") and not _fits(written, "gb2312") else "zh-CN"


def _fits(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _last_text(crumbs: LexborNode) -> str:
    children = [child for child in crumbs.iter(include_text=True) if plain(child.text())]
    return plain(children[-1].text()) if children and children[-1].tag == "-text" else ""
