"""Items of structured data made drafts, with the category that a feed's item does not have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from feedbot.domain.article import Draft
from feedbot.sources.feed_item import Feed, Item, draft
from feedbot.sources.feed_values import unique
from feedbot.sources.repair import repair_draft
from feedbot.sources.spec import ParseOptions

MAX_ITEMS = 2000


def drafted(item: Item, site: Feed, options: ParseOptions, category: tuple[str, ...] = ()) -> Draft | None:
    """The draft of an item in the category of that path, mended as `options.repair` says; None if it says nothing."""
    made = draft(item, site, replace(options, repair=frozenset()))
    return repair_draft(replace(made, category_path=unique(category)), options.repair) if made else None


def each_once(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """The drafts in their order, of two with one address and guid the first."""
    found: dict[tuple[str | None, str], Draft] = {}
    for made in drafts:
        found.setdefault((made.guid, made.url), made)
    return tuple(found.values())
