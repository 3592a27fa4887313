"""Runs the benchmarks that are named, or all, and prints each figure beside its baseline."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import signal
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import uvloop

from bench.figures import Figure, table
from feedbot import __version__, log

# Each is a module of this package with `measure`, `FULL` and `QUICK`, imported when it runs: that takes seconds.
BENCHMARKS = {
    "polls": "polls per second of new, unchanged and changed sources, against bare fetching and parsing",
    "memory": "memory of `feedbot run` by the number of sources, against an interpreter with the same imports",
    "feeds": "feed requests per second (200, gzip, 304) of `feedbot run`, against nginx with the same file",
    "parsing": "processor time to read feeds (small, full, large, odd), against feedparser with its sanitiser",
    "rhythm": "requests and delays of the learned rhythm on a simulated internet, against a fixed interval of 10 min",
    "messages": "messages per second: against bare aiogram, and against what Telegram's limits allow",
    "extraction": "the text of article pages found, and the time it takes, against the engine alone",
}


def main() -> int:
    """The exit code: 0, 1 if a benchmark did not come to its end, or 130 if it was told to stop."""
    names, is_quick = _arguments()
    # What a running feedbot writes into its log is part of its work: it is made here too, and thrown away.
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        log.configure(form="logfmt", stream=nowhere)
        print(_circumstances(quick=is_quick))
        try:
            return max([_run(name, quick=is_quick) for name in names])
        except (KeyboardInterrupt, asyncio.CancelledError):
            print("stopped", file=sys.stderr)
            return 130


def _arguments() -> tuple[list[str], bool]:
    listed = "\n".join(f"  {name:10} {summary}" for name, summary in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=f"Measures feedbot on this machine, all on loopback.\n\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which ones; all unless named")
    parser.add_argument("--quick", action="store_true", help="small sizes: seconds each, and rough figures")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        parser.error(f"there is no benchmark {unknown[0]!r}: choose from {', '.join(BENCHMARKS)}")
    return given.names or list(BENCHMARKS), given.quick


def _run(name: str, *, quick: bool) -> int:
    print(f"\n{name}: {BENCHMARKS[name]}")
    try:
        figures = uvloop.run(_measured(import_module(f"bench.{name}"), quick=quick))
    except (OSError, RuntimeError, TimeoutError, ValueError) as error:
        print(f"{name} did not come to its end: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(table(figures))
    return 0


async def _measured(benchmark: Any, *, quick: bool) -> list[Figure]:
    if task := asyncio.current_task():
        # The helpers and the folders must go with it, as they do at Ctrl-C.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    figures: list[Figure] = await benchmark.measure(benchmark.QUICK if quick else benchmark.FULL, _say)
    return figures


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def _circumstances(*, quick: bool) -> str:
    load = "/".join(f"{one:.1f}" for one in os.getloadavg())
    size = ", quick" if quick else ""
    return (
        f"feedbot {__version__} on Python {platform.python_version()}, {os.cpu_count()} cores, load {load}, "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC{size}"
    )


if __name__ == "__main__":
    sys.exit(main())
