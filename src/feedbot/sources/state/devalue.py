"""Values that Nuxt 3 and SvelteKit flatten into one array, in which numbers name places (the format of devalue)."""

from __future__ import annotations

from typing import Any

_MOST_LEVELS = 64
_MOST_VALUES = 200_000
_WRAPPERS = frozenset({"ShallowReactive", "Reactive", "Ref", "ShallowRef", "EmptyRef", "EmptyShallowRef", "Island"})
_SPECIAL = frozenset({"Date", "Set", "Map", "RegExp", "BigInt", "null", "Object"})


def is_flattened(value: Any) -> bool:
    """Whether a value has the form: an array whose first part is an object or array of places in it."""
    if not isinstance(value, list) or len(value) < 2:  # noqa: PLR2004 - a root and what it names
        return False
    first = value[0]
    parts = list(first.values()) if isinstance(first, dict) else first if isinstance(first, list) else []
    numbers = [part for part in parts if isinstance(part, int) and not isinstance(part, bool)]
    return bool(numbers) and len(numbers) >= len(parts) - 1 and all(number < len(value) for number in numbers)


def revived(flat: list[Any]) -> Any:
    """The value that was flattened; what names itself is None where it does."""
    return _Reviver(flat).at(0, 0)


class _Reviver:
    def __init__(self, flat: list[Any]) -> None:
        self._flat = flat
        self._left = _MOST_VALUES
        self._done: dict[int, Any] = {}
        self._open: set[int] = set()

    def at(self, place: object, level: int) -> Any:
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(self._flat):
            return None
        if place in self._done:
            return self._done[place]
        if place in self._open or level > _MOST_LEVELS or self._left <= 0:
            return None
        self._left -= 1
        self._open.add(place)
        value = self._made(self._flat[place], level + 1)
        self._open.discard(place)
        self._done[place] = value
        return value

    def _made(self, value: Any, level: int) -> Any:
        if isinstance(value, dict):
            return {key: self.at(place, level) for key, place in value.items()}
        if not isinstance(value, list):
            return value
        if value and isinstance(value[0], str):
            return self._typed(value[0], value[1:], level)
        return [self.at(place, level) for place in value]

    def _typed(self, kind: str, rest: list[Any], level: int) -> Any:
        if kind in _WRAPPERS:
            return self.at(rest[0], level) if rest else None
        if kind == "Date":
            return rest[0] if rest else None
        if kind == "Set":
            return [self.at(place, level) for place in rest]
        return None if kind in _SPECIAL or not rest else self.at(rest[0], level)
