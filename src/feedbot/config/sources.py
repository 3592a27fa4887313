"""What an admin declares of a source in `config/sources/*.yaml`: each option once, with its check and its sentence."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from feedbot.config.requests import Auth, Cookies, Headers, Proxy
from feedbot.domain.categories import MAX_DEPTH, MAX_NAME, SEPARATOR, clean_path
from feedbot.domain.credentials import split_userinfo
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.setting_types import Language, LastingDuration, Line, WebAddress, Whole, Zone, refusal, written
from feedbot.settings import Section, Site
from feedbot.sources.encoding import codec_for

Identity = Literal["auto", "guid", "url", "title"]
Repair = Literal["pinyin", "simplified"]
When = Literal["auto", "always", "never"]

AUTO = "auto"
MAX_PAGES = 50
_PAGE = "{page}"
_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")


def type_names() -> tuple[str, ...]:
    """Every source type that an admin may name: `auto`, those of feedbot, and those of installed plug-ins."""
    from feedbot.sources import registry  # noqa: PLC0415 - all the parsers: only where a type is looked at

    return (AUTO, *registry.names())


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise refusal(
            f"is no usable id: {value!r}.",
            "Write 1 to 64 letters a-z, digits and hyphens, with no hyphen at an end, such as town-hall.",
        )
    return value


def _check_type(value: str) -> str:
    if value == AUTO or value in (names := type_names()):
        return value
    from feedbot.config.faults import suggestion  # noqa: PLC0415 - it reads the settings' model

    near = suggestion(value, names)
    remedy = near if near.startswith("Did") else "Write one of them."
    raise refusal(f"must be one of {', '.join(names)}, not {value!r}.", remedy)


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


def _check_page_url(value: str) -> str:
    if value.count(_PAGE) != 1:
        raise refusal(
            f"must have {_PAGE} in it once, where the number of the page stands.",
            f"Write it like https://example.org/news?page={_PAGE}.",
        )
    return value


Category = Annotated[Line, AfterValidator(_check_category)]
Word = Annotated[Line, Field(min_length=1, max_length=200)]
Words = Annotated[tuple[Word, ...], Field(max_length=200)]
SourceId = Annotated[str, AfterValidator(_check_id), written("id", "town-hall", pattern=f"^{_ID.pattern}$")]
SourceType = Annotated[
    str,
    AfterValidator(_check_type),
    # A plug-in may bring any name: editors complete those that they know.
    WithJsonSchema({"type": "string", "$comment": "source type", "pattern": "^[a-z][a-z0-9_-]*$"}),
]
PageUrl = Annotated[
    WebAddress, AfterValidator(_check_page_url), written("web address", f"https://example.org/news?page={_PAGE}")
]


class CategoryRule(Section):
    """One rule of `category_rules`: all its conditions must hold, of the values of one condition any."""

    category: Category | None = Field(default=None, description="The category that the article then has, as a path.")
    words: Words = Field(default=(), description="Words or phrases that stand in the article.")
    place: Literal["title", "text"] = Field(
        default="text", alias="in", description="Where the words are looked for: text is title, summary and body."
    )
    tags: Words = Field(default=(), description="Tags that the source itself gives the article.")
    breadcrumb: Words = Field(default=(), description="Names on the way to the article, as its page shows them.")
    take: Literal["breadcrumb", "tags"] | None = Field(
        default=None, description="Makes the article's breadcrumb, or each of its tags, a category, below category."
    )

    @model_validator(mode="after")
    def _gives_something(self) -> CategoryRule:
        if not (self.category or self.take):
            raise refusal(
                "gives no category.", "Add category: with a path, or take: breadcrumb or take: tags.", key="category"
            )
        return self

    def as_mapping(self) -> dict[str, Any]:
        """The rule as `category_rules.CategoryRule.from_mapping` reads it: only what was written."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class SourceSettings(Section):
    """One source as declared; `interval`, `timezone` and `language` are None where it leaves them to feedbot."""

    id: SourceId = Field(
        description="The source's lasting name, in addresses and logs; changing it makes a new source."
    )
    title: Line = Field(min_length=1, max_length=200, description="What readers see.")
    url: WebAddress = Field(max_length=2000, description="The address of the feed or of the list page.")
    type: SourceType = Field(default=AUTO, description="How it is read; auto looks at what comes.")
    categories: tuple[Category, ...] = Field(
        default=(),
        max_length=20,
        description="Where its articles belong, as paths; none means the breadcrumb of each article.",
    )
    category_rules: tuple[CategoryRule, ...] = Field(
        default=(),
        max_length=100,
        description="Rules that put articles into categories; one that fits none goes where categories says.",
    )
    include: Words = Field(
        default=(), description="Only articles with one of these words in title, summary, tags or breadcrumb."
    )
    exclude: Words = Field(default=(), description="No articles with one of these words in the same places.")
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
    select: dict[str, str] = Field(
        default={}, description="Where things are: CSS selectors by field for pages, JMESPath for type json."
    )
    full_text: When = Field(
        default="auto", description="Whether each article's page is read; auto does where the source has only a teaser."
    )
    browser: When = Field(
        default="auto",
        description="Whether pages are read with a browser (extra browser); auto does where a page is an empty shell.",
    )
    pages: Whole = Field(default=1, ge=1, le=MAX_PAGES, description="How many pages of the list the first visit reads.")
    page_url: PageUrl | None = Field(
        default=None,
        max_length=2000,
        description="The address of the list's further pages, {page} being the number; else their links are followed.",
    )
    headers: Headers = Field(default={}, description="HTTP headers to send along; secret ones may be env:NAME.")
    cookies: Cookies = Field(default={}, description="Cookies to send along; a value may be env:NAME or file:PATH.")
    auth: Auth | None = Field(default=None, description="User name and password of basic authentication.")
    proxy: Proxy | None = Field(default=None, description="The proxy that it is fetched through; may be env:NAME.")
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
        """The source as the rest of feedbot knows it, with what `site` says where it says nothing itself.

        A user name and password in the address become its `auth`, so that the address itself is no secret.
        """
        url, username, password = split_userinfo(self.url)
        auth = self.auth.as_mapping() if self.auth else {}
        if username and not auth:
            auth = {"username": username, "password": password}
        options = SourceOptions(
            categories=self.categories,
            interval=self.interval.total_seconds() if self.interval else None,
            timezone=self.timezone or site.timezone,
            language=self.language or site.language,
            select=self.select,
            headers=self.headers,
            cookies=self.cookies,
            auth=auth,
            proxy=self.proxy,
            browser=self.browser,
            pages=self.pages,
            page_url=self.page_url,
            full_text=self.full_text,
            category_rules=tuple(rule.as_mapping() for rule in self.category_rules),
            include=self.include,
            exclude=self.exclude,
            repair=self.repair,
            identity=self.identity,
            encoding=self.encoding,
        )
        return DeclaredSource(
            id=self.id, title=self.title, url=url, type=self.type, options=options, enabled=self.enabled
        )


class SourcesFile(Section):
    """A file in `config/sources/`."""

    sources: tuple[SourceSettings, ...] = Field(default=(), description="The sources of this file.")
