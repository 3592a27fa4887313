from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.domain.rhythm import History, Visit, begin, first_visit, visited
from feedbot.domain.week import WEEK_HOURS, Rhythm

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday
RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def visits(history: History, until: datetime, zone: tzinfo = UTC) -> tuple[History, list[datetime]]:
    """The visits of a source that brings nothing new, from the end of its history to `until`."""
    at, times = datetime.fromtimestamp(history.at, UTC), []
    visit = first_visit(history, at, zone, RHYTHM)
    while (at := at + timedelta(seconds=visit.wait)) < until:
        times.append(at)
        history, visit = visited(history, (), at, zone, RHYTHM)
    return history, times


def weekdays_at_eight(count: int = 60) -> list[datetime]:
    days = [NOW.replace(hour=8, minute=20) - number * DAY for number in range(count)]
    return [day for day in days if day.weekday() < 5]


def test_a_week_is_learned_by_hour_and_weekday() -> None:
    saturday = NOW + 4 * DAY
    history = begin(weekdays_at_eight(), NOW, UTC)
    _, times = visits(history, NOW + 3 * DAY)
    morning = sum(time.hour == 8 and time.date() == (NOW + DAY).date() for time in times)
    evening = sum(time.hour == 20 and time.date() == (NOW + DAY).date() for time in times)
    assert (morning >= 4, evening <= 1) == (True, True)
    assert saturday.weekday() == 5
    _, weekend = visits(begin(weekdays_at_eight(), saturday.replace(hour=0), UTC), saturday.replace(hour=23))
    assert sum(time.hour == 8 for time in weekend) < morning


def test_hours_are_those_of_the_sites_own_zone_also_when_its_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    dates = [datetime(2026, 10, 24, 8, 20, tzinfo=berlin) - number * DAY for number in range(40)]
    history = begin(dates, datetime(2026, 10, 24, 12, 0, tzinfo=UTC), berlin)
    assert {hour % 24 for hour, weight in enumerate(history.bins) if weight} == {8}
    _, times = visits(history, datetime(2026, 10, 27, 0, 0, tzinfo=UTC), berlin)
    by_hour = [sum(time.astimezone(berlin).hour == hour for time in times if time.day == 26) for hour in (6, 8, 11)]
    assert by_hour[1] > 2 * max(by_hour[0], by_hour[2])


def test_four_times_the_articles_are_worth_twice_the_visits() -> None:
    waits = [
        first_visit(begin([NOW - step * number for number in range(1, 2000)], NOW, UTC), NOW, UTC, RHYTHM).wait
        for step in (1.37 * HOUR, 5.48 * HOUR)
    ]
    assert waits[1] / waits[0] == pytest.approx(2, rel=0.15)


def test_breaking_news_are_followed_closely_for_a_while() -> None:
    history = begin([NOW - 8 * HOUR * number for number in range(60)], NOW, UTC)
    usual = first_visit(history, NOW, UTC, RHYTHM)
    at = NOW + timedelta(seconds=usual.wait)
    _, calm = visited(history, (), at, UTC, RHYTHM)
    history, burst = visited(history, [at] * 6, at, UTC, RHYTHM)
    assert (burst.is_burst, calm.is_burst, burst.wait < calm.wait / 2) == (True, False, True)
    for _ in range(40):
        at += timedelta(seconds=burst.wait)
        history, burst = visited(history, (), at, UTC, RHYTHM)
    assert (burst.is_burst, burst.wait > 600) == (False, True)


def test_a_source_that_falls_asleep_is_asked_less_and_less_and_daily_in_the_end() -> None:
    history = begin([NOW - 6 * HOUR * number for number in range(100)], NOW, UTC)
    gaps = []
    for days in (5, 30, 120, 600):
        history, times = visits(history, NOW + days * DAY)
        gaps.append((times[-1] - times[-2]).total_seconds() / 3600)
    assert gaps == sorted(gaps)
    assert (gaps[0] < 3, gaps[2] > 8, gaps[3]) == (True, True, 24)
    at = NOW + 600 * DAY
    _, visit = visited(history, [at, at - HOUR], at, UTC, RHYTHM)
    assert visit.wait < 3600


def test_a_long_silence_is_told() -> None:
    history, _ = visits(begin([NOW - HOUR * number for number in range(300)], NOW, UTC), NOW + DAY)
    _, visit = visited(history, (), NOW + DAY, UTC, RHYTHM)
    assert visit.quiet_for == pytest.approx(86400, abs=1)


