"""What a command says of a source: options of the command line become those of a file, checked as there."""

from __future__ import annotations

import getpass
import re
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feedbot.domain.credentials import split_userinfo
from feedbot.errors import Refused

if TYPE_CHECKING:
    from feedbot.config.sources import SourceSettings
    from feedbot.services.finding import Wanted
    from feedbot.settings import Site

_HOW = "How it is read"
_ASKED = "How it is asked"
_NAMED = "What it is called"
_SELECTOR = re.compile(r"([a-z_]+)=(.+)", re.DOTALL)

Words = Annotated[list[str], typer.Argument(metavar="URL", help="The address of a site, a page or a feed.")]
Type = Annotated[
    str | None, typer.Option("--type", metavar="TYPE", help="Read it as this type alone.", rich_help_panel=_HOW)
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=SELECTOR ...",
        help="Where things are, such as list='li.news' title=h3; several may follow.",
        rich_help_panel=_HOW,
    ),
]
Timezone = Annotated[
    str | None, typer.Option(metavar="ZONE", help="The zone of dates that name none.", rich_help_panel=_HOW)
]
Language = Annotated[
    str | None, typer.Option(metavar="TAG", help="The language of its articles.", rich_help_panel=_HOW)
]
Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", help="The text encoding, where pages lie.", rich_help_panel=_HOW)
]
FullText = Annotated[
    str | None,
    typer.Option("--full-text", metavar="WHEN", help="auto, always or never.", rich_help_panel=_HOW),
]
Browser = Annotated[str | None, typer.Option(metavar="WHEN", help="auto, always or never.", rich_help_panel=_HOW)]
Pages = Annotated[
    int | None, typer.Option(metavar="N", help="How many pages of the list come first.", rich_help_panel=_HOW)
]
PageUrl = Annotated[
    str | None,
    typer.Option("--page-url", metavar="URL", help="Their address, with {page} in it.", rich_help_panel=_HOW),
]
Interval = Annotated[
    str | None, typer.Option(metavar="TIME", help="The time between two visits: 30m, 2h.", rich_help_panel=_ASKED)
]
Header = Annotated[
    list[str] | None,
    typer.Option(metavar="'NAME: VALUE'", help="Send this header; VALUE may be env:NAME.", rich_help_panel=_ASKED),
]
Cookie = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="Send this cookie; VALUE may be env:NAME.", rich_help_panel=_ASKED),
]
Auth = Annotated[
    str | None,
    typer.Option(
        metavar="USER[:PASSWORD]",
        help="Basic authentication; PASSWORD may be env:NAME or file:PATH. Alone, USER is asked for it.",
        rich_help_panel=_ASKED,
    ),
]
Proxy = Annotated[str | None, typer.Option(metavar="URL", help="Fetch it through this proxy.", rich_help_panel=_ASKED)]
Id = Annotated[str | None, typer.Option("--id", metavar="ID", help="Its lasting name.", rich_help_panel=_NAMED)]
Title = Annotated[str | None, typer.Option(metavar="TEXT", help="What readers see.", rich_help_panel=_NAMED)]
Category = Annotated[
    list[str] | None,
    typer.Option(metavar="PATH", help="Where its articles go; may be given again.", rich_help_panel=_NAMED),
]


@dataclass(frozen=True, slots=True)
class Given:
    """The address of a command, and the options that it names, as a file would have them."""

    url: str
    entry: Mapping[str, Any] = field(default_factory=dict)

    def with_select(self, select: Mapping[str, str]) -> Given:
        """The same with these selectors in place of those that were given."""
        return Given(self.url, {**self.entry, "select": dict(select)})

    def named(self, **more: Any) -> Given:
        """The same with more options."""
        return Given(self.url, {**self.entry, **more})

    def wanted(self, site: Site) -> Wanted:
        """What the search is told.

        Raises:
            typer.BadParameter: an option is wrong; the text says how.
        """
        from feedbot.services.finding import Wanted  # noqa: PLC0415 - not for --help

        entry = self.entry
        settings = checked({"id": "x", "title": "x", "url": "https://x.example/", **entry})
        return Wanted(
            id=entry.get("id", ""),
            title=entry.get("title", ""),
            type=settings.type,
            timezone=settings.timezone,
            categories=settings.categories if "categories" in entry else None,
            options=_with_own_language(settings, site),
        )


