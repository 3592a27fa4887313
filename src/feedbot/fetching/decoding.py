"""Compressed bytes become plain ones, a bounded piece at a time, so that a bomb is stopped while it goes off."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol

import brotli
import zstandard

PIECE = 64 * 1024
_ZSTD_WINDOW = 8 * 1024 * 1024  # RFC 9659: the largest window that a web client must read
# One zstd block of 4 bytes may hold 128 KiB, and the decoder has no output limit: feed it spoonfuls.
_ZSTD_SPOON = 128
_MOST_CODINGS = 3
_GZIP_MAGIC = b"\x1f\x8b"


class BrokenCodingError(Exception):
    """The bytes are not what their Content-Encoding says."""


class CutShortError(Exception):
    """The compressed bytes stop before their end mark."""


class InflatedTooMuchError(Exception):
    """More decompressed bytes than allowed."""


class _Decoder(Protocol):
    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The plain bytes that `data` adds, in bounded pieces; raises BrokenCodingError."""

    @property
    def is_complete(self) -> bool:
        """Whether the end mark was reached, or nothing came at all."""


class Inflater:
    """Undoes the content codings of one body, at most `limit` plain bytes; each layer of a nested one is counted.

    `codings` are the names in the order in which they were applied. Unknown names (`none`, `utf-8`, ...) are
    servers' slips and count as no coding, as in browsers.
    """

    def __init__(self, codings: Sequence[str], limit: int) -> None:
        names = [name for name in codings if name in _DECODERS]
        if len(names) > _MOST_CODINGS:
            raise BrokenCodingError(f"{len(names)} codings on top of each other")
        self._decoders = [_DECODERS[name]() for name in reversed(names)]
        self._counts = [0] * len(self._decoders)
        self._limit = limit

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to undo."""
        return not self._decoders

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The plain bytes that `data` adds; raises BrokenCodingError or InflatedTooMuchError."""
        return self._undo(data, 0)

    def finish(self) -> None:
        """Raises CutShortError if the body stopped in the middle."""
        if not all(decoder.is_complete for decoder in self._decoders):
            raise CutShortError

    def _undo(self, data: bytes, layer: int) -> Iterator[bytes]:
        if layer == len(self._decoders):
            yield data
            return
        for piece in self._decoders[layer].pieces(data):
            self._counts[layer] += len(piece)
            if self._counts[layer] > self._limit:
                raise InflatedTooMuchError
            if piece:
                yield from self._undo(piece, layer + 1)


class _Zlib:
    """gzip (RFC 1952), one or more members, and deflate; what follows the end (padding, mostly) is ignored."""

    def __init__(self, window_bits: Callable[[bytes], int], *, has_members: bool) -> None:
        self._window_bits = window_bits
        self._has_members = has_members
        self._stream: zlib._Decompress | None = None
        self._has_started = False
        self._head = b""

    @property
    def is_complete(self) -> bool:
        return not self._has_started or (self._stream is not None and self._stream.eof)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        self._has_started = self._has_started or bool(data)
        data = self._head + data
        self._head = b""
        has_more = bool(data)
        while has_more:
            stream = self._stream_for(data)
            if stream is None:
                return
            try:
                piece = stream.decompress(data, PIECE)
            except zlib.error as error:
                raise BrokenCodingError(str(error)) from None
            yield piece
            data = stream.unused_data or stream.unconsumed_tail
            # A full piece may leave plain bytes inside zlib with no compressed ones left to ask for them with.
            has_more = bool(data) or (len(piece) == PIECE and not stream.eof)

    def _stream_for(self, data: bytes) -> zlib._Decompress | None:
        """The stream under way, or a new one for the next member; None if there is nothing to read yet or any more."""
        if self._stream is not None and not self._stream.eof:
            return self._stream
        if len(data) < len(_GZIP_MAGIC):  # too little to tell: wait for the next bytes
            self._head = data
            return None
        is_over = self._stream is not None and not (self._has_members and data.startswith(_GZIP_MAGIC))
        if is_over:
            return None
        self._stream = zlib.decompressobj(self._window_bits(data))
        return self._stream


def _gzip_bits(_: bytes) -> int:
    return 16 + zlib.MAX_WBITS


def _deflate_bits(data: bytes) -> int:
    """RFC 9110 means the zlib format (RFC 1950); many servers send bare deflate (RFC 1951) instead."""
    has_header = data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2]) % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS


class _Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._has_started = False

    @property
    def is_complete(self) -> bool:
        return not self._has_started or self._stream.is_finished()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        self._has_started = self._has_started or bool(data)
        if self._stream.is_finished():
            return
        try:
            piece = self._stream.process(data, output_buffer_limit=PIECE)
            while piece:
                yield piece
                piece = b"" if self._stream.is_finished() else self._stream.process(b"", output_buffer_limit=PIECE)
        except brotli.error as error:
            raise BrokenCodingError(str(error)) from None


class _Zstandard:
    """RFC 8878: one or more frames."""

    def __init__(self) -> None:
        self._stream: zstandard.ZstdDecompressionObj | None = None
        self._has_started = False

    @property
    def is_complete(self) -> bool:
        return not self._has_started or (self._stream is not None and self._stream.eof)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_SPOON):
            yield from self._swallow(data[start : start + _ZSTD_SPOON])

    def _swallow(self, data: bytes) -> Iterator[bytes]:
        self._has_started = True
        while data:
            if self._stream is None or self._stream.eof:
                self._stream = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
            try:
                yield self._stream.decompress(data)
            except zstandard.ZstdError as error:
                raise BrokenCodingError(str(error)) from None
            data = self._stream.unused_data if self._stream.eof else b""


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": partial(_Zlib, _gzip_bits, has_members=True),
    "x-gzip": partial(_Zlib, _gzip_bits, has_members=True),
    "deflate": partial(_Zlib, _deflate_bits, has_members=False),
    "br": _Brotli,
    "zstd": _Zstandard,
}
