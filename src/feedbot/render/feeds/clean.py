"""Text, addresses and HTML made fit for any feed: what XML or the validators refuse gets no further."""

from __future__ import annotations

import html
import html.entities
import re
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

import nh3

# What XML 1.0 forbids (section 2.2), and what it discourages: C1 controls and the noncharacters of every plane.
_NONCHARACTERS = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NONCHARACTERS}]")

# An inline tag in a title is formatting that somebody forgot to take out; any other tag is what the title is about.
_ATTRIBUTE = r"""\s++[\w:-]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++))?+"""
_TAG = re.compile(rf"<(/?)([A-Za-z][A-Za-z0-9-]*+)((?:{_ATTRIBUTE})*+)\s*+/?>")
_ENTITIES = frozenset(html.entities.name2codepoint) | {"apos"}
_OPENS_MARKUP = re.compile(r"<(?=[A-Za-z/!?])")
_FORMATTING = frozenset(
    {
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "center", "cite", "code", "del", "div", "em", "font"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "i", "img", "ins", "kbd", "li", "mark", "p", "q", "s", "samp", "small"),
        *("span", "strike", "strong", "sub", "sup", "tt", "u", "ul", "var", "wbr"),
    }
)
_END_TAG = re.compile(r"</\w")
_LIKE_REFERENCE = re.compile(r"&(?=(#?\w+))")
_REFERENCE = re.compile(r"&#?\w+;")
# How often a text is unescaped: sloppy sources do it wrong once or twice; whatever is left is made harmless.
_LAYERS = 4

_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?|\[[0-9a-f:.]+\]")
_PATH_SAFE = "%/:@!$&'()*+,;=~-._"
_QUERY_SAFE = _PATH_SAFE + "?"

_MIME_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*")
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
# Three-letter codes (ISO 639-3) of languages that validators know only by two letters.
_TWO_LETTERS = {
    "cmn": "zh",
    "gan": "zh",
    "hak": "zh",
    "nan": "zh",
    "wuu": "zh",
    "yue": "zh",
    "zho": "zh",
    "chi": "zh",
    "deu": "de",
    "eng": "en",
    "fra": "fr",
    "jpn": "ja",
    "kor": "ko",
    "rus": "ru",
    "spa": "es",
}

_SCRIPT = 4  # letters: Hans, Latn

_BLOCK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/blockquote|/figure|/figcaption|/td)\b[^>]*>")
_ANY_TAG = re.compile(r"<[^>]*>")

