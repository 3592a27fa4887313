"""A page that names the lists to be read in its place: the index of a sitemap, polled as one list."""

from __future__ import annotations

from dataclasses import replace

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services import sourcing
from misbehaving import answer
from services.poll_bench import NOW, Bench, bench

__all__ = ["bench"]

NAMES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


def news(*numbers: int) -> bytes:
    entries = "".join(
        f"<url><loc>https://town.example/{number}</loc><news:news><news:publication><news:name>Town</news:name>"
        "<news:language>en</news:language></news:publication>"
        f"<news:publication_date>2026-11-24T0{number}:00:00Z</news:publication_date>"
        f"<news:title>Story {number}</news:title></news:news></url>"
        for number in numbers
    )
    body = f'<?xml version="1.0"?><urlset {NAMES}>{entries}</urlset>'
    return answer(200, body.encode(), "Content-Type: application/xml")


async def declare(bench: Bench) -> None:
    options = SourceOptions(full_text="never")
    source = DeclaredSource(id="town", title="Town", url=bench.server.url("/feed"), type="sitemap", options=options)
    await sourcing.reconcile(bench.database, [replace(source)], NOW)


def serve_index(bench: Bench, *paths: str) -> None:
    entries = "".join(f"<sitemap><loc>{bench.server.url(path)}</loc></sitemap>" for path in paths)
    body = f'<?xml version="1.0"?><sitemapindex {NAMES}>{entries}</sitemapindex>'
    bench.serve(body.encode(), "Content-Type: application/xml", 'ETag: "same"')


async def test_the_lists_that_an_index_names_are_one_list_and_are_read_at_every_visit(bench: Bench) -> None:
    await declare(bench)
    serve_index(bench, "/news-1.xml", "/news-2.xml")
    bench.server.routes["/news-1.xml"], bench.server.routes["/news-2.xml"] = news(1, 2), news(2, 3)
    first = await bench.poll()
    assert (first.outcome, first.new) == ("ok", 3)
    bench.server.routes["/news-2.xml"] = news(2, 3, 4)
    second = await bench.poll()
    assert (second.outcome, second.new, second.unchanged) == ("ok", 1, 3)
    assert "if-none-match" not in bench.server.requests[-1].headers


async def test_one_list_that_fails_costs_its_own_articles_and_all_of_them_fail_the_visit(bench: Bench) -> None:
    await declare(bench)
    serve_index(bench, "/news-1.xml", "/news-2.xml")
    bench.server.routes["/news-1.xml"] = news(1, 2)
    assert (await bench.poll()).new == 2
    del bench.server.routes["/news-1.xml"]
    record = await bench.poll()
    assert (record.outcome, record.error_kind, record.status) == ("failed", "http", 404)
    assert sorted(await bench.titles()) == ["Story 1", "Story 2"]
