"""Source types of other packages, really installed beside feedbot."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs/plugins/feedbot-example"
CHANGELOG = (
    "# Changes\n\n## 1.2.0 - 2026-11-02\n- The ferry leaves on the <half> hour.\n\n## [v1.1] (2026-10-30)\n* A pier\n"
)
# What a process says that has the packages: what it knows, what it makes of a page, and its log.
ASK = """
import json, pickle, sys
from feedbot.sources import registry
from feedbot.sources.spec import Page, ParseOptions
page = Page(sys.stdin.buffer.read(), "https://program.example/CHANGELOG.md", "text/plain")
def tried(step):
    try:
        return step()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
def read(name):
    drafts = registry.get(name).parse_list(page, ParseOptions()).drafts
    return [[draft.title, draft.url, draft.published.isoformat(), draft.body_html] for draft in drafts]
spec = registry.detect(page)
known = [name for name in registry.names() if name not in registry.SPECS]
print(json.dumps({
    "names": known,
    "detected": spec and spec.name,
    "leads": [[lead.type, lead.url, lead.confidence] for lead in registry.leads(page, ParseOptions())],
    "kept": {name: tried(lambda: pickle.loads(pickle.dumps(registry.get(name).parse_list)).package) for name in known},
    "read": {name: tried(lambda: read(name)) for name in known},
}))
"""


def ask(*folders: Path, body: str = CHANGELOG) -> tuple[dict[str, Any], str]:
    """What a process with these folders of packages answers, and all that it logged."""
    path = os.pathsep.join(map(str, (ROOT / "src", *folders)))
    done = subprocess.run(
        [sys.executable, "-c", ASK], input=body.encode(), capture_output=True, check=True, timeout=60,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    *logged, answer = done.stdout.decode().splitlines()
    return json.loads(answer), "\n".join([*logged, done.stderr.decode()])


def package(folder: Path, name: str, entry: str, module: str, code: str) -> None:
    """An installed package with one module and one entry point, as pip leaves it."""
    info = folder / f"{name.replace('-', '_')}-2.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[feedbot.sources]\n{entry}\n", "utf-8")
    (folder / f"{module}.py").write_text(code, "utf-8")


SPEC = """
from feedbot.sources.spec import SourceSpec, Listing
def fail(*_):
    raise RuntimeError("out of order")
SPEC = SourceSpec("{name}", "A type.", {parse}, {recognises}, find={find})
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documented example, installed by pip into a folder."""
    folder = tmp_path_factory.mktemp("plugin")
    copy = shutil.copytree(EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__", "dist"))
    target = folder / "installed"
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", str(target), str(copy)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return target


def test_the_documented_example_is_installed_and_reads_a_page(example: Path) -> None:
    answer, log = ask(example)
    assert (answer["names"], answer["detected"], log) == (["changelog"], "changelog", "")
    # Article pages are read in another process, so its functions are sent there.
    assert answer["kept"] == {"changelog": "feedbot-example 1.0.0"}
    assert answer["leads"] == [["changelog", "https://program.example/CHANGELOG.md", 0.9]]
    assert answer["read"]["changelog"] == [
        [
            "1.2.0", "https://program.example/CHANGELOG.md#1.2.0", "2026-11-02T00:00:00+00:00",
            "<ul><li>The ferry leaves on the &lt;half&gt; hour.</li></ul>",
        ],
        ["v1.1", "https://program.example/CHANGELOG.md#v1.1", "2026-10-30T00:00:00+00:00", "<ul><li>A pier</li></ul>"],
    ]  # fmt: skip


def test_broken_packages_cost_only_their_own_types_and_are_named(example: Path, tmp_path: Path) -> None:
    whole = SPEC.format(name="changelog", parse="fail", recognises="fail", find="fail")
    package(tmp_path, "no-module", "gone = nowhere:SPEC", "unused", "")
    package(tmp_path, "bad-code", "crash = crashing:SPEC", "crashing", "raise SystemExit('no licence')")
    package(tmp_path, "not-a-spec", "text = texts:SPEC", "texts", "SPEC = 'spec'")
    package(tmp_path, "misnamed", "one = misnamed:SPEC", "misnamed", whole.replace('"changelog"', '"two"'))
    package(tmp_path, "z-second", "changelog = second:SPEC", "second", whole)
    package(tmp_path, "own-name", "feed = owned:SPEC", "owned", whole)
    package(tmp_path, "odd-name", "Wrong Name = odd:SPEC", "odd", whole)

    answer, log = ask(example, tmp_path)

    assert answer["names"] == ["crash", "changelog", "one", "gone", "text"]
    assert answer["detected"] == "changelog"
    assert [lead[0] for lead in answer["leads"]] == ["changelog"]
    assert [answer["read"][name] for name in ("crash", "gone", "text", "one")] == [
        (
            "Refused: The source type 'crash' of the package bad-code 2.0 cannot be loaded: SystemExit: no licence."
            " Update or remove the package."
        ),
        (
            "Refused: The source type 'gone' of the package no-module 2.0 cannot be loaded: ModuleNotFoundError:"
            " No module named 'nowhere'. Update or remove the package."
        ),
        (
            "Refused: The package not-a-spec 2.0 gives no SourceSpec for the source type 'text', but a str."
            " Update or remove the package."
        ),
        (
            "Refused: The package misnamed 2.0 announces the source type 'one' and gives one that is named 'two'."
            " Update or remove the package."
        ),
    ]
    assert len(answer["read"]["changelog"]) == 2
    for said in (
        "package='own-name 2.0' reason='feedbot has a source type of this name'",
        "package='odd-name 2.0' reason='the name must be",
        "package='z-second 2.0' reason='the package feedbot-example 1.0.0 has a source type of this name'",
    ):
        assert said in log


def test_a_plug_in_that_fails_on_a_page_costs_only_the_source_that_has_it(tmp_path: Path) -> None:
    package(
        tmp_path, "faulty", "faulty = faulty:SPEC", "faulty",
        SPEC.format(name="faulty", parse="fail", recognises="fail", find="fail"),
    )  # fmt: skip
    package(
        tmp_path, "leaving", "leaving = leaving:SPEC", "leaving",
        SPEC.format(name="leaving", parse="lambda *_: exit(3)", recognises="lambda p: exit(3)", find="lambda *_: 7"),
    )  # fmt: skip
    package(
        tmp_path, "empty", "empty = empty:SPEC", "empty",
        SPEC.format(name="empty", parse="lambda *_: None", recognises="lambda p: 0", find="lambda *_: [7]"),
    )  # fmt: skip
    body = "<rss version='2.0'><channel><item><title>t</title></item></channel></rss>"

    answer, log = ask(tmp_path, body=body)

    assert answer["detected"] == "feed"
    assert answer["leads"][0][:2] == ["feed", "https://program.example/CHANGELOG.md"]
    end = "feedbot's log has the details for its author."
    assert answer["read"] == {
        "empty": f"ReadingFailed: The plug-in empty 2.0 failed on this page (it gave a NoneType, not a Listing). {end}",
        "faulty": f"ReadingFailed: The plug-in faulty 2.0 failed on this page (RuntimeError). {end}",
        "leaving": f"ReadingFailed: The plug-in leaving 2.0 failed on this page (SystemExit). {end}",
    }
    assert "out of order" in log