def test_days_without_a_time_teach_no_hour() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    dates = [datetime(2026, 11, 20, tzinfo=zone) - number * DAY for number in range(20)]
    history = begin(dates, NOW, zone)
    assert max(history.bins) < 2 * min(weight for weight in history.bins if weight)
    at = NOW + 2 * HOUR
    learned, _ = visited(history, [datetime(2026, 11, 24, tzinfo=zone)], at, zone, RHYTHM)
    changed = [hour for hour in range(WEEK_HOURS) if learned.bins[hour] != history.bins[hour]]
    assert changed == [24 + 20, 24 + 21]  # since the last visit: Tuesday, 20 and 21 o'clock in Shanghai


@pytest.mark.parametrize("date", [None, NOW - 30 * DAY, NOW + 400 * DAY])
def test_an_article_without_a_date_of_now_came_at_some_time_since_the_last_visit(date: datetime | None) -> None:
    history = begin([], NOW, UTC)
    learned, _ = visited(history, [date], NOW + 4 * HOUR, UTC, RHYTHM)
    assert [hour for hour, weight in enumerate(learned.bins) if weight] == [36, 37, 38, 39]


def test_a_notice_of_last_year_on_top_of_todays_news_does_not_slow_it_down() -> None:
    news = [NOW - HOUR * number for number in range(20)]
    plain, with_notice = (
        first_visit(begin(dates, NOW, UTC), NOW, UTC, RHYTHM) for dates in (news, [*news, NOW - 90 * DAY])
    )
    assert with_notice.wait == pytest.approx(plain.wait, rel=0.05)


def test_dates_of_the_future_and_of_long_ago_are_not_believed() -> None:
    odd = [NOW + 3 * DAY, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)]
    zone = ZoneInfo("America/New_York")
    history = begin(odd, NOW, zone)
    assert first_visit(history, NOW, zone, RHYTHM).wait == 1800
    learned, _ = visited(history, odd, NOW + HOUR, zone, RHYTHM)
    assert [hour for hour, weight in enumerate(learned.bins) if weight] == [24 + 7]


def test_years_of_watching_leave_small_numbers() -> None:
    history, at = begin([], NOW, UTC), NOW
    for _ in range(200):
        at += 7 * DAY
        history, _ = visited(history, [at - HOUR], at, UTC, RHYTHM)
    assert max(history.bins) < 1e5
    assert 1800 < first_visit(history, at, UTC, RHYTHM).wait < 86400 / 2


def test_a_clock_that_was_set_back_breaks_nothing() -> None:
    history = begin([NOW - HOUR * number for number in range(50)], NOW, UTC)
    again, visit = visited(history, [NOW], NOW - 5 * DAY, UTC, RHYTHM)
    assert (again.at, 300 <= visit.wait <= 86400) == (history.at, True)


def test_the_history_survives_the_database_and_is_small() -> None:
    history = begin([NOW - 3 * HOUR * number for number in range(500)], NOW, UTC)
    for hours in range(1, 50):
        history, _ = visited(history, [None] * (hours % 3), NOW + hours * HOUR, UTC, RHYTHM)
    text = json.dumps(history.as_json())
    again = History.from_json(json.loads(text))
    assert again is not None
    assert (again.as_json(), len(text) < 2000) == (history.as_json(), True)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"since": 0},
        {"since": 0, "base": 0, "at": 0, "bins": [0, 1]},
        {"since": "x", "base": 0, "at": 0},
        {"since": 0, "base": 0, "at": 0, "bins": None},
        {"since": 0, "base": 0, "at": 0, "found": -1},
        {"since": 0, "base": 0, "at": 0, "of a newer program": 1},
    ],
)
def test_a_history_of_which_no_sense_can_be_made_is_begun_anew(broken: dict[str, Any]) -> None:
    assert History.from_json(broken) is None


DATES = st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1)).map(lambda date: date.replace(tzinfo=UTC))  # noqa: DTZ001


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.none(), DATES), max_size=60),
    st.lists(st.tuples(st.floats(1, 30 * 86400), st.lists(st.one_of(st.none(), DATES), max_size=5)), max_size=8),
    st.sampled_from(["UTC", "Asia/Kolkata", "America/St_Johns", "Pacific/Chatham"]),
)
def test_any_history_gives_a_wait_within_the_bounds(
    listed: list[datetime | None], later: list[tuple[float, list[datetime | None]]], zone_name: str
) -> None:
    zone, at = ZoneInfo(zone_name), NOW
    history = begin(listed, at, zone)
    found: list[Visit] = [first_visit(history, at, zone, RHYTHM)]
    for seconds, dates in later:
        at += timedelta(seconds=seconds)
        history, visit = visited(history, dates, at, zone, RHYTHM)
        found.append(visit)
    assert all(300 <= visit.wait <= 86400 and visit.usual >= 0 and visit.daily >= 0 for visit in found)
    assert History.from_json(json.loads(json.dumps(history.as_json()))) is not None
