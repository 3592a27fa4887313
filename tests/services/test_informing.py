"""Admins are told once, in their own chats and languages, what waits for their word."""

from __future__ import annotations

from datetime import UTC, datetime

from feedbot.domain.article import Draft
from feedbot.domain.source import DeclaredSource
from feedbot.services import informing
from feedbot.storage import held, sources
from feedbot.storage.database import Database
from feedbot.storage.held import Held
from services.delivery_rig import Rig, rig

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STATE = {"since": NOW.isoformat(), "found": 7, "known": 1, "before": 20, "arrivals": 0}


async def hold(town: Rig, count: int = 7) -> None:
    """A source of which so many articles are held."""
    async with town.database.write() as connection:
        await sources.reconcile(
            connection, [DeclaredSource(id="hall", title="Town <hall>", url="https://t.example/")], NOW
        )
        drafts = [Draft(url=f"https://t.example/{number}", title=f"Tale {number} & more") for number in range(count)]
        await held.put(connection, 1, [Held(draft.url.encode(), draft, draft, NOW) for draft in drafts])
        await sources.set_redesign(connection, 1, STATE)


async def test_every_admin_with_a_private_chat_is_told_once_with_a_preview(sqlite: Database) -> None:
    async with rig(sqlite) as town:
        ann, wang = await town.person("Ann"), await town.person("Wang", language="zh_CN")
        stranger, group = await town.person("Eve"), await town.group()
        await hold(town)
        admins = {ann, wang, group, 424242}
        assert await informing.tell(sqlite, town.sender, admins, NOW) == 1
        assert await informing.tell(sqlite, town.sender, admins, NOW) == 0
        [said] = town.texts(ann)
        [chinese] = town.texts(wang)
        assert town.texts(stranger) == town.texts(group) == []
    assert said.split("\n") == [
        "⚠️ Town <hall>",
        (
            "Its list changed beyond recognition: of 20 articles that it had, 1 are still there. "
            "What is there now is held back until you have looked at it:"
        ),
        *(f"• Tale {number} & more" for number in (6, 5, 4, 3, 2)),
        "... and 2 more",
        "",
        "If these are its articles:",
        "feedbot sources approve hall",
        "If not:",
        "feedbot sources approve hall --reject",
    ]
    assert "完全变了样" in chinese


async def test_nobody_is_marked_as_told_while_no_admin_can_be_reached(sqlite: Database) -> None:
    async with rig(sqlite) as town:
        await hold(town)
        assert await informing.tell(sqlite, town.sender, {424242}, NOW) == 0
        ann = await town.person("Ann")
        assert await informing.tell(sqlite, town.sender, {ann}, NOW) == 1


async def test_a_new_address_is_told_once_and_another_one_again(sqlite: Database) -> None:
    async with rig(sqlite) as town:
        ann = await town.person("Ann")
        await hold(town)
        await informing.tell(sqlite, town.sender, {ann}, NOW)
        for url in ("https://t.example/new", "https://t.example/new", "https://t.example/newer"):
            async with sqlite.write() as connection:
                await sources.propose(connection, 1, url)
            await informing.tell(sqlite, town.sender, {ann}, NOW)
        texts = [text.split("\n")[2] for text in town.texts(ann)[1:]]
    assert texts == ["https://t.example/new", "https://t.example/newer"]
