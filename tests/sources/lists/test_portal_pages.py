"""The lists of a real portal, found without knowing what a portal is; see tests/sources/test_portal_pages.py."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from feedbot.domain.article import Draft
from feedbot.sources import discuz
from feedbot.sources.lists import detect
from sources.test_portal_pages import ERRORS, FOLDER, OPTIONS, load, name_of, pages

pytestmark = pytest.mark.skipif(not FOLDER, reason="FEEDBOT_PORTAL_PAGES names no folder of captured portal pages")


def listed(draft: Draft) -> tuple[object, ...]:
    # The portal escapes references in its summaries twice, which only its own reader knows.
    summary = unescape(draft.summary)
    # Of a thumbnail the picture itself is taken, so only whether there is one can be compared.
    return draft.url, draft.title, draft.published, summary, bool(draft.images)


@pytest.mark.parametrize("path", pages(r"list-.*\.html"))
def test_the_detector_finds_the_very_list_that_is_known_to_be_there(path: Path) -> None:
    page = load(path)
    guesses = detect(page, OPTIONS)
    if name_of(path) in ERRORS:
        assert not any(guess.confidence >= 0.4 for guess in guesses)
        return
    known = discuz.parse_list(page, OPTIONS)
    assert [listed(draft) for draft in guesses[0].listing.drafts] == [listed(draft) for draft in known.drafts]


@pytest.mark.parametrize("path", pages(r"(?:view-\d|root|archiver).*\.html"))
def test_no_list_is_seen_where_there_is_none(path: Path) -> None:
    assert not any(guess.confidence >= 0.4 for guess in detect(load(path), OPTIONS))
