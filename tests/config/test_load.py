from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from configurations import Directory
from feedbot import config
from feedbot.errors import ConfigurationError
from feedbot.settings import Settings

TOKEN = "123456789:AAExampleExampleExampleExampleExample"  # gitleaks:allow


def test_an_empty_directory_is_the_default_configuration(directory: Directory) -> None:
    loaded = directory.load()

    assert loaded.settings == Settings()
    assert loaded.sources == ()
    assert loaded.origins == {}


def test_a_missing_directory_is_a_fault_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        config.load(tmp_path / "nowhere", {})

    assert str(caught.value) == (
        f"{tmp_path}/nowhere: does not exist. Create it, or name another one with --config DIR or FEEDBOT_CONFIG."
    )


@pytest.mark.parametrize("name", ["config", "config/sources"])
def test_a_file_or_a_dead_link_in_the_place_of_a_directory_is_a_fault(directory: Directory, name: str) -> None:
    folder = Path(name)
    if folder.is_dir():
        folder.rmdir()
    folder.touch()

    assert directory.faults() == [f"{name}: is not a directory. Put a directory in its place."]

    folder.unlink()
    folder.symlink_to("nowhere")
    assert directory.faults() == [f"{name}: is not a directory. Put a directory in its place."]


@pytest.fixture
def _not_root(directory: Directory) -> Iterator[None]:
    """Root may read everything, so it becomes nobody for a while."""
    Path.cwd().chmod(0o755)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)
    for folder in (directory.path, directory.path / "sources"):
        folder.chmod(0o700)


@pytest.mark.parametrize("name", ["config", "config/sources"])
def test_a_directory_without_the_right_to_read_it_is_a_fault(
    directory: Directory, name: str, request: pytest.FixtureRequest
) -> None:
    directory.write("sources/a.yaml", "sources: []\n")
    Path(name).chmod(0o000)
    request.getfixturevalue("_not_root")

    assert directory.faults() == [
        f"{name}: cannot be read by the user that feedbot runs as. Give that user the right to read it."
    ]


def test_a_link_to_a_file_that_is_gone_is_a_fault(directory: Directory) -> None:
    directory.write("sources/a.yaml", "sources: []\n").unlink()
    Path("config/feedbot.yaml").symlink_to("nowhere.yaml")
    Path("config/sources/a.yaml").symlink_to("nowhere.yaml")

    remedy = "Check that it is there and readable."
    assert directory.faults() == [
        f"config/feedbot.yaml: cannot be read: No such file or directory. {remedy}",
        f"config/sources/a.yaml: cannot be read: No such file or directory. {remedy}",
    ]


def test_an_admin_is_named_by_a_positive_id(directory: Directory) -> None:
    directory.write("feedbot.yaml", "telegram:\n  admins:\n    - 1\n    - -100\n")

    assert directory.faults() == [
        "config/feedbot.yaml:4: telegram.admins[2]: must be at least 1, not -100. Write a number in that range."
    ]


def test_settings_are_read_in_the_units_that_an_admin_writes(directory: Directory) -> None:
    directory.write(
        "feedbot.yaml",
        """\
        site: {title: 萍乡消息, language: zh-CN, timezone: Asia/Shanghai, base_url: "https://news.example.org/"}
        fetch:
          max_bytes: 2MiB
          timeouts: {read: 90s}
          allow_networks: [192.168.1.7/24, "::1"]
        polling: {min_interval: 1m, max_interval: 7d}
        telegram: {admins: [1, 2], mode: "off"}
        """,
    )

    settings = directory.load().settings

    assert settings.site.title == "萍乡消息"
    assert settings.base_url == "https://news.example.org"
    assert settings.fetch.max_bytes == 2_097_152
    assert settings.fetch.timeouts.read == timedelta(seconds=90)
    assert settings.fetch.allow_networks == (ip_network("192.168.1.0/24"), ip_network("::1/128"))
    assert settings.polling.min_interval == timedelta(minutes=1)
    assert settings.polling.max_interval == timedelta(days=7)
    assert settings.telegram.admins == (1, 2)
    assert settings.telegram.mode == "off"


def test_off_needs_no_quotes(directory: Directory) -> None:
    directory.write("feedbot.yaml", "telegram:\n  mode: off\n")

    assert directory.load().settings.telegram.mode == "off"


