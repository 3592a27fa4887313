"""The least of an HTTP/1.1 server: GETs without bodies, kept alive, each answered with ready bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

_ENDED = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """One connection; `answer` gives the whole answer to a request's head."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The transport of a server's connection can be written to."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Answers every request that is complete."""
        self._received += data
        while (end := self._received.find(_ENDED)) >= 0:
            head, self._received = self._received[:end], self._received[end + len(_ENDED) :]
            self._transport.write(self._answer(head))
