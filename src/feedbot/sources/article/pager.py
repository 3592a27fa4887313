"""The next page of an article that a site cuts into several, told from the next article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from feedbot.sources.article.document import Document, text_of
from feedbot.sources.spec import Page

_NUMBER_NAMES = frozenset(
    {"page", "p", "pn", "pg", "pageno", "page_no", "pagenum", "pagenumber", "pageindex", "paged", "seite"}
)
_ENDING = re.compile(r"(?P<stem>.*?)(?P<ending>/|\.[a-z]{3,5})?\Z", re.IGNORECASE)
_NEXT = re.compile(
    r"\A[\W_]*(?:下一页|下一頁|下页|后页|次のページ|次へ|다음(?: 페이지)?|next(?: page)?|page \d+|weiter"
    r"|nächste seite|suivante?|page suivante"
    r"|siguiente|próxima(?: página)?|successiva|pagina successiva|следующая(?: страница)?|далее|التالي"
    r"|الصفحة التالية|[›»>→]+)[\W_]*\Z",
    re.IGNORECASE,
)
_MOST_LINKS = 5000
_FIRST = re.compile(r"[-_/](?:p|page-?)?1\Z")
_MIDDLES = ("_", "-", "/", "/page/", "/page-", "-page-", "_page_", "/p", "_p", "-p", "/seite/")


def find(document: Document, pages: Sequence[Page]) -> str | None:
    """The address of the page that follows `pages`; None if the last of them ends the article.

    A link counts if its address is that of the first page with the next number in it, wherever sites put that, and if
    it reads as a pager's do: that number, or "next". `rel=next` alone means the next article just as often.
    """
    number = len(pages) + 1
    read = {_place(page.url) for page in pages}
    first = urlsplit(pages[0].url)
    for url in _links(document, number):
        if url and _place(url) not in read and _is_page(urlsplit(url), first, number):
            return url
    return None


def _links(document: Document, number: int) -> Iterator[str]:
    for node in document.tree.css("link[rel~=next][href]"):
        yield document.absolute(node.attributes.get("href"))
    for node in document.tree.css("a[href]")[:_MOST_LINKS]:
        text = text_of(node)
        is_next = "next" in (node.attributes.get("rel") or "").lower().split() or bool(_NEXT.match(text))
        if is_next or text.strip(" []()【】第页頁") == str(number):
            yield document.absolute(node.attributes.get("href"))


def _is_page(url: SplitResult, first: SplitResult, number: int) -> bool:
    if url.hostname != first.hostname:
        return False
    if url.path.rstrip("/") == first.path.rstrip("/"):
        return _is_numbered_query(url, first, number)
    return url.query == first.query and url.path in set(_numbered_paths(first.path, number))


def _is_numbered_query(url: SplitResult, first: SplitResult, number: int) -> bool:
    """Whether the queries are the same but for the page's number."""
    here, there = dict(parse_qsl(first.query)), dict(parse_qsl(url.query))
    changed = {name for name in {*here, *there} if here.get(name) != there.get(name)}
    numbers = {str(number), str(number - 1)}
    return len(changed) == 1 and all(name.lower() in _NUMBER_NAMES and there.get(name) in numbers for name in changed)


def _numbered_paths(path: str, number: int) -> Iterator[str]:
    """The paths that page `number` of the article at `path` may have; some sites count from 0."""
    match = _ENDING.fullmatch(path)
    if match is None:
        return
    stem, ending = match["stem"], match["ending"] or ""
    for count in (number, number - 1):
        for base in dict.fromkeys((stem, _FIRST.sub("", stem))):
            for middle in _MIDDLES:
                yield from (f"{base}{middle}{count}{end}" for end in (ending, "", "/"))


def _place(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return (parts.netloc.lower(), parts.path.rstrip("/"), urlencode(sorted(parse_qsl(parts.query))))
