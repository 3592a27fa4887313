from __future__ import annotations

import io
import json
import logging
import re
import warnings
from collections.abc import Iterator

import pytest
import structlog

from feedbot import log

TOKEN = "123456789:AAExampleExampleExampleExampleExample"  # gitleaks:allow
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root, own = logging.getLogger(), logging.getLogger("feedbot")
    before = (root.handlers, root.level, own.level)
    yield
    root.handlers, root.level, own.level = before
    logging.captureWarnings(False)
    structlog.reset_defaults()


def configured(form: str, *secrets: str, level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    log.configure(level=level, form=form, secrets=secrets, stream=stream)
    return stream


def test_an_event_is_one_line_of_logfmt_with_its_time_in_utc_first() -> None:
    stream = configured("auto")

    structlog.get_logger("feedbot.polling").info(
        "poll_finished", source="town", outcome="ok", new=3, seconds=0.8, title='a "b"\nc', done=True
    )

    assert re.fullmatch(
        rf'time={TIME} level=info event=poll_finished source=town outcome=ok new=3 seconds=0.8 title="a \\"b\\"\\nc" '
        r"done=true\n",
        stream.getvalue(),
    )


def test_json_keeps_values_and_characters() -> None:
    stream = configured("json")

    structlog.get_logger("feedbot.polling").warning("poll_failed", source="安源", new=0)

    event = json.loads(stream.getvalue())
    assert re.fullmatch(TIME, event.pop("time"))
    assert event == {"level": "warning", "event": "poll_failed", "source": "安源", "new": 0}


def test_the_console_form_keeps_the_order_of_the_values() -> None:
    stream = configured("console")

    structlog.get_logger("feedbot.polling").info("poll_finished", source="town", new=3)

    assert re.fullmatch(rf"{TIME} \[info     \] poll_finished source=town new=3\n", stream.getvalue())


def test_what_is_less_important_than_the_level_is_not_written() -> None:
    stream = configured("logfmt", level="warning")

    structlog.get_logger("feedbot.polling").info("poll_finished")
    structlog.get_logger("feedbot.polling").warning("poll_failed")

    assert [line.split()[2] for line in stream.getvalue().splitlines()] == ["event=poll_failed"]


def test_libraries_speak_through_the_same_pipe_from_warning_on() -> None:
    stream = configured("logfmt", level="debug")

    logging.getLogger("aiogram.dispatcher").info("not important")
    logging.getLogger("sqlalchemy.pool").warning("pool of %d is full", 80, extra={"some key": 1})

    assert re.fullmatch(
        rf"time={TIME} level=warning event=library_message "
        r'some_key=1 logger=sqlalchemy.pool message="pool of 80 is full"\n',
        stream.getvalue(),
    )


def test_python_warnings_come_out_as_events() -> None:
    stream = configured("logfmt")

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old thing", stacklevel=1)

    assert "logger=py.warnings" in stream.getvalue()
    assert "old thing" in stream.getvalue()


@pytest.mark.parametrize("form", ["console", "logfmt", "json"])
def test_no_form_lets_a_secret_out_not_even_in_a_traceback(form: str) -> None:
    awkward = 'pass"wörd\\\n€x'
    stream = configured(form, "hunter2-secret", awkward)
    logger = structlog.get_logger("feedbot.x")

    logger.info("event", value=f"a hunter2-secret b {TOKEN}", url="https://me:pw@host/x", nested={"k": [awkward]})
    logging.getLogger("aiogram").error("GET https://api.telegram.org/bot%s/getMe", TOKEN)
    try:
        int(f"hunter2-secret {awkward} {TOKEN}")
    except ValueError:
        logger.exception("failed")

        logging.getLogger("aiogram").exception("Cause: %s", awkward)

    text = stream.getvalue()
    assert text.count("Traceback") == 2
    for secret in ("hunter2", "AAExample", "me:pw", "wörd", "w\\u00f6rd", "€x"):
        assert secret not in text
    assert "https://***@host/x" in text
    assert "https://api.telegram.org/bot***/getMe" in text


def test_a_library_record_that_cannot_be_written_is_told_without_its_values() -> None:
    stream = configured("logfmt")

    logging.getLogger("aiogram").warning("%d", TOKEN)

    assert re.fullmatch(r"event=log_failed level=error logger=aiogram line=\d+\n", stream.getvalue())


def test_a_closed_stream_is_survived() -> None:
    stream = configured("logfmt")
    stream.close()

    structlog.get_logger("feedbot.x").info("event")


def test_short_secrets_do_not_blot_out_ordinary_words() -> None:
    assert log.Masker(["a", "town"]).mask("a town") == "a town"


def test_a_secret_that_contains_another_goes_whole() -> None:
    assert log.Masker(["feedbot", "feedbot:hunter2"]).mask("feedbot:hunter2 feedbot") == "*** ***"


def test_a_percent_encoded_secret_is_masked() -> None:
    assert log.Masker(["a/b c+d"]).mask("https://host/?q=a%2Fb%20c%2Bd") == "https://host/?q=***"


def test_times_and_addresses_that_are_no_secrets_stay() -> None:
    text = "12:30 2026-11-24T11:20:09Z https://host:8080/a@b http://[::1]:80/ 10:short"

    assert log.Masker().mask(text) == text


def test_configuring_again_replaces_what_was_set() -> None:
    first, second = configured("logfmt"), configured("logfmt")

    structlog.get_logger("feedbot.x").info("event")

    assert first.getvalue() == ""
    assert second.getvalue().count("\n") == 1


class Unprintable:
    """A value that must not even be shown."""

    def __repr__(self) -> str:
        raise AssertionError("the value was to be printed")


@pytest.mark.parametrize("form", ["console", "logfmt", "json"])
def test_a_traceback_has_no_values_of_variables(form: str) -> None:
    stream = configured(form)

    def fails() -> None:
        values = [Unprintable(), "session=not-registered"]
        assert values
        raise ValueError("it failed")

    try:
        fails()
    except ValueError:
        structlog.get_logger("feedbot.x").exception("failed")
        logging.getLogger("aiogram").exception("failed")
    text = stream.getvalue()
    assert text.count("Traceback") == text.count("ValueError: it failed") == 2
    assert "session=not-registered" not in text
    assert len(text) < 3000
