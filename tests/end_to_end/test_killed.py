"""kill -9 at any instant: no article and no delivery is lost, and only sends in flight may come twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from end_to_end.house import PATIENCE, STOPPED_WITHIN, Town, installation, town, until
from feedbot.sandbox.server import Injected
from feedbot.storage import articles, deliveries
from feedbot.storage.database import Database

SOURCE = """
sources:
  - id: town
    title: Town
    url: {url}/site/list
    type: page
    categories: [Town]
    interval: 1s
    select: {{list: li, link: a, title: a, body: div.body}}
"""
STORIES = 30


class Site:
    """A list page with article pages that take their time, so that a kill finds polls under way."""

    def __init__(self) -> None:
        self.published = 1
        self.read: Counter[int] = Counter()

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/list", self._list), Route("/a/{number:int}", self._article)])

    async def _list(self, request: Request) -> Response:  # noqa: ARG002
        items = (f'<li><a href="a/{number}">Story {number:02}</a></li>' for number in range(self.published, 0, -1))
        return HTMLResponse(f"<ul>{''.join(items)}</ul>")

    async def _article(self, request: Request) -> Response:
        number = request.path_params["number"]
        self.read[number] += 1
        await asyncio.sleep(0.02)  # what a slow site does, not what the test waits for
        return HTMLResponse(f'<div class="body"><p>The whole text of story {number:02}.</p></div>')


async def stored_titles(database: Database) -> list[str]:
    async with database.read() as connection:
        found = await articles.latest(connection, source="town", limit=1000)
    return sorted(article.title for article in found)


async def delivery_states(database: Database) -> dict[str, int]:
    async with database.read() as connection:
        return await deliveries.count(connection)


async def followers(world: Town, count: int) -> list[int]:
    """So many people who follow the town."""
    chats = []
    for number in range(count):
        person = world.telegram.add_user(f"Person {number}")
        chats.append(world.telegram.private_chat(person).id)
        world.telegram.say(chats[-1], person.id, "/start c1")

    def all_follow() -> bool:
        return all("You now follow Town" in "\n".join(world.texts(chat)) for chat in chats)

    await until(all_follow)
    return chats


async def test_killed_during_polling_and_sending_loses_nothing(tmp_path: Path) -> None:
    site = Site()
    environment = {"FEEDBOT_DELIVERY__BURST": "50", "FEEDBOT_SITE__BASE_URL": "http://feedbot.example"}
    async with town(limits=False, site=site.app()) as world:
        pacing = {
            "FEEDBOT_TELEGRAM__PACING__PER_SECOND": "1000",
            "FEEDBOT_TELEGRAM__PACING__CHAT_INTERVAL": "0s",
        }
        async with installation(tmp_path, **world.environment, **environment, **pacing) as feedbot:
            feedbot.configure("sources/town.yaml", SOURCE.format(url=world.url))
            await feedbot.start()
            database = Database(feedbot.database_url)
            await until(lambda: stored_titles(database))
            chats = await followers(world, 6)
            world.telegram.inject(None, "sendMessage", Injected(200, delay=0.02), 100_000)

            site.published = STORIES  # a poll that reads 29 pages begins within a second
            await until(lambda: site.read[15])
            await feedbot.kill()
            assert await stored_titles(database) == ["Story 01"]  # the poll under way left nothing half done

            await feedbot.start()
            sent_before = len(world.telegram.calls.of("sendMessage"))
            await until(lambda: len(world.telegram.calls.of("sendMessage")) > sent_before + 40)
            await feedbot.kill()

            await feedbot.start()
            expected = [f"Story {number:02}" for number in range(1, STORIES + 1)]

            async def all_sent() -> bool:
                states = await delivery_states(database)
                return states.get("sent", 0) == len(chats) * (STORIES - 1)

            await until(all_sent)
            assert await stored_titles(database) == expected
            repeats = 0
            for chat in chats:
                text = "\n".join(world.texts(chat))
                counts = [text.count(f"{title}\n") for title in expected[1:]]
                assert min(counts) >= 1
                repeats += sum(counts) - len(counts)
            assert repeats <= len(chats)  # one send in flight a chat
            await database.close()
            assert await feedbot.stop() < STOPPED_WITHIN


async def test_a_first_start_that_is_killed_before_the_bot_met_anybody_costs_the_sandbox_no_message(
    tmp_path: Path,
) -> None:
    async with installation(tmp_path, FEEDBOT_DELIVERY__BATCH_SECONDS="0") as feedbot:
        await feedbot.start()
        await until((tmp_path / "var" / "sandbox.json").exists)  # /start is said, and perhaps not yet heard
        await feedbot.kill()

        await feedbot.start()
        await until(lambda: "event=message_sent" in feedbot.log(), 2 * PATIENCE)
        await feedbot.stop()
