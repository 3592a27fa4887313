from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedbot.domain.backoff import PACES
from feedbot.domain.planning import PollOutcome, PollPlan, Rhythm, plan_next_poll, spoken
from feedbot.domain.source import Source, SourceOptions
from feedbot.errors import FetchError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday
RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)
NEW = Source(id="town", title="Town", url="https://town.example/", number=1, created_at=NOW)
WATCHED = replace(NEW, baseline_at=NOW)
MIDDLE = 0.5  # no jitter either way


def seconds(plan_at: datetime | None) -> float:
    assert plan_at is not None
    return round((plan_at - NOW).total_seconds(), 3)


def plan(outcome: PollOutcome, source: Source = WATCHED, jitter: float = MIDDLE) -> PollPlan:
    return plan_next_poll(source, outcome, RHYTHM, NOW, jitter)


def learned(dates: list[datetime], interval: float | None = None) -> Source:
    """A source whose first list had these dates."""
    first = plan(PollOutcome(kind="ok", listed=tuple(dates)))
    return replace(WATCHED, rhythm=first.rhythm, interval=interval or first.interval)


HOURLY = [NOW - timedelta(hours=number, minutes=30) for number in range(24 * 7)]
WEEKLY = [NOW - timedelta(days=7 * number, hours=3) for number in range(20)]


def test_a_source_of_which_nothing_is_known_is_asked_at_the_configured_first_interval() -> None:
    first = plan(PollOutcome(kind="ok", listed=()), NEW)
    assert (seconds(first.next_poll_at), first.interval) == (1800, 1800)
    assert first.reason == "Watched from now on, every 30 min until its rhythm is known."


def test_the_dates_of_a_first_list_say_how_often_the_source_is_worth_a_visit() -> None:
    waits = [
        seconds(plan(PollOutcome(kind="ok", listed=tuple(dates))).next_poll_at)
        for dates in (HOURLY, HOURLY[::4], WEEKLY)
    ]
    assert 300 < waits[0] < 1000 < waits[1] < 2400
    assert 3600 < waits[2] < 6 * 3600


def test_a_source_that_listed_nothing_for_half_a_year_is_asked_daily_at_once() -> None:
    old = tuple(NOW - timedelta(days=400 + number) for number in range(20))
    first = plan(PollOutcome(kind="ok", listed=old))
    assert (seconds(first.next_poll_at), first.reason) == (86400, "Hardly ever anything new: asked again in 24 h.")


def test_the_interval_stays_within_the_configured_bounds() -> None:
    busy = tuple(NOW - timedelta(seconds=20 * number) for number in range(500))
    assert plan(PollOutcome(kind="ok", listed=busy)).interval == 300


def test_a_configured_interval_always_wins() -> None:
    source = replace(WATCHED, options=SourceOptions(interval=5))
    outcome = PollOutcome(kind="ok", new=9, max_age=3600, ttl=7200, skip_hours=frozenset({12}))
    found = plan(outcome, source)
    assert (seconds(found.next_poll_at), found.reason) == (5, "Every 5 s, as configured.")


def test_jitter_spreads_polls_by_a_tenth_either_way_within_the_bounds() -> None:
    source = learned([])
    waits = [seconds(plan(PollOutcome(kind="unchanged"), source, jitter).next_poll_at) for jitter in (0.0, 0.5, 1.0)]
    assert waits == [1620, 1800, 1980]


