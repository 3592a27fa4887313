"""A person at the chat page, in a real browser: types, presses a button, sees messages arrive."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiogram.types import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup
from playwright.async_api import Page, async_playwright, expect

from sandbox.stage import Stage

CHROMIUM = os.environ.get("FEEDBOT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="城事资讯", callback_data="c:1")]])
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="no Chromium: install the package chromium, or name its program in FEEDBOT_CHROMIUM",
)  # fmt: skip


@pytest.fixture
async def page(stage: Stage, tmp_path: Path) -> AsyncIterator[Page]:
    """The chat page; whatever it complains about fails the test."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=FLAGS, viewport={"width": 1200, "height": 800},
        )  # fmt: skip
        page = context.pages[0]
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if "Content Security" in told.text else None)
        await page.goto(f"{stage.url}/")
        yield page
        await context.close()
    assert complaints == []


async def echo(stage: Stage) -> None:
    """A bot that greets with a button and answers its press."""
    offset = 0
    while True:
        for update in await stage.bot.get_updates(offset=offset, timeout=20):
            offset = update.update_id + 1
            if update.callback_query:
                text = f"Chosen: {update.callback_query.data}"
                await stage.bot.answer_callback_query(update.callback_query.id, text=text)
            elif update.message:
                text = f"<b>Hello</b> to {update.message.text}"
                await stage.bot.send_message(update.message.chat.id, text, parse_mode="HTML", reply_markup=KEYBOARD)


async def test_typing_pressing_and_messages_that_arrive(stage: Stage, page: Page) -> None:
    await stage.bot.set_my_commands(
        [BotCommand(command="categories", description="Choose"), BotCommand(command="help", description="Help")]
    )
    answering = asyncio.create_task(echo(stage))
    try:
        await page.get_by_role("button", name="Start").click()
        await expect(page.locator(".message.mine .words")).to_have_text("/start")
        await expect(page.locator(".message.theirs .words strong")).to_have_text("Hello")

        await page.get_by_role("button", name="城事资讯").click()
        await expect(page.locator("#toast")).to_have_text("Chosen: c:1")

        box = page.get_by_label("Message", exact=True)
        await box.fill("/c")
        await expect(page.locator("#suggestions").get_by_role("option")).to_have_text(["/categoriesChoose"])
        await box.press("ArrowDown")
        await box.press("Enter")
        await expect(page.locator(".message.mine .words").last).to_have_text("/categories")
    finally:
        answering.cancel()
        with suppress(asyncio.CancelledError):
            await answering


async def test_markup_of_a_message_is_never_the_pages(stage: Stage, page: Page) -> None:
    evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    stage.telegram.say(stage.chat.id, stage.person.id, evil)
    sent = await stage.bot.send_message(
        stage.chat.id, "<a href='tg://resolve?domain=x'>a</a><b><i>b</i></b><pre>c</pre>", parse_mode="HTML"
    )
    await expect(page.locator(".message.mine .words")).to_have_text(evil)
    await expect(page.locator(".message.mine img, .message script")).to_have_count(0)
    await expect(page.locator(".message.theirs b, .message.theirs strong em, .message.theirs pre code")).to_have_count(
        2
    )
    await stage.bot.edit_message_text("changed", chat_id=stage.chat.id, message_id=sent.message_id)
    await expect(page.locator(".message.theirs .words")).to_have_text("changed")
    await stage.bot.delete_message(stage.chat.id, sent.message_id)
    await expect(page.locator(".message.theirs")).to_have_count(0)


async def test_blocking_and_unread_counts_are_seen(stage: Stage, page: Page) -> None:
    stage.telegram.say(stage.chat.id, stage.person.id, "hello")
    await page.locator(f'[data-chat="{stage.chat.id}"]').click()
    await page.get_by_role("button", name="Block").click()
    await expect(page.locator(".service span").last).to_have_text("The bot was blocked")
    await expect(page.get_by_role("button", name="Unblock")).to_be_visible()
    channel = stage.telegram.channel("Wire", [stage.person])
    await stage.bot.send_message(channel.id, "one")
    await stage.bot.send_message(channel.id, "two")
    await expect(page.locator(f'[data-chat="{channel.id}"] .badge')).to_have_text("2")
    await page.locator(f'[data-chat="{channel.id}"]').click()
    await expect(page.locator(".message .words")).to_have_text(["one", "two"])
    await expect(page.locator(f'[data-chat="{channel.id}"] .badge')).to_have_count(0)


async def test_a_page_that_lost_its_stream_comes_back_without_a_reload(stage: Stage, page: Page) -> None:
    stage.telegram.say(stage.chat.id, stage.person.id, "before")
    await expect(page.locator(".message .words")).to_have_text(["before"])
    await stage.telegram.stop()
    await stage.bot.send_message(stage.chat.id, "meanwhile")
    await stage.telegram.start()
    await expect(page.locator(".message .words")).to_have_text(["before", "meanwhile"])
    await stage.bot.send_message(stage.chat.id, "after")
    await expect(page.locator(".message .words")).to_have_text(["before", "meanwhile", "after"])


async def test_the_page_speaks_chinese_to_chinese_readers(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.url}/?lang=zh-CN")
    await expect(page.get_by_role("button", name="开始")).to_be_visible()
    stage.telegram.say(stage.chat.id, stage.person.id, "Block")
    await expect(page.get_by_role("button", name="屏蔽")).to_be_visible()
    await expect(page.get_by_placeholder("消息")).to_be_visible()
    await expect(page.locator(".message .words")).to_have_text("Block")


async def test_a_link_of_the_site_presses_start_with_its_payload_once(stage: Stage, page: Page) -> None:
    await page.goto(f"{stage.url}/?start=c5")
    await expect(page.locator("#messages")).to_contain_text("/start c5")
    await page.reload()
    await expect(page.locator("#messages")).to_contain_text("/start c5")
    said = [one["text"] for one in stage.telegram.messages(stage.chat.id) if one.get("text", "").startswith("/start")]
    assert said == ["/start c5"]
