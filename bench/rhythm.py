"""Visits by the learned rhythm on a simulated internet, against a fixed interval of ten minutes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from bench.children import Say
from bench.figures import Figure
from bench.internet import PATTERNS, build
from bench.visitor import Tally, Visitor, fixed, percentile

ACTIVE = ("hourly news", "mornings", "office hours")
INTERVAL = 600.0
_FIXED = "every 10 min"
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """So many sources for so many days, in parts that processes share among them, each an internet of its own."""

    sources: int = 2000
    days: float = 30
    parts: int = 4
    seed: int = 2026


FULL = Size()
QUICK = Size(sources=200, days=7, parts=1)


async def measure(size: Size, say: Say) -> list[Figure]:
    """Requests for each new article and delays from publication to discovery, all and by pattern."""
    say(f"{size.sources} sources for {size.days:g} days ...")
    learned, plain, as_many = Tally(), Tally(), Tally()
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(size.parts, os.cpu_count() or 1), mp_context=context) as pool:
        parts = [loop.run_in_executor(pool, simulate, size, part) for part in range(size.parts)]
        for tallies in await asyncio.gather(*parts):
            for whole, some in zip((learned, plain, as_many), tallies, strict=True):
                whole.add(some)
    return figures(learned, plain, as_many)


def simulate(size: Size, part: int) -> tuple[Tally, Tally, Tally]:
    """One part: the learned rhythm, the fixed interval, and a fixed one that takes as many requests as the first."""
    internet = build(size.sources // size.parts, size.days, size.seed + part, f"p{part}-")
    learned, plain = Visitor(internet, size.seed + part).run(), fixed(internet, INTERVAL)
    return learned, plain, fixed(internet, INTERVAL * plain.requests / learned.requests)


def figures(learned: Tally, plain: Tally, as_many: Tally) -> list[Figure]:
    """The tallies as figures."""
    found = [*_of("all", PATTERNS, learned, plain), *_of("active ones", ACTIVE, learned, plain)]
    for pattern in PATTERNS:
        found += _of(pattern, (pattern,), learned, plain)
    slower = f"every {INTERVAL / _MINUTE * plain.requests / learned.requests:.0f} min: as many requests"
    found += [replace(figure, compared=slower) for figure in _of("all", PATTERNS, learned, as_many)[1:]]
    polls = max(learned.answered, 1)
    return [
        *found,
        Figure("answered with 304", "% of answers", 100 * learned.unchanged / polls, None, "3 of 4 feeds have an ETag"),
        Figure("lost", "articles", len(learned.lost), len(plain.lost), _FIXED),
        Figure("lost, but seen by the other", "articles", len(learned.lost - plain.lost), None, "aim: 0"),
        Figure("spacing, crawl-delay or Retry-After broken", "requests", learned.breaches, None, "aim: 0"),
    ]


def _of(what: str, patterns: Iterable[str], learned: Tally, plain: Tally) -> list[Figure]:
    ours, theirs = learned.delays_of(patterns), plain.delays_of(patterns)
    mine = sum(learned.requests_of.get(pattern, 0) for pattern in patterns)
    other = sum(plain.requests_of.get(pattern, 0) for pattern in patterns)
    if not ours or not theirs:
        return [Figure(what, "requests", mine, other, _FIXED)]
    return [
        Figure(what, "requests an article", mine / len(ours), other / len(theirs), _FIXED),
        Figure(what, "min, median delay", percentile(ours, 0.5) / _MINUTE, percentile(theirs, 0.5) / _MINUTE, _FIXED),
        Figure(what, "min, p95 delay", percentile(ours, 0.95) / _MINUTE, percentile(theirs, 0.95) / _MINUTE, _FIXED),
    ]
