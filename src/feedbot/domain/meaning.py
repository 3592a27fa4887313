"""What of an article's content means something to its readers: all else may change without the article changing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from feedbot.domain.article import Content

_BYTES = 16
_SEPARATOR = "\x1f"
# All of them run in linear time: what they start with does not stand in what they go on with, or may start only once.
_TAG = re.compile(r"<[^<>]*>")
_LINKED = re.compile(r'\s(?:src|href)="([^"]*)"')
_COUNTED = (
    "阅读|浏览|点击|评论|回复|点赞|转发|收藏|访问|人气|查看|views?|reads|comments?|replies|likes?|shares?|hits|votes?"
    "|просмотр(?:ов|а)?|комментари(?:ев|я|й)|aufrufe|kommentare|commentaires?|vues|comentarios?|visitas|조회수?|댓글|閲覧"
)
_NUMBER = r"(?<![\d,.])\d[\d,.]*+ ?[kKwW万]?"
_COUNTER = re.compile(
    rf"(?:{_COUNTED})(?:量|数|次数)? ?[::((]? ?{_NUMBER}|{_NUMBER} ?(?:次|人|条|个)?(?:{_COUNTED})", re.IGNORECASE
)
_AGO = re.compile(
    r"(?<!\d)\d{1,3} ?(?:(?:秒|分钟|小时|天|分|時間|日)前|(?:seconds?|minutes?|hours?|days?|min|h) ago)", re.IGNORECASE
)
_SESSION = re.compile(r";jsessionid=[^/?]*", re.IGNORECASE)
_TOKENS = frozenset(
    ("sid", "phpsessid", "jsessionid", "token", "sign", "signature", "sig", "expires", "exp", "auth_key", "nonce")
) | frozenset(("ts", "timestamp", "t", "_", "rand", "random", "r", "v", "ver", "fbclid", "gclid", "yclid", "spm"))


def meaning(content: Content) -> bytes:
    """16 bytes that change when a reader would say that the article says something else.

    In it are the letters and digits of title, text, summary, author and origin, the paths of pictures, files and links,
    the category and the tags. Not in it: white space and markup, counters (`阅读 123`, `4 comments`), ages (`3 hours
    ago`), session and signature parameters, the host that serves a picture, `http` against `https`, a date.

    >>> meaning(Content(url="", title="A", body_html="<p>4 dead, 120 views</p>")) == meaning(
    ...     Content(url="", title="A", body_html="<div id='x7'><p>4 dead,  131 views</p></div>"))
    True
    """
    links = (*(image.url for image in content.images), *_LINKED.findall(content.body_html))
    files = (f"{_path(file.url)} {file.name}" for file in content.attachments)
    said = (
        _address(content.url),
        *(_letters(text) for text in (content.title, content.author, content.origin, content.summary)),
        _letters(unescape(_TAG.sub(" ", content.body_html))),
        *_joined(sorted({_path(unescape(link)) for link in links}), files, content.category_path, sorted(content.tags)),
    )
    written = f"meaning{_SEPARATOR}{_SEPARATOR.join(said)}"
    return hashlib.blake2b(written.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()


def _letters(text: str) -> str:
    """The letters and digits of a text without what it counts."""
    line = " ".join(text.split())
    return "".join(filter(str.isalnum, _AGO.sub("", _COUNTER.sub("", line))))


def _joined(*lists: Iterable[str]) -> Iterator[str]:
    return ("\x1e".join(values) for values in lists)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path or url
    except ValueError:
        return url


def _address(url: str) -> str:
    """Where an article is, however one gets there."""
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url
    kept = sorted(pair for pair in pairs if pair[0].lower() not in _TOKENS and not pair[0].lower().startswith("utm_"))
    host = (parts.netloc.rpartition("@")[2]).lower().removeprefix("www.")
    return f"{host}{_SESSION.sub('', parts.path)}?{urlencode(kept)}#{parts.fragment}"
