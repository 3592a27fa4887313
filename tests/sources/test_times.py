"""Dates as sources print them become UTC times; what cannot be true is not believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.sources.times import parse_published

ZONE = "Asia/Shanghai"
NOW = datetime(2020, 11, 1, 0, 0, tzinfo=UTC)
NOON = datetime(2020, 10, 19, 4, 11, tzinfo=UTC)
MIDNIGHT = datetime(2020, 10, 18, 16, 0, tzinfo=UTC)
MOMENTS = st.integers(631252800, 4102272000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def read(text: str, *, now: datetime | None = None, zone: str = ZONE) -> datetime | None:
    return parse_published(text, timezone=zone, now=now)


@pytest.mark.parametrize(
    "text",
    [
        "2020-10-19 12:11",
        " 2020-10-19\u3000 12:11:00 ",
        "2020-10-19T12:11:00+08:00",
        "2020-10-19T04:11:00Z",
        "2020-10-19t04:11z",
        "2020-10-19T12:11:00.000+0800",
        "2020-10-19 04:11:00 UTC",
        "2020-10-19 12:11:00 +0800",
        "20201019T121100",
        "2020/10/19 12:11",
        "2020.10.19 12:11",
        "2020年10月19日 12:11",
        "2020年10月19日12时11分",
        "2020 年 10 月 19 日 中午 12:11",
        "２０２０年１０月１９日　１２：１１",
        "发布时间：2020-10-19 12:11 来源：市气象台",
        "Mon, 19 Oct 2020 04:11:00 GMT",
        "Mon, 19 Oct 2020 04:11:00 +0000",
        "Mon, 19 Oct 2020 04:11:00 -0000",
        "Monday, 19 October 2020 00:11:00 EDT",
        "19 Oct 20 04:11 UT",
        "19 October 2020, 12:11",
        "October 19, 2020 12:11 pm",
        "Oct. 19th, 2020 at 12:11",
        "19.10.2020 12:11",
        "2020-10-19 12:11:00 GMT+8",
        "2020-10-19 12:11 UTC+08:00",
        "2020-10-18 23:11 GMT-5",
        "2020-10-19 9:41 UTC+5:30",
        "Oct 19, 2020 12:11 AM EDT",
        "Mon, 19 Oct 2020 12:11 GMT+8",
        "Mon Oct 19 12:11:00 CST 2020",
        "Sun Oct 18 21:11:00 PDT 2020",
        "Mon Oct 19 12:11:00 2020",
        "星期一, 19 十月 2020 12:11:00 +0800",
        "周一, 19 10月 2020 04:11:00 GMT",
        "2020-10-19 12:11:00 CST",
        "1603080660",
        "1603080660000",
    ],
)
def test_the_usual_forms_name_the_same_moment(text: str) -> None:
    assert read(text) == NOON


@pytest.mark.parametrize(
    "text", ["2020-10-19", "2020/10/19", "2020年10月19日", "20201019", "Oct 19, 2020", "19.10.2020"]
)
def test_a_date_alone_is_midnight_at_the_site(text: str) -> None:
    assert read(text) == MIDNIGHT


def test_month_day_and_hour_need_no_leading_zero() -> None:
    assert read("2026-1-5 8:05:09") == datetime(2026, 1, 5, 0, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hour"),
    [("1:05 pm", 13), ("1:05 AM", 1), ("12:05 a.m.", 0), ("12:05 pm", 12), ("下午1:05", 13), ("上午1:05", 1)],
)
def test_halves_of_the_day_are_understood(text: str, hour: int) -> None:
    assert read(f"2020-10-19 {text}", zone="UTC") == datetime(2020, 10, 19, hour, 5, tzinfo=UTC)


def test_cst_is_the_sites_own_zone_where_the_site_calls_it_so() -> None:
    text = "Mon, 19 Oct 2020 12:11:00 CST"
    assert read(text) == NOON
    assert read(text, zone="UTC") == datetime(2020, 10, 19, 18, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10-19", MIDNIGHT),
        ("10-19 12:11", NOON),
        ("10月19日 12:11", NOON),
        ("12-30", datetime(2019, 12, 29, 16, tzinfo=UTC)),
        ("2-29", datetime(2020, 2, 28, 16, tzinfo=UTC)),
        ("昨天 12:11", datetime(2020, 10, 31, 4, 11, tzinfo=UTC)),
        ("前天 08:00", datetime(2020, 10, 30, 0, 0, tzinfo=UTC)),
        ("今天", datetime(2020, 10, 31, 16, 0, tzinfo=UTC)),
        ("5\xa0分钟前", NOW - timedelta(minutes=5)),
        ("半小时前", NOW - timedelta(minutes=30)),
        ("3 天前", NOW - timedelta(days=3)),
        ("刚刚", NOW),
        ("2 hours ago", NOW - timedelta(hours=2)),
        ("an hour ago", NOW - timedelta(hours=1)),
        ("yesterday at 3:04", datetime(2020, 10, 30, 19, 4, tzinfo=UTC)),
    ],
)
def test_a_date_that_needs_today_is_read_only_where_today_is_known(text: str, moment: datetime) -> None:
    assert read(text, now=NOW) == moment
    assert read(text) is None


def test_a_month_and_day_a_little_ahead_is_this_years_and_further_ahead_last_years() -> None:
    assert read("11-2", now=NOW) == datetime(2020, 11, 1, 16, tzinfo=UTC)
    assert read("11-3", now=NOW) == datetime(2019, 11, 2, 16, tzinfo=UTC)


def test_january_read_in_december_may_be_next_years() -> None:
    assert read("1-1", now=datetime(2020, 12, 31, 15, tzinfo=UTC)) == datetime(2020, 12, 31, 16, tzinfo=UTC)


def test_the_future_is_believed_for_a_day() -> None:
    assert read("2020-11-02T00:00:00Z", now=NOW) == NOW + timedelta(days=1)
    assert read("2020-11-02T00:00:01Z", now=NOW) is None
    assert read("2020-11-02T00:00:01Z") == NOW + timedelta(days=1, seconds=1)


@pytest.mark.parametrize(
    "text", ["1970-01-01 08:00", "1989-12-31T23:59:59Z", "0001-01-01", "1900年1月1日", "100000000"]
)
def test_a_date_before_the_web_is_not_believed(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "—",
        "安源区政府",
        "0000-00-00 00:00:00",
        "2020-13-45",
        "2021-02-29",
        "2020-10-19 25:11",
        "Mon, 99 Oct 2020 99:11:00 GMT",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+14:00",
        "12345-10-19",
        "192.168.10.19",
        "+",
        "1" * 500,
        "\ud800",
    ],
)
def test_what_names_no_moment_is_none(text: str) -> None:
    assert read(text, now=NOW) is None


def test_a_zone_that_does_not_exist_is_an_error_of_the_caller() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        read("2020-10-19", zone="Mars/Olympus")


@settings(deadline=None)
@given(MOMENTS, st.sampled_from([ZONE, "UTC", "America/New_York", "Asia/Kathmandu"]))
def test_every_moment_is_read_back_from_every_form_with_a_zone(moment: datetime, zone: str) -> None:
    local = moment.astimezone(ZoneInfo(zone))
    for text in (local.isoformat(), format_datetime(local), moment.isoformat()):
        assert read(text, zone="Europe/Moscow") == moment


@settings(deadline=None)
@given(MOMENTS)
def test_every_moment_is_read_back_from_the_portals_form(moment: datetime) -> None:
    local = moment.astimezone(ZoneInfo(ZONE))
    text = f"{local.year}-{local.month}-{local.day} {local:%H:%M:%S}"
    # An hour that a change of clocks repeats is read as its first passing.
    assert read(text) == local.replace(fold=0).astimezone(UTC)


@settings(deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"[0-9年月日:TZ+\-/. ]{0,30}", fullmatch=True))
def test_no_text_makes_it_fail_and_what_it_finds_can_be_true(text: str) -> None:
    found = read(text, now=NOW)
    assert found is None or (found.tzinfo is UTC and found.year >= 1990 and found <= NOW + timedelta(days=1))


def test_the_hour_after_midnight_is_the_first_of_the_day() -> None:
    assert read("2020年10月19日 凌晨12:11") == MIDNIGHT + timedelta(minutes=11)
