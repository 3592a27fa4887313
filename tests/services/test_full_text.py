"""Articles of a feed read from their own pages: a real feed and real pages on a local server, in a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise
from typing import Any

import pytest

from feedbot.domain.article import Article
from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.services import sourcing
from feedbot.services.extraction import Extractor
from feedbot.services.polling import Poller
from feedbot.storage import articles
from feedbot.storage.database import Database
from misbehaving import Connection, MisbehavingServer, Request, answer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SENTENCE = "The ferry crosses the river every half hour, and on market days every ten minutes. "
RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)
STORY = f"<p>{SENTENCE.strip()}</p>" * 5
TEASER = "What the ferry does."
HTML = "Content-Type: text/html; charset=utf-8"


@dataclass
class Town:
    """A source `town` at `/feed` of the server, and its pages."""

    database: Database
    server: MisbehavingServer
    fetcher: Fetcher
    extractor: Extractor | None = None
    now: datetime = NOW

    async def poll(self, *items: str, links: tuple[str, ...] = ("/ferry",), **options: Any) -> None:
        """Polls a feed with one item for each link, with the descriptions `items`."""
        entries = "".join(
            f"<item><title>Story {link}</title><link>{self.server.url(link)}</link>"
            f"<description><![CDATA[{text}]]></description></item>"
            for text, link in zip(items, links, strict=True)
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Town</title>{entries}</channel></rss>'
        self.server.routes["/feed"] = answer(200, body.encode(), "Content-Type: application/rss+xml")
        declared = DeclaredSource(
            id="town", title="Town", url=self.server.url("/feed"), type="feed", options=SourceOptions(**options)
        )
        await sourcing.reconcile(self.database, [declared], self.now)
        self.now += timedelta(hours=2)
        poller = Poller(
            self.database, self.fetcher, RHYTHM, owner="test", now=lambda: self.now, extractor=self.extractor
        )
        source = await poller.claim_one("town")
        assert source is not None
        await poller.poll(source)

    def has_page(self, path: str, body: str) -> None:
        html = (
            f'<!doctype html><html lang="en"><head><title>Story /ferry - Town</title></head><body>{body}</body></html>'
        )
        self.server.routes[path] = answer(200, html.encode(), HTML)

    @property
    def asked(self) -> list[str]:
        """The pages that were asked for, beside the feed."""
        return [request.path for request in self.server.requests if request.path not in {"/feed", "/robots.txt"}]

    async def stored(self) -> list[Article]:
        async with self.database.read() as connection:
            return list(await articles.latest(connection))


@pytest.fixture
async def town(sqlite: Database) -> AsyncIterator[Town]:
    limits = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=(ip_network("127.0.0.0/8"),))
    async with MisbehavingServer() as server, Fetcher(limits) as fetcher:
        yield Town(sqlite, server, fetcher)


async def test_a_teaser_becomes_the_whole_article(town: Town) -> None:
    town.has_page("/ferry", f"<h1>Story /ferry</h1><p>By Mary Rivers</p><article>{STORY}</article>")
    await town.poll(TEASER)
    (article,) = await town.stored()
    assert (article.title, article.summary, article.body_html) == ("Story /ferry", TEASER, STORY)
    assert (article.author, article.language) == ("Mary Rivers", "en")


async def test_an_unchanged_teaser_is_not_read_again_at_once(town: Town) -> None:
    town.has_page("/ferry", f"<h1>Story</h1><article>{STORY}</article>")
    await town.poll(TEASER)
    await town.poll(TEASER)
    assert town.asked == ["/ferry"]


@pytest.mark.parametrize("whole", [STORY * 4, STORY * 2])
async def test_a_feed_with_whole_texts_is_never_read_item_by_item(town: Town, whole: str) -> None:
    await town.poll(whole)
    (article,) = await town.stored()
    assert (article.body_html.count("<p>"), town.asked) == (whole.count("<p>"), [])


async def test_full_text_never_asks_for_no_page_and_always_for_each(town: Town) -> None:
    town.has_page("/ferry", f"<h1>Story</h1><article>{STORY * 2}</article>")
    await town.poll(TEASER, full_text="never")
    assert town.asked == []
    await town.poll(STORY, full_text="always")
    assert town.asked == ["/ferry"]
    assert [article.body_html for article in await town.stored()] == [STORY * 2]


async def test_links_to_files_are_articles_as_listed(town: Town) -> None:
    town.server.routes["/download"] = answer(200, b"%PDF-1.7 and so on", "Content-Type: application/pdf")
    await town.poll(TEASER, TEASER, links=("/paper.pdf", "/download"))
    assert town.asked == ["/download"]
    assert [(article.summary, article.body_html) for article in await town.stored()] == [(TEASER, "")] * 2


@pytest.mark.parametrize("page", [answer(404), answer(403), answer(500), b"nonsense\r\n\r\n", answer(200, b"", HTML)])
async def test_a_page_that_cannot_be_read_holds_nothing_up(town: Town, page: bytes) -> None:
    town.server.routes["/ferry"] = page
    await town.poll(TEASER)
    assert [article.summary for article in await town.stored()] == [TEASER]


async def test_a_dead_host_costs_the_others_nothing(town: Town) -> None:
    town.has_page("/ferry", f"<h1>Story</h1><article>{STORY}</article>")
    dead = tuple(f"/dead/{number}" for number in range(6))
    for path in dead:
        town.server.routes[path] = answer(500)
    await town.poll(*[TEASER] * 7, links=(*dead, "/ferry"))
    assert len(await town.stored()) == 7
    assert len(town.asked) == 3


async def test_words_of_the_feed_that_change_reach_an_article_without_a_page(town: Town) -> None:
    town.server.routes["/ferry"] = answer(404)
    await town.poll(TEASER)
    await town.poll("What the ferry did.")
    assert [(article.summary, article.revision) for article in await town.stored()] == [("What the ferry did.", 2)]


async def test_a_text_in_several_pages_is_joined_and_a_missing_one_never_cuts_it(town: Town) -> None:
    pager = '<p class="pages"><a href="/ferry/2">2</a></p>'
    town.has_page("/ferry", f"<h1>Story</h1><article>{STORY}{pager}</article>")
    await town.poll(TEASER)
    assert [article.body_html for article in await town.stored()] == [""]
    town.has_page("/ferry/2", f"<h1>Story</h1><article>{STORY.replace('ferry', 'barge')}</article>")
    await town.poll("Changed.")
    assert [article.body_html for article in await town.stored()] == [STORY + STORY.replace("ferry", "barge")]


async def test_a_page_that_cannot_be_parsed_in_time_leaves_the_feeds_words(town: Town) -> None:
    """The parser's process is stopped, and the next page is read by a new one."""

    async def heavy(_request: Request, connection: Connection) -> None:
        await connection.send(
            answer(200, b"<html><body><h1>t</h1>" + b"<p>a <b>b " * 150_000 + b"</body></html>", HTML)
        )

    town.server.routes["/heavy"] = heavy
    town.has_page("/ferry", f"<h1>Story</h1><article>{STORY}</article>")
    town.extractor = Extractor(seconds=1)
    try:
        await town.poll(TEASER, TEASER, links=("/heavy", "/ferry"))
    finally:
        await town.extractor.close()
    found = {article.title: article.body_html for article in await town.stored()}
    assert found == {"Story /heavy": "", "Story /ferry": STORY}


