"""Source type `sitemap`: sitemaps, news sitemaps and their indexes (sitemaps.org), and robots.txt that names them."""

from __future__ import annotations

from feedbot.sources import article
from feedbot.sources.sitemap.finding import find
from feedbot.sources.sitemap.listing import OPTIONS, parse_list, recognises
from feedbot.sources.spec import SourceSpec

__all__ = ["SPEC", "find", "parse_list", "recognises"]

SPEC = SourceSpec(
    name="sitemap",
    summary="A sitemap or news sitemap, or the index of several; articles are read from their own pages.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=article.read,
    next_page=article.next_page,
    options=OPTIONS,
    find=find,
)