def given(words: Sequence[str], **options: Any) -> Given:
    """The words and options of a command.

    Raises:
        typer.BadParameter: one of them is not written as it must be.
    """
    addresses = [word for word in words if not _SELECTOR.fullmatch(word)]
    if len(addresses) != 1:
        raise typer.BadParameter("Give one address, and selectors as KEY=SELECTOR.", param_hint="URL")
    selectors = [*(options.pop("select") or ()), *(word for word in words if word not in addresses)]
    named = {key: value for key, value in options.items() if value is not None}
    entry: dict[str, Any] = {}
    if selectors:
        entry["select"] = selectors_of(selectors)
    for name, read in (("header", _header), ("cookie", _cookie)):
        if name in named:
            entry[f"{name}s"] = dict(map(read, named.pop(name)))
    if "auth" in named:
        entry["auth"] = _auth(named.pop("auth"))
    if "category" in named:
        entry["categories"] = named.pop("category")
    url, username, password = split_userinfo(addresses[0])
    if username and "auth" not in entry:
        entry["auth"] = {"username": username, "password": password}
    return Given(url, {**entry, **named})


def selectors_of(words: Iterable[str]) -> dict[str, str]:
    """The selectors of `list=li.news`, `title=h3 a`, or of several in one word.

    Raises:
        typer.BadParameter: a word is no such thing.
    """
    from feedbot.sources import registry  # noqa: PLC0415 - not for --help

    keys = {key for name in registry.names() for key in registry.get(name).options}
    cut = re.compile(rf"\s+(?=(?:{'|'.join(map(re.escape, sorted(keys)))})=)")
    found: dict[str, str] = {}
    for part in (part.strip() for word in words for part in cut.split(word)):
        match = _SELECTOR.fullmatch(part)
        if not match:
            raise typer.BadParameter(f"{part!r} is not written KEY=SELECTOR.", param_hint="--select")
        found[match[1]] = match[2].strip()
    return found


def selectors_typed(text: str) -> dict[str, str]:
    """The selectors of one answer, `list='ul.news li'  date=time`, quoted or not, as the preview prints them.

    Raises:
        typer.BadParameter: it is no such thing.
    """
    return {key: _unquoted(value) for key, value in selectors_of([text]).items()}


def _unquoted(value: str) -> str:
    """What a shell makes of a value that begins with a quote and is one word to it; any other as it is."""
    if value[0] not in "'\"":
        return value
    try:
        words = shlex.split(value)
    except ValueError:
        return value
    return words[0] if len(words) == 1 and words[0] else value


def checked(entry: Mapping[str, Any]) -> SourceSettings:
    """The options as the loader of files takes them.

    Raises:
        typer.BadParameter: one is wrong; the text says how, and never repeats a secret.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - not for --help

    from feedbot.config import selecting  # noqa: PLC0415
    from feedbot.config.faults import findings  # noqa: PLC0415
    from feedbot.config.sources import AUTO, SourceSettings  # noqa: PLC0415

    try:
        settings = SourceSettings.model_validate(entry)
    except ValidationError as error:
        wrong = list(findings(error.errors(), SourceSettings))
        raise _bad(wrong[0].path, wrong[0].reason, wrong[0].remedy) from None
    wrong_select = list(selecting.findings(settings.type, settings.select)) if settings.select else []
    # Without a type nobody knows yet what is at the address: it may be JSON, whose selectors are no CSS.
    may_be_json = settings.type == AUTO and not list(selecting.findings("json", settings.select))
    if wrong_select and not may_be_json:
        first = wrong_select[0]
        raise _bad(("select", *first.path), first.reason, first.remedy)
    return settings


def _bad(path: Sequence[str | int], reason: str, remedy: str) -> typer.BadParameter:
    flags = {"headers": "header", "cookies": "cookie", "categories": "category", "page_url": "page-url"}
    first, *rest = (str(part) for part in path)
    option = "URL" if first == "url" else f"--{flags.get(first, first).replace('_', '-')}"
    named = "".join(f" {part}" for part in rest if not part.isdigit())
    return typer.BadParameter(f"{option}{named} {reason} {remedy}".rstrip())


def _with_own_language(settings: SourceSettings, site: Site) -> Any:
    """The options without what the site's settings would fill in: that is proposed after what is found."""
    from dataclasses import replace  # noqa: PLC0415

    return replace(settings.declared(site).options, language=settings.language)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise typer.BadParameter("A header is written 'Name: value'.", param_hint="--header")
    return name.strip(), value.strip()


def _cookie(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter("A cookie is written name=value.", param_hint="--cookie")
    return name.strip(), value.strip()


def _auth(text: str) -> dict[str, str]:
    username, colon, password = text.partition(":")
    if not colon:
        if not sys.stdin.isatty():
            raise Refused(f"--auth {username} has no password: write USER:env:NAME or USER:file:PATH.")
        password = getpass.getpass(f"Password of {username}: ")
    return {"username": username, "password": password}
