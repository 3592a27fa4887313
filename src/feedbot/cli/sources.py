"""`feedbot sources`: the sources, how they fare, and asking one now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli.invocation import Invocation
from feedbot.cli.opening import with_database
from feedbot.cli.output import examples, print_json, print_line
from feedbot.cli.status import print_sources, source_as_json
from feedbot.errors import Refused

if TYPE_CHECKING:
    from feedbot.domain.source import Source
    from feedbot.storage.database import Database

app = typer.Typer(help="Show the sources, and ask one now.", no_args_is_help=True)


@app.command("list", epilog=examples("feedbot sources list", "feedbot sources list --json"))
def list_sources(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show every source with its state, its next poll and the sentence that explains it."""
    from feedbot.storage import sources  # noqa: PLC0415 - not for --help

    async def read(database: Database) -> tuple[Source, ...]:
        async with database.read() as connection:
            return tuple(await sources.list_all(connection))

    found = with_database(context.ensure_object(Invocation).database_url(), read)
    if as_json:
        print_json([source_as_json(source) for source in found])
    else:
        print_sources(found, datetime.now(UTC))


@app.command(epilog=examples("feedbot sources poll town-hall"))
def poll(
    context: typer.Context, source_id: Annotated[str, typer.Argument(metavar="ID", help="The source's id.")]
) -> None:
    """Make a source due at once: the running feedbot polls it within a second or two."""
    from feedbot.storage import sources  # noqa: PLC0415 - not for --help

    async def ask(database: Database) -> bool:
        async with database.write() as connection:
            return await sources.poll_soon(connection, source_id, datetime.now(UTC))

    if not with_database(context.ensure_object(Invocation).database_url(), ask):
        raise Refused(f"There is no enabled source {source_id!r}: `feedbot sources list` shows those that there are.")
    print_line(f"{source_id} is polled as soon as feedbot runs; `feedbot status` shows the outcome.")
