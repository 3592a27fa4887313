"""Which addresses of a sitemap are articles and the newest, and which sitemaps of an index have them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import partial
from urllib.parse import unquote, urlsplit

from feedbot.sources.sitemap.document import Entry
from feedbot.sources.times.calendar import Calendar

MOST_PAGES = 200  # that are still to be read; each costs a request once
_SAME_SHARE = 0.5
_FEW = 5
_NEIGHBOUR = timedelta(days=3)
_OLDEST = datetime.min.replace(tzinfo=UTC)

_NO_ARTICLE_NAMES = (
    "tag tags category categories kategorie author authors autor page pages search suche about contact kontakt "
    "privacy impressum imprint login register archive archives archiv topic topics thema themen tema section "
    "sections wp-content product products shop cart help faq terms legal user users profile event events jobs "
    "forum static assets video-category"
)
_NO_ARTICLES = frozenset(_NO_ARTICLE_NAMES.split())
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp4|mp3|zip|css|js|xml|json|txt)\Z", re.IGNORECASE)
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[/_-]?(0[1-9]|1[0-2]|[1-9](?=[/_-]))(?:[/_-]?(0[1-9]|[12]\d|3[01]|[1-9](?!\d)))?(?!\d)"
)
_NUMBER = re.compile(r"(?<!\d)\d{4,}")
_QUERY_ID = re.compile(r"(?:^|&)(?:id|aid|p|nid|tid|articleid|newsid|docid|contentid)=\d+", re.IGNORECASE)
_FEWEST_WORDS, _FEWEST_WIDE = 3, 6
_WORDS = re.compile(r"[^\W_]+")
_OTHER_SITEMAPS = re.compile(
    r"(?:^|[^a-z])(?:image|video|tag|categor|author|user|page|product|taxonom|tax|archive|section|topic|static|forum|event|job|misc)s?(?:[^a-z]|\Z)|wp-sitemap-(?:users|taxonomies)|posts-page",
    re.IGNORECASE,
)
_ARTICLE_SITEMAPS = re.compile(r"news|post|article|artikel|stor(?:y|ies)|blog|content|latest|recent", re.IGNORECASE)
_TRAILING_NUMBER = re.compile(r"(\d{1,9})\D{0,12}\Z")


def articles(entries: Sequence[Entry], wanted: str, calendar: Calendar) -> list[Entry]:
    """The entries that look like articles, the newest first as far as anything tells, at most 200 of them.

    `wanted` are patterns with `*` that the addresses must match, separated by blanks; with `-` before it, must not.
    """
    matching = [entry for entry in entries if matches(entry.url, wanted)]
    likely = matching if wanted.strip() else [entry for entry in matching if looks_like_article(entry.url)]
    return _newest(honest(likely), calendar)


def honest(entries: Sequence[Entry]) -> list[Entry]:
    """The entries; without their dates if most of them bear the same, which is then that of the sitemap."""
    counted = Counter(entry.lastmod for entry in entries)
    most = max(counted.values(), default=0)
    if len(entries) < _FEW or most <= len(entries) * _SAME_SHARE:
        return list(entries)
    return [Entry(entry.url, "", entry.news, entry.images) for entry in entries]


def matches(url: str, wanted: str) -> bool:
    """Whether an address matches one of the patterns and none of those with `-`; every one does if there is none."""
    patterns = wanted.split()
    positive = [pattern for pattern in patterns if not pattern.startswith("-")]
    negative = [pattern[1:] for pattern in patterns if pattern.startswith("-")]
    return (not positive or any(_fits(url, one) for one in positive)) and not any(_fits(url, one) for one in negative)


def looks_like_article(url: str) -> bool:
    """Whether an address has the form of an article's: a date, a long number, or a headline in it."""
    parts = urlsplit(url)
    segments = [unquote(part).lower() for part in parts.path.split("/") if part]
    if _FILE.search(parts.path) or not _NO_ARTICLES.isdisjoint(segments):
        return False
    if _QUERY_ID.search(parts.query):
        return True
    if not segments:
        return False
    last = segments[-1].rpartition(".")[0] or segments[-1]
    words = _WORDS.findall(last)
    wide = sum(1 for character in last if character >= "\u2e80")
    has_headline = len(words) >= _FEWEST_WORDS or wide >= _FEWEST_WIDE
    has_date = bool(_DATE.search("/".join(segments[:-1]))) and not last.isdigit()
    return has_headline or has_date or bool(_NUMBER.search(last))


