from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from configurations import Directory

TOKEN = "123456789:AAExampleExampleExampleExampleExample"  # gitleaks:allow
Feedbot = Callable[..., Any]


@pytest.fixture
def _town(directory: Directory) -> None:
    directory.write("feedbot.yaml", "web:\n  port: 9000\nlog: {level: debug}\n")
    directory.write(
        "sources/town.yaml",
        """\
        sources:
          - id: town-hall
            title: 安源区政府
            url: https://me:hunter2@town.example/list?catid=8
            type: discuz
            categories: [城事资讯/安源区政府]
            headers: {Cookie: opensesame}
          - {id: b, title: "[bold]B", url: "http://b.example/", interval: 90m, enabled: false}
        """,
    )


@pytest.mark.usefixtures("_town")
def test_check_shows_every_setting_where_it_was_set_and_the_sources(
    feedbot: Feedbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDBOT_TELEGRAM__TOKEN", TOKEN)
    monkeypatch.setenv("FEEDBOT_DATABASE__URL", "postgresql://feedbot:hunter2@db/feedbot")
    monkeypatch.setenv("FEEDBOT_DATABASE__SECRET_KEY", "k" * 32)

    ended = feedbot("check")

    lines = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    for line in (
        "SETTING                           VALUE                                    SET BY",
        "site.base_url                     http://127.0.0.1:9000                    default",
        "database.url                      postgresql://***@db/feedbot              FEEDBOT_DATABASE__URL",
        "web.port                          9000                                     config/feedbot.yaml:2",
        "telegram.token                    ***                                      FEEDBOT_TELEGRAM__TOKEN",
        "telegram.mode                     polling                                  default",
        "polling.max_interval              1d                                       default",
        "log.level                         debug                                    config/feedbot.yaml:3",
    ):
        assert line in lines
    assert [re.split(" {2,}", line) for line in lines[-5:]] == [
        ["SOURCE", "TITLE", "TYPE", "INTERVAL", "CATEGORIES", "ENABLED", "URL", "SET BY"],
        [
            "town-hall",
            "安源区政府",
            "discuz",
            "-",
            "城事资讯/安源区政府",
            "true",
            "https://***@town.example/list?catid=8",
            "config/sources/town.yaml:2",
        ],
        ["b", "[bold]B", "auto", "90m", "-", "false", "http://b.example/", "config/sources/town.yaml:8"],
        [""],
        ["config: no faults. Settings not at their default: 5. Sources: 2."],
    ]
    assert "hunter2" not in ended.out
    assert "opensesame" not in ended.out


@pytest.mark.usefixtures("_town")
def test_check_prints_the_same_as_json(feedbot: Feedbot) -> None:
    ended = feedbot("check", "--json")

    told = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert list(told) == ["ok", "directory", "settings", "sources"]
    assert (told["ok"], told["directory"]) == (True, "config")
    assert {"key": "web.port", "value": 9000, "origin": "config/feedbot.yaml:2"} in told["settings"]
    assert {"key": "fetch.max_bytes", "value": "10MB", "origin": "default"} in told["settings"]
    assert {"key": "telegram.token", "value": None, "origin": "default"} in told["settings"]
    assert told["sources"][0] == {
        "id": "town-hall",
        "title": "安源区政府",
        "url": "https://***@town.example/list?catid=8",
        "type": "discuz",
        "categories": ["城事资讯/安源区政府"],
        "category_rules": [],
        "include": [],
        "exclude": [],
        "interval": None,
        "timezone": None,
        "language": None,
        "select": {},
        "full_text": "auto",
        "browser": "auto",
        "pages": 1,
        "page_url": None,
        "headers": {"Cookie": "***"},
        "cookies": {},
        "auth": None,
        "proxy": None,
        "repair": [],
        "identity": "auto",
        "encoding": None,
        "enabled": True,
        "place": "config/sources/town.yaml:2",
    }


def test_check_tells_each_fault_in_a_line_and_ends_with_2(feedbot: Feedbot, directory: Directory) -> None:
    directory.write("feedbot.yaml", "web:\n  prot: 9000\n  host:\n")

    ended = feedbot("check")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "config/feedbot.yaml:2: web.prot: is not a known key. Did you mean port?\n"
        "config/feedbot.yaml:3: web.host: has no value. Write one, or remove the line to get the default.\n"
        "Nothing was done: 2 faults in the configuration.\n"
    )


def test_check_prints_faults_as_json(feedbot: Feedbot, directory: Directory) -> None:
    directory.write("feedbot.yaml", "web:\n  prot: 9000\n")

    ended = feedbot("check", "--json")

    assert (ended.code, ended.err) == (2, "")
    assert json.loads(ended.out) == {
        "ok": False,
        "faults": [
            {
                "file": "config/feedbot.yaml",
                "line": 2,
                "key": "web.prot",
                "reason": "is not a known key.",
                "remedy": "Did you mean port?",
            }
        ],
    }
