"""What the YAML parser stumbles over becomes words that an admin understands, in the line where the mistake is."""

from __future__ import annotations

import yaml

from feedbot.errors import Fault

# What PyYAML says (by a part of it), whether the fault is where its construct began, and what an admin reads.
_KNOWN = (
    ("',' or ']'", True, "has a list that is not closed.", "Add the ] to the [ of this line."),
    ("',' or '}'", True, "has a group that is not closed.", "Add the } to the { of this line."),
    ("unexpected end of stream", True, "has a quote that is not closed.", "Add the closing quote."),
    ("expected ':'", True, "has a key without a colon.", "Write key: value."),
    ("node content", False, "lacks a value or has a bracket too many.", "Check the brackets [ ] and { }."),
    ("expected key", False, "does not fit the lines above it.", "Indent it with as many spaces as its neighbours."),
    ("'-' indicator", False, "does not fit the list above it.", "Indent it with as many spaces as its neighbours."),
    ("<block end>", False, "does not fit the lines above it.", "Indent it with as many spaces as its neighbours."),
    ("mapping values", False, "has a colon where none can be.", "Put the text in quotes, or check the indentation."),
    (
        *("cannot start any token", False, "begins a value with a tab or a special character."),
        "Indent with spaces, and put text that begins with @, % or ` in quotes.",
    ),
    ("unknown escape", False, "has a backslash that means nothing.", "Use single quotes, or write it twice."),
    ("undefined alias", False, "uses an alias (*name) that no anchor defines.", "Put text with an * in quotes."),
    ("another document", False, "begins a second document.", "Remove the line ---."),
)
_OTHER = ("", False, "is not valid YAML: {said}.", "Check the indentation, the colons and the quotes there.")


def syntax_fault(file: str, error: yaml.YAMLError) -> Fault:
    """The error as a fault of the file."""
    if not isinstance(error, yaml.MarkedYAMLError):
        reason = f"is not valid YAML: {getattr(error, 'reason', 'it cannot be read')}."
        return Fault(file, None, "", reason, "Remove control characters from the file.")
    said = f"{error.problem}, {error.context}" if error.context else f"{error.problem}"
    _, is_where_it_began, reason, remedy = next((entry for entry in _KNOWN if entry[0] in said), _OTHER)
    noticed, began = error.problem_mark or error.context_mark, error.context_mark or error.problem_mark
    mark = began if is_where_it_began else noticed
    return Fault(file, mark.line + 1 if mark else None, "", reason.format(said=said), remedy)
