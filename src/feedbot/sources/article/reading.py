"""An article from its own page or pages, whatever site made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from feedbot.domain.article import Draft
from feedbot.domain.summary import is_cut
from feedbot.errors import FetchError, NotParseable
from feedbot.sources import discuz
from feedbot.sources.article import (
    body,
    json_ld,
    languages,
    lines,
    meta,
    microdata,
    pager,
    pictures,
    titles,
    visible,
)
from feedbot.sources.article.document import Document, is_document, text_of
from feedbot.sources.article.document import read as read_document
from feedbot.sources.article.facts import Facts, merged
from feedbot.sources.article.measures import letters_in
from feedbot.sources.article.selected import Choice
from feedbot.sources.html import images
from feedbot.sources.spec import ArticlePages, Page, ParseOptions
from feedbot.sources.times.calendar import Calendar
from feedbot.sources.truncation import half, is_truncated

MAX_PAGES = 50
_PORTAL_BODY = b'id="article_content"'
_PORTAL_MARK = b"discuz"


def read(pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages:
    """The article of `draft` from the pages of it read so far, in order, and the address of the next one.

    What the draft says stays where the page says less: its title, its date, and its body if that is longer; what the
    source's `select` names counts for more than either. An answer that is no page (a PDF, a picture, a film) leaves
    the draft as it is, complete.

    Raises:
        NotParseable: a selector is no valid CSS or its body is not on the page; or the page has no article, and the
            draft says nothing of its own either.
    """
    if not pages:
        return ArticlePages(draft, next_url=draft.url)
    if not is_document(pages[0]):
        return ArticlePages(replace(draft, is_complete=True))
    return _from_portal(pages, draft, options) or _from_any(pages, draft, options)


def next_page(pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages:
    """The draft as it is, and the page that the last one leads to; the others may be without their bodies.

    Raises:
        NotParseable: a selector is no valid CSS.
    """
    last = pages[-1]
    if not is_document(last):
        return ArticlePages(draft)
    if _is_portal(last, options):
        return discuz.next_page(pages, draft, options)
    return ArticlePages(draft, _following(read_document(last, options), pages, Choice(options)))


def _following(last: Document, pages: Sequence[Page], choice: Choice) -> str | None:
    return choice.next_url(last, pages) or pager.find(last, pages)


def _is_portal(page: Page, options: ParseOptions) -> bool:
    return not Choice(options) and _PORTAL_BODY in page.body and _PORTAL_MARK in page.body.lower()


def _from_portal(pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages | None:
    """The article of a Discuz! portal, by the parser that knows these; None for any other page."""
    if not _is_portal(pages[0], options):
        return None
    try:
        return discuz.parse_article(pages, draft, options)
    except FetchError:
        return None


def _from_any(pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages:
    choice = Choice(options)
    documents = [read_document(page, options) for page in pages[:MAX_PAGES] if is_document(page)]
    if any(is_truncated(document.text, "html") for document in documents):
        raise half(documents[-1].url)
    facts, said = _facts(documents[0], options), choice.facts(documents[0])
    following = _following(documents[-1], pages, choice)
    bodies = _bodies(documents, facts, choice, options)
    html = "".join(bodies)
    if not choice.has_body and letters_in(html) <= letters_in(draft.body_html):
        html = draft.body_html
    made = _joined(draft, facts, said, html, options)
    if not (made.title and (made.body_html or made.summary or draft.title)):
        raise NotParseable("No article was found on this page.", url=documents[0].url)
    is_whole = following is None or len(bodies) < len(documents) or len(pages) >= MAX_PAGES
    return ArticlePages(replace(made, is_complete=is_whole), None if is_whole else following)


def _bodies(documents: Sequence[Document], facts: Facts, choice: Choice, options: ParseOptions) -> list[str]:
    """The body of each page, up to one that repeats another: a site that does not know a number shows page 1 again."""
    found: list[str] = []
    for document in documents:
        html = (
            choice.body(document)
            if choice.has_body
            else body.find(document, facts, options.calendar(document.language))
        )
        if choice.has_body and not html:  # a part of an article is never taken for the whole
            raise choice.missing_body(document.url)
        if html in found:
            break
        if found and not html:
            raise NotParseable("A later page of this article has no text.", url=document.url)
        found.append(html)
    return found


def _facts(document: Document, options: ParseOptions) -> Facts:
    printed = text_of(document.tree.css_first("title"))
    calendar = options.calendar(document.language)
    linked = json_ld.read(document.text, url=document.url, title=printed, calendar=calendar)
    head = meta.read(document, calendar)
    items = microdata.read(document, calendar)
    data = merged((linked, head, items))
    title = titles.find(document, (linked.title, head.title, items.title), data.site)
    shown = visible.read(document, title, calendar)
    return replace(
        merged((data, shown)),
        title=title,
        published=_exact(data.published, shown.published, calendar),
        section=max(linked.section, shown.section, head.section, items.section, key=len),
        image=data.image or pictures.lead(document),
        language=languages.find(data.language, document),
    )


def _exact(told: datetime | None, shown: datetime | None, calendar: Calendar) -> datetime | None:
    """The date that is told; the one that is shown if only that has an hour, of the same day."""
    if told is None or shown is None:
        return told or shown
    zone = calendar.zone
    # Dates without an hour are midnight, in the site's zone or in UTC.
    is_day = time() in {told.astimezone(zone).time(), told.time()}
    return shown if is_day and told.astimezone(zone).date() == shown.astimezone(zone).date() else told


def _joined(draft: Draft, facts: Facts, said: Facts, html: str, options: ParseOptions) -> Draft:
    """The draft with what the page adds; `said` is what the source's selectors name, which counts most."""
    published = said.published or _exact(draft.published, facts.published, options.calendar())
    updated = draft.updated or facts.updated
    summary = draft.summary or (facts.summary if lines.plain(facts.summary) != lines.plain(facts.title) else "")
    return replace(
        draft,
        title=said.title or _title(draft, facts),
        published=published,
        updated=updated if updated and published and updated > published else None,
        author=said.author or draft.author or facts.author,
        origin=said.origin or draft.origin or facts.origin,
        summary=summary,
        summary_is_cut=draft.summary_is_cut if draft.summary else is_cut(summary),
        body_html=html,
        images=pictures.ordered(facts.image, images(html), draft.images),
        category_path=said.section or draft.category_path or facts.section,
        tags=draft.tags or facts.tags,
        language=draft.language or options.language or facts.language,
        site=draft.site or facts.site,
        canonical_url=draft.canonical_url or facts.canonical_url,
    )


def _title(draft: Draft, facts: Facts) -> str:
    is_whole = draft.title and draft.title != draft.url and not is_cut(draft.title)
    return draft.title if is_whole else facts.title or draft.title