# Elements and attributes that validators call a risk are left out (bdo, rtc), and so is `cite`, a hidden address.
_SANITISER = nh3.Cleaner(
    tags=nh3.ALLOWED_TAGS - {"bdo", "rtc"},
    attributes={tag: names - {"cite"} for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="deny",
    link_rel=None,
)
# The sanitiser takes quadratic time over ampersands and no-break spaces, so noncharacters stand in for them meanwhile.
_STAND_INS = (("&amp;", "\uffff"), ("&nbsp;", "\ufffe"), ("\xa0", "\ufffe"))


def xml_text(text: str) -> str:
    """The text without the characters that an XML document must not hold; a replacement character is a plain `?`."""
    return _FORBIDDEN.sub("", text).replace("\ufffd", "?")


def line(text: str) -> str:
    """The text on one line, without characters that XML forbids and without blanks around it."""
    return " ".join(xml_text(text).split())


def plain_title(text: str) -> str:
    """The text on one line that no reader can take for HTML.

    Formatting tags are dropped, character references are resolved, any other tag gets typographic brackets.

    >>> plain_title("<b>News</b> &amp; how <canvas> works: 1 < 2")
    'News & how ‹canvas› works: 1 < 2'
    """
    clean = xml_text(text)
    for _ in range(_LAYERS):
        resolved = xml_text(_TAG.sub(_without_markup, _REFERENCE.sub(_resolved, clean)))
        if resolved == clean:
            break
        clean = resolved
    clean = _LIKE_REFERENCE.sub(lambda mark: "＆" if _names_a_character(mark) else "&", clean)
    return line(_OPENS_MARKUP.sub("‹", clean))


def text_construct(text: str) -> tuple[str, Literal["text", "html"]]:
    """The text as Atom writes it, and its type.

    A text that looks like markup but is none says that it is HTML, escaped: readers guess otherwise.

    >>> text_construct("Write &amp; for an ampersand")
    ('Write &amp;amp; for an ampersand', 'html')
    """
    if _END_TAG.search(text) or any(map(_names_a_character, _LIKE_REFERENCE.finditer(text))):
        return html.escape(text, quote=False), "html"
    return text, "text"


def ascii_url(url: str) -> str | None:
    """The http or https address as percent-encoded ASCII (RFC 3986), its host in punycode; None if it is none.

    >>> ascii_url("https://新闻.example/安 源?q=区#一")
    'https://xn--efvy88h.example/%E5%AE%89%20%E6%BA%90?q=%E5%8C%BA#%E4%B8%80'
    """
    try:
        parts = urlsplit(xml_text(url).strip())
        host = _ascii_host(parts.hostname or "")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return None
    path = _encoded(parts.path, _PATH_SAFE) or "/"
    query, fragment = _encoded(parts.query, _QUERY_SAFE), _encoded(parts.fragment, _QUERY_SAFE)
    return urlunsplit((parts.scheme.lower(), host + port, path, query, fragment))


def safe_html(body: str) -> str:
    """The HTML fragment without scripts, frames, event handlers, styles and relative addresses."""
    # A second pass over the characters: a reference such as &#x1; becomes a control character only when parsed.
    text = xml_text(body)
    for character, stand_in in _STAND_INS:
        text = text.replace(character, stand_in)
    text = _SANITISER.clean(text)
    for character, stand_in in _STAND_INS:
        text = text.replace(stand_in, character)
    return xml_text(text).replace("&nbsp;", "\xa0").strip()


def body_text(body: str) -> str:
    """An HTML fragment as plain text, a line for each block."""
    return xml_text(html.unescape(_ANY_TAG.sub("", _BLOCK.sub("\n", body.replace("\n", " ")))))


def mime_type(value: str) -> str:
    """The media type without parameters, in lower case; `application/octet-stream` for anything that is none."""
    bare = value.partition(";")[0].strip().lower()
    return bare if _MIME_TYPE.fullmatch(bare) else "application/octet-stream"


def language_tag(value: str | None) -> str | None:
    """The language as a BCP 47 tag that validators accept (`zh_cn` → `zh-CN`, `cmn` → `zh`); None if it is none."""
    primary, *rest = (value or "").strip().replace("_", "-").split("-")
    primary = _TWO_LETTERS.get(primary.lower(), primary.lower())
    tag = "-".join((primary, *(part.title() if len(part) == _SCRIPT else part.upper() for part in rest)))
    return tag if _LANGUAGE.fullmatch(tag) else None


def _without_markup(tag: re.Match[str]) -> str:
    if tag[2].lower() in _FORMATTING:
        return " " if tag[2].lower() in {"br", "p", "div", "li"} else ""
    return f"‹{tag[1]}{tag[2]}{tag[3]}›"


def _resolved(reference: re.Match[str]) -> str:
    # Only with its semicolon: "R&D &notes" is no "¬es".
    return html.unescape(reference[0])


def _names_a_character(mark: re.Match[str]) -> bool:
    """Whether validators take what follows the ampersand for a character reference, semicolon or not."""
    name = mark[1]
    return name in _ENTITIES or not name.isalpha()


def _ascii_host(host: str) -> str:
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    host = host.lower()
    return host if _HOST.fullmatch(host) else ""


def _encoded(part: str, safe: str) -> str:
    return quote(_BARE_PERCENT.sub("%25", part), safe=safe, errors="replace")