def test_a_section_whose_lines_are_all_comments_keeps_its_defaults(directory: Directory) -> None:
    directory.write("feedbot.yaml", "web:\n  # port: 1\ntelegram:\n  pacing:\n")

    assert directory.load().settings == Settings()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("fd00::7", "http://[fd00::7]:8080"),
        ("feeds.lan", "http://feeds.lan:8080"),
    ],
)
def test_without_a_base_url_links_lead_to_where_the_site_listens(directory: Directory, host: str, address: str) -> None:
    assert directory.load({"FEEDBOT_WEB__HOST": host}).settings.base_url == address


def test_without_a_token_the_sandbox_runs_and_is_public(directory: Directory) -> None:
    telegram = directory.load().settings.telegram

    assert (telegram.mode, telegram.access) == ("sandbox", "public")


def test_with_a_token_the_bot_polls_and_is_private(directory: Directory) -> None:
    telegram = directory.load({"FEEDBOT_TELEGRAM__TOKEN": TOKEN}).settings.telegram

    assert (telegram.mode, telegram.access) == ("polling", "private")


def test_every_fault_is_told_at_once_with_file_line_key_reason_and_remedy(directory: Directory) -> None:
    directory.write(
        "feedbot.yaml",
        """\
        site:
          titel: News
          timezone: Asia/Shangai
          base_url: news.example.org
        web:
          port: 99999
          host:
        engine: 5
        telegram:
          mode: pollin
          token: abc
          admins: me
        fetch:
          max_bytes: 10
          allow_networks: [300.0.0.0/8]
        polling:
          min_interval: 5 minutes
        delivery:
          burst: yes
        summary:
          max_chars: true
        log:
          level: loud
        sumary: {}
        """,
    )
    directory.write("sources/town.yaml", "sources:\n  - id: Town\n    title: Town\n    url: http://x.example/\n")

    settings, source = "config/feedbot.yaml", "config/sources/town.yaml"
    assert directory.faults() == [
        f"{settings}:2: site.titel: is not a known key. Did you mean title?",
        (
            f"{settings}:3: site.timezone: is not a known time zone: 'Asia/Shangai'. "
            "Write an IANA name such as Asia/Shanghai or UTC."
        ),
        (
            f"{settings}:4: site.base_url: is not a web address: 'news.example.org'. "
            "Write it whole, from http:// or https:// on."
        ),
        f"{settings}:6: web.port: must be at most 65535, not 99999. Write a number in that range.",
        f"{settings}:7: web.host: has no value. Write one, or remove the line to get the default.",
        f"{settings}:8: engine: must be a group of keys, not 5. Indent its keys below it.",
        f"{settings}:10: telegram.mode: must be one of polling, sandbox, off, not 'pollin'. Did you mean polling?",
        (
            f"{settings}:11: telegram.token: is not a bot token. "
            "Copy the whole token that @BotFather gave, which looks like 123456789:AAE...xyz."
        ),
        f"{settings}:12: telegram.admins: must be a list, not 'me'. Write [first, second].",
        f"{settings}:14: fetch.max_bytes: is not a size: 10. Write a whole number and a unit: 512KB, 10MB or 1GB.",
        (
            f"{settings}:15: fetch.allow_networks[1]: is not a network: '300.0.0.0/8'. "
            "Write it in CIDR form, such as 192.168.1.0/24."
        ),
        (
            f"{settings}:17: polling.min_interval: is not a duration: '5 minutes'. "
            "Write a whole number and a unit: 90s, 15m, 2h or 7d."
        ),
        f"{settings}:19: delivery.burst: must be a whole number, not 'yes'. Write a number such as 8.",
        f"{settings}:21: summary.max_chars: must be a whole number, not true. Write a number such as 8.",
        f"{settings}:23: log.level: must be one of debug, info, warning, error, not 'loud'. Write one of them.",
        f"{settings}:24: sumary: is not a known key. Did you mean summary?",
        (
            f"{source}:2: sources[1].id: is no usable id: 'Town'. Write 1 to 64 letters a-z, digits and hyphens, "
            "with no hyphen at an end, such as town-hall."
        ),
    ]


