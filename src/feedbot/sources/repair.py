"""Text that a mirror mangled, back as it was written: readings in brackets dropped, traditional characters simplified.

Steps (the `repair` option of a source):
    pinyin      `區(qū)` loses its bracket, but only where `qū` really is a reading of the character
    simplified  traditional characters become simplified ones, and what is simplified already stays as it is
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import dropwhile
from typing import Any, Literal

from feedbot.domain.article import Draft

PINYIN = "pinyin"
SIMPLIFIED = "simplified"
STEPS: frozenset[str] = frozenset({PINYIN, SIMPLIFIED})

_HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LETTER = "A-Za-z\u00c0-\u024f\u0251\u0261\u0300-\u030c\u1e00-\u1eff"
_BRACKET = rf"[(（]\s?[{_LETTER}]{{1,12}}\s?[)）]"
_GLOSSED = re.compile(rf"([{_HAN}])((?:{_BRACKET})+)")
_ONE_BRACKET = re.compile(_BRACKET)
# Look-alikes in carelessly set pinyin: breve for caron, and the script forms of a and g.
_LOOK_ALIKES = str.maketrans("ăĕĭŏŭɑɡ", "ǎěǐǒǔag")

_TAG = re.compile(r"(<[a-zA-Z/!?][^<>]*>)")
_RAW_TEXT = re.compile(r"<(/?)(script|style)\b", re.IGNORECASE)
_READ_ATTRIBUTE = re.compile(r"""(\s(?:alt|title)\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
# References to characters that can never be markup.
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{2,6})|(\d{3,7}));", re.IGNORECASE)
_FIRST_NON_ASCII = 0x80

_Reach = Literal["whole", "strays", "nothing"]


def repair_text(text: str, steps: frozenset[str]) -> str:
    """The plain text with the named steps applied; doing it again changes nothing.

    >>> repair_text("萍鄉(xiāng)2020(年)", frozenset({"pinyin", "simplified"}))
    '萍乡2020(年)'
    """
    return _mender([text], steps).text(text)


def repair_html(html: str, steps: frozenset[str]) -> str:
    """The HTML (fragment or page) with text, `alt` and `title` repaired; markup, scripts and styles stay untouched."""
    return _mender([html], steps).html(html)


def repair_draft(draft: Draft, steps: frozenset[str]) -> Draft:
    """The draft with every text in it repaired, judged as one text."""
    if not steps & STEPS:
        return draft
    lists = (draft.category_path, draft.related_categories, draft.tags)
    single = (draft.title, draft.author, draft.origin, draft.summary, draft.body_html, draft.site)
    mend = _mender([*single, *(name for names in lists for name in names)], steps)
    return replace(
        draft,
        title=mend.text(draft.title),
        author=mend.text(draft.author),
        origin=mend.text(draft.origin),
        summary=mend.text(draft.summary),
        body_html=mend.html(draft.body_html),
        images=tuple(replace(image, alt=mend.text(image.alt)) for image in draft.images),
        attachments=tuple(replace(file, name=mend.text(file.name)) for file in draft.attachments),
        category_path=mend.texts(draft.category_path),
        related_categories=mend.texts(draft.related_categories),
        tags=mend.texts(draft.tags),
        reactions=tuple(replace(reaction, name=mend.text(reaction.name)) for reaction in draft.reactions),
        site=mend.text(draft.site),
    )


@dataclass(frozen=True, slots=True)
class _Mender:
    """The steps to take; `reach` is how much of the text is to be simplified, decided on all of it at once."""

    drops_pinyin: bool
    reach: _Reach

    def text(self, text: str) -> str:
        plain = _without_readings(text) if self.drops_pinyin else text
        if self.reach == "nothing":
            return plain
        simple = _simplified(plain, self.reach)
        # A simplified character may have readings that its traditional form had not.
        return _without_readings(simple) if self.drops_pinyin else simple

    def texts(self, texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.text(text) for text in texts)

    def html(self, html: str) -> str:
        return "".join(self._pieces(html))

    def _pieces(self, html: str) -> Iterator[str]:
        in_raw_text = False
        for index, piece in enumerate(_TAG.split(html)):
            if index % 2:
                raw = _RAW_TEXT.match(piece)
                in_raw_text = not raw[1] if raw else in_raw_text
                yield piece if in_raw_text else _READ_ATTRIBUTE.sub(self._attribute, piece)
            else:
                yield piece if in_raw_text else self.text(_REFERENCE.sub(_character, piece))

    def _attribute(self, match: re.Match[str]) -> str:
        quote, value = match[2][0], match[2][1:-1]
        return f"{match[1]}{quote}{self.text(_REFERENCE.sub(_character, value))}{quote}"


