"""What the page shows of its article's origin: the byline, the date, the line of 来源 and 作者 below the title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from feedbot.sources.article import lines
from feedbot.sources.article.document import Document, text_of
from feedbot.sources.article.facts import Facts
from feedbot.sources.article.names import HOME_NAMES, one_author
from feedbot.sources.feed_values import unique
from feedbot.sources.html_walk import ancestors
from feedbot.sources.times.calendar import Calendar

_AUTHORS = (
    "[rel~=author], .byline .author, .author-name, .author_name, .authorname, .entry-author, .post-author, "
    ".article-author, "
    ".article__author, .byline__name, .byline-name, .author.vcard, .posted-by, .username, .writer, .reporter, "
    ".byline, .author, "
    "[class*=author-name], [class*=author_name], [class*=author__name], .meta-author, .posted, .news-author, "
    ".credits, [class*=__author], "
    "[class*=__credits], .user a"
)
_DATES = (
    ".entry-date, .published, .post-date, .article-date, .date-published, .pubdate, .pub-date, .publish-time, "
    "#publish_time, "
    ".publish-date, .pubtime, .article-time, .news-date-time, .news-time, .article__date, .post-time, .c-time, .date, "
    ".time"
)
_LABEL = re.compile(
    r"(?P<name>原作者|作者|撰文|发布者|发布人|發佈者|发布时间|发布日期|更新时间|发稿时间|时间|日期|来源|來源|来自"
    r"|稿源|信息来源|文章来源|责任编辑|责编|编辑|校对|审核"
    r"|浏览次数|浏览量|浏览|点击数|点击次数|点击|阅读量|阅读|字号|字体|查看|评论|分享到|分享|打印|发布|记者|通讯员"
    r"|文字|摄影|文)\s*[:：／/]\s*"
)
_VALUE_END = re.compile(r"\s{2,}|[|｜【\[\]】]|\s(?=[^\s:：]{1,6}[:：])|\s(?=(?:19|20)\d{2}\b|(?:19|20)\d{2}年)")
_AUTHOR_LABELS = ("原作者", "作者", "撰文", "记者", "文", "文字", "发布者", "发布人", "發佈者", "发布")
_ORIGIN_LABELS = ("来源", "來源", "稿源", "信息来源", "文章来源", "来自")
_REPORTER = re.compile(r"(?<!\w)(?:本报|本网)?(?:记者|通讯员)\s+([\u4e00-\u9fff·]{2,12})(?!\S)")
_NAME = (
    r"((?:(?:Dr|Prof|Mr|Mrs|Ms)\.\s+)?[^\W\d_a-z][\w'’.-]*(?:\s+(?:(?:de|da|dos|del|della|von|van|der|den|al|bin|el"
    r"|la|le)\s+)?"
    r"[^\W\d_a-z][\w'’.-]*){0,3})"
)
_BYLINE = re.compile(
    rf"(?:\A|[\s—–|•·(])(?:[Bb]y|BY|[Ww]ords by|[Vv]on|[Pp]ar|[Pp]or|[Dd]i|Автор:?|Text:|Autor:|Auteur:"
    rf"|Autore:)\s+{_NAME}\s*(?:\Z|[,|•·;—–(]|\s\d|\s(?:on|am|le|at|in|for)\s)"
)
_CJK_BYLINE = re.compile(
    r"(?:\A|\s)(?:posted by|文\s*[／/]|by)\s*((?![A-Za-z])[^\s|｜／/,，]{2,20})(?=\s|[|｜]|\Z)", re.IGNORECASE
)
_UPDATED = re.compile(
    r"\b(?:last )?(?:updated|modified)\b|aktualisiert|mis à jour|modifié|actualizado|atualizado|aggiornato|обновлено"
    r"|更新(?:于|時間|时间|日)?|수정",
    re.IGNORECASE,
)
_BARS = re.compile(r"[|｜·•]")
_DATE_LIKE = re.compile(r"\d")
_SPLIT_YEAR = re.compile(r"\b((?:19|20)\d{2})\s+(\d{1,2})\s*/\s*(\d{1,2})\s+(?=\d{1,2}:)")
_IN_ADDRESS = re.compile(r"(?:/|t|[-_/])((?:19|20)\d{2})[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])(?!\d)")
_CRUMBS = (
    ".breadcrumb, .breadcrumbs, #breadcrumb, [class*=breadcrumb], [aria-label=breadcrumb], "
    "[itemtype$=BreadcrumbList], .crumb, .crumbs, "
    ".u-crumb, .location, .position, .fil-ariane, #pt"
)
_HERE = re.compile(r"(?:当前位置|您现在的位置|您的位置|您当前的位置|你的位置|現在位置|目前位置)\s*[:：]?")
_MAX_CRUMBS = 6
_LAST = frozenset({"正文", "查看内容", "内容", "详情", "内容详情", "文章内容"})


def read(document: Document, title: str, calendar: Calendar) -> Facts:
    """What stands about the title."""
    about = lines.about_title(document, title)
    texts = [_SPLIT_YEAR.sub(r"\1-\2-\3 ", line.text) for line in about]
    said = dict(_labelled(texts))
    published, updated = _dates(document, texts, calendar)
    return Facts(
        published=published,
        updated=updated,
        author=_author(document, texts, said),
        origin=next(filter(None, (said.get(label, "") for label in _ORIGIN_LABELS)), ""),
        section=_section(document, title),
        tags=unique(text_of(node) for node in document.tree.css("a[rel~=tag]:not([rel~=category])")),
    )


def _labelled(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The values behind labels such as 作者：, the first ones last, so that they count."""
    found = []
    for text in texts:
        labels = list(_LABEL.finditer(text))
        for label, following in zip_longest(labels, labels[1:]):
            value = text[label.end() : following.start() if following else len(text)]
            found.append((label["name"], _VALUE_END.split(value, maxsplit=1)[0].strip(" 　·•,，;；()（）")))
    yield from reversed([pair for pair in found if pair[1]])


