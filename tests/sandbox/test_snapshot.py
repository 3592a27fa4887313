"""Chats and messages come back after a stop, and after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from aiogram.types import BotCommand, BufferedInputFile

from feedbot.sandbox.demo import seed_demo
from feedbot.sandbox.server import SandboxTelegram
from sandbox.stage import opened, until
from sandbox.test_api import png

SCRIPT = """
import asyncio, sys
from pathlib import Path
from feedbot.sandbox.demo import seed_demo
from feedbot.sandbox.server import SandboxTelegram

async def main() -> None:
    telegram = SandboxTelegram(state_file=Path(sys.argv[1]))
    await telegram.start()
    chat_id = seed_demo(telegram, "zh-CN")
    for number in range(1000):
        telegram.say(chat_id, chat_id, f"message {number}")
        await asyncio.sleep(0.005)

asyncio.run(main())
"""


async def test_everything_comes_back_after_a_stop(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "sandbox.json"
    async with opened(state_file=state) as stage:
        forum = stage.telegram.group("F", [], [stage.person], is_forum=True)
        topic = stage.telegram.open_topic(forum.id, "T")
        stage.telegram.close_topic(forum.id, topic)
        await stage.bot.set_my_commands([BotCommand(command="a", description="A")])
        photo = await stage.bot.send_photo(stage.chat.id, BufferedInputFile(png(2, 2), "a.png"), caption="😀")
        stage.telegram.say(stage.chat.id, stage.person.id, "not fetched yet")
        stage.telegram.block(stage.chat.id)
        before = {chat.id: stage.telegram.messages(chat.id) for chat in stage.telegram.chats}
    async with opened(state_file=state) as again:
        assert {chat.id: again.telegram.messages(chat.id) for chat in again.telegram.chats} == before
        assert again.chat.blocked
        assert [(one.name, one.closed) for one in again.telegram.chats[1].topics.values()] == [("T", True)]
        assert [one.command for one in await again.bot.get_my_commands()] == ["a"]
        assert photo.photo is not None
        loaded = await again.bot.download(photo.photo[0])
        assert loaded is not None
        assert loaded.read() == png(2, 2)
        updates = await again.bot.get_updates()
        assert "not fetched yet" in [update.message.text for update in updates if update.message]
        said = again.telegram.say(again.chat.id, again.person.id, "next")
        assert said["message_id"] == before[again.chat.id][-1]["message_id"] + 1


async def test_a_new_token_of_the_same_account_goes_on_where_the_old_one_was(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.json"
    async with opened(state_file=state) as stage:
        sent = await stage.bot.send_message(stage.chat.id, "before")
        stage.telegram.say(stage.chat.id, stage.person.id, "waiting")
    async with opened(state_file=state, token="4242:New", bot_token="4242:New") as again:
        assert [bot.user.username for bot in again.telegram.bots] == ["feedbot_sandbox_bot"]
        updates = await again.bot.get_updates()
        assert [update.message.text for update in updates if update.message] == ["waiting"]
        assert await again.bot.edit_message_text("after", chat_id=again.chat.id, message_id=sent.message_id)


async def test_a_kill_loses_no_chat_and_no_id_is_used_twice(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.json"
    with subprocess.Popen([sys.executable, "-c", SCRIPT, str(state)]) as process:  # noqa: ASYNC220 - started once, killed at once
        await until(lambda: state.exists() and b"message 30" in state.read_bytes(), 20)
        os.kill(process.pid, signal.SIGKILL)
    telegram = SandboxTelegram(state_file=state)
    await telegram.start()
    chat_id = seed_demo(telegram, "zh-CN")
    kept = telegram.messages(chat_id)
    assert [message["text"] for message in kept] == [f"message {number}" for number in range(len(kept))]
    assert len(kept) > 30
    assert telegram.say(chat_id, chat_id, "x")["message_id"] > 1000
    await telegram.stop()


async def test_a_damaged_file_is_put_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    state = tmp_path / "sandbox.json"
    state.write_text('{"format": 1, "users": [')
    telegram = SandboxTelegram(state_file=state)
    await telegram.start()
    assert telegram.chats == []
    assert "sandbox.json.damaged, and the sandbox begins anew" in caplog.text
    await telegram.stop()
    assert json.loads(state.read_text())["users"] == []


async def test_the_demo_has_one_person_and_makes_no_second_one() -> None:
    telegram = SandboxTelegram()
    chat_id = seed_demo(telegram, "zh-CN")
    assert seed_demo(telegram, "en") == chat_id
    assert [(user.first_name, user.language_code) for user in telegram.users] == [("你", "zh-CN")]
