"""docs/architecture.md and the decisions speak of what the code has."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from feedbot.domain.deliveries import MAX_UNANSWERED, State
from feedbot.domain.redesign import ARRIVALS, FEWEST
from feedbot.errors import FetchError
from feedbot.services.reading import MAX_ARTICLES

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/architecture.md").read_text("utf-8")
DECISIONS = ROOT / "docs/decisions"


def kinds(error: type[FetchError]) -> Iterator[str]:
    """The classes of failure that status pages and metrics show."""
    for below in error.__subclasses__():
        yield below.kind
        yield from kinds(below)


def test_every_state_of_a_delivery_is_explained_in_its_order() -> None:
    table = TEXT.split("\n## The life of a delivery\n")[1].split("\n## ")[0]

    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) == [state.value for state in State]


def test_every_class_of_failure_is_named() -> None:
    [listed] = re.findall(r"A failure has a class \(((?:`\w+`(?:,\s)?)+)\)", TEXT)

    assert sorted(re.findall(r"`(\w+)`", listed)) == sorted(kinds(FetchError))


def test_the_numbers_are_those_of_the_code() -> None:
    redesigns = " ".join((DECISIONS / "0019-redesigns-and-websub.md").read_text("utf-8").split())
    at_least_once = " ".join((DECISIONS / "0005-at-least-once.md").read_text("utf-8").split())

    assert f"up to {MAX_ARTICLES} a visit" in " ".join(TEXT.split())
    assert (FEWEST, "A list of five or more entries is **held**" in redesigns) == (5, True)
    assert (ARRIVALS, "news comes in on top of them at two visits" in redesigns) == (2, True)
    assert (MAX_UNANSWERED, "ends as `failed` after eight tries" in at_least_once) == (8, True)


def test_every_layer_of_the_contract_stands_in_the_table_from_top_to_bottom() -> None:
    table = TEXT.split("\n## Layers\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| [^|]*\| (`.*?`) \| ", table, flags=re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    layers = [set(re.findall(r"feedbot\.(\w+)", layer)) for layer in contract["layers"]]

    assert set(named) == set().union(*layers)
    depth = {name: position for position, layer in enumerate(layers) for name in layer}
    assert [depth[name] for name in named] == sorted(depth[name] for name in named)


def test_every_decision_is_listed_and_says_what_would_reopen_it() -> None:
    pages = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    listed = re.findall(r"^\| \[(\d{4})\]\((\S+\.md)\)", (DECISIONS / "README.md").read_text("utf-8"), re.MULTILINE)

    assert [(path.name[:4], path.name) for path in pages] == listed
    for path in pages:
        text = path.read_text("utf-8")
        assert text.startswith(f"# {path.name[:4]}: "), path.name
        assert "**Reopens it:**" in text, path.name
