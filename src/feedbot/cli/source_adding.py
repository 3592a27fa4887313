"""`feedbot sources add`: from a pasted address to a source."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import source_options as option
from feedbot.cli.invocation import Invocation
from feedbot.cli.opening import is_there, quiet, with_settings
from feedbot.cli.output import complain, examples, print_json, print_line
from feedbot.cli.source_options import Given
from feedbot.cli.source_showing import findings_as_json, print_findings
from feedbot.errors import Refused

if TYPE_CHECKING:
    from feedbot.config import Configuration
    from feedbot.domain.source import DeclaredSource
    from feedbot.services.curating import Taken
    from feedbot.services.finding import Candidate, Findings

app = typer.Typer()
DATABASE, FILE = "database", "file"
SURE = 0.5  # from which on --yes saves without a person having chosen

_EXAMPLES = examples(
    "feedbot sources add blog.example.org",
    "feedbot sources add https://example.org/news --select list=li.news title='h3 a'",
    "feedbot sources add https://example.org/feed --id town --category Town/News --yes --to-file",
    "feedbot sources add https://example.org/members --cookie sid=env:TOWN_SESSION --yes",
)


@dataclass(frozen=True, slots=True)
class Saving:
    """Whether to ask, which candidate is meant, and where it goes: `where` is `database`, `file` or to be asked."""

    yes: bool
    pick: int | None
    where: str | None
    file: str
    as_json: bool


@app.command(epilog=_EXAMPLES)
def add(
    context: typer.Context,
    words: option.Words,
    *,
    kind: option.Type = None,
    select: option.Select = None,
    source_id: option.Id = None,
    title: option.Title = None,
    category: option.Category = None,
    timezone: option.Timezone = None,
    language: option.Language = None,
    encoding: option.Encoding = None,
    full_text: option.FullText = None,
    browser: option.Browser = None,
    pages: option.Pages = None,
    page_url: option.PageUrl = None,
    interval: option.Interval = None,
    header: option.Header = None,
    cookie: option.Cookie = None,
    auth: option.Auth = None,
    proxy: option.Proxy = None,
    yes: Annotated[bool, typer.Option("--yes", help="Save the best candidate without asking.")] = False,
    pick: Annotated[int | None, typer.Option(metavar="N", help="The candidate to save.", min=1)] = None,
    to_database: Annotated[bool, typer.Option("--to-database", help="Save it in the database.")] = False,
    to_file: Annotated[bool, typer.Option("--to-file", help="Save it in a file of config/sources/.")] = False,
    file: Annotated[str | None, typer.Option(metavar="NAME", help="That file; added.yaml if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Find what can be read at an address, show it, and save it as a source.

    Feeds, well-known platforms, JSON, sitemaps and plain lists on the page are looked for, in at most eight requests.
    Where the guess is wrong, say with --select where things are.
    """
    if to_database and (to_file or file):
        raise typer.BadParameter("Choose one of --to-database and --to-file.")
    given = option.given(
        words,
        type=kind,
        id=source_id,
        select=select,
        title=title,
        category=category,
        timezone=timezone,
        language=language,
        encoding=encoding,
        full_text=full_text,
        browser=browser,
        pages=pages,
        page_url=page_url,
        interval=interval,
        header=header,
        cookie=cookie,
        auth=auth,
        proxy=proxy,
    )
    where = DATABASE if to_database else FILE if to_file or file else None
    saving = Saving(yes, pick, where, file or "added.yaml", as_json)
    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter(
            "There is no terminal to ask on: add --yes to save the best candidate, or look with `feedbot sources test`."
        )
    _Adding(context.ensure_object(Invocation), saving).run(given)


def search(invocation: Invocation, given: Given, taken: Taken | None = None) -> Findings:
    """What there is at the address; what is being done is told on standard error."""
    from feedbot.app.composing import fetcher  # noqa: PLC0415 - not for --help
    from feedbot.services.finding import find  # noqa: PLC0415

    settings = invocation.configuration().settings
    wanted = given.wanted(settings.site)

    async def look() -> Findings:
        async with fetcher(settings) as door:
            now = datetime.now(UTC)
            zone = settings.site.timezone
            return await find(door, given.url, wanted, now=now, taken=taken, site_timezone=zone, progress=complain)

    with quiet(debug=invocation.debug, secrets=invocation.configuration().secrets()):
        return asyncio.run(look())


