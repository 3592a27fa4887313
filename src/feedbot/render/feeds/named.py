"""The feeds that the site has, by name: what each says of itself and where it is served."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote, urlsplit

from feedbot.domain import categories
from feedbot.domain.article import Article
from feedbot.domain.source import Source
from feedbot.render import links
from feedbot.render.feeds import clean
from feedbot.render.feeds.view import FeedView, Format, Origin
from feedbot.render.links import SitePresentation

# RFC 4151: a tag names its authority as of a date. It is part of every feed's id, so it never changes.
_TAG_YEAR = 2026


@dataclass(frozen=True, slots=True)
class FeedName:
    """Which articles a feed has: all, those of a category path with its children, or those of a source id."""

    kind: Literal["all", "category", "source"]
    value: str = ""

    @property
    def path(self) -> str:
        """Where the site serves it, percent-encoded, without the ending that says the format."""
        return f"/feeds/{self.kind}" + (f"/{quote(self.value, safe='/')}" if self.value else "")


def feed_id(site: SitePresentation, name: FeedName) -> str:
    """The tag: URI of a feed, the same for each of its formats; it holds as long as the site's host name does."""
    host = urlsplit(clean.ascii_url(site.base_url) or "").hostname or ""
    authority = host if host and ":" not in host else "localhost"
    return f"tag:{authority},{_TAG_YEAR}:{name.path.removeprefix('/')}"


def merged_view(
    site: SitePresentation,
    name: FeedName,
    form: Format,
    articles: Iterable[Article],
    *,
    created: datetime,
    ttl_minutes: int,
    generator_version: str,
) -> FeedView:
    """The view of all articles or of a category, whose entries say which source each comes from."""
    is_category = name.kind == "category"
    return FeedView(
        id=feed_id(site, name),
        title=f"{categories.name(name.value)} - {site.title}" if is_category else site.title,
        description=name.value.replace(categories.SEPARATOR, " › ") if is_category else site.description,
        self_url=_feed_url(site, name, form),
        home_url=absolute(site, links.category_page(name.value) if is_category else "/"),
        created=created,
        language=site.language,
        author=site.title,
        icon_url=_icon(site, form),
        ttl_minutes=ttl_minutes,
        generator_version=generator_version,
        origins={article.source_id: _origin(site, form, article) for article in articles},
    )


def source_view(
    site: SitePresentation, source: Source, form: Format, *, ttl_minutes: int, generator_version: str
) -> FeedView:
    """The view of one source."""
    name = FeedName("source", source.id)
    return FeedView(
        id=feed_id(site, name),
        title=source.title,
        description=f"{source.title} - {site.title}",
        self_url=_feed_url(site, name, form),
        home_url=home_url(site, source.id, source.site_url),
        created=source.created_at,
        language=clean.language_tag(source.options.language) or site.language,
        author=source.title,
        icon_url=_icon(site, form),
        ttl_minutes=ttl_minutes,
        generator_version=generator_version,
    )


def absolute(site: SitePresentation, path: str) -> str:
    """The whole address of a path of the site as ASCII, though an admin may write its host in any script."""
    url = site.absolute(path)
    return clean.ascii_url(url) or url


def home_url(site: SitePresentation, source_id: str, source_url: str) -> str:
    """The page of a source: its own, unless only those who know its secret may see that; then ours about it."""
    return links.public_link(source_url) or absolute(site, links.source_page(source_id))


def _feed_url(site: SitePresentation, name: FeedName, form: Format) -> str:
    return absolute(site, f"{name.path}.{form}")


def _icon(site: SitePresentation, form: Format) -> str | None:
    """The site's icon, where a drawing will do: an RSS image is a GIF, JPEG or PNG."""
    return absolute(site, "/favicon.svg") if form == "atom" else None


def _origin(site: SitePresentation, form: Format, article: Article) -> Origin:
    name = FeedName("source", article.source_id)
    return Origin(
        id=feed_id(site, name),
        title=article.source_title,
        feed_url=_feed_url(site, name, form),
        home_url=home_url(site, article.source_id, article.source_url),
    )