def _mender(texts: Iterable[str], steps: frozenset[str]) -> _Mender:
    reach: _Reach = "nothing"
    if SIMPLIFIED in steps:
        reach = _reach(_REFERENCE.sub(_character, "\n".join(texts)))
    return _Mender(drops_pinyin=PINYIN in steps, reach=reach)


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    is_plain = _FIRST_NON_ASCII <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF  # noqa: PLR2004  # Unicode's bounds
    return chr(code) if is_plain and chr(code).isprintable() else match[0]


def _without_readings(text: str) -> str:
    return _GLOSSED.sub(_keep_other_brackets, text)


def _keep_other_brackets(match: re.Match[str]) -> str:
    character, brackets = match[1], _ONE_BRACKET.findall(match[2])
    readings = _readings(character)
    return character + "".join(dropwhile(lambda bracket: _as_reading(bracket) in readings, brackets))


def _as_reading(bracket: str) -> str:
    return unicodedata.normalize("NFC", bracket[1:-1].strip().casefold()).translate(_LOOK_ALIKES)


@lru_cache(maxsize=8192)
def _readings(character: str) -> frozenset[str]:
    """Every reading of the character in Hanyu Pinyin, tone marks included; neutral ones have none."""
    from pypinyin import Style, pinyin  # noqa: PLC0415  # 0.2 s and 30 MB, for sources with this step only

    found = pinyin(character, style=Style.TONE, heteronym=True, errors="ignore")
    simple = _simple(character)
    return frozenset(found[0] if found else ()) | _neutral_readings().get(simple, frozenset())


@cache
def _neutral_readings() -> dict[str, frozenset[str]]:
    # The dictionary of characters lacks readings that lose their tone in words only, such as xi in 东西.
    from pypinyin.phrases_dict import phrases_dict  # noqa: PLC0415  # as above

    neutral: dict[str, set[str]] = {}
    for word, sounds in phrases_dict.items():
        for character, sound in zip(word, sounds, strict=False):
            if sound[0].isascii():
                neutral.setdefault(character, set()).add(sound[0])
    return {character: frozenset(sounds) for character, sounds in neutral.items()}


def _reach(text: str) -> _Reach:
    """Whole texts are converted where traditional characters prevail, else only the few that can be nothing else."""
    found = Counter(text)
    traditional = sum(count for character, count in found.items() if _is_traditional(character))
    simple = sum(count for character, count in found.items() if _is_simplified(character))
    if not traditional:
        return "nothing"
    return "whole" if traditional > simple else "strays"


def _simplified(text: str, reach: _Reach) -> str:
    converted = _converter().convert(text) if reach == "whole" else text
    return converted.translate(
        {ord(character): _simple(character) for character in filter(_is_traditional, set(converted))}
    )


@lru_cache(maxsize=16384)
def _is_traditional(character: str) -> bool:
    # A character of GB 2312 belongs to simplified writing too (乾 in 乾坤, 徵 in 宫商角徵羽).
    return not _is_in(character, "gb2312") and _simple(character) != character


@lru_cache(maxsize=16384)
def _is_simplified(character: str) -> bool:
    # Only Han: GB 2312 has the letters of pinyin as well.
    return character >= "一" and _is_in(character, "gb2312") and not _is_in(character, "big5")


@lru_cache(maxsize=16384)
def _simple(character: str) -> str:
    return str(_converter().convert(_converter().convert(character)))  # 薴 takes two steps


def _is_in(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _converter() -> Any:
    from opencc import OpenCC  # noqa: PLC0415  # loads its dictionaries; for sources with this step only

    return OpenCC("t2s")
