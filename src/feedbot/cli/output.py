"""What commands print: tables for people and for pipes, JSON for programs, complaints on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

Row = Sequence[str]


def examples(*commands: str) -> str:
    """The end of a command's help: one example a line."""
    return "\n\n".join(("Examples:", *commands))


def print_table(columns: Row, rows: Sequence[Row]) -> None:
    """A table: fitted to the terminal and wrapped, or, into a file or pipe, one line a row and nothing cut off."""
    if sys.stdout.isatty():
        _print_fitted(columns, rows)
    else:
        _print_plain(columns, rows)


def print_json(data: Any) -> None:
    """The value as indented JSON, characters as they are."""
    print_line(json.dumps(data, ensure_ascii=False, indent=2))


def print_line(text: str = "") -> None:
    """A line on standard output."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """A line on standard error."""
    sys.stderr.write(f"{text}\n")


def _print_fitted(columns: Row, rows: Sequence[Row]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only where a terminal shows it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        # Text and not markup: a title may have brackets.
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def _print_plain(columns: Row, rows: Sequence[Row]) -> None:
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - it knows that 安 is two columns wide

    lines = [[cell.replace("\n", " ") for cell in row] for row in (columns, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print_line("  ".join(map(set_cell_size, line, widths)).rstrip())
