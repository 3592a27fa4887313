"""Commands come in: one file a command group, each with a Typer `app` that `main.py` adds."""

from feedbot.cli.main import main

__all__ = ["main"]
