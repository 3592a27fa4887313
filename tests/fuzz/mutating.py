"""Inputs that nobody wrote: saved feeds and pages, broken, spliced, repeated and re-encoded at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
_ENDINGS = frozenset({".xml", ".html", ".json", ".cases", ".txt", ".rss", ".atom"})
_MOST_SEED_BYTES = 60_000
MOST_BYTES = 120_000
_CODECS = ("gb18030", "big5", "cp932", "euc_kr", "cp1251", "koi8_r", "cp1256", "utf-16-le", "utf-16-be", "utf-8-sig")
_TOKENS = (
    *(
        "<",
        ">",
        "&",
        '"',
        "'",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<?xml version='1.0' encoding='utf-7'?>",
        "<!DOCTYPE x [",
    ),
    *(
        "</item>",
        "<item>",
        "<entry>",
        "</channel>",
        "<rss version='2.0'>",
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
    ),
    *("<link href='//['/>", "<link>http://[::1</link>", "<guid>", "<pubDate>", "</title>", "<content type='xhtml'>"),
    *(
        "&nbsp;",
        "&#x110000;",
        "&#xD800;",
        "&#0;",
        "&lt;script&gt;",
        "&amp;amp;",
        "xml:base='http://[bad'",
        "xmlns:a='b'",
    ),
    *(
        "<div>",
        "</div>",
        "<table><td>",
        "<p>",
        "<a href='javascript:x'>",
        "<img srcset='a 1x, b 2x'>",
        "<svg><style>",
        "<li>",
    ),
    *("<script type='application/ld+json'>{", '{"@type":"Article"}', "<base href='http:'>", "<meta charset='utf-16'>"),
    *(
        "2026-11-05",
        "99/99/9999",
        "昨天 25:61",
        "十五分钟前",
        "令和元年",
        "vor 2 Stunden",
        "منذ ساعتين",
        "9" * 30,
        "-1",
        "1e999",
    ),
    *(
        "\x00",
        "\ufffe",
        "\ud7ff",
        "\u202e",
        "\U0010ffff",
        "區(qū)",
        "(qū)",
        "\ufdfa",
        "\u0301" * 9,
        "\t\r\n\x0b\x0c\x85\u2028",
    ),
    *(
        '"items":',
        '[{"id":',
        "null",
        "\\ud800",
        "{",
        "}",
        "[",
        "]",
        "://",
        "http://user:pass@x:99999/",
        "data:text/html,x",
    ),
)


@cache
def seeds() -> tuple[bytes, ...]:
    """The saved inputs of all other tests."""
    found = sorted(path for path in DATA.rglob("*") if path.suffix in _ENDINGS and ".expected" not in path.name)
    bodies = [path.read_bytes() for path in found]
    cases = [part for path in found if path.suffix == ".cases" for part in path.read_bytes().split(b"\n== ")]
    return tuple(body[:_MOST_SEED_BYTES] for body in (*bodies, *cases) if body)


def mutated(chance: random.Random) -> bytes:
    """A seed with one to six mutations, the same for the same `chance`."""
    body = bytearray(chance.choice(seeds()))
    for _ in range(chance.randint(1, 6)):
        chance.choice(_MUTATIONS)(body, chance)
        del body[MOST_BYTES:]
    return bytes(body)


def line(chance: random.Random) -> str:
    """A short text of a few tokens and scraps of the seeds."""
    parts = []
    for _ in range(chance.randint(1, 8)):
        if chance.random() < 0.5:
            parts.append(chance.choice(_TOKENS))
        else:
            seed = chance.choice(seeds())
            start = chance.randrange(len(seed))
            parts.append(seed[start : start + chance.randint(1, 40)].decode("utf-8", "replace"))
    return "".join(parts) * chance.choice((1, 1, 1, 2, 50))


def _token(body: bytearray, chance: random.Random) -> None:
    place = chance.randint(0, len(body))
    body[place:place] = chance.choice(_TOKENS).encode("utf-8", "surrogatepass")


def _many_tokens(body: bytearray, chance: random.Random) -> None:
    place = chance.randint(0, len(body))
    body[place:place] = chance.choice(_TOKENS).encode("utf-8", "surrogatepass") * chance.choice((10, 300, 3000))


def _flip(body: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 20)):
        if body:
            body[chance.randrange(len(body))] = chance.randrange(256)


def _drop(body: bytearray, chance: random.Random) -> None:
    place = chance.randint(0, len(body))
    del body[place : place + chance.choice((1, 2, 20, 500))]


def _cut(body: bytearray, chance: random.Random) -> None:
    del body[chance.randint(0, len(body)) :]


def _double(body: bytearray, chance: random.Random) -> None:
    place, length = chance.randint(0, len(body)), chance.choice((1, 10, 200, 5000))
    body[place:place] = body[place : place + length] * chance.choice((1, 5, 100))


def _splice(body: bytearray, chance: random.Random) -> None:
    other = chance.choice(seeds())
    start = chance.randrange(len(other))
    place = chance.randint(0, len(body))
    body[place : place + chance.choice((0, 50, 2000))] = other[start : start + chance.choice((20, 500, 20_000))]


def _other_encoding(body: bytearray, chance: random.Random) -> None:
    body[:] = bytes(body).decode("utf-8", "replace").encode(chance.choice(_CODECS), "ignore")


_MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _token,
    _token,
    _many_tokens,
    _flip,
    _drop,
    _cut,
    _double,
    _splice,
    _other_encoding,
)
