"""Addresses of feedbot's own pages and feeds, and the ways to subscribe to each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode, urlsplit, urlunsplit

_READERS = (
    ("Feedly", "https://feedly.com/i/subscription/feed%2F{url}"),
    ("Inoreader", "https://www.inoreader.com/?add_feed={url}"),
    ("NewsBlur", "https://www.newsblur.com/?url={url}"),
)
_SECRET_WORDS = ("token", "key", "secret", "auth", "pass", "pwd", "sign", "session", "jwt")
# Private feeds carry their token in the path: letters and digits without a word among them.
_TOKEN_SHAPE = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_=]{20,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePresentation:
    """How the site presents itself: plain values of the configuration.

    `base_url` is the address that readers use, without a slash at the end; `timezone` an IANA name; `bot_username` is
    None while no bot is known; `sandbox` says that the chat page of this machine stands in for Telegram.
    """

    title: str
    description: str = ""
    base_url: str = "http://127.0.0.1:8080"
    language: str = "en"
    timezone: str = "UTC"
    bot_username: str | None = None
    sandbox: bool = False

    @property
    def root(self) -> str:
        """The path under which the site lives, as a prefix for every path: empty at the top of a host."""
        return urlsplit(self.base_url).path.rstrip("/")

    def absolute(self, path: str) -> str:
        """The whole address of a path such as `/feeds/all.rss`."""
        return self.base_url.rstrip("/") + path


@dataclass(frozen=True, slots=True)
class View:
    """What can be read and subscribed to: everything, a category, or a source.

    `page` and `feed` are paths (`feed` without its ending), `start` is the bot's deep-link parameter (empty for all).
    """

    page: str
    feed: str
    start: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """The ways to follow a view; addresses are absolute but for `sandbox_url`, which is a path.

    `telegram_url` and `sandbox_url` are empty where there is no bot to talk to.
    """

    rss_url: str
    atom_url: str
    feed_scheme_url: str
    readers: tuple[tuple[str, str], ...]
    telegram_url: str
    sandbox_url: str


EVERYTHING = View(page="/", feed="/feeds/all")


def category_view(path: str, category_id: int) -> View:
    """A category with its children."""
    quoted = quote(path, safe="/")
    return View(page=f"/category/{quoted}", feed=f"/feeds/category/{quoted}", start=f"c{category_id}")


def source_view(source_id: str, number: int) -> View:
    """A single source."""
    quoted = quote(source_id, safe="")
    return View(page=f"/source/{quoted}", feed=f"/feeds/source/{quoted}", start=f"s{number}")


def category_page(path: str) -> str:
    """The path of a category's page."""
    return f"/category/{quote(path, safe='/')}"


def source_page(source_id: str) -> str:
    """The path of a source's page."""
    return f"/source/{quote(source_id, safe='')}"


def article_page(article_id: int) -> str:
    """The path of an article's page."""
    return f"/article/{article_id}"


def subscription(view: View, site: SitePresentation) -> Subscription:
    """The ways to follow a view: two feeds, the readers that take an address, and the bot."""
    rss = site.absolute(f"{view.feed}.rss")
    bot = "" if site.sandbox else quote(site.bot_username or "")
    start = "?" + urlencode({"start": view.start}) if view.start else ""
    return Subscription(
        rss_url=rss,
        atom_url=site.absolute(f"{view.feed}.atom"),
        feed_scheme_url=f"feed:{rss}",
        readers=tuple((name, pattern.format(url=quote(rss, safe=""))) for name, pattern in _READERS),
        telegram_url=f"https://t.me/{bot}{start}" if bot else "",
        sandbox_url=f"{site.root}/sandbox{start}" if site.sandbox else "",
    )


def web_link(url: str) -> str:
    """The address if a page may link to it (http or https with a host), else empty."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme.lower() in {"http", "https"} and parts.hostname else ""


def public_link(url: str) -> str:
    """A source's address as anybody may see it: without a password, and none at all if it carries a token."""
    if not web_link(url):
        return ""
    parts = urlsplit(url)
    said = [*parts.path.split("/"), *(pair.rpartition("=")[2] for pair in parts.query.split("&"))]
    if any(word in parts.query.lower() for word in _SECRET_WORDS) or any(map(_TOKEN_SHAPE.fullmatch, said)):
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))


def host(url: str) -> str:
    """The host of an address as people read it: without `www.`; empty if there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def file_name(url: str) -> str:
    """The last part of an address's path, decoded; empty if there is none."""
    try:
        return unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:
        return ""
