"""A body is read while its size is counted, as sent and decompressed; large decompression leaves the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterator, Sequence

from feedbot.fetching.decoding import PIECE, Inflater

# Up to here decompressing costs less than handing over to a thread (about 0.1 ms).
_INLINE = 4 * PIECE
# Of layers within layers, of which only the outcome is cut.
_HEAD_INFLATED = 20_000_000


class SentTooMuchError(Exception):
    """More bytes on the wire than allowed."""


async def read_body(chunks: AsyncIterable[bytes], codings: Sequence[str], max_bytes: int, max_inflated: int) -> bytes:
    """The body, decompressed.

    Raises SentTooMuchError, InflatedTooMuchError, BrokenCodingError or CutShortError as soon as that is known.
    """
    inflater = Inflater(codings, max_inflated)
    body = bytearray()
    sent = 0
    async for chunk in chunks:
        sent += len(chunk)
        if sent > max_bytes:
            raise SentTooMuchError
        await _inflate(inflater.pieces(chunk), body)
    inflater.finish()
    return bytes(body)


async def read_head(chunks: AsyncIterable[bytes], codings: Sequence[str], wanted: int) -> bytes:
    """The first `wanted` bytes of the body, decompressed, or all of it if it has no more.

    Raises BrokenCodingError or CutShortError if it breaks before.
    """
    inflater = Inflater(codings, _HEAD_INFLATED)
    body = bytearray()
    async for chunk in chunks:
        for piece in inflater.pieces(chunk):
            body += piece
            if len(body) >= wanted:
                return bytes(body[:wanted])
    inflater.finish()
    return bytes(body)


async def _inflate(pieces: Iterator[bytes], body: bytearray) -> None:
    start = len(body)
    for piece in pieces:
        body += piece
        if len(body) - start > _INLINE:
            await asyncio.to_thread(_inflate_rest, pieces, body)


def _inflate_rest(pieces: Iterator[bytes], body: bytearray) -> None:
    for piece in pieces:
        body += piece
