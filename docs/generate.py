"""Write what is made from the code: the JSON Schemas in config/schema/, docs/configuration.md and docs/commands.md.

`python docs/generate.py` writes them, `python docs/generate.py --check` only tells (exit code 1) which are out of date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from feedbot.cli.main import app
from feedbot.config.environment import Setting, leaves
from feedbot.config.faults import section_at
from feedbot.config.schema import Schema, section_schemas, settings_schema, sources_schema
from feedbot.config.sources import SourceSettings
from feedbot.settings import DefaultIs, Settings
from feedbot.sources import registry

ROOT = Path(__file__).resolve().parent.parent

INTRODUCTION = """\
# Configuration

<!-- Made by docs/generate.py from the settings in the code: change them there and run `make docs`. -->

feedbot reads `config/feedbot.yaml` and every file in `config/sources/`. `--config DIR` or `FEEDBOT_CONFIG` names
another directory. Neither file has to be there: what is not set has its default. `feedbot check` shows every
setting with where it was set, or each thing that is wrong. A saved change takes effect within seconds; a file with
a fault is refused whole, and the last good configuration goes on. What waits for the next start, such as the database
and the port, is named by the log and by `feedbot status`.

**How values are written.** Durations are a whole number with `s`, `m`, `h` or `d`: `90s`, `15m`, `2h`, `7d`. Sizes
are a whole number with `B`, `KB`, `MB`, `GB` (powers of 1,000) or `KiB`, `MiB`, `GiB` (powers of 1,024): `10MB`.
Time zones have their IANA name: `Asia/Shanghai`. Languages are BCP 47 tags: `en`, `zh-CN`. The files are YAML 1.2:
`no` is a word, `08:00` is text. Anchors and aliases work; tags, merge keys (`<<`) and repeated keys are refused.

**Environment variables** override the files: `FEEDBOT_` and the key's path joined by `__`, in capitals. A list is
written `a,b` or as JSON. A secret may also stand in a file that the variable with `_FILE` at its end names, as
container secrets do. An empty variable counts as not set. A `FEEDBOT_` variable that means nothing is a fault, so
that a slip is noticed.

**Editors** complete the keys and underline mistakes with the JSON Schemas in `config/schema/`, which the first line
of each file names.
"""

SELECT = """
### `select` for `type: {name}`

| key | what it selects |
| --- | --- |
"""

GROUP = """
### `{name}`

{text}

| key | type | default | what it does |
| --- | --- | --- | --- |
"""

COMMANDS = """\
# Commands

<!-- Made by docs/generate.py from the commands in the code: change them there and run `make docs`. -->

`feedbot --help` shows all of this in the terminal, `feedbot COMMAND --help` one command. The exit code is 0 when done,
1 when it failed, 2 for wrong usage or configuration, 130 when interrupted. Results go to standard output, what went
wrong to standard error. Into a pipe a table is plain text with nothing cut off; `--json` prints it for programs.

These options stand before the command: `feedbot --config /etc/feedbot check`.

"""

SOURCES = """\
## Sources

Each file in `config/sources/` is a list `sources:`. `config/sources/examples.yaml` has a worked example of each
type. An id or an address stands only once in all files together.

| option | type | default | what it does |
| --- | --- | --- | --- |
"""


def main(arguments: list[str]) -> int:
    """Write or check every document; the exit code."""
    stale = [path for path, text in documents() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run `make docs` and commit it.", file=sys.stderr)
        return 1 if stale else 0
    for path, text in documents():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for path in stale:
        print(f"{path.relative_to(ROOT)} is written.")
    return 0


def documents() -> Iterator[tuple[Path, str]]:
    """Every generated file and what must stand in it."""
    yield ROOT / "config/schema/feedbot.schema.json", as_json(settings_schema())
    yield ROOT / "config/schema/sources.schema.json", as_json(sources_schema())
    yield ROOT / "docs/configuration.md", configuration()
    yield ROOT / "docs/commands.md", commands()


def as_json(schema: Schema) -> str:
    """The schema as a file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def configuration() -> str:
    """The reference of all settings and source options."""
    parts = [INTRODUCTION]
    schemas = section_schemas(Settings)
    for name, field in Settings.model_fields.items():
        parts.append(f"## `{name}`\n\n{field.description}\n\n{''.join(_settings_table(name, schemas))}")
    parts.append(SOURCES + "".join(_options(SourceSettings)))
    for name in SourceSettings.model_fields:
        if group := section_at(SourceSettings, (name,)):
            parts[-1] += GROUP.format(name=name, text=group.__doc__) + "".join(_options(group))
    for name in registry.names():
        if options := registry.get(name).options:
            parts[-1] += SELECT.format(name=name) + "".join(_row(f"`{key}`", text) for key, text in options.items())
    return "\n".join(parts)


