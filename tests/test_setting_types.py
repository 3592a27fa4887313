from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from feedbot.setting_types import SecretUrl, format_duration, format_size, mask_userinfo, parse_duration, parse_size


@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90), ("15m", 900), ("2h", 7200), ("7d", 604_800), ("0s", 0), (" 5m ", 300)]
)
def test_a_duration_is_a_number_and_a_unit(written: str, seconds: int) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["", "5", "5 m", "-5m", "1.5h", "5M", "m", "1h30m", "five", 5, 5.0, None, True])
def test_anything_else_is_no_duration(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="Write a whole number and a unit: 90s, 15m, 2h or 7d"):
        parse_duration(value)


@given(st.integers(min_value=0, max_value=10**9))
def test_a_duration_reads_back_as_it_was_written(seconds: int) -> None:
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("written", "size"),
    [("0B", 0), ("512KB", 512_000), ("10MB", 10_000_000), ("10 MB", 10_000_000), ("1GiB", 2**30), ("3KiB", 3072)],
)
def test_a_size_is_a_number_and_a_unit(written: str, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize("value", ["", "10", "10mb", "-1MB", "1.5MB", "MB", "9" * 20 + "B", 10, None, True])
def test_anything_else_is_no_size(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="Write a whole number and a unit: 512KB, 10MB or 1GB"):
        parse_size(value)


@given(st.integers(min_value=0, max_value=10**14))
def test_a_size_reads_back_as_it_was_written(size: int) -> None:
    assert parse_size(format_size(size)) == size


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("postgresql://me:pw@host/db", "postgresql://***@host/db"),
        ("https://me@host/", "https://***@host/"),
        ("https://host/a@b", "https://host/a@b"),
        ("sqlite:///var/feedbot.db", "sqlite:///var/feedbot.db"),
    ],
)
def test_a_masked_address_keeps_all_but_the_user(url: str, masked: str) -> None:
    assert mask_userinfo(url) == masked
    assert str(SecretUrl(url)) == masked


def test_the_passwords_of_an_address_are_the_user_and_the_password() -> None:
    assert SecretUrl("postgresql://me:pw:x@host/db").passwords() == ("me:pw:x", "pw:x")
    assert SecretUrl("sqlite:///a.db").passwords() == ()