class TestHints:
    @pytest.mark.parametrize("kind", ["ok", "unchanged"])
    def test_max_age_is_obeyed_also_on_an_unchanged_answer(self, kind: str) -> None:
        found = plan(PollOutcome(kind=kind, max_age=5400), learned(HOURLY))
        assert seconds(found.next_poll_at) == 5400
        assert found.reason == "The site's cache headers say to come back after 1.5 h."

    def test_a_hint_never_makes_visits_more_frequent(self) -> None:
        source = learned(WEEKLY)
        plain = plan(PollOutcome(kind="unchanged"), source)
        assert plan(PollOutcome(kind="unchanged", max_age=60, ttl=60), source).next_poll_at == plain.next_poll_at

    @pytest.mark.parametrize("absurd", [10 * 365 * 86400, 1e300, float("inf")])
    def test_an_absurd_hint_is_bounded_by_the_longest_interval(self, absurd: float) -> None:
        assert seconds(plan(PollOutcome(kind="ok", max_age=absurd, ttl=absurd)).next_poll_at) == 86400

    def test_what_a_feed_asked_for_is_remembered_over_answers_that_say_nothing(self) -> None:
        asked = plan(
            PollOutcome(kind="ok", ttl=3600, max_age=900, skip_hours=frozenset({14, 15}), listed=tuple(HOURLY))
        )
        source = replace(WATCHED, rhythm=asked.rhythm, hints=asked.hints)
        again = plan(PollOutcome(kind="unchanged"), source)
        assert (seconds(again.next_poll_at), again.hints) == (3600, asked.hints)
        at_half_past = plan_next_poll(
            source, PollOutcome(kind="unchanged"), RHYTHM, NOW + timedelta(minutes=90), MIDDLE
        )
        assert at_half_past.next_poll_at == NOW.replace(hour=16)

    def test_a_304_with_a_new_max_age_replaces_the_old_one(self) -> None:
        source = replace(learned(HOURLY), hints={"max_age": 7200, "ttl": 1800})
        found = plan(PollOutcome(kind="unchanged", max_age=3600), source)
        assert (seconds(found.next_poll_at), found.hints) == (3600, {"max_age": 3600, "ttl": 1800})

    def test_a_feed_that_asks_for_nothing_any_more_is_asked_by_its_rhythm_again(self) -> None:
        source = replace(learned(HOURLY), hints={"ttl": 43200})
        found = plan(PollOutcome(kind="ok"), source)
        assert (found.hints, seconds(found.next_poll_at) < 1800) == ({}, True)

    def test_skipped_hours_and_days_move_the_poll_to_the_first_hour_after_them(self) -> None:
        hours = PollOutcome(kind="ok", skip_hours=frozenset({12, 13}))
        assert plan(hours, learned(HOURLY)).next_poll_at == NOW.replace(hour=14)
        day = PollOutcome(kind="ok", skip_days=frozenset({1}))
        assert plan(day, learned(HOURLY)).next_poll_at == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)

    def test_a_feed_that_skips_every_hour_is_polled_all_the_same(self) -> None:
        assert seconds(plan(PollOutcome(kind="ok", skip_hours=frozenset(range(24)), listed=())).next_poll_at) == 1800

    @pytest.mark.parametrize("broken", [{"ttl": "soon"}, {"skip_hours": 7}, {"skip_days": ["x"]}, {"max_age": None}])
    def test_hints_of_which_no_sense_can_be_made_are_passed_over(self, broken: dict[str, Any]) -> None:
        source = replace(learned([]), hints=broken)
        assert seconds(plan(PollOutcome(kind="unchanged"), source).next_poll_at) == 1800


class TestRefusals:
    """A site that answers 429 is asked less often, and again more often only by and by."""

    def test_a_429_halves_the_pace_for_a_while(self) -> None:
        source = learned(HOURLY, interval=600)
        refused = plan(PollOutcome(kind="failed", error_kind="http", status=429), source)
        assert refused.hints == {"least": 1200}
        back = plan(PollOutcome(kind="ok"), replace(source, hints=refused.hints))
        assert seconds(back.next_poll_at) == 1164
        assert back.reason == "The site lately answered 429, too many visits: not asked again before 19.4 min are over."

    def test_each_further_one_halves_it_again_down_to_the_longest_interval(self) -> None:
        source = learned(HOURLY, interval=600)
        found = []
        for _ in range(9):
            refused = plan(PollOutcome(kind="failed", error_kind="http", status=429), source)
            source = replace(source, hints=refused.hints)
            found.append(source.hints["least"])
        assert found == [1200, 2400, 4800, 9600, 19200, 38400, 76800, 86400, 86400]

    def test_visits_that_are_let_in_bring_the_rhythm_back(self) -> None:
        source, usual = learned(HOURLY, interval=600), plan(PollOutcome(kind="unchanged"), learned(HOURLY))
        source = replace(source, hints={"least": 1200})
        for _ in range(80):
            source = replace(source, hints=plan(PollOutcome(kind="unchanged"), source).hints)
        assert plan(PollOutcome(kind="unchanged"), source).reason == usual.reason

    def test_a_source_that_is_seldom_asked_anyhow_is_not_put_off_for_days(self) -> None:
        refused = plan(PollOutcome(kind="failed", error_kind="http", status=429), learned(WEEKLY, interval=40000))
        assert refused.hints == {"least": 3600}


