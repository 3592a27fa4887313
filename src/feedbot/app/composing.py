"""Settings as the plain values that the parts of feedbot take: nothing below the composition root sees settings."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feedbot import __version__
from feedbot.domain.pacing import Limits, Rate
from feedbot.domain.planning import Rhythm
from feedbot.errors import Refused
from feedbot.fetching.client import Fetcher
from feedbot.fetching.language_model import LanguageModel
from feedbot.fetching.model import BrowserLimits, FetchLimits
from feedbot.render.links import SitePresentation
from feedbot.services.abstracting import Abstracts
from feedbot.services.housekeeping import Retention
from feedbot.services.parcels import MessageOptions, no_page
from feedbot.services.publishing import Publication
from feedbot.settings import Settings
from feedbot.storage.database import Database

if TYPE_CHECKING:
    from feedbot.bot.context import BotRules

SANDBOX_SPACING = 0.05
_FIXED_AT_START = ("site", "database", "engine", "web")
_FIXED_KEYS = {"telegram": ("token", "api_url", "mode", "pacing"), "summary": ("engine", "llm", "translate")}


def database(settings: Settings) -> Database:
    """The database, not opened yet."""
    key = settings.database.secret_key
    return Database(settings.database.url.get_secret_value(), secret_key=key.get_secret_value() if key else None)


def rhythm(settings: Settings) -> Rhythm:
    """The bounds of polling, in seconds."""
    polling = settings.polling
    return Rhythm(
        min_interval=polling.min_interval.total_seconds(),
        max_interval=polling.max_interval.total_seconds(),
        default_interval=polling.default_interval.total_seconds(),
    )


def fetch_limits(settings: Settings, own_address: str) -> FetchLimits:
    """How sources are visited. The sandbox's portal is this process: only then its own address is allowed."""
    fetch = settings.fetch
    is_sandbox = settings.telegram.mode == "sandbox"
    networks = list(fetch.allow_networks)
    if is_sandbox:
        networks.append(ipaddress.ip_network(own_address))
    return FetchLimits(
        user_agent=fetch.user_agent,
        concurrency=fetch.concurrency,
        per_host=fetch.per_host,
        spacing=min(fetch.spacing.total_seconds(), SANDBOX_SPACING) if is_sandbox else fetch.spacing.total_seconds(),
        connect_timeout=fetch.timeouts.connect.total_seconds(),
        read_timeout=fetch.timeouts.read.total_seconds(),
        total_timeout=fetch.timeouts.total.total_seconds(),
        max_bytes=fetch.max_bytes,
        max_inflated=fetch.max_inflated,
        max_redirects=fetch.max_redirects,
        allow_networks=tuple(networks),
        robots=fetch.robots,
        browser=BrowserLimits(
            executable=fetch.browser.executable,
            sandbox=fetch.browser.sandbox,
            seconds=fetch.browser.timeout.total_seconds(),
            max_requests=fetch.browser.requests,
            max_bytes=fetch.browser.max_bytes,
            pages_per_minute=fetch.browser.pages_per_minute,
            pages_per_hour=fetch.browser.pages_per_hour,
            idle_seconds=fetch.browser.idle.total_seconds(),
        ),
    )


