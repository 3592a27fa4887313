"""Sources become YAML, and a file of sources gets one more: what stands there already stays, comments included."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from feedbot.config.declared import Declaration, read_sources
from feedbot.config.files import MAX_BYTES
from feedbot.config.load import SOURCES_FOLDER
from feedbot.config.sources import SourceSettings
from feedbot.domain.credentials import reference
from feedbot.domain.credentials import secrets as secrets_of
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.errors import ConfigurationError, Fault, Refused
from feedbot.setting_types import format_duration, parse_duration
from feedbot.settings import Site

NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
_HEAD = (
    "# yaml-language-server: $schema=../schema/sources.schema.json\n"
    "# Sources that `feedbot sources add` found. Edit them as you like.\n\n"
)
_WIDTH = 110
_PLAIN_DEFAULTS = SourceOptions()
_PLAIN_OPTIONS = (
    "select",
    "full_text",
    "browser",
    "pages",
    "page_url",
    "headers",
    "cookies",
    "auth",
    "proxy",
    "repair",
)
_LAST_OPTIONS = ("identity", "encoding")


def entry_of(source: DeclaredSource, site: Site) -> dict[str, Any]:
    """The source as an admin writes it in a file: only what is not left to feedbot or to the site's settings."""
    options = source.options
    entry: dict[str, Any] = {"id": source.id, "title": source.title, "url": source.url}
    if source.type != "auto":
        entry["type"] = source.type
    for name in ("categories", "category_rules", "include", "exclude"):
        _put(entry, name, options)
    if options.interval:
        entry["interval"] = format_duration(parse_duration(f"{max(round(options.interval), 1)}s"))
    if options.timezone != site.timezone:
        entry["timezone"] = options.timezone
    if options.language and options.language != site.language:
        entry["language"] = options.language
    for name in (*_PLAIN_OPTIONS, *_LAST_OPTIONS):
        _put(entry, name, options)
    if not source.enabled:
        entry["enabled"] = False
    return entry


def as_yaml(entries: Iterable[Mapping[str, Any]], left_out: Mapping[str, Sequence[str]] = NOTHING) -> str:
    """A file in `config/sources/` with these entries; above each stands which of its secrets are `left_out`."""
    blocks = [_remark(left_out.get(entry["id"], ())) + _block(entry, "  ") for entry in entries]
    return "sources:\n" + "\n".join(blocks) if blocks else "sources: []\n"


def exported(sources: Iterable[DeclaredSource], site: Site) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """The sources as entries of a file without the secrets themselves, and the options left out for that, by id."""
    entries, left_out = [], {}
    for source in sources:
        gone = [key for key, value in secrets_of(source.options) if not _is_reference(value)]
        entries.append(entry_of(replace(source, options=_without(source.options, gone)), site))
        if gone:
            left_out[source.id] = gone
    return entries, left_out


def _is_reference(value: str) -> bool:
    found = reference(value)
    return found is not None and found.kind != "sealed"


def _without(options: SourceOptions, keys: Collection[str]) -> SourceOptions:
    """The options without the secret ones of these keys; a user name without its password goes, too."""
    return replace(
        options,
        headers={name: value for name, value in options.headers.items() if f"headers.{name}" not in keys},
        cookies={name: value for name, value in options.cookies.items() if f"cookies.{name}" not in keys},
        auth={} if "auth.password" in keys else options.auth,
        proxy=None if "proxy" in keys else options.proxy,
    )


def _remark(left_out: Sequence[str]) -> str:
    return f"  # Left out, since they are secret: {', '.join(left_out)}. Write them as env:NAME.\n" if left_out else ""


def save(directory: Path, name: str, source: DeclaredSource, site: Site) -> str:
    """Adds the source to `sources/<name>` of the directory, which is made if it is not there: `file:line` of it.

    The file is replaced only by one that was read again and found right, and in one step: nobody sees half of it.

    Raises:
        ConfigurationError: with the source the files would be refused; nothing is changed.
        Refused: the file cannot be written.
    """
    path = directory / SOURCES_FOLDER / checked_name(name)
    before = _read(path)
    after = (
        added(before, entry_of(source, site))
        if before.strip()
        else f"{before}{_HEAD}sources:\n{_block(entry_of(source, site), '  ')}"
    )
    declaration = _declared(directory, path, after, source.id)
    _refuse_another(declaration.source, source, site)
    try:
        path.parent.mkdir(exist_ok=True)
        _replace(path, before, after)
    except OSError as error:
        raise Refused(
            f"{path} cannot be written: {error.strerror}. Give the user that you are the right to, or save the source "
            "in the database with --to-database."
        ) from None
    return declaration.place


