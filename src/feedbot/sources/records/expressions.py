"""The expressions of a source: JMESPath, or a template of an address with JMESPath in its braces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from feedbot.errors import NotParseable
from feedbot.sources.records import fields

_TEMPLATE = re.compile(r"(?:https?:/|\.{0,2}/|\?)", re.IGNORECASE)
_HOLE = re.compile(r"\{([^{}]+)\}")
_ADDRESS_KEYS = frozenset({"link", "image", "next"})
_SLOT_SAFE = "/-._~"
_LONGEST = 500


def faults(select: Mapping[str, str], known: Mapping[str, str]) -> list[str]:
    """What is wrong with the `select` of a source that is read by JMESPath, a sentence each; empty if nothing is."""
    found = [f"select.{key} is unknown; known are {', '.join(known)}." for key in select if key not in known]
    return found + [
        fault for key, text in select.items() if key in known and text.strip() for fault in _faults_of(key, text)
    ]


def _faults_of(key: str, text: str) -> Iterator[str]:
    if len(text) > _LONGEST:
        yield f"select.{key} is longer than {_LONGEST} characters."
        return
    parts = _HOLE.findall(text) if is_template(key, text) else [text]
    if not parts:
        yield f"select.{key} is an address that is the same for every article: {text!r}. Put what differs into braces."
    for part in parts:
        try:
            _compiled(part)
        except ValueError as error:
            yield f"select.{key} is no JMESPath expression: {error}"


def is_template(key: str, text: str) -> bool:
    """Whether the text is an address with holes rather than an expression."""
    return key in _ADDRESS_KEYS and bool(_TEMPLATE.match(text.strip()))


@dataclass(frozen=True, slots=True)
class _Expression:
    """One compiled expression; a template has its text between the holes as well."""

    parts: tuple[Any, ...]
    between: tuple[str, ...] = ()

    def value(self, said: Any) -> Any:
        if not self.between:
            return self.parts[0].search(said)
        filled = [fields.text(part.search(said)) for part in self.parts]
        if not all(filled):
            return ""
        slots = [quote(text, safe=_SLOT_SAFE) for text in filled] + [""]
        return "".join(text + slot for text, slot in zip(self.between, slots, strict=True))


class Reading:
    """The expressions of one source, applied to one page.

    Raises (when made, and from every method):
        NotParseable: an expression is wrong, or does not fit the data; the text names it and the place.
    """

    def __init__(self, select: Mapping[str, str], url: str) -> None:
        self._url = url
        self._texts = {key: text.strip() for key, text in select.items() if text.strip()}
        self._expressions: dict[str, _Expression] = {}
        for key, text in self._texts.items():
            try:
                self._expressions[key] = _expression(key, text)
            except ValueError as error:
                raise NotParseable(f"select.{key} is no JMESPath expression: {error}", url=url) from error

    def __contains__(self, key: str) -> bool:
        return key in self._expressions

    def value(self, key: str, said: Any) -> Any:
        """What the expression of `key` finds; None without one."""
        expression = self._expressions.get(key)
        if expression is None:
            return None
        import jmespath.exceptions  # noqa: PLC0415 - only where an expression is used

        try:
            return expression.value(said)
        except (jmespath.exceptions.JMESPathError, ArithmeticError, TypeError, ValueError) as error:
            text = f"select.{key} does not fit this page: {self._texts[key]!r}: {error}"
            raise NotParseable(text, url=self._url) from error


def _expression(key: str, text: str) -> _Expression:
    if not is_template(key, text):
        return _Expression((_compiled(text),))
    pieces = _HOLE.split(text)
    return _Expression(tuple(map(_compiled, pieces[1::2])), tuple(pieces[::2]))


def _compiled(text: str) -> Any:
    """The expression, ready to be used.

    Raises:
        ValueError: it is none; the text says why and at which character, counted from 1.
    """
    import jmespath.exceptions  # noqa: PLC0415 - only where an expression is used
    from jmespath.functions import Functions  # noqa: PLC0415 - as above

    try:
        compiled = jmespath.compile(text)
    except jmespath.exceptions.ParseError as error:
        reason = "it ends too early" if error.token_value is None else f"{error.token_value!r} cannot stand there"
        raise ValueError(f"{text!r}, at character {error.lex_position + 1}: {reason}.") from error
    except (jmespath.exceptions.JMESPathError, RecursionError, ValueError) as error:
        position = getattr(error, "lexer_position", None)
        place = f", at character {position + 1}" if isinstance(position, int) else ""
        raise ValueError(f"{text!r}{place}: it cannot be read.") from error
    for name in _functions(compiled.parsed):
        if name not in Functions.FUNCTION_TABLE:
            raise ValueError(f"{text!r}, at character {text.find(name) + 1}: there is no function {name}().")
    return compiled


def _functions(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node.get("children", ()):
        if isinstance(child, Mapping):
            yield from _functions(child)
