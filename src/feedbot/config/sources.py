"""What an admin declares of a source in `config/sources/*.yaml`: each option once, with its check and its sentence."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from feedbot.domain.categories import MAX_DEPTH, MAX_NAME, SEPARATOR, clean_path
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.setting_types import Language, LastingDuration, Line, WebAddress, Zone, refusal, written
from feedbot.settings import Section, Site
from feedbot.sources.encoding import codec_for

SourceType = Literal["auto", "feed", "page", "discuz"]
Identity = Literal["auto", "guid", "url", "title"]
Repair = Literal["pinyin", "simplified"]

_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OWN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "te", "upgrade"}
    | {"if-none-match", "if-modified-since", "range"}
)


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise refusal(
            f"is no usable id: {value!r}.",
            "Write 1 to 64 letters a-z, digits and hyphens, with no hyphen at an end, such as town-hall.",
        )
    return value


def _check_category(value: str) -> str:
    path = clean_path(value)
    parts = value.split(SEPARATOR)
    if not path:
        raise refusal("is an empty category.", "Write a path such as News/Town hall.")
    if len(parts) > MAX_DEPTH or any(len(part.strip()) > MAX_NAME for part in parts):
        raise refusal(
            f"is too long a category path: {value[:60]!r}.",
            f"At most {MAX_DEPTH} levels of {MAX_NAME} characters each.",
        )
    return path


def _check_encoding(value: str) -> str:
    if codec_for(value) is None:
        raise refusal(f"is not a known text encoding: {value!r}.", "Write a name such as utf-8, gb18030 or big5.")
    return value


def _check_headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise refusal(f"is no HTTP header name: {name!r}.", "Write a name such as Cookie.", key=name)
        if name.lower() in _OWN_HEADERS:
            raise refusal("is a header that feedbot sets itself.", "Remove it.", key=name)
        if not value.isprintable() or not value.isascii():
            raise refusal("has characters that no HTTP header can carry.", "Write plain ASCII on one line.", key=name)
    return headers


class SourceSettings(Section):
    """One source as declared; `interval`, `timezone` and `language` are None where it leaves them to feedbot."""

    id: Annotated[str, AfterValidator(_check_id), written("id", "town-hall", pattern=f"^{_ID.pattern}$")] = Field(
        description="The source's lasting name, in addresses and logs; changing it makes a new source."
    )
    title: Line = Field(min_length=1, max_length=200, description="What readers see.")
    url: WebAddress = Field(max_length=2000, description="The address of the feed or of the list page.")
    type: SourceType = Field(default="auto", description="How it is read; auto looks at what comes.")
    categories: tuple[Annotated[Line, AfterValidator(_check_category)], ...] = Field(
        default=(),
        max_length=20,
        description="Where its articles belong, as paths; none means the breadcrumb of each article.",
    )
    interval: LastingDuration | None = Field(
        default=None,
        description="The time between two visits, whatever the bounds in polling; without it feedbot finds the rhythm.",
    )
    timezone: Zone | None = Field(
        default=None, description="The zone of dates that name none; site.timezone when missing."
    )
    language: Language | None = Field(
        default=None, description="The language of its articles; site.language when missing."
    )
    select: dict[str, str] = Field(default={}, description="CSS selectors by field, for type page.")
    headers: Annotated[dict[str, str], AfterValidator(_check_headers)] = Field(
        {}, description="HTTP headers to send along, such as a Cookie."
    )
    repair: tuple[Repair, ...] = Field(
        default=(),
        description="Mends text that a mirror mangled: pinyin removes readings in brackets, "
        "simplified turns traditional characters back.",
    )
    identity: Identity = Field(
        default="auto", description="What tells its articles apart; auto takes the first that is there."
    )
    encoding: Annotated[str, AfterValidator(_check_encoding), written("encoding", "gb18030")] | None = Field(
        default=None, description="The text encoding, where the pages claim a wrong one."
    )
    enabled: bool = Field(default=True, description="false keeps the source and its articles but stops the visits.")

    def declared(self, site: Site) -> DeclaredSource:
        """The source as the rest of feedbot knows it, with what `site` says where it says nothing itself."""
        options = SourceOptions(
            categories=self.categories,
            interval=self.interval.total_seconds() if self.interval else None,
            timezone=self.timezone or site.timezone,
            language=self.language or site.language,
            select=self.select,
            headers=self.headers,
            repair=self.repair,
            identity=self.identity,
            encoding=self.encoding,
        )
        return DeclaredSource(
            id=self.id, title=self.title, url=self.url, type=self.type, options=options, enabled=self.enabled
        )


class SourcesFile(Section):
    """A file in `config/sources/`."""

    sources: tuple[SourceSettings, ...] = Field(default=(), description="The sources of this file.")
