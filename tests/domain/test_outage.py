from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feedbot.domain.outage import Attempt, Attempts, is_local, is_own_outage

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def attempts(text: str, *, apart: float = 10.0) -> list[Attempt]:
    """Visits in order, the last one now: a letter is a site, small when nobody answered there."""
    ages = [apart * place for place in reversed(range(len(text)))]
    return [
        Attempt(letter.lower(), NOW - timedelta(seconds=age), letter.isupper())
        for letter, age in zip(text, ages, strict=True)
    ]


@pytest.mark.parametrize(
    "visits",
    [
        "abc",
        "Xabc",  # it began just now
        "XYZabcdef",
        "abcaabbcc",
        "ABCabc",  # of each site the newest visit counts
        "XXXXXabc",
        "abcXdefghij",  # one answer of many visits: somebody behind the same line
        "ABCDEFGHIJKLMNOPQRSTUVWabcde",
    ],
)
def test_most_sites_out_of_reach_at_once_is_our_own_outage(visits: str) -> None:
    assert is_own_outage(attempts(visits), NOW)


@pytest.mark.parametrize(
    "visits",
    [
        "",
        "ab",
        "aaaaaaaaaaaa",  # one site with many sources is one witness
        "abX",
        "abcX",  # somebody answered just now
        "abXc",
        "AbCdEfGhIj",
        "abcABC",
        "ABCDEFGHIJKLMNOPQRSTUVWabc",  # three of many may be a coincidence
    ],
)
def test_anything_less_is_the_sites_own_trouble(visits: str) -> None:
    assert not is_own_outage(attempts(visits), NOW)


def test_what_lies_back_longer_than_a_quarter_of_an_hour_tells_nothing() -> None:
    assert not is_own_outage(attempts("abc", apart=600), NOW)


def noted(*visits: tuple[str, str | None, bool]) -> Attempts:
    found = Attempts()
    for number, (site, kind, was_failing) in enumerate(visits):
        at = NOW - timedelta(seconds=len(visits) - number)
        found.note(site, at, kind, number=number, was_failing=was_failing)
    return found


def test_hosts_of_our_own_network_are_no_witnesses() -> None:
    down = [("a.example", "dns", False), ("b.example", "connect", False), ("c.example", "timeout", False)]
    local = [
        ("192.168.1.5:8080", None, False),
        ("nas", None, False),
        ("localhost", None, False),
        ("[::1]:80", None, False),
    ]
    assert noted(*down, *local).is_outage(NOW)
    assert not noted(*[(site, "timeout", False) for site, _, _ in local]).is_outage(NOW)


def test_sources_that_failed_before_are_no_witnesses_but_answers_of_theirs_are() -> None:
    dead = [(f"{letter}.example", "dns", True) for letter in "abcdef"]
    assert not noted(*dead).is_outage(NOW)
    down = [(f"{letter}.example", "dns", False) for letter in "abc"]
    assert not noted(*down, ("back.example", None, True)).is_outage(NOW)


@pytest.mark.parametrize(
    "kind", ["http", "not_parseable", "empty_list", "gone", "site_refused", "redirects", "too_large"]
)
def test_any_answer_shows_that_the_line_is_up(kind: str) -> None:
    down = [(f"{letter}.example", "dns", False) for letter in "abc"]
    assert not noted(*down, ("d.example", kind, False)).is_outage(NOW)


@pytest.mark.parametrize("kind", ["tls", "blocked_address", "bad_url", "fault"])
def test_what_may_be_ours_or_theirs_tells_nothing(kind: str) -> None:
    down = [(f"{letter}.example", "dns", False) for letter in "abc"]
    assert noted(*down, ("d.example", kind, False)).is_outage(NOW)


def test_the_victims_are_those_that_could_not_be_reached_lately() -> None:
    found = noted(("a.example", None, False), ("b.example", "dns", False), ("c.example", "timeout", False))
    assert found.victims(NOW) == {1, 2}
    assert found.victims(NOW + timedelta(hours=1)) == frozenset()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("example.org", False),
        ("example.org:8443", False),
        ("93.184.216.34", False),
        ("[2606:2800:220:1::1]:443", False),
        ("127.0.0.1:8080", True),
        ("10.1.2.3", True),
        ("[fd00::1]", True),
        ("router", True),
        ("nas.local", True),
        ("Printer.LAN:631", True),
        ("", True),
    ],
)
def test_local_hosts_are_known_by_name_or_address(host: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_local(host) is expected
