"""Article pages parsed in a process of their own, which can be stopped.

Finding the text of an unknown page takes libraries whose time grows faster than the page, and code in C that may crash.
So that happens in one or two worker processes: started when the first page comes, killed when a page takes too long,
started anew for the next one, and ended when nothing came for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import pickle
import sys
from collections.abc import Sequence
from typing import Any

import structlog

from feedbot import errors
from feedbot.domain.article import Draft
from feedbot.errors import FetchError, NotParseable, ReadingFailed
from feedbot.fetching.urls import shown
from feedbot.services.extraction_worker import HEADER, READY
from feedbot.sources.spec import ArticlePages, Page, ParseArticle, ParseOptions

SECONDS = 10.0
SECONDS_TO_START = 60.0
SECONDS_TO_END = 1.0
IDLE_SECONDS = 600.0
PAGES_A_PROCESS = 1000  # then a new one: what the libraries keep goes with the old
MAX_ANSWER = 64_000_000
_PRELOADED = ("feedbot.sources.article", "trafilatura")
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TZDIR", "PYTHONTZPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
_SAFE = {
    "feedbot.domain.article": {"Draft", "Image", "Attachment", "Reaction"},
    "feedbot.sources.spec": {"ArticlePages"},
    "datetime": {"datetime", "timezone", "timedelta"},
}

log = structlog.get_logger()


class Extractor:
    """Parses article pages in at most `workers` processes; a page that takes longer than `seconds` is given up."""

    def __init__(self, *, workers: int = 1, seconds: float = SECONDS, idle_seconds: float = IDLE_SECONDS) -> None:
        self._seconds = seconds
        self._idle_seconds = idle_seconds
        self._turns = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self._is_closed = False
        self._retiring: asyncio.Task[None] | None = None

    async def parse(
        self, parse: ParseArticle, pages: Sequence[Page], draft: Draft, options: ParseOptions
    ) -> ArticlePages:
        """What `parse`, a function of a module, makes of the pages.

        Raises:
            FetchError: what `parse` raises; NotParseable for a page that takes too long; ReadingFailed for one that
                brings the process down.
        """
        request = pickle.dumps((parse, (tuple(pages), draft, options)))
        async with self._turns:
            worker = await self._take(draft.url)
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await worker.ask(request)
            except TimeoutError:
                await worker.kill()
                text = f"Finding the article on this page takes longer than {self._seconds:.0f} s."
                raise NotParseable(text, url=shown(draft.url)) from None
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                await worker.end()
                text = (
                    f"The page brought down the process that reads pages ({worker.ending}). Please report its address."
                )
                raise ReadingFailed(text, url=shown(draft.url)) from error
            except BaseException:
                await worker.kill()  # an answer that nobody waits for would be taken for the next page's
                raise
            await self._give_back(worker)
        return _read(answer, draft.url)

    async def close(self) -> None:
        """Ends the processes; a page that is being read is given up."""
        self._is_closed = True
        if self._retiring:
            self._retiring.cancel()
        await self._end_idle()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that wait for pages."""
        return tuple(worker.pid for worker in self._idle)

    async def _take(self, url: str) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            await worker.kill()
        try:
            return await _Worker.start(self._seconds)
        except (OSError, EOFError, TimeoutError) as error:
            log.exception("extraction_worker_not_started")
            text = f"The process that reads pages cannot be started ({type(error).__name__}). The log has the details."
            raise ReadingFailed(text, url=shown(url)) from error

    async def _give_back(self, worker: _Worker) -> None:
        if self._is_closed or worker.answered >= PAGES_A_PROCESS:
            await worker.kill()
            return
        self._idle.append(worker)
        if self._retiring:
            self._retiring.cancel()
        self._retiring = asyncio.create_task(self._retire(), name="idle extraction workers")

    async def _retire(self) -> None:
        await asyncio.sleep(self._idle_seconds)
        await self._end_idle()

    async def _end_idle(self) -> None:
        while self._idle:
            await self._idle.pop().kill()


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.answered = 0

    @classmethod
    async def start(cls, seconds: float) -> _Worker:
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "feedbot.services.extraction_worker", str(int(seconds) + 5), *_PRELOADED),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # Ctrl-C is for feedbot, which then ends this one
        )
        worker = cls(process)
        try:
            async with asyncio.timeout(SECONDS_TO_START):
                await worker._out.readexactly(len(READY))
        except BaseException:
            await worker.kill()
            raise
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    @property
    def ending(self) -> str:
        """How the process ended, for people."""
        return f"exit code {self._process.returncode}"

    @property
    def _out(self) -> asyncio.StreamReader:
        if self._process.stdout is None:
            raise EOFError
        return self._process.stdout

    async def ask(self, request: bytes) -> tuple[Any, ...]:
        if self._process.stdin is None:
            raise EOFError
        self._process.stdin.write(HEADER.pack(len(request)) + request)
        await self._process.stdin.drain()
        (length,) = HEADER.unpack(await self._out.readexactly(HEADER.size))
        if length > MAX_ANSWER:
            raise EOFError
        answer: tuple[Any, ...] = _Answer(io.BytesIO(await self._out.readexactly(length))).load()
        self.answered += 1
        return answer

    async def end(self) -> None:
        """Kills it, but one that is ending by itself gets the time to say how: a signal would take its exit code."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_END):
                await self._process.wait()
        await self.kill()

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin:
            self._process.stdin.close()
        with contextlib.suppress(OSError, EOFError):
            await self._out.read()  # to the end, so that no pipe outlives the process
        await self._process.wait()


class _Answer(pickle.Unpickler):
    """Reads only what an answer is made of: a page that took over the process must not get at this one."""

    def find_class(self, module: str, name: str) -> Any:
        if name in _SAFE.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")


def _read(answer: tuple[Any, ...], url: str) -> ArticlePages:
    match answer:
        case ("read", ArticlePages() as article):
            return article
        case ("error", str(name), str(text), str(error_url)):
            kind = getattr(errors, name, None)
            if isinstance(kind, type) and issubclass(kind, FetchError):
                raise kind(text, url=error_url)
    log.error("parser_failed", url=shown(url), reason=str(answer[1:])[:500])
    name = str(answer[1]) if len(answer) > 1 else "no answer"
    text = f"feedbot itself failed on this page ({name}). Its log has the details: please report them."
    raise ReadingFailed(text, url=shown(url))
