"""`feedbot feed`: a feed as readers get it, on standard output."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli.invocation import Invocation
from feedbot.cli.opening import with_database
from feedbot.cli.output import examples
from feedbot.errors import Refused

if TYPE_CHECKING:
    from feedbot.services.publishing import Missing, RenderedFeed
    from feedbot.storage.database import Database

app = typer.Typer()


class Form(StrEnum):
    """The formats of feeds."""

    RSS = "rss"
    ATOM = "atom"


@app.command(
    epilog=examples("feedbot feed all", "feedbot feed category/城事资讯 --format atom", "feedbot feed source/town-hall")
)
def feed(
    context: typer.Context,
    view: Annotated[str, typer.Argument(metavar="VIEW", help="all, category/PATH or source/ID.")],
    *,
    form: Annotated[Form, typer.Option("--format", help="The format.")] = Form.RSS,
) -> None:
    """Print a feed, the same bytes that the site serves."""
    from feedbot.app.composing import publication  # noqa: PLC0415 - not for --help
    from feedbot.services.publishing import Absence, FeedName, Missing, Publisher, Renamed  # noqa: PLC0415

    match view.partition("/"):
        case ("all", _, ""):
            name = FeedName("all")
        case (("category" | "source") as kind, _, value) if value:
            name = FeedName(kind, value)
        case _:
            raise Refused(f"{view!r} names no feed: write all, category/PATH or source/ID.")
    invocation = context.ensure_object(Invocation)
    settings = invocation.configuration().settings

    async def render(database: Database) -> RenderedFeed | Missing:
        publisher = Publisher(database, publication(settings))
        found = await publisher.feed(name, form.value)
        return await publisher.feed(found.name, form.value) if isinstance(found, Renamed) else found

    rendered = with_database(invocation.database_url(), render)
    if isinstance(rendered, Missing):
        why = rendered.value if isinstance(rendered, Absence) else "renamed"
        raise Refused(f"There is no feed {view!r}: it is {why}. `feedbot sources list` shows the sources.")
    sys.stdout.buffer.write(rendered.body)
