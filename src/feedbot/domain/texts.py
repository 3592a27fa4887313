"""Text measured and cut as people and Telegram see it: UTF-16 units, whole characters."""

from __future__ import annotations

import unicodedata

_ZWJ = "\u200d"
_HANGUL_FIRST, _HANGUL_COUNT, _HANGUL_TAILS = 0xAC00, 11172, 28
_EMOJI_MODIFIERS = range(0x1F3FB, 0x1F400)
_TAG_CHARACTERS = range(0xE0020, 0xE0080)
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_INDIC_SCRIPTS = range(0x0900, 0x0E00)
# Signs written before the number or letter that they belong to, and letters that are written after one.
_PREPENDED = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_ATTACHED = frozenset("\u200c\u0e33\u0eb3\uff9e\uff9f")
_VIRAMA = 9
_SURROGATES = range(0xD800, 0xE000)
_LOW_SURROGATES = range(0xDC00, 0xE000)


def utf16_length(text: str) -> int:
    """The length of `text` in UTF-16 code units, which is what Telegram's limits and offsets count.

    >>> utf16_length("车🚗")
    3
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def truncate(text: str, max_units: int) -> str:
    """The longest beginning of `text` of at most `max_units` UTF-16 units that cuts no user-perceived character.

    >>> truncate("a👨‍👩‍👧b", 5)
    'a'
    """
    if len(text) * 2 <= max_units or utf16_length(text) <= max_units:
        return text
    encoded = text.encode("utf-16-le", "surrogatepass")[: max(max_units, 0) * 2]
    index = len(encoded.decode("utf-16-le", "surrogatepass" if _ends_whole(encoded) else "ignore"))
    return text[: boundary_at_or_before(text, index)]


def boundary_at_or_before(text: str, index: int) -> int:
    """The last position up to `index` where no user-perceived character is cut (grapheme cluster, UAX #29)."""
    index = max(min(index, len(text)), 0)
    while index > 0 and not is_boundary(text, index):
        index -= 1
    return index


def is_boundary(text: str, index: int) -> bool:
    """Whether `text` may be cut before the character at `index` (UAX #29, extended grapheme clusters).

    Errs towards keeping characters together: a zero width joiner holds on to whatever follows it.
    """
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if before.isascii() and after.isascii():
        return (before, after) != ("\r", "\n")
    if unicodedata.category(before) in {"Cc", "Zl", "Zp"} or unicodedata.category(after) in {"Cc", "Zl", "Zp"}:
        return True
    return not (
        _extends(after)
        or (before == _ZWJ and not after.isascii())
        or before in _PREPENDED
        or _is_hangul_pair(before, after)
        or _is_conjunct(before, after)
        or _is_flag(text, index)
        or (ord(before) in _SURROGATES and ord(after) in _LOW_SURROGATES)
    )


def _extends(character: str) -> bool:
    code = ord(character)
    return (
        character == _ZWJ
        or character in _ATTACHED
        or code in _EMOJI_MODIFIERS
        or code in _TAG_CHARACTERS
        or unicodedata.category(character) in {"Mn", "Me", "Mc"}
    )


def _is_hangul_pair(before: str, after: str) -> bool:
    left, right = _hangul(before), _hangul(after)
    return (left, right) in {
        *(("L", right) for right in ("L", "V", "LV", "LVT")),
        *((left, right) for left in ("LV", "V") for right in ("V", "T")),
        ("LVT", "T"),
        ("T", "T"),
    }


def _hangul(character: str) -> str:
    code = ord(character)
    if code in range(0x1100, 0x1160) or code in range(0xA960, 0xA97D):
        return "L"
    if code in range(0x1160, 0x11A8) or code in range(0xD7B0, 0xD7C7):
        return "V"
    if code in range(0x11A8, 0x1200) or code in range(0xD7CB, 0xD7FC):
        return "T"
    if 0 <= code - _HANGUL_FIRST < _HANGUL_COUNT:
        return "LVT" if (code - _HANGUL_FIRST) % _HANGUL_TAILS else "LV"
    return ""


def _is_conjunct(before: str, after: str) -> bool:
    return (
        unicodedata.combining(before) == _VIRAMA
        and ord(before) in _INDIC_SCRIPTS
        and ord(after) in _INDIC_SCRIPTS
        and unicodedata.category(after) == "Lo"
    )


def _is_flag(text: str, index: int) -> bool:
    if ord(text[index]) not in _REGIONAL_INDICATORS:
        return False
    start = index
    while start > 0 and ord(text[start - 1]) in _REGIONAL_INDICATORS:
        start -= 1
    return (index - start) % 2 == 1


def _ends_whole(encoded: bytes) -> bool:
    """Whether UTF-16 bytes do not end in the first half of a pair."""
    return len(encoded) < 2 or not 0xD8 <= encoded[-1] < 0xDC  # noqa: PLR2004  # a high surrogate's upper byte
