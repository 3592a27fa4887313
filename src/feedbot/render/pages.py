"""What the site's pages show: articles, categories and sources as values that a template only has to print. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from feedbot.domain import categories
from feedbot.domain.article import Article
from feedbot.domain.sentences import is_cjk
from feedbot.domain.stories import Elsewhere
from feedbot.domain.summary import article_summary
from feedbot.locales import CHINESE, Translator, known_language
from feedbot.render.links import (
    SitePresentation,
    article_page,
    category_page,
    file_name,
    host,
    source_page,
    web_link,
)
from feedbot.render.telegram_html import time_text

# Characters of about the same width on the page.
CARD_SUMMARY = 170
CARD_SUMMARY_CJK = 90
DESCRIPTION = 200
_KILO = 1024
_UNKNOWN_TYPE = "application/octet-stream"


class CategoryEntry(Protocol):
    """A category as the storage's tree gives it."""

    @property
    def id(self) -> int:
        """What the bot's deep link carries."""

    @property
    def path(self) -> str:
        """Its whole path."""

    @property
    def articles(self) -> int:
        """How many articles it holds, with those of its children."""

    @property
    def depth(self) -> int:
        """0 for a root."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time: `text` for people, in the site's zone and their language; `iso` for the datetime attribute."""

    text: str
    iso: str


@dataclass(frozen=True, slots=True)
class Link:
    """A name and where it leads; `url` may be empty."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of an article."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Card:
    """An article in a list."""

    title: str
    url: str
    summary: str
    image_url: str
    date: Moment
    source: Link
    category: Link | None
    language: str


@dataclass(frozen=True, slots=True)
class Node:
    """A category of the tree with its children."""

    name: str
    path: str
    url: str
    articles: int
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; `about` is its kind and size in words, empty if unknown."""

    name: str
    url: str
    about: str


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article's own page. `body_html` is sanitised; `hero` is a picture that the body does not show itself."""

    title: str
    language: str
    date: Moment
    updated: Moment | None
    author: str
    origin: str
    source: Link
    breadcrumbs: tuple[tuple[Link, ...], ...]
    body_html: str
    summary: str
    description: str
    picture: str
    hero: Picture | None
    gallery: tuple[Picture, ...]
    files: tuple[File, ...]
    reactions: tuple[tuple[str, int], ...]
    comments: str
    tags: tuple[str, ...]
    original: Link


def also_at(others: Iterable[Elsewhere]) -> tuple[Link, ...]:
    """The other sources of a story, as links; those whose address is none are left out."""
    return tuple(Link(one.source_title, web_link(one.url)) for one in others if web_link(one.url))


def moment(when: datetime, site: SitePresentation, _: Translator) -> Moment:
    """The time in the site's zone."""
    local = when.astimezone(ZoneInfo(site.timezone))
    return Moment(time_text(when, site.timezone, known_language(_.language)), local.isoformat(timespec="seconds"))


def card(article: Article, site: SitePresentation, _: Translator, *, body_text: str) -> Card:
    """The article for a list, with a summary of two or three lines; `body_text` is its body without markup."""
    category = article.categories[0] if article.categories else ""
    room = CARD_SUMMARY_CJK if any(map(is_cjk, article.title)) else CARD_SUMMARY
    return Card(
        title=_title(article, _),
        url=site.root + article_page(article.id),
        summary=article_summary(article, room, body_text),
        image_url=next((image.url for image in article.images if web_link(image.url)), ""),
        date=moment(article.date, site, _),
        source=Link(article.source_title, site.root + source_page(article.source_id)),
        category=Link(categories.name(category), site.root + category_page(category)) if category else None,
        language=article.language or "",
    )


def tree(entries: Iterable[CategoryEntry], site: SitePresentation) -> tuple[Node, ...]:
    """The categories as nested nodes; `entries` come parents before children."""
    below: dict[str, list[CategoryEntry]] = {}
    for entry in entries:
        parents = categories.ancestors(entry.path)
        below.setdefault(parents[-1] if parents else "", []).append(entry)
    return _nodes("", below, site)


def breadcrumb(path: str, site: SitePresentation) -> tuple[Link, ...]:
    """The category and its parents, from the root."""
    return tuple(
        Link(categories.name(one), site.root + category_page(one)) for one in (*categories.ancestors(path), path)
    )


def article_view(article: Article, site: SitePresentation, _: Translator, *, body_text: str) -> ArticleView:
    """The article's own page."""
    pictures = [Picture(image.url, image.alt) for image in article.images if web_link(image.url)]
    apart = [picture for picture in pictures if not _is_shown(picture.url, article.body_html)]
    no_text_image = "<img" not in article.body_html
    return ArticleView(
        title=_title(article, _),
        language=article.language or "",
        date=moment(article.date, site, _),
        updated=moment(article.updated, site, _) if article.updated and article.updated > article.date else None,
        author=article.author,
        origin=article.origin,
        source=Link(article.source_title, site.root + source_page(article.source_id)),
        breadcrumbs=tuple(breadcrumb(path, site) for path in article.categories),
        body_html=article.body_html,
        summary="" if article.body_html else article.summary,
        description=article_summary(article, DESCRIPTION, body_text),
        picture=pictures[0].url if pictures else "",
        hero=apart[0] if apart and no_text_image else None,
        gallery=tuple(apart[1:]) if no_text_image else (),
        files=tuple(_file(one.url, one.name, one.mime_type, one.size) for one in article.attachments),
        reactions=tuple((one.name, one.count) for one in article.reactions if one.count),
        comments=_comments(article.comment_count, _),
        tags=article.tags,
        original=Link(article.site or host(article.url), web_link(article.url)),
    )


def cursor_text(article: Article) -> str:
    """Where a list goes on after this article, for an address: microseconds since 1970 and the id."""
    since = article.date.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return f"{microseconds}-{article.id}"


def html_language(language: str) -> str:
    """The language tag for a page (BCP 47) of a catalogue's name."""
    return "zh-Hans" if known_language(language) == CHINESE else "en"


def _title(article: Article, _: Translator) -> str:
    return " ".join(article.title.split()) or _("Untitled article")


def _nodes(parent: str, below: dict[str, list[CategoryEntry]], site: SitePresentation) -> tuple[Node, ...]:
    return tuple(
        Node(
            name=categories.name(entry.path),
            path=entry.path,
            url=site.root + category_page(entry.path),
            articles=entry.articles,
            children=_nodes(entry.path, below, site),
        )
        for entry in below.get(parent, ())
    )


def _is_shown(url: str, body_html: str) -> bool:
    return url in body_html or url.replace("&", "&amp;") in body_html


def _file(url: str, name: str, mime_type: str, size: int | None) -> File:
    named = name or file_name(url)
    ending = named.rpartition(".")[2].upper() if "." in named else ""
    kind = ending or ("" if mime_type == _UNKNOWN_TYPE else mime_type)
    parts = [kind] if kind else []
    if size:
        parts.append(_size(size))
    return File(named or host(url), web_link(url), " · ".join(parts))


def _size(count: int) -> str:
    if count >= _KILO * _KILO:
        return f"{count / _KILO / _KILO:.1f} MB"
    return f"{max(1, round(count / _KILO))} kB"


def _comments(count: int | None, _: Translator) -> str:
    return "" if count is None else _.plural("{count} comment", "{count} comments", count)
