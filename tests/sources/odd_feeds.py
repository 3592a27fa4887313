"""The corpus of odd feeds (`tests/data/feeds_odd`), and what feedparser makes of a feed, in our words."""

from __future__ import annotations

import calendar
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser

from feedbot.domain.article import Draft
from feedbot.sources.html import one_line, to_text
from sources.feed_cases import DATA

FOLDER = DATA / "feeds_odd"
URL = "https://odd.example/feeds/all.xml"
FIELDS = ("title", "link", "id", "date", "text")

_NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "dc": "http://purl.org/dc/elements/1.1/",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "media": "http://search.yahoo.com/mrss/",
        "slash": "http://purl.org/rss/1.0/modules/slash/",
        "wfw": "http://wellformedweb.org/CommentAPI/",
        "thr": "http://purl.org/syndication/thread/1.0",
        "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    }.items()
)
_RSS = (
    f'<rss version="2.0" {_NAMESPACES} xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Odd</title>'
    "<link>https://odd.example/</link><description>d</description>{}</channel></rss>"
)
_ATOM = (
    f'<feed xmlns="http://www.w3.org/2005/Atom" {_NAMESPACES}><title>Odd</title><link href="https://odd.example/"/>'
    "<id>tag:odd.example,2026:feed</id><updated>2026-11-05T00:00:00Z</updated>{}</feed>"
)
_AROUND = {
    "": "{}",
    "rss": _RSS,
    "item": _RSS.format("<item>{}</item>"),
    "atom": _ATOM,
    "entry": _ATOM.format("<entry>{}</entry>"),
    "json": '{{"version": "https://jsonfeed.org/version/1.1", "title": "Odd", "items": [{{{}}}]}}',
}
_DIRECTIVE = re.compile(r"# (in|encoding|charset|raw|repeat|differs): (.*)")
_BYTE = re.compile(r"\\x([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Case:
    """One odd feed. `differs` names the fields in which feedparser is not followed, and why."""

    book: str
    name: str
    body: bytes
    charset: str | None = None
    differs: str = ""

    @property
    def fields(self) -> frozenset[str]:
        """The fields of `FIELDS` in which feedparser is not followed."""
        named = self.differs.partition(":")[0].split()
        return frozenset(FIELDS) if "everything" in named else frozenset(named) & frozenset(FIELDS)


def books() -> list[Path]:
    """The files of the corpus."""
    return sorted(FOLDER.glob("*.cases"))


def cases() -> list[Case]:
    """Every odd feed."""
    return [case for book in books() for case in _read(book)]


def _read(book: Path) -> Iterator[Case]:
    for part in book.read_text(encoding="utf-8").split("\n== "):
        name, _, rest = part.removeprefix("== ").partition("\n")
        told = {match[1]: match[2] for match in _DIRECTIVE.finditer(rest)}
        lines = [line for line in rest.split("\n") if not _DIRECTIVE.fullmatch(line)]
        text = "\n".join(lines).rstrip("\n")
        count, _, repeated = told.get("repeat", "0 ").partition(" ")
        text = _AROUND[told.get("in", "")].format(text.replace("@@", repeated * int(count)))
        encoding = told.get("encoding", "utf-8")
        body = _raw(text) if "raw" in told else text.encode(encoding)
        yield Case(book.stem, name.strip(), body, told.get("charset"), told.get("differs", ""))


def _raw(text: str) -> bytes:
    return b"".join(
        bytes([int(part, 16)]) if place % 2 else part.encode() for place, part in enumerate(_BYTE.split(text))
    )


def ours(draft: Draft) -> dict[str, Any]:
    """A draft by the fields that feedparser has too."""
    text = to_text(draft.body_html) or draft.summary
    return dict(zip(FIELDS, (draft.title, draft.url, draft.guid or "", draft.published, _words(text)), strict=True))


def theirs(body: bytes, charset: str | None) -> list[dict[str, Any]]:
    """What feedparser reads, its sanitiser on, by the same fields; nothing where it fails itself."""
    media_type = "application/xml" + (f"; charset={charset}" if charset else "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            parsed = feedparser.parse(
                BytesIO(body), response_headers={"content-type": media_type, "content-location": URL}
            )
        except UnicodeEncodeError:  # of a reference to a lone surrogate
            return []
        return [_entry(entry) for entry in parsed["entries"]]


def _entry(entry: Any) -> dict[str, Any]:
    moment = (
        dict.get(entry, "published_parsed") or dict.get(entry, "created_parsed") or dict.get(entry, "updated_parsed")
    )
    date = datetime.fromtimestamp(calendar.timegm(moment), UTC) if moment else None
    contents = dict.get(entry, "content") or []
    text = _text(contents[0]) if contents else _text(dict.get(entry, "summary_detail") or {})
    title = _title(dict.get(entry, "title_detail") or {})
    return dict(
        zip(FIELDS, (title, dict.get(entry, "link") or "", dict.get(entry, "id") or "", date, text), strict=True)
    )


def _title(detail: Any) -> str:
    value = detail.get("value") or ""
    return " ".join(value.split()) if detail.get("type") == "text/plain" and "<" in value else one_line(value)


def _text(detail: Any) -> str:
    value = detail.get("value") or ""
    return _words(value if detail.get("type") == "text/plain" else to_text(value))


def _words(text: str) -> str:
    return " ".join(text.split())
