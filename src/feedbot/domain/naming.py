"""What a found source may be called: its id, its title, its category."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from urllib.parse import urlsplit

from feedbot.domain.article import Draft
from feedbot.domain.categories import clean_path

MAX_ID = 40
MAX_TITLE = 100
_SEPARATORS = re.compile(r"\s+[|·•»«›‹–—:_/\\-]+\s+|\s*[|｜_»«›‹—]\s*|(?<=[\u4e00-\u9fff])-+|-+(?=[\u4e00-\u9fff])")
_NOT_ID = re.compile(r"[^a-z0-9]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_KANA = re.compile(r"[\u3040-\u30ff]")
_GENERIC = frozenset(
    {"home", "homepage", "index", "news", "start", "startseite", "accueil", "inicio", "blog", "feed", "rss", "atom"}
    | {"latest", "articles", "archive", "archives", "list", "untitled", "welcome", "portal", "main", "articles list"}
    | {
        "首页",
        "主页",
        "新闻",
        "列表",
        "门户",
        "网站首页",
        "文章列表",
        "新闻列表",
        "ホーム",
        "トップ",
        "홈",
        "главная",
        "новости",
    }
)
_FEED_WORDS = re.compile(r"\s*[-–—:|(\[]?\s*\b(rss|atom)?\s*(feed|rss|atom)\b\s*[)\]]?\s*$", re.IGNORECASE)
_LABELS_LEFT_OUT = frozenset({"www", "m", "news", "blog", "feeds", "feed", "rss", "api", "mobile"})
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "edu", "ac", "or", "ne", "go"})


def title_for(said: str, url: str) -> str:
    """The source's title after what its page or feed calls itself; the host's name if that says nothing.

    >>> title_for("安源区政府 - 城事资讯 - 萍乡城市网", "https://example.org/")
    '安源区政府'
    """
    whole = _FEED_WORDS.sub("", " ".join(said.split())).strip()
    parts = [part.strip() for part in _SEPARATORS.split(whole) if part and part.strip()]
    telling = [part for part in parts if part.casefold() not in _GENERIC]
    return (telling[0] if telling else host_name(url))[:MAX_TITLE].strip()


def id_for(title: str, url: str, taken: Collection[str]) -> str:
    """An id that is free: the title in plain letters (Chinese as pinyin), else the host; with a number if it is taken.

    >>> id_for("Harbour news", "https://example.org/", {"harbour-news"})
    'harbour-news-2'
    """
    made = _slug(title) or _slug(host_name(url)) or "source"
    number = 1
    name = made
    while name in taken:
        number += 1
        name = f"{made}-{number}"
    return name


def categories_for(title: str, drafts: Iterable[Draft]) -> tuple[str, ...]:
    """The category that its articles may go to; none where most of them name their own."""
    every = list(drafts)
    if every and sum(bool(draft.category_path) for draft in every) * 2 > len(every):
        return ()
    path = clean_path([title])
    return (path,) if path else ()


def host_name(url: str) -> str:
    """The telling part of the address's host: `example` of `www.example.co.uk`."""
    labels = (urlsplit(url).hostname or "").lower().split(".")
    if all(label.isdigit() for label in labels):
        return ".".join(labels)
    named = _without_ending(labels)
    telling = [label for label in named if label not in _LABELS_LEFT_OUT] or named
    return telling[-1] if telling else ""


def _without_ending(labels: Sequence[str]) -> list[str]:
    kept = list(labels[:-1]) or list(labels)
    if len(kept) > 1 and kept[-1] in _SECOND_LEVEL and len(labels[-1]) == 2:  # noqa: PLR2004 - a country's ending
        kept = kept[:-1]
    return kept


def _slug(text: str) -> str:
    # Japanese writes with the same characters, and reads them in another way.
    is_chinese = not _KANA.search(text)
    spelled = _HAN.sub(lambda found: f" {_pinyin(found[0])} ", text) if is_chinese else text
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode("ascii").lower()
    words = [word for word in _NOT_ID.split(plain.replace("'", "")) if word]
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > MAX_ID:
            break
        slug = longer
    return slug or "".join(words)[:MAX_ID]


def _pinyin(text: str) -> str:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - 30 MB of readings, only where a title is Chinese

    return "".join(lazy_pinyin(text))
