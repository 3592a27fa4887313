"""How well the text of an article is found on its page, and how quickly: beside the engine alone.

The pages are those of `tests/data/articles`, written for feedbot's tests in sixty layouts, each with its right text.
They are few and made by whoever made the rules: the ratio says that the rules help the engine, not how well either
does on the web at large.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean, median

from bench.children import Say
from bench.figures import Figure
from feedbot.domain.article import Draft
from feedbot.sources import article
from feedbot.sources.encoding import decode
from feedbot.sources.html import to_text
from feedbot.sources.spec import Page, ParseOptions

PAGES = Path(__file__).parents[1] / "tests" / "data" / "articles"
SHINGLE = 5  # characters, of the letters and digits alone


@dataclass(frozen=True, slots=True)
class Size:
    """How often each page is read for the time that it takes, and whether every page is or every so-manieth."""

    rounds: int = 5
    every: int = 1


FULL = Size()
QUICK = Size(rounds=1)


@dataclass(frozen=True, slots=True)
class Sample:
    """A page and the right text of its article."""

    name: str
    page: Page
    timezone: str
    text: str

    @property
    def is_chinese(self) -> bool:
        """Whether the article is in Chinese."""
        return self.name.startswith("zh-")


def likeness(found: str, right: str) -> float:
    """The F1 of two texts' overlapping runs of five letters, counted as often as they occur: 1 where they say the same.

    Blanks and punctuation do not count. Two empty texts are alike.
    """
    one, other = _shingles(found), _shingles(right)
    if not one or not other:
        return float(not one and not other)
    return 2 * (one & other).total() / (one.total() + other.total())


def _shingles(text: str) -> Counter[str]:
    letters = "".join(filter(str.isalnum, text)).lower()
    if not letters:
        return Counter()
    return Counter(letters[start : start + SHINGLE] for start in range(max(len(letters) - SHINGLE + 1, 1)))


def samples() -> list[Sample]:
    """The saved pages, in the order of their names."""
    return [_sample(file) for file in sorted(PAGES.glob("*.html"))]


def _sample(file: Path) -> Sample:
    expected = json.loads(file.with_suffix(".expected.json").read_text(encoding="utf-8"))
    page = Page(file.read_bytes(), expected["url"], "text/html")
    return Sample(file.stem, page, expected["timezone"], "\n\n".join(expected["text"]))


async def measure(size: Size, say: Say) -> list[Figure]:
    """F1 of the text, of all pages, the Chinese and the others, and the time that a page takes."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    pages = samples()[:: size.every]
    ways: dict[str, Callable[[Sample], str]] = {
        "feedbot": _feedbot,
        "trafilatura, default": partial(_trafilatura, precise=False),
        "trafilatura, html, precision": partial(_trafilatura, precise=True),
    }
    likenesses, seconds = {}, {}
    for name, way in ways.items():
        say(f"{len(pages)} pages, {name} ...")
        likenesses[name] = [likeness(way(page), page.text) for page in pages]
        seconds[name] = [_seconds(way, page, size.rounds) for page in pages]
    found = []
    for name in list(ways)[1:]:
        for what, chosen in _groups(pages):
            values = [fmean(likenesses[way][index] for index in chosen) for way in ("feedbot", name)]
            found.append(Figure(f"text of {what}", f"F1, {SHINGLE} characters", values[0], values[1], name))
        times = [1000 * fmean(seconds[way]) for way in ("feedbot", name)]
        found.append(Figure("time", "CPU ms a page", times[0], times[1], name))
    return found


def _groups(pages: Sequence[Sample]) -> list[tuple[str, list[int]]]:
    chinese = [index for index, page in enumerate(pages) if page.is_chinese]
    others = [index for index, page in enumerate(pages) if not page.is_chinese]
    return [
        (f"all {len(pages)} pages", [*chinese, *others]),
        (f"{len(chinese)} Chinese ones", chinese),
        (f"{len(others)} others", others),
    ]


def _feedbot(sample: Sample) -> str:
    options = ParseOptions(timezone=sample.timezone)
    return to_text(article.read([sample.page], Draft(url=sample.page.url, title=""), options).draft.body_html)


def _trafilatura(sample: Sample, *, precise: bool) -> str:
    import trafilatura  # noqa: PLC0415 - as feedbot itself does, where it is used

    text = decode(sample.page.body)
    if not precise:
        return trafilatura.extract(text, url=sample.page.url) or ""
    html = trafilatura.extract(
        text,
        url=sample.page.url,
        output_format="html",
        favor_precision=True,
        include_comments=False,
        include_images=True,
        include_links=True,
        include_formatting=True,
    )
    return to_text(html or "")


def _seconds(way: Callable[[Sample], str], page: Sample, rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        way(page)
        taken.append(time.process_time() - began)
    return median(taken)
