"""Changed configuration files take effect while feedbot runs.

The operating system's notices make it prompt. Because notices are lost where a directory is swapped by a symbolic link
(Kubernetes), replaced, on a network file system, or where the system has no watches left, the files are also looked at
every `LOOK_SECONDS`: what counts is only what the look finds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import structlog
from watchfiles import awatch

from feedbot.config.declared import source_files
from feedbot.config.environment import secret_files
from feedbot.config.load import SETTINGS_FILE, SOURCES_FOLDER, Configuration, load
from feedbot.errors import ConfigurationError

LOOK_SECONDS = 1.0
SETTLE_SECONDS = 0.1
_GATHER_MILLISECONDS = 200

log = structlog.get_logger()

Stamp = tuple[tuple[str, int, int, int], ...]


async def watch(
    directory: Path,
    environ: Mapping[str, str],
    on_change: Callable[[Configuration], Awaitable[None]],
    on_refused: Callable[[ConfigurationError], Awaitable[None]],
    *,
    since: Configuration | None = None,
) -> None:
    """Calls `on_change` with each new configuration, `on_refused` with the faults of a broken one, until cancelled.

    A configuration is new when its fingerprint differs from the one before (`since` at first), or when it mends a
    refused one. A broken file is refused whole and once: it is told again only when it changes. What a callback
    raises is logged, and the watch goes on: the next change is told to it whether or not the fingerprint differs.
    """
    last = since.fingerprint if since else None
    stamp: Stamp | None = None
    async for _ in _occasions(directory):
        try:
            seen = await _settled(directory, environ, stamp)
        except OSError:
            continue  # the process has no file left to open, or the folder went while it was listed: look again
        if seen == stamp:
            continue
        stamp = seen
        try:
            last = await _told(directory, environ, on_change, on_refused, last)
        except Exception:
            log.exception("configuration_not_applied", remedy="mend the cause, then save a file again or restart")
            last = None


async def _told(
    directory: Path,
    environ: Mapping[str, str],
    on_change: Callable[[Configuration], Awaitable[None]],
    on_refused: Callable[[ConfigurationError], Awaitable[None]],
    last: str | None,
) -> str | None:
    """The fingerprint now in effect, None while the files are refused; the callback has been told what is new."""
    try:
        configuration = await asyncio.to_thread(load, directory, environ)
    except ConfigurationError as error:
        await on_refused(error)
        return None
    if configuration.fingerprint != last:
        await on_change(configuration)
    return configuration.fingerprint


async def _settled(directory: Path, environ: Mapping[str, str], before: Stamp | None) -> Stamp:
    """The state of the files: `before`, or another one once nobody is writing to them any more."""
    stamp = await asyncio.to_thread(_stamp, directory, environ)
    while stamp != before:
        await asyncio.sleep(SETTLE_SECONDS)
        again = await asyncio.to_thread(_stamp, directory, environ)
        if again == stamp:
            break
        stamp = again
    return stamp


def _stamp(directory: Path, environ: Mapping[str, str]) -> Stamp:
    """What the files look like from outside; symbolic links are followed, so that a swapped one shows."""
    stamps = []
    for path in _watched(directory, environ):
        try:
            state = path.stat()
        except OSError:
            continue
        stamps.append((str(path), state.st_ino, state.st_mtime_ns, state.st_size))
    return tuple(stamps)


def _watched(directory: Path, environ: Mapping[str, str]) -> list[Path]:
    return [directory / SETTINGS_FILE, *source_files(directory / SOURCES_FOLDER), *secret_files(environ)]


async def _occasions(directory: Path) -> AsyncIterator[None]:
    """Yields at once, at each notice of a change, and at least every `LOOK_SECONDS`."""
    yield
    while True:
        try:
            async for _ in awatch(
                directory,
                watch_filter=None,
                debounce=_GATHER_MILLISECONDS,
                rust_timeout=int(LOOK_SECONDS * 1000),
                yield_on_timeout=True,
            ):
                yield
        # No watches left, or the directory is gone for the moment: looking goes on, and watching is tried again.
        except (OSError, RuntimeError):
            await asyncio.sleep(LOOK_SECONDS)
            yield
