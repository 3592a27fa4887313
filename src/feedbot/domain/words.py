"""Whether a text has certain words or phrases: as people mean it, in any script, in linear time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_BLANKS = re.compile(r"\s+")
_ACCENTS = re.compile("[\u0300-\u036f]")  # of Latin, Greek and Cyrillic: other scripts' marks tell words apart
# A letter that would make a word longer: of a script with blanks, so that `AI` is found in `AI芯片`.
_LETTER = r"[^\W\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"


def folded(text: str) -> str:
    """The text as it is compared: full-width forms as plain ones, no capitals, no accents, single blanks.

    >>> folded("Ｃafé  NOIR")
    'cafe noir'
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", _ACCENTS.sub("", plain))).strip()


def has_any(text: str, phrases: Iterable[str]) -> bool:
    """Whether one of the phrases stands in the text.

    A word of a script with blanks must be a whole word (`art` is not in `party`); Chinese, Japanese and Korean ones may
    stand anywhere.
    """
    pattern = _pattern(tuple(phrases))
    return bool(pattern and pattern.search(folded(text)))


@lru_cache(maxsize=512)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    plain = sorted({folded(phrase) for phrase in phrases} - {""}, key=len, reverse=True)
    return re.compile("|".join(map(_alternative, plain))) if plain else None


def _alternative(phrase: str) -> str:
    before = f"(?<!{_LETTER})" if _is_bounded(phrase[0]) else ""
    after = f"(?!{_LETTER})" if _is_bounded(phrase[-1]) else ""
    return f"{before}{re.escape(phrase)}{after}"


def _is_bounded(character: str) -> bool:
    return bool(re.match(_LETTER, character))