def added(text: str, entry: Mapping[str, Any]) -> str:
    """The text of a file of sources with one more entry at the end of its list, and everything else as it was.

    Raises:
        Refused: the text is no file of sources.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    whole = text if not text or text.endswith("\n") else f"{text}{newline}"
    try:
        made = _added(whole, entry)
    except yaml.YAMLError:
        raise Refused("The file is not valid YAML: `feedbot check` says where. Mend it first.") from None
    return made if newline == "\n" else _with_crlf(whole, made)


def _added(text: str, entry: Mapping[str, Any]) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        return f"{text}sources:\n{_block(entry, '  ')}"
    is_mapping = isinstance(root, yaml.MappingNode)
    found = next((value for key, value in root.value if key.value == "sources"), None) if is_mapping else None
    if found is None or not isinstance(root, yaml.MappingNode):
        raise Refused("The file has no list `sources:`: `feedbot check` says what is wrong with it.")
    if isinstance(found, yaml.SequenceNode) and found.value:
        return _behind(text, found, entry)
    if root.flow_style:
        return f"{text[: found.start_mark.index]}[{_flow(entry)}]{text[found.end_mark.index :]}"
    # `sources:` or `sources: []`, maybe with a comment behind it.
    head = text[: found.start_mark.index].rstrip(" ")
    rest, line_end, below = text[found.end_mark.index :].partition("\n")
    return f"{head}{rest.rstrip()}{line_end or chr(10)}{_block(entry, '  ')}{below}"


def _behind(text: str, found: yaml.SequenceNode, entry: Mapping[str, Any]) -> str:
    """The text with the entry behind the last one of a list that has some."""
    if found.flow_style:
        end = found.value[-1].end_mark.index
        return f"{text[:end]}, {_flow(entry)}{text[end:]}"
    end = _last_line_end(text, found)
    return f"{text[:end]}{_block(entry, ' ' * found.start_mark.column)}{text[end:]}"


def _last_line_end(text: str, node: yaml.Node) -> int:
    """Where the line behind the node's last character ends; comments below it are not the node's."""
    end = len(text[: _end(node)].rstrip())
    found = text.find("\n", end)
    return len(text) if found < 0 else found + 1


def _end(node: yaml.Node) -> int:
    """The end of the node's last leaf: a block's own end is where the next thing begins."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        key, value = node.value[-1]
        return max(_end(key), _end(value))
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _end(node.value[-1])
    return int(node.end_mark.index)


class _Dumper(yaml.SafeDumper):
    """Writes lists of words in one line, and keeps the order of keys."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002
        super().increase_indent(flow, False)


def _list(dumper: yaml.SafeDumper, values: list[Any]) -> yaml.Node:
    is_plain = all(isinstance(value, str | int | float) for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=is_plain)


_Dumper.add_representer(list, _list)


def _block(entry: Mapping[str, Any], indent: str) -> str:
    """The entry as an item of a block list; the dash stands behind `indent`."""
    text = yaml.dump(dict(entry), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH)
    # Not `splitlines`, and nothing stripped: a title may hold any kind of blank.
    first, *others = text.removesuffix("\n").split("\n")
    return "".join([f"{indent}- {first}\n", *(f"{indent}  {line}\n" if line else "\n" for line in others)])


def _flow(entry: Mapping[str, Any]) -> str:
    text: str = yaml.safe_dump(dict(entry), allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**6)
    return text.strip()


def _put(entry: dict[str, Any], name: str, options: SourceOptions) -> None:
    value = getattr(options, name)
    if value != getattr(_PLAIN_DEFAULTS, name):
        entry[name] = _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _with_crlf(before: str, after: str) -> str:
    """The text with the line ends of Windows, which the file had."""
    return "\r\n".join(line.rstrip("\r") for line in after.split("\n")) if before != after else after


def checked_name(name: str) -> str:
    """The name of a file of sources, as it is.

    Raises:
        Refused: it is no such name.
    """
    path = Path(name)
    if path.name != name or name.startswith(".") or path.suffix not in {".yaml", ".yml"}:
        raise Refused(f"{name!r} is no name of a file of sources: write one such as town.yaml, without a folder.")
    return name


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise Refused(f"{path} is no file. Name another one.")
        body = path.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    try:
        if len(body) > MAX_BYTES:
            raise Refused(f"{path} is larger than {MAX_BYTES // 10**6} MB. Name another file.")
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(f"{path} is not UTF-8 text. Save it in that encoding, or name another file.") from None


def _declared(directory: Path, path: Path, text: str, source_id: str) -> Declaration:
    """The source as the loader reads it from the text, together with all other files."""
    faults: list[Fault] = []
    found = read_sources(directory / SOURCES_FOLDER, faults, texts={path: text})
    if faults:
        raise ConfigurationError(tuple(faults))
    return next(one for one in found if one.source.id == source_id)


def _refuse_another(read: SourceSettings, source: DeclaredSource, site: Site) -> None:
    """Whatever a title or selector holds, what is read back must be what was meant."""
    if read.declared(site) != SourceSettings.model_validate(entry_of(source, site)).declared(site):
        raise Refused("The source cannot be written as YAML as it is. Save it in the database with --to-database.")


def _replace(path: Path, before: str, after: str) -> None:
    """Puts the new text in the file's place in one step, with the rights that the old one had."""
    target = path.resolve()  # a symbolic link stays one
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    try:
        with os.fdopen(
            os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8", newline=""
        ) as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        if _read(path) != before:
            raise Refused(f"{path} was changed by somebody else at this moment. Try again.")
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
