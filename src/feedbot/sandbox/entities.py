"""Telegram's HTML mode, as TDLib's `parse_html` reads it: plain text and entities, or the exact refusal.

Everything works on UTF-8 bytes, because the refusals name byte offsets; entity offsets are UTF-16 units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from feedbot.sandbox.links import kept_link, user_of_link

SPACES = b" \t\r\n\0\v"
TAGS = frozenset(
    b"a b strong i em s strike del u ins tg-spoiler tg-emoji tg-time span pre code blockquote".split(),
)
STYLES = {
    b"b": "bold",
    b"strong": "bold",
    b"i": "italic",
    b"em": "italic",
    b"s": "strikethrough",
    b"strike": "strikethrough",
    b"del": "strikethrough",
    b"u": "underline",
    b"ins": "underline",
    b"tg-spoiler": "spoiler",
    b"span": "spoiler",
}
LITERALS = {b"lt": 0x3C, b"gt": 0x3E, b"amp": 0x26, b"quot": 0x22}
# The order of entities with the same range; TDLib sorts by offset, then longer first, then this.
RANKS = {
    "pre": 20,
    "code": 21,
    "text_link": 50,
    "text_mention": 50,
    "custom_emoji": 99,
    "date_time": 99,
    "blockquote": 0,
    "expandable_blockquote": 0,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
}
_SPECIAL = re.compile(rb"[<&]")
_REFERENCE = re.compile(rb"&(?:#[xX]([0-9A-Fa-f]*)|#([0-9]*)|([A-Za-z]*))")
_DATE_FORMAT = re.compile("[rR]|[wdDtT]*")
_LIMIT_NUMERIC = 10
_LAST_CODE_POINT = 0x10FFFF


class HtmlRefused(ValueError):
    """The text is not Telegram HTML; the message is TDLib's own."""


class Formatted(NamedTuple):
    """Plain text with its entities in the API's form, offsets and lengths in UTF-16 units."""

    text: str
    entities: list[dict[str, Any]]


@dataclass(slots=True)
class _Open:
    """A start tag that waits for its end tag."""

    tag: bytes
    argument: bytes
    date_format: bytes
    offset: int
    begin: int


