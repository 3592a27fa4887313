from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feedbot.domain.planning import PollOutcome, Rhythm, is_own_outage, plan_next_poll, spoken
from feedbot.domain.source import Source, SourceOptions

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)
WATCHED = Source(
    id="town", title="Town", url="https://town.example/", number=1, created_at=NOW, baseline_at=NOW, interval=1000
)
MIDDLE = 0.5  # no jitter either way


def seconds(plan_at: datetime | None) -> float:
    assert plan_at is not None
    return round((plan_at - NOW).total_seconds(), 3)


def test_new_articles_make_the_next_poll_come_sooner() -> None:
    plan = plan_next_poll(WATCHED, PollOutcome(kind="ok", new=2), RHYTHM, NOW, MIDDLE)
    assert (seconds(plan.next_poll_at), plan.interval) == (700, 700)
    assert plan.reason == "New articles came: asked more often, now every 11.7 min."


def test_nothing_new_makes_the_next_poll_come_later() -> None:
    plan = plan_next_poll(WATCHED, PollOutcome(kind="unchanged"), RHYTHM, NOW, MIDDLE)
    assert (seconds(plan.next_poll_at), plan.interval) == (1200, 1200)


@pytest.mark.parametrize(("interval", "outcome", "expected"), [(310, 1, 300), (80000, 0, 86400)])
def test_the_learned_interval_stays_within_the_configured_bounds(interval: float, outcome: int, expected: int) -> None:
    plan = plan_next_poll(replace(WATCHED, interval=interval), PollOutcome(kind="ok", new=outcome), RHYTHM, NOW, MIDDLE)
    assert plan.interval == expected


def test_a_configured_interval_is_kept_even_below_the_minimum() -> None:
    source = replace(WATCHED, options=SourceOptions(interval=5))
    plan = plan_next_poll(source, PollOutcome(kind="ok", new=9), RHYTHM, NOW, MIDDLE)
    assert (seconds(plan.next_poll_at), plan.reason) == (5, "Every 5 s, as configured.")


def test_jitter_spreads_polls_by_a_tenth_either_way() -> None:
    waits = [
        seconds(plan_next_poll(WATCHED, PollOutcome(kind="unchanged"), RHYTHM, NOW, jitter).next_poll_at)
        for jitter in (0.0, 1.0)
    ]
    assert waits == [1080, 1320]


def test_failures_back_off_to_a_daily_probe_and_never_give_up() -> None:
    source, waits = replace(WATCHED, interval=1800), []
    for _ in range(100):
        plan = plan_next_poll(source, PollOutcome(kind="failed", error_kind="timeout"), RHYTHM, NOW, MIDDLE)
        waits.append(seconds(plan.next_poll_at))
        source = replace(source, failures=plan.failures, interval=plan.interval)
    assert waits[:7] == [1800, 3600, 7200, 14400, 28800, 57600, 86400]
    assert set(waits[7:]) == {86400}
    assert source.failures == 100


def test_a_success_ends_the_back_off() -> None:
    plan = plan_next_poll(replace(WATCHED, failures=9), PollOutcome(kind="ok"), RHYTHM, NOW, MIDDLE)
    assert (plan.failures, plan.interval) == (0, 1200)


def test_retry_after_is_obeyed_when_it_is_longer_than_the_back_off() -> None:
    outcome = PollOutcome(kind="failed", error_kind="http", retry_after=7200)
    plan = plan_next_poll(WATCHED, outcome, RHYTHM, NOW, MIDDLE)
    assert (seconds(plan.next_poll_at), plan.reason) == (7200, "The site asked to wait 2 h.")


@pytest.mark.parametrize("kind", ["ok", "unchanged"])
def test_max_age_is_obeyed_also_on_an_unchanged_answer(kind: str) -> None:
    plan = plan_next_poll(WATCHED, PollOutcome(kind=kind, max_age=5400), RHYTHM, NOW, MIDDLE)
    assert (seconds(plan.next_poll_at), plan.reason) == (5400, "The site's cache headers say to come back after 1.5 h.")


def test_an_absurd_max_age_is_bounded_by_the_longest_interval() -> None:
    plan = plan_next_poll(WATCHED, PollOutcome(kind="ok", max_age=10 * 365 * 86400), RHYTHM, NOW, MIDDLE)
    assert seconds(plan.next_poll_at) == 86400


def test_the_feeds_own_ttl_is_obeyed() -> None:
    plan = plan_next_poll(WATCHED, PollOutcome(kind="ok", ttl=3600), RHYTHM, NOW, MIDDLE)
    assert seconds(plan.next_poll_at) == 3600


def test_skipped_hours_and_days_move_the_poll_to_the_first_hour_after_them() -> None:
    outcome = PollOutcome(kind="ok", skip_hours=frozenset({12, 13}), skip_days=frozenset())
    assert plan_next_poll(WATCHED, outcome, RHYTHM, NOW, MIDDLE).next_poll_at == NOW.replace(hour=14)
    whole_day = PollOutcome(kind="ok", skip_days=frozenset({1}))  # 2026-11-24 is a Tuesday
    expected = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    assert plan_next_poll(WATCHED, whole_day, RHYTHM, NOW, MIDDLE).next_poll_at == expected


def test_a_feed_that_skips_every_hour_is_polled_all_the_same() -> None:
    outcome = PollOutcome(kind="ok", skip_hours=frozenset(range(24)))
    assert seconds(plan_next_poll(WATCHED, outcome, RHYTHM, NOW, MIDDLE).next_poll_at) == 1200


def test_a_source_that_is_gone_is_never_polled_again() -> None:
    plan = plan_next_poll(WATCHED, PollOutcome(kind="gone", error_kind="gone"), RHYTHM, NOW, MIDDLE)
    assert plan.next_poll_at is None
    assert plan.reason == "The site answered 410 Gone: it is not asked again."


def test_more_to_read_is_read_at_once() -> None:
    assert plan_next_poll(WATCHED, PollOutcome(kind="partial"), RHYTHM, NOW, MIDDLE).next_poll_at == NOW


def test_our_own_outage_counts_against_no_source() -> None:
    plan = plan_next_poll(replace(WATCHED, failures=2), PollOutcome(kind="offline"), RHYTHM, NOW, MIDDLE)
    assert (plan.failures, plan.interval, seconds(plan.next_poll_at)) == (2, 1000, 300)


def test_an_outage_is_ours_only_when_several_hosts_are_unreachable_and_none_answers() -> None:
    down = [("a", "dns"), ("b", "connect"), ("c", "timeout")]
    assert is_own_outage(down)
    assert not is_own_outage(down[:2])
    assert not is_own_outage([("a", "dns")] * 9)
    assert not is_own_outage([*down, ("d", None)])
    assert not is_own_outage([*down, ("d", "http")])


@pytest.mark.parametrize(
    ("duration", "text"), [(45, "45 s"), (90, "1.5 min"), (3600, "1 h"), (129600, "36 h"), (259200, "3 days")]
)
def test_durations_are_written_as_people_say_them(duration: float, text: str) -> None:
    assert spoken(duration) == text
