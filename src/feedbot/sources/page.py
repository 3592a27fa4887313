"""Source type `page`: any web page with a list of articles, found by its form or by selectors that an admin gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from feedbot.domain.article import Draft, Image
from feedbot.errors import EmptyList, NotParseable
from feedbot.sources import article
from feedbot.sources.html import declared_language, images
from feedbot.sources.lists.detecting import ListGuess, detect_in
from feedbot.sources.lists.reading import Document, page_language, read_document, read_list
from feedbot.sources.page_select import ARTICLE_OPTIONS, OPTIONS, Selection, check_options
from feedbot.sources.spec import ArticlePages, Lead, Listing, Page, ParseOptions, SourceSpec
from feedbot.sources.truncation import half

__all__ = ["SPEC", "check_options", "find", "next_page", "parse_article", "parse_list", "recognises"]

_MOST_PAGES = 50
_SURE = 0.6
_LIKELY = 0.4


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The articles of the page's list, in its order; each address once.

    `select` says where they are; without `select.list` the list is looked for, and what else is given refines what is
    found. The drafts are complete unless a selector for the article page is given.

    Raises:
        NotParseable: a selector is no valid CSS, or the page ends in the middle.
        EmptyList: there is no list of articles, nothing is selected, or nothing selected has a link or a title.
    """
    document = read_document(page, options)
    if document.is_cut:
        raise half(page.url)
    given = {key: text for key, text in options.select.items() if text.strip()}
    if "list" in given:
        return read_list(document, given, options)
    guess = next((guess for guess in detect_in(document, options) if guess.confidence >= _LIKELY), None)
    if guess is None:
        text = (
            "The page has no list of articles that feedbot can find. Give the address of the page that lists them, or "
            "say where they are with `select.list`; a page that scripts fill needs `browser: always`."
        )
        raise EmptyList(text, url=page.url)
    return read_list(document, {**_listed(guess.select), **given}, options) if given else guess.listing


def _listed(select: Mapping[str, str]) -> Mapping[str, str]:
    return {key: text for key, text in select.items() if key not in ARTICLE_OPTIONS}


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The lists of articles on the page, each with the selectors that read it, the best first."""
    guesses = (guess for guess in detect_in(read_document(page, options), options) if guess.confidence >= _LIKELY)
    return [Lead(page.url, "page", _reason(guess), guess.confidence, guess.select) for guess in guesses]


def _reason(guess: ListGuess) -> str:
    count = len(guess.listing.drafts)
    return f"The page lists {count} articles, found by their form ({guess.select['list']})."


def parse_article(pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages:
    """The article as its own page or pages have it; what they lack is taken from the list's `draft`.

    Without `select.body` the text is looked for, and what the other selectors give goes before what is found.

    Raises:
        NotParseable: a selector is no valid CSS, or `body` selects nothing on a page: a part is never the whole.
        FetchError: without `select.body`, whatever `article.read` raises.
    """
    if not options.select.get("body", "").strip():
        found = article.read(pages, draft, options)
        return replace(found, draft=_with_selected(found.draft, read_document(pages[0], options), options))
    documents = [read_document(page, options) for page in pages]
    first, following = documents[0], _next(documents[-1], pages, options)
    read = _with_selected(draft, first, options)
    bodies = [Selection(options.select, one.url).body(one.tree, one.base_url) for one in documents]
    missing = next((page for page, body in zip(pages, bodies, strict=True) if body is None), None)
    body = "".join(filter(None, bodies))
    if missing is not None or not body:
        url = (missing or pages[0]).url
        raise NotParseable(f"Nothing on the page matches select.body: {options.select['body']!r}.", url=url)
    read = replace(
        read,
        body_html=body,
        images=_pictures(draft.images, body),
        language=draft.language or page_language(first.tree),
        is_complete=True,
    )
    return ArticlePages(read, following if len(pages) < _MOST_PAGES else None)


def next_page(pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages:
    """The draft as it is, and the page that the last one leads to; the others may be without their bodies."""
    if not options.select.get("body", "").strip():
        return article.next_page(pages, draft, options)
    return ArticlePages(draft, _next(read_document(pages[-1], options), pages, options))


def _with_selected(draft: Draft, document: Document, options: ParseOptions) -> Draft:
    """The draft with what the selectors of the article page give."""
    select, tree = Selection(options.select, document.url), document.tree
    told = select.text("article_date", tree)
    published = options.calendar(declared_language(tree)).read_one(told)
    return replace(
        draft,
        title=select.text("article_title", tree) or draft.title,
        published=published or draft.published,
        author=select.text("article_author", tree) or draft.author,
        origin=select.text("article_origin", tree) or draft.origin,
        category_path=tuple(select.texts("category", tree)) or draft.category_path,
    )


def recognises(page: Page) -> bool:
    """Whether the page surely has a list of articles."""
    if not _is_html(page):
        return False
    options = ParseOptions()
    return any(guess.confidence >= _SURE for guess in detect_in(read_document(page, options), options)[:1])


def _is_html(page: Page) -> bool:
    return page.body[:64].lstrip()[:1] not in {b"{", b"["} and b"<" in page.body[:4096]


def _pictures(listed: tuple[Image, ...], body: str) -> tuple[Image, ...]:
    shown = images(body)
    known = {image.url for image in shown}
    return (*shown, *(image for image in listed if image.url not in known)) if shown else listed


def _next(last: Document, pages: Sequence[Page], options: ParseOptions) -> str | None:
    """The next page still to be read, if the last one links to one that was not read."""
    return Selection(options.select, last.url).unread(last.tree, last.base_url, (page.url for page in pages))


SPEC = SourceSpec(
    name="page",
    summary="Any web page with a list of articles, found by its form or by CSS selectors.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=parse_article,
    next_page=next_page,
    options=OPTIONS,
    find=find,
    check=check_options,
)
