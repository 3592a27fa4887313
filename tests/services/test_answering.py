"""Answers within the limits of their chat: who is quick is answered, who is too quick costs nobody anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from feedbot.domain.pacing import Limits, Rate
from feedbot.errors import FloodWait
from feedbot.render.messages import Message
from feedbot.sandbox.server import Injected
from feedbot.services.answering import MOST_WAITING
from feedbot.storage.database import Database
from services.delivery_rig import Rig, rig

TWO_AT_ONCE = Limits(chat=Rate(2, 0.2))


@pytest.fixture
async def town(sqlite: Database) -> AsyncIterator[Rig]:
    async with rig(sqlite) as made:
        yield made


async def answer(town: Rig, chat_id: int, count: int) -> list[int | BaseException]:
    """Sends that many answers at the same time; what became of each."""
    sends = (town.sender.send(chat_id, Message(f"Answer {number}")) for number in range(count))
    return await asyncio.gather(*sends, return_exceptions=True)


async def test_quick_questions_are_all_answered_as_fast_as_the_chat_may_be_written_to(town: Rig) -> None:
    chat = await town.person()
    town.deliverer(limits=TWO_AT_ONCE)
    began = asyncio.get_running_loop().time()

    await answer(town, chat, MOST_WAITING)

    assert len(town.texts(chat)) == MOST_WAITING
    assert asyncio.get_running_loop().time() - began >= 0.4  # two at once, two later, one later still


async def test_a_hundred_questions_at_once_are_answered_in_part_and_hold_up_no_other_chat(town: Rig) -> None:
    spammer, other = await town.person("Spammer"), await town.person("Other")
    town.deliverer(limits=Limits(chat=Rate(2, 0.5)))

    flood = asyncio.create_task(answer(town, spammer, 100))
    await asyncio.sleep(0)
    await asyncio.wait_for(town.sender.send(other, Message("Hello")), 0.4)
    became = await flood

    refused = [one for one in became if isinstance(one, FloodWait)]
    assert len(refused) + len(town.texts(spammer)) == 100
    assert MOST_WAITING <= len(town.texts(spammer)) <= MOST_WAITING + 2


async def test_a_flood_limit_that_an_answer_meets_holds_for_deliveries_too(town: Rig) -> None:
    chat = await town.person()
    deliverer = town.deliverer()
    town.sandbox.inject(chat, "sendMessage", Injected(429, "Too Many Requests: retry after 60", retry_after=60))

    assert [type(one) for one in await answer(town, chat, 1)] == [FloodWait]

    await town.publish("Bridge opened")
    await town.deliver(deliverer)
    assert await town.states(chat) == ["pending"]
    assert [type(one) for one in await answer(town, chat, 1)] == [FloodWait]  # at once, without asking Telegram
