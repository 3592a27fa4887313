"""Articles as the items of a feed, the same for every format: cleaned, dated, sorted, each once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from feedbot.domain.article import Article
from feedbot.domain.article import Attachment as ArticleFile
from feedbot.domain.summary import article_summary, summarise
from feedbot.render.feeds import clean
from feedbot.render.feeds.view import FeedView, Origin

_NAMESPACE = uuid.UUID("6f1f6a0e-6d0b-5d51-9a0b-5f3f1c1c7a52")
# No article on the web is older; dates before are a missing value (1970, year 1) or a slip.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_TITLE_FROM_SUMMARY = 80  # letters
_LONGEST_BODY = 500_000  # characters; the article's own page has the rest
_SUMMARY_FROM_BODY = 280
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file beside an item; `size` is in bytes, 0 if unknown."""

    url: str
    mime_type: str
    size: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article as a feed shows it: texts free of markup and controls, addresses ASCII, times UTC."""

    id: str
    url: str | None
    title: str
    summary: str
    body: str
    author: str
    credit: str
    published: datetime
    updated: datetime
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    enclosures: tuple[Enclosure, ...]
    images: tuple[str, ...]
    language: str | None
    origin: Origin | None


def items(view: FeedView, articles: Sequence[Article]) -> list[Item]:
    """The articles as items, newest first, an article that is given twice once (in its newest revision)."""
    newest: dict[str, Article] = {}
    for article in sorted(articles, key=lambda each: (each.revision, each.id)):
        newest[article_id(article)] = article
    ordered = sorted(newest.items(), key=lambda pair: (_published(pair[1]), pair[1].id), reverse=True)
    return [_item(view, identity, article) for identity, article in ordered]


def article_id(article: Article) -> str:
    """The `urn:uuid:` that names the article in every feed, for ever.

    A version 5 UUID (RFC 9562, section 5.5) of the source and the article's key: a key tells articles apart within
    its source only. The site's address is no part of it, so that moving the site makes no article new.
    """
    return uuid.uuid5(_NAMESPACE, f"{article.source_id}/{article.key.hex()}").urn


def newest_update(articles: Iterable[Article]) -> datetime | None:
    """The latest `updated` of the articles; None without articles."""
    return max(map(_updated, articles), default=None)


def _published(article: Article) -> datetime:
    """The article's date to the second; first seen where the date cannot be (long before the web, or not yet)."""
    date = article.date if _EARLIEST <= article.date <= article.first_seen else article.first_seen
    return date.astimezone(UTC).replace(microsecond=0)


def _updated(article: Article) -> datetime:
    """When the article last changed, to the second, with its id as the fraction.

    Articles found by one poll share one instant; the fraction keeps the `updated` of any two apart (readers that sort
    by it need that) without depending on what else is in the feed.
    """
    return article.changed.astimezone(UTC).replace(microsecond=article.id % _MICROSECONDS)


def _item(view: FeedView, identity: str, article: Article) -> Item:
    url = clean.ascii_url(article.url)
    body = clean.safe_html(_start_of(article.body_html))
    summary = clean.line(_summary(article, body))
    return Item(
        id=identity,
        url=url,
        title=_title(article.title, summarise(summary, _TITLE_FROM_SUMMARY), url or "", identity),
        summary=summary,
        body=body,
        author=clean.plain_title(article.author),
        credit=clean.plain_title(article.origin),
        published=_published(article),
        updated=_updated(article),
        categories=_distinct(article.categories),
        tags=_distinct(article.tags, but=article.categories),
        enclosures=_enclosures(article.attachments),
        images=tuple(dict.fromkeys(filter(None, (clean.ascii_url(image.url) for image in article.images)))),
        language=clean.language_tag(article.language),
        origin=view.origins.get(article.source_id),
    )


def _start_of(body: str) -> str:
    """The body, or as many whole paragraphs of an endless one as a reader can be asked to download each hour."""
    if len(body) <= _LONGEST_BODY:
        return body
    end = body.rfind("</p>", 0, _LONGEST_BODY)
    return body[: end + len("</p>")] if end >= 0 else body[:_LONGEST_BODY]


def _summary(article: Article, body: str) -> str:
    """The source's own summary; where it has none, or one that it cut off, whole sentences."""
    if article.summary.strip() and not article.summary_is_cut:
        return article.summary
    return article_summary(article, _SUMMARY_FROM_BODY, clean.body_text(body))


def _title(*candidates: str) -> str:
    """The first of the texts that says anything, free of markup."""
    return next(title for title in map(clean.plain_title, candidates) if title)


def _distinct(names: Iterable[str], but: Iterable[str] = ()) -> tuple[str, ...]:
    taken = set(but)
    cleaned = dict.fromkeys(clean.plain_title(name) for name in names)
    return tuple(name for name in cleaned if name and name not in taken)


def _enclosures(files: Iterable[ArticleFile]) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    for file in files:
        if (url := clean.ascii_url(file.url)) and url not in found:
            size = max(file.size or 0, 0)
            found[url] = Enclosure(url, clean.mime_type(file.mime_type), size, clean.plain_title(file.name))
    return tuple(found.values())
