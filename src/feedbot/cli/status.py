"""`feedbot status`: whether it runs, whether the configuration is in effect, and how each source fares."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feedbot.cli.invocation import Invocation
from feedbot.cli.opening import with_database
from feedbot.cli.output import examples, print_json, print_line, print_table
from feedbot.log import Masker

if TYPE_CHECKING:
    from feedbot.domain.source import Source
    from feedbot.services.overview import Overview

app = typer.Typer()


@app.command(epilog=examples("feedbot status", "feedbot status --json"))
def status(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show whether feedbot runs, with which configuration, what waits to be sent, and how each source fares."""
    from feedbot.services.overview import overview  # noqa: PLC0415 - not for --help

    now = datetime.now(UTC)
    found = with_database(context.ensure_object(Invocation).database_url(), lambda database: overview(database, now))
    if as_json:
        print_json(_as_json(found))
    else:
        _print(found, now)


def _as_json(found: Overview) -> dict[str, Any]:
    return {
        "running": found.is_running,
        "last_heartbeat": _time(found.last_heartbeat),
        "configuration": found.configuration,
        "configured_at": _time(found.configured_at),
        "articles": found.articles,
        "chats": found.chats,
        "deliveries": found.deliveries,
        "sources": [source_as_json(source) for source in found.sources],
    }


# Shown in another form, or of use to nobody but the next poll.
_OWN_NOTES = frozenset({"options", "rhythm", "body_digest", "list_state"})


def source_as_json(source: Source) -> dict[str, Any]:
    """A source for programs, with what is secret, or looks like it in an address, masked."""
    from feedbot.services.credentials import shown_options  # noqa: PLC0415 - not for --help

    values = {key: _plain(value) for key, value in asdict(source).items() if key not in _OWN_NOTES}
    return {**values, "options": shown_options(source.options), "health": source.health}


def _plain(value: Any) -> Any:
    from feedbot.fetching.urls import shown  # noqa: PLC0415 - as above

    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if not isinstance(value, str):
        return value
    return shown(value) if value.startswith(("http://", "https://")) else Masker().mask(value)


def _print(found: Overview, now: datetime) -> None:
    print_line(f"feedbot {'is running' if found.is_running else 'is not running'}{_since(found, now)}.")
    _print_configuration(found)
    print_line(f"Articles: {found.articles}. Chats: {_counts(found.chats)}. Deliveries: {_counts(found.deliveries)}.")
    print_line()
    print_sources(found.sources, now)


def _print_configuration(found: Overview) -> None:
    state = found.configuration or {}
    if state.get("state") == "refused":
        print_line(f"The configuration was refused at {_time(found.configured_at)}; the last good one is in effect:")
        for fault in state["faults"]:
            print_line(f"  {fault}")
    elif state.get("restart"):
        print_line(f"The configuration is in effect, but for what needs a restart: {', '.join(state['restart'])}.")
    elif state:
        print_line(f"The configuration is in effect since {_time(found.configured_at)}.")


def print_sources(sources: tuple[Source, ...], now: datetime) -> None:
    """The sources as a table, the next poll with the sentence that explains it."""
    rows = [
        (source.id, source.health, _ago(source.last_success_at, now), _ahead(source.next_poll_at, now), _why(source))
        for source in sources
    ]
    print_table(("SOURCE", "STATE", "LAST SUCCESS", "NEXT POLL", "WHY"), rows)


def _why(source: Source) -> str:
    from feedbot.domain.notices import notice  # noqa: PLC0415 - not for --help

    problem = f"{source.error_kind}: {source.error_text}" if source.error_text else ""
    return " ".join(part for part in (problem, notice(source), source.plan_reason) if part)


def _since(found: Overview, now: datetime) -> str:
    return "" if found.is_running else f" (last seen {_ago(found.last_heartbeat, now)})"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "none"


def _ago(moment: datetime | None, now: datetime) -> str:
    from feedbot.domain.planning import spoken  # noqa: PLC0415 - not for --help

    return f"{spoken(max(0, (now - moment).total_seconds()))} ago" if moment else "never"


def _ahead(moment: datetime | None, now: datetime) -> str:
    from feedbot.domain.planning import spoken  # noqa: PLC0415 - not for --help

    if moment is None:
        return "never"
    return f"in {spoken((moment - now).total_seconds())}" if moment > now else "now"


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