class TestFailures:
    def test_every_class_of_error_has_a_pace_of_its_own(self) -> None:
        def kinds(kind: type[FetchError]) -> set[str]:
            return {kind.kind}.union(*(kinds(below) for below in kind.__subclasses__()))

        # By status, never asked again, the root, and our own fault, which has the pace of what nobody knows.
        assert kinds(FetchError) - set(PACES) == {"http", "gone", "fetch", "fault"}

    def test_they_back_off_to_a_daily_probe_and_never_give_up(self) -> None:
        source, waits = replace(WATCHED, interval=1800), []
        for _ in range(100):
            found = plan(PollOutcome(kind="failed", error_kind="timeout"), source)
            waits.append(seconds(found.next_poll_at))
            source = replace(source, failures=found.failures, interval=found.interval)
        assert waits[:3] == [1800, 2070, 2380.5]
        assert waits == sorted(waits)
        assert (len([wait for wait in waits if wait < 86400]), set(waits[28:])) == (28, {86400})
        assert source.failures == 100

    @pytest.mark.parametrize(
        ("kind", "status", "waits"),
        [
            ("dns", None, [10, 11.5, 13.225]),
            ("connect", None, [10, 11.5, 13.225]),
            ("timeout", None, [10, 11.5, 13.225]),
            ("http", 500, [10, 11.5, 13.225]),
            ("http", None, [10, 11.5, 13.225]),
            ("tls", None, [30, 60, 120]),
            ("not_parseable", None, [15, 17.25, 19.8375]),
            ("empty_list", None, [15, 17.25, 19.8375]),
            ("http", 404, [60, 120, 240]),
            ("http", 401, [60, 120, 240]),
            ("http", 418, [60, 120, 240]),
            ("http", 403, [60, 180, 540]),
            ("http", 429, [30, 90, 270]),
            ("site_refused", None, [60, 180, 540]),
            ("redirects", None, [60, 120, 240]),
            ("too_large", None, [60, 120, 240]),
            ("blocked_address", None, [60, 120, 240]),
            ("bad_url", None, [360, 720, 1440]),
            ("robots", None, [1440, 1440, 1440]),
            ("secret_missing", None, [60, 120, 240]),
            ("browser", None, [30, 60, 120]),
            ("of another program", None, [30, 60, 120]),
        ],
    )
    def test_each_class_of_error_has_its_pace(self, kind: str, status: int | None, waits: list[float]) -> None:
        source, found = replace(WATCHED, interval=600), []
        for failures in range(3):
            outcome = PollOutcome(kind="failed", error_kind=kind, status=status)
            found.append(seconds(plan(outcome, replace(source, failures=failures)).next_poll_at) / 60)
        assert found == pytest.approx(waits)

    def test_the_sentence_tells_since_when_and_what_to_do(self) -> None:
        down = replace(WATCHED, interval=600, failures=2, failing_since=NOW - timedelta(hours=5))
        assert plan(PollOutcome(kind="failed", error_kind="not_parseable"), down).reason == (
            "Failed 3 times in a row since 2026-11-24 07:00 UTC: tried again after 19.8 min. "
            "See what it sends with `feedbot sources test town`."
        )
        first = plan(PollOutcome(kind="failed", error_kind="http", status=503), replace(WATCHED, interval=600))
        assert first.reason == "Failed: tried again after 10 min."

    def test_a_source_that_an_admin_wants_often_is_tried_again_as_often(self) -> None:
        source = replace(WATCHED, options=SourceOptions(interval=5))
        assert seconds(plan(PollOutcome(kind="failed", error_kind="timeout"), source).next_poll_at) == 5

    def test_a_success_returns_to_the_rhythm_at_once_and_tells_how_long_it_took(self) -> None:
        plain = learned(HOURLY)
        down = replace(plain, failures=9, failing_since=NOW - timedelta(days=3))
        back, usual = plan(PollOutcome(kind="ok"), down), plan(PollOutcome(kind="ok"), plain)
        assert (back.failures, back.next_poll_at) == (0, usual.next_poll_at)
        assert back.reason == f"Back after 3 days of failures. {usual.reason}"

    def test_retry_after_is_obeyed_when_it_is_longer_than_the_back_off(self) -> None:
        found = plan(PollOutcome(kind="failed", error_kind="http", status=429, retry_after=36000))
        assert (seconds(found.next_poll_at), found.reason) == (36000, "The site asked to wait 10 h.")
        late = plan(PollOutcome(kind="failed", error_kind="http", status=503, retry_after=36000), jitter=0.0)
        assert seconds(late.next_poll_at) == 36000

    def test_an_absurd_retry_after_is_a_day(self) -> None:
        assert seconds(plan(PollOutcome(kind="failed", error_kind="http", retry_after=1e12)).next_poll_at) == 86400

    def test_a_failure_changes_neither_what_was_learned_nor_what_was_asked(self) -> None:
        source = replace(learned(HOURLY), hints={"ttl": 900})
        found = plan(PollOutcome(kind="failed", error_kind="dns"), source)
        assert (found.rhythm, found.hints) == (source.rhythm, source.hints)


