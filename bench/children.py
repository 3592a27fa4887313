"""Processes beside the measured one, and what a process used. A child ends when its standard input does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
_ENDING = 10.0
_LONGEST_ANSWER = 10_000_000

Say = Callable[[str], None]


@dataclass(slots=True)
class Stopwatch:
    """Seconds of the clock and of the processor (all threads of this process) since it was made, or up to `stop`."""

    wall: float = field(default_factory=time.perf_counter)
    cpu: float = field(default_factory=lambda: _own_cpu())  # noqa: PLW0108 (it is defined below)

    def stop(self) -> Stopwatch:
        """The seconds since the start."""
        return Stopwatch(time.perf_counter() - self.wall, _own_cpu() - self.cpu)


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def cpu_of(*pids: int) -> float:
    """Processor seconds that other processes have used so far."""
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return float(sum(one.user + one.system for one in times))


def memory_of(pid: int) -> float:
    """Kilobytes (of 1,000 bytes) that the process holds; pages that it shares count in parts (PSS)."""
    return float(psutil.Process(pid).memory_full_info().pss) / 1000


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="feedbot-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@dataclass(slots=True)
class Child:
    """A running child that answers each line of JSON with one. `ready` is what it said when it was up."""

    process: asyncio.subprocess.Process
    ready: dict[str, Any]

    async def ask(self, **question: Any) -> dict[str, Any]:
        """The child's answer."""
        if self.process.stdin is None:
            raise RuntimeError("the child was started without a pipe")
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        return await _answer(self.process)


@contextlib.asynccontextmanager
async def child(module: str, *arguments: str) -> AsyncIterator[Child]:
    """`python -m module` while the block lasts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, cwd=ROOT, env=environment(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LONGEST_ANSWER,
    )  # fmt: skip
    try:
        yield Child(process, await _answer(process))
    finally:
        await end(process)


async def _answer(process: asyncio.subprocess.Process) -> dict[str, Any]:
    if process.stdout is None:
        raise RuntimeError("the child was started without a pipe")
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    if not line:
        raise RuntimeError(f"a helper process ended with code {await process.wait()}")
    answer: dict[str, Any] = json.loads(line)
    return answer


async def end(process: asyncio.subprocess.Process) -> None:
    """Ends a process: its input closes and it is asked to, then it is killed."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _ENDING)
    except TimeoutError:
        process.kill()
        await process.wait()


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without anybody's feedbot settings, but with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FEEDBOT_")}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), **settings}


async def serve_questions(answer: Callable[[Mapping[str, Any]], dict[str, Any]], **ready: Any) -> None:
    """The child's side: says what it is ready with, then answers questions until its input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say(ready)
    while line := await reader.readline():
        _say(answer(json.loads(line)))


def _say(value: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def until(condition: Callable[[], Awaitable[bool]], patience: float, every: float = 0.05) -> None:
    """Returns when the condition holds.

    Raises:
        TimeoutError: it did not within `patience` seconds.
    """
    async with asyncio.timeout(patience):
        while not await condition():  # noqa: ASYNC110 (the other side is a process, which sets no event)
            await asyncio.sleep(every)
