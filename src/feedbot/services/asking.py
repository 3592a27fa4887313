"""Asking for one page of a source, with all that its options say of how it is asked."""

from __future__ import annotations

from feedbot.domain.source import SourceOptions
from feedbot.fetching.carrying import Carried
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import NO_VALIDATORS, Fetched, Validators


async def ask(
    fetcher: Fetcher,
    url: str,
    options: SourceOptions,
    *,
    source_url: str,
    validators: Validators = NO_VALIDATORS,
    is_page: bool = False,
) -> Fetched:
    """The document at `url`, asked for with the source's headers, cookies, password and proxy.

    What could be a secret goes to the site of `source_url` only; the secrets are those themselves, see `credentials`.
    `is_page` says that it is a page made for people: robots.txt has its say.

    Raises:
        FetchError: as `Fetcher.fetch` does.
    """
    auth = (options.auth.get("username", ""), options.auth.get("password", "")) if options.auth else None
    carried = Carried(options.headers, options.cookies, auth, options.proxy).for_page_of(source_url, url)
    return await fetcher.fetch(
        url,
        validators=validators,
        headers=carried.headers,
        cookies=carried.cookies,
        auth=carried.auth,
        proxy=carried.proxy,
        is_page=is_page,
    )
