"""The generated JSON Schema says what the loader says, as far as a schema can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from configurations import Directory
from feedbot.config import files
from feedbot.config.schema import settings_schema, sources_schema
from feedbot.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
PAGED = ', pages: 3, page_url: "https://town.example/p/{page}", full_text: never'
SOURCE = "{id: town, title: Town, url: https://town.example/%s}"


def is_valid(schema: dict[str, Any], text: str) -> bool:
    return Draft202012Validator(schema).is_valid(files.parse(text, file="a.yaml").data)


def is_loaded(directory: Directory, name: str, text: str) -> bool:
    directory.write(name, text)
    try:
        directory.load()
    except ConfigurationError:
        return False
    return True


@pytest.mark.parametrize("schema", [settings_schema(), sources_schema()], ids=["settings", "sources"])
def test_the_schemas_are_schemas(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("{}", True),
        ("site:\n", True),
        ("web: {port: 8080}", True),
        ("telegram: {admins: [1], pacing: {chat_interval: 2s}}", True),
        ("fetch: {max_bytes: 5MB, allow_networks: [10.0.0.0/8]}", True),
        ("log: {level: debug}", True),
        ("database: {url: 'postgresql://db/feedbot'}", True),
        ("site: {base_url: 'https://a.example'}", True),
        ("webb: {}", False),
        ("web: {prot: 1}", False),
        ("web: {port: 0}", False),
        ("web: {port: http}", False),
        ("web: 8080", False),
        ("telegram: {mode: webhook}", False),
        ("telegram: {admins: me}", False),
        ("polling: {min_interval: 10}", False),
        ("polling: {min_interval: ten minutes}", False),
        ("fetch: {max_bytes: 10 megabytes}", False),
        ("site: {language: Chinese!}", False),
        ("site: {base_url: a.example}", False),
        ("site: {title: [a]}", False),
        ("- site", False),
    ],
)
def test_settings_are_right_for_the_schema_exactly_when_they_are_for_the_loader(
    directory: Directory, text: str, *, is_right: bool
) -> None:
    assert (is_valid(settings_schema(), text), is_loaded(directory, "feedbot.yaml", text)) == (is_right, is_right)


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("sources: []", True),
        (f"sources: [{SOURCE % ''}]", True),
        (f"sources: [{SOURCE % ', type: discuz, repair: [pinyin], interval: 1h, enabled: false'}]", True),
        (f"sources: [{SOURCE % ', headers: {Cookie: a=b}, categories: [a/b], encoding: gbk'}]", True),
        ("sources: [{id: town, title: Town}]", False),
        ("sources: [{id: Town, title: Town, url: 'https://town.example/'}]", False),
        ("sources: [{id: town, title: Town, url: 'ftp://town.example/'}]", False),
        (f"sources: [{SOURCE % ', type: Feed'}]", False),
        (f"sources: [{SOURCE % PAGED}]", True),
        (f"sources: [{SOURCE % ', pages: 51'}]", False),
        (f"sources: [{SOURCE % ', browser: sometimes'}]", False),
        (f"sources: [{SOURCE % ', auth: {username: ann, password: env:TOWN}, cookies: {sid: file:a}'}]", True),
        (f"sources: [{SOURCE % ', auth: {username: ann}'}]", False),
        (f"sources: [{SOURCE % ', category_rules: [{category: a, words: [b], in: title}]'}]", True),
        (f"sources: [{SOURCE % ', category_rules: [{category: a, word: [b]}]'}]", False),
        (f"sources: [{SOURCE % ', category_rules: [{category: a, in: body}]'}]", False),
        (f"sources: [{SOURCE % ', include: [a], exclude: [b]'}]", True),
        (f"sources: [{SOURCE % ', include: a'}]", False),
        (f"sources: [{SOURCE % ', type: page, select: {list: li, title: h2}'}]", True),
        (f"sources: [{SOURCE % ', type: page, select: {list: li, titel: h2}'}]", False),
        (f"sources: [{SOURCE % ', categories: a'}]", False),
        (f"sources: [{SOURCE % ', interval: 60'}]", False),
        (f"sources: [{SOURCE % ', enabled: 2'}]", False),
        (f"sources: [{SOURCE % ', colour: red'}]", False),
        ("sources: town", False),
        ("source: []", False),
    ],
)
def test_sources_are_right_for_the_schema_exactly_when_they_are_for_the_loader(
    directory: Directory, text: str, *, is_right: bool
) -> None:
    assert (is_valid(sources_schema(), text), is_loaded(directory, "sources/a.yaml", text)) == (is_right, is_right)


def test_the_schema_takes_no_type_of_a_plug_in_for_a_mistake() -> None:
    text = f"sources: [{SOURCE % ', type: gazette, select: {issue: latest}'}]"

    assert is_valid(sources_schema(), text)


def test_the_schema_shows_defaults_as_an_admin_writes_them() -> None:
    definitions = settings_schema()["$defs"]

    assert definitions["Polling"]["properties"]["default_interval"]["default"] == "30m"
    assert definitions["Fetch"]["properties"]["max_bytes"]["default"] == "10MB"
    assert "default" not in definitions["Telegram"]["properties"]["mode"]
    assert definitions["Database"]["properties"]["url"]["default"] == "sqlite:///var/feedbot.db"


def test_every_setting_and_option_has_a_sentence() -> None:
    schemas = [settings_schema(), *settings_schema()["$defs"].values(), *sources_schema()["$defs"].values()]
    said = {
        name: field.get("description", "")
        for schema in schemas
        for name, field in schema["properties"].items()
        if "anyOf" not in field or "$ref" not in field["anyOf"][0]
    }

    assert [name for name, text in said.items() if not text.endswith((".", "."))] == []
    assert len(said) > 40
