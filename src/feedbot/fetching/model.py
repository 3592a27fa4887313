"""What a caller of the outside web gives and gets: validators, limits, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

MEGABYTE = 1_000_000
NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of a document's version, kept verbatim (quotes, `W/` and all) to be sent back unchanged."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to ask with."""
        return bool(self.etag or self.last_modified)


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class BrowserLimits:
    """Which browser reads pages that need one, and what it may cost.

    `executable` is the program, None for the Chromium that is found. `seconds`, `max_requests` and `max_bytes` are for
    one page; `max_bytes` counts all that its requests bring. A page counts as made when it has asked for nothing for
    `quiet_seconds`. `idle_seconds` is how long the browser is kept running for the next page. `sandbox` is Chromium's
    own, which does not work as root.
    """

    executable: str | None = None
    sandbox: bool = True
    seconds: float = 20
    quiet_seconds: float = 0.6
    max_requests: int = 100
    max_bytes: int = 20 * MEGABYTE
    pages_per_minute: int = 10
    pages_per_hour: int = 200
    idle_seconds: float = 60


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How politely and how much is fetched.

    Times are in seconds. `spacing` runs from the end of one request to the start of the next on the same site.
    `connect_timeout` covers name lookup, TCP and TLS; `read_timeout` is the longest silence; `total_timeout` is for one
    `fetch` with all its redirects, without the waiting for the site's turn. `max_bytes` counts the body as sent,
    `max_inflated` once decompressed. `allow_networks` are exceptions from the guard. `robots` says whether robots.txt
    is heeded.
    """

    user_agent: str
    concurrency: int = 20
    per_host: int = 1
    spacing: float = 1.0
    connect_timeout: float = 10
    read_timeout: float = 20
    total_timeout: float = 60
    max_bytes: int = 10 * MEGABYTE
    max_inflated: int = 20 * MEGABYTE
    max_redirects: int = 5
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    robots: bool = True
    browser: BrowserLimits = BrowserLimits()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document, or the news that it has not changed (`not_modified`: then `body` is empty).

    `url` is the address asked for, `final_url` where the redirects led, without user name and password. `body` is
    decompressed; `mime_type` is in lower case and `""` if the server names none; `charset` is what the header says.
    `permanent_url` is where a chain of only permanent redirects (301, 308) led: what to ask for from now on; None
    otherwise. `max_age` is how many seconds the server wants to be left alone, None if it does not say. `seconds` is
    the time spent on the requests, without the waiting for the site's turn. `links` are the answer's Link headers
    (RFC 8288) by relation, absolute: `hub` and `self` of WebSub, `next` of lists that go on. `cookies` are those that
    the site set on the way, for a browser that takes the visit over.
    """

    url: str
    final_url: str
    status: int
    body: bytes
    mime_type: str
    charset: str | None
    validators: Validators
    permanent_url: str | None
    max_age: float | None
    seconds: float
    links: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def not_modified(self) -> bool:
        """Whether the server answered 304."""
        return self.status == NOT_MODIFIED