def own_network(host: str) -> str:
    """The address at which this process reaches itself.

    Raises:
        Refused: `web.host` is a name that nobody knows.
    """
    address = {"0.0.0.0": "127.0.0.1", "localhost": "127.0.0.1", "::": "::1"}.get(host, host.strip("[]"))  # noqa: S104
    try:
        return str(socket.getaddrinfo(address, None, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        raise Refused(
            f"web.host is {host!r}, of which no address is known ({error.strerror}). Write 127.0.0.1, or 0.0.0.0 "
            "for every address of this machine."
        ) from None


def fetcher(settings: Settings) -> Fetcher:
    """The door to the outside web, for a command: not opened yet."""
    return Fetcher(fetch_limits(settings, own_network(settings.web.host)))


def message_options(settings: Settings) -> MessageOptions:
    """How messages are made and grouped."""
    return MessageOptions(
        burst=settings.delivery.burst,
        backlog_hours=settings.delivery.backlog_hours,
        summary_chars=settings.summary.max_chars,
        timezone=settings.site.timezone,
        article_page_url=_article_pages(settings),
        translator=settings.summary.llm.model if settings.summary.translate else None,
    )


def language_model(settings: Settings) -> LanguageModel | None:
    """The model that sums up or translates; None where neither is wanted.

    Raises:
        Refused: the extra that speaks to it is not installed.
    """
    summary = settings.summary
    if summary.engine != "llm" and not summary.translate:
        return None
    key = summary.llm.api_key.get_secret_value() if summary.llm.api_key else ""
    return LanguageModel(summary.llm.base_url, key, summary.llm.model, timeout=summary.llm.timeout.total_seconds())


def abstracts(settings: Settings, database: Database, model: LanguageModel | None) -> Abstracts | None:
    """What has articles summed up and translated, if that is wanted."""
    if model is None:
        return None
    summary = settings.summary
    return Abstracts(
        database,
        model,
        max_chars=summary.max_chars,
        per_day=summary.llm.per_day,
        sums_up=summary.engine == "llm",
        translates=summary.translate,
    )


def bot_limits(settings: Settings) -> Limits:
    """How fast messages may leave."""
    pacing = settings.telegram.pacing
    seconds = pacing.chat_interval.total_seconds()
    return Limits(
        bot=Rate(pacing.per_second, 1.0), chat=Rate(3, 3 * seconds), group=Rate(pacing.group_per_minute, 60.0)
    )


def bot_rules(settings: Settings) -> BotRules:
    """Who may use the bot, and how it presents itself."""
    from feedbot.bot.context import BotRules  # noqa: PLC0415 - aiogram is loaded only where the bot runs

    return BotRules(
        site_title=settings.site.title,
        access=settings.telegram.access,
        admins=frozenset(settings.telegram.admins),
        backlog_hours=settings.delivery.backlog_hours,
    )


def presentation(settings: Settings, bot_username: str | None = None) -> SitePresentation:
    """How the site presents itself."""
    site = settings.site
    return SitePresentation(
        title=site.title,
        description=site.description,
        base_url=settings.base_url,
        language=site.language,
        timezone=site.timezone,
        bot_username=bot_username,
        sandbox=settings.telegram.mode == "sandbox",
    )


def websub_callback(settings: Settings) -> str | None:
    """Where hubs reach this feedbot; None unless `site.base_url` is an address of the outside world."""
    if settings.telegram.mode == "sandbox" or not settings.site.base_url:
        return None
    host = urlsplit(settings.site.base_url).hostname or ""
    try:
        is_public = ipaddress.ip_address(host).is_global
    except ValueError:
        is_public = "." in host and not host.endswith((".local", ".localhost", ".internal", ".lan", ".home.arpa"))
    return f"{settings.base_url}/websub" if is_public else None


def publication(settings: Settings) -> Publication:
    """What is decided about the feeds."""
    return Publication(
        site=presentation(settings),
        generator_version=__version__,
        interval=settings.polling.default_interval.total_seconds(),
    )


def retention(settings: Settings) -> Retention:
    """How long finished things are kept."""
    kept = settings.retention
    backlog = timedelta(hours=settings.delivery.backlog_hours)
    return Retention(articles=kept.articles, deliveries=kept.deliveries, polls=kept.polls, backlog=backlog)


def needs_restart(running: Settings, wanted: Settings) -> tuple[str, ...]:
    """The keys that differ from those that the process was started with, and take effect only at the next start."""
    sections = [section for section in _FIXED_AT_START if getattr(running, section) != getattr(wanted, section)]
    keys = [
        f"{section}.{key}"
        for section, fixed in _FIXED_KEYS.items()
        for key in fixed
        if getattr(getattr(running, section), key) != getattr(getattr(wanted, section), key)
    ]
    return (*sections, *keys)


def until_restart(running: Settings, wanted: Settings) -> Settings:
    """What holds after a change while feedbot runs: the new settings, but for those that need a restart."""
    kept = {section: getattr(running, section) for section in _FIXED_AT_START}
    for section, fixed in _FIXED_KEYS.items():
        values = {key: getattr(getattr(running, section), key) for key in fixed}
        kept[section] = getattr(wanted, section).model_copy(update=values)
    return wanted.model_copy(update=kept)


def _article_pages(settings: Settings) -> Callable[[int], str | None]:
    """Links to feedbot's own pages go into messages only where readers can reach them."""
    if not settings.site.base_url:
        return no_page
    base = settings.base_url
    return lambda article_id: f"{base}/article/{article_id}"
