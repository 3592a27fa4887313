"""Storing what a list said: articles, revisions, and a delivery for each chat that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

from feedbot.domain import judging
from feedbot.domain.article import Draft
from feedbot.domain.source import Source
from feedbot.domain.stories import Print
from feedbot.services import categorising
from feedbot.services.telling_once import find_story
from feedbot.storage import articles, deliveries, stories
from feedbot.storage.database import Connection


@dataclass(frozen=True, slots=True)
class Stored:
    """How many articles were new, changed, and neither."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


async def store_articles(
    connection: Connection,
    source: Source,
    judgement: judging.Judgement,
    contents: Mapping[bytes, Draft],
    *,
    prints: Mapping[bytes, Print] = MappingProxyType({}),
    now: datetime,
    due_at: datetime,
) -> Stored:
    """Stores the articles of a judged list of which `contents` (by key) has news, with their deliveries.

    New articles of which there is a print are compared with those of other sources: one story is told once.
    Must run in the transaction that stores what the poll taught of its source.
    """
    made: dict[str | None, list[int]] = {}
    repeats: list[int] = []
    changed = 0
    if prints:
        await stories.one_at_a_time(connection)
    # Oldest first, so that ids and messages follow the order in which the stories came out.
    for entry in _oldest_first(judgement.listed):
        content = contents.get(entry.key)
        if content is None:
            continue
        named = categorising.categories_of(content, source.options)
        if entry.known:
            changed += await articles.revise(connection, entry, content, named, now)
            continue
        article_id = await articles.add(connection, source.number, entry, content, named, now)
        if article_id is not None:
            # Only its own page says when an article of a sitemap came out.
            dated = replace(entry, draft=content)
            why = judging.silence_reason(dated, judgement, source.baseline_at, source.last_success_at)
            if entry.key in prints and await find_story(connection, article_id, prints[entry.key], now) and not why:
                repeats.append(article_id)
            made.setdefault(why, []).append(article_id)
    await _owe(connection, made, repeats, now=now, due_at=due_at)
    await articles.mark_seen(connection, (entry.known for entry in judgement.listed if entry.known), now)
    new = sum(map(len, made.values()))
    return Stored(new, changed, len(judgement.listed) - new - changed)


async def _owe(
    connection: Connection,
    made: Mapping[str | None, Sequence[int]],
    repeats: Sequence[int],
    *,
    now: datetime,
    due_at: datetime,
) -> None:
    """Makes the deliveries of new articles, by the reason for silence; of a story that was told, none stays open."""
    owed = 0
    for reason, ids in made.items():
        owed += await deliveries.fan_out(connection, ids, reason=reason, now=now, due_at=due_at)
    if owed:
        await stories.skip_told(connection, repeats)


def _oldest_first(listed: Sequence[judging.Listed]) -> list[judging.Listed]:
    newest_last = list(reversed(listed))
    if all(entry.draft.published for entry in newest_last):
        newest_last.sort(key=_published)
    return newest_last


def _published(entry: judging.Listed) -> datetime:
    return entry.draft.published or datetime.min.replace(tzinfo=UTC)
