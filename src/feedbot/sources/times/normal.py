"""A text as the grammar of dates reads it: one script of digits, plain numbers, words as tokens."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from feedbot.sources.times import words

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988, "民国": 1911, "民國": 1911}
_ERA = re.compile(r"(?P<era>令和|平成|昭和|民国|民國)\s?(?P<years>元|\d{1,3})(?=\s?[年./-])", re.ASCII)
_ERA_LETTER = re.compile(r"(?<![\w.])(?P<era>[rh])(?P<years>\d{1,2})(?=[./]\d)", re.ASCII)
_NUMERAL = "〇零一二三四五六七八九十廿卅百两兩"
_NUMBER = re.compile(
    rf"(?<![第{_NUMERAL}])[{_NUMERAL}]++(?=\s?(?:[年月日号號时時点點分秒天周週刻]|[个個]\s?半|[个個]?\s?(?:小时|小時|星期|月|钟头|鐘頭)))"
    rf"|(?<=[国國])[{_NUMERAL}]++(?=年)"
)
_DIGITS = {
    sign: number
    for number, signs in enumerate(("〇零", "一", "二两兩", "三", "四", "五", "六", "七", "八", "九"))
    for sign in signs
}
_TENS = {"廿": "二十", "卅": "三十"}
_CHINESE_WEEKDAY = re.compile(
    r"(?:星期|周|週|礼拜|禮拜)([一二三四五六日天])|([月火水木金土日])曜日?|([월화수목금토일])요일"
)
_IN_BRACKETS = re.compile(r"\(\s?[一二三四五六日月火水木金土월화수목금토일]\s?\)")
_WEEK = {
    sign: place for signs in ("一二三四五六日", "月火水木金土日", "월화수목금토일") for place, sign in enumerate(signs)
} | {"天": 6}
# A composed character may stand for eighteen plain ones.
_GROWTH = 40
_WORD = re.compile(rf"[^\W\d_{words.PRIVATE}]+")
_HAS_CJK = re.compile(r"[\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_COUNTER = re.compile(rf"(?<=[\d{words.HALF}])\s?[个個多]\s?(?=[{words.UNITS}{words.HALF}])")
_HALF_PAST = re.compile(r"(?<=[点點时時])半")
_AFTER_UNIT = re.compile(rf"(?<=[{words.UNITS}])\s?多?[之以]?(?:前|전)")
_SPANISH_AUGUST = re.compile(r"(?<=\d )(de )?ago(?=\.? (?:de |del )?\d{4})")
_LETTER_UNIT = re.compile(rf"(?<=\d)\s?([smdjw])(?=\s{words.AGO})|(?<={words.AGO_BEFORE} \d)(\d)?\s?([smdjw])\b")
_LETTERS = {"s": words.SECOND, "m": words.MINUTE, "d": words.DAY, "j": words.DAY, "w": words.WEEK}
_TWO_NAMES = re.compile(rf"([{words.MONTHS}])\s?[/(]\s?\1\s?\)?")
_DOTTED_HALF = re.compile(r"(?<![^\W\d_])([ap])\.?\s?m\b\.?")

_TRANSLATED: dict[int, str | None] = {
    **{
        ord(sign): None for sign in f"{words.PRIVATE}\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u0640\ufeff"
    },
    **dict.fromkeys(range(1611, 1619)),  # Arabic vowel signs
    **{base + digit: str(digit) for base in (0x660, 0x6F0) for digit in range(10)},
    **dict(zip(map(ord, "áâäãåçèéêëìíîïñòóôöõùúûü"), "aaaaaceeeeiiiinooooouuuu", strict=True)),
    **dict(zip(map(ord, "أإآٱ،؛’‘`´"), "اااا,;''''", strict=True)),
    ord("à"): words.AT,
}


def normalised(text: str, language: str) -> str:
    """The text in lower case on one line, with the words of dates as tokens of `words`.

    `language` is a primary language tag, `""` if nothing is known.
    """
    plain = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()[: len(text) + _GROWTH]
    plain = " ".join(plain.translate(_TRANSLATED).split())
    if _HAS_CJK.search(plain):
        plain = _read_cjk(plain)
    if language == "ja":
        plain = _ERA_LETTER.sub(_common_year, plain)
    plain = _DOTTED_HALF.sub(lambda match: words.MORNING if match[1] == "a" else words.AFTERNOON, plain)
    plain = _SPANISH_AUGUST.sub("agosto", plain)
    pattern, known = _phrases()
    plain = pattern.sub(lambda match: known[match[0]], plain)
    meant = words.meanings(language)
    plain = _WORD.sub(lambda match: meant.get(match[0], match[0]), plain)
    plain = _TWO_NAMES.sub(r"\1 ", " ".join(plain.split()))
    return " ".join(_LETTER_UNIT.sub(_unit, plain).split())


def number(numeral: str) -> int:
    """What a Chinese numeral counts, by places (二〇二六) or by words (一百二十).

    >>> number("十五"), number("二〇二六"), number("廿三")
    (15, 2026, 23)
    """
    for sign, ten in _TENS.items():
        numeral = numeral.replace(sign, ten)
    if "十" not in numeral and "百" not in numeral:
        return int("".join(str(_DIGITS[sign]) for sign in numeral[:9]))
    hundreds, has_hundred, rest = numeral[:12].rpartition("百")
    tens, has_ten, ones = rest.rpartition("十")
    total = 100 * (_places(hundreds) or 1) if has_hundred else 0
    return total + (10 * (_places(tens) or 1) if has_ten else 0) + _places(ones)


def _places(numeral: str) -> int:
    digits = "".join(str(_DIGITS[sign]) for sign in numeral if sign in _DIGITS)
    return int(digits) if digits else 0


def _read_cjk(text: str) -> str:
    text = _CHINESE_WEEKDAY.sub(lambda match: f" {chr(0xE010 + _WEEK[match[1] or match[2] or match[3]])} ", text)
    text = _IN_BRACKETS.sub(" ", text)
    text = _HALF_PAST.sub("30分", text)
    text = _NUMBER.sub(lambda match: str(number(match[0])), text)
    text = _ERA.sub(_common_year, text)
    pattern, known = _cjk()
    text = pattern.sub(lambda match: f" {known[match[0]]} " if match[0] in known else _span(match[0]), text)
    text = _COUNTER.sub("", " ".join(text.split()))
    return _AFTER_UNIT.sub(f" {words.AGO}", text)


def _span(found: str) -> str:
    return f" {words.cjk_units()[found.strip()[0]]} {words.AGO} "


def _common_year(match: re.Match[str]) -> str:
    return str(_ERAS[match["era"]] + (1 if match["years"] == "元" else int(match["years"])))


def _unit(match: re.Match[str]) -> str:
    return f"{match[2] or ''} {_LETTERS[match[1] or match[3]]}"


@cache
def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    known = dict(words.phrases())
    inner = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    return re.compile(rf"(?<![^\W\d_])(?:{inner})(?![^\W\d_])"), known


@cache
def _cjk() -> tuple[re.Pattern[str], dict[str, str]]:
    known = dict(words.cjk_words())
    whole = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    short = "".join(words.cjk_units())
    return re.compile(rf"{whole}|(?<=[\d\u534a])\s?[{short}](?=\s?[之以]?(?:前|전))(?:\s?[之以]?(?:前|전))"), known
