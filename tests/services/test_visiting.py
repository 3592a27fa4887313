"""The very same bytes are not parsed again, unless something is still to be done with them."""

from __future__ import annotations

from datetime import timedelta

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services import sourcing
from feedbot.services.visiting import digest_of
from feedbot.sources.spec import Page
from misbehaving import answer
from services.poll_bench import Bench, bench, feed

__all__ = ["bench"]

HOUR = timedelta(hours=1)


async def test_the_same_bytes_are_unchanged_and_read_again_after_six_hours(bench: Bench) -> None:
    await bench.declare(interval=3600)
    bench.serve(feed(1, 2))
    outcomes = [(await bench.poll(2 * HOUR)).outcome for _ in range(5)]
    assert outcomes == ["ok", "unchanged", "unchanged", "ok", "unchanged"]
    bench.serve(feed(1, 2, 3))
    assert (await bench.poll()).new == 1


async def test_bytes_whose_articles_are_not_all_read_are_looked_at_again(bench: Bench) -> None:
    select = {"list": "li", "link": "a", "title": "a", "body": "main"}
    source = DeclaredSource(
        id="town", title="Town", url=bench.server.url("/feed"), type="page", options=SourceOptions(select=select)
    )
    await sourcing.reconcile(bench.database, [source], bench.now)
    bench.serve(b'<ul><li><a href="/a">A story</a></li></ul>')
    bench.server.routes["/a"] = answer(503, b"")
    assert (await bench.poll(2 * HOUR)).new == 0
    bench.server.routes["/a"] = answer(200, b"<main><p>Text.</p></main>", "Content-Type: text/html")
    assert (await bench.poll(2 * HOUR)).new == 1
    assert (await bench.poll(2 * HOUR)).outcome == "unchanged"


async def test_another_way_of_reading_reads_the_same_bytes_again(bench: Bench) -> None:
    await bench.declare()
    bench.serve(feed(1))
    await bench.poll()
    await bench.declare(timezone="Asia/Tokyo")
    assert (await bench.poll(timedelta())).outcome == "ok"


def test_bytes_have_another_name_at_another_address_or_as_another_type() -> None:
    names = {
        digest_of(Page(b"x", "https://t.example/", "text/html", None)),
        digest_of(Page(b"y", "https://t.example/", "text/html", None)),
        digest_of(Page(b"x", "https://t.example/2", "text/html", None)),
        digest_of(Page(b"x", "https://t.example/", "text/xml", None)),
        digest_of(Page(b"x", "https://t.example/", "text/html", "gbk")),
    }
    assert len(names) == 5
