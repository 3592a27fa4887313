"""How commands show what was found at an address, and what a source reads like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from feedbot.cli.output import print_line

if TYPE_CHECKING:
    from datetime import datetime

    from feedbot.domain.article import Draft
    from feedbot.domain.source import DeclaredSource, SourceOptions
    from feedbot.services.finding import Candidate, Findings

PREVIEW = 5  # articles
_TITLE, _SUMMARY, _TEXT = 100, 160, 600
_INDENT = "   "


def print_findings(found: Findings) -> None:
    """Every candidate with its first articles, and the leads that failed."""
    print_line(f"{_address(found.url)}: {_counted(len(found.candidates), 'way')} to read it.")
    for number, candidate in enumerate(found.candidates, 1):
        print_line()
        print_candidate(candidate, number)
    if found.misses:
        print_line()
        print_line("What was looked at in vain:")
        for miss in found.misses:
            print_line(f"{_INDENT}{miss.type} {miss.url}: {plain(miss.reason)}")
    if found.advice:
        print_line()
        print_line(found.advice)


def print_candidate(one: Candidate, number: int) -> None:
    """One way to read an address."""
    source, options = one.source, one.source.options
    print_line(f"{number}. {one.confidence:.0%} sure: {source.type} {_address(source.url)}")
    print_line(f"{_INDENT}{plain(' '.join((one.reason, *one.remarks)))}")
    categories = ", ".join(options.categories) or "as each article says"
    print_line(f"{_INDENT}id {source.id} | title {plain(source.title)} | category {plain(categories)}")
    place = f"time zone {options.timezone} ({one.zone.why}) | language {options.language or 'unknown'}"
    print_line(f"{_INDENT}{place} | encoding {one.encoding or 'unknown'} | new ones {one.rhythm}")
    if options.repair:
        print_line(f"{_INDENT}repair {', '.join(options.repair)}")
    if options.select:
        said = "  ".join(f"{key}={_quoted(text)}" for key, text in options.select.items())
        print_line(f"{_INDENT}selectors {said}")
    print_drafts(one.drafts, options)


def print_drafts(drafts: Sequence[Draft], options: SourceOptions) -> None:
    """The first articles of a list as they would be stored."""
    for draft in drafts[:PREVIEW]:
        print_line(f"{_INDENT}- {_moment(draft.published, options):16}  {cut(draft.title, _TITLE)}")
        print_line(f"{_INDENT}  {'':16}  {_address(draft.url)}{_extras(draft, options)}")
        if draft.summary:
            print_line(f"{_INDENT}  {'':16}  {cut(draft.summary, _SUMMARY)}")
    if len(drafts) > PREVIEW:
        print_line(f"{_INDENT}  and {len(drafts) - PREVIEW} more")


def print_article(draft: Draft, options: SourceOptions) -> None:
    """An article as it was read from its own page."""
    from feedbot.sources.html import to_text  # noqa: PLC0415 - not for --help

    text = to_text(draft.body_html)
    rows = (
        ("title", draft.title),
        ("published", _moment(draft.published, options)),
        ("author", draft.author),
        ("origin", draft.origin),
        ("pictures", str(len(draft.images) or "")),
        ("categories", ", ".join(_categories(draft, options))),
        ("summary", cut(draft.summary, _SUMMARY)),
        ("text", f"{len(text)} characters: {cut(text, _TEXT)}" if text else "none"),
    )
    for name, value in rows:
        if value:
            print_line(f"{_INDENT}{name:11}{plain(value)}")


def findings_as_json(found: Findings) -> dict[str, Any]:
    """What was found, for programs; no secret is in it."""
    return {
        "url": _address(found.url),
        "requests": found.requests,
        "candidates": [candidate_as_json(one) for one in found.candidates],
        "misses": [{"url": miss.url, "type": miss.type, "reason": miss.reason} for miss in found.misses],
        "advice": found.advice,
    }


def candidate_as_json(one: Candidate) -> dict[str, Any]:
    """One way to read an address, with its first articles."""
    options = one.source.options
    return {
        "confidence": one.confidence,
        "reason": one.reason,
        "remarks": list(one.remarks),
        "source": source_entry(one.source),
        "timezone": {"name": one.zone.name, "why": one.zone.why, "is_sure": one.zone.is_sure},
        "language": options.language,
        "encoding": one.encoding,
        "rhythm": {"text": one.rhythm, "per_day": one.traits.per_day and round(one.traits.per_day, 3)},
        "articles": len(one.drafts),
        "first": [draft_as_json(draft, options) for draft in one.drafts[:PREVIEW]],
    }


def source_entry(source: DeclaredSource) -> dict[str, Any]:
    """The source as a file would have it, its secrets masked."""
    from dataclasses import replace  # noqa: PLC0415 - not for --help

    from feedbot.config.writing import entry_of  # noqa: PLC0415
    from feedbot.services.credentials import masked  # noqa: PLC0415
    from feedbot.settings import Site  # noqa: PLC0415

    entry = entry_of(replace(source, options=masked(source.options), url=_address(source.url)), Site())
    return {**entry, "timezone": source.options.timezone, "language": source.options.language}


def draft_as_json(draft: Draft, options: SourceOptions) -> dict[str, Any]:
    """An article as it would be stored."""
    return {
        "title": draft.title,
        "url": _address(draft.url),
        "published": draft.published.isoformat() if draft.published else None,
        "author": draft.author,
        "summary": draft.summary,
        "image": draft.images[0].url if draft.images else None,
        "categories": list(_categories(draft, options)),
        "characters": len(draft.body_html),
    }


def plain(text: str) -> str:
    """The text without what would move the cursor or colour the terminal: it comes from anywhere."""
    return "".join(character if character.isprintable() else " " for character in text)


def cut(text: str, most: int) -> str:
    """The text in one line of at most `most` characters."""
    line = plain(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _extras(draft: Draft, options: SourceOptions) -> str:
    said = [f"by {cut(draft.author, 40)}"] if draft.author else []
    said += [f"in {cut(', '.join(_categories(draft, options)), 60)}"] if _categories(draft, options) else []
    said += ["with picture"] if draft.images else []
    said += [f"{len(draft.body_html)} characters of text"] if draft.body_html else []
    return f"  ({'; '.join(said)})" if said else ""


def _categories(draft: Draft, options: SourceOptions) -> tuple[str, ...]:
    from feedbot.services.categorising import categories_of  # noqa: PLC0415 - not for --help

    return categories_of(draft, options)


def _moment(published: datetime | None, options: SourceOptions) -> str:
    return f"{published.astimezone(ZoneInfo(options.timezone)):%Y-%m-%d %H:%M}" if published else "no date"


def _address(url: str) -> str:
    from feedbot.fetching.urls import shown  # noqa: PLC0415 - not for --help

    return plain(shown(url))


def _quoted(text: str) -> str:
    return f"'{text}'" if " " in text else text


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
