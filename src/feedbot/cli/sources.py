"""`feedbot sources`: the sources, how they fare, adding and trying them, switching them, asking one now."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import source_adding, source_testing
from feedbot.cli.invocation import Invocation
from feedbot.cli.opening import with_database, with_settings
from feedbot.cli.output import complain, examples, print_json, print_line
from feedbot.cli.source_adding import ask
from feedbot.cli.source_showing import plain
from feedbot.cli.status import print_sources, source_as_json
from feedbot.errors import ConfigurationError, Refused

if TYPE_CHECKING:
    from feedbot.domain.source import Source
    from feedbot.services.holding import Waiting
    from feedbot.storage.database import Database

app = typer.Typer(help="Add, try, show and switch the sources; ask one now.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID", help="The source's id.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


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


app.add_typer(source_adding.app)
app.add_typer(source_testing.app)


@app.command(epilog=examples("feedbot sources poll town-hall"))
def poll(context: typer.Context, source_id: Id) -> None:
    """Make a source due at once: the running feedbot polls it within a second or two."""
    from feedbot.storage import sources  # noqa: PLC0415 - not for --help

    async def ask_for_it(database: Database) -> bool:
        async with database.write() as connection:
            return await sources.poll_soon(connection, source_id, datetime.now(UTC))

    if not with_database(context.ensure_object(Invocation).database_url(), ask_for_it):
        raise Refused(f"There is no enabled source {source_id!r}: `feedbot sources list` shows those that there are.")
    print_line(f"{source_id} is polled as soon as feedbot runs; `feedbot status` shows the outcome.")


@app.command(epilog=examples("feedbot sources enable town-hall"))
def enable(context: typer.Context, source_id: Id) -> None:
    """Switch a source on again, or bring back a removed one with its articles; it is polled at once.

    What appeared meanwhile goes into the feeds and not into the chats.
    """
    from feedbot.services import curating  # noqa: PLC0415 - not for --help

    now = datetime.now(UTC)
    _change(context, lambda database: curating.enable(database, source_id, now), "set enabled: true")
    print_line(f"{source_id} is on: the running feedbot polls it within a second or two.")


@app.command(epilog=examples("feedbot sources disable town-hall"))
def disable(context: typer.Context, source_id: Id) -> None:
    """Stop visiting a source; its articles and its feed stay."""
    from feedbot.services import curating  # noqa: PLC0415 - not for --help

    _change(context, lambda database: curating.disable(database, source_id), "set enabled: false")
    print_line(f"{source_id} is off; `feedbot sources enable {source_id}` switches it on again.")


@app.command(epilog=examples("feedbot sources remove town-hall", "feedbot sources remove town-hall --yes"))
def remove(context: typer.Context, source_id: Id, *, yes: Yes = False) -> None:
    """Remove a source that was added by command, bot or web; its articles stay and its feed answers 410 Gone.

    `feedbot sources enable` brings it back. One that stands in a file is removed there.
    """
    from feedbot.services import curating  # noqa: PLC0415 - not for --help

    if not yes:
        _confirm(f"Remove {source_id}? Its articles stay, and `feedbot sources enable` brings it back. [y/N] ")
    now = datetime.now(UTC)
    _change(context, lambda database: curating.remove(database, source_id, now), "remove it")
    print_line(f"{source_id} is removed; `feedbot sources enable {source_id}` brings it back with its articles.")


@app.command(
    epilog=examples("feedbot sources export > config/sources/added.yaml", "feedbot sources export town --json")
)
def export(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="The sources; all that were added.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the sources that were added by command, bot or web as a file for config/sources/.

    Secrets that are written env:NAME or file:PATH stay like that; the others are left out, with a comment.
    """
    from feedbot.services import curating  # noqa: PLC0415 - not for --help

    invocation = context.ensure_object(Invocation)
    settings = invocation.configuration().settings

    async def read(database: Database) -> tuple[Source, ...]:
        return await curating.added(database, ids or ())

    with _where_it_is_declared(invocation, "copy it"):
        found = with_settings(settings, read)
    from feedbot.config import writing  # noqa: PLC0415 - as above

    entries, left_out = writing.exported(found, settings.site)
    if as_json:
        print_json({"sources": entries, "left_out": left_out})
    else:
        sys.stdout.write(writing.as_yaml(entries, left_out))


@app.command(
    epilog=examples(
        "feedbot sources approve", "feedbot sources approve town-hall", "feedbot sources approve town-hall --reject"
    )
)
def approve(
    context: typer.Context,
    source_id: Annotated[str | None, typer.Argument(metavar="ID", help="The source; without it, what waits.")] = None,
    *,
    reject: Annotated[bool, typer.Option("--reject", help="Take what is held for no articles.")] = False,
    as_json: AsJson = False,
) -> None:
    """Publish the articles that are held since a source's list changed beyond recognition; or reject them.

    Without an id it shows which sources wait for a word.
    """
    from feedbot.services import holding  # noqa: PLC0415 - not for --help

    url = context.ensure_object(Invocation).database_url()
    if source_id is None:
        _show_waiting(with_database(url, holding.waiting), as_json=as_json)
        return
    now = datetime.now(UTC)
    if reject:
        count = with_database(url, lambda database: holding.reject(database, source_id, now))
        print_line(f"{count} held articles of {source_id} are rejected: they are not shown again while they stay.")
        return
    done = with_database(url, lambda database: holding.approve(database, source_id, now))
    print_line(f"{done.articles} articles of {source_id} are in its feed now, {done.news} of them go to the chats.")


def _show_waiting(found: list[Waiting], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {"source": one.source_id, "since": one.since.isoformat(), "held": one.found, "known": one.known}
                | {"before": one.before, "titles": list(one.titles)}
                for one in found
            ]
        )
        return
    if not found:
        print_line("Nothing is held.")
    for one in found:
        print_line(
            f"{one.source_id}: {one.found} articles are held since {one.since:%Y-%m-%d %H:%M} UTC; {one.known} of the "
            f"{one.before} that its list used to have are still there."
        )
        for title in one.titles:
            print_line(f"   - {plain(title)}")


def _change(context: typer.Context, change: Callable[[Database], Awaitable[Source]], remedy: str) -> None:
    """Carries out a change of a source; one that stands in a file is named with its line."""
    invocation = context.ensure_object(Invocation)
    with _where_it_is_declared(invocation, remedy):
        with_database(invocation.database_url(), change)


@contextmanager
def _where_it_is_declared(invocation: Invocation, remedy: str) -> Iterator[None]:
    """Says of a source that stands in a file in which line, and what to do there."""
    from feedbot.services.curating import SourceDeclaredElsewhere  # noqa: PLC0415 - not for --help

    try:
        yield
    except SourceDeclaredElsewhere as error:
        try:
            place = invocation.configuration().places.get(error.source_id)
        except ConfigurationError:
            place = None  # the files are being mended: it stands in one of them
        if place is None:
            raise
        raise Refused(f"{error.source_id} is declared in {place}: {remedy} there.") from None


def _confirm(question: str) -> None:
    """Returns if a person says yes.

    Raises:
        typer.BadParameter: there is no terminal to ask on.
        typer.Exit: the answer is no.
    """
    if not sys.stdin.isatty():
        raise typer.BadParameter("There is no terminal to ask on: add --yes.")
    if ask(question, default="n").casefold() not in {"y", "yes"}:
        complain("Nothing was done.")
        raise typer.Exit(1)
