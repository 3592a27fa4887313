"""JSON as sites send it: with a mark against hijacking before it, a function around it, and odd characters."""

from __future__ import annotations

import json
import re
from typing import Any

from feedbot.errors import NotParseable
from feedbot.sources.encoding import decode, strip_controls
from feedbot.sources.spec import Page, ParseOptions

_MOST_LEVELS = 64
_SHOWN = 60
# What keeps other sites from running an answer as a script, and an answer that is meant to be run as one.
_GUARD = re.compile(r"(?:\)\]\}'[^\n]{0,20}\n?|for\s?\(;;\);|while\s?\(1\);|/\*+/)\s*")
_CALL = re.compile(
    r"(?:/\*.{0,100}?\*/\s*|typeof [\w.$]{1,100} === 'function' && )?[\w.$]{1,100}(?:\[[^\]]{0,60}\])?\s*\(\s*(?=[\[{])"
)
_CALL_END = re.compile(r"\)\s*;?\s*\Z")


def load(page: Page, options: ParseOptions) -> Any:
    """The JSON value of a page, without what neither a database nor XML can hold.

    Raises:
        NotParseable: it is no JSON, or JSON that is nested deeper than any list of articles.
    """
    text = decode(page.body, declared=page.charset, override=options.encoding).strip()
    bare = _unwrapped(text)
    if not bare.startswith(("{", "[")):
        raise NotParseable(_what_came(text), url=page.url)
    try:
        return as_json(bare)
    except ValueError as error:
        raise NotParseable(f"This begins like JSON, but cannot be read: {error}.", url=page.url) from error


def as_json(text: str) -> Any:
    """The value of a JSON text. Control characters in its strings are put up with and left out.

    Raises:
        ValueError: it is no JSON, nested too deep or has absurd numbers; the text says which, where that is known.
    """
    try:
        return cleaned(json.loads(text, strict=False))
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise ValueError("it is nested too deep or has absurd numbers") from error


def cleaned(value: Any, level: int = 0) -> Any:
    """The value with plain characters only.

    Raises:
        ValueError: it is nested deeper than 64 levels.
    """
    if isinstance(value, str):
        return strip_controls(value)
    if not isinstance(value, list | dict):
        return value
    if level > _MOST_LEVELS:
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return [cleaned(one, level + 1) for one in value]
    return {strip_controls(key): cleaned(one, level + 1) for key, one in value.items()}


def _unwrapped(text: str) -> str:
    guard = _GUARD.match(text)
    bare = text[guard.end() :] if guard else text
    call = _CALL.match(bare)
    end = _CALL_END.search(bare, max(len(bare) - _SHOWN, 0)) if call else None
    return bare[call.end() : end.start()].rstrip() if call and end else bare


def _what_came(text: str) -> str:
    if not text:
        return "The answer is empty."
    if text.startswith("<"):
        return "This is a web page or XML, not JSON. Give the address that answers with the JSON itself."
    return f"This is no JSON. It begins with: {' '.join(text[:_SHOWN].split())}"
