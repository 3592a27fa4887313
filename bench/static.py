"""A helper process that answers every request with one file (its argument), for machines without nginx."""

from __future__ import annotations

import asyncio
import gzip
import sys
from pathlib import Path

import uvloop

from bench.children import serve_questions
from bench.http import Connection

_ETAG = b'"static"'


class File:
    """A file with its answers made ready."""

    def __init__(self, body: bytes) -> None:
        self._plain = _answer(body)
        self._packed = _answer(gzip.compress(body), b"Content-Encoding: gzip\r\n")
        self._unchanged = b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % _ETAG

    def answer(self, head: bytes) -> bytes:
        """304 to who knows the file, else the file as the client takes it."""
        if _ETAG in head:
            return self._unchanged
        return self._packed if b"gzip" in head else self._plain


def _answer(body: bytes, header: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\nETag: %b\r\n%bContent-Length: %d\r\n\r\n" % (_ETAG, header, len(body)) + body


async def _serve(file: File) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(file.answer), "127.0.0.1", 0)
    async with server:
        await serve_questions(lambda _: {}, port=server.sockets[0].getsockname()[1])


if __name__ == "__main__":
    uvloop.run(_serve(File(Path(sys.argv[1]).read_bytes())))
