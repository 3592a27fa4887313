"""Commands come in: one file a command group, each with a Typer `app` that `main.py` adds."""

import sys
from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line of `arguments` (`sys.argv`) and end the process, quietly also where it is told to at once.

    What takes time is loaded here and not above: Ctrl-C meanwhile must not end in a traceback.
    """
    try:
        from feedbot.cli.main import main as run  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    run(arguments)
