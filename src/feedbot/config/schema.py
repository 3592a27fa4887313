"""The JSON Schema of the files that an admin writes, for editors that complete keys and underline mistakes.

It is made from the same models as the checks. What only a program can tell (does the zone exist, is the id taken) is
left to `feedbot check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from feedbot.config.faults import section_at
from feedbot.config.sources import SourceSettings, SourcesFile
from feedbot.setting_types import SecretUrl
from feedbot.settings import Settings
from feedbot.sources import registry

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def settings_schema() -> Schema:
    """The schema of `feedbot.yaml`."""
    return _schema(Settings, "feedbot.yaml: the settings of feedbot")


def sources_schema() -> Schema:
    """The schema of a file in `sources/`."""
    schema = _schema(SourcesFile, "sources/*.yaml: where feedbot's articles come from")
    source = schema["$defs"][SourceSettings.__name__]
    names = ["auto", *registry.names()]
    # A plug-in brings a type and keys of `select` of its own: what is known is completed, what is not is no mistake.
    source["properties"]["type"]["anyOf"] = [{"enum": names}, {"not": {"enum": names}}]
    keys = {key: text for name in registry.names() for key, text in registry.get(name).options.items()}
    select = {key: {"type": "string", "description": text} for key, text in sorted(keys.items())}
    source["if"] = {"properties": {"type": {"enum": names}}}
    source["then"] = {"properties": {"select": {"properties": select, "additionalProperties": False}}}
    return schema


def section_schemas(model: type[BaseModel]) -> dict[type[BaseModel], Schema]:
    """The schema of the model and of each section in it, with the defaults as an admin would write them."""
    found: dict[type[BaseModel], Schema] = {}
    for section in _sections(model):
        made = {key: value for key, value in section.model_json_schema().items() if key not in {"title", "$defs"}}
        defaults = _defaults(section)
        made["properties"] = {name: _field(value, name, defaults) for name, value in made["properties"].items()}
        found[section] = made
    return found


def _schema(model: type[BaseModel], title: str) -> Schema:
    sections = section_schemas(model)
    whole = sections.pop(model)
    definitions = {section.__name__: schema for section, schema in sections.items()}
    return {"$schema": _DIALECT, "title": title, **whole, "$defs": definitions}


def _sections(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and every model that its fields hold, alone or in a list."""
    yield model
    for name in model.model_fields:
        if kind := section_at(model, (name,)):
            yield from _sections(kind)


def _defaults(section: type[BaseModel]) -> dict[str, Any]:
    """The defaults that are the same for everyone; one made from other settings (the telegram mode) has no value."""
    written = section.model_construct().model_dump(mode="json")
    kept: dict[str, Any] = {}
    for name, field in section.model_fields.items():
        if not field.is_required() and field.default_factory is None and not isinstance(field.default, BaseModel):
            kept[name] = str(field.default) if isinstance(field.default, SecretUrl) else written[name]
    return kept


def _field(schema: Schema, name: str, defaults: dict[str, Any]) -> Schema:
    """The field's schema without generated titles; a section may stand empty, as when all its lines are comments."""
    plain = {key: value for key, value in schema.items() if key not in {"title", "default"}}
    if "$ref" in plain:
        return {"anyOf": [{"$ref": plain["$ref"]}, {"type": "null"}]}
    return plain | ({"default": defaults[name]} if name in defaults else {})