class _Adding:
    """One call of the command."""

    def __init__(self, invocation: Invocation, saving: Saving) -> None:
        self._invocation = invocation
        self._configuration: Configuration = invocation.configuration()
        self._saving = saving
        self._taken = self._read_taken()

    def run(self, given: Given) -> None:
        self._refuse_known(given)
        found = search(self._invocation, given, self._taken)
        chosen = self._chosen_at_once(found) if self._saving.yes else self._ask_which(found, given)
        if chosen is None:
            complain("Nothing was saved.")
            raise typer.Exit(1)
        source = chosen.source if self._saving.yes else self._ask_names(chosen.source, given)
        place = self._save(source)
        if self._saving.as_json:
            print_json({**findings_as_json(found), "saved": {"id": source.id, "place": place}})
        else:
            print_line(f"{source.id} is saved in {place}. A running feedbot reads it within seconds; `feedbot status`.")

    def _read_taken(self) -> Taken:
        """The ids and addresses that are in use, in the database (if there is one yet) and in the files."""
        from feedbot.services import curating  # noqa: PLC0415 - not for --help

        settings = self._configuration.settings
        known = with_settings(settings, curating.taken) if is_there(settings) else curating.Taken()
        return known.with_declared(self._configuration.declared_sources())

    def _refuse_known(self, given: Given) -> None:
        """Says at once, before any request, that the very address is a source already, or id or file are no good."""
        from feedbot.config import writing  # noqa: PLC0415 - not for --help
        from feedbot.services.finding import addresses_of  # noqa: PLC0415 - not for --help

        writing.checked_name(self._saving.file)
        known = next(filter(None, map(self._taken.at, addresses_of(given.url))), None)
        if known and not known.is_removed:
            raise Refused(
                f"This address is already the source {known.id} ({known.title}): look at it with "
                f"`feedbot sources test {known.id}`."
            )
        self._refuse_id(given.entry.get("id", ""))

    def _refuse_id(self, source_id: str) -> None:
        if source_id in self._taken.ids:
            raise Refused(f"There is, or was, a source with the id {source_id}: give this one another.")

    def _chosen_at_once(self, found: Findings) -> Candidate | None:
        """The candidate that `--yes` means."""
        if not self._saving.as_json or not found.candidates:
            self._show(found)
        if not found.candidates:
            return None
        number = self._saving.pick or 1
        if number > len(found.candidates):
            raise Refused(f"There is no candidate {number}: there are {len(found.candidates)}.")
        chosen = found.candidates[number - 1]
        if not self._saving.pick and chosen.confidence < SURE:
            raise Refused(
                f"The best candidate is only {chosen.confidence:.0%} sure: look at it, and save it with --pick 1, or "
                "say with --select where the articles are."
            )
        return chosen

    def _ask_which(self, found: Findings, given: Given) -> Candidate | None:
        """The candidate that a person chooses; selectors in place of a number show another preview."""
        while True:
            self._show(found)
            said = self._ask_number(found)
            if said is None:
                return None
            if said.isdigit():
                return found.candidates[int(said) - 1]
            try:
                given = given.with_select(option.selectors_typed(said.removeprefix("--select").strip()))
                found = search(self._invocation, given, self._taken)
            except (typer.BadParameter, Refused) as error:
                complain(str(error))

    def _ask_number(self, found: Findings) -> str | None:
        """A number of a candidate, or a text with selectors; None for no."""
        count = len(found.candidates)
        range_of = "" if not count else "1" if count == 1 else f"1-{count}"
        choices = ", ".join(filter(None, (range_of, "n for none", "or selectors such as list=li.news title=h3")))
        while True:
            said = ask(f"Save which one? [{choices}] ", default="1" if count else "n")
            if said.casefold() in {"n", "no", "none", "q"}:
                return None
            if "=" in said or (said.isdigit() and 1 <= int(said) <= count):
                return said
            complain(f"There is no {said!r} to choose.")

    def _ask_names(self, source: DeclaredSource, given: Given) -> DeclaredSource:
        """The source with the names that a person gives it; what was given on the command line is not asked."""
        from dataclasses import replace  # noqa: PLC0415 - not for --help

        while True:
            named = given.entry
            title = named.get("title") or ask(f"Title [{source.title}] ", default=source.title)
            source_id = named.get("id") or ask(f"Id [{source.id}] ", default=source.id)
            own = ", ".join(source.options.categories)
            said = ", ".join(named.get("categories", ())) or ask(
                f"Categories, with commas [{own or 'as each article says'}] ", default=own
            )
            categories = [part.strip() for part in said.split(",") if part.strip()]
            try:
                entry = {"id": source_id, "title": title, "url": source.url, "categories": categories}
                checked = option.checked(entry)
                self._refuse_id(checked.id)
            except (typer.BadParameter, Refused) as error:
                complain(str(error))
                given = Given(given.url)
                continue
            options = replace(source.options, categories=checked.categories)
            return replace(source, id=checked.id, title=checked.title, options=options)

    def _save(self, source: DeclaredSource) -> str:
        """Where the source stands now."""
        from feedbot.config import writing  # noqa: PLC0415 - not for --help
        from feedbot.services import curating  # noqa: PLC0415

        where = self._saving.where or (DATABASE if self._saving.yes else self._ask_where())
        curating.refuse_taken(self._taken, source)
        if where == FILE:
            site = self._configuration.settings.site
            return writing.save(self._invocation.config_directory, self._saving.file, source, site)
        now = datetime.now(UTC)
        with_settings(self._configuration.settings, lambda database: curating.add(database, source, now), make=True)
        return "the database"

    def _ask_where(self) -> str:
        while True:
            said = ask(
                f"Save it in the (d)atabase, in the (f)ile sources/{self._saving.file}, or (n)ot? [d] ", default="d"
            )
            if said.casefold() in {"d", DATABASE}:
                return DATABASE
            if said.casefold() in {"f", FILE}:
                return FILE
            if said.casefold() in {"n", "no", "not"}:
                complain("Nothing was saved.")
                raise typer.Exit(1)

    def _show(self, found: Findings) -> None:
        if self._saving.as_json:
            print_json({**findings_as_json(found), "saved": None})
        else:
            print_findings(found)


def ask(question: str, *, default: str) -> str:
    """What a person types in answer, `default` for nothing.

    Raises:
        Refused: nobody answers any more.
    """
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stderr.write("\n")
        raise Refused("Nothing was saved: nobody answers.")
    return line.strip() or default
