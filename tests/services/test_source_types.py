"""Sources of the types beside feeds, polled from a real local server."""

from __future__ import annotations

import json
from datetime import timedelta

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services import sourcing
from feedbot.storage import articles
from misbehaving import Connection, Request, answer
from services.poll_bench import NOW, Bench, bench

__all__ = ["bench"]


async def declare(bench: Bench, kind: str, path: str, **options: object) -> None:
    made = SourceOptions(categories=("News",), **options)  # type: ignore[arg-type]
    source = DeclaredSource(id="town", title="Town", url=bench.server.url(path), type=kind, options=made)
    await sourcing.reconcile(bench.database, [source], bench.now)


def serve(bench: Bench, path: str, body: str, status: int = 200) -> None:
    bench.server.routes[path] = answer(status, body.encode())


def serve_index(bench: Bench, *months: str) -> None:
    entries = "".join(f"<sitemap><loc>{bench.server.url(f'/posts-{month}.xml')}</loc></sitemap>" for month in months)
    serve(bench, "/sitemap.xml", f"<sitemapindex>{entries}</sitemapindex>")


def serve_month(bench: Bench, month: str, *names: str) -> None:
    entries = "".join(f"<url><loc>{bench.server.url(f'/news/{name}')}</loc></url>" for name in names)
    serve(bench, f"/posts-{month}.xml", f"<urlset>{entries}</urlset>")


def serve_article(bench: Bench, name: str, days_old: float = 0) -> None:
    date = (NOW - timedelta(days=days_old)).isoformat()
    text = "From Monday it leaves on the half hour, says the town, and from the new pier as well. " * 5
    body = (
        f"<html lang=en><head><title>About {name}</title>"
        f"<meta property='article:published_time' content='{date}'></head>"
        f"<body><article><h1>About {name}</h1><p>{text}</p><p>{text}</p></article></body></html>"
    )
    serve(bench, f"/news/{name}", body)


async def test_an_index_of_sitemaps_leads_to_articles_that_have_their_titles_from_their_pages(bench: Bench) -> None:
    await declare(bench, "sitemap", "/sitemap.xml")
    await bench.follow()
    serve_index(bench, "2026-10", "2026-11")
    serve_month(bench, "2026-10", "the-old-ferry-sails")
    serve_month(bench, "2026-11", "the-new-ferry-sails")
    for name in ("the-old-ferry-sails", "the-new-ferry-sails", "the-bridge-is-open", "an-old-story-again"):
        serve_article(bench, name, days_old=300 if "again" in name else 0)
    await bench.poll()
    assert sorted(await bench.titles()) == ["About the-new-ferry-sails", "About the-old-ferry-sails"]

    # The index is the same, a month has grown: one article is new, the other came out long ago.
    serve_month(bench, "2026-11", "the-new-ferry-sails", "the-bridge-is-open", "an-old-story-again")
    record = await bench.poll()
    assert (record.outcome, record.new) == ("ok", 2)
    assert sorted(await bench.deliveries()) == [
        ("pending", None), ("skipped", "baseline"), ("skipped", "baseline"), ("skipped", "older_than_watch"),
    ]  # fmt: skip


async def test_a_new_month_that_is_still_empty_loses_nothing_of_the_old_one(bench: Bench) -> None:
    await declare(bench, "sitemap", "/sitemap.xml")
    serve_index(bench, "2026-10")
    serve_month(bench, "2026-10", "the-old-ferry-sails")
    serve_article(bench, "the-old-ferry-sails")
    serve_article(bench, "the-bridge-is-open")
    await bench.poll()
    serve_index(bench, "2026-10", "2026-11")
    serve_month(bench, "2026-11")
    serve_month(bench, "2026-10", "the-old-ferry-sails", "the-bridge-is-open")
    record = await bench.poll()
    assert (record.outcome, record.new) == ("ok", 1)


