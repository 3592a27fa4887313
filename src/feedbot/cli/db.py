"""`feedbot db`: the database's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from feedbot.cli.invocation import Invocation
from feedbot.cli.opening import with_database
from feedbot.cli.output import examples, print_line

if TYPE_CHECKING:
    from feedbot.storage.database import Database

app = typer.Typer(help="Look after the database.", no_args_is_help=True)


@app.command(epilog=examples("feedbot db upgrade"))
def upgrade(context: typer.Context) -> None:
    """Bring the database to this program's schema; `feedbot run` does the same at its start."""
    from feedbot.storage import upgrading  # noqa: PLC0415 - not for --help

    async def head(database: Database) -> str:
        return (await upgrading.schema(database)).head

    revision = with_database(context.ensure_object(Invocation).database_url(), head, upgrade=True)
    print_line(f"The database is at revision {revision}.")


@app.command(epilog=examples("feedbot db check"))
def check(context: typer.Context) -> None:
    """Say whether the database is whole and at this program's schema; exit code 1 if not."""

    async def look(database: Database) -> None:
        await database.verify()

    with_database(context.ensure_object(Invocation).database_url(), look)
    print_line("The database is whole and at this program's schema.")
