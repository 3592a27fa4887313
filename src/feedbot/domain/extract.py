"""The sentences of a text that say best what it is about.

An extractive summary: sentences are weighed by their place (a report begins with what matters), by the words that they
share with the title and with the rest of the text, and by whether they stand on their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from feedbot.domain.boilerplate import is_boilerplate, without_dateline
from feedbot.domain.sentences import is_cjk, sentence_ends
from feedbot.domain.texts import is_boundary

MOST_CHARACTERS = 8000  # what comes later is seldom what a text is about
MOST_SENTENCES = 60
_WORD = re.compile(r"[^\W\d_]{4,}|\d{4,}")
_CJK_RUN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]{2,}")
_LEANS_ON = re.compile(
    r"(?:he|she|they|it|this|that|these|those|but|however|and|so|then|meanwhile|also|er|sie|es|aber|doch|und|dies\w*|"
    r"il|elle|ils|elles|mais|et|cela|ce|él|ella|pero|y|esto|он|она|они|это|но|и)\b"
    r"|他|她|它|但|然而|不过|此外|对此|因此|所以|而且|这|那|其中|同时|另外|また|しかし|そして|彼|이|그|하지만",
    re.IGNORECASE,
)
_SHORTEST, _SHORTEST_CJK = 25, 10
_LEAD, _TITLE, _CENTRE, _LEANING = 1.0, 0.6, 0.5, 0.35


@dataclass(frozen=True, slots=True)
class _Sentence:
    place: int
    text: str
    terms: frozenset[str]


@lru_cache(maxsize=512)
def extract(text: str, title: str, max_chars: int) -> str:
    """The sentences of `text` that say best what it is about, in their order, at most `max_chars` characters.

    `text` is plain, its paragraphs separated by line breaks. Credits, datelines, the title said again and calls to
    click are left out. Empty when no whole sentence fits, or nothing but such words is there.
    """
    sentences = tuple(_sentences(text[:MOST_CHARACTERS], title))[:MOST_SENTENCES]
    chosen: list[_Sentence] = []
    room = max_chars
    for sentence in _by_weight(sentences, title):
        cost = len(sentence.text) + (0 if is_cjk(sentence.text[0]) or not chosen else 1)
        if cost <= room and not any(_say_the_same(sentence, other) for other in chosen):
            chosen.append(sentence)
            room -= cost
    return _joined(sorted(chosen, key=lambda sentence: sentence.place))


def _sentences(text: str, title: str) -> Iterator[_Sentence]:
    said, place, is_first = _terms(title), 0, True
    for line in text.splitlines():
        plain = " ".join(line.split())
        plain = without_dateline(plain) if is_first else plain
        for sentence in _split(plain):
            if not _is_whole(sentence) or is_boilerplate(sentence):
                continue
            terms = _terms(sentence)
            if terms and terms == said:
                continue  # the title said again
            yield _Sentence(place, sentence, terms)
            place, is_first = place + 1, False


def _split(line: str) -> Iterator[str]:
    start = 0
    for end in sentence_ends(line):
        if is_boundary(line, end):
            yield line[start:end].strip()
            start = end


def _is_whole(sentence: str) -> bool:
    least = _SHORTEST_CJK if any(map(is_cjk, sentence[:20])) else _SHORTEST
    return len(sentence) >= least and not sentence.endswith(("...", "…"))


def _terms(text: str) -> frozenset[str]:
    """Words of four letters or more, and pairs of characters where words are not set apart."""
    lowered = text.lower()
    words = {word for word in _WORD.findall(lowered) if not is_cjk(word[0])}
    for run in _CJK_RUN.findall(lowered):
        words.update(run[start : start + 2] for start in range(len(run) - 1))
    return frozenset(words)


def _by_weight(sentences: Sequence[_Sentence], title: str) -> list[_Sentence]:
    counts = Counter(term for sentence in sentences for term in sentence.terms)
    most = max(counts.values(), default=1)
    wanted = _terms(title)

    def weight(sentence: _Sentence) -> float:
        terms = sentence.terms
        lead = _LEAD / (1 + 0.4 * sentence.place)
        named = len(terms & wanted) / len(wanted) if wanted else 0.0
        centre = sum(counts[term] for term in terms) / (most * len(terms)) if terms else 0.0
        leaning = _LEANING if sentence.place and _LEANS_ON.match(sentence.text) else 0.0
        return lead + _TITLE * named + _CENTRE * centre - leaning

    return sorted(sentences, key=lambda sentence: (-weight(sentence), sentence.place))


def _say_the_same(one: _Sentence, other: _Sentence) -> bool:
    shared = len(one.terms & other.terms)
    return shared * 10 >= 8 * min(len(one.terms), len(other.terms)) > 0


def _joined(chosen: Sequence[_Sentence]) -> str:
    text = ""
    for sentence in chosen:
        text += sentence.text if not text or is_cjk(sentence.text[0]) else f" {sentence.text}"
    return text
