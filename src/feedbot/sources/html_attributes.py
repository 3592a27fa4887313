"""What the attributes of one tag say about an article: is it hidden, where is its picture, where does it lead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape, unescape
from urllib.parse import parse_qs, urlsplit

from feedbot.sources.html_urls import absolute

# Lazy loading keeps the real address aside; Discuz! names it `zoomfile` and `file`.
_LAZY_SOURCES = (
    *("zoomfile", "file", "data-original", "data-src", "data-lazy-src", "data-actualsrc", "data-url", "data-lazyload"),
    *("data-lazy", "data-echo", "data-cfsrc", "data-original-src", "lazy-src", "_src"),
)
_SOURCE_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_PLACEHOLDER = re.compile(
    r"/(?:none|blank|spacer|grey|gray|loading|lazy|placeholder|transparent|pixel|1x1)\.(?:gif|png|svg)\Z"
)
_DISCUZ_THUMBNAIL = ".thumb.jpg"
_READ_NAMES = "href src alt title width height colspan rowspan start hidden data type poster"
_READ = frozenset((*_READ_NAMES.split(), *_LAZY_SOURCES, *_SOURCE_SETS))
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
# A letter size that holds whatever the size around it is.
_OWN_SIZE = re.compile(r"[\d.]+(?:px|pt|rem|cm|mm|in|pc|vw|vh)|(?:xx?-)?(?:small|large)|medium")
_ZERO = re.compile(r"0(?:\.0*)?(?:px|pt|em|rem|%)?")
_TINY = re.compile(r"[01](?:\.0*)?(?:px)?")
_SIZE = re.compile(r"0*([1-9]\d{0,4})(?:px)?")
_SPAN = re.compile(r"0*([2-9]|[1-9]\d{1,2})")
_JAMMER = re.compile(r"\bjammer\b")
_EMOJI_CLASS = re.compile(r"\b(?:emoji|wp-smiley)\b")
_YOUTUBE = re.compile(r"/embed/([\w-]{6,20})\Z")

Attributes = Mapping[str, str | None]


def refine(tag: str, written: dict[str, str]) -> dict[str, str] | None:
    """The attributes that reading an article takes, with `hidden` for whatever a browser would not show.

    `size` is 0 where letters have no size (pictures still do), and 1 where they have one again.
    None for `<math>`: in it the rules of HTML do not hold, and its text reads as well without.
    """
    if tag == "math":
        return None
    kept = {name: value for name, value in written.items() if name in _READ}
    style = _style(unescape(written.get("style", "")))
    css_class = written.get("class", "")
    # Discuz! scatters texts of the class `jammer`, invisible to people, to spoil copies.
    if _is_unseen(tag, style) or _JAMMER.search(css_class):
        kept["hidden"] = ""
    if size := _letter_size(style):
        kept["size"] = size
    for side in ("width", "height"):
        if side in style:
            kept[side] = style[side]
    if _EMOJI_CLASS.search(css_class):
        kept["type"] = "emoji"
    return kept


def picture(attributes: Attributes, base_url: str) -> str:
    """An `<img>` as `article` HTML, its text for an emoji, or `""` for a placeholder and a tracking pixel."""
    alt = " ".join((attributes.get("alt") or "").split())
    if attributes.get("type") == "emoji" and alt and not alt.isascii():
        return escape(alt, quote=False)
    if is_tiny(attributes):
        return ""
    url = next((url for url in _picture_urls(attributes, base_url) if not _PLACEHOLDER.search(urlsplit(url).path)), "")
    if not url:
        return ""
    sizes = "".join(
        f' {side}="{size[1]}"' for side in ("width", "height") if (size := _SIZE.fullmatch(attributes.get(side) or ""))
    )
    return f'<img src="{escape(url)}" alt="{escape(alt)}"{sizes}>'


def is_tiny(attributes: Attributes) -> bool:
    """Whether the element is shown in one pixel or none: it counts readers and shows nothing."""
    return any(_TINY.fullmatch((attributes.get(side) or "").strip()) for side in ("width", "height"))


def media_link(attributes: Attributes, base_url: str) -> tuple[str, str]:
    """Where an embedded player leads, and the text for a link to it; two times `""` if nowhere."""
    sources = (attributes.get(name) for name in ("src", "data-src", "data-original", "data", "href"))
    url = next((url for url in (absolute(source, base_url) for source in sources if source) if url), "")
    if not url or is_tiny(attributes):
        return "", ""
    page = _watch_page(url)
    return page, " ".join((attributes.get("title") or "").split()) or page


def span(attributes: Attributes) -> str:
    """The `colspan` and `rowspan` of a table cell, as written in a tag."""
    sides = ("colspan", "rowspan")
    return "".join(f' {side}="{size[1]}"' for side in sides if (size := _SPAN.fullmatch(attributes.get(side) or "")))


def start_number(attributes: Attributes) -> str:
    """The `start` of an ordered list, as written in a tag."""
    number = _SIZE.fullmatch(attributes.get("start") or "")
    return f' start="{number[1]}"' if number and number[1] != "1" else ""


def _style(text: str) -> dict[str, str]:
    plain = _CSS_COMMENT.sub("", text.lower()).replace("!important", "")
    declarations = (part.partition(":") for part in plain.split(";"))
    return {name.strip(): value.strip() for name, mark, value in declarations if mark}


def _is_unseen(tag: str, style: Mapping[str, str]) -> bool:
    if style.get("display") == "none":
        return True
    # Scripts that load pictures late show them at last.
    is_faint = style.get("visibility") in {"hidden", "collapse"} or bool(_ZERO.fullmatch(style.get("opacity", "")))
    return is_faint and tag != "img"


def _letter_size(style: Mapping[str, str]) -> str:
    size = style.get("font-size", "")
    return "0" if _ZERO.fullmatch(size) else "1" if _OWN_SIZE.fullmatch(size) else ""


def _picture_urls(attributes: Attributes, base_url: str) -> Iterator[str]:
    lazy = [attributes.get(name) for name in _LAZY_SOURCES]
    sets = [_largest(attributes.get(name) or "") for name in _SOURCE_SETS]
    for source in (*lazy, attributes.get("src"), *sets):
        url = absolute(source, base_url) if source else ""
        if url:
            yield url.removesuffix(_DISCUZ_THUMBNAIL)


def _largest(source_set: str) -> str:
    """The widest picture of a `srcset` (WHATWG HTML, 4.8.4.2.1), as far as its addresses hold no comma."""
    candidates = [candidate.split() for candidate in source_set.split(", ") if candidate.strip()]
    return max(candidates, key=_width, default=[""])[0].strip(",")


def _width(candidate: list[str]) -> float:
    try:
        return float(candidate[1].rstrip("wx,"))
    except (IndexError, ValueError):
        return 0.0


def _watch_page(url: str) -> str:
    """A video site's page for its player's address, so that the link can be opened and previewed."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if host in {"youtube.com", "youtube-nocookie.com"} and (video := _YOUTUBE.match(parts.path)):
        return f"https://www.youtube.com/watch?v={video[1]}"
    if host == "player.bilibili.com" and (numbers := parse_qs(parts.query).get("bvid")):
        return absolute(f"https://www.bilibili.com/video/{numbers[0]}", url)
    return url
