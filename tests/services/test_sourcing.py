"""Reconciling on each engine: what happens to the articles of a source that is declared in another way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from feedbot.domain import categories as paths
from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services import sourcing
from feedbot.storage import articles
from feedbot.storage.database import Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOWN = DeclaredSource(id="town", title="T", url="https://t.example/", options=SourceOptions(categories=("Twon",)))


async def titles(database: Database, category: str) -> list[str]:
    async with database.read() as connection:
        return sorted(one.title for one in await articles.latest(connection, category=category))


async def test_articles_go_along_when_the_categories_of_their_source_change(database: Database) -> None:
    await sourcing.reconcile(database, [TOWN], NOW)
    async with database.write() as connection:
        for number, crumb in enumerate(("Roads", "Schools")):
            draft = Draft(url=f"https://t.example/{number}", title=crumb, category_path=("City", crumb))
            entry = judging.judge(judging.keyed([draft], "auto"), []).listed[0]
            named = paths.assign(draft.category_path, TOWN.options.categories)
            await articles.add(connection, 1, entry, draft, named, NOW)
    assert await titles(database, "Twon") == ["Roads", "Schools"]

    await sourcing.reconcile(database, [replace(TOWN, options=SourceOptions(categories=("Places/Town",)))], NOW)
    assert await titles(database, "Twon") == []
    assert await titles(database, "Places") == ["Roads", "Schools"]

    await sourcing.reconcile(database, [replace(TOWN, options=SourceOptions())], NOW)
    assert await titles(database, "Places") == []
    assert await titles(database, "City") == ["Roads", "Schools"]
    assert await titles(database, "City/Roads") == ["Roads"]


async def test_articles_go_along_when_the_rules_of_their_source_change(database: Database) -> None:
    await sourcing.reconcile(database, [TOWN], NOW)
    async with database.write() as connection:
        for number, body in enumerate(("<p>New <b>pipes</b></p>", "<p>Old roads</p>")):
            draft = Draft(url=f"https://t.example/{number}", title=f"Story {number}", body_html=body)
            entry = judging.judge(judging.keyed([draft], "auto"), []).listed[0]
            await articles.add(connection, 1, entry, draft, ("Twon",), NOW)
    rules = ({"category": "Water", "words": ["pipes"]},)
    await sourcing.reconcile(database, [replace(TOWN, options=replace(TOWN.options, category_rules=rules))], NOW)
    assert await titles(database, "Water") == ["Story 0"]
    assert await titles(database, "Twon") == ["Story 1"]
