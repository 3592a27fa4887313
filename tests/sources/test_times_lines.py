"""Dates inside longer text, what is no date, zones, and hostile text."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.sources.times import find_published, parse_published

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SHANGHAI = "Asia/Shanghai"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def parse(text: str, *, zone: str = SHANGHAI, language: str | None = None) -> datetime | None:
    return parse_published(text, timezone=zone, now=NOW, language=language)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("By Ann Lee · 5 Nov 2026, 14:05 · 3 comments", "2026-11-05T06:05"),
        ("By Ann Lee | November 5, 2026 | 5 min read", "2026-11-04T16:00"),
        ("Ann Lee, 3 hours ago · 5 comments", "2026-11-24T09:00"),
        ("作者：王五 发布时间：2026-11-05 14:05 来源：市气象台 阅读 1024", "2026-11-05T06:05"),
        ("王五 · 昨天 14:05 · 阅读 35 评论 2", "2026-11-23T06:05"),
        ("来源：新华社 十五分钟前 点击：35次", "2026-11-24T11:45"),
        ("记者 李四 11月5日 14:05", "2026-11-05T06:05"),
        ("发表于 3小时前 | 只看该作者 | 倒序浏览", "2026-11-24T09:00"),
        ("Von Max Muster, vor 2 Stunden, 12 Kommentare", "2026-11-24T10:00"),
        ("Par Jean Dupont Publié le 5 novembre 2026 à 14h05", "2026-11-05T06:05"),
        ("Автор: И. Петров 5 ноября 2026 в 14:05 Комментариев: 3", "2026-11-05T06:05"),
        ("Established 1985. Posted 2026-11-05 in News", "2026-11-04T16:00"),
        ("Updated 2 hours ago, first published Nov 3, 2026", "2026-11-02T16:00"),
        ("© 01.01.1980 Impressum 05.11.2026", "2026-11-04T16:00"),
        ("See you on 1 January 2031! Written 5 November 2026", "2026-11-04T16:00"),
        ("Text: Anna Beispiel, 14:05 Uhr, 5. November 2026, Lokales", "2026-11-05T06:05"),
    ],
)
def test_the_first_believable_date_of_a_line_is_found(text: str, moment: str) -> None:
    assert find_published(text, timezone=SHANGHAI, now=NOW) == utc(moment)


@pytest.mark.parametrize(
    "text",
    [
        *("Room 12", "3 comments", "iPhone 17", "Chapter 5", "12 apples 2026 bananas", "Windows 2000", "version 1.2.3"),
        *(
            "192.168.10.19",
            "10:30",
            "+86 10 8888 2026",
            "2026",
            "11",
            "5 May Street",
            "ISBN 978-7-02-000220-7",
            "1,299.00",
        ),
        *(
            "12-34",
            "99/99/2026",
            "Top 10 of 2026",
            "A 2019 story in 12 parts",
            "3 min read",
            "第3页",
            "共12条",
            "阅读 1024",
        ),
        *(
            "评论(15)",
            "3 days",
            "in 3 days",
            "2026年",
            "11月",
            "May 2026",
            "Q3 2026",
            "©2026 All rights reserved",
            "2:1",
        ),
        *(
            "page 2 of 10",
            "50%",
            "5.5.5.5",
            "3 Kommentare",
            "vor Ort",
            "十五人",
            "三月不知肉味",
            "半小时",
            "3:2 nach 90 Minuten",
        ),
        *(
            "Seite 1/2",
            "24/7",
            "5/6",
            "Formel 1",
            "Episode 7: 1999 Minuten",
            "Tel. 030 2026 11",
            "第十一届",
            "一年一度",
            "12, 2026",
        ),
        *(
            "30 February 2026",
            "2026-02-30",
            "31.11.2026",
            "5 Nov 1989",
            "5 Nov 2027",
            "民國5年1月1日",
            "昭和60年1月1日",
        ),
    ],
)
def test_what_is_no_date_or_cannot_be_true_is_none(text: str) -> None:
    assert parse(text, zone="UTC") is None
    assert find_published(text, timezone="UTC", now=NOW) is None


@pytest.mark.parametrize(
    ("text", "zone", "language", "moment"),
    [
        ("05/06/2026", "America/New_York", None, "2026-05-06T04:00"),
        ("05/06/2026", "Europe/Paris", None, "2026-06-04T22:00"),
        ("05/06/2026", "UTC", "en", "2026-05-06T00:00"),
        ("05/06/2026", "UTC", "en-AU", "2026-06-05T00:00"),
        ("05/06/2026", "UTC", "de", "2026-06-05T00:00"),
        ("05/06/2026", "Australia/Sydney", "en", "2026-06-04T14:00"),
        ("05/06/2026", "UTC", None, None),
        ("25/06/2026", "UTC", None, "2026-06-25T00:00"),
        ("06/25/2026", "UTC", "de", "2026-06-25T00:00"),
        ("05.06.2026", "UTC", None, "2026-06-05T00:00"),
        ("05.06.26", "UTC", None, None),
        ("05.06.26", "UTC", "ru", "2026-06-05T00:00"),
        ("26/06/25", "Asia/Tokyo", None, "2026-06-24T15:00"),
        ("31/10/99", "UTC", "en-GB", None),
        ("13/10/26", "UTC", None, None),
        ("31/10/26", "UTC", None, "2026-10-31T00:00"),
        ("5/11", "UTC", "de", "2026-11-05T00:00"),
        ("11/5", "UTC", "en-US", "2026-11-05T00:00"),
        ("5/11", "UTC", None, None),
    ],
)
def test_numbers_are_read_in_the_order_of_the_place_or_where_only_one_is_possible(
    text: str, zone: str, language: str | None, moment: str | None
) -> None:
    assert parse(text, zone=zone, language=language) == (utc(moment) if moment else None)


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        (
            "2026-03-29 02:30",
            "Europe/Berlin",
            "2026-03-29T01:30",
        ),  # this hour did not exist: as if nobody turned the clock
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30"),  # this one came twice: the first
        ("25.10.2026 02:30 MEZ", "Europe/Berlin", "2026-10-25T01:30"),
        ("25.10.2026 02:30 MESZ", "Europe/Berlin", "2026-10-25T00:30"),
        ("November 5, 2026 2:05 PM EST", "UTC", "2026-11-05T19:05"),
        ("July 5, 2026 2:05 PM ET", "UTC", "2026-07-05T18:05"),
        ("July 5, 2026 2:05 PM Pacific Time", "UTC", "2026-07-05T21:05"),
        ("5 Nov 2026 14:05 IST", "Asia/Kolkata", "2026-11-05T08:35"),
        ("5 Jul 2026 14:05 IST", "Europe/Dublin", "2026-07-05T13:05"),
        ("5 Nov 2026 14:05 IST", "Asia/Jerusalem", "2026-11-05T12:05"),
        ("5 Nov 2026 14:05 CST", "Asia/Shanghai", "2026-11-05T06:05"),
        ("5 Nov 2026 14:05 CST", "America/Chicago", "2026-11-05T20:05"),
        ("5 Nov 2026 14:05 JST", "UTC", "2026-11-05T05:05"),
        ("5 Nov 2026 14:05 (GMT+8)", "UTC", "2026-11-05T06:05"),
        ("5 Nov 2026 14:05 UTC+05:30", "UTC", "2026-11-05T08:35"),
        ("5 Nov 2026 14:05 GMT-3", "UTC", "2026-11-05T17:05"),
        ("5 Nov 2026 10:00-12:00", "UTC", "2026-11-05T10:00"),
        ("北京时间 2026-11-05 14:05", "UTC", "2026-11-05T06:05"),
        ("5 ноября 2026 14:05 по московскому времени", "UTC", "2026-11-05T11:05"),
        ("2026-11-05 24:00", "UTC", "2026-11-06T00:00"),
        ("2 hours ago", "Europe/Berlin", "2026-11-24T10:00"),
    ],
)
def test_zones_are_those_that_are_printed_else_the_sites_own(text: str, zone: str, moment: str) -> None:
    assert parse(text, zone=zone) == utc(moment)


def test_hours_ago_are_hours_that_passed_over_a_change_of_clocks() -> None:
    now = datetime(2026, 10, 25, 2, 0, tzinfo=UTC)  # an hour after the clocks went back in Berlin
    found = parse_published("vor 3 Stunden", timezone="Europe/Berlin", now=now)
    assert found == datetime(2026, 10, 24, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("5 novembro 2026", "2026-11-05T00:00"),
        ("giovedì 5 novembre 2026, 14:05", "2026-11-05T14:05"),
        ("5 listopada 2026", "2026-11-05T00:00"),
        ("5 Kasım 2026", "2026-11-05T00:00"),
        ("5 листопада 2026", "2026-11-05T00:00"),
        ("5 Νοεμβρίου 2026", "2026-11-05T00:00"),
    ],
)
def test_other_languages_are_read_by_the_library(text: str, moment: str) -> None:
    assert parse(text, zone="UTC") == utc(moment)


def test_the_library_is_loaded_only_for_what_the_own_rules_cannot_read() -> None:
    program = (
        "import sys; from feedbot.sources.times import parse_published as p;"
        "assert p('2026年11月5日 14:05', timezone='UTC') and not p('Room 12', timezone='UTC');"
        "assert 'dateparser' not in sys.modules;"
        "assert p('5 listopada 2026', timezone='UTC') and 'dateparser' in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)


HOSTILE = [
    *(
        "1",
        "1-",
        "1 ",
        "11月",
        "半",
        "一",
        "(",
        "a",
        "小时",
        "Nov ",
        "1.1.",
        "前",
        "1小时",
        "12:11 ",
        "\ue001",
        "ﷺ",
        "GMT+",
    ),
    *(
        "vor ",
        "1 hour ",
        "il y a ",
        "a.m.",
        "2026-11-05 ",
        "2026-99-99 ",
        "31/31/2026 ",
        "a:",
        "٣",
        "昨天 ",
        "+0800 ",
        "'",
    ),
    *("5 Nov ", "5 Nov 2026 14:05:", "1,1,1", "\u0301", "令和", "一年", "5 may 1989 ", "/Date(", "- "),
]


@pytest.mark.parametrize("part", HOSTILE)
def test_ten_kilobytes_of_anything_take_a_few_milliseconds(part: str) -> None:
    text = part * (10_240 // len(part))
    for read in (parse_published, find_published):
        read(text, timezone=SHANGHAI, now=NOW)  # what is loaded once does not count
        started = time.thread_time()
        read(text, timezone=SHANGHAI, now=NOW)
        assert time.thread_time() - started < 0.05  # 10 ms on a machine that has nothing else to do


SIGNS = st.sampled_from(
    [
        *"0123456789 :-/.,年月日时分秒前昨今一二十半",
        "nov",
        "may",
        "ago",
        "vor",
        "hier",
        " à ",
        "Uhr",
        "pm",
        "GMT",
        "+08",
        "م",
        "منذ ",
    ]
)


@settings(deadline=None, max_examples=100)
@given(st.lists(SIGNS, max_size=24).map("".join), st.sampled_from([None, "de", "en-US", "zh", "ar"]))
def test_whatever_is_found_can_be_true_and_is_found_again(text: str, language: str | None) -> None:
    found = find_published(text, timezone=SHANGHAI, now=NOW, language=language)
    assert found is None or (found.tzinfo is UTC and 1990 <= found.year <= 2026)
    assert found == find_published(text, timezone=SHANGHAI, now=NOW, language=language)
    exact = parse_published(text, timezone=SHANGHAI, now=NOW, language=language)
    assert exact is None or (exact.tzinfo is UTC and 1990 <= exact.year <= 2026)
