"""`feedbot sandbox`: the Bot API, the chat page and the sample portal alone, for trying a bot of one's own."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from feedbot.cli.output import examples, print_line

app = typer.Typer()


@app.command(epilog=examples("feedbot sandbox", "feedbot sandbox --port 9000 --folder var/sandbox"))
def sandbox(
    *,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The TCP port to listen on.", min=0, max=65535)] = 8081,
    folder: Annotated[Path, typer.Option("--folder", help="Where chats and messages are kept.")] = Path("var"),
) -> None:
    """Serve a Telegram Bot API with a chat page, and the sample portal, until Ctrl-C.

    Any program that speaks to the Bot API can use it: the token and the address are printed.
    """
    asyncio.run(_serve(host, port, folder))


async def _serve(host: str, port: int, folder: Path) -> None:
    from feedbot.sandbox.house import PORTAL_PATH, SandboxHouse  # noqa: PLC0415 - not for --help
    from feedbot.web.server import WebServer  # noqa: PLC0415

    house = SandboxHouse(folder, epoch=time.time(), every=8.0)
    async with contextlib.AsyncExitStack() as doors:
        server = WebServer(house.app(), host, port)
        doors.push_async_callback(server.stop)
        await server.start()
        await house.telegram.start()
        doors.push_async_callback(house.telegram.stop)
        house.visitor("en")
        address = f"http://{host}:{server.port}"
        print_line(f"chat page  {address}/")
        print_line(f"portal     {address}{PORTAL_PATH}/portal.php")
        print_line(f"Bot API    telegram.api_url: {address}")
        print_line(f"token      {house.token}")
        asked = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, asked.set)
        await asked.wait()
