"""Every setting once: its key, type, default, check, whether it is a secret, and one sentence on what it does.

The classes are the sections of `feedbot.yaml`. Documentation, JSON Schema, environment variables and `feedbot check`
are all made from them, so a setting is added here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from feedbot import __version__
from feedbot.setting_types import (
    BaseUrl,
    Duration,
    Host,
    Language,
    LastingDuration,
    Line,
    Network,
    SecretUrl,
    Size,
    Whole,
    Zone,
    format_duration,
    format_size,
    refusal,
)

TelegramMode = Literal["polling", "sandbox", "off"]
Access = Literal["private", "public"]
SummaryEngine = Literal["extractive", "llm"]
LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["auto", "console", "logfmt", "json"]

LEAST_KEY = 32
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_DATABASES = re.compile(r"sqlite:///.+|postgresql(\+psycopg)?://.+")


@dataclass(frozen=True, slots=True)
class DefaultIs:
    """What the documentation says of a default that depends on other settings."""

    text: str


class Section(BaseModel):
    """A group of settings: never changed after it was read, and closed to keys that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=False)


def _check_token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise refusal(
            "is not a bot token.", "Copy the whole token that @BotFather gave, which looks like 123456789:AAE...xyz."
        )
    return value


def _check_database(value: SecretUrl) -> SecretUrl:
    if not _DATABASES.fullmatch(value.get_secret_value()):
        raise refusal(
            "is not a database address.", "Write sqlite:///var/feedbot.db or postgresql://user:password@host/name."
        )
    return value


def _check_secret_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < LEAST_KEY:
        raise refusal(
            "is too short to encrypt with.",
            f"Write at least {LEAST_KEY} random characters, such as those of `openssl rand -base64 32`.",
        )
    return value


def _refuse_webhook(value: object) -> object:
    if value == "webhook":
        raise refusal("webhook is not available in this version.", "Use polling, which needs no public address.")
    return value


def _check_order(section: Section, name: str, low: str, high: str, show: Callable[[Any], str]) -> None:
    """Refuse `low` above `high`, at the one of the two that somebody set."""
    least, most = getattr(section, low), getattr(section, high)
    if least > most and high in section.model_fields_set:
        raise refusal(f"is less than {name}.{low}, which is {show(least)}.", "Change one of the two.", key=high)
    if least > most:
        raise refusal(f"is more than {name}.{high}, which is {show(most)}.", "Change one of the two.", key=low)


def _mode_by_token(data: Mapping[str, Any]) -> TelegramMode:
    return "polling" if data.get("token") else "sandbox"


def _access_by_mode(data: Mapping[str, Any]) -> Access:
    return "public" if data.get("mode") == "sandbox" else "private"


class Site(Section):
    """How the site and its feeds present themselves."""

    title: Line = Field(
        default="feedbot", min_length=1, max_length=200, description="The name of the site and of its feeds."
    )
    description: Line = Field(
        default="New articles, as feeds and in Telegram.", max_length=1000, description="One sentence below the title."
    )
    base_url: Annotated[BaseUrl | None, DefaultIs("http:// + web.host + web.port")] = Field(
        default=None,
        description="The address under which readers reach the site; it stands in every feed and message link.",
    )
    language: Language = Field(
        default="en", description="The language of the site and of sources that do not name their own."
    )
    timezone: Zone = Field(
        default="UTC", description="The zone of shown times and of sources that do not name their own."
    )


class Database(Section):
    """Where articles, chats and deliveries are kept."""

    url: Annotated[SecretUrl, AfterValidator(_check_database)] = Field(
        default=SecretUrl("sqlite:///var/feedbot.db"),
        description="A SQLite file (created when missing) or a PostgreSQL database.",
    )
    secret_key: Annotated[
        Annotated[SecretStr, AfterValidator(_check_secret_key)] | None, DefaultIs("a file beside the SQLite database")
    ] = Field(
        default=None, description="A long random text with which secrets of sources are encrypted in the database."
    )

    @property
    def can_encrypt(self) -> bool:
        """Whether secrets of sources can be encrypted: there is a key, or a file beside the database for one."""
        return self.secret_key is not None or self.url.get_secret_value().startswith("sqlite:")


class Engine(Section):
    """How the work is done."""

    workers: Whole = Field(default=8, ge=1, le=256, description="How many sources are polled at the same time.")


class Web(Section):
    """Where the site listens."""

    host: Host = Field(default="127.0.0.1", description="The address to listen on; 0.0.0.0 is every one.")
    port: Whole = Field(default=8080, ge=1, le=65535, description="The TCP port to listen on.")


class Pacing(Section):
    """How fast messages may leave, a little below what Telegram allows."""

    per_second: Whole = Field(
        default=30, ge=1, le=1000, description="Messages a second over all chats (Telegram allows 30)."
    )
    chat_interval: Duration = Field(
        default=timedelta(seconds=1),
        description="The time for each message to one chat, on average; three may leave at once.",
    )
    group_per_minute: Whole = Field(default=20, ge=1, le=1000, description="Messages a minute to one group or channel.")


