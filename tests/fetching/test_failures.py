"""Every exception of the libraries below has a place in the table, and its text is for people."""

from __future__ import annotations

import inspect
import socket
import ssl
from collections.abc import Iterator

import aiohttp
import httpx
import pytest

from feedbot.errors import BadUrl, ConnectFailed, DnsFailed, FetchError, TimedOut, TlsFailed
from feedbot.fetching import failures
from feedbot.fetching.guard import Attempts
from feedbot.fetching.model import FetchLimits
from feedbot.fetching.urls import parse

LIMITS = FetchLimits(user_agent="test")
TARGET = parse("https://example.org:8443/feed?token=hunter2")


def exceptions_of(module: object) -> Iterator[type[Exception]]:
    for value in vars(module).values():
        if inspect.isclass(value) and issubclass(value, Exception) and not issubclass(value, Warning):
            yield value


def with_cause(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("kind", sorted(set(exceptions_of(httpx)), key=str))
def test_every_exception_of_httpx_is_in_the_table(kind: type[Exception]) -> None:
    assert kind in failures.FAILURES


WEB_SOCKETS_AND_UPLOADS = {"WSMessageTypeError", "WebSocketError", "EofStream", "PayloadAccessError"}


@pytest.mark.parametrize("kind", sorted(set(exceptions_of(aiohttp)), key=str))
def test_every_exception_of_aiohttp_that_a_fetch_can_meet_falls_under_a_row(kind: type[Exception]) -> None:
    is_covered = any(issubclass(kind, row) for row in failures.FAILURES)

    assert is_covered or kind.__name__ in WEB_SOCKETS_AND_UPLOADS


@pytest.mark.parametrize("failure", failures.FAILURES.values())
def test_every_text_names_the_host_or_address_and_fills_in_whole(failure: failures.Failure) -> None:
    found = failures.translate(_example(failure), TARGET, LIMITS, Attempts())

    assert type(found) is failure.error
    assert "example.org" in str(found)
    assert "{" not in str(found)
    assert "hunter2" not in f"{found} {found.url}"
    assert str(found).endswith(".")


@pytest.mark.parametrize(
    ("error", "expected", "text"),
    [
        (
            with_cause(httpx.ConnectTimeout("x"), socket.gaierror(-2, "Name or service not known")),
            DnsFailed,
            (
                "The name example.org cannot be looked up (Name or service not known). "
                "Check its spelling and this machine's name servers."
            ),
        ),
        (
            with_cause(httpx.ConnectTimeout("x"), ConnectionRefusedError(111, "Connection refused")),
            ConnectFailed,
            "No connection to example.org:8443 (Connection refused). Check that the site works in a browser.",
        ),
        (
            with_cause(httpx.ConnectTimeout("x"), OSError(113, "No route to host")),
            ConnectFailed,
            "No connection to example.org:8443 (No route to host). Check that the site works in a browser.",
        ),
        (
            with_cause(httpx.ConnectTimeout("x"), ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")),
            TlsFailed,
            "No secure connection to example.org:8443. Check whether the site answers on https:// with this port.",
        ),
        (
            httpx.ConnectTimeout("x"),
            TimedOut,
            "No connection to example.org:8443 within 10 s. Check that the site works in a browser.",
        ),
        (
            with_cause(httpx.ConnectTimeout("x"), TimeoutError(110, "Connection timed out")),
            TimedOut,
            "No connection to example.org:8443 within 10 s. Check that the site works in a browser.",
        ),
        (
            UnicodeError("label empty or too long"),
            BadUrl,
            (
                "The address https://example.org:8443/feed?token=*** cannot be asked for. "
                "Correct it, and the headers of its source."
            ),
        ),
    ],
)
def test_the_cause_decides_not_the_outermost_class(error: Exception, expected: type[FetchError], text: str) -> None:
    found = failures.translate(error, TARGET, LIMITS, Attempts())

    assert (type(found), str(found)) == (expected, text)


def test_a_fault_of_the_program_is_not_taken_for_one_of_the_site() -> None:
    assert failures.translate(TypeError("x"), TARGET, LIMITS, Attempts()) is None


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (404, "example.org answers 404 Not Found. There is no such page: check the address."),
        (
            401,
            (
                "example.org answers 401 Unauthorized. It wants a user name and password: "
                "give them in the source's auth (--auth USER)."
            ),
        ),
        (502, "example.org answers 502 Bad Gateway. The fault is on its side; it is tried again later."),
        (418, "example.org answers 418 I'm a Teapot. Open the address in a browser."),
        (999, "example.org answers 999. The fault is on its side; it is tried again later."),
    ],
)
def test_a_status_is_explained(status: int, text: str) -> None:
    assert failures.status_text("example.org", status) == text


def test_every_kind_of_error_that_the_table_gives_is_a_fetch_error_with_its_own_kind() -> None:
    kinds = {failure.error.kind for failure in failures.FAILURES.values()}

    assert FetchError.kind not in kinds


def _example(failure: failures.Failure) -> BaseException:
    """An exception of the first row with this failure."""
    kind = next(kind for kind, row in failures.FAILURES.items() if row is failure)
    return kind.__new__(kind)
