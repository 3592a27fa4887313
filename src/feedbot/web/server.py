"""Listening on an address and serving an app there, under the life of the process instead of uvicorn's own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from feedbot.errors import Refused
from feedbot.web.patience import Patience, protocol

GRACE_SECONDS = 1


class WebServer:
    """Serves an app on a socket that is bound when the object is made, so that a taken port shows at once."""

    def __init__(self, app: ASGIApp, host: str, port: int, *, patience: Patience | None = None) -> None:
        self._socket = _bind(host, port)
        config = uvicorn.Config(
            app,
            http=protocol(patience or Patience()),
            ws="none",
            log_config=None,
            # Its warnings are of requests that are no HTTP: any stranger could fill the log with them.
            log_level="error",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            loop="none",
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port that is listened on (the one that was given, unless that was 0)."""
        return int(self._socket.getsockname()[1])

    async def start(self) -> None:
        """Returns once requests are answered."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="web server")
        while not self._server.started:
            if self._task.done():
                await self._task
                raise Refused("The web server ended while it started.")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Answers what was asked, for a second at the most, then closes."""
        self._server.should_exit = True
        if self._task:
            await self._task


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals to the process, which stops more than the web server."""
        yield


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host.strip("[]"), port))
    except OSError as error:
        bound.close()
        raise Refused(
            f"Cannot listen on {host}:{port} ({error.strerror}). "
            "Stop what uses that port, or set another one: web.port or FEEDBOT_WEB__PORT."
        ) from error
    bound.set_inheritable(True)
    return bound
