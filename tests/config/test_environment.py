from __future__ import annotations

from pathlib import Path

import pytest

from configurations import Directory
from feedbot.config.environment import Setting, leaves
from feedbot.config.load import Configuration

VALUES = {
    "site.title": "News",
    "site.description": "All of it.",
    "site.base_url": "https://news.example.org",
    "site.language": "zh-CN",
    "site.timezone": "Asia/Shanghai",
    "database.url": "sqlite:///other.db",
    "database.secret_key": "mend-the-long-bridge-before-winter",
    "engine.workers": "3",
    "web.host": "::1",
    "web.port": "9000",
    "telegram.token": "123:abc",
    "telegram.api_url": "http://127.0.0.1:8081",
    "telegram.mode": "off",
    "telegram.access": "private",
    "telegram.admins": "1, 2",
    "telegram.pacing.per_second": "5",
    "telegram.pacing.chat_interval": "2s",
    "telegram.pacing.group_per_minute": "10",
    "fetch.user_agent": "other/1",
    "fetch.concurrency": "7",
    "fetch.per_host": "2",
    "fetch.spacing": "3s",
    "fetch.robots": "false",
    "fetch.timeouts.connect": "1s",
    "fetch.timeouts.read": "2s",
    "fetch.timeouts.total": "3s",
    "fetch.max_bytes": "1MB",
    "fetch.max_inflated": "30MB",
    "fetch.max_redirects": "2",
    "fetch.allow_networks": "10.0.0.0/8,127.0.0.0/8",
    "fetch.browser.executable": "/usr/bin/chromium",
    "fetch.browser.sandbox": "false",
    "fetch.browser.timeout": "30s",
    "fetch.browser.requests": "50",
    "fetch.browser.max_bytes": "5MB",
    "fetch.browser.pages_per_minute": "3",
    "fetch.browser.pages_per_hour": "30",
    "fetch.browser.idle": "2m",
    "polling.min_interval": "1m",
    "polling.default_interval": "10m",
    "polling.max_interval": "2d",
    "delivery.burst": "9",
    "delivery.batch_seconds": "0",
    "delivery.backlog_hours": "1",
    "delivery.tell_once": "false",
    "summary.max_chars": "100",
    "summary.engine": "llm",
    "summary.translate": "true",
    "summary.llm.base_url": "http://127.0.0.1:11434/v1",
    "summary.llm.api_key": "sk-hush",
    "summary.llm.model": "small",
    "summary.llm.timeout": "5s",
    "summary.llm.per_day": "7",
    "retention.articles": "1d",
    "retention.deliveries": "2d",
    "retention.polls": "3d",
    "log.level": "debug",
    "log.format": "json",
}


def value(loaded: Configuration, path: tuple[str, ...]) -> object:
    found: object = loaded.settings
    for part in path:
        found = getattr(found, part)
    return found


def test_this_table_has_a_value_for_every_setting() -> None:
    assert [setting.key for setting in leaves()] == list(VALUES)


@pytest.mark.parametrize("setting", list(leaves()), ids=lambda setting: str(setting.key))
def test_every_setting_can_be_overridden_by_its_variable(directory: Directory, setting: Setting) -> None:
    changed = directory.load({setting.variable: VALUES[setting.key]})

    assert value(changed, setting.path) != value(directory.load(), setting.path)
    assert changed.origins == {setting.key: setting.variable}


@pytest.mark.parametrize("setting", [leaf for leaf in leaves() if leaf.is_secret], ids=lambda setting: str(setting.key))
def test_every_secret_can_stand_in_a_file(directory: Directory, setting: Setting) -> None:
    Path("secret.txt").write_text(f"{VALUES[setting.key]}\n", "utf-8")

    from_file = directory.load({f"{setting.variable}_FILE": "secret.txt"})

    assert from_file.settings == directory.load({setting.variable: VALUES[setting.key]}).settings
    assert from_file.origins == {setting.key: f"{setting.variable}_FILE"}


def test_the_secrets_are_the_token_the_keys_and_the_database_address() -> None:
    secret = [setting.key for setting in leaves() if setting.is_secret]

    assert secret == ["database.url", "database.secret_key", "telegram.token", "summary.llm.api_key"]


def test_a_variable_wins_over_the_file(directory: Directory) -> None:
    directory.write("feedbot.yaml", "web: {port: 1}\ntelegram: {pacing: {per_second: 2}}\n")

    settings = directory.load({"FEEDBOT_WEB__PORT": "2", "FEEDBOT_TELEGRAM__PACING__PER_SECOND": "3"}).settings

    assert (settings.web.port, settings.telegram.pacing.per_second) == (2, 3)


def test_a_variable_can_mend_a_broken_value_of_the_file(directory: Directory) -> None:
    directory.write("feedbot.yaml", "web: {port: none}\n")

    assert directory.load({"FEEDBOT_WEB__PORT": "2"}).settings.web.port == 2


