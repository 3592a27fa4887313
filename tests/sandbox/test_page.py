"""The chat page's own API: what it shows is what there is, and what changes arrives as an event."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from feedbot.sandbox.model import Injected
from feedbot.sandbox.page import HERE, STATIC
from sandbox.stage import TOKEN, Stage


@asynccontextmanager
async def browsing(stage: Stage) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"{stage.url}/") as session:
        yield session


async def post(session: aiohttp.ClientSession, path: str, **body: Any) -> tuple[int, Any]:
    async with session.post(f"api/{path}", json=body) as answer:
        return answer.status, await answer.json()


async def loaded(session: aiohttp.ClientSession, path: str) -> Any:
    async with session.get(f"api/{path}") as answer:
        return await answer.json()


class Events:
    """A stream of events that is read line by line."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def next(self, kind: str) -> Any:
        """The data of the next event of this kind."""
        async with asyncio.timeout(5):
            found = ""
            while line := (await self._answer.content.readline()).decode():
                if line.startswith("event: "):
                    found = line[7:].strip()
                if line.startswith("data: ") and found == kind:
                    return json.loads(line[6:])
        raise EOFError


@asynccontextmanager
async def listening(session: aiohttp.ClientSession) -> AsyncIterator[Events]:
    async with session.get("api/events") as answer:
        assert answer.content_type == "text/event-stream"
        events = Events(answer)
        await events.next("hello")
        yield events


async def test_the_page_has_only_own_resources_and_a_strict_policy(stage: Stage) -> None:
    async with browsing(stage) as session:
        async with session.get("") as answer:
            page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "http" not in page
        assert set(re.findall(r'(?:src|href)="static/([\w.]+)"', page)) <= set(STATIC)
        assert set(STATIC) == {file.name for file in (HERE / "static").iterdir()}
        for name, kind in STATIC.items():
            async with session.get(f"static/{name}") as answer:
                assert (answer.status, answer.content_type) == (200, kind)
        async with session.get("static/..%2fpage.py") as answer:
            assert answer.status == 404


async def test_the_prefix_without_its_slash_leads_to_the_page(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session, session.get(stage.url) as answer:
        assert (answer.status, str(answer.url)) == (200, f"{stage.url}/")


async def test_a_new_message_arrives_as_an_event_and_counts_as_unread(stage: Stage) -> None:
    async with browsing(stage) as session, listening(session) as events:
        await stage.bot.send_message(stage.chat.id, "<b>x</b>", parse_mode="HTML")
        event = await events.next("message")
        assert (event["chat_id"], event["message"]["text"], event["unread"]) == (stage.chat.id, "x", 1)
        chats = (await loaded(session, "state"))["chats"]
        assert [(chat["unread"], chat["last"]["text"]) for chat in chats] == [(1, "x")]
        await post(session, "act", chat_id=stage.chat.id, action="read")
        assert (await loaded(session, "state"))["chats"][0]["unread"] == 0


async def test_saying_pressing_and_reacting(stage: Stage) -> None:
    markup = {"inline_keyboard": [[{"text": "More", "callback_data": "m"}]]}
    sent = await stage.bot.send_message(stage.chat.id, "x", reply_markup=markup)  # type: ignore[arg-type]
    place = {"chat_id": stage.chat.id, "user_id": stage.person.id}
    async with browsing(stage) as session, listening(session) as events:
        status, said = await post(session, "say", **place, text="/start")
        assert (status, said["result"]["entities"][0]["type"]) == (200, "bot_command")
        _, press = await post(session, "press", **place, message_id=sent.message_id, data="m")
        await stage.bot.answer_callback_query(press["result"]["press_id"], text="Done", show_alert=True)
        answer = await events.next("answer")
        assert (answer["press_id"], answer["text"], answer["show_alert"]) == (press["result"]["press_id"], "Done", True)
        await post(session, "react", **place, message_id=sent.message_id, emoji="❤")
        chat = await loaded(session, f"chats/{stage.chat.id}")
        assert chat["messages"][0]["reactions"] == ["❤"]
        assert "reactions" not in stage.telegram.messages(stage.chat.id)[0]


async def test_people_groups_and_channels_are_made(stage: Stage) -> None:
    async with browsing(stage) as session:
        _, made = await post(session, "users", first_name="Ben", language_code="zh-hans")
        assert stage.telegram.users[1].language_code == "zh-hans"
        await stage.bot.send_message(made["result"]["id"], "x")
        for kind, expected in (("group", "group"), ("forum", "supergroup"), ("channel", "channel")):
            _, made = await post(session, "chats", type=kind, title=f"My {kind}", user_id=stage.person.id)
            chat_id = made["result"]["chat_id"]
            assert (await stage.bot.get_chat(chat_id)).type == expected
            assert (await loaded(session, f"chats/{chat_id}"))["chat"]["title"] == f"My {kind}"
            await stage.bot.send_message(chat_id, "a post")


async def test_blocking_kicking_topics_and_upgrades(stage: Stage) -> None:
    group = stage.telegram.group("G", [], [stage.person])
    forum = stage.telegram.group("F", [], [stage.person], is_forum=True)
    async with browsing(stage) as session:
        await post(session, "act", chat_id=stage.chat.id, action="block")
        assert stage.chat.blocked
        notes = (await loaded(session, f"chats/{stage.chat.id}"))["notes"]
        assert [note["text"] for note in notes] == ["The bot was blocked"]
        _, made = await post(session, "act", chat_id=forum.id, action="open_topic", name="T")
        await post(session, "act", chat_id=forum.id, action="close_topic", thread_id=made["result"]["thread_id"])
        assert [topic.closed for topic in forum.topics.values()] == [True]
        await post(session, "act", chat_id=group.id, action="kicked")
        assert group.bot_status == "kicked"
        _, upgraded = await post(session, "act", chat_id=group.id, action="migrate")
        assert group.migrated_to == upgraded["result"]["chat_id"]


async def test_faults_are_armed_and_taken_away(stage: Stage) -> None:
    async with browsing(stage) as session:
        fault = {"status": 429, "description": "Too Many Requests: retry after 3", "retry_after": 3, "times": 2}
        _, made = await post(session, "faults", chat_id=stage.chat.id, **fault)
        assert [(fault["status"], fault["times"]) for fault in made["result"]["faults"]] == [(429, 2)]
        with pytest.raises(Exception, match="retry after 3"):
            await stage.bot.send_message(stage.chat.id, "x")
        await post(session, "faults", clear=True)
        await stage.bot.send_message(stage.chat.id, "x")
    stage.telegram.inject(None, None, Injected())
    stage.telegram.clear_faults()
    await stage.bot.send_message(stage.chat.id, "x")


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("say", {}, "not a complete request"),
        ("say", {"chat_id": 1, "user_id": 1, "text": "x"}, "there is no chat 1"),
        ("users", {"first_name": " "}, "a person needs a name"),
        ("chats", {"type": "group", "title": "", "user_id": 1}, "a group or channel needs a name"),
        ("act", {"chat_id": 1, "action": "x"}, "there is no chat 1"),
    ],
)
async def test_what_cannot_be_done_is_told(stage: Stage, path: str, body: dict[str, Any], told: str) -> None:
    async with browsing(stage) as session:
        status, answer = await post(session, path, **body)
        assert status == 400
        assert told in answer["error"]