class Telegram(Section):
    """The bot."""

    token: Annotated[SecretStr, AfterValidator(_check_token)] | None = Field(
        default=None, description="The bot's token, from @BotFather."
    )
    api_url: BaseUrl = Field(
        default="https://api.telegram.org", description="The Bot API server; another one may stand on your own machine."
    )
    mode: Annotated[
        TelegramMode, BeforeValidator(_refuse_webhook), DefaultIs("polling with a token, sandbox without")
    ] = Field(
        default_factory=_mode_by_token,
        description="How messages come in: from Telegram by long polling, from the chat page of the built-in sandbox, "
        "or not at all.",
    )
    access: Annotated[Access, DefaultIs("private; public in the sandbox")] = Field(
        default_factory=_access_by_mode,
        description="Who may use the bot: admins and whom they invite (private), or everyone (public).",
    )
    admins: tuple[Annotated[Whole, Field(ge=1)], ...] = Field(
        default=(), description="Telegram user ids of the admins."
    )
    pacing: Pacing = Field(default=Pacing(), description=Pacing.__doc__)

    @model_validator(mode="after")
    def _polling_has_a_token(self) -> Telegram:
        if self.mode == "polling" and not self.token:
            raise refusal(
                "polling needs telegram.token, which is not set.",
                "Set the token (FEEDBOT_TELEGRAM__TOKEN or FEEDBOT_TELEGRAM__TOKEN_FILE), or mode: sandbox.",
                key="mode",
            )
        return self


class Timeouts(Section):
    """How long a source may take."""

    connect: LastingDuration = Field(
        default=timedelta(seconds=10), description="To accept the connection, TLS included."
    )
    read: LastingDuration = Field(default=timedelta(seconds=20), description="Between two pieces of the answer.")
    total: LastingDuration = Field(
        default=timedelta(seconds=60), description="From the first byte sent to the last one read."
    )


class FetchBrowser(Section):
    """The browser that reads pages which scripts make. It needs the extra `browser` and a Chromium of this machine."""

    executable: Line | None = Field(
        default=None, description="The program; without it chromium or google-chrome of the path is taken."
    )
    sandbox: bool = Field(
        default=True,
        description="Chromium's own sandbox, which does not work as root; false trusts every page that is read.",
    )
    timeout: LastingDuration = Field(
        default=timedelta(seconds=20), description="For one page, after which it is taken as it is then."
    )
    requests: Whole = Field(default=100, ge=1, le=1000, description="The most requests that one page may make.")
    max_bytes: Size = Field(default=20_000_000, gt=0, description="The most that all requests of one page may bring.")
    pages_per_minute: Whole = Field(default=10, ge=1, le=600, description="How many pages it reads in a minute.")
    pages_per_hour: Whole = Field(default=200, ge=1, le=10_000, description="How many pages it reads in an hour.")
    idle: Duration = Field(
        default=timedelta(minutes=1), description="How long it is kept running for the next page, once it was needed."
    )


class Fetch(Section):
    """How sources are visited."""

    user_agent: str = Field(
        default=f"Mozilla/5.0 (compatible; feedbot/{__version__})",
        min_length=1,
        max_length=300,
        pattern=r"^[\x20-\x7e]+$",
        description="What feedbot calls itself; some portals answer unknown names with a reduced page.",
    )
    concurrency: Whole = Field(default=20, ge=1, le=1000, description="How many requests at once, over all hosts.")
    per_host: Whole = Field(
        default=1, ge=1, le=16, description="How many requests at once to one site: all hosts of a registered domain."
    )
    spacing: Duration = Field(
        default=timedelta(seconds=1), description="The least time between two requests to one site."
    )
    robots: bool = Field(
        default=True, description="Whether robots.txt is heeded, which is asked before pages and never before feeds."
    )
    timeouts: Timeouts = Field(default=Timeouts(), description=Timeouts.__doc__)
    max_bytes: Size = Field(default=10_000_000, gt=0, description="The largest answer, as sent.")
    max_inflated: Size = Field(default=20_000_000, gt=0, description="The largest answer once decompressed.")
    max_redirects: Whole = Field(default=5, ge=0, le=20, description="How many redirects are followed.")
    allow_networks: tuple[Network, ...] = Field(
        default=(), description="Private networks that sources may be in, in CIDR form; all others are refused."
    )
    browser: FetchBrowser = Field(default=FetchBrowser(), description=FetchBrowser.__doc__)

    @model_validator(mode="after")
    def _inflated_is_not_smaller(self) -> Fetch:
        _check_order(self, "fetch", "max_bytes", "max_inflated", format_size)
        return self


