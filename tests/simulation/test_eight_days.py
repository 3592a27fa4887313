"""Eight days on a simulated internet: sites that publish in all ways, fail, move, and defend themselves."""

from __future__ import annotations

from functools import cache

from bench.internet import DAY, Internet, build
from bench.rhythm import ACTIVE
from bench.visitor import Tally, Visitor, fixed, percentile

SOURCES, DAYS, SEED = 80, 8, 8


@cache
def days() -> tuple[Internet, Tally, Tally]:
    """The internet, what the learned rhythm came to on it, and what a visit every ten minutes comes to."""
    internet = build(SOURCES, DAYS, SEED)
    return internet, Visitor(internet, SEED).run(), fixed(internet)


def test_the_learned_rhythm_takes_two_fifths_of_the_requests_of_a_visit_every_ten_minutes() -> None:
    _, learned, plain = days()
    assert learned.requests < 0.4 * plain.requests


def test_half_of_all_articles_are_found_as_soon_as_by_a_visit_every_ten_minutes() -> None:
    _, learned, plain = days()
    ours, theirs = learned.delays_of(learned.delays), plain.delays_of(plain.delays)
    assert percentile(ours, 0.5) < 1.1 * percentile(theirs, 0.5)


def test_of_active_sources_nineteen_of_twenty_articles_are_found_within_half_an_hour() -> None:
    _, learned, _ = days()
    assert percentile(learned.delays_of(ACTIVE), 0.95) < 1800


def test_fixed_visits_that_cost_as_much_find_articles_much_later() -> None:
    internet, learned, plain = days()
    as_many = fixed(internet, 600 * plain.requests / learned.requests)
    for share in (0.5, 0.9):
        ours, theirs = (percentile(tally.delays_of(tally.delays), share) for tally in (learned, as_many))
        assert ours < theirs / 1.5


def test_no_spacing_no_crawl_delay_and_no_retry_after_is_broken() -> None:
    internet, learned, _ = days()
    assert (learned.breaches, learned.requests > 20_000) == (0, True)
    troubled = sum(bool(site.delay or site.down) for site in internet.sites)
    refusing = sum(feed.least_gap > 0 for _, feed in internet.feeds())
    assert (troubled, refusing) == (8, 3)


def test_no_article_is_lost() -> None:
    internet, learned, plain = days()
    unseen = [
        (feed.name, one)
        for _, feed in internet.feeds()
        for one in range(feed.shown, len(feed.published))
        if feed.published[one] < (DAYS - 2) * DAY
    ]
    assert (learned.lost - plain.lost, unseen) == (set(), [])


def test_a_dead_source_is_asked_a_few_times_a_day_and_an_unchanged_list_is_not_sent_again() -> None:
    internet, learned, _ = days()
    dead = sum(feed.pattern == "dead" for _, feed in internet.feeds())
    assert learned.requests_of["dead"] / dead / DAYS < 10
    assert learned.unchanged / learned.answered > 0.5


def test_permanent_moves_are_followed_and_our_own_outages_are_noticed() -> None:
    internet, learned, _ = days()
    moving = sum(feed.move == 301 and feed.moves_at < DAYS * DAY for _, feed in internet.feeds())
    assert learned.moved >= moving > 0
    assert learned.offline > 0
