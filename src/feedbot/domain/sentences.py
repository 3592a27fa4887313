"""Where the sentences of a text end, in any script."""

from __future__ import annotations

import re
from collections.abc import Iterator

CLOSERS = "\"'”’」』）)]】》〉»›}〕"
FULL_STOPS = "。！？｡！？‽؟۔।॥።։။។"
_END = re.compile(rf"(?P<mark>[{FULL_STOPS}]+[{FULL_STOPS}!?…]*|[!?]+|…+|\.+|．+)(?P<closers>[{re.escape(CLOSERS)}]*)")
_LAST_WORD = re.compile(r"[\w.’'&-]+\Z")
_INITIALS = re.compile(r"(?:\w\.)*\w", re.UNICODE)
_ORDINAL = re.compile(r"\d{1,2}")
_CJK = re.compile(
    "[\u2e80-\u2fdf\u3000-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)
_ABBREVIATED = (
    "mr mrs ms dr prof st sr jr vs cf al no nos fig figs vol pp ed eds rev gen col sen rep gov capt lt sgt maj hon "
    "pres dept univ assn bros inc ltd co corp est approx ca jan feb mar apr jun jul aug sep sept oct nov dec "
    "mon tue wed thu fri sat sun mt ft ave blvd rd bzw evtl ggf inkl nr str tel usw vgl mme mlle art av sig"
)
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())


def is_cjk(character: str) -> bool:
    """Whether a character belongs to a script that is written without blanks between words, or to its punctuation."""
    return bool(_CJK.match(character))


def sentence_ends(text: str) -> Iterator[int]:
    """Every position of one-line `text` where a sentence ends, its closing quotes and brackets included.

    Abbreviations (`Dr.`, `U.S.`), initials, decimals, ordinals and host names do not end one.
    """
    for match in _END.finditer(text):
        if match.end() == len(text) or _is_end(text, match):
            yield match.end()


def _is_end(text: str, match: re.Match[str]) -> bool:
    mark, rest = match["mark"], text[match.end() :][:2]
    if mark[0] in FULL_STOPS:
        return True
    if mark[0] == "．":
        return not rest[0].isdigit()
    if is_cjk(rest[0]):
        # A Western stop after Chinese text is a slip of the keyboard; after anything else it may be part of a name.
        return mark[0] != "." or (match.start() > 0 and is_cjk(text[match.start() - 1]))
    if not rest[0].isspace() or rest[1:].islower():
        return False
    return mark != "." or bool(match["closers"]) or not _is_abbreviation(text, match.start())


def _is_abbreviation(text: str, stop: int) -> bool:
    word = _LAST_WORD.search(text, max(stop - 40, 0), stop)
    if not word:
        return False
    plain = word[0].lower()
    return (
        plain in _ABBREVIATIONS
        or bool(_INITIALS.fullmatch(plain) and not plain.isdigit() and not is_cjk(plain[0]))
        or (bool(_ORDINAL.fullmatch(plain)))
    )
