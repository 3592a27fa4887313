"""Dates that count from now, and answers that were cut off, from the fetch to what is stored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services import sourcing
from feedbot.storage.tables import article
from misbehaving import answer
from services.poll_bench import Bench, bench

__all__ = ["bench"]

PAGE = "<html><body><ul>{}</ul><p>{}</p></body></html>"


async def declared(bench: Bench, full_text: str = "never") -> None:
    options = SourceOptions(
        select={"list": "li", "link": "a", "date": "i"}, timezone="Asia/Shanghai", full_text=full_text
    )
    source = DeclaredSource(id="town", title="Town", url=bench.server.url("/feed"), type="page", options=options)
    await sourcing.reconcile(bench.database, [source], bench.now)


async def test_a_story_of_three_hours_ago_keeps_the_date_that_it_had_when_it_was_found(bench: Bench) -> None:
    await declared(bench)
    bench.serve(PAGE.format("<li><a href=/1>A story</a> <i>3小时前</i></li>", 1).encode())
    assert (await bench.poll()).new == 1
    first = bench.now
    bench.serve(PAGE.format("<li><a href=/1>A story</a> <i>5小时前</i></li>", 2).encode())
    assert (await bench.poll(timedelta(hours=2, minutes=20))).changed == 0
    async with bench.database.read() as connection:
        rows = (await connection.execute(select(article.c.published, article.c.revision))).all()
    assert [(row.published, row.revision) for row in rows] == [(first - timedelta(hours=3), 1)]


@pytest.mark.parametrize("full_text", ["never", "always"])
async def test_ages_in_a_list_neither_write_an_article_nor_read_its_page_again(bench: Bench, full_text: str) -> None:
    await declared(bench, full_text)
    page = "<html lang=en><body><h1>A story</h1><p>2小时前</p><article>{}</article></body></html>"
    bench.server.routes["/1"] = answer(200, page.format("<p>All that there is to say of it.</p>" * 9).encode())
    found = []
    for hours in (3, 4, 5, 7, 8):
        bench.serve(PAGE.format(f"<li><a href=/1>A story</a> <i>{hours}小时前</i></li>", hours).encode())
        poll = await bench.poll(timedelta(hours=1, minutes=7))
        async with bench.database.read() as connection:
            row = (await connection.execute(select(article))).one()
        found.append((poll.new, poll.changed, row.revision, row.published, row.read_at, row.churns))
    assert found[1:] == [(0, *found[0][1:])] * 4
    assert [request.path for request in bench.server.requests].count("/1") == (full_text == "always")


async def test_half_of_a_list_is_a_failure_and_loses_nothing(bench: Bench) -> None:
    await declared(bench)
    item = "<li><a href=/{0}>Story {0}</a> <i>2026-11-0{0}</i></li>"
    bench.serve(PAGE.format(item.format(1) + item.format(2), 1).encode())
    assert (await bench.poll()).new == 2
    bench.serve(PAGE.format(item.format(3) + item.format(1), 1).encode()[:57])
    poll = await bench.poll()
    assert (poll.outcome, poll.error_kind) == ("failed", "not_parseable")
    assert len(await bench.titles()) == 2
