"""What pydantic found wrong becomes plain sentences: the reason and the remedy that an admin reads."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic_core import ErrorDetails

from feedbot.config.files import KeyPath
from feedbot.setting_types import MASK, REFUSED

_LIMITS = {
    "greater_than": ("gt", "must be more than {limit}, not {value}."),
    "greater_than_equal": ("ge", "must be at least {limit}, not {value}."),
    "less_than": ("lt", "must be less than {limit}, not {value}."),
    "less_than_equal": ("le", "must be at most {limit}, not {value}."),
}
_SHAPES = {
    "list_type": ("must be a list, not {value}.", "Write [first, second]."),
    "tuple_type": ("must be a list, not {value}.", "Write [first, second]."),
    "dict_type": ("must be a group of keys, not {value}.", "Indent its keys below it."),
    "model_type": ("must be a group of keys, not {value}.", "Indent its keys below it."),
    "model_attributes_type": ("must be a group of keys, not {value}.", "Indent its keys below it."),
    "string_type": ("must be text, not {value}.", "Put it in quotes."),
    "int_type": ("must be a whole number, not {value}.", "Write a number such as 8."),
    "int_parsing": ("must be a whole number, not {value}.", "Write a number such as 8."),
    "int_from_float": ("must be a whole number, not {value}.", "Write a number such as 8."),
    "int_parsing_size": ("is too large a number.", "Write a smaller one."),
    "bool_type": ("must be true or false, not {value}.", "Write true or false."),
    "bool_parsing": ("must be true or false, not {value}.", "Write true or false."),
    "string_too_short": ("is empty.", "Write something, or remove the line to get the default."),
    "string_too_long": ("is longer than the {limit} characters allowed.", "Shorten it."),
    "too_long": ("has more than the {limit} entries allowed.", "Shorten it."),
    "string_pattern_mismatch": ("has characters that are not allowed here: {value}.", "Write plain ASCII."),
}
# Options of a source whose values no fault repeats.
_SECRET_GROUPS = {"headers", "cookies", "auth", "proxy"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong at `path` below the checked value."""

    path: KeyPath
    reason: str
    remedy: str


def findings(errors: Iterable[ErrorDetails], model: type[BaseModel]) -> Iterator[Finding]:
    """Each error of a `ValidationError(...).errors()` of `model` as a sentence; a secret's value is never repeated."""
    for error in errors:
        path, context = tuple(error["loc"]), error.get("ctx", {})
        if error["type"] == REFUSED:
            key = context["key"]
            yield Finding((*path, key) if key else path, context["reason"], context["remedy"])
        # A default made from another setting cannot be made while that one is at fault, which is told already.
        elif error["type"] != "default_factory_not_called":
            yield Finding(path, *_sentences(error, path, model))


def suggestion(word: str, known: Iterable[str]) -> str:
    """`Did you mean x?` for the nearest known word, else the known words."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(words)}."


def section_at(model: type[BaseModel], path: KeyPath) -> type[BaseModel] | None:
    """The section that stands at the path below `model`, alone or in a list, None where it is no section."""
    section: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int):
            continue
        field = section.model_fields.get(part) if section else None
        section = _section(field.annotation) if field else None
    return section


def known_keys(section: type[BaseModel]) -> list[str]:
    """The keys of the section as an admin writes them."""
    return [field.alias or name for name, field in section.model_fields.items()]


def is_secret(model: type[BaseModel], path: KeyPath) -> bool:
    """Whether the value at the path must not be shown."""
    section = section_at(model, path[:-1]) if path else None
    field = section.model_fields.get(str(path[-1])) if section else None
    return field is not None and holds_secret(field.annotation)


def holds_secret(annotation: Any) -> bool:
    """Whether a field of this type is a secret: SecretStr, a kind of it, or an optional one."""
    if isinstance(annotation, type):
        return issubclass(annotation, SecretStr)
    return any(holds_secret(part) for part in getattr(annotation, "__args__", ()))


def _sentences(error: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> tuple[str, str]:
    """The reason and the remedy."""
    kind, context = error["type"], error.get("ctx", {})
    value = MASK if is_secret(model, path) or _SECRET_GROUPS & set(path) else _shown(error.get("input"))
    if kind in {"missing", "extra_forbidden"}:
        return _about_the_key(kind, path, model)
    if error.get("input") is None:
        return "has no value.", "Write one, or remove the line to get the default."
    if kind == "literal_error":
        choices = [choice.strip("'") for choice in context["expected"].replace(" or ", ", ").split(", ")]
        return f"must be one of {', '.join(choices)}, not {value}.", _nearest(value, choices)
    if kind in _LIMITS:
        name, text = _LIMITS[kind]
        return text.format(limit=context[name], value=value), "Write a number in that range."
    reason, remedy = _SHAPES.get(kind, ("is not valid: {value}.", "See docs/configuration.md."))
    return reason.format(value=value, limit=context.get("max_length")), remedy


def _about_the_key(kind: str, path: KeyPath, model: type[BaseModel]) -> tuple[str, str]:
    if kind == "missing":
        return "is missing.", f"Add {path[-1]}: to it."
    section = section_at(model, path[:-1])
    return "is not a known key.", suggestion(str(path[-1]), known_keys(section) if section else ())


def _section(annotation: Any) -> type[BaseModel] | None:
    """The section that a field of this type holds: itself, optional, or each entry of a list."""
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, BaseModel) else None
    return next(filter(None, map(_section, getattr(annotation, "__args__", ()))), None)


def _nearest(value: str, choices: list[str]) -> str:
    text = suggestion(value.strip("'"), choices)
    return text if text.startswith("Did") else "Write one of them."


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - as much as fits a line