@pytest.mark.parametrize("path", ["say", "press", "react", "users", "chats", "act", "faults"])
@pytest.mark.parametrize(
    "body",
    [
        "[]",
        '"x"',
        "null",
        "[" * 100_000,
        '{"first_name": "\\ud800", "title": "\\ud800", "chat_id": 1, "status": "\\ud800"}',
        '{"chat_id": 1e400, "user_id": 1e400, "text": "x", "message_id": 1, "data": "x", "times": 1e400}',
        '{"first_name": NaN, "title": NaN, "delay": NaN}',
    ],
    ids=["list", "text", "null", "deep", "half a character", "infinite", "no number"],
)
async def test_nonsense_is_refused_and_the_page_goes_on(stage: Stage, path: str, body: str) -> None:
    async with browsing(stage) as session:
        async with session.post(f"api/{path}", data=body, headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 400
            assert "error" in await answer.json()
        assert await loaded(session, "state")


async def test_half_a_character_that_a_bot_sends_does_not_break_the_page(stage: Stage) -> None:
    markup = '{"inline_keyboard": [[{"text": "\\ud800", "url": "https://a.example/"}]]}'
    body = {"chat_id": stage.chat.id, "text": "\ud800", "reply_markup": markup}
    async with browsing(stage) as session:
        async with session.post(f"{stage.url}/bot{TOKEN}/sendMessage", json=body) as answer:
            assert answer.status in {200, 400}
        assert (await loaded(session, "state"))["users"]
        assert (await loaded(session, f"chats/{stage.chat.id}"))["chat"]["id"] == stage.chat.id


async def test_a_form_of_another_site_is_refused(stage: Stage) -> None:
    async with browsing(stage) as session:
        async with session.post("api/say", data='{"chat_id": 1}', headers={"Content-Type": "text/plain"}) as answer:
            assert answer.status == 415
        async with session.post("api/say", data={"chat_id": "1"}) as answer:
            assert answer.status == 415


async def test_a_stop_ends_the_streams_at_once(stage: Stage) -> None:
    async with browsing(stage) as session, listening(session) as events:
        await stage.telegram.stop()
        with pytest.raises(EOFError):
            await events.next("message")


def test_every_word_of_the_page_has_its_chinese() -> None:
    static = {file.name: file.read_text() for file in (HERE / "static").iterdir()}
    listed = set(re.findall(r'"((?:[^"\\]|\\.)*)":\s*"', static["words.js"]))
    code = static["chat.js"] + static["render.js"]
    said = {text for call in re.findall(r"\bt\(([^;]*?)\)", code) for text in re.findall(r'"([^"]*)"', call)}
    page = (HERE / "templates" / "chat.html").read_text()
    body = page[page.index("<body>") :].partition("<noscript>")[0]
    said |= {text.strip() for text in re.findall(r">([^<>]+)<", body)}
    said |= set(re.findall(r'(?:aria-label|title|placeholder)="([^"]+)"', body))
    own_names = {"sendMessage", "sendPhoto", "sendMediaGroup", "editMessageText", "answerCallbackQuery", "getUpdates"}
    own_names |= {"English", "简体中文", "channel", "title", ""}
    assert said - listed - own_names == set()


async def test_json_that_nests_without_end_is_refused_as_telegram_does(stage: Stage) -> None:
    headers = {"Content-Type": "application/json"}
    deep = (
        {"data": "[" * 100_000, "headers": headers},
        {"json": {"chat_id": 1, "text": "x", "reply_markup": "[" * 100_000}},
    )
    async with browsing(stage) as session:
        for sent in deep:
            async with session.post(f"{stage.url}/bot{TOKEN}/sendMessage", **sent) as answer:
                assert answer.status == 400
                assert (await answer.json())["ok"] is False
