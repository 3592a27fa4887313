"""A helper process with the sandbox's Bot API; its argument `limits` makes it keep Telegram's flood limits.

Asked on its standard input, it adds people and groups (`{"people": 500, "groups": 1}`), counts the calls of a method
(`{"calls": "getUpdates"}`), tells the text of a chat's last message (`{"text": chat}`), or reports what was sent
(`{"report": true}`).
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Mapping
from typing import Any

import uvicorn
import uvloop

from bench.children import serve_questions
from feedbot.sandbox.server import SandboxTelegram

TOKEN = "123456:BenchmarkTokenOfNobodyAtAll0000000"


class Stage:
    """The sandbox as the benchmark asks for it."""

    def __init__(self, sandbox: SandboxTelegram) -> None:
        self._sandbox = sandbox

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What a question asks for."""
        if "calls" in asked:
            return {"count": self._sandbox.calls.by_method[asked["calls"]]}
        if "text" in asked:
            return {"text": self._sandbox.messages(asked["text"])[-1]["text"]}
        if "report" in asked:
            return self._report()
        return {"people": self._people(asked.get("people", 0)), "groups": self._groups(asked.get("groups", 0))}

    def _people(self, count: int) -> list[int]:
        users = (self._sandbox.add_user(f"Reader {number}") for number in range(count))
        return [self._sandbox.private_chat(user).id for user in users]

    def _groups(self, count: int) -> list[int]:
        return [self._sandbox.group("Town", [], [self._sandbox.add_user("Admin")]).id for _ in range(count)]

    def _report(self) -> dict[str, Any]:
        calls = self._sandbox.calls
        sent = [(one.at, one.chat_id) for one in calls.of("sendMessage") if one.status == 200]
        return {"sent": sent, "flooded": calls.flooded}


async def _serve() -> None:
    sandbox = SandboxTelegram(token=TOKEN, limits="limits" in sys.argv[1:])
    # The protocol is named because asyncio turns Nagle's algorithm off only then: 40 ms for each call otherwise.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(sandbox.app(), log_config=None, lifespan="off", ws="none", access_log=False))
    await sandbox.start()
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 (uvicorn sets no event)
        await asyncio.sleep(0.01)
    await serve_questions(Stage(sandbox).answer, url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    await sandbox.stop()
    server.should_exit = server.force_exit = True
    await task


if __name__ == "__main__":
    uvloop.run(_serve())