class Polling(Section):
    """How often sources are visited. An interval that nobody set makes room for those that somebody did."""

    min_interval: LastingDuration = Field(
        default=timedelta(minutes=5), description="The shortest interval that feedbot chooses by itself."
    )
    default_interval: LastingDuration = Field(
        default=timedelta(minutes=30),
        description="The interval of a source that names none, until its rhythm is known.",
    )
    max_interval: LastingDuration = Field(
        default=timedelta(hours=24), description="The longest interval that feedbot chooses by itself."
    )

    @model_validator(mode="after")
    def _intervals_are_in_order(self) -> Polling:
        least, usual, most = self.min_interval, self.default_interval, self.max_interval
        named = self.model_fields_set
        if "default_interval" not in named:
            usual = max(usual, least) if "min_interval" in named else usual
            usual = min(usual, most) if "max_interval" in named else usual
        if "min_interval" not in named:
            least = min(least, usual)
        if "max_interval" not in named:
            most = max(most, usual)
        fitted = self.model_copy(update={"min_interval": least, "default_interval": usual, "max_interval": most})
        _check_order(fitted, "polling", "min_interval", "max_interval", format_duration)
        _check_order(fitted, "polling", "min_interval", "default_interval", format_duration)
        _check_order(fitted, "polling", "default_interval", "max_interval", format_duration)
        # A model that needs no fitting stays the object that pydantic made.
        return self if fitted == self else fitted


class Delivery(Section):
    """How articles reach the chats."""

    burst: Whole = Field(default=3, ge=1, le=50, description="More new articles at once for a chat become one message.")
    batch_seconds: Whole = Field(
        default=5, ge=0, le=3600, description="How many seconds articles are gathered before sending."
    )
    backlog_hours: Whole = Field(
        default=48, ge=1, le=8760, description="Articles older than this many hours are no longer sent."
    )
    tell_once: bool = Field(
        default=True,
        description="Send the same story from several sources once, with the other sources named below it.",
    )


class LanguageModel(Section):
    """The language model that sums up and translates: any endpoint that speaks OpenAI's chat completions."""

    base_url: BaseUrl = Field(
        default="https://api.openai.com/v1",
        description="The endpoint; a model on your own machine is one such as http://127.0.0.1:11434/v1.",
    )
    api_key: SecretStr | None = Field(default=None, description="The key, if the endpoint wants one.")
    model: Line = Field(default="gpt-4o-mini", min_length=1, max_length=100, description="The name of the model.")
    timeout: LastingDuration = Field(
        default=timedelta(seconds=20), description="How long an answer may take; then the extract has to do."
    )
    per_day: Whole = Field(
        default=200, ge=0, le=1_000_000, description="How many questions are asked in a day (UTC) at the most."
    )


class Summary(Section):
    """The summary in a message and a feed."""

    max_chars: Whole = Field(default=300, ge=50, le=2000, description="The longest summary; it ends at a sentence.")
    engine: SummaryEngine = Field(
        default="extractive",
        description="What sums up an article whose source did not: its own best sentences, or a language model "
        "(the extra llm must be installed).",
    )
    translate: bool = Field(
        default=False,
        description="Have the language model translate titles and summaries into the language of each chat.",
    )
    llm: LanguageModel = Field(default=LanguageModel(), description=LanguageModel.__doc__)


class Retention(Section):
    """How long things are kept."""

    articles: LastingDuration = Field(
        default=timedelta(days=365), description="Articles, counted from when they were last listed."
    )
    deliveries: LastingDuration = Field(default=timedelta(days=90), description="What was sent to which chat.")
    polls: LastingDuration = Field(default=timedelta(days=30), description="The record of each visit to a source.")


class Log(Section):
    """What is written to standard error."""

    level: LogLevel = Field(default="info", description="The least important event that is written.")
    format: LogFormat = Field(default="auto", description="auto is console on a terminal and logfmt elsewhere.")


class Settings(Section):
    """All of `feedbot.yaml`."""

    site: Site = Field(default=Site(), description=Site.__doc__)
    database: Database = Field(default=Database(), description=Database.__doc__)
    engine: Engine = Field(default=Engine(), description=Engine.__doc__)
    web: Web = Field(default=Web(), description=Web.__doc__)
    telegram: Telegram = Field(default=Telegram(), description=Telegram.__doc__)
    fetch: Fetch = Field(default=Fetch(), description=Fetch.__doc__)
    polling: Polling = Field(default=Polling(), description=Polling.__doc__)
    delivery: Delivery = Field(default=Delivery(), description=Delivery.__doc__)
    summary: Summary = Field(default=Summary(), description=Summary.__doc__)
    retention: Retention = Field(default=Retention(), description=Retention.__doc__)
    log: Log = Field(default=Log(), description=Log.__doc__)

    @property
    def base_url(self) -> str:
        """The address that links begin with, without a slash at the end: `site.base_url`, else where web listens."""
        if self.site.base_url:
            return self.site.base_url
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.web.host, self.web.host)  # noqa: S104 - read, not bound
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return f"http://{host}:{self.web.port}"
