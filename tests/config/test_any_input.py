"""Whatever stands in a file, the answer is a configuration or faults in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurations import Directory
from feedbot import config
from feedbot.config import files
from feedbot.config.environment import Setting, leaves
from feedbot.config.sources import SourceSettings
from feedbot.errors import ConfigurationError, Fault

ODD_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 7, 10**25, 1.5, -1e300),
    *(
        "",
        " ",
        "x",
        "x" * 5000,
        "安源\u0000",
        "{0}{value}",
        "%s",
        "\u2028",
        "🦊",
        "-",
        "true",
        "8",
        "08:00",
        "10MB",
        "5m",
    ),
    *("99999999999999999d", "http://[", "http://a.example:99999/", "postgresql://", "1:a", "::1", "UTC", "../x"),
    *([], [None], [[]], ["x", 1], {}, {"a": None}, {"": ""}, {"a": {"b": [1]}}, {"安": 1}),
]
TOWN = {"id": "town", "title": "Town", "url": "http://town.example/"}


def faults_of(directory: Directory, environ: dict[str, str] | None = None) -> tuple[Fault, ...]:
    try:
        config.load(directory.path, environ or {})
    except ConfigurationError as error:
        return error.faults
    return ()


def jargon(faults: tuple[Fault, ...]) -> Iterator[str]:
    """The faults that no admin would understand, or that miss a part."""
    for fault in faults:
        words = ("Input should", "validation", "pydantic", "schema", "docs/configuration.md", "{", "tuple", "dict")
        reason = fault.reason.split(" not ")[0].split(": ")[0]
        if not fault.reason.endswith(".") or not fault.remedy.endswith((".", "?")) or any(w in reason for w in words):
            yield str(fault)


@pytest.mark.parametrize("setting", list(leaves()), ids=lambda setting: str(setting.key))
def test_any_value_of_any_setting_is_taken_or_refused_in_plain_words(directory: Directory, setting: Setting) -> None:
    for value in ODD_VALUES:
        nested = value
        for part in reversed(setting.path):
            nested = {part: nested}
        directory.write("feedbot.yaml", json.dumps(nested))

        faults = faults_of(directory)

        assert list(jargon(faults)) == []
        assert {fault.line for fault in faults} <= {1, None}


@pytest.mark.parametrize("setting", list(leaves()), ids=lambda setting: str(setting.key))
def test_any_text_of_any_variable_is_taken_or_refused_in_plain_words(directory: Directory, setting: Setting) -> None:
    for value in ODD_VALUES:
        text = value if isinstance(value, str) else json.dumps(value)

        faults = faults_of(directory, {setting.variable: text})

        assert list(jargon(faults)) == []
        assert {fault.file for fault in faults} <= {f"environment variable {setting.variable}"}


@pytest.mark.parametrize("option", list(SourceSettings.model_fields))
def test_any_value_of_any_source_option_is_taken_or_refused_in_plain_words(directory: Directory, option: str) -> None:
    for value in ODD_VALUES:
        directory.write("sources/a.yaml", json.dumps({"sources": [{**TOWN, option: value}]}))

        assert list(jargon(faults_of(directory))) == []


@given(st.text() | st.text(alphabet="{}[]:,-&*!|>'\"%@`#?\n \tab1~<.", max_size=60))
def test_any_text_is_read_as_yaml_or_is_a_fault(text: str) -> None:
    document = files.parse(text, file="a.yaml")

    assert document.data is None or document.faults == []
    assert list(jargon(tuple(document.faults))) == []


@given(st.binary())
def test_any_bytes_are_a_document_or_a_fault(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    path: Path = tmp_path_factory.mktemp("any") / "a.yaml"
    path.write_bytes(body)

    document = files.read(path)

    assert document.data is None or document.faults == []
