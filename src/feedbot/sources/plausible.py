"""How strange a decoded text looks: what bytes give when they are read in an encoding that is not theirs."""

from __future__ import annotations

import re
from functools import lru_cache

_SAMPLE = 1000
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
# Typographic signs that stand beside letters of any script.
_SIGNS = frozenset("\xa0«»“”‘’„…–—·•©®™°€£§½¼¾²³×´¨\ufeff\u200b\u200c\u200d\u200e\u200f\u3000")
_LONGEST_ACCENTED = 2
_LATIN = range(0x80, 0x250)
_CYRILLIC = range(0x400, 0x530)
_HAN = range(0x3400, 0xA000)
_HALF_WIDTH = range(0xFF61, 0xFFA0)
_HANGUL = range(0xAC00, 0xD7A4)
_BOXES = range(0x2500, 0x25A0)
_PRIVATE = range(0xE000, 0xF900)
# Common characters: level 1 of GB 2312 and of Big5, those of JIS level 1 and of KS X 1001 are common enough too.
_COMMON = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("euc_jp", 0xB0, 0xCF))


def oddness(text: str) -> float:
    """The share, 0 to 1, of the first thousand characters beyond ASCII that no writer would set side by side.

    Odd are rare ideographs and syllables, accented letters in long rows, a capital after a small letter (Cyrillic),
    control and private characters. A text of ASCII alone has nothing odd.
    """
    seen = odd = 0
    for run in _NON_ASCII.finditer(text):
        signs = [sign for sign in run[0] if sign not in _SIGNS]
        seen += len(signs)
        odd += _odd_in(signs)
        if seen >= _SAMPLE:
            break
    return odd / seen if seen else 0.0


def _odd_in(run: list[str]) -> int:
    latin = sum(1 for sign in run if ord(sign) in _LATIN)
    # No language of Latin letters has three accented ones in a row, but for names that are set in capitals.
    odd = latin if latin > _LONGEST_ACCENTED else 0
    before = ""
    for sign in run:
        odd += _is_odd(sign, before)
        before = sign
    return min(odd, len(run))


def _is_odd(sign: str, before: str) -> bool:
    code = ord(sign)
    if code in _HAN or code in _HANGUL:
        return not _is_common(sign)
    if code in _CYRILLIC:
        return bool(before) and before.islower() and sign.isupper()
    if code < 0xA0:  # noqa: PLR2004 - the C1 control characters
        return True
    return code in _HALF_WIDTH or code in _BOXES or code in _PRIVATE or sign == "\ufffd"


@lru_cache(maxsize=16_384)
def _is_common(sign: str) -> bool:
    if ord(sign) in _HANGUL:
        return _lead(sign, "euc_kr") is not None
    return any(first <= (_lead(sign, charset) or 0) <= last for charset, first, last in _COMMON)


def _lead(sign: str, charset: str) -> int | None:
    try:
        return sign.encode(charset)[0]
    except UnicodeEncodeError:
        return None
