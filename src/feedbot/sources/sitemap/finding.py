"""Where a pasted page leads to sitemaps: to itself, to those that it or robots.txt names, and to the usual places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from feedbot.errors import FetchError
from feedbot.sources.html_document import Document, read
from feedbot.sources.sitemap import choosing
from feedbot.sources.sitemap.document import read as read_sitemap
from feedbot.sources.sitemap.document import robots_sitemaps, root_name
from feedbot.sources.spec import Lead, Page, ParseOptions

_NAME = "sitemap"
_NEWS, _PLAIN, _INDEX = 0.85, 0.6, 0.55
_NAMED, _ROBOTS, _USUAL = 0.5, 0.4, 0.3
_STEP = 0.01


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The page itself if it is a sitemap, those that a robots.txt names, else where the site's sitemap may be."""
    root = root_name(page)
    if root:
        return _itself(page, options, is_index=root == "sitemapindex")
    named = robots_sitemaps(page)
    if named:
        first = choosing.best(named)
        ranked = [*first, *(url for url in named if url not in first)]
        return [
            Lead(url, _NAME, "The site's robots.txt names this sitemap.", round(_NAMED - min(number, 20) * _STEP, 2))
            for number, url in enumerate(ranked)
        ]
    document = read(page, options)
    return list(_around(document)) if document is not None else ()


def _itself(page: Page, options: ParseOptions, *, is_index: bool) -> Sequence[Lead]:
    if is_index:
        return (Lead(page.url, _NAME, "This is an index of sitemaps.", _INDEX),)
    try:
        entries = read_sitemap(page, options).entries
    except FetchError:
        return ()
    news = sum(1 for entry in entries if entry.news and entry.news.title)
    if news:
        return (Lead(page.url, _NAME, f"This is a news sitemap with {news} articles.", _NEWS),)
    found = len(choosing.articles(entries, "", options.calendar()))
    reason = f"This is a sitemap of {len(entries)} addresses; {found} of the newest look like articles."
    return (Lead(page.url, _NAME, reason, _PLAIN),) if found else ()


def _around(document: Document) -> Iterator[Lead]:
    for link in document.head_links():
        if "sitemap" in link.rel:
            yield Lead(link.url, _NAME, "The page names this sitemap.", _NAMED)
    yield Lead(document.at("/robots.txt"), _NAME, "The site's robots.txt may name sitemaps.", _ROBOTS)
    yield Lead(document.at("/sitemap.xml"), _NAME, "Most sites have their sitemap at this address.", _USUAL)