def test_a_broken_settings_file_does_not_hide_faults_in_sources(directory: Directory) -> None:
    directory.write("feedbot.yaml", "site: [\n")
    directory.write("sources/town.yaml", "- id: town\n")

    assert directory.faults() == [
        ("config/feedbot.yaml:2: lacks a value or has a bracket too many. Check the brackets [ ] and { }."),
        "config/sources/town.yaml:1: must begin with sources:. Write sources: and indent the list below it.",
    ]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("min_interval: 1s", (1 / 60, 30, 1440)),
        ("min_interval: 1h", (60, 60, 1440)),
        ("min_interval: 2d", (2880, 2880, 2880)),
        ("max_interval: 10m", (5, 10, 10)),
        ("max_interval: 1m", (1, 1, 1)),
        ("default_interval: 1m", (1, 1, 1440)),
        ("default_interval: 2d", (5, 2880, 2880)),
        ("{min_interval: 1m, max_interval: 2m}", (1, 2, 2)),
    ],
)
def test_intervals_that_nobody_set_make_room_for_those_that_somebody_did(
    directory: Directory, text: str, minutes: tuple[float, float, float]
) -> None:
    directory.write("feedbot.yaml", f"polling: {text if text.startswith('{') else '{' + text + '}'}\n")

    polling = directory.load().settings.polling

    found = (polling.min_interval, polling.default_interval, polling.max_interval)
    assert found == tuple(timedelta(minutes=each) for each in minutes)


def test_settings_that_are_no_group_of_keys_are_a_fault(directory: Directory) -> None:
    directory.write("feedbot.yaml", "- site\n")

    assert directory.faults() == ["config/feedbot.yaml:1: must be a group of keys. Write lines such as site: and web:."]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "polling:\n  min_interval: 1h\n  default_interval: 30m\n",
            (
                "config/feedbot.yaml:3: polling.default_interval: is less than polling.min_interval, which is 1h. "
                "Change one of the two."
            ),
        ),
        (
            "polling:\n  min_interval: 3h\n  max_interval: 2h\n",
            (
                "config/feedbot.yaml:3: polling.max_interval: is less than polling.min_interval, which is 3h. "
                "Change one of the two."
            ),
        ),
        (
            "polling:\n  max_interval: 1d\n  default_interval: 2d\n",
            (
                "config/feedbot.yaml:2: polling.max_interval: is less than polling.default_interval, which is 2d. "
                "Change one of the two."
            ),
        ),
        (
            "polling:\n  min_interval: 0s\n",
            "config/feedbot.yaml:2: polling.min_interval: must be longer than nothing. Write 1s or more.",
        ),
        (
            "telegram:\n  access: public\n  mode: polling\n",
            (
                "config/feedbot.yaml:3: telegram.mode: polling needs telegram.token, which is not set. Set the token "
                "(FEEDBOT_TELEGRAM__TOKEN or FEEDBOT_TELEGRAM__TOKEN_FILE), or mode: sandbox."
            ),
        ),
        (
            "telegram:\n  mode: webhook\n",
            (
                "config/feedbot.yaml:2: telegram.mode: webhook is not available in this version. Use polling, "
                "which needs no public address."
            ),
        ),
        (
            "fetch:\n  max_inflated: 1MB\n",
            (
                "config/feedbot.yaml:2: fetch.max_inflated: is less than fetch.max_bytes, which is 10MB. "
                "Change one of the two."
            ),
        ),
        (
            "database:\n  url: mysql://root:hunter2@host/x\n",
            (
                "config/feedbot.yaml:2: database.url: is not a database address. Write sqlite:///var/feedbot.db or "
                "postgresql://user:password@host/name."
            ),
        ),
    ],
)
def test_settings_that_contradict_each_other_or_the_version_are_faults(
    directory: Directory, text: str, fault: str
) -> None:
    directory.write("feedbot.yaml", text)

    assert directory.faults() == [fault]


def test_titles_are_one_line_without_control_characters(directory: Directory) -> None:
    directory.write("feedbot.yaml", 'site:\n  title: "a\\nb"\n  description: "\\0"\nweb: {host: "a b"}\n')
    directory.write("sources/a.yaml", 'sources: [{id: a, title: " ", url: "http://a.example", categories: ["\\a"]}]\n')

    assert directory.faults() == [
        "config/feedbot.yaml:2: site.title: has line breaks or control characters. Write it on one line.",
        "config/feedbot.yaml:3: site.description: has line breaks or control characters. Write it on one line.",
        (
            "config/feedbot.yaml:4: web.host: is no address to listen on: 'a b'. "
            "Write 127.0.0.1, 0.0.0.0, :: or a host name."
        ),
        "config/sources/a.yaml:1: sources[1].title: is blank. Write something, or remove the line to get the default.",
        (
            "config/sources/a.yaml:1: sources[1].categories[1]: has line breaks or control characters. "
            "Write it on one line."
        ),
    ]


