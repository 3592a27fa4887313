"""Saved article pages, each with what must be found on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench.extraction import likeness

from feedbot.domain.article import Draft
from feedbot.sources import article
from feedbot.sources.html import paragraphs, to_text
from feedbot.sources.spec import Page, ParseOptions
from sources.feed_cases import cases, expected

CASES = cases("articles", ".html")


def read(case: Path, right: dict[str, Any]) -> Draft:
    page = Page(case.read_bytes(), right["url"], "text/html")
    read = article.read([page], Draft(url=page.url, title=""), ParseOptions(timezone=right["timezone"]))
    assert read.next_url is None
    return read.draft


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_saved_page_gives_exactly_its_article(case: Path) -> None:
    """The text must be the same to the letter, or as like it as `at_least` says."""
    right = expected(case)
    found = read(case, right)
    assert found.title == right["title"]
    assert (found.published.isoformat() if found.published else None) == right["published"]
    assert found.author == right["author"]
    assert (found.images[0].url if found.images else None) == right["image"]
    assert likeness(to_text(found.body_html), "\n\n".join(right["text"])) >= right.get("at_least", 1)
    if "at_least" not in right:
        assert paragraphs(found.body_html) == right["text"]
    also = {
        "updated": found.updated.isoformat() if found.updated else None,
        "origin": found.origin,
        "tags": list(found.tags),
        "category": list(found.category_path),
        "canonical": found.canonical_url,
        "language": found.language,
    }
    assert {name: also[name] for name in also if name in right} == {name: right[name] for name in also if name in right}


def test_half_of_the_pages_are_chinese() -> None:
    assert (len(CASES), sum(case.name.startswith("zh-") for case in CASES)) == (60, 30)
