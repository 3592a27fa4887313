"""The same story from several sources: told once, with the others named; each source keeps its own in feeds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.services import housekeeping, sourcing
from feedbot.services.housekeeping import Retention
from feedbot.services.polling import Poller
from feedbot.storage import articles, sources, stories
from feedbot.storage.database import Database
from misbehaving import MisbehavingServer, answer
from services.delivery_rig import PATH, Rig, rig

STORY = """The council decided on Tuesday to build a second bridge across the river, after years of debate about its
place and its price. The mayor called the decision a gift to the next generation, while neighbours fear the noise of
lorries at night. Work is to begin in the spring, as soon as the ground has thawed, and to take about three years."""
RHYTHM = Rhythm(min_interval=300, max_interval=86400, default_interval=1800)


def feed(*items: tuple[str, str, str]) -> bytes:
    """A feed of items, each a link, a title and a text."""
    said = "".join(
        f"<item><title>{title}</title><link>{link}</link><description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
        for link, title, text in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{said}</channel></rss>'.encode()


@dataclass
class Town:
    """Two sources of one server, polled at will, and a chat that follows their category."""

    rig: Rig
    server: MisbehavingServer
    fetcher: Fetcher
    tells_once: bool = True
    now: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=1))

    async def poll(self, source_id: str, *items: tuple[str, str, str]) -> None:
        """Serves these items to a source's poll."""
        self.server.routes[f"/{source_id}"] = answer(200, feed(*items), "Content-Type: application/rss+xml")
        self.now += timedelta(minutes=1)
        poller = Poller(
            self.rig.database, self.fetcher, RHYTHM, owner="test", now=lambda: self.now, tells_once=self.tells_once
        )
        async with self.rig.database.write() as connection:
            await sources.poll_soon(connection, source_id, self.now)
        leased = await poller.claim_one(source_id)
        assert leased
        record = await poller.poll(leased)
        assert record.outcome == "ok", record

    async def titles(self, source_id: str) -> list[str]:
        async with self.rig.database.read() as connection:
            return [one.title for one in await articles.latest(connection, source=source_id)]


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    limits = FetchLimits(user_agent="feedbot", spacing=0, allow_networks=(ip_network("127.0.0.0/8"),))
    async with MisbehavingServer() as server, Fetcher(limits) as fetcher, rig(database) as made:
        declared = [
            DeclaredSource(
                id=source_id,
                title=source_id.capitalize(),
                url=server.url(f"/{source_id}"),
                options=SourceOptions(categories=(PATH,), full_text="never"),
            )
            for source_id in ("gazette", "herald", "courier")
        ]
        ready = Town(made, server, fetcher)
        await sourcing.reconcile(database, declared, ready.now)
        old = ("https://old.example/{}", "An old story", "Long ago.")
        for source_id in ("gazette", "herald", "courier"):
            await ready.poll(source_id, (old[0].format(source_id), *old[1:]))
        yield ready


async def test_a_story_that_two_sources_have_is_told_once_and_names_both(town: Town) -> None:
    chat = await town.rig.person()
    await town.poll("gazette", ("https://g.example/1", "A second bridge", STORY))
    await town.poll("herald", ("https://h.example/9", "Bridge for the river", f"{STORY} Our reporter was there."))
    assert await town.rig.rows("state", "reason") == [("pending", None), ("skipped", "duplicate")]
    await town.rig.deliver(town.rig.deliverer())
    (text,) = town.rig.texts(chat)
    assert text.startswith("A second bridge")
    assert text.endswith("🔁 Also at Herald")
    assert await town.titles("herald") == ["Bridge for the river", "An old story"]


async def test_a_story_that_was_told_already_is_not_told_again(town: Town) -> None:
    chat = await town.rig.person()
    await town.poll("gazette", ("https://g.example/1", "A second bridge", STORY))
    await town.rig.deliver(town.rig.deliverer())
    await town.poll("herald", ("https://h.example/9", "Bridge for the river", STORY))
    await town.poll("courier", ("https://c.example/5", "Bridge!", STORY))
    await town.rig.deliver(town.rig.deliverer())
    assert town.rig.titles(chat) == ["A second bridge"]
    assert await town.rig.states() == ["sent", "skipped", "skipped"]
    async with town.rig.database.read() as connection:
        (first, *_) = [one.id for one in await articles.latest(connection, source="gazette")]
        assert [one.source_title for one in (await stories.elsewhere(connection, [first]))[first]] == [
            "Herald",
            "Courier",
        ]


async def test_the_same_address_is_the_same_story_however_little_is_said(town: Town) -> None:
    await town.rig.person()
    await town.poll("gazette", ("https://wire.example/7?utm_source=g", "Rain", "Soon."))
    await town.poll("herald", ("https://wire.example/7", "It rains", ""))
    assert await town.rig.rows("state", "reason") == [("pending", None), ("skipped", "duplicate")]


async def test_a_chat_that_did_not_get_the_first_one_gets_the_second(town: Town) -> None:
    await town.poll("gazette", ("https://g.example/1", "A second bridge", STORY))
    await town.rig.person()
    await town.poll("herald", ("https://h.example/9", "Bridge for the river", STORY))
    assert await town.rig.rows("state", "reason") == [("pending", None)]


async def test_one_source_may_say_the_same_twice(town: Town) -> None:
    await town.rig.person()
    items = [(f"https://g.example/{number}", f"Part {number}", STORY) for number in (1, 2)]
    await town.poll("gazette", *items)
    assert await town.rig.states() == ["pending", "pending"]


async def test_weeks_later_the_same_words_are_news_again(town: Town) -> None:
    await town.rig.person()
    await town.poll("gazette", ("https://g.example/1", "A second bridge", STORY))
    town.now += timedelta(days=20)
    await town.poll("herald", ("https://h.example/9", "Bridge for the river", STORY))
    assert await town.rig.states() == ["pending", "pending"]


async def test_it_can_be_switched_off(town: Town) -> None:
    town.tells_once = False
    await town.rig.person()
    await town.poll("gazette", ("https://g.example/1", "A second bridge", STORY))
    await town.poll("herald", ("https://h.example/9", "Bridge for the river", STORY))
    assert await town.rig.states() == ["pending", "pending"]


async def test_what_finds_repeats_is_kept_only_as_long_as_it_is_needed(town: Town) -> None:
    await town.poll("gazette", ("https://g.example/1", "A second bridge", STORY))
    year = timedelta(days=365)
    retention = Retention(articles=year, deliveries=year, polls=year, backlog=timedelta(days=2))
    assert (await housekeeping.tidy(town.rig.database, retention, town.now))["bands"] == 0
    assert (await housekeeping.tidy(town.rig.database, retention, town.now + timedelta(days=5)))["bands"] == 16
