"""Searching the new address of a list that is not there any more: it is proposed, and never taken by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

import structlog

from feedbot.domain.article import Draft
from feedbot.domain.source import Source, SourceOptions
from feedbot.errors import FeedbotError
from feedbot.fetching.client import Fetcher
from feedbot.fetching.urls import shown
from feedbot.services import finding
from feedbot.services.finding import Candidate, Wanted
from feedbot.storage import articles, sources
from feedbot.storage.database import Database

MAX_PLACES = 4  # pages of the site that are looked at, with at most eight requests each
PROOF = 3  # titles of stored articles, or half of a shorter list
_LEAST = 2

log = structlog.get_logger()


async def search(database: Database, fetcher: Fetcher, source: Source, now: datetime) -> str | None:
    """The new address of a source's list, stored as a proposal; None if the site shows its articles nowhere.

    Looked at are the site's home and the pages above the lost one. What has titles of stored articles is the list.
    """
    async with database.read() as connection:
        _, titles = await articles.newest_marks(connection, source.number)
    for place in places(source)[:MAX_PLACES]:
        found = await _best(fetcher, source, place, frozenset(map(_plain, titles)), now)
        if found:
            async with database.write() as connection:
                await sources.propose(connection, source.number, found)
            log.warning("new_address_found", source=source.id, url=shown(found))
            return found
    log.info("new_address_not_found", source=source.id)
    return None


def places(source: Source) -> list[str]:
    """Where the list may be linked from: the site's home, then each folder above the lost page, the nearest first."""
    parts = urlsplit(source.poll_url)
    folders = parts.path.split("/")[:-1]
    above = ["/".join(folders[:depth]) + "/" for depth in range(len(folders), 0, -1)]
    pages = [urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in above]
    lost = {source.url, source.poll_url}
    return [url for url in dict.fromkeys((source.site_url, *pages)) if url not in lost]


async def _best(fetcher: Fetcher, source: Source, place: str, titles: frozenset[str], now: datetime) -> str | None:
    """The address of the list at this place that has most of the titles, if it has enough of them."""
    options = source.options
    asked = SourceOptions(
        timezone=options.timezone,
        headers=options.headers,
        cookies=options.cookies,
        auth=options.auth,
        proxy=options.proxy,
        encoding=options.encoding,
    )
    try:
        found = await finding.find(fetcher, place, Wanted(options=asked, timezone=options.timezone), now=now)
    except FeedbotError as error:
        log.info("place_not_searched", source=source.id, url=shown(place), reason=str(error))
        return None
    lost = {source.url, source.poll_url}
    fit = [one for one in found.candidates if one.source.url not in lost and is_same_list(one.drafts, titles)]
    return max(fit, key=lambda one: _rank(one, titles)).source.url if fit else None


def is_same_list(drafts: Iterable[Draft], titles: frozenset[str]) -> bool:
    """Whether so many of the drafts bear titles of stored articles that they are from the same list."""
    listed = {_plain(draft.title) for draft in drafts} - {""}
    same = len(listed & titles)
    return same >= PROOF or (same >= _LEAST and 2 * same >= len(listed))


def _rank(candidate: Candidate, titles: frozenset[str]) -> tuple[int, float]:
    return len({_plain(draft.title) for draft in candidate.drafts} & titles), candidate.confidence


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()
