"""Single values as feeds write them: language tags, media types, sizes, names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from feedbot.sources.html import one_line

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_SCRIPT_SUBTAG, _REGION_SUBTAG = 4, 2
_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
_UNKNOWN_TYPE = "application/octet-stream"


def language(tag: str | None) -> str | None:
    """The language tag in its usual spelling (BCP 47), None if it is none.

    >>> language("zh_cn")
    'zh-CN'
    """
    text = (tag or "").strip()
    if not _LANGUAGE.fullmatch(text):
        return None
    first, *rest = re.split("[-_]", text)
    return "-".join([first.lower(), *map(_subtag, rest)])


def mime_type(url: str, declared: str = "") -> str:
    """The media type of a file: as declared, else by the address's ending."""
    kind = declared.partition(";")[0].strip().lower()
    if "/" in kind:
        return kind
    ending = urlsplit(url).path.rpartition(".")[2].lower()
    return _TYPES.get(ending, _UNKNOWN_TYPE)


def size(text: object) -> int | None:
    """A size in bytes as written, None if it is none or stands for "unknown"."""
    digits = str(text).strip()
    return int(digits) or None if re.fullmatch(r"\d{1,15}", digits, re.ASCII) else None


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts as plain single lines, each once, none empty."""
    return tuple(dict.fromkeys(text for text in map(one_line, texts) if text))


def plain_html(text: str) -> str:
    """Plain text as HTML: an empty line ends a paragraph, a line break is one."""
    parts = (escape(part.strip(), quote=False).replace("\n", "<br>") for part in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{part}</p>" for part in parts if part)


def _subtag(part: str) -> str:
    if len(part) == _SCRIPT_SUBTAG and part.isalpha():
        return part.title()
    return part.upper() if len(part) == _REGION_SUBTAG else part.lower()
