"""Whether articles of several sources are one story: the same address, or nearly the same text.

The text is compared by its MinHash signature over character shingles: Broder, "On the resemblance and containment of
documents" (1997); with one permutation and 64 bins after Li, Owen and Zhang, "One Permutation Hashing" (2012).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from feedbot.domain.sentences import is_cjk
from feedbot.domain.words import folded

BINS = 64
BANDS = 16
ROWS = BINS // BANDS
MOST_CHARACTERS = 20_000  # what follows tells no more
ALIKE = 0.6  # with a tenth of a text edited in scattered places about 0.73 is left; unrelated ones stay below 0.3
ALIKE_WITH_TITLE = 0.4
_LEAST_SHINGLES = 100  # a shorter text is too easily the same by chance: "Watch the video."
_LEAST_NUMBERS = 3
_SAME_NUMBERS = 0.6
_CJK_SHINGLE, _SHINGLE = 4, 9
_EMPTY = 0xFFFFFFFF
_MIX = 0x9E3779B1
_SILENT = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another source that has the same story, and its article's address."""

    source_title: str
    url: str


@dataclass(frozen=True, slots=True)
class Print:
    """What is compared of a text: its signature (empty if it is too short to tell), its numbers, its title.

    `canonical_key` names the address that the article's page says is its own; empty if it says none.
    """

    signature: tuple[int, ...]
    numbers: frozenset[str]
    title: str
    canonical_key: bytes = b""

    @property
    def bands(self) -> tuple[int, ...]:
        """16 signed 64-bit numbers, of which nearly equal texts share at least one; none for too short a text."""
        if not self.signature:
            return ()
        return tuple(
            int.from_bytes(_digest(band, self.signature[band * ROWS : band * ROWS + ROWS]), "big", signed=True)
            for band in range(BANDS)
        )


def print_of(title: str, text: str) -> Print:
    """The print of an article: `text` is its body as plain text, or its summary if it has no body."""
    said = folded(text[:MOST_CHARACTERS])
    plain = _SILENT.sub("", said)
    return Print(_signature(plain), frozenset(_NUMBER.findall(said)), _SILENT.sub("", folded(title)))


def address_band(key: bytes) -> int:
    """The band, beside those of the text, by which articles are found that name the address with this key their own."""
    return int.from_bytes(key[:8], "big", signed=True)


def alike(one: Print, other: Print) -> float:
    """The share of shingles that both texts have, estimated from their signatures: 0 to 1."""
    if not one.signature or not other.signature:
        return 0.0
    return sum(left == right for left, right in zip(one.signature, other.signature, strict=True)) / BINS


def is_same_story(one: Print, other: Print) -> bool:
    """Whether two texts are one story, edited a little.

    Notices from one template (water is off in this street, and in that one) are nearly the same text and not the same
    story: their dates, times and house numbers differ.
    """
    needed = ALIKE_WITH_TITLE if one.title and one.title == other.title else ALIKE
    return alike(one, other) >= needed and _numbers_agree(one.numbers, other.numbers)


def _numbers_agree(some: frozenset[str], others: frozenset[str]) -> bool:
    if not some or not others:
        return True
    if max(len(some), len(others)) < _LEAST_NUMBERS:
        return some == others
    return len(some & others) >= _SAME_NUMBERS * len(some | others)


def _signature(plain: str) -> tuple[int, ...]:
    """The least hash of each bin; a bin that got none borrows from the next that did."""
    bins = [_EMPTY] * BINS
    count = 0
    for value in _hashes(plain):
        count += 1
        place, rank = value % BINS, value // BINS
        bins[place] = min(bins[place], rank)
    if count < _LEAST_SHINGLES:
        return ()
    return tuple(_filled(bins))


def _hashes(plain: str) -> Iterator[int]:
    dense = sum(map(is_cjk, plain[:1000])) * 2 > len(plain[:1000])
    size = _CJK_SHINGLE if dense else _SHINGLE
    data = memoryview(plain.encode("utf-32-le", "surrogatepass"))
    for start in range(0, len(data) - 4 * size + 1, 4):
        yield zlib.crc32(data[start : start + 4 * size]) * _MIX & _EMPTY


def _filled(bins: list[int]) -> Iterator[int]:
    for place in range(BINS):
        steps = next(step for step in range(BINS) if bins[(place + step) % BINS] != _EMPTY)
        yield (bins[(place + steps) % BINS] + steps * _MIX) & _EMPTY


def _digest(band: int, rows: tuple[int, ...]) -> bytes:
    data = struct.pack(f">B{ROWS}I", band, *rows)
    return struct.pack(">II", zlib.crc32(data), zlib.crc32(data, _MIX))
