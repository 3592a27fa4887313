"""An article from its own page or pages, whatever site made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from feedbot.domain.article import Draft, Image
from feedbot.domain.completeness import letters
from feedbot.domain.summary import is_cut
from feedbot.errors import NotParseable
from feedbot.sources.article import body, json_ld, languages, meta, microdata, pictures, titles, visible
from feedbot.sources.article.document import Document, is_document, text_of
from feedbot.sources.article.document import read as read_document
from feedbot.sources.article.facts import Facts, merged
from feedbot.sources.html import images, to_text
from feedbot.sources.spec import ArticlePages, Page, ParseOptions

MAX_PAGES = 50


def read(pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages:
    """The article of `draft` from the pages of it read so far, in order, and the address of the next one.

    What the draft says stays where the page says less: its title, its date, and its body if that is longer. An answer
    that is no page (a PDF, a picture, a film) leaves the draft as it is, complete.

    Raises:
        NotParseable: the page has no article, and the draft says nothing of its own either.
    """
    if not pages:
        return ArticlePages(draft, next_url=draft.url)
    if not is_document(pages[0]):
        return ArticlePages(replace(draft, is_complete=True))
    documents = [read_document(page, options) for page in pages[:MAX_PAGES] if is_document(page)]
    facts = _facts(documents[0], options)
    bodies = [body.find(document, facts, options.timezone) for document in documents]
    made = _joined(draft, facts, "".join(bodies), options)
    if not (made.title and (made.body_html or made.summary or draft.title)):
        raise NotParseable("No article was found on this page.", url=documents[0].url)
    return ArticlePages(made)


def _facts(document: Document, options: ParseOptions) -> Facts:
    printed = text_of(document.tree.css_first("title"))
    linked = json_ld.read(document.text, url=document.url, title=printed, timezone=options.timezone)
    head = meta.read(document, options.timezone)
    items = microdata.read(document, options.timezone)
    data = merged((linked, head, items))
    title = titles.find(document, (linked.title, head.title, items.title), data.site)
    shown = visible.read(document, title, options.timezone)
    return replace(
        merged((data, shown)),
        title=title,
        published=_exact(data.published, shown.published, options),
        section=max(linked.section, shown.section, head.section, items.section, key=len),
        image=data.image or pictures.lead(document),
        language=languages.find(data.language, document),
    )


def _exact(told: datetime | None, shown: datetime | None, options: ParseOptions) -> datetime | None:
    """The date that is told; the one that is shown if only that has an hour, of the same day."""
    if told is None or shown is None:
        return told or shown
    zone = ZoneInfo(options.timezone)
    # Dates without an hour are midnight, in the site's zone or in UTC.
    is_day = time() in {told.astimezone(zone).time(), told.time()}
    return shown if is_day and told.astimezone(zone).date() == shown.astimezone(zone).date() else told


def _joined(draft: Draft, facts: Facts, html: str, options: ParseOptions) -> Draft:
    """The draft with what the page adds."""
    shown = html if letters(to_text(html)) > letters(to_text(draft.body_html)) else draft.body_html
    published = _exact(draft.published, facts.published, options)
    updated = draft.updated or facts.updated
    summary = draft.summary or (facts.summary if facts.summary != facts.title else "")
    return replace(
        draft,
        title=_title(draft, facts),
        published=published,
        updated=updated if updated and published and updated > published else None,
        author=draft.author or facts.author,
        origin=draft.origin or facts.origin,
        summary=summary,
        summary_is_cut=is_cut(summary),
        body_html=shown,
        images=_pictures(draft, facts.image, shown),
        category_path=draft.category_path or facts.section,
        tags=draft.tags or facts.tags,
        language=options.language or draft.language or facts.language,
        site=draft.site or facts.site,
        is_complete=True,
    )


def _title(draft: Draft, facts: Facts) -> str:
    is_whole = draft.title and draft.title != draft.url and not is_cut(draft.title)
    return draft.title if is_whole else facts.title or draft.title


def _pictures(draft: Draft, lead: str, html: str) -> tuple[Image, ...]:
    """The pictures of the body in their order, the one that stands for the article first; else those of the list."""
    shown = {image.url: image for image in images(html)}
    first = [shown.get(lead, Image(lead))] if lead else []
    found = {image.url: image for image in (*first, *draft.images, *shown.values())}
    return tuple(found.values())