async def test_an_article_of_a_sitemap_is_not_made_of_nothing_when_its_page_cannot_be_read(bench: Bench) -> None:
    await declare(bench, "sitemap", "/sitemap.xml")
    serve(bench, "/sitemap.xml", f"<urlset><url><loc>{bench.server.url('/news/the-ferry-sails')}</loc></url></urlset>")
    serve(bench, "/news/the-ferry-sails", "<html><body></body></html>", 500)
    for _ in range(5):
        await bench.poll()
    assert await bench.titles() == []
    serve_article(bench, "the-ferry-sails")


async def test_robots_txt_leads_to_the_sitemap_and_on_to_its_index(bench: Bench) -> None:
    await declare(bench, "sitemap", "/robots.txt")
    serve(bench, "/robots.txt", f"User-agent: *\nSitemap: {bench.server.url('/sitemap.xml')}\n")
    serve_index(bench, "2026-11")
    serve_month(bench, "2026-11", "the-new-ferry-sails")
    serve_article(bench, "the-new-ferry-sails")
    await bench.poll()
    assert await bench.titles() == ["About the-new-ferry-sails"]


async def test_the_front_page_of_a_wordpress_leads_to_its_posts(bench: Bench) -> None:
    await declare(bench, "wordpress", "/")
    serve(bench, "/", "<html><head><link rel='https://api.w.org/' href='/wp-json/'></head><body></body></html>")
    post = {
        "id": 1, "link": bench.server.url("/one/"), "title": {"rendered": "One"}, "_links": {},
        "date_gmt": "2026-11-24T08:00:00", "content": {"rendered": "<p>Text.</p>"},
    }  # fmt: skip
    serve(bench, "/wp-json/wp/v2/posts", json.dumps([post]))
    await bench.poll()
    assert await bench.titles() == ["One"]


async def test_an_api_is_polled_by_its_expressions(bench: Bench) -> None:
    await declare(
        bench, "json", "/api", select={"list": "items", "link": bench.server.url("/n/{id}")}, full_text="never"
    )
    serve(bench, "/api", json.dumps({"items": [{"id": 7, "title": "Seven", "body": "<p>Text.</p>"}]}))
    await bench.poll()
    async with bench.database.read() as connection:
        [found] = await articles.latest(connection)
    assert (found.title, found.url, found.body_html) == ("Seven", bench.server.url("/n/7"), "<p>Text.</p>")


async def test_a_sitemaps_articles_have_their_titles_from_their_pages_whatever_the_source_says(bench: Bench) -> None:
    await declare(bench, "sitemap", "/sitemap.xml", full_text="never")
    serve(bench, "/sitemap.xml", f"<urlset><url><loc>{bench.server.url('/news/the-ferry-sails')}</loc></url></urlset>")
    serve_article(bench, "the-ferry-sails")
    await bench.poll()
    assert await bench.titles() == ["About the-ferry-sails"]


async def test_the_first_poll_of_a_wordpress_reads_as_many_pages_as_the_source_wants(bench: Bench) -> None:
    await declare(bench, "wordpress", "/", pages=2, full_text="never")
    serve(bench, "/", "<html><head><link rel='https://api.w.org/' href='/wp-json/'></head><body></body></html>")

    def posts(*numbers: int) -> str:
        return json.dumps([
            {"id": n, "link": bench.server.url(f"/{n}/"), "title": {"rendered": f"Post {n}"}, "_links": {},
             "date_gmt": "2026-11-24T08:00:00", "content": {"rendered": "<p>Text.</p>"}}
            for n in numbers
        ])  # fmt: skip

    async def paged(request: Request, connection: Connection) -> None:
        await connection.send(
            answer(200, posts(*(range(21, 25) if "&page=2" in request.target else range(1, 21))).encode())
        )

    bench.server.routes["/wp-json/wp/v2/posts"] = paged
    record = await bench.poll()
    assert (record.outcome, record.new) == ("ok", 24)
