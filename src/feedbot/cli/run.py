"""`feedbot run`: everything, until it is told to stop."""

from __future__ import annotations

import typer

from feedbot.cli.invocation import Invocation
from feedbot.cli.output import examples

app = typer.Typer()


@app.command(epilog=examples("feedbot run", "FEEDBOT_WEB__PORT=9000 feedbot run"))
def run(context: typer.Context) -> None:
    """Watch the sources, serve the site and the feeds, and talk with Telegram, until Ctrl-C or SIGTERM."""
    invocation = context.ensure_object(Invocation)
    configuration = invocation.configuration()

    from feedbot import app as composition  # noqa: PLC0415 - only here is all of feedbot loaded
    from feedbot import log  # noqa: PLC0415

    settings = configuration.settings.log
    log.configure(level=settings.level, form=settings.format, secrets=configuration.secrets())
    composition.run(configuration, invocation.config_directory)
