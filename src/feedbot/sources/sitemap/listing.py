"""A sitemap's addresses as drafts: those of a news sitemap with their titles, all others still to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from feedbot.domain.article import Draft, Image
from feedbot.errors import EmptyList
from feedbot.sources.drafting import MAX_ITEMS, each_once
from feedbot.sources.feed_values import language, unique
from feedbot.sources.html import one_line
from feedbot.sources.records.fields import tags
from feedbot.sources.repair import repair_draft
from feedbot.sources.sitemap import choosing
from feedbot.sources.sitemap.document import Entry, News, read, robots_sitemaps, root_name
from feedbot.sources.spec import Listing, Page, ParseOptions

OPTIONS: dict[str, str] = {
    "urls": "Patterns with `*` that the articles' addresses match, separated by blanks; `-/live/*` leaves some out.",
    "sitemaps": "The same for the sitemaps that an index names.",
}


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The articles that a sitemap names, the newest first; those without a title are still to be read.

    An article without a title must not be stored before its page was read. Of a plain sitemap at most 200 addresses
    are taken, of a news sitemap 2,000. For an index, and for robots.txt, the listing names the sitemaps that have the
    newest articles in `list_urls`.

    Raises:
        NotParseable: this is no sitemap, or one as only an attack has.
        EmptyList: none of its addresses looks like that of an article.
    """
    named = robots_sitemaps(page)
    if named:
        return Listing((), home_url=page.url, list_urls=choosing.best(named))
    sitemap = read(page, options)
    if sitemap.is_index:
        found = choosing.children(sitemap.entries, options.select.get("sitemaps", ""), options.calendar())
        if not found:
            raise EmptyList("This index of sitemaps names none that is wanted.", url=page.url)
        return Listing((), list_urls=found)
    wanted = options.select.get("urls", "")
    drafts = _of_news(sitemap.entries, wanted, options) or _of_pages(sitemap.entries, wanted, options)
    if not drafts:
        raise EmptyList(_nothing_found(sitemap.entries, wanted), url=page.url)
    return Listing(drafts, title=drafts[0].site, language=options.language or drafts[0].language)


def recognises(page: Page) -> bool:
    """Whether the document begins as a sitemap or an index of them does."""
    return bool(root_name(page))


def _of_news(entries: Sequence[Entry], wanted: str, options: ParseOptions) -> tuple[Draft, ...]:
    drafts = [
        _news_draft(entry, entry.news, options)
        for entry in entries
        if entry.news and entry.news.title and choosing.matches(entry.url, wanted)
    ]
    if all(draft.published for draft in drafts):
        drafts.sort(key=lambda draft: draft.published.timestamp() if draft.published else 0, reverse=True)
    return each_once(drafts[:MAX_ITEMS])


def _news_draft(entry: Entry, news: News, options: ParseOptions) -> Draft:
    made = Draft(
        url=entry.url,
        title=one_line(news.title),
        published=options.calendar(news.language).read_one(news.date),
        images=tuple(map(Image, entry.images)),
        tags=unique(tags(news.keywords)),
        language=options.language or language(news.language),
        site=one_line(news.name),
    )
    changed = options.calendar().read_one(entry.lastmod) if entry.lastmod else None
    is_update = changed is not None and made.published is not None and changed > made.published
    return repair_draft(replace(made, updated=changed if is_update else None), options.repair)


def _of_pages(entries: Sequence[Entry], wanted: str, options: ParseOptions) -> tuple[Draft, ...]:
    return each_once(
        Draft(
            url=entry.url,
            title="",
            updated=options.calendar().read_one(entry.lastmod) if entry.lastmod else None,
            images=tuple(map(Image, entry.images[:1])),
            language=options.language,
            is_complete=False,
        )
        for entry in choosing.articles(entries, wanted, options.calendar())
    )


def _nothing_found(entries: Sequence[Entry], wanted: str) -> str:
    if not entries:
        return "The sitemap is empty."
    if wanted.strip():
        return f"None of the {len(entries)} addresses of the sitemap matches select.urls: {wanted!r}."
    return (
        f"None of the {len(entries)} addresses of the sitemap looks like that of an article. If some are, say which:"
        " select.urls with a pattern such as /news/*."
    )
