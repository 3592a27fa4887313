"""The same story from several sources is told once: new articles find those that others had before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from feedbot.domain.article import Draft
from feedbot.domain.identity import address_key, url_key
from feedbot.domain.stories import Print, address_band, is_same_story, print_of
from feedbot.sources.html import to_text
from feedbot.storage import stories
from feedbot.storage.database import Connection

WINDOW = timedelta(days=4)  # later, the same words are a reminder or a repeat, and news again


async def prints(contents: Mapping[bytes, Draft]) -> dict[bytes, Print]:
    """What is compared of each article, by key: made in a thread, before a transaction is opened."""
    return await asyncio.to_thread(lambda: {key: _print(draft) for key, draft in contents.items()})


async def find_story(connection: Connection, article_id: int, mine: Print, now: datetime) -> bool:
    """Whether the article that was just stored is a story that another source had; it is stored as such.

    Must run in the transaction that stores the article, before its deliveries are made.
    """
    since = now - WINDOW
    story = await stories.at_address(connection, article_id, mine.canonical_key, since)
    if story is None:
        likely = await stories.candidates(connection, article_id, mine.bands, since)
        story = await asyncio.to_thread(_first_alike, mine, likely) if likely else None
    addresses = (address_band(mine.canonical_key),) if mine.canonical_key else ()
    await stories.join(connection, article_id, (*mine.bands, *addresses), story)
    return story is not None


def _first_alike(mine: Print, likely: list[stories.Candidate]) -> stories.Candidate | None:
    return next((one for one in likely if is_same_story(mine, _candidate_print(one))), None)


def _candidate_print(candidate: stories.Candidate) -> Print:
    return print_of(candidate.title, to_text(candidate.body_html) or candidate.summary)


def _print(draft: Draft) -> Print:
    made = print_of(draft.title, to_text(draft.body_html) or draft.summary)
    canonical_key = address_key(draft.canonical_url)
    return made if canonical_key == url_key(draft) else replace(made, canonical_key=canonical_key)
