"""Every error that feedbot raises on purpose.

The class says what to do next; the text says what happened, in words that an admin understands.

    FeedbotError
    ├── Refused                 our own input is wrong: asking again unchanged is pointless
    │   ├── ConfigurationError      a file, a key or an environment variable (carries every Fault)
    │   ├── DatabaseError           the database is missing, newer than this program, or not usable
    │   └── FetchError + Refused
    │       ├── BlockedAddress      the guard refused the address
    │       ├── BadUrl              not an http(s) URL
    │       └── SecretMissing       a password or cookie of the source cannot be had
    ├── Transient               the same may work later (`retry_after`, if the other side named a time)
    │   └── FetchError + Transient
    │       ├── DnsFailed, TlsFailed, ConnectFailed, TimedOut
    │       ├── HttpFailed          a status that is not a success (429 and 503 carry `retry_after`)
    │       ├── TooLarge            more bytes than `fetch.max_bytes`, before or after decompression
    │       ├── TooManyRedirects
    │       ├── NotParseable        bytes that are not what the source type reads
    │       ├── EmptyList           a list page without a single article
    │       ├── ReadingFailed       feedbot's own fault: a page that a parser or the database stumbles over
    │       ├── SiteRefused         a page that says "not for you": anti-bot, closed site, missing category
    │       ├── RobotsDisallowed    robots.txt asks programs not to read the page
    │       └── BrowserFailed       the page needs a browser, and there is none, or it did not get through
    │   └── LanguageModelFailed     a language model gave no answer: the extract has to do
    ├── Gone                    stop asking
    │   └── FetchError + Gone
    │       └── SourceGone          HTTP 410
    └── SendError               a message that did not (surely) arrive
        ├── FloodWait               Telegram names the seconds to wait: parks that chat alone
        ├── ChatUnavailable         blocked, kicked, deleted, no right to write: suspend, never delete
        ├── TopicUnavailable        the forum topic is closed or gone: concerns the topic only
        ├── ChatMigrated            the group became a supergroup: carries the new id
        ├── MessageRefused          this text or markup is refused: concerns this message only
        ├── OutcomeUnknown          the request went out, no answer came back
        ├── TelegramDown            the server answers 5xx or cannot be reached: nothing was accepted
        └── TokenRefused            the bot token is wrong or revoked: nothing can be sent
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class FeedbotError(Exception):
    """The root: anything that feedbot raises on purpose."""


class Refused(FeedbotError):
    """Our own input is wrong; asking again unchanged is pointless."""


class Transient(FeedbotError):
    """The same may work later."""


class Gone(FeedbotError):
    """The other side says: never again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in the configuration: where, what, why, and what to do."""

    file: str
    line: int | None
    key: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        """`config/feedbot.yaml:12: polling.min_interval: reason. Remedy.`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        return f"{place}:{key} {self.reason} {self.remedy}".rstrip()


class ConfigurationError(Refused):
    """The configuration is refused whole; `faults` has every reason."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class DatabaseError(Refused):
    """The database cannot be used as it is; the text says what to do."""


class FetchError(FeedbotError):
    """A visit to a source failed.

    `kind` is the class that status pages and metrics show (`dns`, `tls`, ...); `retry_after` is in seconds. `page` is
    the document that could not be read, where there is one.
    """

    kind: ClassVar[str] = "fetch"
    page: object = None

    def __init__(self, text: str, *, url: str, status: int | None = None, retry_after: float | None = None) -> None:
        self.url = url
        self.status = status
        self.retry_after = retry_after
        super().__init__(text)


class BlockedAddress(FetchError, Refused):
    """The guard refused the address (private, loopback, link-local, ... and not in `fetch.allow_networks`)."""

    kind = "blocked_address"


class BadUrl(FetchError, Refused):
    """The address is no http or https URL."""

    kind = "bad_url"


class SecretMissing(FetchError, Refused):
    """A secret of the source cannot be had: a variable is not set, a file or the key is not there."""

    kind = "secret_missing"


class DnsFailed(FetchError, Transient):
    """The host name could not be resolved."""

    kind = "dns"


class TlsFailed(FetchError, Transient):
    """The TLS handshake failed or the certificate is not valid."""

    kind = "tls"


class ConnectFailed(FetchError, Transient):
    """No connection, or it broke before the answer was complete."""

    kind = "connect"


class TimedOut(FetchError, Transient):
    """The answer, or a part of it, took longer than the limit."""

    kind = "timeout"


class HttpFailed(FetchError, Transient):
    """The server answered with a status that is not a success."""

    kind = "http"


class TooLarge(FetchError, Transient):
    """The body is larger than the limit, as sent or once decompressed."""

    kind = "too_large"


class TooManyRedirects(FetchError, Transient):
    """More redirects than the limit, or a loop of them."""

    kind = "redirects"


class NotParseable(FetchError, Transient):
    """The bytes are not what this source type reads."""

    kind = "not_parseable"


class EmptyList(FetchError, Transient):
    """The list page has not a single article."""

    kind = "empty_list"


class ReadingFailed(FetchError, Transient):
    """feedbot itself stumbles over what the site sent; the log has the details."""

    kind = "fault"


class SiteRefused(FetchError, Transient):
    """The site answered with a page that refuses: anti-bot, closed for maintenance, missing category."""

    kind = "site_refused"


class RobotsDisallowed(FetchError, Transient):
    """The site's robots.txt asks programs not to read this page; it may think better of it, but hardly soon."""

    kind = "robots"


class BrowserFailed(FetchError, Transient):
    """The page can only be read with a browser: there is none, its budget is used up, or it did not get through."""

    kind = "browser"


class SourceGone(FetchError, Gone):
    """HTTP 410: the source is gone for good and is not asked again."""

    kind = "gone"


class LanguageModelFailed(Transient):
    """A language model gave no answer that is of use; the text says why."""


class SendError(FeedbotError):
    """A message did not, or not surely, arrive. `reason` is stored with the delivery."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class FloodWait(SendError):
    """Telegram asks to wait `retry_after` seconds before the next message to this chat."""

    def __init__(self, reason: str, *, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


class ChatUnavailable(SendError):
    """The chat cannot be written to: blocked, kicked, deleted, no rights."""


class TopicUnavailable(SendError):
    """The forum topic is closed or gone; the rest of the chat works."""


class ChatMigrated(SendError):
    """The group became a supergroup with the id `new_chat_id`."""

    def __init__(self, reason: str, *, new_chat_id: int) -> None:
        self.new_chat_id = new_chat_id
        super().__init__(reason)


class MessageRefused(SendError):
    """Telegram refuses this text, markup or media; other messages work."""


class OutcomeUnknown(SendError):
    """The request went out and no answer came back: it may have arrived."""


class TelegramDown(SendError):
    """The Bot API server is failing or unreachable; nothing was accepted."""


class TokenRefused(SendError):
    """The bot token is wrong or revoked."""
