"""Portals of Discuz! X: list pages, portal indexes and article pages of the X3 line, whatever their address form."""

from __future__ import annotations

from feedbot.sources.discuz.article import next_page, parse_article
from feedbot.sources.discuz.listing import find, parse_list, recognises
from feedbot.sources.spec import SourceSpec

__all__ = ["SPEC", "find", "next_page", "parse_article", "parse_list", "recognises"]

SPEC = SourceSpec(
    name="discuz",
    summary="A category list or the index of a Discuz! X portal; every article is read from its own page.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=parse_article,
    next_page=next_page,
    find=find,
)
