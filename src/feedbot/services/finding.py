"""From a pasted address to sources that could be added: what is there, how sure that is, and how it would be stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from feedbot.errors import BadUrl
from feedbot.fetching.client import Fetcher
from feedbot.fetching.urls import shown
from feedbot.services import credentials
from feedbot.services.curating import Taken
from feedbot.services.found import Candidate, Findings, Miss, Wanted
from feedbot.services.searching import Search
from feedbot.sources import registry

__all__ = ["Candidate", "Findings", "Miss", "Wanted", "addresses_of", "find", "silent"]


def silent(_text: str) -> None:
    """Tells nobody how far it is."""


async def find(
    fetcher: Fetcher,
    url: str,
    wanted: Wanted,
    *,
    now: datetime,
    taken: Taken | None = None,
    site_timezone: str = "UTC",
    progress: Callable[[str], None] = silent,
) -> Findings:
    """What can be had at a pasted address, in at most 8 requests; `progress` is told each of them in a sentence.

    A bare `example.org` is tried with https, then with http.

    Raises:
        FetchError: the address itself cannot be fetched.
        Refused: there is no source type of the name that is wanted, or a secret cannot be had.
    """
    if wanted.type != "auto":
        registry.get(wanted.type)
    asked = await asyncio.to_thread(credentials.opened, wanted.options)
    search = Search(fetcher, wanted, asked, taken or Taken(), site_timezone, now, progress)
    return await search.run(addresses_of(url))


def addresses_of(text: str) -> tuple[str, ...]:
    """The addresses that a pasted text may mean, in the order in which they are tried.

    Raises:
        BadUrl: it is no web address.
    """
    pasted = text.strip().removeprefix("feed:").removeprefix("//")
    if not pasted or any(character.isspace() for character in pasted):
        raise BadUrl(f"{text!r} is no web address. Paste one such as https://example.org/news.", url="")
    if "://" in pasted:
        if urlsplit(pasted).scheme.lower() not in {"http", "https"}:
            raise BadUrl(f"{shown(pasted)!r} is no web address: it begins with neither http nor https.", url="")
        return (pasted,)
    return (f"https://{pasted}", f"http://{pasted}")
