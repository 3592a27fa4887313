"""How long a connection may keep the server waiting: clients that dawdle must not use up what all clients share."""

from __future__ import annotations

import asyncio
import resource
from dataclasses import dataclass, field

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


def _half_of_the_files() -> int:
    """The other half is for the database, the sources and Telegram."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2


@dataclass(frozen=True, slots=True)
class Patience:
    """What a client may ask of the server.

    The head of a request must be there `request_seconds` after the connection was made, or after its first byte on a
    connection that is used again. A client that takes in nothing for `reading_seconds` has gone. Over `connections` at
    a time the newest is closed: by default half of the files that the process may open.
    """

    request_seconds: float = 15.0
    reading_seconds: float = 60.0
    connections: int = field(default_factory=_half_of_the_files)


def protocol(patience: Patience) -> type[HttpToolsProtocol]:
    """HTTP/1.1 for uvicorn, with that patience."""
    return type("PatientProtocol", (_PatientProtocol,), {"patience": patience})


class _PatientProtocol(HttpToolsProtocol):
    patience: Patience
    _waiting_for_head: asyncio.TimerHandle | None = None
    _waiting_for_reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > self.patience.connections:
            transport.abort()
        else:
            self._expect_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        _cancel(self._waiting_for_head)
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._waiting_for_reader = self.loop.call_later(self.patience.reading_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        _cancel(self._waiting_for_reader)
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        _cancel(self._waiting_for_head)
        _cancel(self._waiting_for_reader)
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        _cancel(self._waiting_for_head)
        self._waiting_for_head = self.loop.call_later(self.patience.request_seconds, self.transport.abort)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer:
        timer.cancel()
