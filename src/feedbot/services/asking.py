"""Asking for one page of a source, with all that its options say of how it is asked."""

from __future__ import annotations

from feedbot.domain.source import Source, SourceOptions
from feedbot.fetching.carrying import Carried
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import NO_VALIDATORS, Fetched, Validators
from feedbot.services.parsing import in_parser_thread
from feedbot.sources.shell import is_empty_shell
from feedbot.sources.spec import Page

# Types whose lists are made for programs. Those of all others, plug-ins included, are pages: robots.txt has its say.
_FOR_PROGRAMS = frozenset({"feed", "json", "sitemap", "wordpress"})


async def ask_for_list(
    fetcher: Fetcher, source: Source, url: str | None = None, *, validators: Validators = NO_VALIDATORS
) -> Fetched:
    """The source's own page, or another page `url` of its list.

    Raises:
        FetchError: as `Fetcher.fetch` does.
    """
    kind = source.detected_type if source.type == "auto" else source.type
    asked, home = url or source.poll_url, source.poll_url
    is_page = kind is not None and is_for_people(kind)
    if source.options.browser == "always":
        return await render(fetcher, asked, source.options, source_url=home)
    return await ask(fetcher, asked, source.options, source_url=home, validators=validators, is_page=is_page)


async def ask_for_article(fetcher: Fetcher, source: Source, url: str) -> Fetched:
    """A page of an article that the source lists, read with a browser where it has to be and there is one.

    Raises:
        FetchError: as `Fetcher.fetch` does.
    """
    options, home = source.options, source.poll_url
    if options.browser == "always":
        return await render(fetcher, url, options, source_url=home)
    fetched = await ask(fetcher, url, options, source_url=home, is_page=True)
    may_render = options.browser == "auto" and fetcher.why_no_browser() is None
    if may_render and await in_parser_thread(is_empty_shell, as_page(fetched)):
        return await render(fetcher, url, options, source_url=home, document=fetched)
    return fetched


async def render_if_shell(fetcher: Fetcher, source: Source, fetched: Fetched) -> Fetched | None:
    """A list page in which nothing was found, read with a browser; None if that would not help or is not wanted.

    Raises:
        FetchError: as `Fetcher.render` does: BrowserFailed, with the remedy, where there is no browser.
    """
    if source.options.browser != "auto" or not await in_parser_thread(is_empty_shell, as_page(fetched)):
        return None
    return await render(fetcher, fetched.url, source.options, source_url=source.poll_url, document=fetched)


def is_for_people(source_type: str) -> bool:
    """Whether the lists of that type are pages made for people, and robots.txt has its say."""
    return source_type not in _FOR_PROGRAMS


def as_page(fetched: Fetched) -> Page:
    """What was fetched, as the parsers take it."""
    return Page(fetched.body, fetched.final_url, fetched.mime_type, fetched.charset)


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
    carried = _carried(options, source_url, url)
    return await fetcher.fetch(
        url,
        validators=validators,
        headers=carried.headers,
        cookies=carried.cookies,
        auth=carried.auth,
        proxy=carried.proxy,
        is_page=is_page,
    )


async def render(
    fetcher: Fetcher, url: str, options: SourceOptions, *, source_url: str, document: Fetched | None = None
) -> Fetched:
    """The page at `url` as its scripts make it, asked for like `ask` does; `document` is the page without them.

    Raises:
        FetchError: as `Fetcher.render` does.
    """
    carried = _carried(options, source_url, url)
    return await fetcher.render(
        url,
        document=document,
        headers=carried.headers,
        cookies=carried.cookies,
        auth=carried.auth,
        proxy=carried.proxy,
    )


def _carried(options: SourceOptions, source_url: str, url: str) -> Carried:
    auth = (options.auth.get("username", ""), options.auth.get("password", "")) if options.auth else None
    return Carried(options.headers, options.cookies, auth, options.proxy).for_page_of(source_url, url)