async def tried(town: Town, page: bytes, *, visits: int = 50) -> dict[str, list[datetime]]:
    """When each page of eight articles was asked for in `visits`, two hours apart, of a site that answers `page`."""
    links = tuple(f"/dead/{number}" for number in range(8))
    times: dict[str, list[datetime]] = {}

    async def refuse(request: Request, connection: Connection) -> None:
        times.setdefault(request.path, []).append(town.now)
        await connection.send(page)

    for path in links:
        town.server.routes[path] = refuse
    await town.poll(*[TEASER] * 8, links=links)
    assert len(await town.stored()) == 8
    for _ in range(visits - 1):
        await town.poll(*[TEASER] * 8, links=links)
    assert [(article.summary, article.revision) for article in await town.stored()] == [(TEASER, 1)] * 8
    return times


async def test_pages_that_robots_txt_forbids_are_not_asked_for_and_keep_no_news(town: Town) -> None:
    rules = b"User-agent: *\nDisallow: /dead/\n"
    town.server.routes["/robots.txt"] = answer(200, rules, "Content-Type: text/plain")
    assert await tried(town, answer(200, STORY.encode(), HTML)) == {}
    assert [request.path for request in town.server.requests].count("/robots.txt") == 1


@pytest.mark.parametrize("page", [answer(500), answer(403), answer(404)])
async def test_pages_that_fail_for_ever_are_tried_every_six_hours_while_they_are_young(town: Town, page: bytes) -> None:
    times = await tried(town, page)
    assert times
    for moments in times.values():
        assert all(later - earlier > timedelta(hours=6) for earlier, later in pairwise(moments))
        assert moments[-1] - NOW < timedelta(days=3, hours=2)


async def test_a_site_that_asks_to_wait_keeps_news_for_one_visit_only(town: Town) -> None:
    town.server.routes["/ferry"] = answer(429, b"", "Retry-After: 1")
    await town.poll(TEASER)
    assert await town.stored() == []
    await town.poll(TEASER)
    assert [article.summary for article in await town.stored()] == [TEASER]
    assert town.asked == ["/ferry"] * 2


@pytest.mark.parametrize("page", [answer(500), answer(429, b"", "Retry-After: 1")])
async def test_a_text_that_was_read_is_never_given_up_for_the_words_of_its_feed(town: Town, page: bytes) -> None:
    links = tuple(f"/story/{number}" for number in range(6))
    for path in links:
        town.has_page(path, f"<h1>Story {path}</h1><article>{STORY}</article>")
    await town.poll(*[TEASER] * 6, links=links)
    for path in links:
        town.server.routes[path] = page
    for _ in range(4):
        await town.poll(*["What the ferry did."] * 6, links=links)
    assert [article.body_html for article in await town.stored()] == [STORY] * 6


@pytest.mark.parametrize("page", [answer(500), answer(429, b"", "Retry-After: 1")])
async def test_the_page_of_an_edited_entry_that_fails_is_tried_once_in_six_hours(town: Town, page: bytes) -> None:
    town.has_page("/ferry", f"<h1>Story</h1><article>{STORY}</article>")
    await town.poll(TEASER)
    town.server.routes["/ferry"] = page
    for _ in range(8):
        await town.poll("What the ferry did.")
    assert town.asked == ["/ferry"] * 3
    town.has_page("/ferry", f"<h1>Story</h1><article>{STORY.replace('ferry', 'barge')}</article>")
    for _ in range(4):
        await town.poll("What the ferry did.")
    assert [article.body_html for article in await town.stored()] == [STORY.replace("ferry", "barge")]
    assert town.asked == ["/ferry"] * 4