def children(entries: Sequence[Entry], wanted: str, calendar: Calendar) -> tuple[str, ...]:
    """The sitemap of an index that has the newest articles, and its neighbour if that is about as new.

    A new month begins with an empty sitemap, and the last articles of the old one are still to come.
    """
    named = [entry for entry in entries if matches(entry.url, wanted)]
    if not wanted.strip():
        named = [entry for entry in named if not _OTHER_SITEMAPS.search(_file(entry.url))] or list(named)
        named = _of_best_kind(named)
    ranked = sorted(honest(named), key=partial(_rank, calendar), reverse=True)
    if len(ranked) < 2:  # noqa: PLR2004 - one has no neighbour
        return tuple(entry.url for entry in ranked)
    first, second = ranked[:2]
    one, other = _changed(calendar, first), _changed(calendar, second)
    is_near = one is not None and other is not None and one - other <= _NEIGHBOUR
    is_undated = one is None and other is None
    return (first.url, second.url) if is_near or is_undated else (first.url,)


def _of_best_kind(entries: list[Entry]) -> list[Entry]:
    """Those of a news sitemap if there is one, else those that are named after articles, else all."""
    news = [entry for entry in entries if "news" in _file(entry.url).lower()]
    return news or [entry for entry in entries if _ARTICLE_SITEMAPS.search(_file(entry.url))] or entries


def _newest(entries: list[Entry], calendar: Calendar) -> list[Entry]:
    # One whose date cannot be believed (it lies ahead) is the last of them, and still there.
    dated = [
        (_changed(calendar, entry) or date_in(entry.url) or _OLDEST, entry)
        for entry in entries
        if entry.lastmod or date_in(entry.url)
    ]
    if len(dated) * 2 >= len(entries):
        dated.sort(key=lambda pair: pair[0], reverse=True)
        return [entry for _, entry in dated[:MOST_PAGES]]
    # Nothing tells the newest: they stand at one of the two ends.
    if len(entries) <= MOST_PAGES:
        return entries
    return entries[: MOST_PAGES // 2] + entries[-MOST_PAGES // 2 :]


def _rank(calendar: Calendar, entry: Entry) -> tuple[datetime, datetime, int]:
    number = _TRAILING_NUMBER.search(_file(entry.url))
    return _changed(calendar, entry) or _OLDEST, date_in(entry.url) or _OLDEST, int(number[1]) if number else 0


def _changed(calendar: Calendar, entry: Entry) -> datetime | None:
    return calendar.read_one(entry.lastmod) if entry.lastmod else None


def date_in(url: str) -> datetime | None:
    """The day or month that an address names, None if it names none."""
    found = _DATE.search(urlsplit(url).path)
    if not found:
        return None
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3] or 1), tzinfo=UTC)
    except ValueError:
        return None


def best(urls: Iterable[str]) -> tuple[str, ...]:
    """Of the sitemaps that a robots.txt names, the one that most likely has articles."""
    named = [Entry(url) for url in urls]
    plain = [entry for entry in named if not _OTHER_SITEMAPS.search(_file(entry.url))] or named
    return tuple(entry.url for entry in _of_best_kind(plain)[:1])


def _file(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2] or urlsplit(url).path


def _fits(url: str, pattern: str) -> bool:
    return fnmatchcase(url, pattern if "://" in pattern else f"*{pattern}")
