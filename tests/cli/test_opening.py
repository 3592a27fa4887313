from __future__ import annotations

import pytest
import structlog

from feedbot.cli.opening import quiet


def parse(page: dict[str, str]) -> None:
    raise ValueError(f"{len(page)} hunter2-secret")


def fail(debug: bool) -> None:  # noqa: FBT001 - the two ways of one test
    with quiet(debug=debug, secrets=["hunter2-secret"]):
        try:
            parse({"cookie": f"session={3 + 4}"})
        except ValueError:
            structlog.get_logger().exception("parser_failed", source="town")


def test_a_command_logs_nothing_among_what_it_prints(capsys: pytest.CaptureFixture[str]) -> None:
    fail(debug=False)
    assert capsys.readouterr() == ("", "")


def test_with_debug_a_traceback_tells_no_values_and_no_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    fail(debug=True)
    printed, logged = capsys.readouterr()
    assert printed == ""
    assert "parser_failed" in logged
    assert "source=town" in logged
    assert logged.count("Traceback") == 1
    assert logged.endswith("ValueError: 1 ***\n")
    assert "session=7" not in logged
