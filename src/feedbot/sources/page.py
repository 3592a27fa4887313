"""Source type `page`: any web page, read by the CSS selectors that an admin gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.domain.article import Draft, Image
from feedbot.domain.summary import is_cut
from feedbot.errors import EmptyList, NotParseable
from feedbot.sources.encoding import decode
from feedbot.sources.feed_values import language
from feedbot.sources.html import absolute, clean, images, one_line, parse
from feedbot.sources.page_select import ARTICLE_OPTIONS, OPTIONS, Selection, check_options
from feedbot.sources.repair import repair_html
from feedbot.sources.spec import ArticlePages, Listing, Page, ParseOptions, SourceSpec
from feedbot.sources.times import parse_published

__all__ = ["SPEC", "check_options", "parse_article", "parse_list", "recognises"]

_MOST_PAGES = 50


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The articles that `select.list` finds on the page, in its order; each address once.

    The drafts are complete unless a selector for the article page is given.

    Raises:
        NotParseable: a selector is no valid CSS, or `list` is missing.
        EmptyList: nothing on the page is selected, or nothing selected has a link or a title.
    """
    tree, base_url = _document(page, options)
    select = Selection(options.select, page.url)
    if "list" not in select:
        raise NotParseable("select.list is missing: the CSS selector of the articles on the page.", url=page.url)
    blocks = select.nodes("list", tree)
    if not blocks:
        raise EmptyList(f"Nothing on the page matches select.list: {options.select['list']!r}.", url=page.url)
    found: dict[str, Draft] = {}
    for block in blocks:
        draft = _listed(block, select, base_url, options)
        if draft:
            found.setdefault(draft.url, draft)
    if not found:
        text = (
            f"{len(blocks)} elements match select.list, {options.select['list']!r}, but none has a link to an article."
        )
        raise EmptyList(text, url=page.url)
    return Listing(
        tuple(found.values()),
        title=_title(tree),
        home_url=page.url,
        language=options.language or _language(tree),
    )


def parse_article(pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages:
    """The article as its own page or pages have it; what they lack is taken from the list's `draft`.

    Raises:
        NotParseable: a selector is no valid CSS, or `body` selects nothing on the first page.
    """
    first, last = pages[0], pages[-1]
    tree, _ = _document(first, options)
    select = Selection(options.select, first.url)
    body = "".join(_body(page, options) for page in pages)
    if "body" in select and not body:
        raise NotParseable(f"Nothing on the page matches select.body: {options.select['body']!r}.", url=first.url)
    author, origin = select.text("article_author", tree), select.text("article_origin", tree)
    path = tuple(select.texts("category", tree))
    read = replace(
        draft,
        title=select.text("article_title", tree) or draft.title,
        published=parse_published(select.text("article_date", tree), timezone=options.timezone) or draft.published,
        author=author or draft.author,
        origin=origin or draft.origin,
        body_html=body or draft.body_html,
        images=_pictures(draft.images, body),
        category_path=path or draft.category_path,
        language=draft.language or _language(tree),
        site=draft.site,
        is_complete=True,
    )
    return ArticlePages(read, _next(last, pages, options, select) if len(pages) < _MOST_PAGES else None)


def recognises(_page: Page) -> bool:
    """False: a page is read by selectors only where an admin says so."""
    return False


def _document(page: Page, options: ParseOptions) -> tuple[LexborHTMLParser, str]:
    """The page's tree and the address that its relative links start from."""
    text = decode(page.body, declared=page.charset, override=options.encoding)
    tree = parse(repair_html(text, options.repair) if options.repair else text)
    base = tree.css_first("base[href]")
    declared = absolute(base.attributes.get("href") or "", page.url) if base is not None else ""
    return tree, declared or page.url


def _listed(block: LexborNode, select: Selection, base_url: str, options: ParseOptions) -> Draft | None:
    url = select.address("link", block, base_url, "href") if "link" in select else _first_link(block, base_url)
    link_text = _link_text(block, url, base_url)
    title = select.text("title", block) if "title" in select else link_text
    if is_cut(title) and link_text.startswith(title.rstrip(" .…")):  # the link's `title` has it whole
        title = link_text
    if not url or not title:
        return None
    summary = select.text("summary", block)
    picture = _picture(block, select, base_url)
    return Draft(
        url=url,
        title=title,
        published=parse_published(select.text("date", block), timezone=options.timezone),
        author=select.text("author", block),
        summary=summary,
        summary_is_cut=is_cut(summary),
        images=(picture,) if picture else (),
        category_path=tuple(select.texts("category", block)),
        language=options.language,
        is_complete=ARTICLE_OPTIONS.isdisjoint(key for key in options.select if options.select[key].strip()),
    )


def _first_link(block: LexborNode, base_url: str) -> str:
    links = [block, *block.css("a[href]")]
    return next((url for url in (absolute(node.attributes.get("href") or "", base_url) for node in links) if url), "")


def _link_text(block: LexborNode, url: str, base_url: str) -> str:
    """The longest text, or `title`, of the links that lead to the article; else what a picture in them shows."""
    links = [
        node for node in (block, *block.css("a[href]")) if absolute(node.attributes.get("href") or "", base_url) == url
    ]
    texts = [one_line(node.html or "") for node in links] + [
        " ".join((node.attributes.get("title") or "").split()) for node in links
    ]
    pictures = [picture.attributes.get("alt") or "" for node in links for picture in node.css("img[alt]")]
    return max(texts, key=len, default="") or max((" ".join(alt.split()) for alt in pictures), key=len, default="")


def _picture(block: LexborNode, select: Selection, base_url: str) -> Image | None:
    if "image" not in select:
        return None
    if not select.has_attribute("image"):
        # A picture may be loaded lazily, which cleaning sees through.
        found = images(clean("".join(node.html or "" for node in select.nodes("image", block)), base_url))
        return found[0] if found else None
    url = select.address("image", block, base_url, "src")
    return Image(url) if url else None


def _body(page: Page, options: ParseOptions) -> str:
    tree, base_url = _document(page, options)
    select = Selection(options.select, page.url)
    for unwanted in select.nodes("remove", tree):
        unwanted.decompose()
    bodies = select.nodes("body", tree)
    known = {node.mem_id for node in bodies}
    outermost = [node for node in bodies if not any(parent.mem_id in known for parent in _ancestors(node))]
    # The inside only: some sites show the body's own element by script.
    return clean("".join(f"<div>{node.inner_html}</div>" for node in outermost), base_url)


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _pictures(listed: tuple[Image, ...], body: str) -> tuple[Image, ...]:
    shown = images(body)
    known = {image.url for image in shown}
    return (*shown, *(image for image in listed if image.url not in known)) if shown else listed


def _next(last: Page, pages: Sequence[Page], options: ParseOptions, select: Selection) -> str | None:
    """The next page still to be read, if the last one links to one that was not read."""
    if "next" not in select:
        return None
    tree, base_url = _document(last, options)
    url = select.address("next", tree, base_url, "href").partition("#")[0]
    return url if url and url not in {page.url.partition("#")[0] for page in pages} else None


def _title(tree: LexborHTMLParser) -> str:
    title = tree.css_first("title")
    return " ".join(title.text().split()) if title is not None else ""


def _language(tree: LexborHTMLParser) -> str | None:
    root = tree.css_first("html[lang]")
    return language(root.attributes.get("lang")) if root is not None else None


SPEC = SourceSpec(
    name="page",
    summary="Any web page with a list of articles, read by CSS selectors.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=parse_article,
    options=OPTIONS,
)