def test_a_list_may_be_json(directory: Directory) -> None:
    assert directory.load({"FEEDBOT_TELEGRAM__ADMINS": "[5, 6]"}).settings.telegram.admins == (5, 6)


def test_an_empty_variable_counts_as_not_set(directory: Directory) -> None:
    environ = {"FEEDBOT_TELEGRAM__TOKEN": "", "FEEDBOT_WEB__PORT": " ", "FEEDBOT_TELEGRAM__TOKEN_FILE": ""}

    assert directory.load(environ) == directory.load()


def test_variables_of_the_command_line_and_of_the_tests_are_no_settings(directory: Directory) -> None:
    environ = {"FEEDBOT_CONFIG": "x", "FEEDBOT_PORTAL_PAGES": "x", "FEEDBOT_CHROMIUM": "x", "FEEDBOT_TEST_X": "x"}

    assert directory.load({**environ, "HOME": "/root"}) == directory.load()


def test_each_wrong_variable_is_a_fault_that_names_it(directory: Directory) -> None:
    environ = {
        "FEEDBOT_WEB__PROT": "1",
        "FEEDBOT_WEB__PORT": "eighty",
        "FEEDBOT_TELEGRAM__ADMINS": "1, x",
        "FEEDBOT_TELEGRAM__ACCESS": "[",
        "FEEDBOT_FETCH__ALLOW_NETWORKS": "[broken",
    }

    assert directory.faults(environ) == [
        "environment variable FEEDBOT_WEB__PROT: is not a known variable. Did you mean FEEDBOT_WEB__PORT?",
        (
            "environment variable FEEDBOT_WEB__PORT: web.port: must be a whole number, not 'eighty'. "
            "Write a number such as 8."
        ),
        (
            "environment variable FEEDBOT_TELEGRAM__ACCESS: telegram.access: must be one of private, public, not '['. "
            "Write one of them."
        ),
        (
            "environment variable FEEDBOT_TELEGRAM__ADMINS: telegram.admins[2]: must be a whole number, not 'x'. "
            "Write a number such as 8."
        ),
        (
            "environment variable FEEDBOT_FETCH__ALLOW_NETWORKS: fetch.allow_networks: must be a list, not '[broken'. "
            "Write [first, second]."
        ),
    ]


def test_a_wrong_secret_is_refused_without_being_repeated(directory: Directory) -> None:
    Path("secret.txt").write_text("hunter2", "utf-8")
    environ = {"FEEDBOT_DATABASE__URL": "redis://:hunter2@host", "FEEDBOT_TELEGRAM__TOKEN_FILE": "secret.txt"}

    assert directory.faults(environ) == [
        (
            "environment variable FEEDBOT_DATABASE__URL: database.url: is not a database address. Write "
            "sqlite:///var/feedbot.db or postgresql://user:password@host/name."
        ),
        (
            "environment variable FEEDBOT_TELEGRAM__TOKEN_FILE: telegram.token: is not a bot token. Copy the whole "
            "token that @BotFather gave, which looks like 123456789:AAE...xyz."
        ),
    ]


def test_a_secret_set_in_two_ways_is_a_fault(directory: Directory) -> None:
    Path("secret.txt").write_text("1:abc", "utf-8")
    environ = {"FEEDBOT_TELEGRAM__TOKEN": "1:abc", "FEEDBOT_TELEGRAM__TOKEN_FILE": "secret.txt"}

    assert directory.faults(environ) == [
        (
            "environment variable FEEDBOT_TELEGRAM__TOKEN_FILE: sets telegram.token, and so does "
            "FEEDBOT_TELEGRAM__TOKEN. Keep one of them."
        )
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "names a file that cannot be read: No such file or directory. Check the path."),
        (b"", "names a file that is empty or too large. Put only the secret into it."),
        (b"x" * 70_000, "names a file that is empty or too large. Put only the secret into it."),
        (b"\xff\xfe", "names a file that is not UTF-8 text. Put only the secret into it."),
    ],
)
def test_a_secret_file_that_is_no_use_is_a_fault(directory: Directory, content: bytes | None, reason: str) -> None:
    if content is not None:
        Path("secret.txt").write_bytes(content)

    assert directory.faults({"FEEDBOT_TELEGRAM__TOKEN_FILE": "secret.txt"}) == [
        f"environment variable FEEDBOT_TELEGRAM__TOKEN_FILE: telegram.token: {reason}"
    ]


def test_only_a_secret_may_stand_in_a_file(directory: Directory) -> None:
    assert directory.faults({"FEEDBOT_WEB__PORT_FILE": "x"}) == [
        "environment variable FEEDBOT_WEB__PORT_FILE: is not a known variable. Did you mean FEEDBOT_WEB__PORT?"
    ]
