"""A list that changed beyond recognition is told from one that moved on, grew, or truly filled with news."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from feedbot.domain import identity
from feedbot.domain.article import Draft
from feedbot.domain.judging import Known, Listed
from feedbot.domain.redesign import Pending, Verdict, Watched, has_arrivals, is_news, judge_list

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WATCHED = Watched(baseline_at=NOW - 30 * DAY, listed_at=NOW - timedelta(hours=1), count=10)


def entry(number: int, *, known: bool = False, published: datetime | None = None, title: str = "") -> Listed:
    draft = Draft(url=f"https://t.example/{number}", title=title or f"Story {number}", published=published)
    key = identity.article_key(draft)
    stored = Known(number, key, b"", b"", b"", b"", published, NOW, NOW, NOW) if known else None
    return Listed(key, draft, stored)


def strange(numbers: Iterable[int], published: datetime | None = None) -> list[Listed]:
    return [entry(number, published=published) for number in numbers]


def known(numbers: Iterable[int]) -> list[Listed]:
    return [entry(number, known=True) for number in numbers]


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param(strange(range(10)), id="nothing is dated"),
        pytest.param(strange(range(10), NOW - 5 * DAY), id="everything is dated before the last look"),
        pytest.param([*known([90]), *strange(range(9))], id="one pinned article is left"),
        pytest.param([*strange(range(5)), *known([90]), *strange(range(5, 9))], id="one is left in the middle"),
        pytest.param([*strange(range(5)), *strange(range(5, 10), NOW)], id="half of it is dated lately"),
    ],
)
def test_a_list_of_which_most_is_gone_and_most_is_new_and_old_is_held(listed: list[Listed]) -> None:
    assert judge_list(listed, WATCHED, None) is Verdict.HOLD


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param(strange(range(10), NOW), id="a busy source fills its whole list with news"),
        pytest.param([*strange(range(8)), *known([90, 91])], id="the list moved on by eight"),
        pytest.param([*known(range(90, 100)), *strange(range(60))], id="the list grew"),
        pytest.param([*strange(range(60)), *known(range(90, 95))], id="the list grew at its top"),
        pytest.param(strange(range(4)), id="it is too short to tell"),
        pytest.param([*strange(range(5)), *known(range(90, 95))], id="half of it is known"),
        pytest.param([], id="it is empty"),
    ],
)
def test_a_list_that_is_only_further_on_is_believed(listed: list[Listed]) -> None:
    assert judge_list(listed, WATCHED, None) is Verdict.NORMAL


def test_a_first_list_is_never_held() -> None:
    watched = Watched(baseline_at=None, listed_at=None, count=None)
    assert judge_list(strange(range(10)), watched, None) is Verdict.NORMAL


def test_a_strange_list_of_a_source_that_is_read_in_another_way_now_is_silent_and_waits_for_nobody() -> None:
    watched = Watched(baseline_at=NOW - DAY, listed_at=NOW - DAY, count=None)
    assert judge_list(strange(range(10)), watched, None) is Verdict.SILENT


def test_fresh_dates_are_not_believed_of_articles_that_bear_the_dates_or_titles_of_stored_ones() -> None:
    dates = [NOW - timedelta(minutes=number) for number in range(10)]
    dated = [entry(number, published=date) for number, date in enumerate(dates)]
    marks = {"baseline_at": NOW - 30 * DAY, "listed_at": NOW - timedelta(hours=1), "count": 10}
    assert judge_list(dated, Watched(**marks), None) is Verdict.NORMAL  # type: ignore[arg-type]
    assert judge_list(dated, Watched(**marks, published=frozenset(dates)), None) is Verdict.HOLD  # type: ignore[arg-type]
    titled = [entry(number, published=NOW, title=f"The bridge is open, part {number} | Town") for number in range(10)]
    titles = [f"The bridge is open, part {number}" for number in range(10)]
    assert judge_list(titled, Watched(**marks, titles=titles), None) is Verdict.HOLD  # type: ignore[arg-type]


def test_a_midnight_names_a_day_and_no_article() -> None:
    midnight = NOW.replace(hour=0)
    watched = Watched(baseline_at=NOW - DAY, listed_at=NOW, count=10, published=frozenset({midnight}))
    assert judge_list(strange(range(10), midnight), watched, None) is Verdict.NORMAL


class TestWhileArticlesAreHeld:
    held = tuple(one.key for one in strange(range(10)))

    def test_the_same_list_stays_held(self) -> None:
        assert judge_list(strange(range(10)), WATCHED, Pending(self.held)) is Verdict.HOLD

    def test_news_on_top_of_what_is_held_is_proof_the_second_time(self) -> None:
        listed = strange([20, *range(9)])
        assert judge_list(listed, WATCHED, Pending(self.held)) is Verdict.HOLD
        assert has_arrivals(listed, Pending(self.held))
        assert judge_list(listed, WATCHED, Pending(self.held, arrivals=1)) is Verdict.RELEASE

    def test_dates_are_proof_as_well(self) -> None:
        listed = [*strange(range(20, 27), NOW), *strange(range(3))]
        assert judge_list(listed, WATCHED, Pending(self.held)) is Verdict.RELEASE

    @pytest.mark.parametrize(
        "numbers",
        [
            pytest.param(range(10), id="nothing new"),
            pytest.param([*range(9), 20], id="news below"),
            pytest.param([1, 20, 2, 21, 3, 22, 4, 23], id="news everywhere"),
            pytest.param([*range(20, 29), 0], id="hardly anything stays"),
            pytest.param(range(20, 30), id="all different again"),
        ],
    )
    def test_a_list_that_behaves_unlike_one_proves_nothing(self, numbers: Iterable[int]) -> None:
        assert judge_list(strange(numbers), WATCHED, Pending(self.held, arrivals=1)) is Verdict.HOLD

    def test_what_an_admin_rejected_is_never_published_by_itself(self) -> None:
        pending = Pending(self.held, arrivals=9, is_rejected=True)
        assert judge_list(strange([20, *range(9)]), WATCHED, pending) is Verdict.HOLD
        assert judge_list(strange(range(20, 30), NOW), WATCHED, pending) is Verdict.HOLD

    def test_the_old_list_is_believed_when_it_is_back(self) -> None:
        assert judge_list([entry(20), *known(range(90, 99))], WATCHED, Pending(self.held)) is Verdict.NORMAL


def test_news_is_what_is_dated_after_the_redesign_or_arrived_undated() -> None:
    def says(published: datetime | None, *, arrived: bool) -> bool:
        return is_news(entry(1, published=published).draft, NOW, arrived=arrived)

    assert says(NOW + DAY, arrived=False)
    assert not says(NOW - DAY, arrived=True)
    assert says(None, arrived=True)
    assert not says(None, arrived=False)
