from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedbot.domain.article import Draft
from feedbot.errors import EmptyList
from feedbot.sources import page as page_type
from feedbot.sources.lists import detect
from feedbot.sources.spec import Page, ParseOptions

FOLDER = Path(__file__).parents[2] / "data" / "lists"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CASES = sorted(FOLDER.glob("*.html"))


def case(path: Path) -> tuple[Page, ParseOptions, dict[str, Any]]:
    expected: dict[str, Any] = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    page = Page(path.read_bytes(), expected["url"], "text/html", expected.get("charset"))
    return page, ParseOptions(timezone=expected["timezone"], now=NOW), expected


def plain(draft: Draft) -> dict[str, str]:
    values = {
        "url": draft.url,
        "title": draft.title,
        "date": draft.published.isoformat() if draft.published else "",
        "summary": draft.summary,
        "image": draft.images[0].url if draft.images else "",
    }
    return {key: value for key, value in values.items() if value}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_list_of_a_page_is_found_with_exactly_its_articles(path: Path) -> None:
    page, options, expected = case(path)
    if not expected["items"]:
        with pytest.raises(EmptyList, match="no list of articles"):
            page_type.parse_list(page, options)
        return
    listing = page_type.parse_list(page, options)
    assert [plain(draft) for draft in listing.drafts] == expected["items"]
    assert listing.next_url == expected.get("next_url", "")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_selectors_that_were_found_read_the_same_list(path: Path) -> None:
    page, options, _ = case(path)
    for guess in detect(page, options):
        assert page_type.check_options(guess.select) == []
        assert page_type.parse_list(page, replace(options, select=guess.select)) == guess.listing
