"""YAML files become plain values that know their lines.

Plain scalars follow the YAML 1.2 core schema: `no` is a word and not False, `12:30` is text and not 750, `2020-10-19`
is text and not a date. Tags, repeated keys and documents that grow when read are refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from feedbot.config.syntax import syntax_fault
from feedbot.errors import ConfigurationError, Fault

MAX_BYTES = 10_000_000
MAX_DEPTH = 32
MAX_COPIED = 50_000

KeyPath = tuple[str | int, ...]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: dict[str, Any] = {"": None, "~": None} | {
    spelled: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelled in (word, word.capitalize(), word.upper())
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?")
_STANDARD = "tag:yaml.org,2002:"
# What PyYAML resolves plain values to; whatever else a node carries was written out as a tag.
_PLAIN_TAGS = {_STANDARD + name for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value")}


@dataclass(slots=True)
class Document:
    """One file: its values as dicts, lists and scalars, and the line (from 1) of each path that has one."""

    file: str
    data: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: KeyPath) -> int | None:
        """The line of the path, or of its nearest parent that stands in the file."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return self.lines.get(())

    def fault(self, path: KeyPath, reason: str, remedy: str) -> None:
        """Note what is wrong at the path."""
        self.faults.append(Fault(self.file, self.line(path), dotted(path), reason, remedy))


def dotted(path: KeyPath) -> str:
    """The path as an admin reads it: `sources[3].url`, counted from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read(path: Path) -> Document:
    """The file's values; what cannot be read or is not YAML is a fault of the document, whose data is then None."""
    try:
        return parse(_text(path), file=str(path))
    except ConfigurationError as error:
        return Document(str(path), faults=list(error.faults))


def unusable_folder(folder: Path) -> Fault | None:
    """Why the folder cannot be read, or None."""
    if not os.path.lexists(folder):
        remedy = "Create it, or name another one with --config DIR or FEEDBOT_CONFIG."
        return Fault(str(folder), None, "", "does not exist.", remedy)
    if not folder.is_dir():
        return Fault(str(folder), None, "", "is not a directory.", "Put a directory in its place.")
    if not os.access(folder, os.R_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        reason = "cannot be read by the user that feedbot runs as."
        return Fault(str(folder), None, "", reason, "Give that user the right to read it.")
    return None


def parse(text: str, *, file: str) -> Document:
    """The values of a YAML text; its faults are in the document."""
    document = Document(file)
    try:
        size = _measured(text, document)
        if not document.faults:
            node = yaml.compose(text, Loader=_Loader)
            _Builder(document, most=size + MAX_COPIED).fill(node)
    except yaml.YAMLError as error:
        document.faults.append(syntax_fault(file, error))
    if document.faults:
        document.data = None
    return document


def _text(path: Path) -> str:
    try:
        # Opening a pipe would wait for somebody who writes into it.
        if path.is_fifo():
            raise _refused(path, "is a named pipe.", "Put a file in its place.")
        with path.open("rb") as stream:
            body = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}.", "Check that it is there and readable.") from None
    if len(body) > MAX_BYTES:
        raise _refused(path, f"is larger than {MAX_BYTES // 10**6} MB.", "Split it into several files.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise _refused(path, "is not UTF-8 text.", "Save it in the encoding UTF-8.", line=line) from None


def _refused(path: Path, reason: str, remedy: str, *, line: int | None = None) -> ConfigurationError:
    return ConfigurationError((Fault(str(path), line, "", reason, remedy),))


def _measured(text: str, document: Document) -> int:
    """How many values the text has at most; too deep a nesting is a fault.

    This reads the flat stream of events, before anything that calls itself sees the text.
    """
    depth = size = 0
    for event in yaml.parse(text, Loader=_Loader):
        size += 1
        if isinstance(event, yaml.events.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.events.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else None
            reason = f"is nested more than {MAX_DEPTH} levels deep."
            document.faults.append(Fault(document.file, line, "", reason, "Check the brackets and the indentation."))
            break
    return size


class _Builder:
    """Turns nodes into values. An alias is followed anew each time, and `most` bounds what that can grow to."""

    def __init__(self, document: Document, *, most: int) -> None:
        self.document = document
        self.most = most
        self.count = 0

    def fill(self, node: yaml.Node | None) -> None:
        if node is not None:
            self.document.lines[()] = node.start_mark.line + 1
            self.document.data = self.value(node, ())

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        self.count += 1
        if self.count > self.most or len(path) > MAX_DEPTH:
            if not self.document.faults:
                self.document.fault(path[:1], "grows without end by its aliases (*name).", "Write the values out.")
            return None
        if node.tag not in _PLAIN_TAGS:
            self.document.fault(path, f"has the tag {node.tag}, which feedbot does not read.", "Remove the tag.")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, self.place((*path, index), item)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def place(self, path: KeyPath, node: yaml.Node) -> KeyPath:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        return path

    def mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[Hashable, Any]:
        values: dict[Hashable, Any] = {}
        for key, key_node, value_node in self.pairs(node, path):
            if key in values:
                first = self.document.lines[*path, key]
                self.document.faults.append(
                    Fault(
                        self.document.file,
                        key_node.start_mark.line + 1,
                        dotted((*path, key)),
                        f"stands here a second time; the first is in line {first}.",
                        "Keep one of them.",
                    )
                )
                continue
            values[key] = self.value(value_node, self.place((*path, key), key_node))
        return values

    def pairs(self, node: yaml.MappingNode, path: KeyPath) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.document.fault(path, "has a key that is no plain word.", "Write key: value.")
            elif key_node.value == "<<" and not key_node.style:
                self.document.fault(path, "merges with <<, which feedbot does not read.", "Write the values out.")
            else:
                yield key_node.value, key_node, value_node


def _scalar(node: yaml.Node) -> Any:
    style = getattr(node, "style", None)
    text = str(node.value)
    if style or (node.tag == _STANDARD + "str" and text not in _PLAIN):
        return text
    if text in _PLAIN:
        return _PLAIN[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
