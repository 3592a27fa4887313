"""The files that come with feedbot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from configurations import Directory
from feedbot import config
from feedbot.config import files
from feedbot.config.schema import settings_schema, sources_schema
from feedbot.settings import Settings

SHIPPED = Path(__file__).resolve().parents[2] / "config"


def uncommented(text: str) -> str:
    """The text with every commented line of YAML switched on, prose left out."""
    return re.sub(r"^(\s*)# (?=\s*-? ?\w+:( |$))", r"\1", text, flags=re.MULTILINE)


def test_the_shipped_configuration_leaves_everything_at_its_default() -> None:
    loaded = config.load(SHIPPED, {})

    assert loaded.settings == Settings()
    assert loaded.sources == ()
    assert loaded.origins == {}


def test_what_the_settings_file_shows_in_comments_is_the_default(directory: Directory) -> None:
    text = (SHIPPED / "feedbot.yaml").read_text("utf-8").replace("  # token:", "  ## token:")
    directory.write("feedbot.yaml", uncommented(text).replace("base_url: https://news.example.org", ""))

    loaded = directory.load()

    assert len(loaded.origins) == 15
    shown, default = loaded.settings.model_dump(mode="json"), Settings().model_dump(mode="json")
    # Where it was written down, access is no longer what follows from the mode.
    assert shown["telegram"].pop("access") == "private"
    assert default["telegram"].pop("access") == "public"
    assert shown == default


def test_every_example_of_a_source_is_right_and_every_type_has_one(directory: Directory) -> None:
    text = (SHIPPED / "sources/examples.yaml").read_text("utf-8")
    examples = re.findall(r"(?:^#   .*\n)+", text, flags=re.MULTILINE)
    body = "sources:\n" + re.sub(r"^# ", "", "".join(examples), flags=re.MULTILINE)
    directory.write("sources/examples.yaml", body)

    loaded = directory.load()

    assert [source.type for source in loaded.sources] == ["feed", "discuz", "page"]
    assert Draft202012Validator(sources_schema()).is_valid(files.parse(body, file="a.yaml").data)


@pytest.mark.parametrize(
    ("name", "schema"), [("feedbot.yaml", settings_schema()), ("sources/examples.yaml", sources_schema())]
)
def test_each_file_names_its_schema_in_the_first_line_and_keeps_it(name: str, schema: dict[str, object]) -> None:
    path = SHIPPED / name
    first = path.read_text("utf-8").splitlines()[0]

    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match
    assert (path.parent / match[1]).is_file()
    assert Draft202012Validator(schema).is_valid(files.read(path).data)
