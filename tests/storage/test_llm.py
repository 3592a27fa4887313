"""Answers of a language model are kept, and counted by the day, on each engine."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.source import DeclaredSource
from feedbot.storage import articles, categories, chats, llm, sources
from feedbot.storage.database import Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def test_answers_are_kept_until_they_are_old(database: Database) -> None:
    async with database.write() as connection:
        await llm.keep(connection, "summary", {b"a": "A bridge.", b"b": ["桥", "修桥。"]}, NOW)
        await llm.keep(connection, "summary", {b"a": "Another."}, NOW + timedelta(days=2))
        assert await llm.answers(connection, [b"a", b"b", b"c"]) == {b"a": "A bridge.", b"b": ["桥", "修桥。"]}
        assert await llm.forget(connection, NOW) == 0
        assert await llm.forget(connection, NOW + timedelta(seconds=1)) == 2
        assert await llm.answers(connection, [b"a", b"b"]) == {}


async def test_a_days_budget_is_spent_once_and_is_whole_again_the_next_day(database: Database) -> None:
    async with database.write() as connection:
        granted = [await llm.take_from_budget(connection, wanted, 5, NOW) for wanted in (3, 3, 3)]
        assert granted == [3, 2, 0]
        assert await llm.take_from_budget(connection, 4, 5, NOW + timedelta(days=1)) == 4


async def test_two_that_take_from_a_budget_at_once_share_it(database: Database) -> None:
    async with database.write() as connection:
        await llm.take_from_budget(connection, 1, 5, NOW)

    async def take() -> int:
        async with database.write() as connection:
            return await llm.take_from_budget(connection, 3, 5, NOW)

    assert sorted(await asyncio.gather(take(), take(), take())) == [0, 1, 3]


async def test_an_abstract_is_stored_with_its_revision_and_goes_with_it(database: Database) -> None:
    def entry(draft: Draft, known: list[judging.Known]) -> judging.Listed:
        return judging.judge(judging.keyed([draft], "auto"), known).listed[0]

    async with database.write() as connection:
        await sources.reconcile(connection, [DeclaredSource(id="town", title="T", url="https://t.example/")], NOW)
        draft = Draft(url="https://t.example/1", title="A bridge", abstract="It is built.")
        await articles.add(connection, 1, entry(draft, []), draft, [], NOW)
        same = Draft(url="https://t.example/1", title="A bridge")
        known = await articles.known(connection, 1, judging.keyed([same], "auto"))
        await articles.revise(connection, entry(same, known), same, [], NOW)
        assert [one.abstract for one in await articles.latest(connection)] == ["It is built."]
        other = Draft(url="https://t.example/1", title="A bridge, and a tunnel")
        await articles.revise(connection, entry(other, known), other, [], NOW)
        assert [one.abstract for one in await articles.latest(connection)] == [""]


async def test_only_chats_that_follow_something_have_languages_that_matter(database: Database) -> None:
    async with database.write() as connection:
        ids = await categories.ensure(connection, ["News"])
        for chat_id, language in enumerate(("en", "zh-hans", "en", "ja"), start=1):
            await chats.upsert(connection, chat_id, kind="private", title="", language=language, now=NOW)
            if language != "ja":
                await chats.follow(connection, chat_id, category_id=ids["News"], now=NOW)
        await chats.set_state(connection, 2, "suspended", "blocked", NOW)
        assert await chats.languages(connection) == ["en"]
