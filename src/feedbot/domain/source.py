"""A source: what an admin says of it, and what its polls have taught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """How a source is read. `interval` is in seconds; None leaves the rhythm to feedbot.

    `full_text` is `auto`, `always` or `never`; `browser` the same, of reading pages with a browser. `pages` is how many
    pages of the list the first poll reads, `page_url` their address with `{page}` in it where no link leads on. `auth`
    has `username` and `password` of basic authentication. `category_rules` are applied in order, `include` and
    `exclude` are words.
    """

    categories: tuple[str, ...] = ()
    interval: float | None = None
    timezone: str = "UTC"
    language: str | None = None
    select: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    auth: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None
    browser: str = "auto"
    pages: int = 1
    page_url: str | None = None
    full_text: str = "auto"
    category_rules: tuple[Mapping[str, Any], ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    repair: tuple[str, ...] = ()
    identity: str = "auto"
    encoding: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The options as plain JSON values, as the database keeps them."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SourceOptions:
        """The options from what `as_json` gave; keys of a newer program are passed over."""
        known = {entry.name for entry in fields(cls)}
        kept: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items() if key in known
        }
        return cls(**kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSource:
    """A source as it is declared: in a file, by the sandbox, or added at run time (`origin`)."""

    id: str
    title: str
    url: str
    type: str = "auto"
    options: SourceOptions = field(default_factory=SourceOptions)
    origin: str = "file"
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(DeclaredSource):
    """A stored source. `number` is its short name in links; the rest is poll state that survives a restart.

    `lease_owner` is who polls it at the moment, None if nobody does. `rhythm` is what its publishing history taught,
    `hints` what the feed last asked for, `redirect` a permanent redirect that is not yet believed, `proposed_url` a new
    address that was found for it, `redesign` what is held back since its list changed beyond recognition, `listed_at`
    when its list was last read as it always was, and `list_state` how many entries it had then (`count`), since when it
    is empty (`empty_since`) and whether its further pages are to be read again (`pages_due`).
    """

    number: int
    created_at: datetime
    removed_at: datetime | None = None
    next_poll_at: datetime | None = None
    plan_reason: str = ""
    interval: float | None = None
    lease_owner: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    home_url: str | None = None
    detected_type: str | None = None
    baseline_at: datetime | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    error_kind: str | None = None
    error_text: str | None = None
    gone_at: datetime | None = None
    unread: Mapping[str, int] = field(default_factory=dict)
    rhythm: Mapping[str, Any] = field(default_factory=dict)
    hints: Mapping[str, Any] = field(default_factory=dict)
    body_digest: bytes | None = None
    redirect: Mapping[str, Any] = field(default_factory=dict)
    proposed_url: str | None = None
    redesign: Mapping[str, Any] = field(default_factory=dict)
    listed_at: datetime | None = None
    list_state: Mapping[str, Any] = field(default_factory=dict)

    @property
    def poll_url(self) -> str:
        """The address to ask: where a permanent redirect led, else the declared one."""
        return self.moved_to or self.url

    @property
    def site_url(self) -> str:
        """The page for people: what the feed names as its site, else the address that is polled."""
        return self.home_url or self.url

    @property
    def health(self) -> str:
        """One word for lists: `removed`, `disabled`, `gone`, `failing`, `new` or `ok`."""
        if self.removed_at:
            return "removed"
        if not self.enabled:
            return "disabled"
        if self.gone_at:
            return "gone"
        if self.failures:
            return "failing"
        return "ok" if self.last_success_at else "new"
