"""Source type `wordpress`: the REST API that every WordPress has unless it is switched off (`/wp-json/wp/v2/posts`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from feedbot.domain.article import Draft, Image
from feedbot.errors import NotParseable, SiteRefused
from feedbot.sources import article, records
from feedbot.sources.drafting import MAX_ITEMS, drafted, each_once
from feedbot.sources.feed_item import Feed, Html, Item, Media
from feedbot.sources.feed_values import unique
from feedbot.sources.html import absolute, one_line
from feedbot.sources.html_document import Document, read
from feedbot.sources.records import fields
from feedbot.sources.spec import Lead, Listing, Page, ParseOptions, SourceSpec

_NAME = "wordpress"
_API = "https://api.w.org/"
_EMBED = "author,wp:featuredmedia,wp:term"
_PER_PAGE = 20
_DEFAULT_PER_PAGE = 10
_OBJECT = re.compile(r"/wp/v2/([a-z0-9_-]{1,60})(?:/(\d{1,12}))?/?\Z")
_CLASS = re.compile(r"(category|tag|author)-(\d{1,12})")
_BASES = {"category": "categories", "tag": "tags", "author": "users"}
_FILTERS = {"tags": ("this tag", "tags"), "users": ("this author", "author")}
# What the API has besides lists of articles; a single post leads to the posts of the site.
_NO_LISTS = frozenset({"posts", "pages", "media", "types", "taxonomies", "categories", "tags", "users", "comments"})
_ASSETS = re.compile(r"""["'(](https?:\\?/\\?/[^"'()\s<>]{1,200}?)\\?/wp-(?:content|includes)\\?/""")
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
_UNCATEGORISED = "uncategorized"
_HIDDEN = frozenset({"draft", "pending", "private", "future", "trash", "auto-draft"})


@dataclass(frozen=True, slots=True)
class _Archive:
    """Of what the page is the archive: in words, the filters of the API, and the base of its kind of posts."""

    what: str = "this site"
    filters: tuple[tuple[str, str], ...] = ()
    base: str = "posts"


def parse_list(page: Page, options: ParseOptions) -> Listing:
    """The posts of an answer of the API, newest first as it gives them; those with a password are left out.

    For a page of the site, or the entry of its API, the listing names the address of the posts in `list_urls`.

    Raises:
        NotParseable: this is neither an answer of the API nor a page of a WordPress.
        SiteRefused: the API answers with an error.
    """
    document = read(page, options)
    if document is not None:
        return _lead_on(document)
    said = records.load(page, options)
    if isinstance(said, Mapping):
        return _lead_on_from(said, page)
    if not _are_posts(said):
        raise NotParseable("This JSON is no list of posts of a WordPress.", url=page.url)
    posts = [post for post in said if isinstance(post, Mapping) and not _is_hidden(post)]
    site = Feed(page.url, title=_site_name(posts), home_url=_home(page.url), language=options.language)
    wanted = _wanted_category(page.url)
    drafts = each_once(made for post in posts[:MAX_ITEMS] if (made := _draft(post, site, options, wanted)))
    return Listing(drafts, site.title, site.home_url, site.language, next_url=_next(page.url, len(said)))


def recognises(page: Page) -> bool:
    """Whether this is an answer of the API that lists posts."""
    if page.body.lstrip()[:1] != b"[" or b"rendered" not in page.body:
        return False
    try:
        return _are_posts(records.load(page, ParseOptions()))
    except NotParseable:
        return False


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The posts of the site that the page belongs to, of the pasted category, tag or author where the page tells it."""
    if recognises(page):
        return (Lead(page.url, _NAME, "This is the API of a WordPress.", 1.0),)
    document = read(page, options)
    root = _root(document) if document is not None else None
    if document is None or root is None:
        return ()
    url, is_announced = root
    archive = _shown(document)
    said = "announces" if is_announced else "is known to have"
    reason = f"WordPress {said} an API with the posts of {archive.what}, with their full text."
    return (Lead(_posts(url, archive), _NAME, reason, 0.85 if is_announced else 0.6),)


def _root(document: Document) -> tuple[str, bool] | None:
    """The entry of the site's API, and whether the page announces it; None if the site is no WordPress."""
    for link in document.head_links():
        if _API in link.rel:
            return link.url, True
    assets = _ASSETS.search(document.text)
    if assets:
        base = assets[1].replace("\\/", "/")
        if urlsplit(base).netloc == document.parts.netloc:
            return f"{base}/wp-json/", False
    return (
        (document.at("/wp-json/"), False)
        if "wordpress" in document.generator and "wordpress.com" not in document.generator
        else None
    )


def _shown(document: Document) -> _Archive:
    """Of what the page is the archive: what its head says, else what the classes of its body say."""
    classes = document.body_classes
    for link in document.head_links():
        found = _OBJECT.search(urlsplit(link.url).path) or _OBJECT.search(_route(link.url))
        if "alternate" in link.rel and found:
            return _archive(found[1], found[2] or "", classes)
    for name in classes:
        named = _CLASS.fullmatch(name)
        if named and named[1] in classes and "archive" in classes:
            return _archive(_BASES[named[1]], named[2], classes)
    return _Archive()


def _archive(base: str, number: str, classes: Collection[str]) -> _Archive:
    """The archive of an object of the API: posts of a category, of a term of the site's own, of a type of its own."""
    if base == "categories" and number:
        # The API takes children of a category only if asked to; the category's own page shows them.
        children = ("categories[include_children]", "true")
        return _Archive("this category", (("categories[terms]", number), children))
    if base in _FILTERS and number:
        what, name = _FILTERS[base]
        return _Archive(what, ((name, number),))
    if base in _NO_LISTS:
        return _Archive()
    if number and f"term-{number}" in classes:
        return _Archive("this term", ((base, number),))
    return _Archive("this kind", base=base)


def _posts(root: str, archive: _Archive) -> str:
    """The address of the posts, with all that an article needs in one answer."""
    values = [("per_page", str(_PER_PAGE)), ("_embed", _EMBED), *archive.filters]
    parts = urlsplit(root)
    query = urlencode(values, safe=",:")
    if _route(root):
        return urlunsplit((parts.scheme, parts.netloc, parts.path, f"rest_route=/wp/v2/{archive.base}&{query}", ""))
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/wp/v2/{archive.base}", query, ""))


def _route(url: str) -> str:
    """The route of an address without pretty permalinks (`?rest_route=/wp/v2/posts`), `""` in all others."""
    return next(iter(parse_qs(urlsplit(url).query).get("rest_route", ())), "")


def _lead_on(document: Document) -> Listing:
    root = _root(document)
    if root is None:
        text = "This is a web page, but not of a WordPress. Use type: auto, or page with selectors."
        raise NotParseable(text, url=document.url)
    return Listing((), title=document.title, home_url=document.url, list_urls=(_posts(root[0], _shown(document)),))


def _lead_on_from(said: Mapping[str, Any], page: Page) -> Listing:
    spaces = said.get("namespaces")
    if isinstance(spaces, list) and "wp/v2" in spaces:
        title = one_line(fields.text(said.get("name")))
        return Listing((), title=title, home_url=_home(page.url), list_urls=(_posts(page.url, _Archive()),))
    message = one_line(fields.text(said.get("message")))
    if message and "code" in said:
        raise SiteRefused(f"The site's API answers with an error: {message[:200]}", url=page.url)
    raise NotParseable("This JSON is no list of posts of a WordPress.", url=page.url)


def _are_posts(said: Any) -> bool:
    """Whether every object has what every post of the API has. An empty array may be a category without posts."""
    return isinstance(said, list) and all(
        isinstance(post, Mapping)
        and {"id", "link", "title", "_links"} <= post.keys()
        and isinstance(post["title"], Mapping)
        and "rendered" in post["title"]
        for post in said
    )


def _is_hidden(post: Mapping[str, Any]) -> bool:
    """Whether a post is not for everybody: with a password, private, or not out yet."""
    texts = (post.get("content"), post.get("excerpt"))
    is_protected = any(isinstance(text, Mapping) and text.get("protected") is True for text in texts)
    return is_protected or bool(post.get("password")) or post.get("status") in _HIDDEN


def _draft(post: Mapping[str, Any], site: Feed, options: ParseOptions, wanted: str) -> Draft | None:
    link = absolute(fields.text(post.get("link")), site.url)
    if not link:
        return None
    terms = [term for term in _embedded(post, "wp:term") if fields.text(term.get("name"))]
    categories = [term for term in terms if term.get("taxonomy") == "category" and term.get("slug") != _UNCATEGORISED]
    path = _path(categories, wanted)
    others = [
        term
        for term in terms
        if term.get("taxonomy") in {"category", "post_tag"} and term.get("slug") != _UNCATEGORISED
    ]
    names = unique(fields.text(term.get("name")) for term in others)
    item = Item(
        guid=fields.text(post.get("guid")),  # the same as in the site's feed
        urls=(link,),
        title=one_line(fields.text(post.get("title"))),
        published=_date(post, "date"),
        updated=_date(post, "modified"),
        author=", ".join(unique(_authors(post))),
        language=fields.text(post.get("lang")),
        tags=tuple(name for name in names if name not in path),
        content=Html(fields.text(post.get("content")), link),
        description=Html(fields.text(post.get("excerpt")), link),
        media=tuple(_pictures(post, link)),
    )
    made = drafted(item, site, options, path)
    alts = {absolute(fields.text(one.get("source_url")), link): one.get("alt_text") for one in _featured(post)}
    return made and replace(made, images=tuple(_described(image, alts.get(image.url)) for image in made.images))


def _described(image: Image, text: object) -> Image:
    return Image(image.url, " ".join(text.split())) if isinstance(text, str) and not image.alt else image


def _featured(post: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from _embedded(post, "wp:featuredmedia")


def _embedded(post: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    held = post.get("_embedded")
    values = held.get(name) if isinstance(held, Mapping) else None
    for value in values if isinstance(values, list) else []:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                yield one


def _path(categories: Sequence[Mapping[str, Any]], wanted: str) -> tuple[str, ...]:
    """The way to the wanted category, else to the deepest below the first: a child's address begins as its parent's."""
    if not categories:
        return ()
    links = {
        fields.text(term.get("link")).rstrip("/") + "/": one_line(fields.text(term.get("name"))) for term in categories
    }
    first = next((term for term in categories if str(term.get("id")) == wanted), categories[0])
    start = fields.text(first.get("link")).rstrip("/") + "/"
    target = (
        start if str(first.get("id")) == wanted else max((link for link in links if link.startswith(start)), key=len)
    )
    return unique(links[link] for link in sorted(links, key=len) if target.startswith(link))


def _authors(post: Mapping[str, Any]) -> Iterator[str]:
    yield from (fields.text(person.get("name")) for person in _embedded(post, "author") if "code" not in person)
    seo = post.get("yoast_head_json")
    if isinstance(seo, Mapping) and not any(_embedded(post, "author")):
        yield fields.text(seo.get("author"))


def _pictures(post: Mapping[str, Any], base: str) -> Iterator[Media]:
    for picture in _featured(post):
        url = absolute(fields.text(picture.get("source_url")), base)
        if url and fields.text(picture.get("media_type")) in {"image", ""}:
            yield Media(url, "image")
    url = absolute(fields.text(post.get("jetpack_featured_media_url")), base)
    if url and not any(_featured(post)):
        yield Media(url, "image")


def _date(post: Mapping[str, Any], key: str) -> str:
    """The date in UTC if the post has it, else in the site's zone."""
    said = fields.text(post.get(f"{key}_gmt"))
    return f"{said}Z" if said and not said.startswith("0000") else fields.text(post.get(key))


def _site_name(posts: Sequence[Mapping[str, Any]]) -> str:
    seo = posts[0].get("yoast_head_json") if posts else None
    return one_line(fields.text(seo.get("og_site_name"))) if isinstance(seo, Mapping) else ""


def _home(url: str) -> str:
    """The site's address: what stands before the API's."""
    parts = urlsplit(url)
    path = parts.path.partition("/wp-json")[0].removesuffix("index.php")
    return urlunsplit((parts.scheme, parts.netloc, path.rstrip("/") + "/", "", ""))


def _wanted_category(url: str) -> str:
    query = parse_qs(urlsplit(url).query)
    found = [number for key in ("categories", "categories[terms]") for number in query.get(key, ())]
    return found[0] if len(found) == 1 else ""


def _next(url: str, count: int) -> str:
    """The next page, if this one is full."""
    parts = urlsplit(url)
    values = parse_qs(parts.query, keep_blank_values=True)
    counts = {key: found[0] for key, found in values.items() if key in {"page", "per_page"}}
    numbers = {key: count for key, count in counts.items() if _COUNT.fullmatch(count)}
    if count < int(numbers.get("per_page", _DEFAULT_PER_PAGE)) or not count:
        return ""
    values["page"] = [str(int(numbers.get("page", 1)) + 1)]
    query = urlencode([(key, one) for key, found in values.items() for one in found], safe=",:/")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


SPEC = SourceSpec(
    name=_NAME,
    summary="The REST API of a WordPress: posts with their full text, of the site or of a category.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=article.read,
    next_page=article.next_page,
    find=find,
    tells_edits=True,
)
