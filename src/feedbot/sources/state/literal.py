"""Object literals of JavaScript read as values, without running anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(
    r"""\s*+(?:(?P<string>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|`(?:[^`\\$]|\\.)*+`)"""
    r"|(?P<number>-?(?:0x[0-9a-fA-F]{1,15}|\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?)"
    r"|(?P<name>[A-Za-z_$][\w$]*+)|(?P<mark>[{}\[\](),:!]))",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_CONSTANTS: dict[str, Any] = {
    "true": True,
    "false": False,
    "null": None,
    "undefined": None,
    "NaN": None,
    "Infinity": None,
}
_GIVEN_BACK = frozenset({"Date", "String", "Number", "BigInt", "URL", "Set"})
_MAKERS = _GIVEN_BACK | {"Map", "Array", "Object", "Symbol"}
_CALL = re.compile(r"\(?\s*function\s*\(([^()]{0,20000})\)\s*\{")
_MOST_LEVELS = 64
_LAST_CODE = 0x10FFFF


class NoLiteral(ValueError):
    """The text is not the literal of a plain value; `position` is how far it was one."""

    def __init__(self, reason: str, position: int = 0) -> None:
        self.position = position
        super().__init__(reason)


def read(text: str, position: int = 0, names: Mapping[str, Any] | None = None) -> tuple[Any, int]:
    """The value of the literal at `position` and where it ends; `names` are variables that stand in it.

    Raises:
        NoLiteral: there is none, or it has code in it.
    """
    reader = _Reader(text, position, names or {})
    try:
        value = reader.value(0)
    except NoLiteral as error:
        raise NoLiteral(str(error), reader.position) from error
    return value, reader.position


def read_call(text: str, position: int = 0) -> Any:
    """What `(function(a,b){return {...}}(1,2))` returns: how Nuxt 2 writes its state.

    Raises:
        NoLiteral: the text is something else.
    """
    head = _CALL.match(text, position)
    body = text.find("return", head.end()) if head else -1
    end = text.rfind("}(", position)
    if head is None or body < 0 or end < body:
        raise NoLiteral("no function that is called")
    values, _ = _Reader(text, end + 1, {}).arguments()
    parameters = [name.strip() for name in head[1].split(",")]
    return read(text, body + len("return"), dict(zip(parameters, values, strict=False)))[0]


class _Reader:
    def __init__(self, text: str, position: int, names: Mapping[str, Any]) -> None:
        self.position = position
        self._text = text
        self._names = names

    def value(self, level: int) -> Any:
        kind, symbol = self._next()
        if level > _MOST_LEVELS:
            raise NoLiteral("nested too deep")
        if kind == "string":
            return _string(symbol)
        if kind == "number":
            return _number(symbol)
        if kind == "name":
            return self._named(symbol, level)
        if symbol == "{":
            return self._object(level)
        if symbol == "[":
            return self._array("]", level)
        if symbol == "!":
            return not self.value(level + 1)
        raise NoLiteral(f"{symbol} stands where a value is expected")

    def arguments(self) -> tuple[list[Any], int]:
        """The values in the brackets at the position."""
        self._expect("(")
        return self._array(")", 0), self.position

    def _next(self) -> tuple[str, str]:
        found = _TOKEN.match(self._text, self.position)
        if found is None:
            raise NoLiteral("code")
        self.position = found.end()
        kind = found.lastgroup or ""
        return kind, found[kind]

    def _peek(self) -> str:
        found = _TOKEN.match(self._text, self.position)
        return found["mark"] or "" if found else ""

    def _expect(self, mark: str) -> None:
        if self._next() != ("mark", mark):
            raise NoLiteral(f"no {mark}")

    def _named(self, name: str, level: int) -> Any:
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name == "void":
            self.value(level + 1)
            return None
        if name == "new":
            name = self._next()[1]
        if self._peek() == "(":
            if name not in _MAKERS:
                raise NoLiteral(f"a call of {name}")
            values, _ = self.arguments()
            return values[0] if name in _GIVEN_BACK and values else None
        if name in self._names:
            return self._names[name]
        raise NoLiteral(f"unknown name {name}")

    def _object(self, level: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            kind, symbol = self._next()
            if symbol == "}" and kind == "mark":
                return found
            key = _string(symbol) if kind == "string" else symbol
            if kind == "mark":
                raise NoLiteral(f"{symbol} stands where a key is expected")
            if self._peek() == ":":
                self._next()
                found[key] = self.value(level + 1)
            else:
                found[key] = self._names.get(key)  # `{a}` means `{a: a}`
            if not self._goes_on("}"):
                return found

    def _array(self, end: str, level: int) -> list[Any]:
        found: list[Any] = []
        if self._peek() == end:
            self._next()
            return found
        while True:
            if self._peek() == ",":
                found.append(None)
            elif self._peek() == end:
                self._next()
                return found
            else:
                found.append(self.value(level + 1))
            if not self._goes_on(end):
                return found

    def _goes_on(self, end: str) -> bool:
        symbol = self._next()
        if symbol not in {("mark", ","), ("mark", end)}:
            raise NoLiteral("code")
        return symbol[1] == ","


def _string(symbol: str) -> str:
    return _ESCAPE.sub(_escaped, symbol[1:-1]) if "\\" in symbol else symbol[1:-1]


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        return chr(int(code, 16)) if int(code, 16) <= _LAST_CODE else ""
    return _LETTERS.get(match[4], match[4])


def _number(symbol: str) -> int | float:
    if "x" in symbol or "X" in symbol:
        return int(symbol, 16)
    return float(symbol) if any(mark in symbol for mark in ".eE") else int(symbol)
