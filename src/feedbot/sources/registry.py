"""The source types by name, and which of them a fetched page is."""

from __future__ import annotations

from feedbot.errors import Refused
from feedbot.sources import discuz, feed, hfeed, json_api, jsonld, microdata, page, sitemap, state, wordpress
from feedbot.sources.spec import Lead, Page, ParseOptions, SourceSpec

# In the order in which `detect` asks them.
SPECS: dict[str, SourceSpec] = {
    module.SPEC.name: module.SPEC
    for module in (feed, discuz, jsonld, microdata, hfeed, wordpress, sitemap, page, state, json_api)
}


def get(name: str) -> SourceSpec:
    """The source type of that name.

    Raises:
        Refused: there is none; the text names those that there are.
    """
    try:
        return SPECS[name]
    except KeyError:
        known = ", ".join(sorted(SPECS))
        raise Refused(
            f"There is no source type {name!r}. Known are: {known}, and auto to have it recognised."
        ) from None


def detect(fetched: Page) -> SourceSpec | None:
    """The source type that recognises the page, None if none does (it may still be read as `page`, with selectors)."""
    return next((spec for spec in SPECS.values() if spec.recognises(fetched)), None)


def names() -> tuple[str, ...]:
    """The names of all source types, in the order in which they are asked."""
    return tuple(SPECS)


def leads(page: Page, options: ParseOptions) -> tuple[Lead, ...]:
    """Where the articles of a pasted page may be had, each address and type once.

    The types come in their order, the surest lead of each first.
    """
    found: dict[tuple[str, str], Lead] = {}
    for spec in SPECS.values():
        for lead in sorted(spec.find(page, options), key=lambda lead: -lead.confidence):
            found.setdefault((lead.url, lead.type), lead)
    return tuple(found.values())
