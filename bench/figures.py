"""What a benchmark found: a figure of feedbot beside the same figure of what it is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_HEADINGS = ("what", "unit", "feedbot", "baseline", "ratio", "compared with")


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` and `base` are in `unit`; `base` is None where nothing compares, and then `compared` is a remark."""

    what: str
    unit: str
    value: float
    base: float | None
    compared: str

    @property
    def ratio(self) -> float | None:
        """The figure as a multiple of its baseline."""
        return self.value / self.base if self.base else None

    def cells(self) -> tuple[str, ...]:
        """The figure as the table shows it."""
        ratio = f"{self.ratio:.2f}" if self.ratio is not None else "-"
        base = shown(self.base) if self.base is not None else "-"
        return (self.what, self.unit, shown(self.value), base, ratio, self.compared)


def shown(value: float) -> str:
    """A number with three digits that count, and no false ones after them."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(figures: Iterable[Figure]) -> str:
    """The figures as aligned columns."""
    rows = [_HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    aligned = [
        cell.rjust(width) if column in {2, 3, 4} else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(aligned).rstrip()
