from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def test_of_two_lists_both_are_named_and_the_richer_one_first() -> None:
    page, options, _ = case(FOLDER / "en-two-lists.html")
    first, second = detect(page, options)
    assert (first.select["list"], len(first.listing.drafts)) == ("div.news-entry", 7)
    assert (second.select["list"], len(second.listing.drafts)) == ("div.notice-entry", 4)
    assert first.confidence > second.confidence


@pytest.mark.parametrize("name", ["en-css-modules", "en-next-cards"])
def test_the_selectors_survive_a_build_that_gives_every_class_a_new_hash(name: str) -> None:
    page, options, _ = case(FOLDER / f"{name}.html")
    (guess, *_) = detect(page, options)
    html = page.body.decode()
    rebuilt = re.sub(
        r"__\w{5}\b|sc-\w+ \w+", lambda found: "__" + found[0][:1:-1] if "__" in found[0] else "x1y2z3", html
    )
    assert rebuilt != html
    again = page_type.parse_list(replace(page, body=rebuilt.encode()), replace(options, select=guess.select))
    assert again == guess.listing


@pytest.mark.parametrize("path", sorted((FOLDER.parent / "articles").glob("*.html")), ids=lambda path: path.stem)
def test_the_page_of_one_article_is_not_recognised_as_a_list(path: Path) -> None:
    assert not page_type.recognises(Page(path.read_bytes(), "https://news.example/2026/1.html", "text/html"))


ROW = '<li><a href="/n/{0}.html">Headline of number {0}</a> 2026-11-{1:02}\n'


@pytest.mark.parametrize(
    "html",
    [
        "<ul>" + "".join(ROW.format(number, number % 28 + 1) for number in range(12_000)),
        "".join(f"<ul class=b{n % 7}>" + ROW.format(n, 1) + ROW.format(-n, 2) + "</ul>" for n in range(2_000)),
        "<div>" * 100_000 + "<a href=/1>Headline of number 1</a>",
        ("<div>" * 90 + "<a href=/1/2>Headline</a>" + "</div>" * 90) * 200,
        "".join(f"<h2><a href=/{n}>Headline of number {n}</a></h2><p>2026-11-11" for n in range(3_000)),
        "<table><tr><td>" * 40 + "".join(f"<table><tr><td><a href=/{n}>Headline {n}</a>" for n in range(2_500)),
        "".join(f'<p class="{" ".join(f"c{n}x{k}" for k in range(40))}"><a href=/{n}>News</a>' for n in range(600)),
        f"<ul>{'<li>' * 12_000}{'<a href=/1>' * 10_000}",
    ],
    ids=["links", "boxes", "nested", "deep", "flat", "tables", "classes", "unclosed"],
)
def test_a_large_page_of_whatever_form_is_read_in_a_moment(html: str) -> None:
    started = time.process_time()
    detect(Page(html.encode(), "https://news.example/list/", "text/html"), ParseOptions(now=NOW))
    # About a second on an idle machine; quadratic work would take minutes.
    assert time.process_time() - started < 10


PARTS = st.sampled_from([
    "<ul>", "</ul>", "<li>", "<div class=a>", "<div class='b c'>", "</div>", "<a href=/1>", "</a>", "<tr><td>",
    "<table>", "<a href=/news/20261103.html>", "A headline of the day", "2026-11-03", "<h2>", "</h2>", "<p>",
    "</table>", "<dt>", "<dd>", "<br>", "<img src=/i.jpg>", "<time datetime=2026-11-03>", "</time>", "<span title=x>",
    "\x00", "<!--",
    "<a href='//['>", "<base href='http://['>", "<svg>", "<template>",
])  # fmt: skip


@given(st.lists(PARTS, max_size=60))
@settings(max_examples=100, deadline=None)
def test_whatever_a_page_holds_is_no_fault_and_its_selectors_work(parts: list[str]) -> None:
    page, options = (
        Page(("".join(parts) + "</html>").encode(), "https://news.example/list/", "text/html"),
        ParseOptions(now=NOW),
    )
    for guess in detect(page, options):
        assert page_type.parse_list(page, replace(options, select=guess.select)) == guess.listing
        assert 0 < guess.confidence < 1