def commands() -> str:
    """The reference of the command line."""
    whole = typer.main.get_command(app)
    return COMMANDS + "".join(_parameters(whole)) + "".join(_commands(whole, "feedbot"))


def _commands(command: Any, name: str) -> Iterator[str]:
    """The chapter of each command below, in the order of `--help`."""
    for part, inner in getattr(command, "commands", {}).items():
        full = f"{name} {part}"
        if hasattr(inner, "commands"):
            yield from _commands(inner, full)
        else:
            arguments = "".join(f" {entry.metavar}" for entry in inner.params if not entry.opts[0].startswith("-"))
            examples = (inner.epilog or "").split("\n\n")[1:]
            yield f"\n## `{full}{arguments}`\n\n{inner.help}\n\n"
            yield "".join(_parameters(inner)) + ("\n" if inner.params else "")
            yield "".join(f"    {example}\n" for example in examples)


def _parameters(command: Any) -> Iterator[str]:
    if command.params:
        yield "| option | what it does |\n| --- | --- |\n"
    for entry in command.params:
        is_option = entry.opts[0].startswith("-")
        name = ", ".join(entry.opts) + (f" {entry.metavar}" if entry.metavar else "") if is_option else entry.metavar
        variable = f" Also `{entry.envvar}`." if getattr(entry, "envvar", None) else ""
        yield _row(f"`{name}`", f"{entry.help}{variable}")


def _settings_table(section: str, schemas: dict[type[BaseModel], Schema]) -> Iterator[str]:
    yield "| key | type | default | environment variable | what it does |\n| --- | --- | --- | --- | --- |\n"
    for setting in leaves():
        if setting.path[0] == section:
            model = section_at(Settings, setting.path[:-1])
            assert model, setting.key  # noqa: S101 - every leaf stands in a section
            field = model.model_fields[setting.path[-1]]
            schema = schemas[model]["properties"][setting.path[-1]]
            said = next((entry.text for entry in field.metadata if isinstance(entry, DefaultIs)), None)
            kind, default = _kind(schema, is_secret=setting.is_secret), said or _default(schema)
            yield _row(f"`{setting.key}`", kind, default, _variables(setting), str(field.description))


def _options(section: type[BaseModel]) -> Iterator[str]:
    properties = section_schemas(section)[section]["properties"]
    for name, field in section.model_fields.items():
        key = field.alias or name
        default = "**required**" if field.is_required() else _default(properties[key])
        yield _row(f"`{key}`", _kind(properties[key]), default, str(field.description))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _variables(setting: Setting) -> str:
    return f"`{setting.variable}`" + (f", `{setting.variable}_FILE`" if setting.is_secret else "")


def _default(schema: Schema) -> str:
    value = schema.get("default")
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{text}`"


def _kind(schema: Schema, *, is_secret: bool = False) -> str:
    if is_secret:
        return "secret text"
    options: list[Schema] = [option for option in schema.get("anyOf", [schema]) if option.get("type") != "null"]
    return " or ".join(map(_simple_kind, options))


def _simple_kind(schema: Schema) -> str:
    if "$ref" in schema:
        return "group of keys, see below"
    if "enum" in schema:
        return ", ".join(f"`{choice}`" for choice in schema["enum"])
    kinds: dict[str, Any] = {
        "string": schema.get("$comment", "text"),
        "integer": "whole number" + _range(schema),
        "boolean": "`true` or `false`",
        "object": "group of names and texts",
    }
    if schema["type"] == "array":
        return f"list of: {_simple_kind(schema['items'])}"
    return str(kinds[schema["type"]])


def _range(schema: Schema) -> str:
    return f" {schema['minimum']} to {schema['maximum']}" if "maximum" in schema else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
