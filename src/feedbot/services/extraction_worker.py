"""The process that reads article pages: started by `extraction`, it answers one page after the other until it is told.

Whatever a page does to a parser (endless time, all memory, a crash in C) happens here, where it costs this process. It
has no secrets in its environment and no connection but the two pipes.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import resource
import signal
import struct
import sys
from typing import Any, BinaryIO

from feedbot.errors import FetchError

HEADER = struct.Struct(">Q")
MAX_MEMORY = 1_500_000_000  # of addresses, in bytes: a page of 2 MB takes a tenth of it
READY = b"ready\n"
_NICENESS = 5  # pages can wait, readers of the site cannot


def main() -> None:
    """Answers requests from stdin on stdout until stdin ends."""
    answers = _own_stdout()
    seconds = int(sys.argv[1])
    with contextlib.suppress(OSError, ValueError):  # a container may allow less already
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        os.nice(_NICENESS)
    for name in sys.argv[2:]:
        importlib.import_module(name)
    answers.write(READY)
    answers.flush()
    while request := _next(sys.stdin.buffer):
        signal.alarm(seconds)  # should feedbot die meanwhile, nobody else would end an endless page
        answer = pickle.dumps(_answered(request))
        signal.alarm(0)
        answers.write(HEADER.pack(len(answer)) + answer)
        answers.flush()


def _own_stdout() -> BinaryIO:
    """What was stdout; whatever a library prints goes to stderr from now on."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _next(stream: BinaryIO) -> bytes:
    header = stream.read(HEADER.size)
    return stream.read(HEADER.unpack(header)[0]) if len(header) == HEADER.size else b""


def _answered(request: bytes) -> tuple[Any, ...]:
    """`("read", article)`, `("error", class, text, url)` or `("fault", class, text)`."""
    try:
        parse, arguments = pickle.loads(request)  # noqa: S301 - it comes from the process that started this one
        return ("read", parse(*arguments))
    except FetchError as error:
        return ("error", type(error).__name__, str(error), error.url)
    except MemoryError:
        return ("fault", "MemoryError", "The page takes more memory than one may.")
    except Exception as error:  # noqa: BLE001 - the other side tells it
        return ("fault", type(error).__name__, str(error)[:500])


if __name__ == "__main__":
    main()
