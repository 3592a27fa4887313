"""Source type `jsonld`: a page that names its articles in JSON-LD (schema.org)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from feedbot.errors import EmptyList, NotParseable
from feedbot.sources import article, schema_org
from feedbot.sources.html_document import Document, page_language, read, read_or_refuse, refuse_half
from feedbot.sources.html_scripts import data, scripts
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions, SourceSpec

_NAME = "jsonld"
_MOST_CHARACTERS = 4_000_000


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The articles that the page's JSON-LD lists, in its order, each address once.

    Raises:
        NotParseable: this is no web page, half of one, or it has no JSON-LD.
        EmptyList: its JSON-LD lists no article.
    """
    document = read_or_refuse(page, options)
    roots = list(_roots(document))
    if not roots:
        raise NotParseable("This page has no JSON-LD.", url=page.url)
    found = schema_org.entries(roots, document)
    if not found.entries:
        raise EmptyList("The JSON-LD of this page lists no articles.", url=page.url)
    refuse_half(document)
    return schema_org.listing(found, document, options, page_language(document))


def recognises(page: Page) -> bool:
    """Whether the page's JSON-LD lists three articles or more, and is not that of an article."""
    if b"ld+json" not in page.body:
        return False
    document = read(page, ParseOptions())
    return document is not None and schema_org.entries(_roots(document), document).is_list


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The page itself, if its JSON-LD lists articles."""
    document = read(page, options) if b"ld+json" in page.body else None
    if document is None:
        return ()
    found = schema_org.entries(_roots(document), document)
    if not found.confidence:
        return ()
    reason = f"The page lists {len(found.entries)} articles in its JSON-LD."
    return (Lead(page.url, _NAME, reason, found.confidence),)


def _roots(document: Document) -> Iterator[Any]:
    left = _MOST_CHARACTERS
    for script in scripts(document.text):
        if script.mime_type == "application/ld+json" and len(script.text) <= left:
            left -= len(script.text)
            value = data(script.text)
            if value is not None:
                yield value


SPEC = SourceSpec(
    name=_NAME,
    summary="A web page that lists its articles in JSON-LD.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=article.read,
    next_page=article.next_page,
    find=find,
)
