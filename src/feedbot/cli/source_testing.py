"""`feedbot sources test`: what a source reads like, or what could be read at an address; nothing is saved."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feedbot.cli import source_options as option
from feedbot.cli.invocation import Invocation
from feedbot.cli.opening import is_there, quiet, with_settings
from feedbot.cli.output import complain, examples, print_json, print_line
from feedbot.cli.source_adding import search
from feedbot.cli.source_options import Given
from feedbot.cli.source_showing import (
    PREVIEW,
    draft_as_json,
    findings_as_json,
    plain,
    print_article,
    print_drafts,
    print_findings,
    source_entry,
)
from feedbot.errors import FetchError, Refused

if TYPE_CHECKING:
    from feedbot.domain.source import Source
    from feedbot.services.trying import Tried
    from feedbot.storage.database import Database

app = typer.Typer()
_ID = re.compile(r"[a-z0-9-]{1,64}")

Words = Annotated[list[str], typer.Argument(metavar="URL|ID", help="An address, or the id of a source.")]


@app.command(
    "test",
    epilog=examples(
        "feedbot sources test town-hall",
        "feedbot sources test town-hall --select list=li.news title='h3 a'",
        "feedbot sources test town-hall --replay",
        "feedbot sources test https://example.org/news --json",
    ),
)
def try_out(
    context: typer.Context,
    words: Words,
    *,
    replay: Annotated[
        bool, typer.Option("--replay", help="Read the page that was kept when the last visit failed.")
    ] = False,
    kind: option.Type = None,
    select: option.Select = None,
    timezone: option.Timezone = None,
    language: option.Language = None,
    encoding: option.Encoding = None,
    full_text: option.FullText = None,
    browser: option.Browser = None,
    header: option.Header = None,
    cookie: option.Cookie = None,
    auth: option.Auth = None,
    proxy: option.Proxy = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Show what can be read at an address, or what a source of yours reads like; nothing is saved.

    Of a source the list is fetched and parsed with its options, and its first article is read from its own page.
    Options that are given stand in the place of the source's own.
    """
    given = option.given(
        words,
        type=kind,
        select=select,
        timezone=timezone,
        language=language,
        encoding=encoding,
        full_text=full_text,
        browser=browser,
        header=header,
        cookie=cookie,
        auth=auth,
        proxy=proxy,
    )
    invocation = context.ensure_object(Invocation)
    if _ID.fullmatch(given.url) and given.url != "localhost":
        _try_source(invocation, given, replay=replay, as_json=as_json)
    elif replay:
        raise typer.BadParameter("--replay needs the id of a source: of an address no page is kept.")
    else:
        _look(invocation, given, as_json=as_json)


def _look(invocation: Invocation, given: Given, *, as_json: bool) -> None:
    found = search(invocation, given)
    if as_json:
        print_json(findings_as_json(found))
    else:
        print_findings(found)
    if not found.candidates:
        raise typer.Exit(1)


def _try_source(invocation: Invocation, given: Given, *, replay: bool, as_json: bool) -> None:
    source = _source(invocation, given)
    try:
        tried = _replayed(invocation, source) if replay else _visited(invocation, source)
    except FetchError as error:
        if as_json:
            print_json({"source": source_entry(source), "ok": False, "kind": error.kind, "error": str(error)})
            raise typer.Exit(1) from None
        raise
    if as_json:
        print_json(_as_json(source, tried))
    else:
        _print(source, tried)


def _source(invocation: Invocation, given: Given) -> Source:
    """The source with the options of the files as they are now, else of the database; what is given goes first."""
    from feedbot.domain.source import Source  # noqa: PLC0415 - not for --help
    from feedbot.services import curating  # noqa: PLC0415

    configuration = invocation.configuration()
    declared = next((one for one in configuration.declared_sources() if one.id == given.url), None)
    settings = configuration.settings

    async def stored(database: Database) -> Source | None:
        async with database.read() as connection:
            from feedbot.storage import sources  # noqa: PLC0415 - as above

            found = await sources.get(connection, given.url)
        return await _with_secrets(database, found) if found and not declared else found

    known = with_settings(settings, stored) if is_there(settings) else None
    if declared:
        names = ("id", "title", "url", "type", "options", "origin", "enabled")
        said = {name: getattr(declared, name) for name in names}
        source = replace(known, **said) if known else Source(number=0, created_at=datetime.now(UTC), **said)
    elif known:
        source = known
    else:
        raise curating.unknown(given.url)
    return _with_given(source, given, invocation)


async def _with_secrets(database: Database, source: Source) -> Source:
    from feedbot.services import credentials  # noqa: PLC0415 - as above

    return await credentials.with_secrets(source, database.vault)


def _with_given(source: Source, given: Given, invocation: Invocation) -> Source:
    """The source with the options that the command line names."""
    if not given.entry:
        return source
    from feedbot.config.writing import entry_of  # noqa: PLC0415 - not for --help

    site = invocation.configuration().settings.site
    settings = option.checked({**entry_of(source, site), **given.entry})
    declared = settings.declared(site)
    return replace(source, type=declared.type, options=declared.options, etag=None, last_modified=None)


def _visited(invocation: Invocation, source: Source) -> Tried:
    from feedbot.app.composing import fetcher  # noqa: PLC0415 - not for --help
    from feedbot.services import trying  # noqa: PLC0415

    async def visit() -> Tried:
        async with fetcher(invocation.configuration().settings) as door:
            return await trying.visited(door, source, progress=complain)

    with quiet(debug=invocation.debug, secrets=invocation.configuration().secrets()):
        return asyncio.run(visit())


def _replayed(invocation: Invocation, source: Source) -> Tried:
    from feedbot.services import trying  # noqa: PLC0415 - not for --help

    settings = invocation.configuration().settings
    if not is_there(settings):
        raise Refused(f"No page of {source.id} is kept: there is no database yet.")
    return with_settings(settings, lambda database: trying.replayed(database, source))


def _print(source: Source, tried: Tried) -> None:
    if tried.kept:
        print_line(f"The page that was kept at {tried.kept.at:%Y-%m-%d %H:%M} UTC, when it was said:")
        print_line(f"   {plain(tried.kept.error_text)}")
    count = f"{tried.count} article{'s' if tried.count != 1 else ''}"
    print_line(f"{source.id} reads {plain(tried.url)} as {tried.type}: {count}.")
    if len(tried.drafts) != tried.count:
        print_line(f"   {len(tried.drafts)} of them pass include and exclude.")
    print_drafts(tried.drafts, source.options)
    if tried.article:
        print_line("The first one, read from its own page:")
        print_article(tried.article, source.options)
    elif tried.article_error:
        print_line(f"The first one could not be read from its own page: {plain(tried.article_error)}")


def _as_json(source: Source, tried: Tried) -> dict[str, Any]:
    kept = tried.kept
    article = tried.article
    return {
        "source": source_entry(source),
        "ok": True,
        "url": tried.url,
        "type": tried.type,
        "articles": tried.count,
        "wanted": len(tried.drafts),
        "first": [draft_as_json(draft, source.options) for draft in tried.drafts[:PREVIEW]],
        "article": {**draft_as_json(article, source.options), "body_html": article.body_html} if article else None,
        "article_error": tried.article_error or None,
        "replayed": {"at": kept.at.isoformat(), "error": kept.error_text} if kept else None,
    }
