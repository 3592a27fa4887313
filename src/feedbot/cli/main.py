"""The `feedbot` command: its global options, its groups, and the one place where an error becomes a line and a code.

A new group is a file with `app = typer.Typer()`, added below; a group without a name puts its commands on top level.
Commands import what they need inside the function, so that `feedbot --help` stays quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from feedbot import __version__
from feedbot.cli import categories, check, db, feed, run, sandbox, sources, status
from feedbot.cli.invocation import Invocation
from feedbot.cli.output import complain, examples
from feedbot.errors import ConfigurationError, FeedbotError, Refused
from feedbot.log import Masker

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="feedbot",
    help="Watches news sources, makes feeds of them, and sends new articles to Telegram chats.",
    epilog=examples("feedbot run", "feedbot --config /etc/feedbot check", "feedbot check --json"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(run.app)
app.add_typer(check.app)
app.add_typer(status.app)
app.add_typer(sources.app, name="sources")
app.add_typer(categories.app, name="categories")
app.add_typer(feed.app)
app.add_typer(db.app, name="db")
app.add_typer(sandbox.app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line of `arguments` (`sys.argv`) and end the process.

    The exit code is 0 when done, 1 when it failed, 2 for wrong usage or configuration, 130 when interrupted.
    """
    _open_closed_streams()
    invocation = Invocation()
    words = sys.argv[1:] if arguments is None else arguments

    def command() -> None:
        _check_text(words)
        app(args=words, prog_name="feedbot", obj=invocation)

    sys.exit(_flushed(exit_code(command, invocation)))


def exit_code(command: Callable[[], object], invocation: Invocation) -> int:
    """The code that the command ends with; what went wrong is on standard error by then, in words and no traceback."""
    try:
        command()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else FAILED if ended.code else DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except ConfigurationError as error:
        complain(str(error))
        complain(f"Nothing was done: {_counted(len(error.faults), 'fault')} in the configuration.")
        return WRONG_USAGE
    except FeedbotError as error:
        complain(f"feedbot: {Masker().mask(str(error))}")
        return FAILED
    except Exception as error:
        if invocation.debug:
            raise
        complain(f"feedbot: an error that nobody foresaw, {type(error).__name__}: {Masker().mask(str(error))}")
        complain("Please report it with what feedbot --debug prints for the same command.")
        return FAILED
    return DONE


def _check_text(words: Sequence[str]) -> None:
    """Refuses bytes that are no text: no source, view or file of feedbot can be meant by them."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise Refused(f"{word!a} is not UTF-8 text. Write it in that encoding.") from None


def _flushed(code: int) -> int:
    """The code once what was printed is out, quietly 1 if the reader left early (`feedbot check | head`)."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends: that must find a place to write to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        complain(f"feedbot: what it prints cannot be written: {error.strerror}.")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _open_closed_streams() -> None:
    """Gives a process that was started without standard output or error a place where both go unread."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _show_version(value: bool) -> None:  # noqa: FBT001 - the form that Typer calls
    if value:
        typer.echo(f"feedbot {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    *,
    config: Annotated[
        Path,
        typer.Option(
            "--config", metavar="DIR", envvar="FEEDBOT_CONFIG", help="The directory with feedbot.yaml and sources/."
        ),
    ] = Path("config"),
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unforeseen error.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take in what holds for every command."""
    invocation = context.ensure_object(Invocation)
    invocation.config_directory = config
    invocation.debug = debug
