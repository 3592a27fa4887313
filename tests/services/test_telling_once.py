"""The same story from several sources: told once, with the others named; each source keeps its own in feeds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.sandbox.server import Injected
from feedbot.services import housekeeping, outcomes, sourcing, telling_once
from feedbot.services.housekeeping import Retention
from feedbot.services.polling import Poller
from feedbot.storage import articles, chats, deliveries, sources, stories
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
        f"<item><title>{title}</title><link>{link}</link>"
        f'<guid isPermaLink="false">{link} {title}</guid>'
        f"<description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
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


async def test_a_story_whose_message_is_refused_comes_from_the_next_source_that_has_it(town: Town) -> None:
    chat = await town.rig.person()
    for source_id in ("gazette", "herald", "courier"):
        await town.poll(source_id, (f"https://{source_id}.example/1", f"A bridge ({source_id})", STORY))
    town.rig.sandbox.inject(chat, "sendMessage", Injected(400, "Bad Request: message is odd"), 2)
    await town.rig.deliver(town.rig.deliverer())
    assert await town.rig.states() == ["failed", "sent", "skipped"]
    assert town.rig.titles(chat) == ["A bridge (herald)"]


async def test_a_story_that_waited_too_long_in_a_paused_chat_comes_from_a_later_source(town: Town) -> None:
    chat = await town.rig.person()
    async with town.rig.database.write() as connection:
        await chats.set_state(connection, chat, "paused", None, town.now)
    await town.poll("gazette", ("https://g.example/1", "A second bridge", STORY))
    town.now += timedelta(hours=40)
    await town.poll("herald", ("https://h.example/9", "Bridge for the river", STORY))
    assert await town.rig.rows("state", "reason") == [("held", "paused"), ("skipped", "duplicate")]
    await outcomes.resume_chat(town.rig.database, chat, backlog_hours=24, now=town.now)
    assert await town.rig.states() == ["skipped", "pending"]


async def test_an_address_that_several_articles_of_a_source_have_tells_no_story(town: Town) -> None:
    await town.rig.person()
    show = "https://show.example/"
    await town.poll("gazette", *((show, f"Episode {number}", f"Guest {number} talks.") for number in (1, 2, 3)))
    await town.poll("herald", (show, "Episode 9", "Guest 9 talks."))
    assert await town.rig.states() == ["pending"] * 4


@pytest.mark.parametrize("original", ["gazette", "herald"])
async def test_a_page_that_names_another_address_its_own_is_the_story_there(town: Town, original: str) -> None:
    """Whichever source comes first: the herald has the wire's report, and says so."""
    url, copy = "https://wire.example/7", "https://h.example/9"
    drafts = {
        1: Draft(url=url, title="Rain", summary="Soon."),
        2: Draft(url=copy, title="It will rain", canonical_url=f"{url}?utm_source=h"),
    }
    found = []
    async with town.rig.database.write() as connection:
        for number in (1, 2) if original == "gazette" else (2, 1):
            (entry,) = judging.judge(judging.keyed([drafts[number]], "auto"), []).listed
            article_id = await articles.add(connection, number, entry, entry.draft, [PATH], town.now)
            (made,) = (await telling_once.prints({entry.key: entry.draft})).values()
            assert article_id
            found.append(await telling_once.find_story(connection, article_id, made, town.now))
    assert found == [False, True]


async def test_what_a_source_says_again_is_told_although_another_had_the_first(town: Town) -> None:
    await town.rig.person()
    first, again = ("https://g.example/1", "A bridge", STORY), ("https://g.example/2", "A bridge, corrected", STORY)
    await town.poll("gazette", first)
    await town.poll("herald", ("https://h.example/9", "A bridge", STORY))
    await town.poll("gazette", first, again)
    assert await town.rig.states() == ["pending", "skipped", "pending"]


async def test_what_is_held_for_a_closed_topic_keeps_nothing_from_the_chat(town: Town) -> None:
    await town.rig.person()
    await town.poll("gazette", ("https://g.example/1", "A second bridge", STORY))
    async with town.rig.database.write() as connection:
        (row,) = await deliveries.with_state(connection, "pending")
        await deliveries.set_state(connection, [row.id], "held", reason="topic suspended")
    await town.poll("herald", ("https://h.example/9", "Bridge for the river", STORY))
    assert await town.rig.states() == ["held", "pending"]
