"""The line below an article's title: date, publisher, comments, author, origin. All but the date may be missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from selectolax.lexbor import LexborNode

from feedbot.sources.discuz.document import Document, label, plain, text_of
from feedbot.sources.times.calendar import Calendar

_LINE = ("div.h p.xg1", "h1.ph + p", "div.vw p.xg1", "div.wzview_top p", "div.vw .xg1")
_SEPARATED = "span.pipe"
# The phone template sets no separators and no colons: 查看63, 评论0.
_PHONE_ITEM = re.compile(r"(查看|评论)\s*[:：]?\s*(\d+)")
_SEPARATORS = re.compile(r"[|｜¦]")
# Templates that set no separators print one item behind the other; each still begins with its label.
_ITEM_START = re.compile(
    r"(?<![^\W\d])(?=(?:发布者|发布人|發佈者|查看|浏览|瀏覽|评论|評論|原作者|作者|来自|來自|来源|來源|信息来源|文章来源|稿源|编辑|編輯)"
    r"\w{0,3}\s*[:：])"
)
_AUTHORS = ("原作者", "作者", "发布者", "发布人")
_ORIGINS = ("来自", "来源", "信息来源", "文章来源", "稿源")
_COMMENTS = ("评论", "评论数")
_COLON = re.compile("[:：]")
_PHONE_ITEMS_WITHOUT_ORIGIN = 3
_COUNT = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Meta:
    """What the line says; `""` or None for what it does not."""

    published: datetime | None
    author: str
    origin: str
    comment_count: int | None


def read_meta(document: Document, calendar: Calendar) -> Meta:
    """The line's items. The author is the one named as 原作者, else who published it (发布者)."""
    line = document.first(*_LINE)
    if line is None:
        return Meta(None, "", "", None)
    items = _items(line)
    named = dict(_named(items))
    publisher = text_of(line.css_first('a[href*="mod=space"], a[href*="space-u"]'))
    return Meta(
        published=_published(line, items, calendar),
        author=_said(named, _AUTHORS) or publisher,
        origin=_said(named, _ORIGINS),
        comment_count=_comments(line, _said(named, _COMMENTS)),
    )


def _said(named: Mapping[str, str], labels: Iterable[str]) -> str:
    return next(filter(None, (named.get(name, "") for name in labels)), "")


def _items(line: LexborNode) -> tuple[str, ...]:
    """The line's items as printed: between separator elements, in elements of their own, or between plain bars."""
    if line.css_first(_SEPARATED) is not None:
        return tuple(map(plain, _between_separators(line)))
    parts = line.css("span")
    if "wzview_top" in _classes(line.parent) and parts:
        origin = [text_of(parts[-1])] if len(parts) > _PHONE_ITEMS_WITHOUT_ORIGIN else []
        return (
            *(_PHONE_ITEM.sub(r"\1: \2", text_of(part)) for part in parts[:3]),
            *(f"来自: {name}" for name in origin),
        )
    items = _SEPARATORS.split(line.text())
    if len(items) == 1:
        items = [item.rstrip(" ·•/") for item in _ITEM_START.split(plain(items[0]))]
    return tuple(map(plain, items))


def _between_separators(line: LexborNode) -> list[str]:
    items = [""]
    for node in line.iter(include_text=True):
        if node.tag == "span" and "pipe" in _classes(node):
            items.append("")
        else:
            items[-1] += node.text()
    return items


def _classes(node: LexborNode | None) -> list[str]:
    return (node.attributes.get("class") or "").split() if node is not None else []


def _named(items: Iterable[str]) -> Iterator[tuple[str, str]]:
    for item in items:
        name, *value = _COLON.split(item, maxsplit=1)
        if value:
            yield label(name), value[0].strip()


def _published(line: LexborNode, items: Iterable[str], calendar: Calendar) -> datetime | None:
    # Recent dates may read "5 minutes ago" and carry the real one in the title.
    told = line.css_first("span[title]")
    texts = ((told.attributes["title"] or "") if told is not None else "", *items)
    return calendar.read(texts)


def _comments(line: LexborNode, said: str) -> int | None:
    count = _COUNT.search(text_of(line.css_first("#_commentnum")) or said)
    return int(count[0]) if count else None
