"""The main job with real processes and real HTTP: a portal becomes feeds and messages."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import feedparser

from end_to_end.house import STOPPED_WITHIN, FeedbotProcess, Town, installation, town, until
from feedbot.sandbox.portal import SamplePortal

SOURCES = """
sources:
  - id: city
    title: 城事
    url: {url}/portal/portal.php?mod=list&catid=1
    type: discuz
    timezone: Asia/Shanghai
    interval: 1s
"""


class Clock:
    """The portal's clock, moved by the test: a story comes out when the test says so."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


async def follow_everything(world: Town) -> int:
    """A person who follows the city's category; the chat."""
    person = world.telegram.add_user("Li", "zh-hans")
    chat = world.telegram.private_chat(person)

    def menu() -> Any:
        return [one for one in world.telegram.messages(chat.id) if "城事资讯" in str(one.get("reply_markup"))]

    world.telegram.say(chat.id, person.id, "/categories")
    [message] = await until(menu)
    button = message["reply_markup"]["inline_keyboard"][0][0]
    await world.telegram.press(chat.id, message["message_id"], person.id, button["text"]).wait()
    return chat.id


async def feed_titles(feedbot: FeedbotProcess, path: str) -> list[str]:
    status, body = await feedbot.get(path)
    assert status == 200
    parsed = feedparser.parse(body)
    assert not parsed.bozo
    return [entry.title for entry in parsed.entries]


async def test_a_new_article_of_the_portal_is_in_every_feed_and_in_the_chat_once(tmp_path: Path) -> None:
    clock = Clock()
    portal = SamplePortal(epoch=clock.now, every=60, clock=clock)
    async with town(portal=portal.app()) as world, installation(tmp_path, **world.environment) as feedbot:
        feedbot.configure("sources/city.yaml", SOURCES.format(url=world.url))
        await feedbot.start()
        before = await until(lambda: feed_titles(feedbot, "/feeds/all.rss"))
        chat = await follow_everything(world)
        assert world.texts(chat)[-1].startswith("分类")  # the baseline sent nothing

        clock.now += 4 * 60  # four stories, not all of the city
        stories = [portal.story(portal.count() - index) for index in range(4)]
        new = [story.title for story in stories if story and "城事资讯" in str(story.category.parent or story.category)]
        assert new

        async def listed() -> bool:
            return set(new) <= set(await feed_titles(feedbot, "/feeds/all.rss"))

        await until(listed)
        for path in ("/feeds/all.atom", "/feeds/source/city.rss", "/feeds/category/城事资讯.atom"):
            assert set(await feed_titles(feedbot, path)) == {*before, *new}

        def all_in_chat() -> bool:
            return all(title in "\n".join(world.texts(chat)) for title in new)

        await until(all_in_chat)
        status, page = await feedbot.get("/")
        assert status == 200
        assert all(title in page for title in new)
        assert await feedbot.stop() < STOPPED_WITHIN
        sent = "\n".join(world.texts(chat))
        assert [sent.count(title) for title in new] == [1] * len(new)
        assert not [title for title in before if title in sent]

        await feedbot.start()  # goes on where it was
        titles = await feed_titles(feedbot, "/feeds/all.rss")
        assert set(titles) >= {*before, *new}
        assert "database_upgraded" not in feedbot.log().split("stopped")[-1]
        assert len([line for line in feedbot.log().splitlines() if "level=error" in line]) == 0


async def test_the_first_start_without_any_setting_shows_the_whole_flow(tmp_path: Path) -> None:
    async with installation(tmp_path) as feedbot:
        await feedbot.start()
        assert f"feedbot is running: {feedbot.url}" in feedbot.log()
        assert f"{feedbot.url}/sandbox" in feedbot.log()

        async def both_sources() -> bool:
            return len(await feed_titles(feedbot, "/feeds/all.rss")) >= 12

        await until(both_sources)
        await until(lambda: "event=message_sent" in feedbot.log())
        status, _page = await feedbot.get("/sandbox/")
        assert status == 200
        assert (await feedbot.get("/readyz"))[0] == 200
        state = await feedbot.status()
        assert state["running"] is True
        assert {source["id"]: source["health"] for source in state["sources"]} == {
            "sample-city": "ok",
            "sample-living": "ok",
        }
        assert await feedbot.stop() < STOPPED_WITHIN
        assert (await feedbot.status())["running"] is False


async def test_the_sandbox_finds_itself_when_the_site_has_a_public_address(tmp_path: Path) -> None:
    async with installation(tmp_path, FEEDBOT_SITE__BASE_URL="https://news.example.org") as feedbot:
        await feedbot.start()
        await until(lambda: feed_titles(feedbot, "/feeds/all.rss"))
        await until(lambda: "event=telegram_connected" in feedbot.log())


async def test_a_saved_file_takes_effect_and_a_broken_one_is_refused_whole(tmp_path: Path) -> None:
    portal = SamplePortal(epoch=time.time(), every=3600)
    async with town(portal=portal.app()) as world, installation(tmp_path, **world.environment) as feedbot:
        await feedbot.start()
        feedbot.configure("sources/city.yaml", SOURCES.format(url=world.url))
        await until(lambda: feed_titles(feedbot, "/feeds/all.rss"))
        feedbot.configure("sources/city.yaml", SOURCES.format(url=world.url).replace("type: discuz", "type: dizcuz"))
        await until(lambda: "configuration_refused" in feedbot.log())
        state = await feedbot.status()
        assert state["configuration"]["state"] == "refused"
        [fault] = state["configuration"]["faults"]
        assert "city.yaml:6" in fault
        assert [source["id"] for source in state["sources"]] == ["city"]
        feedbot.configure("sources/city.yaml", SOURCES.format(url=world.url).replace("城事", "新城"))

        async def retitled() -> bool:
            return "新城" in (await feedbot.get("/source/city"))[1]

        await until(retitled)


async def test_two_runs_on_one_database_are_refused_with_the_remedy(tmp_path: Path) -> None:
    async with installation(tmp_path, FEEDBOT_TELEGRAM__MODE="off") as feedbot:
        await feedbot.start()
        code, _, error = await feedbot.command("run")
        assert code == 1
        assert error.strip().startswith("feedbot: Another feedbot runs on ")
        assert await feedbot.stop() < STOPPED_WITHIN


async def test_a_taken_port_is_named_with_the_remedy(tmp_path: Path) -> None:
    async with installation(tmp_path, FEEDBOT_TELEGRAM__MODE="off") as feedbot:
        await feedbot.start()
        (tmp_path / "other").mkdir()
        async with installation(tmp_path / "other", FEEDBOT_TELEGRAM__MODE="off") as second:
            second.port = feedbot.port
            code, _, error = await second.command("run")
        assert code == 1
        assert f"Cannot listen on 127.0.0.1:{feedbot.port}" in error
        assert "FEEDBOT_WEB__PORT" in error
