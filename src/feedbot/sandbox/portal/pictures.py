"""Small pictures for the stories: landscapes drawn from a number, as PNG files, with nothing but zlib."""

from __future__ import annotations

import math
import struct
import zlib
from functools import lru_cache

from feedbot.sandbox.portal.writing import Dice

WIDTH, HEIGHT = 640, 360
THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT = 320, 180
_SKY_SHADES = 48
_Colour = tuple[int, int, int]
# Sky at the top, sky at the horizon, sun, then four ranges of hills from far to near.
_PALETTES: tuple[tuple[_Colour, ...], ...] = (
    ((96, 150, 190), (247, 226, 196), (255, 244, 214), (150, 171, 176), (110, 142, 140), (72, 108, 98), (38, 70, 62)),
    ((52, 66, 110), (244, 164, 122), (255, 220, 168), (130, 108, 138), (96, 80, 116), (62, 56, 92), (32, 32, 62)),
    ((120, 170, 172), (236, 240, 218), (255, 255, 240), (164, 190, 176), (126, 160, 140), (88, 124, 100), (52, 84, 66)),
    ((70, 96, 140), (250, 206, 180), (255, 236, 200), (176, 140, 150), (140, 104, 120), (98, 74, 94), (58, 46, 66)),
)


@lru_cache(maxsize=64)
def landscape(seed: int, *, thumbnail: bool = False) -> bytes:
    """A PNG file (RFC 2083, 8-bit palette) of hills under a sky; the same seed gives the same bytes."""
    width, height = (THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT) if thumbnail else (WIDTH, HEIGHT)
    dice = Dice(seed)
    colours = dice.pick(_PALETTES)
    rows = _paint(width, height, dice)
    return _png(width, height, _palette(colours), rows)


def _palette(colours: tuple[_Colour, ...]) -> bytes:
    top, horizon, *rest = colours
    sky = [
        tuple(round(a + (b - a) * shade / (_SKY_SHADES - 1)) for a, b in zip(top, horizon, strict=True))
        for shade in range(_SKY_SHADES)
    ]
    return b"".join(bytes(colour) for colour in (*sky, *rest))


def _paint(width: int, height: int, dice: Dice) -> list[bytearray]:
    horizon = height * 3 // 4
    rows = [bytearray([min(_SKY_SHADES - 1, y * _SKY_SHADES // horizon)]) * width for y in range(height)]
    _paint_sun(rows, dice.between(width // 5, width * 4 // 5), dice.between(height // 5, height // 2), height // 11)
    for layer in range(4):
        _paint_hills(rows, _SKY_SHADES + 1 + layer, height * (45 + 13 * layer) // 100, dice)
    return rows


def _paint_sun(rows: list[bytearray], x: int, y: int, radius: int) -> None:
    for offset in range(-radius, radius + 1):
        half = math.isqrt(radius * radius - offset * offset)
        rows[y + offset][x - half : x + half] = bytes([_SKY_SHADES]) * (2 * half)


def _paint_hills(rows: list[bytearray], colour: int, base: int, dice: Dice) -> None:
    width, height = len(rows[0]), len(rows)
    waves = [(dice.between(1, 3), height / 16), (dice.between(3, 6), height / 32), (dice.between(9, 16), height / 150)]
    phases = [dice.between(0, 628) / 100 for _ in waves]
    for x in range(width):
        turn = 2 * math.pi * x / width
        lift = sum(tall * math.sin(count * turn + phase) for (count, tall), phase in zip(waves, phases, strict=True))
        for y in range(max(0, int(base - lift)), height):
            rows[y][x] = colour


def _png(width: int, height: int, palette: bytes, rows: list[bytearray]) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