def utf16_length(text: str) -> int:
    """The length that Telegram counts: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(text: str) -> Formatted:
    """The plain text and entities of Telegram HTML, as TDLib parses it.

    Raises:
        HtmlRefused: with TDLib's text, such as `Unsupported start tag "p" at byte offset 0`.
    """
    return _Parser(text.encode("utf-8", "surrogatepass")).parse()


class _Parser:
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.result = bytearray()
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[dict[str, Any]] = []

    def parse(self) -> Formatted:
        position = 0
        while match := _SPECIAL.search(self.source, position):
            self._append(self.source[position : match.start()])
            position = self._reference(match.start()) if match.group() == b"&" else self._tag(match.start())
        self._append(self.source[position:])
        if self.open:
            tag = self.open[-1].tag.decode("utf-8", "replace")
            raise HtmlRefused(f'Can\'t find end tag corresponding to start tag "{tag}"')
        return Formatted(self._text(), sorted_entities([_public(entity) for entity in self.entities]))

    def _text(self) -> str:
        try:
            return self.result.decode()
        except UnicodeDecodeError:
            raise HtmlRefused(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units",
            ) from None

    def _append(self, chunk: bytes) -> None:
        self.result += chunk
        self.offset += _units(chunk)

    def _reference(self, position: int) -> int:
        code, end = decode_reference(self.source, position)
        self._append(chr(code).encode("utf-8", "surrogatepass") if code else b"&")
        return end

    def _tag(self, begin: int) -> int:
        return self._end_tag(begin) if self._at(begin + 1) == ord("/") else self._start_tag(begin)

    def _at(self, position: int) -> int:
        return self.source[position] if position < len(self.source) else 0

    def _skip_spaces(self, position: int) -> int:
        while position < len(self.source) and self.source[position] in b" \t\r\n\v":
            position += 1
        return position

    def _until(self, position: int, stops: bytes) -> int:
        while self._at(position) not in stops:
            position += 1
        return position

    def _start_tag(self, begin: int) -> int:
        position = self._until(begin + 1, SPACES + b">")
        if position >= len(self.source):
            raise HtmlRefused(f"Unclosed start tag at byte offset {begin}")
        tag = self.source[begin + 1 : position].lower()
        name = tag.decode("utf-8", "replace")
        if tag not in TAGS:
            raise HtmlRefused(f'Unsupported start tag "{name}" at byte offset {begin}')
        opened = _Open(tag, b"", b"", self.offset, len(self.result))
        while self._at(position) != ord(">"):
            position = self._skip_spaces(position)
            if self._at(position) == ord(">"):
                break
            position = self._attribute(begin, position, opened)
        if tag == b"span" and opened.argument != b"spoiler":
            raise HtmlRefused(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.open.append(opened)
        return position + 1

    def _attribute(self, begin: int, position: int, opened: _Open) -> int:
        start = position
        position = self._until(position, SPACES + b"=>/\"'")
        name = self.source[start:position]
        tag = opened.tag.decode()
        if not name:
            raise HtmlRefused(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        position = self._skip_spaces(position)
        if self._at(position) == 0:
            raise HtmlRefused(f'Unclosed start tag "{tag}" at byte offset {begin}')
        if self._at(position) != ord("="):
            if opened.tag == b"blockquote" and name == b"expandable":
                opened.argument = b"1"
            return position
        position = self._skip_spaces(position + 1)
        if self._at(position) == 0:
            raise HtmlRefused(f'Unclosed start tag "{tag}" at byte offset {begin}')
        value, position = self._value(position)
        if self._at(position) == 0:
            raise HtmlRefused(f"Unclosed start tag at byte offset {begin}")
        _take_attribute(opened, name, value)
        return position

    def _value(self, position: int) -> tuple[bytes, int]:
        quote = self._at(position)
        if quote not in b"\"'":
            return self._name_token(position)
        position += 1
        value = bytearray()
        while self._at(position) not in (quote, 0):
            code = 0
            if self._at(position) == ord("&"):
                code, position = decode_reference(self.source, position)
                value += chr(code).encode("utf-8", "surrogatepass") if code else b"&"
            else:
                value.append(self.source[position])
                position += 1
        return bytes(value), position + (self._at(position) == quote)

    def _name_token(self, start: int) -> tuple[bytes, int]:
        position = start
        while self._at(position) in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-":
            position += 1
        if self._at(position) not in SPACES + b">":
            raise HtmlRefused(f"Unexpected end of name token at byte offset {start}")
        return self.source[start:position].lower(), position

    def _end_tag(self, begin: int) -> int:
        if not self.open:
            raise HtmlRefused(f"Unexpected end tag at byte offset {begin}")
        position = self._until(begin + 2, SPACES + b">")
        found = self.source[begin + 2 : position].lower()
        position = self._skip_spaces(position)
        if self._at(position) != ord(">"):
            raise HtmlRefused(f"Unclosed end tag at byte offset {begin}")
        opened = self.open.pop()
        if found and found != opened.tag:
            expected = opened.tag.decode()
            shown = found.decode("utf-8", "replace")
            raise HtmlRefused(
                f'Unmatched end tag at byte offset {begin}, expected "</{expected}>", found "</{shown}>"',
            )
        if self.offset > opened.offset:
            self._close(opened)
        return position + 1

    def _close(self, opened: _Open) -> None:
        entity: dict[str, Any] = {"offset": opened.offset, "length": self.offset - opened.offset}
        if opened.tag in STYLES:
            self.entities.append(entity | {"type": STYLES[opened.tag]})
        elif opened.tag == b"blockquote":
            kind = "expandable_blockquote" if opened.argument else "blockquote"
            self.entities.append(entity | {"type": kind})
        elif opened.tag == b"a":
            self._close_link(opened, entity)
        elif opened.tag == b"tg-emoji":
            self.entities.append(entity | {"type": "custom_emoji", "custom_emoji_id": _emoji_id(opened.argument)})
        elif opened.tag == b"tg-time":
            if date_time := _date_time(opened):
                self.entities.append(entity | date_time)
        else:
            self._close_code(opened, entity)

    def _close_link(self, opened: _Open, entity: dict[str, Any]) -> None:
        url = opened.argument or bytes(self.result[opened.begin :])
        if user := user_of_link(url):
            self.entities.append(entity | {"type": "text_mention", "user_id": user})
        elif link := kept_link(url):
            self.entities.append(entity | {"type": "text_link", "url": link.decode("utf-8", "replace")})

    def _close_code(self, opened: _Open, entity: dict[str, Any]) -> None:
        last = self.entities[-1] if self.entities else {}
        same_range = all(last.get(key) == entity[key] for key in ("offset", "length"))
        language = opened.argument.decode("utf-8", "replace")
        if opened.tag == b"pre":
            if same_range and last.get("type") == "code" and last.get("_language"):
                last |= {"type": "pre", "language": last["_language"]}
            else:
                self.entities.append(entity | {"type": "pre"})
        elif same_range and last.get("type") == "pre" and "language" not in last and language:
            last["language"] = language
        else:
            self.entities.append(entity | {"type": "code", "_language": language})


def decode_reference(source: bytes, position: int) -> tuple[int, int]:
    """The code point and end of the reference at `position`, or `(0, position + 1)` if Telegram reads none there."""
    match = _REFERENCE.match(source, position)
    if match is None:
        return 0, position + 1
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        code = LITERALS.get(name, 0)
    else:
        # TDLib counts in 32 bits without a check, so a very long number wraps round.
        code = (int(hexadecimal or b"0", 16) if hexadecimal is not None else int(decimal or b"0")) & 0xFFFFFFFF
        if code >= _LAST_CODE_POINT or match.end() - position >= _LIMIT_NUMERIC:
            code = 0
    if code == 0:
        return 0, position + 1
    end = match.end()
    return code, end + (source[end : end + 1] == b";")


def sorted_entities(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entities in Telegram's order: by offset, the longer first, then by kind."""
    return sorted(entities, key=lambda one: (one["offset"], -one["length"], RANKS.get(one["type"], 10)))


