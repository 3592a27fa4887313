"""The source types by name, those of plug-ins included, and which of them a fetched page is or leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TypeVar

import structlog

from feedbot.errors import Refused
from feedbot.sources import discuz, feed, hfeed, json_api, jsonld, microdata, page, plugins, sitemap, state, wordpress
from feedbot.sources.spec import Lead, Page, ParseOptions, SourceSpec

T = TypeVar("T")

# feedbot's own, in the order in which `detect` and `leads` ask them; those of plug-ins come after the feeds.
SPECS: dict[str, SourceSpec] = {
    module.SPEC.name: module.SPEC
    for module in (feed, discuz, jsonld, microdata, hfeed, wordpress, sitemap, page, state, json_api)
}

log = structlog.get_logger()


def get(name: str) -> SourceSpec:
    """The source type of that name.

    Raises:
        Refused: there is none, or its package is broken; the text names those that there are, or the package.
    """
    if name in SPECS:
        return SPECS[name]
    plugin = plugins.installed(SPECS).get(name)
    if plugin is not None:
        return _loaded(name)
    known = ", ".join(sorted(names()))
    raise Refused(f"There is no source type {name!r}. Known are: {known}, and auto to have it recognised.")


def names() -> tuple[str, ...]:
    """The names of all source types: feedbot's own in their order, then those of plug-ins. Imports no plug-in."""
    return (*SPECS, *plugins.installed(SPECS))


def detect(fetched: Page) -> SourceSpec | None:
    """The source type that recognises the page, None if none does."""

    def recognises(spec: SourceSpec) -> Sequence[SourceSpec]:
        return (spec,) if spec.recognises(fetched) else ()

    return next((found for spec in _all() for found in _asked(spec, recognises, fetched.url)), None)


def leads(page: Page, options: ParseOptions) -> tuple[Lead, ...]:
    """Where the articles of a pasted page may be had, each address and type once.

    The types come in their order, the surest lead of each first. A type that stumbles over the page leads nowhere.
    """

    def found_by(spec: SourceSpec) -> Sequence[Lead]:
        return sorted(spec.find(page, options), key=lambda lead: -lead.confidence)

    found: dict[tuple[str, str], Lead] = {}
    for spec in _all():
        for lead in _asked(spec, found_by, page.url):
            found.setdefault((lead.url, lead.type), lead)
    return tuple(found.values())


def _all() -> Iterator[SourceSpec]:
    first, *others = SPECS.values()
    yield first
    for name in plugins.installed(SPECS):
        spec = _usable(name)
        if spec is not None:
            yield spec
    yield from others


@cache
def _loaded(name: str) -> SourceSpec:
    return plugins.installed(SPECS)[name].load()


@cache
def _usable(name: str) -> SourceSpec | None:
    """A plug-in's type; None, and a line in the log once, if the package is broken."""
    try:
        return _loaded(name)
    except Refused as error:
        log.warning("plugin_broken", type=name, reason=str(error))
        return None


def _asked(spec: SourceSpec, ask: Callable[[SourceSpec], Sequence[T]], url: str) -> Sequence[T]:
    """What a type says of a page. One that stumbles over it says nothing, and the others are asked all the same."""
    try:
        return ask(spec)
    except (Exception, SystemExit):
        log.exception("source_type_failed", type=spec.name, url=url)
        return ()
