"""What is fuzzed, and what must hold whatever comes in."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from feedbot.domain.article import Draft
from feedbot.errors import FetchError
from feedbot.sources import article, registry
from feedbot.sources.encoding import decode, strip_controls
from feedbot.sources.html import clean, one_line, to_text
from feedbot.sources.lists.detecting import detect
from feedbot.sources.page_select import OPTIONS
from feedbot.sources.repair import STEPS, repair_html, repair_text
from feedbot.sources.spec import Listing, Page, ParseOptions
from feedbot.sources.times import find_published, parse_published
from feedbot.sources.truncation import is_truncated
from fuzz.mutating import line, mutated

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
URL = "https://fuzz.example/news/index.html?page=1"
_CHARSETS = (None, None, "utf-8", "gbk", "iso-8859-1", "utf-16", "nonsense")
_SELECTORS = (
    "li",
    "a",
    "div",
    "p",
    "h2 a",
    "time@datetime",
    "*",
    "article",
    "@href",
    "tr:nth-child(2n)",
    "[[",
    "img@src",
    "",
)
_ARTICLE_BYTES = 20_000
_DRAFT = Draft(url=URL, title="A title", is_complete=False)

Target = Callable[[random.Random], Any]


def feed(chance: random.Random) -> Any:
    """A feed's listing."""
    return _listing("feed", mutated(chance), chance)


def types(chance: random.Random) -> Any:
    """Every other source type's listing, and where the page leads."""
    page, options = _page(mutated(chance), chance)
    name = chance.choice(registry.names())
    spec = registry.get(name)
    # The registry would pass over one that fails, and log it.
    leads = [lead for each in registry.SPECS.values() for lead in each.find(page, options)]
    assert all(0 <= lead.confidence <= 1 and lead.reason for lead in leads)
    return spec.recognises(page), leads, _listing(name, page.body, chance)


def selectors(chance: random.Random) -> Any:
    """A page read by selectors that nobody thought about."""
    names = chance.sample(sorted(OPTIONS), chance.randint(1, 6))
    page, options = _page(mutated(chance), chance)
    options = replace(options, select={name: chance.choice(_SELECTORS) for name in ("list", *names)})
    spec = registry.get("page")
    found = _tried(lambda: _checked(spec.parse_list(page, options)))
    short = replace(page, body=page.body[:_ARTICLE_BYTES])
    return found, _tried(lambda: _article("page", [short], options))


def lists(chance: random.Random) -> Any:
    """The lists that are found on a page without selectors."""
    page, options = _page(mutated(chance), chance)
    guesses = detect(page, options)
    return [(guess.confidence, _checked(guess.listing)) for guess in guesses]


def articles(chance: random.Random) -> Any:
    """An article understood from its page, and read by each type that has article pages."""
    page, options = _page(mutated(chance)[:_ARTICLE_BYTES], chance)
    name = chance.choice([name for name in registry.names() if registry.get(name).parse_article])
    whole = _tried(lambda: article.read([page], _DRAFT, options))
    return whole, _tried(lambda: _article(name, [page, page], options))


def dates(chance: random.Random) -> Any:
    """Dates in lines."""
    text = line(chance)
    language = chance.choice((None, "zh", "de", "en-US", "ja", "ar", "ru", "fr", "es", "ko", "x", "\x00"))
    zone = chance.choice(("UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Pacific/Apia"))
    found = [read(text, timezone=zone, now=NOW, language=language) for read in (parse_published, find_published)]
    assert all(date is None or (date.tzinfo is UTC and 1990 <= date.year <= 2026) for date in found)
    return found, parse_published(text, timezone=zone, language=language)


def encodings(chance: random.Random) -> Any:
    """Bytes made text."""
    body = mutated(chance)
    text = decode(body, declared=chance.choice(_CHARSETS), override=chance.choice((None, None, "gbk", "hex")))
    assert not text.startswith("\ufeff")
    return text, is_truncated(text, "html"), is_truncated(text, "feed")


def repairs(chance: random.Random) -> Any:
    """Mangled text mended; doing it again changes nothing."""
    text = line(chance)
    once = repair_text(text, STEPS)
    assert repair_text(once, STEPS) == once
    return once, repair_html(decode(mutated(chance)[:20_000]), STEPS)


def html(chance: random.Random) -> Any:
    """HTML cleaned; doing it again changes nothing."""
    text = decode(mutated(chance))
    once = clean(text, URL)
    assert clean(once, URL) == once
    assert "<script" not in once
    return once, to_text(once), one_line(text[:2000])


TARGETS: dict[str, Target] = {
    target.__name__: target for target in (feed, types, selectors, lists, articles, dates, encodings, repairs, html)
}
# Seconds of processor time that one input of at most 120 KB may take; articles are read where they can be stopped, and
# the first date in a language loads it.
LIMITS = dict.fromkeys(TARGETS, 6.0) | {"articles": 20.0, "selectors": 20.0, "dates": 1.0}


def _page(body: bytes, chance: random.Random) -> tuple[Page, ParseOptions]:
    options = ParseOptions(
        timezone=chance.choice(("UTC", "Asia/Shanghai")),
        language=chance.choice((None, "zh-CN", "de")),
        repair=chance.choice((frozenset(), frozenset(), STEPS)),
        now=chance.choice((None, NOW)),
    )
    return Page(body, URL, charset=chance.choice(_CHARSETS)), options


def _listing(name: str, body: bytes, chance: random.Random) -> Any:
    page, options = _page(body, chance)
    return _tried(lambda: _checked(registry.get(name).parse_list(page, options)))


def _article(name: str, pages: Sequence[Page], options: ParseOptions) -> Any:
    parse = registry.get(name).parse_article
    assert parse is not None
    read = parse(pages, _DRAFT, options)
    _check(read.draft)
    return read


def _tried(work: Callable[[], Any]) -> Any:
    """What it gives, or the error in words; any other exception is a finding."""
    try:
        return work()
    except FetchError as error:
        said = str(error)
    assert said.strip()
    return said


def _checked(listing: Listing) -> Listing:
    for draft in listing.drafts:
        _check(draft)
    return listing


def _check(draft: Draft) -> None:
    assert urlsplit(draft.url).scheme in {"http", "https"}, draft.url
    assert draft.url.isascii(), draft.url
    assert draft.title == " ".join(draft.title.split()), draft.title
    assert all(date is None or date.tzinfo is UTC for date in (draft.published, draft.updated))
    texts = (
        draft.title,
        draft.summary,
        draft.body_html,
        draft.author,
        draft.origin,
        draft.site,
        draft.guid or "",
        *draft.tags,
    )
    assert all(text == strip_controls(text) for text in texts)
    assert all(urlsplit(image.url).scheme in {"http", "https"} for image in draft.images)
