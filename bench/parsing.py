"""Processor time to read a feed: bytes to cleaned drafts, beside feedparser alone with its own sanitiser."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median

from bench.children import Say
from bench.figures import Figure

_URL = "https://bench.example/feed.xml"
_ODD = Path(__file__).parent.parent / "tests" / "data" / "feeds_odd"
_ROOT = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_WORDS = (
    *("river", "market", "council", "school", "library", "bridge", "festival", "harvest", "station", "mayor"),
    *("garden", "road", "light", "water"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How often each feed is read by each side; the median counts."""

    rounds: int = 25


FULL = Size()
QUICK = Size(rounds=5)


async def measure(size: Size, say: Say) -> list[Figure]:
    """Milliseconds a feed, ours and feedparser's, taken in turn."""
    figures = []
    for what, feeds in (
        ("5 teasers", [_feed(5, full=False)]),
        ("20 full articles", [_feed(20, full=True)]),
        ("500 full articles", [_feed(500, full=True)]),
        ("Atom, 20 full articles", [_atom(20)]),
        ("the odd feeds of the tests", _odd_feeds()),
    ):
        say(f"{what}: {len(feeds)} feeds, {sum(map(len, feeds)) / 1000:.0f} KB ...")
        rounds = max(size.rounds // 5, 2) if len(feeds[0]) > 1_000_000 else size.rounds  # a second each
        ours, theirs = _times(feeds, rounds)
        figures.append(Figure(what, "ms a feed", ours / len(feeds), theirs / len(feeds), "feedparser, sanitising"))
    return figures


def _times(feeds: Sequence[bytes], rounds: int) -> tuple[float, float]:
    """The median milliseconds that all feeds take, by feedbot and by feedparser."""
    ours, theirs = [], []
    for _ in range(rounds + 1):
        ours.append(_milliseconds(_read, feeds))
        theirs.append(_milliseconds(_baseline, feeds))
    return median(ours[1:]), median(theirs[1:])  # the first round loads what is loaded once


def _milliseconds(work: Callable[[bytes], None], feeds: Sequence[bytes]) -> float:
    started = time.process_time()
    for body in feeds:
        work(body)
    return 1000 * (time.process_time() - started)


def _read(body: bytes) -> None:
    from feedbot.errors import FetchError  # noqa: PLC0415 - a benchmark's imports are no part of the others'
    from feedbot.sources import feed  # noqa: PLC0415 - as above
    from feedbot.sources.spec import Page, ParseOptions  # noqa: PLC0415 - as above

    try:
        feed.parse_list(Page(body, _URL), ParseOptions())
    except FetchError:
        return


def _baseline(body: bytes) -> None:
    import feedparser  # noqa: PLC0415 - as above

    try:
        feedparser.parse(BytesIO(body), response_headers={"content-type": "application/xml", "content-location": _URL})
    except UnicodeEncodeError:  # it stumbles over one of the odd feeds
        return


def _feed(items: int, *, full: bool) -> bytes:
    chance = random.Random(items)
    made = "".join(_item(number, chance, full=full) for number in range(items))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Bench</title><link>https://bench.example/</link>'
        f"<description>News</description>{made}</channel></rss>"
    ).encode()


def _item(number: int, chance: random.Random, *, full: bool) -> str:
    body = f"<content:encoded><![CDATA[{_html(chance)}]]></content:encoded>" if full else ""
    return (
        f"<item><title>{_sentence(chance)}</title><link>https://bench.example/{number}</link>"
        f'<guid isPermaLink="false">b-{number}</guid><pubDate>Thu, 05 Nov 2026 14:{number % 60:02}:00 GMT</pubDate>'
        f"<dc:creator>Ann Lee</dc:creator><category>town</category>"
        f"<description>{_sentence(chance)}</description>{body}</item>"
    )


def _atom(items: int) -> bytes:
    chance = random.Random(items)
    made = "".join(
        f'<entry><id>tag:bench.example,2026:{number}</id><title>{_sentence(chance)}</title><link href="/{number}"/>'
        f"<updated>2026-11-05T14:{number % 60:02}:00Z</updated><author><name>Ann Lee</name></author>"
        f'<content type="html"><![CDATA[{_html(chance)}]]></content></entry>'
        for number in range(items)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Bench</title><id>tag:bench</id>{made}</feed>'.encode()


def _html(chance: random.Random) -> str:
    """An article of some 3 KB: paragraphs, links, a picture, a list, and what a sanitiser takes out."""
    paragraphs = "".join(
        f'<p>{" ".join(_sentence(chance) for _ in range(4))} <a href="/x?a=1&amp;b=2">{_sentence(chance)}</a></p>'
        for _ in range(6)
    )
    return (
        f'<div class="entry" style="color: red">{paragraphs}<img src="/p.jpg" alt="A picture" onload="x()">'
        f"<ul><li>{_sentence(chance)}</li><li>{_sentence(chance)}</li></ul><script>track()</script></div>"
    )


def _sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=12)).capitalize() + "."


def _odd_feeds() -> list[bytes]:
    """The documents of the corpus as they stand in its files, those in XML only."""
    found = []
    for book in sorted(_ODD.glob("*.cases")):
        for part in re.split(r"^== .*\n", book.read_text(encoding="utf-8"), flags=re.MULTILINE):
            text = re.sub(r"^# \w+: .*\n?", "", part, flags=re.MULTILINE).strip()
            item = f"<rss version='2.0'><channel><title>Odd</title><item>{text}</item></channel></rss>"
            whole = text if _ROOT.search(text) else item
            if text and book.stem not in {"json", "refused"}:
                found.append(whole.encode())
    return found
