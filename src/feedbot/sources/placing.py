"""What the bytes of a page tell of where it is at home: its encoding, its language, the zones that its dates name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from feedbot.domain.identity import canonical_url
from feedbot.sources import html_document
from feedbot.sources.encoding import codec_for, decode
from feedbot.sources.feed_values import language as language_tag
from feedbot.sources.spec import Page, ParseOptions

_SAMPLE = 200_000
_OFFSET = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?\s?([+-])(\d\d):?(\d\d)(?!\d)")
_MOST_OFFSETS = 500
_CODECS = (
    *("utf-8", "gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1251", "koi8-r", "cp1252", "cp1250", "cp1253"),
    *("cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "iso8859-2", "iso8859-5", "utf-16-le", "utf-16-be"),
)
# As an admin writes them in `encoding`.
_NAMES = {
    "big5hkscs": "big5",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "euc_jp": "euc-jp",
    "cp874": "windows-874",
    **{f"cp125{digit}": f"windows-125{digit}" for digit in range(9)},
}
_WORDS = {
    "en": "the and of to in for on with is from at by how why new after",
    "de": "der die das und ist nicht mit für von den im zu auf ein eine wird",
    "fr": "le la les des et du une est dans pour sur au avec qui aux",
    "es": "el los las del y una es en por con para que al su se",
    "it": "il gli di che per una con del della nel sono alla dei",
    "pt": "o os do da dos das em uma para com não que ao na no",
    "nl": "het een van en de met voor niet op zijn aan wordt",
    "pl": "w i na z do nie się jest dla od przez",
    "sv": "och att det som är på för av med en",
    "tr": "ve bir bu için ile da de olan",
    "vi": "của và là các có không được một cho người",
    "id": "yang dan di untuk dengan dari pada ini itu",
}
_LANGUAGE_BY_WORD = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_PERSIAN = re.compile(r"[پچژگ]")
# A reading with its tone behind a character: 區(qū).
_GLOSSED = re.compile(r"[\u4e00-\u9fff][(（]\s?[a-zü]{0,5}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹ][a-zü]{0,5}\s?[)）]")
_LEAST_GLOSSED = 3
# Characters that are written in one of the two ways only, among the most frequent ones of headlines.
_TRADITIONAL = frozenset(
    "國會與對這說時東長開關門為發無學書電車馬魚鳥龍區產業務員總統報導新聞聯網際經濟實現應當進過還來個們"
)
_SIMPLIFIED = (
    frozenset("国会与对这说时东长开关门为发无学书电车马鱼鸟龙区产业务员总统报导闻联网际经济实现应当进过还来个们")
    - _TRADITIONAL
)


def encoding(page: Page) -> str:
    """The encoding that the page is read in, as an admin writes it; `""` if none explains what is read."""
    text = decode(page.body, declared=page.charset)[:_SAMPLE]
    sample = page.body[: 4 * _SAMPLE]
    claimed = codec_for(page.charset)
    known: tuple[str, ...] = (claimed, *_CODECS) if claimed else _CODECS
    for codec in known:
        read = sample.decode(codec, "replace").removeprefix("\ufeff")[: len(text)]
        # The end of the sample may be cut inside a character.
        if text and read[: len(text) - 4] == text[: len(read)][: len(text) - 4]:
            return _NAMES.get(codec, codec)
    return ""


def offsets(page: Page) -> Iterator[int]:
    """The zones that dates of the page or feed name, in minutes east of UTC; at most 500 of them."""
    text = decode(page.body[: 4 * _SAMPLE], declared=page.charset)
    for number, found in enumerate(_OFFSET.finditer(text)):
        if number >= _MOST_OFFSETS:
            return
        minutes = int(found[2]) * 60 + int(found[3])
        if minutes <= 14 * 60:
            yield -minutes if found[1] == "-" else minutes


def language(said: str | None, texts: Iterable[str]) -> str | None:
    """The language of a list: what it says of itself, unless its titles are plainly in another; None if unknown.

    Templates of themes say `en` in every country, so the script of the titles has the last word.
    """
    seen = spoken(texts)
    told: str | None = language_tag(said)
    if not told or not seen:
        return told or seen
    is_same = seen.partition("-")[0] == told.partition("-")[0].lower()
    return seen if seen in _BY_SCRIPT and (not is_same or "-" not in told) else told


def spoken(texts: Iterable[str]) -> str | None:
    """The language of the texts by their script and their commonest words; None if they are too short to tell."""
    text = " ".join(texts)[:_SAMPLE]
    letters = sum(character.isalpha() for character in text)
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS}
    if counts["ja"] > letters * 0.1:
        return "ja"
    name, count = max(counts.items(), key=lambda entry: entry[1])
    if letters and count > letters * 0.3:
        return _refined(name, text)
    return _by_words(text)


def repairs(texts: Iterable[str]) -> tuple[str, ...]:
    """The mendings that the texts of a list need, as `repair` names them: those of a mirror that prints readings."""
    glossed = len(_GLOSSED.findall(" ".join(texts)[:_SAMPLE]))
    return ("pinyin", "simplified") if glossed >= _LEAST_GLOSSED else ()


def addresses(page: Page, options: ParseOptions) -> frozenset[str]:
    """The canonical addresses of everything that the page links to; none if it is no HTML."""
    document = html_document.read(page, options)
    return frozenset(canonical_url(link.url) for link in document.links()) if document else frozenset()


def _refined(name: str, text: str) -> str:
    if name == "zh":
        counted = Counter(text)
        traditional = sum(counted[character] for character in _TRADITIONAL)
        return "zh-TW" if traditional > sum(counted[character] for character in _SIMPLIFIED) else "zh-CN"
    if name == "ru" and _UKRAINIAN.search(text):
        return "uk"
    return "fa" if name == "ar" and _PERSIAN.search(text) else name


def _by_words(text: str) -> str | None:
    words = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    scores = {name: sum(words[word] for word in common) for name, common in _LANGUAGE_BY_WORD.items()}
    first, second = sorted(scores.items(), key=lambda entry: -entry[1])[:2]
    # One common word more may be chance.
    return first[0] if first[1] >= 3 and first[1] > second[1] * 1.3 else None  # noqa: PLR2004


_BY_SCRIPT = frozenset({"ja", "ko", "zh-CN", "zh-TW", "ru", "uk", "ar", "fa", "he", "el", "th", "hi"})
