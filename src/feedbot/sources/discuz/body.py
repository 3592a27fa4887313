"""The body of an article: its pages joined, its pictures and its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.domain.article import Attachment, Image
from feedbot.sources import html
from feedbot.sources.discuz.document import Document, plain, text_of

# The stock template of every desktop edition, then the phone template of X3.5.
_BODIES = ("td#article_content", "#article_content", "div.wzview_body")
# What the software puts into a body: the page's own title, an advertisement, icons beside attachments, a notice for
# guests, who edited a thread last; on phones also the pager.
_FURNITURE = (
    "div.vm_pagetitle, div.a_af, img[src*='/image/filetype/'], div.attach_nopermission, i.pstatus, "
    "div.wzview_body > div.mtit, div.wzview_body > div.page"
)
# Pictures that are part of the software: smileys, file icons, buttons.
_ORNAMENT = re.compile(r"/static/image/|/images/(?:smilies|default|attachicons)/")
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|avif)\Z", re.IGNORECASE)
_DOWNLOAD = re.compile(r"[?&]mod=attachment(?:&|\Z)")
_SIZE = re.compile(r"\A\s*+[(（]?\s*+(\d[\d,]{0,12}(?:\.\d{1,3})?)\s*(bytes|[KMG]?i?B|字节|[KMG])\b", re.IGNORECASE)
_UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3}
_FILE_TYPES = {
    "7z": "application/x-7z-compressed",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
    "et": "application/vnd.ms-excel",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ofd": "application/ofd",
    "pdf": "application/pdf",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rar": "application/vnd.rar",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "wav": "audio/wav",
    "wps": "application/vnd.ms-works",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
_IMAGE_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}
_UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Part:
    """One page's share of the body: cleaned HTML, and the text with whatever the page hides (the summary has it)."""

    html: str
    raw_text: str


def of(document: Document) -> LexborNode | None:
    """The element that holds the article's text, None if the page has no article."""
    return document.first(*_BODIES)


def parts(documents: Iterable[Document]) -> tuple[Part, ...]:
    """The bodies in order, up to the first that says what an earlier one said; one in the middle may be empty."""
    found: list[Part] = []
    for document in documents:
        part = _part(document)
        if part in found:
            break
        found.append(part)
    return tuple(found)


def joined(pages: Sequence[Part]) -> str:
    """The whole body as one piece of HTML."""
    return "".join(page.html for page in pages)


def images(body_html: str) -> tuple[Image, ...]:
    """The pictures of a cleaned body, each once: the large one where a small one links to it; no smileys or icons."""
    found: dict[str, Image] = {}
    for picture in _tree(body_html).css("img[src]"):
        address = _large(picture) or picture.attributes["src"] or ""
        if not _ORNAMENT.search(address):
            found.setdefault(address, Image(address, plain(picture.attributes.get("alt") or "")))
    return tuple(found.values())


def attachments(body_html: str) -> tuple[Attachment, ...]:
    """The files that a cleaned body offers, each once, with the size if it is printed behind the name."""
    found: dict[str, Attachment] = {}
    for link in _tree(body_html).css("a[href]"):
        address = link.attributes["href"] or ""
        if not _is_file(address) or link.css_first("img") is not None:
            continue
        name = text_of(link) or _file_name(address)
        found.setdefault(address, Attachment(address, name, _mime_type(name, address), _printed_size(link)))
    return tuple(found.values())


def _part(document: Document) -> Part:
    node = of(document)
    if node is None:
        return Part("", "")
    for furniture in node.css(_FURNITURE):
        furniture.decompose()
    cleaned = html.clean(node.inner_html or "", document.base)
    return Part(cleaned, node.text() if cleaned else "")


def _tree(body_html: str) -> LexborHTMLParser:
    return LexborHTMLParser(body_html, is_fragment=True)


def _large(picture: LexborNode) -> str:
    around = picture.parent
    address = (around.attributes.get("href") or "") if around is not None and around.tag == "a" else ""
    return address if _PICTURE.search(urlsplit(address).path) else ""


def _is_file(address: str) -> bool:
    return bool(_DOWNLOAD.search(address)) or _extension(urlsplit(address).path) in _FILE_TYPES


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")


def _file_name(address: str) -> str:
    return unquote(PurePosixPath(urlsplit(address).path).name)


def _mime_type(name: str, address: str) -> str:
    known = {**_FILE_TYPES, **_IMAGE_TYPES}
    return known.get(_extension(name)) or known.get(_extension(urlsplit(address).path)) or _UNKNOWN_TYPE


def _printed_size(link: LexborNode) -> int | None:
    match = _SIZE.match(_text_behind(link))
    if not match:
        return None
    return round(float(match[1].replace(",", "")) * _UNITS.get(match[2][0].lower(), 1))


def _text_behind(link: LexborNode) -> str:
    texts: list[str] = []
    node = link.next
    while node is not None and node.tag not in {"a", "br", "p"}:
        texts.append(node.text())
        node = node.next
    return "".join(texts)
