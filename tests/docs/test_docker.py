"""The container files keep their promises: nothing to build with, no rights, a health check that works."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
import yaml

from feedbot.config.environment import overrides
from feedbot.storage.database import driver_url

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
FEEDBOT = COMPOSE["services"]["feedbot"]


class Instruction(NamedTuple):
    """A line of the Dockerfile: `RUN`, and what follows it."""

    name: str
    value: str


def stages() -> list[list[Instruction]]:
    """The instructions of each stage, continued lines joined and comments left out."""
    joined = "\n".join(line for line in DOCKERFILE.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    found: list[list[Instruction]] = []
    for line in filter(str.strip, joined.splitlines()):
        name, _, value = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, " ".join(value.split())))
    return found


def values(stage: list[Instruction], name: str) -> list[str]:
    return [one.value for one in stage if one.name == name]


def environment(stage: list[Instruction]) -> dict[str, str]:
    pairs = (pair.partition("=") for value in values(stage, "ENV") for pair in shlex.split(value))
    return {name: value for name, _, value in pairs}


def test_there_is_a_stage_that_builds_and_one_that_runs_both_pinned_to_a_version() -> None:
    build, final = stages()

    assert values(build, "FROM") == ["python:3.12-slim-bookworm AS build"]
    assert values(final, "FROM") == ["python:3.12-slim-bookworm"]


def test_every_package_is_checked_against_its_hash_and_built_with_pinned_tools() -> None:
    installed = [
        part.strip()
        for value in values(stages()[0], "RUN")
        for part in value.split("&&")
        if part.strip().startswith("pip ")
    ]

    for command in installed:
        words = command.split()
        from_files = "--no-index" in words or words[-3:] == [".", "-w", "/wheels"]
        assert from_files or "--require-hashes" in words, command
        assert "wheel" not in words[:2] or "--no-build-isolation" in words, command
    assert len(installed) == 4


def test_the_final_stage_installs_nothing_and_has_nothing_to_install_or_build_with() -> None:
    final = stages()[1]
    run = " ".join(values(final, "RUN"))

    assert not re.search(r"apt-get|pip install|gcc|build-essential|curl|wget", run)
    assert "rm -rf /usr/local/lib/python3.12/site-packages/* /usr/local/lib/python3.12/ensurepip" in run
    assert "/usr/local/bin/pip*" in run
    assert values(final, "COPY") == ["--from=build /opt/feedbot /opt/feedbot", "config /config"]


def test_it_runs_as_a_numbered_user_whose_only_place_to_write_is_the_volume() -> None:
    final = stages()[1]
    names = [one.name for one in final]

    assert values(final, "USER") == ["10001:10001"]
    assert names.index("USER") > max(index for index, name in enumerate(names) if name in {"RUN", "COPY"})
    assert values(final, "VOLUME") == values(final, "WORKDIR") == ["/data"]
    assert "--uid 10001 --gid feedbot" in values(final, "RUN")[0]
    assert "install -d -o feedbot -g feedbot /data" in values(final, "RUN")[0]
    assert environment(final)["PYTHONDONTWRITEBYTECODE"] == "1"
    assert [json.loads(values(final, name)[0]) for name in ("ENTRYPOINT", "CMD")] == [["feedbot"], ["run"]]


def test_its_settings_are_known_and_keep_the_data_in_the_volume() -> None:
    final = environment(stages()[1])
    found, faults = overrides(final)

    assert faults == []
    assert {one.setting.key: one.value for one in found} == {
        "database.url": "sqlite:////data/feedbot.db",
        "web.host": "0.0.0.0",
    }
    assert (final["FEEDBOT_CONFIG"], driver_url(final["FEEDBOT_DATABASE__URL"]).database) == (
        "/config",
        "/data/feedbot.db",
    )


def test_only_what_the_dockerfile_copies_is_sent_to_the_builder() -> None:
    rules = (ROOT / ".dockerignore").read_text("utf-8").split("\n")
    copied = {Path(word).parts[0] for word in copied_paths()}

    assert "*" in rules
    assert copied == {rule[1:] for rule in rules if rule.startswith("!")}
    assert [name for name in sorted(copied) if not (ROOT / name).exists()] == []


def copied_paths() -> Iterator[str]:
    for stage in stages():
        for value in values(stage, "COPY"):
            if "--from" not in value:
                yield from value.split()[:-1]


class _Answering(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


class _Failing(_Answering):
    status = 500


@pytest.mark.parametrize("kind", [_Answering, _Failing])
def test_the_health_check_is_well_only_while_healthz_answers_200(kind: type[_Answering]) -> None:
    [check] = values(stages()[1], "HEALTHCHECK")
    python, *arguments = json.loads(check.split("CMD ")[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    Thread(target=server.serve_forever, daemon=True).start()
    port = {"FEEDBOT_WEB__PORT": str(server.server_port)}

    checked = subprocess.run([sys.executable, *arguments], env=port, capture_output=True, check=False, timeout=30)
    server.shutdown()
    server.server_close()
    silent = subprocess.run([sys.executable, *arguments], env=port, capture_output=True, check=False, timeout=30)

    assert (python, checked.returncode == 0, silent.returncode == 0) == ("python", kind.status == 200, False)


def test_the_service_has_no_rights_and_a_read_only_file_system() -> None:
    assert FEEDBOT["read_only"] is True
    assert FEEDBOT["cap_drop"] == ["ALL"]
    assert FEEDBOT["security_opt"] == ["no-new-privileges:true"]
    assert FEEDBOT["tmpfs"] == ["/tmp"]
    assert "privileged" not in FEEDBOT
    assert FEEDBOT["volumes"] == ["./config:/config:ro", "data:/data"]
    assert FEEDBOT["ports"] == ["127.0.0.1:8080:8080"]


def test_the_token_comes_as_a_secret_and_never_as_a_variable() -> None:
    assert FEEDBOT["environment"]["FEEDBOT_TELEGRAM__TOKEN_FILE"] == "/run/secrets/telegram-token"
    assert FEEDBOT["secrets"] == list(COMPOSE["secrets"]) == ["telegram-token"]
    assert COMPOSE["secrets"]["telegram-token"] == {"file": "./secrets/telegram-token"}
    assert "FEEDBOT_TELEGRAM__TOKEN" not in FEEDBOT["environment"]
    assert "secrets/" in (ROOT / ".gitignore").read_text("utf-8").split()


def test_without_further_variables_the_service_runs_on_its_volume(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("123456789:" + "a" * 35)
    given = {
        name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value).replace("/run/secrets/telegram-token", str(token))
        for name, value in FEEDBOT["environment"].items()
    }
    found, faults = overrides(environment(stages()[1]) | given)

    assert faults == []
    assert {one.setting.key for one in found} == {"database.url", "web.host", "telegram.token"}
    assert "sqlite:////data/feedbot.db" in {one.value for one in found}


def test_postgresql_is_there_only_on_demand() -> None:
    postgres = COMPOSE["services"]["postgres"]

    assert postgres["profiles"] == ["postgres"]
    assert FEEDBOT["depends_on"]["postgres"] == {"condition": "service_healthy", "required": False}
    assert set(COMPOSE["volumes"]) == {"data", "postgres"}
