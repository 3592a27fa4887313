"""Asking for one page of a source, with all that its options say of how it is asked."""

from __future__ import annotations

from feedbot.domain.source import Source, SourceOptions
from feedbot.fetching.carrying import Carried
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import NO_VALIDATORS, Fetched, Validators

# Types whose lists are pages made for people, and not for programs: robots.txt has its say.
_PAGES = frozenset({"page", "discuz"})


async def ask_for_list(
    fetcher: Fetcher, source: Source, url: str | None = None, *, validators: Validators = NO_VALIDATORS
) -> Fetched:
    """The source's own page, or another page `url` of its list.

    Raises:
        FetchError: as `Fetcher.fetch` does.
    """
    kind = source.detected_type if source.type == "auto" else source.type
    asked, home = url or source.poll_url, source.poll_url
    return await ask(fetcher, asked, source.options, source_url=home, validators=validators, is_page=kind in _PAGES)


async def ask_for_article(fetcher: Fetcher, source: Source, url: str) -> Fetched:
    """A page of an article that the source lists.

    Raises:
        FetchError: as `Fetcher.fetch` does.
    """
    return await ask(fetcher, url, source.options, source_url=source.poll_url, is_page=True)


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
