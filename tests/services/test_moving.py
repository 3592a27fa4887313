"""The new address of a list that is gone: found on its site by its titles, proposed, never taken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedbot.domain.article import Draft
from feedbot.domain.source import Source
from feedbot.services.moving import is_same_list, places
from misbehaving import answer
from services.poll_bench import NOW, Bench, bench, feed

__all__ = ["bench"]

HOME = '<html><head><title>Town</title><link rel="alternate" type="application/rss+xml" href="{}"></head></html>'


async def lost(bench: Bench) -> None:
    """The source's feed answers 404 for as long as it takes to search."""
    bench.serve(b"", status=404)
    for _ in range(5):
        await bench.poll(timedelta(days=1))


async def test_a_feed_that_is_gone_is_found_again_by_its_titles_and_proposed(bench: Bench) -> None:
    await bench.declare()
    bench.serve(feed(*range(1, 9)))
    await bench.poll()
    bench.server.routes["/"] = answer(200, HOME.format("/news/rss").encode(), "Content-Type: text/html")
    bench.server.routes["/news/rss"] = answer(200, feed(*range(3, 12)), "Content-Type: application/rss+xml")
    await lost(bench)
    source = await bench.source()
    assert source.proposed_url == bench.server.url("/news/rss")
    assert (source.poll_url, source.health) == (bench.server.url("/feed"), "failing")
    bench.serve(feed(*range(1, 9)))
    await bench.poll(timedelta(days=2))
    assert (await bench.source()).proposed_url is None


async def test_a_list_of_other_titles_is_not_proposed(bench: Bench) -> None:
    await bench.declare()
    bench.serve(feed(*range(1, 9)))
    await bench.poll()
    bench.server.routes["/"] = answer(200, HOME.format("/news/rss").encode(), "Content-Type: text/html")
    bench.server.routes["/news/rss"] = answer(200, feed(*range(50, 60)), "Content-Type: application/rss+xml")
    await lost(bench)
    assert "/news/rss" in [request.path for request in bench.server.requests]
    assert (await bench.source()).proposed_url is None


def test_the_home_is_looked_at_first_and_then_the_folders_above() -> None:
    source = Source(
        id="t",
        title="T",
        number=1,
        created_at=NOW,
        url="https://t.example/a/b/feed.xml?x=1",
        home_url="https://t.example/home",
    )
    assert places(source) == [
        "https://t.example/home",
        "https://t.example/a/b/",
        "https://t.example/a/",
        "https://t.example/",
    ]


@pytest.mark.parametrize(
    ("titles", "is_same"),
    [
        (["A", "b ", "C", "X", "Y", "Z", "V"], True),
        (["A", "B", "X"], True),
        (["A", "X"], False),
        (["A", "B", *"UVWXYZ"], False),
    ],
)
def test_a_list_is_the_same_with_three_known_titles_or_half_of_a_short_one(titles: list[str], is_same: bool) -> None:  # noqa: FBT001 - a case
    drafts = [Draft(url="https://t.example/", title=title) for title in titles]
    assert is_same_list(drafts, frozenset("abc")) is is_same
