"""What docs/generate.py makes is up to date and complete."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from feedbot.cli.main import app
from feedbot.config.environment import leaves
from feedbot.config.faults import known_keys
from feedbot.config.requests import Auth
from feedbot.config.schema import settings_schema, sources_schema
from feedbot.config.sources import CategoryRule, SourceSettings
from feedbot.sources import registry

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = (ROOT / "docs/configuration.md").read_text("utf-8")


def generate(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the generator of the tree at `root`."""
    command = [sys.executable, str(root / "docs/generate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with nothing but the generator."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/generate.py").write_bytes((ROOT / "docs/generate.py").read_bytes())
    return tmp_path


def test_the_documents_in_the_tree_are_up_to_date() -> None:
    checked = generate(ROOT, "--check")

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_a_missing_or_changed_document_is_named_with_the_remedy_and_not_written_by_a_check(tree: Path) -> None:
    generate(tree)
    (tree / "docs/configuration.md").write_text("changed", "utf-8")
    (tree / "config/schema/sources.schema.json").unlink()

    checked = generate(tree, "--check")

    assert (checked.returncode, checked.stdout) == (1, "")
    assert checked.stderr == (
        "config/schema/sources.schema.json is out of date: run `make docs` and commit it.\n"
        "docs/configuration.md is out of date: run `make docs` and commit it.\n"
    )
    assert (tree / "docs/configuration.md").read_text("utf-8") == "changed"
    assert not (tree / "config/schema/sources.schema.json").exists()


def test_every_setting_stands_in_the_reference_with_its_variable() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| [^|]+ \| [^|]+ \| (.*?) \| [^|]+ \|$", REFERENCE, flags=re.MULTILINE)

    assert rows == [
        (leaf.key, f"`{leaf.variable}`" + (f", `{leaf.variable}_FILE`" if leaf.is_secret else "")) for leaf in leaves()
    ]


def test_every_source_option_stands_in_the_reference() -> None:
    options, *parts = REFERENCE.split("## Sources")[1].split("\n### ")
    tables = {part.partition("\n")[0]: re.findall(r"^\| `(\w+)` \|", part, flags=re.MULTILINE) for part in parts}

    assert re.findall(r"^\| `(\w+)` \|", options, flags=re.MULTILINE) == list(SourceSettings.model_fields)
    assert tables["`category_rules`"] == known_keys(CategoryRule)
    assert tables["`auth`"] == known_keys(Auth)
    selectable = {name: list(spec.options) for name, spec in registry.SPECS.items() if spec.options}
    assert {f"`select` for `type: {name}`": keys for name, keys in selectable.items()}.items() <= tables.items()


def test_every_command_and_option_stands_in_the_reference() -> None:
    text = (ROOT / "docs/commands.md").read_text("utf-8")

    def named(command: Any, name: str) -> Iterator[str]:
        below = getattr(command, "commands", {})
        yield from () if below else (f"\n## `{name}",)
        yield from (f"| `{option}" for entry in command.params for option in entry.opts if option.startswith("-"))
        for part, inner in below.items():
            yield from named(inner, f"{name} {part}")

    expected = list(named(typer.main.get_command(app), "feedbot"))
    assert [entry for entry in expected if entry not in text] == []
    assert len(expected) > 8


@pytest.mark.parametrize(("name", "schema"), [("feedbot", settings_schema()), ("sources", sources_schema())])
def test_the_schema_files_hold_the_schemas(name: str, schema: dict[str, object]) -> None:
    assert json.loads((ROOT / f"config/schema/{name}.schema.json").read_text("utf-8")) == schema
