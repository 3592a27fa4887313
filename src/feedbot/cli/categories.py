"""`feedbot categories`: the category tree, and moving and merging what is in it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli.invocation import Invocation
from feedbot.cli.opening import with_database
from feedbot.cli.output import examples, print_json, print_line, print_table
from feedbot.errors import Refused

if TYPE_CHECKING:
    from feedbot.services.arranging import Arranged
    from feedbot.storage.categories import CategoryNode
    from feedbot.storage.database import Database

app = typer.Typer(help="Show the category tree; move and merge categories.", no_args_is_help=True)
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


@app.command("list", epilog=examples("feedbot categories list", "feedbot categories list --json"))
def list_categories(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show every category with its articles (those of its children as well) and the chats that follow it."""
    from feedbot.services import arranging  # noqa: PLC0415 - not for --help

    nodes, followed = with_database(context.ensure_object(Invocation).database_url(), arranging.tree)
    if as_json:
        print_json([_as_json(node, followed[node.id]) for node in nodes])
        return
    if not nodes:
        print_line("There is no category yet: they come with the first articles.")
        return
    rows = [("  " * node.depth + node.name, str(node.articles), str(followed[node.id]), node.path) for node in nodes]
    print_table(("CATEGORY", "ARTICLES", "FOLLOWED BY", "PATH"), rows)


@app.command(
    epilog=examples("feedbot categories move Twon 'Places/Town'", "feedbot categories move --yes Sport Sports")
)
def move(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="PATH", help="The category, as a path.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new path, which must not exist yet.")],
    *,
    yes: Yes = False,
) -> None:
    """Give a category another name or place: its children, articles and followers go along.

    Sources that name the old path mean the new one from then on.
    """
    _arrange(context, old, new, merge=False, yes=yes)


@app.command(epilog=examples("feedbot categories merge 'Town/Water' 'Town/Works'"))
def merge(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="PATH", help="The category that goes, as a path.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The category that stays.")],
    *,
    yes: Yes = False,
) -> None:
    """Make one category of two: children, articles and followers of the first become those of the second.

    This cannot be taken back: which articles came from which is not kept.
    """
    _arrange(context, old, into, merge=True, yes=yes)


def _arrange(context: typer.Context, old: str, new: str, *, merge: bool, yes: bool) -> None:
    from feedbot.services import arranging  # noqa: PLC0415 - not for --help

    url = context.ensure_object(Invocation).database_url()

    async def look(database: Database) -> Arranged:
        return await arranging.look(database, old, new, merge=merge)

    async def act(database: Database) -> Arranged:
        return await (arranging.merge if merge else arranging.move)(database, old, new, datetime.now(UTC))

    if not yes:
        _confirm(f"Merge {old} into {new}" if merge else f"Move {old} to {new}", with_database(url, look))
    done = with_database(url, act)
    print_line(f"{old} is now {'a part of ' if merge else ''}{new}: {_what_goes_along(done)} went along.")
    if done.declared_by:
        print_line(
            f"Still declared under the old name, which goes on meaning the new one: {', '.join(done.declared_by)}."
        )


def _confirm(question: str, seen: Arranged) -> None:
    if not sys.stdin.isatty():
        raise Refused("Nothing was done: there is nobody to ask. Add --yes to do it without asking.")
    typer.confirm(f"{question}, with {_what_goes_along(seen)}?", abort=True)


def _what_goes_along(arranged: Arranged) -> str:
    return f"{_counted(arranged.articles, 'article')} and {_counted(arranged.followers, 'follower')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _as_json(node: CategoryNode, followers: int) -> dict[str, object]:
    return {"id": node.id, "path": node.path, "name": node.name, "articles": node.articles, "followers": followers}