def _author(document: Document, texts: Sequence[str], said: dict[str, str]) -> str:
    for label in _AUTHOR_LABELS:
        if name := one_author(said.get(label, "")):
            return name
    for node in document.tree.css(_AUTHORS)[:20]:
        if _is_aside(node):
            continue
        text = text_of(node)
        match = _BYLINE.search(text)
        if name := one_author(match[1] if match else text):
            return name
    for text in texts:
        if name := _between_dots(text):
            return name
        match = _REPORTER.search(text) or _BYLINE.search(text) or _CJK_BYLINE.search(text)
        if match and (name := one_author(match[1])):
            return name
    return ""


def _between_dots(text: str) -> str:
    """The name in a line such as `3 March 2026 · Jane Rivers · 5 min read`."""
    parts = [part.strip() for part in re.split(r"[·•|]", text)]
    if len(parts) == 1 or not any(_DATE_LIKE.search(part) for part in parts):
        return ""
    return next((part for part in parts if " " in part and re.fullmatch(_NAME, part)), "")


def _dates(document: Document, texts: Sequence[str], calendar: Calendar) -> tuple[datetime | None, datetime | None]:
    marked = _marked_date(document, calendar)
    updated = None
    dates: list[datetime] = []
    for text in texts:
        head, *rest = _UPDATED.split(text, maxsplit=1)
        if rest and (when := _read(rest[0], calendar)):
            updated = updated or when
        if when := _read(head, calendar):
            dates.append(when)
    exact = next((when for when in dates if _has_time(when, calendar)), None)
    first = exact or next(iter(dates), None)
    if marked and first and not _has_time(marked, calendar) and exact and abs((exact - marked).days) <= 1:
        return exact, updated
    return marked or first or updated or _from_address(document.url, calendar), updated


def _marked_date(document: Document, calendar: Calendar) -> datetime | None:
    """The first date in an element made for dates, which is not of another article."""
    for node in document.tree.css("time[datetime]")[:20]:
        is_update = "updated" in (node.attributes.get("class") or "") and "published" not in (
            node.attributes.get("class") or ""
        )
        if _is_aside(node) or (
            is_update and document.tree.css_first("time.published, time.entry-date.published") is not None
        ):
            continue
        if when := _read(node.attributes.get("datetime") or "", calendar):
            return when
    for node in document.tree.css(_DATES)[:20]:
        if not _is_aside(node) and (when := _read(text_of(node), calendar)):
            return when
    return None


def _read(text: str, calendar: Calendar) -> datetime | None:
    line = " ".join(_BARS.sub(" ", text).split())
    return calendar.read_one(line.strip(" :：,-")) if _DATE_LIKE.search(line) else None


def _has_time(when: datetime, calendar: Calendar) -> bool:
    local = when.astimezone(calendar.zone)
    return (local.hour, local.minute) != (0, 0)


def _from_address(url: str, calendar: Calendar) -> datetime | None:
    match = _IN_ADDRESS.search(urlsplit(url).path)
    return calendar.read_one("-".join(match.groups())) if match else None


def _is_aside(node: LexborNode) -> bool:
    """Whether the element belongs to another article, or to a comment."""
    for outer in (node, *ancestors(node)):
        names = (outer.attributes.get("class") or "").lower()
        if outer.tag in {"aside", "nav", "footer"} or any(
            word in names for word in ("comment", "related", "recommend", "sidebar")
        ):
            return outer.tag not in {"body", "html", "main"}
    return False


def _section(document: Document, title: str) -> tuple[str, ...]:
    """The names of the line that leads from the site's home to the article."""
    for node in document.tree.css(_CRUMBS)[:4]:
        if path := _path(node, title):
            return path
    if filed := unique(text_of(node) for node in document.tree.css("a[rel~=category]")[:1]):
        return filed
    body = document.tree.body
    for node in (line_node for line_node, parts in _first_lines(body) if _HERE.search("".join(parts))):
        if path := _path(node, title):
            return path
    return ()


def _first_lines(body: LexborNode | None) -> list[tuple[LexborNode, list[str]]]:
    return [line for _, line in zip(range(80), lines.own_texts(body), strict=False)] if body is not None else []


def _path(node: LexborNode, title: str) -> tuple[str, ...]:
    names = [text_of(link) for link in node.css("a")]
    wanted = lines.plain(title)
    kept = [
        name
        for name in names
        if name and name.lower() not in HOME_NAMES and name not in _LAST and lines.plain(name) != wanted
    ]
    return unique(kept) if len(kept) <= _MAX_CRUMBS else ()