def test_a_file_with_the_wrong_name_is_told_instead_of_passed_over(directory: Directory) -> None:
    directory.write("feedbot.yml", "site: {}\n")
    directory.write("sources.yaml", "sources: []\n")

    assert directory.faults() == [
        "config/feedbot.yml: is not read by that name. Rename it to feedbot.yaml.",
        "config/sources.yaml: is not read by that name. Rename it to sources/sources.yaml.",
    ]


def test_the_fingerprint_changes_exactly_when_the_configuration_does(directory: Directory) -> None:
    before = directory.load().fingerprint
    directory.write("feedbot.yaml", "# a comment\nweb: {port: 8080}\n")
    same = directory.load().fingerprint
    with_token = directory.load({"FEEDBOT_TELEGRAM__TOKEN": TOKEN}).fingerprint
    with_another = directory.load({"FEEDBOT_TELEGRAM__TOKEN": f"{TOKEN}x"}).fingerprint
    directory.write("sources/a.yaml", "sources:\n  - {id: a, title: A, url: http://a.example/}\n")
    with_source = directory.load().fingerprint

    assert before == same
    assert len({before, with_token, with_another, with_source}) == 4


def test_origins_say_where_each_setting_was_set(directory: Directory) -> None:
    directory.write("feedbot.yaml", "web:\n  host: 0.0.0.0\n  port: 9000\n")

    assert directory.load({"FEEDBOT_WEB__PORT": "9001"}).origins == {
        "web.host": "config/feedbot.yaml:2",
        "web.port": "FEEDBOT_WEB__PORT",
    }


def test_secrets_are_listed_for_the_log_and_masked_everywhere_else(directory: Directory) -> None:
    directory.write(
        "sources/a.yaml",
        "sources:\n  - {id: a, title: A, url: http://a.example/, headers: {Cookie: session=opensesame}}\n",
    )
    key = "k" * 32
    loaded = directory.load(
        {
            "FEEDBOT_TELEGRAM__TOKEN": TOKEN,
            "FEEDBOT_DATABASE__URL": "postgresql://feedbot:hunter2@db/feedbot",
            "FEEDBOT_DATABASE__SECRET_KEY": key,
        }
    )

    assert loaded.secrets() == (TOKEN, "feedbot:hunter2", "hunter2", key, "session=opensesame")
    shown = f"{loaded.settings!r} {loaded.settings} {loaded.settings.model_dump_json()}"
    assert "hunter2" not in shown
    assert TOKEN not in shown
    assert key not in shown
    assert str(loaded.settings.database.url) == "postgresql://***@db/feedbot"


@pytest.mark.parametrize(
    ("text", "environ", "url"),
    [
        ("", {}, "sqlite:///var/feedbot.db"),
        ("database: {url: 'sqlite:///a.db'}\n", {}, "sqlite:///a.db"),
        ("database: {url: 'sqlite:///a.db'}\nweb: {prot: 1}\n", {}, "sqlite:///a.db"),
        ("database: {url: 'sqlite:///a.db'}\nweb: [\n", {}, "sqlite:///var/feedbot.db"),
        ("web: [\n", {"FEEDBOT_DATABASE__URL": "sqlite:///b.db"}, "sqlite:///b.db"),
        ("database: 5\n", {"FEEDBOT_WEB__PROT": "1"}, "sqlite:///var/feedbot.db"),
    ],
)
def test_the_database_is_known_even_while_the_configuration_is_refused(
    directory: Directory, text: str, environ: dict[str, str], url: str
) -> None:
    directory.write("feedbot.yaml", text)

    assert config.database_url(directory.path, environ) == url


def test_without_a_directory_the_database_is_the_default_one(tmp_path: Path) -> None:
    assert config.database_url(tmp_path / "nowhere", {}) == "sqlite:///var/feedbot.db"