def _units(chunk: bytes) -> int:
    if chunk.isascii():
        return len(chunk)
    return sum(1 + (byte >= 0xF0) for byte in chunk if byte & 0xC0 != 0x80)  # noqa: PLR2004 - UTF-8 lead bytes


def _take_attribute(opened: _Open, name: bytes, value: bytes) -> None:
    match opened.tag, name:
        case (b"a", b"href") | (b"tg-emoji", b"emoji-id") | (b"tg-time", b"unix"):
            opened.argument = value
        case b"tg-time", b"format":
            opened.date_format = value
        case b"code", b"class" if value.startswith(b"language-"):
            opened.argument = value[9:]
        case b"span", b"class" if value.startswith(b"tg-"):
            opened.argument = value[3:]
        case b"blockquote", b"expandable":
            opened.argument = b"1"


def _emoji_id(argument: bytes) -> str:
    number = _integer(argument)
    if number is None or number == 0:
        raise HtmlRefused("Invalid custom emoji identifier specified")
    return str(number)


def _date_time(opened: _Open) -> dict[str, Any] | None:
    """None for a time that TDLib passes over: what is no number, and what is not after 1970."""
    shown = opened.date_format.decode("utf-8", "replace")
    if _DATE_FORMAT.fullmatch(shown) is None:
        raise HtmlRefused("Invalid date format used")
    digits = re.match(rb"-?[0-9]+", opened.argument)
    # TDLib counts in 32 bits without a check.
    number = int(digits.group()) & 0xFFFFFFFF if digits else 0
    if not 0 < number < 1 << 31:
        return None
    return {"type": "date_time", "unix_time": number, "date_time_format": shown}


def _integer(argument: bytes) -> int | None:
    text = argument.decode("utf-8", "replace")
    if not re.fullmatch(r"-?[0-9]+", text) or not -(1 << 63) <= int(text) < 1 << 63:
        return None
    return int(text)


def _public(entity: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entity.items() if key != "_language"}
