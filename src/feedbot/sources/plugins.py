"""Source types that other packages bring: entry points of the group `feedbot.sources`, each a SourceSpec.

A package is not imported before one of its types is wanted, and whatever is wrong with it costs only its own types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

import structlog

from feedbot.errors import FetchError, ReadingFailed, Refused
from feedbot.sources.spec import ArticlePages, Listing, Page, SourceSpec

GROUP = "feedbot.sources"

T = TypeVar("T")

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")
_SHOWN = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Plugin:
    """A source type of another package: its name, and the package with its version, for messages."""

    name: str
    package: str
    entry: EntryPoint

    def load(self) -> SourceSpec:
        """The type, made such that a fault in it is a failure of the page and names the package.

        Raises:
            Refused: the package cannot be imported, or what it names is no source type of this name.
        """
        try:
            spec = self.entry.load()
        except (Exception, SystemExit) as error:
            said = f"{type(error).__name__}: {error}"[:_SHOWN]
            raise Refused(
                f"The source type {self.name!r} of the package {self.package} cannot be loaded: {said}."
                " Update or remove the package."
            ) from error
        if not isinstance(spec, SourceSpec):
            raise Refused(
                f"The package {self.package} gives no SourceSpec for the source type {self.name!r},"
                f" but a {type(spec).__name__}. Update or remove the package."
            )
        if spec.name != self.name:
            raise Refused(
                f"The package {self.package} announces the source type {self.name!r} and gives one that is named"
                f" {spec.name!r}. Update or remove the package."
            )
        return _guarded(spec, self.package)


def installed(taken: Collection[str]) -> Mapping[str, Plugin]:
    """The source types of other packages by name; one whose name is no good, or `taken`, is logged and left out."""
    return _installed(frozenset(taken))


@cache
def _installed(taken: frozenset[str]) -> Mapping[str, Plugin]:
    found: dict[str, Plugin] = {}
    for plugin in _announced():
        if not _NAME.fullmatch(plugin.name) or plugin.name == "auto":
            reason = "the name must be lower case letters, digits, - and _, and not auto"
        elif plugin.name in taken:
            reason = "feedbot has a source type of this name"
        elif plugin.name in found:
            reason = f"the package {found[plugin.name].package} has a source type of this name"
        else:
            found[plugin.name] = plugin
            continue
        log.warning("plugin_left_out", type=plugin.name, package=plugin.package, reason=reason)
    return found


def _announced() -> Iterator[Plugin]:
    """In an order that does not depend on how the packages lie on the disk."""
    plugins = []
    for entry in entry_points(group=GROUP):
        package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
        plugins.append(Plugin(entry.name, package, entry))
    yield from sorted(plugins, key=lambda plugin: (plugin.package, plugin.name))


@dataclass(frozen=True, slots=True)
class _Guarded(Generic[T]):
    """A parser of a package. It can be pickled, as article pages are read in another process."""

    package: str
    kind: type[T]
    parse: Callable[..., object]

    def __call__(self, *args: Any) -> T:
        """What the parser makes of a page.

        Raises:
            FetchError: it says so, or it failed.
        """
        url = _address(args[0])
        try:
            made = self.parse(*args)
        except FetchError:
            raise
        except (Exception, SystemExit) as error:
            log.exception("plugin_failed", package=self.package, url=url)
            raise ReadingFailed(_failed(self.package, type(error).__name__), url=url) from error
        if not isinstance(made, self.kind):
            reason = f"it gave a {type(made).__name__}, not a {self.kind.__name__}"
            raise ReadingFailed(_failed(self.package, reason), url=url)
        return made


def _guarded(spec: SourceSpec, package: str) -> SourceSpec:
    parse_article = _Guarded(package, ArticlePages, spec.parse_article) if spec.parse_article else None
    next_page = _Guarded(package, ArticlePages, spec.next_page) if spec.next_page else None
    parse_list = _Guarded(package, Listing, spec.parse_list)
    return replace(spec, parse_list=parse_list, parse_article=parse_article, next_page=next_page)


def _address(pages: Page | Sequence[Page]) -> str:
    return pages.url if isinstance(pages, Page) else pages[-1].url if pages else ""


def _failed(package: str, reason: str) -> str:
    return f"The plug-in {package} failed on this page ({reason}). feedbot's log has the details for its author."
