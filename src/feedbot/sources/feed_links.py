"""Where a web page leads to feeds: those that it announces, those that it links, and its platform's known addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from feedbot.sources import platforms
from feedbot.sources.html_document import Document, Link, read
from feedbot.sources.spec import Lead, Page, ParseOptions

_TYPE = "feed"
_FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/rss",
    "application/atom", "text/rss", "text/rss+xml", "text/atom+xml", "application/x-rss+xml", "application/x.atom+xml",
})  # fmt: skip
_VAGUE_TYPES = frozenset({"", "text/xml", "application/xml", "application/json", "text/html"})
_FEED_PATH = re.compile(
    r"(?:\.(?:rss2?|atom|rdf)|/(?:rss|atom|feed|feeds|index|news|blog|podcast|rss2|main|all|posts)\.(?:xml|json|php|aspx?)"
    r"|(?:^|[/_.-])(?:rss|feed|atom)s?(?:[._-][\w.-]{0,40})?\.(?:xml|json|php|aspx?|cfm|do)|/(?:rss|feed|atom|rss2)/?)\Z",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(
    r"(?:^|&)(?:mod=rss|format=(?:feed|rss|atom|xml)|type=(?:rss|atom|100)|feed=(?:rss2?|atom|rdf)|alt=rss|rss=\w{1,20}|output=(?:rss|atom))(?:&|\Z)",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment|评论|評論|留言|コメント|kommentar|commentaire|comentario|коммент|댓글", re.IGNORECASE)
# Buttons that hand a feed to a reader's own site.
_READERS = re.compile(
    r"(?:^|\.)(?:feedly|inoreader|newsblur|netvibes|theoldreader|add\.my\.yahoo|bloglovin|feedspot)\.", re.IGNORECASE
)
_MOST_LINKED = 10

ANNOUNCED, LINKED, COMMENTS = 0.9, 0.6, 0.2
_CLOSER, _ELSEWHERE, _STEP = 0.06, 0.2, 0.001


def find(page: Page, options: ParseOptions) -> Sequence[Lead]:
    """The feeds that a web page leads to, the best first, each once; none for what is no web page.

    Feeds of the pasted page's own category stand before those of the whole site, and feeds of comments last.
    """
    document = read(page, options)
    if document is None:
        return ()
    found: dict[str, Lead] = {}
    for lead in (*_announced(document), *_linked(document), *platforms.leads(document)):
        known = found.get(lead.url)
        if lead.url != page.url and (known is None or known.confidence < lead.confidence):
            found[lead.url] = lead
    return sorted(found.values(), key=lambda lead: -lead.confidence)


def _announced(document: Document) -> Iterator[Lead]:
    number = 0
    for link in document.head_links():
        if not _announces(link):
            continue
        is_comments = _is_of_comments(link)
        closer = _CLOSER if not is_comments and _is_closer(link.url, document) else 0.0
        named = f" (“{link.title[:80]}”)" if link.title else ""
        confidence = (COMMENTS if is_comments else ANNOUNCED) + closer - min(number, 50) * _STEP
        number += 1
        kind = "a feed of comments" if is_comments else "this feed"
        yield Lead(link.url, _TYPE, f"The page announces {kind}{named}.", round(confidence, 3))


def _announces(link: Link) -> bool:
    if not link.rel & {"alternate", "feed"} or "stylesheet" in link.rel:
        return False
    if link.mime_type in _FEED_TYPES:
        return True
    # Some write `text/xml`; a WordPress announces its REST entry as `application/json`.
    return link.mime_type in _VAGUE_TYPES and ("feed" in link.rel or _looks_like_feed(link.url))


def _linked(document: Document) -> Iterator[Lead]:
    number = 0
    for link in document.links():
        if not _looks_like_feed(link.url) or _READERS.search(urlsplit(link.url).netloc):
            continue
        if number == _MOST_LINKED:
            break
        is_elsewhere = not _same_site(urlsplit(link.url).hostname or "", document.host)
        confidence = COMMENTS if _is_of_comments(link) else LINKED
        confidence += _CLOSER if _is_closer(link.url, document) else 0.0
        confidence -= (_ELSEWHERE if is_elsewhere else 0.0) + number * _STEP
        number += 1
        said = f" by “{link.text[:80]}”" if link.text else ""
        yield Lead(link.url, _TYPE, f"The page links to what looks like a feed{said}.", round(max(confidence, 0.05), 3))


def _looks_like_feed(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_FEED_PATH.search(parts.path) or _FEED_QUERY.search(parts.query))


def _is_of_comments(link: Link) -> bool:
    parts = urlsplit(link.url)
    return bool(_COMMENTS.search(link.title) or _COMMENTS.search(f"{parts.path}?{parts.query}"))


def _is_closer(url: str, document: Document) -> bool:
    """Whether a feed lies below the pasted page, as that of a category does, or has its number."""
    own, other = document.parts, urlsplit(url)
    own_path = own.path.rstrip("/").removesuffix("/index.html")
    if own_path and other.netloc == own.netloc and other.path.startswith((f"{own_path}/", f"{own_path}.")):
        return True
    numbers = {part for part in own.query.split("&") if re.fullmatch(r"\w{1,20}=\d{1,12}", part)}
    return bool(numbers & set(other.query.split("&")))


def _same_site(host: str, other: str) -> bool:
    """Whether two hosts end in the same two labels, or one lies below the other."""
    if host == other or host.endswith(f".{other}") or other.endswith(f".{host}"):
        return True
    return host.split(".")[-2:] == other.split(".")[-2:]
