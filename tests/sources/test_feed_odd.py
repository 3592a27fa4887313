"""The corpus of odd feeds gives exactly what is expected, and what feedparser gives where nothing else is said."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from feedbot.errors import FetchError
from feedbot.sources import feed
from feedbot.sources.spec import Page, ParseOptions
from sources.feed_cases import plain
from sources.odd_feeds import FIELDS, URL, Case, books, cases, ours, theirs

CASES = cases()
EXPECTED = {book.stem: json.loads(book.with_suffix(".expected.json").read_text(encoding="utf-8")) for book in books()}
XML = [case for case in CASES if case.book not in {"json", "refused"}]


def outcome(case: Case) -> dict[str, Any]:
    try:
        found = plain(feed.parse_list(Page(case.body, URL, charset=case.charset), ParseOptions()))
    except FetchError as error:
        return {"error": f"{type(error).__name__}: {error}"}
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("book", sorted(EXPECTED))
def test_every_odd_feed_gives_exactly_what_is_expected(book: str) -> None:
    found = {case.name: outcome(case) for case in CASES if case.book == book}
    assert found == EXPECTED[book]


def test_there_are_enough_odd_feeds_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 250
    assert [name for name, count in Counter((case.book, case.name) for case in CASES).items() if count > 1] == []


def test_feedparser_is_followed_but_for_what_a_case_gives_a_reason_for() -> None:
    """Titles, links, ids, dates and texts are the same; where we are better or bolder, the case says why, truly."""
    assert {f"{case.book}: {case.name}": _differences(case) for case in XML if _differences(case) != case.fields} == {}
    assert sum(not case.fields for case in XML) >= 180


def _differences(case: Case) -> frozenset[str]:
    drafts = feed.parse_list(Page(case.body, URL, charset=case.charset), ParseOptions()).drafts
    mine, other = [ours(draft) for draft in drafts], theirs(case.body, case.charset)
    if len(mine) != len(other):
        return frozenset(FIELDS)
    pairs = zip(mine, other, strict=True)
    return frozenset(field for one, two in pairs for field in FIELDS if one[field] != two[field])
