"""How a story template becomes a text: repeatable draws, the slots, and the summary as Discuz! cuts it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

SUMMARY_WIDTH = 200
CUT_MARK = " ..."
_SLOT = re.compile(r"\{(?:(?P<name>\w+):)?(?:(?P<low>\d+)-(?P<high>\d+)|(?P<word>[a-z]\w*))\}")
_WEEKDAYS = "一二三四五六日"
T = TypeVar("T")


class Dice:
    """Draws that come out the same for the same seed, on every machine and every Python."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._draws = 0

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        self._draws += 1
        digest = hashlib.blake2b(f"{self._seed}/{self._draws}".encode(), digest_size=8).digest()
        return low + int.from_bytes(digest, "big") % (high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.between(0, len(choices) - 1)]

    def happens(self, one_in: int) -> bool:
        """True once in `one_in` draws."""
        return self.between(1, one_in) == 1


class Slots:
    """Fills `{place}`, `{20-60}`, `{n:20-60}`, `{n}`, `{today}`, `{tomorrow}`, `{weekday}` and `{year}`.

    What a name stands for stays the same for the whole story. Raises KeyError for an unknown name.
    """

    def __init__(self, *, place: str, published: datetime, dice: Dice) -> None:
        tomorrow = published + timedelta(days=1)
        self._dice = dice
        self._words = {
            "place": place,
            "today": f"{published.month}月{published.day}日",
            "tomorrow": f"{tomorrow.month}月{tomorrow.day}日",
            "weekday": f"星期{_WEEKDAYS[published.weekday()]}",
            "year": str(published.year),
        }

    def fill(self, template: str) -> str:
        """The template with every slot filled."""
        return _SLOT.sub(self._value, template)

    def _value(self, slot: re.Match[str]) -> str:
        if slot["word"]:
            return self._words[slot["word"]]
        value = str(self._dice.between(int(slot["low"]), int(slot["high"])))
        if slot["name"]:
            self._words.setdefault(slot["name"], value)
            return self._words[slot["name"]]
        return value


def cut_summary(text: str, width: int = SUMMARY_WIDTH) -> str:
    """The text's beginning as Discuz! cuts it: `width` bytes of GBK at most, the mark ` ...` included."""
    if _width(text) <= width:
        return text
    kept = text
    while _width(kept) > width - len(CUT_MARK):
        kept = kept[:-1]
    return kept + CUT_MARK


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)
