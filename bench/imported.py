"""A helper process that has imported what `feedbot run` imports, with the bot (`bot`) or without, and does nothing."""

from __future__ import annotations

import asyncio
import sys
from importlib import import_module

from bench.children import serve_questions

_ALWAYS = ("uvloop", "feedbot.cli.main", "feedbot.app.process", "aiosqlite", "uvicorn.protocols.http.httptools_impl")
_FOR_THE_BOT = ("feedbot.app.talking", "feedbot.telegram.sender", "feedbot.bot.context", "feedbot.bot.listener")


def main() -> None:
    for name in (*_ALWAYS, *(_FOR_THE_BOT if "bot" in sys.argv[1:] else ())):
        import_module(name)
    asyncio.run(serve_questions(lambda _: {}))


if __name__ == "__main__":
    main()