def test_a_source_that_is_gone_is_never_polled_again() -> None:
    found = plan(PollOutcome(kind="gone", error_kind="gone"))
    assert found.next_poll_at is None
    assert found.reason == "The site answered 410 Gone: it is not asked again."


def test_more_to_read_is_read_at_once() -> None:
    assert plan(PollOutcome(kind="partial")).next_poll_at == NOW


def test_our_own_outage_counts_against_no_source() -> None:
    found = plan(PollOutcome(kind="offline"), replace(WATCHED, failures=2, interval=1000))
    assert (found.failures, found.interval, seconds(found.next_poll_at)) == (2, 1000, 300)


class TestSentences:
    def test_a_busy_hour_is_named_with_its_day_and_zone(self) -> None:
        zone = SourceOptions(timezone="Asia/Shanghai")
        dates = [NOW - timedelta(days=day, minutes=10 + 15 * number) for day in range(28) for number in range(3)]
        first = plan(PollOutcome(kind="ok", listed=tuple(dates)), replace(WATCHED, options=zone))
        at = NOW + timedelta(days=1, minutes=-30)
        found = plan_next_poll(
            replace(WATCHED, options=zone, rhythm=first.rhythm), PollOutcome(kind="unchanged"), RHYTHM, at, MIDDLE
        )
        assert found.reason.startswith(
            "Usually about 2 articles between 19:00 and 20:00 Asia/Shanghai on Wednesdays: asked again in "
        )

    def test_a_quiet_time_is_told_with_its_end(self) -> None:
        nine = NOW.replace(hour=9)
        source = learned([nine - timedelta(days=day, minutes=7 * number) for day in range(28) for number in range(4)])
        said = {}
        for hour in (1, 6, 8):
            at = NOW.replace(hour=hour) + timedelta(days=1)
            said[hour] = plan_next_poll(source, PollOutcome(kind="unchanged"), RHYTHM, at, MIDDLE).reason
        assert said == {
            1: "Usually about 4 articles a day, few at this hour: asked again in 1.7 h.",
            6: "Usually quiet until about 07:08 UTC: asked again in 1.1 h.",
            8: "Usually about 2 articles between 8:00 and 9:00 UTC on Wednesdays: asked again in 8.2 min.",
        }

    def test_a_seldom_source_is_told_in_days(self) -> None:
        assert plan(PollOutcome(kind="unchanged"), learned(WEEKLY)).reason.startswith(
            "About one article in 6 days: asked"
        )

    def test_a_few_a_day(self) -> None:
        dates = [NOW - timedelta(hours=8 * number + 3) for number in range(90)]
        assert plan(PollOutcome(kind="unchanged"), learned(dates)).reason.startswith("Usually about 3 articles a day")


@pytest.mark.parametrize(
    ("duration", "text"), [(45, "45 s"), (90, "1.5 min"), (3600, "1 h"), (129600, "36 h"), (259200, "3 days")]
)
def test_durations_are_written_as_people_say_them(duration: float, text: str) -> None:
    assert spoken(duration) == text
