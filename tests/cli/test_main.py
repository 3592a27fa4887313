from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import typer

from configurations import Directory
from feedbot import __version__
from feedbot.cli.invocation import Invocation
from feedbot.cli.main import app, exit_code
from feedbot.errors import ConfigurationError, DatabaseError, Fault

Feedbot = Callable[..., Any]
COMMAND = [sys.executable, "-m", "feedbot"]


def test_the_version_is_that_of_the_package(feedbot: Feedbot) -> None:
    ended = feedbot("--version")

    assert (ended.code, ended.out, ended.err) == (0, f"feedbot {__version__}\n", "")


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("check", "--help"), ("run", "-h")])
def test_every_help_has_examples(feedbot: Feedbot, arguments: tuple[str, ...]) -> None:
    ended = feedbot(*arguments)

    assert (ended.code, ended.err) == (0, "")
    assert "Examples:" in ended.out


def commands(command: Any, name: str = "") -> dict[str, Any]:
    """Every command below, by its full name."""
    below = getattr(command, "commands", {})
    return {name: command} | {
        full: inner
        for part, child in below.items()
        for full, inner in commands(child, f"{name} {part}".strip()).items()
    }


def test_every_command_has_a_help_text_and_an_example() -> None:
    known = {name: command for name, command in commands(typer.main.get_command(app)).items() if name}

    assert {"check", "run"} <= set(known)
    assert [name for name, command in known.items() if not command.help] == []
    leaves = {name: command for name, command in known.items() if not hasattr(command, "commands")}
    assert [name for name, command in leaves.items() if not (command.epilog or "").startswith("Examples:")] == []


@pytest.mark.parametrize("arguments", [("chekc",), ("check", "--jsn"), ("check", "extra"), ("--config",)])
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(feedbot: Feedbot, arguments: tuple[str, ...]) -> None:
    ended = feedbot(*arguments)

    assert (ended.code, ended.out) == (2, "")
    assert "─ Error ─" in ended.err
    assert "Traceback" not in ended.err


def test_without_arguments_the_help_is_shown(feedbot: Feedbot) -> None:
    assert "Usage: feedbot" in (ended := feedbot()).out + ended.err


def test_config_names_the_directory(feedbot: Feedbot) -> None:
    ended = feedbot("--config", "nowhere", "check")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "nowhere: does not exist. Create it, or name another one with --config DIR or FEEDBOT_CONFIG.\n"
        "Nothing was done: 1 fault in the configuration.\n"
    )


def test_the_variable_names_the_directory_too(feedbot: Feedbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDBOT_CONFIG", "elsewhere")

    assert feedbot("check").err.startswith("elsewhere: does not exist.")


def test_run_tells_faults_and_ends_with_2(feedbot: Feedbot, directory: Directory) -> None:
    directory.write("feedbot.yaml", "telegram: {mode: polling}\n")

    ended = feedbot("run")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "config/feedbot.yaml:1: telegram.mode: polling needs telegram.token, which is not set. Set the token "
        "(FEEDBOT_TELEGRAM__TOKEN or FEEDBOT_TELEGRAM__TOKEN_FILE), or mode: sandbox.\n"
        "Nothing was done: 1 fault in the configuration.\n"
    )


def test_what_is_printed_into_a_pipe_that_closed_ends_quietly_with_1(directory: Directory) -> None:
    assert directory.path.is_dir()
    read, write = os.pipe()
    os.close(read)
    try:
        ended = subprocess.run([*COMMAND, "check"], stdout=write, stderr=subprocess.PIPE, check=False, timeout=60)
    finally:
        os.close(write)

    assert (ended.returncode, ended.stderr) == (1, b"")


def test_on_a_terminal_a_table_is_fitted_to_its_width(directory: Directory) -> None:
    directory.write("sources/a.yaml", "sources:\n  - {id: a, title: '[bold]A', url: http://a.example/}\n")
    main_end, command_end = pty.openpty()
    environ = {**os.environ, "COLUMNS": "70", "TERM": "xterm"}
    ended = subprocess.run([*COMMAND, "check"], stdout=command_end, stderr=subprocess.PIPE, env=environ, check=False)
    os.close(command_end)
    text = ""
    while chunk := _read(main_end):
        text += chunk.decode()
    os.close(main_end)

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert "\x1b[1m" in text
    assert "[bold]A" in text


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when nobody holds the other end any more.
        return b""


def _raise(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "err"),
    [
        (SystemExit(None), 0, ""),
        (SystemExit(2), 2, ""),
        (SystemExit("text"), 1, ""),
        (KeyboardInterrupt(), 130, ""),
        (
            DatabaseError("The database is newer than this program."),
            1,
            "feedbot: The database is newer than this program.\n",
        ),
        (
            ConfigurationError((Fault("a.yaml", 3, "web.port", "is wrong.", "Mend it."),)),
            2,
            "a.yaml:3: web.port: is wrong. Mend it.\nNothing was done: 1 fault in the configuration.\n",
        ),
        (
            KeyError("https://me:hunter2@host/"),
            1,
            (
                "feedbot: an error that nobody foresaw, KeyError: 'https://***@host/'\n"
                "Please report it with what feedbot --debug prints for the same command.\n"
            ),
        ),
    ],
)
def test_every_end_has_its_code_and_its_words(
    error: BaseException, code: int, err: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(_raise(error), Invocation()) == code
    assert capsys.readouterr() == ("", err)


def test_debug_lets_the_traceback_of_an_unforeseen_error_through() -> None:
    with pytest.raises(KeyError):
        exit_code(_raise(KeyError("x")), Invocation(debug=True))


def test_a_command_that_returns_is_done() -> None:
    assert exit_code(lambda: None, Invocation()) == 0


@pytest.mark.parametrize("arguments", [("sources", "poll", "a\udcff"), ("feed", "category/\udcff"), ("\udcff",)])
def test_arguments_that_are_no_text_are_refused_in_words(feedbot: Feedbot, arguments: tuple[str, ...]) -> None:
    ended = feedbot(*arguments)

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"feedbot: {arguments[-1]!a} is not UTF-8 text. Write it in that encoding.\n"


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """What became of a command line, `feedbot` being this one."""
    whole = line.replace("feedbot", " ".join(COMMAND))
    return subprocess.run(["sh", "-c", whole], capture_output=True, text=True, check=False, timeout=60)


def test_output_that_is_closed_is_no_fault_and_a_full_disk_is_told_without_a_traceback(directory: Directory) -> None:
    assert directory.path.exists()

    closed, full = shell("feedbot check >&-"), shell("feedbot check >/dev/full")

    assert (closed.returncode, closed.stderr) == (0, "")
    assert full.returncode == 1
    assert "No space left on device" in full.stderr
    assert "Traceback" not in full.stderr


def test_an_interrupt_while_the_commands_are_loaded_ends_quietly() -> None:
    # The first module that the commands import tells of the moment, and is what is interrupted.
    code = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from feedbot.cli import main
main(["--version"])
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)

    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
