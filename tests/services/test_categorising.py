"""Polled articles go into the categories that the rules of their source name."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network

from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.services import sourcing
from feedbot.services.polling import Poller
from feedbot.storage import articles
from feedbot.storage.database import Database
from misbehaving import MisbehavingServer, answer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Town</title>
<item><title>Water is off</title><link>https://t.example/1</link><guid>1</guid><category>Works</category>
  <description>&lt;p&gt;On Wednesday.&lt;/p&gt;</description></item>
<item><title>A concert</title><link>https://t.example/2</link><guid>2</guid><category>Music</category>
  <description>&lt;p&gt;With pipes and drums, at eight.&lt;/p&gt;</description></item>
<item><title>Sponsored: shoes</title><link>https://t.example/3</link><guid>3</guid></item>
<item><title>The mayor</title><link>https://t.example/4</link><guid>4</guid></item>
</channel></rss>"""


async def named_by(database: Database, options: SourceOptions) -> dict[str, tuple[str, ...]]:
    """The categories of each article after a poll of the feed with these options."""
    async with MisbehavingServer() as server:
        server.routes["/feed"] = answer(200, FEED.encode(), "Content-Type: application/rss+xml")
        declared = DeclaredSource(id="town", title="Town", url=server.url("/feed"), options=options)
        await sourcing.reconcile(database, [declared], NOW)
        limits = FetchLimits(user_agent="feedbot", spacing=0, allow_networks=(ip_network("127.0.0.0/8"),))
        async with Fetcher(limits) as fetcher:
            poller = Poller(database, fetcher, Rhythm(300, 86400, 1800), owner="test", now=lambda: NOW)
            await poller.poll((await poller.claim(1))[0])
    async with database.read() as connection:
        return {one.title: one.categories for one in await articles.latest(connection)}


async def test_rules_put_each_article_into_its_own_categories(database: Database) -> None:
    rules = (
        {"category": "Town/Works", "tags": ["works"]},
        {"category": "Culture", "tags": ["music"]},
        {"category": "Everything with pipes", "words": ["pipes"]},
    )
    found = await named_by(database, SourceOptions(categories=("News",), category_rules=rules, full_text="never"))
    assert found == {
        "Water is off": ("Town/Works",),
        "A concert": ("Culture", "Everything with pipes"),
        "Sponsored: shoes": ("News",),
        "The mayor": ("News",),
    }


async def test_a_source_keeps_out_what_its_filter_names(database: Database) -> None:
    options = SourceOptions(categories=("News",), exclude=("sponsored", "concert"), full_text="never")
    assert set(await named_by(database, options)) == {"Water is off", "The mayor"}


async def test_a_source_takes_only_what_its_filter_asks_for(database: Database) -> None:
    options = SourceOptions(categories=("News",), include=("water", "music"), full_text="never")
    assert set(await named_by(database, options)) == {"Water is off", "A concert"}
