"""What the README and its neighbours say of the project holds: targets, pictures, one command for a bare machine."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
# Written in parts, so that this file does not name them either.
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "proxy.golang" + ".org")
INDEX_OPTIONS = ("--index-url", "--extra-index-url", "--find-links ")
MOST_BYTES = 200_000


def targets() -> set[str]:
    """The targets that `make help` lists."""
    return set(" ".join(re.findall(r"^([a-z -]+):.*## \S", MAKEFILE, flags=re.MULTILINE)).split())


def test_make_help_lists_every_target() -> None:
    phony = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)[0].split()

    assert sorted(targets()) == sorted(phony)
    printed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout
    assert set(" ".join(re.findall(r"^  make ([a-z -]+)  ", printed, flags=re.MULTILINE)).split()) == targets()


def test_every_make_target_that_a_document_names_exists() -> None:
    named = {
        target
        for document in DOCUMENTS
        for call in re.findall(
            r"(?:`|^    |&& )make ([a-z][a-z ]*[a-z])", document.read_text("utf-8"), flags=re.MULTILINE
        )
        for target in call.split()
    }

    assert named - targets() == set()
    assert {"run", "test", "check"} <= named


def test_every_picture_is_a_small_png_that_a_document_shows() -> None:
    shown = {
        (document.parent / target).resolve()
        for document in DOCUMENTS
        for target in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", document.read_text("utf-8"))
    }
    pictures = sorted((ROOT / "docs/images").iterdir())

    assert shown == set(pictures)
    assert [path.name for path in pictures if path.stat().st_size >= MOST_BYTES] == []
    assert [path.name for path in pictures if not path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")] == []


def test_the_one_command_is_executable_and_runs_what_the_readme_names() -> None:
    script = ROOT / ".ci/run"
    lines = script.read_text("utf-8").splitlines()
    bash = shutil.which("bash")
    assert bash

    assert script.stat().st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH) == 0o111
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert any(line.startswith("make check test ") for line in lines)
    assert subprocess.run([bash, "-n", str(script)], check=False, timeout=30).returncode == 0


@pytest.mark.parametrize(
    "pattern",
    [
        "requirements/*",
        "*.md",
        "docs/**/*.md",
        "Makefile",
        "Dockerfile",
        "*.yaml",
        "*.toml",
        ".ci/run",
        "config/**/*.yaml",
    ],
)
def test_no_file_of_the_project_names_a_package_registry(pattern: str) -> None:
    texts = {path: path.read_text("utf-8") for path in ROOT.glob(pattern) if path.is_file()}

    assert [
        (path.name, word) for path, text in texts.items() for word in (*HOSTS, *INDEX_OPTIONS) if word in text
    ] == []
    assert texts


def test_every_pinned_package_has_its_hashes() -> None:
    for name in ("build", "run", "test"):
        entries = re.split(r"^(?=[a-z0-9])", (ROOT / f"requirements/{name}.txt").read_text("utf-8"), flags=re.MULTILINE)
        packages = [entry for entry in entries if re.match(r"[a-z0-9._-]+(\[\w+\])?==", entry)]

        assert [entry.split()[0] for entry in packages if "--hash=sha256:" not in entry] == []
        assert len(packages) > 3
