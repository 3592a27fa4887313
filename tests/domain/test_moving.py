from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedbot.domain.moving import Address, after_answer, after_failure, should_search
from feedbot.domain.outcome import PollOutcome
from feedbot.domain.source import Source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OLD, NEW, OTHER = "https://town.example/feed", "https://new.example/feed", "https://third.example/feed"
TOWN = Source(id="town", title="Town", url=OLD, number=1, created_at=NOW)
MISSING = PollOutcome(kind="failed", error_kind="http", status=404)
BUSY = PollOutcome(kind="failed", error_kind="http", status=503)
SILENT = PollOutcome(kind="failed", error_kind="timeout")


def led(source: Source, targets: Sequence[str | None], hours: float) -> Source:
    """The source after visits, so many hours apart, that permanent redirects led to these targets."""
    for number, target in enumerate(targets):
        source = remembered(source, after_answer(source, target, NOW + timedelta(hours=hours * number)))
    return source


def remembered(source: Source, address: Address) -> Source:
    return replace(source, moved_to=address.moved_to, redirect=dict(address.redirect))


@pytest.mark.parametrize(
    ("targets", "hours", "expected"),
    [
        ([NEW] * 3, 12, NEW),
        ([NEW] * 25, 1, NEW),
        ([NEW] * 24, 1, OLD),  # not yet a day
        ([NEW] * 2, 48, OLD),  # not yet three visits
        ([NEW, NEW, None, NEW, NEW], 12, OLD),  # an answer without a redirect begins the wait anew
        ([NEW, OTHER, NEW, OTHER, NEW], 12, OLD),
        ([OTHER, NEW, NEW, NEW], 12, NEW),
        ([None] * 9, 12, OLD),
        ([OLD] * 9, 12, OLD),
    ],
)
def test_a_permanent_redirect_is_stored_after_three_visits_over_a_day(
    targets: list[str | None], hours: float, expected: str
) -> None:
    assert led(TOWN, targets, hours).poll_url == expected


def test_a_second_move_is_followed_as_carefully_and_one_back_home_forgets_the_first() -> None:
    moved = led(TOWN, [NEW] * 3, 12)
    assert led(moved, [OTHER] * 2, 24).poll_url == NEW
    assert led(moved, [OTHER] * 3, 12).poll_url == OTHER
    assert led(moved, [OLD] * 3, 12).moved_to is None


@pytest.mark.parametrize(
    "broken", [{"to": NEW}, {"to": NEW, "since": "soon", "polls": 2}, {"to": NEW, "since": None, "polls": "x"}]
)
def test_a_redirect_of_which_no_sense_can_be_made_is_watched_anew(broken: dict[str, Any]) -> None:
    address = after_answer(replace(TOWN, redirect=broken), NEW, NOW)
    assert address == Address(None, {"to": NEW, "since": NOW.isoformat(), "polls": 1})


class TestFailures:
    @pytest.mark.parametrize(
        "outcome",
        [
            MISSING,
            PollOutcome(kind="failed", error_kind="gone", status=410),
            PollOutcome(kind="failed", error_kind="dns"),
            PollOutcome(kind="failed", error_kind="not_parseable", status=200),
            PollOutcome(kind="failed", error_kind="tls"),
        ],
    )
    def test_a_new_address_that_is_none_gives_way_to_the_declared_one_at_once(self, outcome: PollOutcome) -> None:
        moved = replace(TOWN, moved_to=NEW)
        assert remembered(moved, after_failure(moved, outcome)).poll_url == OLD

    @pytest.mark.parametrize("outcome", [BUSY, SILENT])
    def test_a_new_address_that_is_out_of_reach_is_tried_three_times(self, outcome: PollOutcome) -> None:
        source, asked = replace(TOWN, moved_to=NEW), []
        for failures in range(4):
            asked.append(source.poll_url)
            source = remembered(
                replace(source, failures=failures), after_failure(replace(source, failures=failures), outcome)
            )
        assert asked == [NEW, NEW, NEW, OLD]

    def test_when_the_declared_address_fails_as_well_both_are_asked_in_turn(self) -> None:
        source, asked = replace(TOWN, moved_to=NEW), []
        for _ in range(4):
            asked.append(source.poll_url)
            source = remembered(source, after_failure(source, MISSING))
        assert asked == [NEW, OLD, NEW, OLD]

    def test_an_address_that_vanishes_while_its_redirect_was_still_watched_is_followed(self) -> None:
        watched = led(TOWN, [NEW], 1)
        assert remembered(watched, after_failure(watched, BUSY)).poll_url == OLD
        assert remembered(watched, after_failure(watched, MISSING)).poll_url == NEW

    def test_our_own_outage_moves_nothing(self) -> None:
        moved = replace(TOWN, moved_to=NEW, failures=9)
        assert after_failure(moved, PollOutcome(kind="offline", error_kind="dns")) == Address(NEW)


class TestSearching:
    def searches(self, outcome: PollOutcome, hours: float, days: float, **changes: Any) -> list[float]:
        """The days on which a search begins, of a source that fails so often."""
        source, found = replace(TOWN, **changes), []
        for number in range(int(days * 24 / hours)):
            now = NOW + timedelta(hours=hours * number)
            if should_search(source, outcome, now):
                found.append(hours * number / 24)
            source = replace(source, failures=number + 1, failing_since=source.failing_since or now, last_poll_at=now)
        return found

    def test_a_page_that_is_missing_for_two_days_is_searched_for_and_again_every_week(self) -> None:
        assert self.searches(MISSING, 6, 20) == [2, 9, 16]
        assert self.searches(MISSING, 24, 20) == [2, 9, 16]

    def test_three_visits_are_the_least(self) -> None:
        assert self.searches(MISSING, 47, 12) == [47 * 2 / 24, 47 * 5 / 24]

    @pytest.mark.parametrize("outcome", [BUSY, SILENT, PollOutcome(kind="offline", error_kind="dns")])
    def test_other_failures_start_no_search(self, outcome: PollOutcome) -> None:
        assert self.searches(outcome, 6, 30) == []

    def test_a_proposal_that_waits_for_an_answer_ends_the_search(self) -> None:
        assert self.searches(MISSING, 6, 30, proposed_url=NEW) == []
