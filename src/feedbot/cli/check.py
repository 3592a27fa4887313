"""`feedbot check`: what the configuration says once everything is read, or each thing wrong in it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feedbot.cli.invocation import Invocation
from feedbot.cli.output import examples, print_json, print_line, print_table
from feedbot.errors import ConfigurationError

if TYPE_CHECKING:
    from feedbot.config import Configuration

app = typer.Typer()


@app.command(epilog=examples("feedbot check", "feedbot --config /etc/feedbot check --json"))
def check(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show every setting with where it was set, and the sources; or every fault, with exit code 2.

    Secrets are masked. Nothing is fetched, sent or written.
    """
    try:
        configuration = _complete(context.ensure_object(Invocation).configuration())
    except ConfigurationError as error:
        if not as_json:
            raise
        print_json({"ok": False, "faults": [asdict(fault) for fault in error.faults]})
        raise typer.Exit(2) from None
    if as_json:
        print_json({"ok": True, "directory": str(configuration.directory), **_as_json(configuration)})
    else:
        _print(configuration)


def _complete(configuration: Configuration) -> Configuration:
    """The configuration, if every secret of its sources can be had."""
    if configuration.missing:
        raise ConfigurationError(configuration.missing)
    return configuration


def _as_json(configuration: Configuration) -> dict[str, Any]:
    from feedbot.config.shown import shown_settings, shown_source  # noqa: PLC0415 - not for --help

    return {
        "settings": [asdict(setting) for setting in shown_settings(configuration)],
        "sources": [
            {**shown_source(source), "place": configuration.places[source.id]} for source in configuration.sources
        ],
    }


def _print(configuration: Configuration) -> None:
    from feedbot.config.shown import as_text, shown_settings, shown_source  # noqa: PLC0415 - not for --help

    settings = shown_settings(configuration)
    print_table(
        ("SETTING", "VALUE", "SET BY"), [(setting.key, as_text(setting.value), setting.origin) for setting in settings]
    )
    print_line()
    if configuration.sources:
        columns = ("id", "title", "type", "interval", "categories", "enabled", "url")
        sources = ((configuration.places[source.id], shown_source(source)) for source in configuration.sources)
        rows = [(*(as_text(values[column]) for column in columns), place) for place, values in sources]
        print_table(("SOURCE", *(column.upper() for column in columns[1:]), "SET BY"), rows)
        print_line()
    changed = sum(setting.origin != "default" for setting in settings)
    print_line(
        f"{configuration.directory}: no faults. "
        f"Settings not at their default: {changed}. Sources: {len(configuration.sources)}."
    )
