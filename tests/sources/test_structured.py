"""Lists that pages tell machines: JSON-LD, microdata, microformats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedbot.errors import EmptyList, NotParseable
from feedbot.sources import hfeed, jsonld, microdata, registry
from feedbot.sources.spec import Page, ParseOptions, SourceSpec
from sources.feed_cases import cases, expected, plain

URL = "https://town.example/list"
TYPES = {spec.name: spec for spec in (jsonld.SPEC, microdata.SPEC, hfeed.SPEC)}
CASES = cases("structured", ".html")
LISTS = [case for case in CASES if case.stem != "article-page"]


def of(case: Path) -> SourceSpec:
    return TYPES[case.stem.partition("-")[0]]


def ld(said: object) -> Page:
    return Page(f'<script type="application/ld+json">{json.dumps(said)}</script>'.encode(), URL)


def story(number: int, **more: object) -> dict[str, object]:
    return {"@type": "NewsArticle", "headline": f"Story {number}", "url": f"/{number}", **more}


@pytest.mark.parametrize("case", LISTS, ids=lambda case: case.name)
def test_a_saved_page_gives_exactly_what_is_expected_of_it(case: Path) -> None:
    listing = of(case).parse_list(Page(case.read_bytes(), URL), ParseOptions(timezone="Europe/Berlin"))
    assert plain(listing) == expected(case)


@pytest.mark.parametrize("case", LISTS, ids=lambda case: case.name)
def test_a_page_leads_to_itself_as_the_type_that_it_is_marked_as(case: Path) -> None:
    leads = registry.leads(Page(case.read_bytes(), URL), ParseOptions())
    assert [(lead.url, lead.type) for lead in leads if lead.type in TYPES] == [(URL, of(case).name)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_what_is_surely_a_list_of_articles_is_recognised(case: Path) -> None:
    recognised = [spec.name for spec in TYPES.values() if spec.recognises(Page(case.read_bytes(), URL))]
    is_sure = case.stem not in {"article-page", "jsonld-urls-only"}
    assert recognised == ([of(case).name] if is_sure else [])


def test_the_page_of_an_article_is_no_list_although_it_names_others() -> None:
    page = Page((LISTS[0].parent / "article-page.html").read_bytes(), URL)
    assert [lead for lead in registry.leads(page, ParseOptions()) if lead.type in TYPES] == []
    assert registry.detect(page) is None


@pytest.mark.parametrize("case", LISTS, ids=lambda case: case.name)
def test_half_of_a_page_is_an_error_and_never_a_short_list(case: Path) -> None:
    body = case.read_bytes()
    end = body.rfind(b"</script>") + 20 if of(case) is jsonld.SPEC else len(body) * 9 // 10
    with pytest.raises(NotParseable, match=r"^The page ends in the middle: the rest of it did not arrive\.$"):
        of(case).parse_list(Page(body[:end].rstrip(b">"), URL), ParseOptions())


@pytest.mark.parametrize(
    ("said", "confidence"),
    [
        ([story(n, datePublished="2026-11-02") for n in range(3)], 0.8),
        ([story(n) for n in range(3)], 0.65),
        ({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "url": f"/{n}"} for n in range(3)]}, 0.45),
        ([story(1)], None),
        ({"@type": "ItemList", "itemListElement": [{"@type": "Product", "url": f"/{n}"} for n in range(9)]}, None),
        ({"@type": "ItemList", "itemListElement": [{"item": {"@type": "Product", "url": "/1"}}] * 9}, None),
        ([{"@type": "JobPosting", "title": "Cook", "url": f"/{n}"} for n in range(9)], None),
        ({"@type": "BreadcrumbList", "itemListElement": [{"url": f"/{n}"} for n in range(9)]}, None),
        ({"@type": "SiteNavigationElement", "hasPart": [{"url": f"/{n}", "name": "n"} for n in range(9)]}, None),
        ("text", None),
    ],
)
def test_the_lead_is_as_sure_as_the_data(said: object, confidence: float | None) -> None:
    assert [lead.confidence for lead in jsonld.find(ld(said), ParseOptions())] == ([confidence] if confidence else [])


def test_two_nodes_that_name_each_other_are_read_once() -> None:
    said = [
        {"@id": "a", "@type": "CollectionPage", "hasPart": [{"@id": "b"}, story(1), story(2)]},
        {"@id": "b", "@type": "CollectionPage", "mainEntity": {"@id": "a"}},
    ]
    listing = jsonld.parse_list(ld(said), ParseOptions())
    assert [draft.title for draft in listing.drafts] == ["Story 1", "Story 2"]


def test_an_article_whose_title_nothing_tells_is_still_to_be_read() -> None:
    said = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "url": "https://town.example/7"}]}
    [draft] = jsonld.parse_list(ld(said), ParseOptions()).drafts
    assert (draft.url, draft.title, draft.is_complete) == ("https://town.example/7", "", False)


@pytest.mark.parametrize(
    ("name", "body", "error", "text"),
    [
        ("jsonld", "{}", NotParseable, "This is no web page."),
        ("jsonld", "<html></html>", NotParseable, "This page has no JSON-LD."),
        (
            "jsonld",
            '<script type="application/ld+json">{"@type": "WebSite"}</script>',
            EmptyList,
            "The JSON-LD of this page lists no articles.",
        ),
        ("microdata", "<html></html>", NotParseable, "This page has no microdata (itemscope) and no RDFa (typeof)."),
        ("microdata", "<div itemscope></div>", EmptyList, "The microdata of this page marks no articles."),
        (
            "hfeed",
            "<html></html>",
            EmptyList,
            "No entries with an address are marked on this page (h-entry or hentry).",
        ),
    ],
)
def test_a_page_without_such_a_list_says_so(name: str, body: str, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as fault:
        TYPES[name].parse_list(Page(body.encode(), URL), ParseOptions())
    assert str(fault.value) == text


@pytest.mark.parametrize(
    "body",
    [
        '<script type="application/ld+json">' + "[" * 200_000 + "</script>",
        '<script type="application/ld+json">' * 20_000,
        '<script type="application/ld+json">{"@type":"ItemList","itemListElement":'
        + "[" * 500
        + "]" * 500
        + "}</script>",
        '<div itemscope itemtype="https://schema.org/Article">' * 20_000,
        '<div class="h-entry"><div>' * 8_000 + "x",
        "<div class='h-entry'>" + "<b>" * 3_000 + "<i class='p-name'>" * 3_000,
        "<div itemscope>" + "<div><p itemprop=name>x" * 10_000,
        "<script " * 200_000,
        '<script type="application/ld+json">-->' + " " * 100_000 + "x</script>",
        "<p>" + "x" * 400_000 + "<div itemscope><div itemprop=description>" * 2_000 + "y" * 3_000_000,
        "<div class='h-entry'>" + "<div class=p-category>" * 2_000 + "y" * 3_000_000,
        "<div class='hentry'>" + "<div class='entry-title'><a href='/x' rel=bookmark>x</a></div>" * 5_000,
    ],
    ids=range(12),
)
def test_hostile_pages_are_looked_at_in_time(body: str) -> None:
    page = Page(body.encode(), URL)
    for spec in TYPES.values():
        spec.recognises(page)
        assert len(spec.find(page, ParseOptions())) <= 1


def test_at_most_two_thousand_articles_are_read() -> None:
    page = ld([story(number) for number in range(2_100)])
    assert len(jsonld.parse_list(page, ParseOptions()).drafts) == 2000
