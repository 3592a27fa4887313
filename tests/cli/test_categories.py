"""`feedbot categories` lists, moves and merges, and asks before it does."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Protocol

import pytest

from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services import sourcing
from feedbot.storage import articles
from feedbot.storage.database import Database
from feedbot.storage.upgrading import upgrade

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Ended(Protocol):
    """How a command ended."""

    code: int
    out: str
    err: str


class Feedbot(Protocol):
    """Runs a command."""

    def __call__(self, *arguments: str) -> Ended: ...


@pytest.fixture
def filled(directory: object) -> None:  # noqa: ARG001
    async def fill() -> None:
        database = Database("sqlite:///var/feedbot.db")
        await upgrade(database)
        options = SourceOptions(categories=("Twon/Water",))
        await sourcing.reconcile(
            database, [DeclaredSource(id="town", title="T", url="https://t.example/", options=options)], NOW
        )
        draft = Draft(url="https://t.example/1", title="A story")
        entry = judging.judge(judging.keyed([draft], "auto"), []).listed[0]
        async with database.write() as connection:
            await articles.add(connection, 1, entry, draft, ["Twon/Water"], NOW)
        await database.close()

    asyncio.run(fill())


@pytest.mark.usefixtures("filled")
def test_the_tree_is_shown_with_its_numbers(feedbot: Feedbot) -> None:
    lines = [line.split() for line in feedbot("categories", "list").out.splitlines()]
    assert lines == [
        ["CATEGORY", "ARTICLES", "FOLLOWED", "BY", "PATH"],
        ["Twon", "1", "0", "Twon"],
        ["Water", "1", "0", "Twon/Water"],
    ]
    assert json.loads(feedbot("categories", "list", "--json").out)[1] == {
        "id": 2,
        "path": "Twon/Water",
        "name": "Water",
        "articles": 1,
        "followers": 0,
    }


@pytest.mark.usefixtures("filled")
def test_a_move_says_what_went_along_and_who_still_says_the_old_name(feedbot: Feedbot) -> None:
    ended = feedbot("categories", "move", "--yes", "Twon", "Places/Town")
    assert ended.code == 0
    assert ended.out == (
        "Twon is now Places/Town: 1 article and 0 followers went along.\n"
        "Still declared under the old name, which goes on meaning the new one: town.\n"
    )
    assert "Places/Town/Water" in feedbot("categories", "list").out
    assert feedbot("feed", "category/Twon/Water").out == feedbot("feed", "category/Places/Town/Water").out


@pytest.mark.usefixtures("filled")
def test_without_anybody_to_ask_nothing_is_done(feedbot: Feedbot) -> None:
    ended = feedbot("categories", "merge", "Twon/Water", "Twon")
    assert (ended.code, ended.err) == (
        1,
        "feedbot: Nothing was done: there is nobody to ask. Add --yes to do it without asking.\n",
    )
    assert "Twon/Water" in feedbot("categories", "list").out


@pytest.mark.usefixtures("filled")
def test_what_cannot_be_done_is_said_before_anybody_is_asked(feedbot: Feedbot) -> None:
    ended = feedbot("categories", "move", "Nowhere", "Town")
    assert ended.code == 1
    assert "`feedbot categories list` shows those that there are" in ended.err
