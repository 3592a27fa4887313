"""Signatures of hubs, leases, retries, and how seldom a pushed source is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feedbot.domain.planning import PollPlan
from feedbot.domain.pushing import is_signed, lease, renew_after, retry_after, stretched

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
# HMAC of `hello` under `secret`, as openssl prints them.
SHA1 = "5112055c05f944f85755efc5cd8970e194e9f45b"
SHA256 = "88aab3ede8d3adf94d26ab90d3bafd4a2083070c3bcce9c014ee04a443847c0b"


@pytest.mark.parametrize(
    "signature", [f"sha1={SHA1}", f"sha256={SHA256}", f" SHA256 = {SHA256.upper()} ", f"sha256={SHA256}\n"]
)
def test_a_right_signature_is_taken_however_it_is_written(signature: str) -> None:
    assert is_signed(b"hello", signature, "secret")


@pytest.mark.parametrize(
    "signature",
    ["", "=", "sha256=", SHA256, f"sha1={SHA256}", f"sha512={SHA256}", f"md5={SHA256}", "sha256=\udcff", "é=é"],
)
def test_anything_else_is_none(signature: str) -> None:
    assert not is_signed(b"hello", signature, "secret")


def test_a_signature_is_of_these_bytes_under_this_secret() -> None:
    assert not is_signed(b"hello ", f"sha256={SHA256}", "secret")
    assert not is_signed(b"hello", f"sha256={SHA256}", "Secret")


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("86400", timedelta(days=1)),
        ("", timedelta(days=10)),
        ("-5", timedelta(days=10)),
        ("²", timedelta(days=10)),
        ("0", timedelta(minutes=5)),
        ("9" * 4000, timedelta(days=365)),
    ],
)
def test_a_lease_is_as_long_as_the_hub_says_within_reason(asked: str, held: timedelta) -> None:
    assert lease(asked) == held


def test_a_lease_is_renewed_with_a_fifth_of_it_left_and_failures_are_tried_again_later_and_later() -> None:
    assert renew_after(timedelta(days=10)) == timedelta(days=8)
    assert [retry_after(attempts) for attempts in (0, 1, 2, 8, 9, 10**6)] == [
        timedelta(minutes=5),
        timedelta(minutes=10),
        timedelta(minutes=20),
        timedelta(minutes=1280),
        timedelta(days=1),
        timedelta(days=1),
    ]


def plan(wait: timedelta | None) -> PollPlan:
    return PollPlan(NOW + wait if wait is not None else None, 1800, 0, "Why.")


def test_a_pushed_source_is_visited_every_six_hours_and_never_more_often_than_planned() -> None:
    slow = stretched(plan(HOUR), NOW, max_interval=86400)
    assert slow.next_poll_at == NOW + timedelta(hours=6, minutes=6)
    assert slow.reason == "Its hub tells of news at once: visited all the same after 6.1 h."
    assert stretched(plan(9 * HOUR), NOW, max_interval=86400) == plan(9 * HOUR)
    assert stretched(plan(HOUR), NOW, max_interval=7200).next_poll_at == NOW + 2 * HOUR
    assert stretched(plan(None), NOW, max_interval=86400) == plan(None)
