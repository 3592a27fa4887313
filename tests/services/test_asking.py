"""Pages are read as robots.txt and the source's options say, with a browser where it has to be."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
import pytest_asyncio

from feedbot.domain.source import Source, SourceOptions
from feedbot.errors import BrowserFailed, EmptyList, FetchError, NotParseable, RobotsDisallowed
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import BrowserLimits, FetchLimits
from feedbot.services import asking, visiting
from misbehaving import MisbehavingServer, answer

CHROMIUM = os.environ.get("FEEDBOT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BROWSER = BrowserLimits(executable=CHROMIUM, sandbox=False, quiet_seconds=0.15, pages_per_minute=1000)
LIMITS = FetchLimits(user_agent="feedbot-test", spacing=0, allow_networks=(ip_network("127.0.0.0/8"),), browser=BROWSER)
NO_BROWSER = replace(LIMITS, browser=BrowserLimits(executable="/no/such/program"))
SELECT = {"list": "article", "link": "a"}
ARTICLES = "".join(f"<article><a href=/{name}>Story of {name}</a></article>" for name in ("eins", "zwei", "drei"))


def html(body: str, *headers: str) -> bytes:
    return answer(200, f"<!doctype html><html><body>{body}</body></html>".encode(), "Content-Type: text/html", *headers)


SHELL = html('<div id="root"></div><script src="/app.js"></script>', 'ETag: "1"', "Cache-Control: max-age=9999999")
APP = answer(200, f"document.getElementById('root').innerHTML = `{ARTICLES}`".encode(), "Content-Type: text/javascript")
FORBIDDEN = answer(200, b"User-agent: *\nDisallow: /")


@dataclass
class Stage:
    server: MisbehavingServer
    fetcher: Fetcher

    def source(self, path: str = "/list", **more: object) -> Source:
        options = SourceOptions(select=SELECT, **more)  # type: ignore[arg-type]
        url = self.server.url(path)
        return Source(id="town", title="Town", url=url, type="page", options=options, number=1, created_at=NOW)

    async def titles(self, source: Source) -> list[str]:
        visit = await visiting.visit(self.fetcher, source, NOW)
        assert visit.found is not None
        return [draft.title for draft in visit.found.listing.drafts]

    @property
    def asked(self) -> list[str]:
        return [request.target for request in self.server.requests]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(LIMITS) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def stage(fetcher: Fetcher) -> AsyncIterator[Stage]:
    fetcher.reconfigure(LIMITS)
    async with MisbehavingServer({"/list": html(ARTICLES), "/shell": SHELL, "/app.js": APP}) as server:
        yield Stage(server, fetcher)


pytestmark = pytest.mark.asyncio(loop_scope="module")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: install it or set FEEDBOT_CHROMIUM")
STORIES = ["Story of eins", "Story of zwei", "Story of drei"]


async def test_a_list_page_is_read_unless_robots_txt_forbids_it(stage: Stage) -> None:
    assert await stage.titles(stage.source()) == STORIES
    assert stage.asked == ["/robots.txt", "/list"]
    async with MisbehavingServer({"/robots.txt": FORBIDDEN, "/list": html(ARTICLES)}) as closed:
        there = Stage(closed, stage.fetcher)
        with pytest.raises(RobotsDisallowed):
            await there.titles(there.source())
        with pytest.raises(RobotsDisallowed):
            await asking.ask_for_article(stage.fetcher, there.source(), closed.url("/eins"))
        assert there.asked == ["/robots.txt"]


async def test_a_feed_is_read_whatever_robots_txt_says_and_its_article_pages_are_not(stage: Stage) -> None:
    feed = b"<rss version='2.0'><channel><title>T</title><item><title>A</title><guid>1</guid></item></channel></rss>"
    stage.server.routes |= {"/robots.txt": FORBIDDEN, "/feed": answer(200, feed)}
    source = replace(stage.source("/feed"), type="feed", options=SourceOptions())
    assert await stage.titles(source) == ["A"]
    assert await stage.titles(replace(source, type="auto")) == ["A"]
    assert "/robots.txt" not in stage.asked
    with pytest.raises(RobotsDisallowed):
        await asking.ask_for_article(stage.fetcher, source, stage.server.url("/1"))


async def test_a_source_of_unknown_type_that_proves_to_be_a_page_asks_robots_txt_at_once(stage: Stage) -> None:
    ld = (
        '<script type="application/ld+json">{"@type": "ItemList", "itemListElement": ['
        '{"@type": "NewsArticle", "headline": "A", "url": "/1", "datePublished": "2026-11-01"},'
        '{"@type": "NewsArticle", "headline": "B", "url": "/2", "datePublished": "2026-11-02"},'
        '{"@type": "NewsArticle", "headline": "C", "url": "/3", "datePublished": "2026-11-03"}]}</script>'
    )
    stage.server.routes |= {"/robots.txt": FORBIDDEN, "/ld": html(ld)}
    source = replace(stage.source("/ld"), type="auto", options=SourceOptions())
    with pytest.raises(RobotsDisallowed):
        await stage.titles(source)
    with pytest.raises(RobotsDisallowed):
        await stage.titles(replace(source, detected_type="jsonld"))
    assert stage.asked == ["/ld", "/robots.txt"]


@needs_chromium
async def test_an_empty_shell_is_read_with_a_browser_each_time_and_is_never_fresh(stage: Stage) -> None:
    visit = await visiting.visit(stage.fetcher, stage.source("/shell"), NOW)
    assert visit.found is not None
    assert [draft.title for draft in visit.found.listing.drafts] == STORIES
    assert (visit.fetched.validators.etag, visit.fetched.max_age) == (None, None)
    assert stage.asked == ["/robots.txt", "/shell", "/app.js"]


@needs_chromium
async def test_a_source_that_asks_for_a_browser_gets_one_for_lists_and_articles(stage: Stage) -> None:
    stage.server.routes["/list"] = html("<p id=p>wait</p><script>document.body.innerHTML = `" + ARTICLES + "`</script>")
    source = stage.source(browser="always")
    assert await stage.titles(source) == STORIES
    article = await asking.ask_for_article(stage.fetcher, source, stage.server.url("/list"))
    assert b"<article>" in article.body


@needs_chromium
async def test_an_article_page_that_is_an_empty_shell_is_read_with_a_browser(stage: Stage) -> None:
    article = await asking.ask_for_article(stage.fetcher, stage.source(), stage.server.url("/shell"))
    assert b"Story of eins" in article.body


async def test_without_a_browser_an_empty_list_says_what_is_missing_and_an_article_is_taken_as_it_is(
    stage: Stage,
) -> None:
    stage.fetcher.reconfigure(NO_BROWSER)
    with pytest.raises(BrowserFailed, match=r"needs a browser\. /no/such/program is no program"):
        await stage.titles(stage.source("/shell"))
    article = await asking.ask_for_article(stage.fetcher, stage.source(), stage.server.url("/shell"))
    assert b'<div id="root">' in article.body


@pytest.mark.parametrize(("path", "browser"), [("/shell", "never"), ("/bare", "auto")])
async def test_no_browser_is_used_where_none_is_wanted_or_none_would_help(
    path: str, browser: str, stage: Stage
) -> None:
    stage.server.routes["/bare"] = html("<h1>News</h1><p>There is no news today.</p><script>1</script>")
    with pytest.raises((NotParseable, EmptyList)):
        await stage.titles(stage.source(path, browser=browser))
    assert "/app.js" not in stage.asked


async def test_a_source_goes_out_by_its_own_proxy(stage: Stage) -> None:
    with pytest.raises(FetchError, match="proxy on the way to 127"):
        await stage.titles(stage.source(proxy="http://ann:s3cret@127.0.0.1:1"))
    with pytest.raises(FetchError, match="SOCKS"):
        await stage.titles(stage.source(proxy="socks5://127.0.0.1:1"))
    assert stage.asked == []
