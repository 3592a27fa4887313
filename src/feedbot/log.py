"""Structured logs on standard error, with times in UTC and every secret masked.

An event is a name and its values: `log.info("poll_finished", source="town", outcome="ok", new=3, seconds=0.8)`.
Modules write through `structlog.get_logger()`; what libraries write through `logging` comes out of the same pipe, from
WARNING on.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "***"
MIN_SECRET = 6

_TOKEN = re.compile(r"\d+:[\w-]{30,}")
_USERINFO = re.compile(r"(?<=://)[^/@\s\"'\\]+(?=@)")
_FIRST_KEYS = ("time", "level", "event")


class Masker:
    """Replaces secrets in text by `***`: those registered, bot tokens, and user names and passwords in URLs.

    Secrets under six characters are not looked for: they would blot out ordinary words.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= MIN_SECRET for form in _written_forms(secret)}
        # The longest first, so that a secret which contains another one goes whole.
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def mask(self, text: str) -> str:
        """The text without its secrets."""
        if self._secrets:
            text = self._secrets.sub(MASK, text)
        return _USERINFO.sub(MASK, _TOKEN.sub(MASK, text))


class _Handler(logging.StreamHandler[TextIO]):
    """Tells of a record that cannot be written in one line.

    The standard handler would print the record's values in a traceback, past the mask.
    """

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        with contextlib.suppress(OSError, ValueError):  # the stream itself is closed: nothing is left to tell it to
            self.stream.write(f"event=log_failed level=error logger={record.name} line={record.lineno}\n")


def configure(
    *, level: str = "info", form: str = "auto", secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send all logs of this process to `stream` (standard error); calling it again replaces what was set.

    Args:
        level: the least level of feedbot's own events: debug, info, warning or error.
        form: console, logfmt, json, or auto: console on a terminal and logfmt elsewhere.
        secrets: texts that must never come out, tracebacks included.
        stream: where to write.
    """
    target = stream or sys.stderr
    if form == "auto":
        form = "console" if target.isatty() else "logfmt"
    handler = _Handler(target)
    handler.setFormatter(_formatter(form, Masker(secrets), colors=target.isatty()))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("feedbot").setLevel(level.upper())
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *_describe(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def for_people(secrets: Iterable[str] = (), *, colors: bool = False) -> list[Processor]:
    """The processors of structlog that make an event a masked line of the console form, for a command's own output."""
    return [*_describe(), *_renderers("console", colors=colors), _mask_line(Masker(secrets))]


def _describe() -> list[Processor]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]


def _formatter(form: str, masker: Masker, *, colors: bool) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), _name_the_library, *_describe()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_renderers(form, colors=colors),
            _mask_line(masker),
        ],
    )


def _mask_line(masker: Masker) -> Processor:
    """Masks a finished line, so that nothing (a traceback, a nested value) can slip past."""

    def mask_line(_logger: WrappedLogger, _name: str, line: EventDict | str) -> str:
        return masker.mask(str(line))

    return mask_line


def _renderers(form: str, *, colors: bool) -> list[Processor]:
    if form == "console":
        # A traceback tells no values of variables, as it would by itself: they may be huge, or secret.
        return [
            structlog.dev.ConsoleRenderer(
                colors=colors,
                timestamp_key="time",
                sort_keys=False,
                pad_event_to=0,
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    if form == "json":
        as_json = structlog.processors.JSONRenderer(serializer=_to_json)
        return [structlog.processors.format_exc_info, _first_things_first, as_json]
    return [
        structlog.processors.format_exc_info,
        _clean_keys,
        structlog.processors.LogfmtRenderer(key_order=_FIRST_KEYS, drop_missing=True, bool_as_flag=False),
    ]


def _name_the_library(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A library's message becomes the event `library_message`, with who said it and what."""
    record: logging.LogRecord = event["_record"]
    event["logger"] = record.name
    event["message"] = event["event"]
    event["event"] = "library_message"
    return event


def _first_things_first(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {**{key: event[key] for key in _FIRST_KEYS if key in event}, **event}


def _clean_keys(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Logfmt knows no blanks in keys; a library's extra values may have them."""
    return {re.sub(r'[\s="]+', "_", str(key)): value for key, value in event.items()}


def _to_json(value: Any, **options: Any) -> str:
    return json.dumps(value, ensure_ascii=False, **options)


def _written_forms(secret: str) -> set[str]:
    """The secret as it may stand in a line: as it is, in a URL, in a repr, and each of them escaped by a renderer."""
    bare = {secret, quote(secret, safe=""), repr(secret)[1:-1]}
    escaped = {json.dumps(form, ensure_ascii=is_ascii)[1:-1] for form in bare for is_ascii in (True, False)}
    return bare | escaped | {form.replace('"', '\\"').replace("\n", "\\n") for form in bare}
