"""Compressed bodies become plain, whatever their chunks; bombs are stopped, cut and broken ones are told apart."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.fetching.body import SentTooMuchError, read_body
from feedbot.fetching.decoding import BrokenCodingError, CutShortError, InflatedTooMuchError, Inflater

PLAIN = "安源区政府 公告 <p>".encode() * 20_000
LIMIT = 2_000_000


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", raw_deflate),
    "br": ("br", partial(brotli.compress, quality=5)),
    "zstd": ("zstd", zstandard.compress),
}


@pytest.fixture(params=PACKERS)
def packer(request: pytest.FixtureRequest) -> tuple[str, Callable[[bytes], bytes]]:
    return PACKERS[request.param]


def inflate(codings: Sequence[str], data: bytes, step: int, limit: int = LIMIT) -> bytes:
    inflater = Inflater(codings, limit)
    plain = b"".join(
        piece for start in range(0, len(data), step) for piece in inflater.pieces(data[start : start + step])
    )
    inflater.finish()
    return plain


async def chunked(data: bytes, step: int = 16_384) -> AsyncIterator[bytes]:
    for start in range(0, len(data), step):
        yield data[start : start + step]


@pytest.mark.parametrize("step", [1, 7, 1000, 10_000_000])
def test_a_body_comes_out_whole_in_whatever_chunks_it_came(
    packer: tuple[str, Callable[[bytes], bytes]], step: int
) -> None:
    coding, pack = packer

    assert inflate([coding], pack(PLAIN), step) == PLAIN


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300_000), step=st.integers(1, 5000), name=st.sampled_from(sorted(PACKERS)))
def test_any_bytes_survive_any_coding(data: bytes, step: int, name: str) -> None:
    coding, pack = PACKERS[name]

    assert inflate([coding], pack(data), step) == data


def test_a_repetitive_body_of_every_size_around_a_piece_comes_out_whole() -> None:
    """Where plain bytes are left in the decoder with no compressed ones to ask for them with."""
    for size in range(65_536 - 300, 65_536 + 600, 7):
        assert inflate(["deflate"], raw_deflate(b"a" * size), 10_000) == b"a" * size


def test_codings_on_top_of_each_other_are_undone_in_reverse_order() -> None:
    assert inflate(["br", "gzip"], gzip.compress(brotli.compress(PLAIN)), 4096) == PLAIN


def test_several_members_and_frames_are_one_body() -> None:
    assert inflate(["gzip"], gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0\0", 5) == b"one two"
    assert inflate(["zstd"], zstandard.compress(b"one ") + zstandard.compress(b"two"), 5) == b"one two"


@pytest.mark.parametrize("name", ["none", "identity", "utf-8", "binary"])
def test_an_unknown_coding_counts_as_none(name: str) -> None:
    assert inflate([name], PLAIN, 4096) == PLAIN


def test_an_empty_body_is_complete_whatever_its_header_says(packer: tuple[str, Callable[[bytes], bytes]]) -> None:
    assert inflate([packer[0]], b"", 1) == b""


def test_a_body_that_stops_in_the_middle_is_cut_short(packer: tuple[str, Callable[[bytes], bytes]]) -> None:
    coding, pack = packer
    packed = pack(PLAIN)

    with pytest.raises(CutShortError):
        inflate([coding], packed[: len(packed) // 2], 4096)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_is_not_what_its_header_says_is_broken(coding: str) -> None:
    with pytest.raises(BrokenCodingError):
        inflate([coding], b"<html>this is not compressed at all</html>" * 10, 4096)


def test_too_many_codings_are_refused() -> None:
    with pytest.raises(BrokenCodingError, match="4 codings"):
        Inflater(["gzip"] * 4, LIMIT)


@pytest.mark.parametrize("step", [64, 16_384, 10_000_000])
def test_a_bomb_is_stopped_soon_after_the_limit(packer: tuple[str, Callable[[bytes], bytes]], step: int) -> None:
    coding, pack = packer
    bomb = pack(bytes(12_000_000))
    inflater = Inflater([coding], LIMIT)
    sizes: list[int] = []
    pieces = (inflater.pieces(bomb[start : start + step]) for start in range(0, len(bomb), step))

    with pytest.raises(InflatedTooMuchError):
        sizes.extend(len(piece) for some in pieces for piece in some)

    assert sum(sizes) <= LIMIT


def test_a_zstd_bomb_of_tiny_blocks_is_stopped_within_a_few_megabytes() -> None:
    """Each block of four bytes holds 128 KiB: 16 KB on the wire would be half a gigabyte."""
    header = b"\x28\xb5\x2f\xfd" + b"\x00\x58"  # no content size, a window of 2 MiB
    block = (128 * 1024 << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    inflater = Inflater(["zstd"], LIMIT)

    with pytest.raises(InflatedTooMuchError):
        list(inflater.pieces(header + block * 4000))


def test_the_layers_of_a_nested_bomb_are_counted_one_by_one() -> None:
    nested = gzip.compress(gzip.compress(bytes(50_000_000)))

    with pytest.raises(InflatedTooMuchError):
        inflate(["gzip", "gzip"], nested, 4096)
    padded = gzip.compress(gzip.compress(b"tiny") + bytes(5_000_000))
    assert inflate(["gzip", "gzip"], padded, 4096, limit=6_000_000) == b"tiny"
    with pytest.raises(InflatedTooMuchError):
        inflate(["gzip", "gzip"], padded, 4096, limit=4_000_000)


async def test_a_large_body_that_leaves_the_event_loop_comes_out_whole() -> None:
    plain = bytes(range(256)) * 20_000
    packed = gzip.compress(plain)

    assert await read_body(chunked(packed), ["gzip"], 10_000_000, 10_000_000) == plain


async def test_a_body_may_be_as_large_as_the_limits_and_not_a_byte_larger() -> None:
    body = bytes(1000)

    assert await read_body(chunked(body, 100), [], 1000, 10) == body
    with pytest.raises(SentTooMuchError):
        await read_body(chunked(body + b"!", 100), [], 1000, 10)
    assert await read_body(chunked(gzip.compress(body)), ["gzip"], 1000, 1000) == body
    with pytest.raises(InflatedTooMuchError):
        await read_body(chunked(gzip.compress(body + b"!")), ["gzip"], 1000, 1000)
