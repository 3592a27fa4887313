"""Parsers run in threads of their own, so that a site full of huge pages slows only the reading of pages."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Python runs one thread at a time: more parsers at once take more memory, and the time of those who answer readers.
THREADS = 2

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="parser")


async def in_parser_thread(parse: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `parse` returns, called in one of the `THREADS` threads; whatever it raises is raised here."""
    context = contextvars.copy_context()
    call = partial(context.run, parse, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_threads, call)
