"""JSON of any API, read by expressions or by what its fields are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from feedbot.errors import EmptyList, NotParseable
from feedbot.sources import json_api, records
from feedbot.sources.spec import Listing, Page, ParseOptions
from sources.feed_cases import cases, expected, plain

URL = "https://town.example/api/news"
CASES = [case for case in cases("json", ".json") if ".select" not in case.name]
ITEMS = [
    {"id": number, "title": f"Story number {number} of this town", "url": f"/n/{number}", "time": "2026-11-02"}
    for number in range(3)
]


def read(said: Any, **select: str) -> Listing:
    body = said if isinstance(said, str) else json.dumps(said)
    return json_api.parse_list(Page(body.encode(), URL), ParseOptions(timezone="Asia/Shanghai", select=select))


def found(said: Any) -> list[tuple[str, float]]:
    leads = json_api.find(Page(json.dumps(said).encode(), URL), ParseOptions())
    return [(lead.select["list"], lead.confidence) for lead in leads]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_saved_answer_gives_exactly_what_is_expected_of_it(case: Path) -> None:
    select = json.loads(case.with_suffix(".select.json").read_text(encoding="utf-8"))
    listing = json_api.parse_list(Page(case.read_bytes(), URL), ParseOptions(timezone="Asia/Shanghai", select=select))
    assert plain(listing) == expected(case)
    assert json_api.check(select) == []


@pytest.mark.parametrize(
    ("said", "path"),
    [
        (ITEMS, "@"),
        ({"data": {"list": ITEMS}}, "data.list"),
        ({"odd key!": ITEMS}, '"odd key!"'),
        ({"posts": {str(item["id"]): item for item in ITEMS}}, "posts.*"),
        ([{"title": "Menu", "url": "/a"}, {"title": "More", "url": "/b"}, ITEMS], "[2]"),
        ({"edges": [{"cursor": "x", "node": item} for item in ITEMS]}, "edges"),
    ],
)
def test_the_array_of_articles_is_found_and_read_by_the_expressions_that_are_proposed(said: Any, path: str) -> None:
    [lead] = json_api.find(Page(json.dumps(said).encode(), URL), ParseOptions())
    assert (lead.url, lead.type, lead.select["list"]) == (URL, "json", path)
    assert json_api.check(lead.select) == []
    listing = read(said, **lead.select)
    assert [(draft.title, draft.url, draft.guid) for draft in listing.drafts] == [
        (item["title"], f"https://town.example{item['url']}", str(item["id"])) for item in ITEMS
    ]
    assert read(said).drafts == listing.drafts


@pytest.mark.parametrize(
    "said",
    [
        {},
        [],
        [1, 2, 3],
        {"menu": [{"title": "Home", "url": "/"}, {"title": "News", "url": "/news"}]},
        {"products": [{"name": "A very long table of oak wood", "url": "/p/1"}, {"name": "Chair", "url": "/p/2"}]},
        {"pictures": [{"title": "A picture of the harbour", "url": "/1.jpg"}, {"title": "Another", "url": "/2.jpg"}]},
        {"same": [{"title": "The very same headline", "url": f"/{n}", "date": "2026-11-02"} for n in range(9)]},
        {"version": "https://jsonfeed.org/version/1.1", "items": ITEMS},
    ],
)
def test_what_is_no_list_of_articles_is_not_taken_for_one(said: Any) -> None:
    assert found(said) == []


def test_an_answer_that_tells_more_is_a_surer_guess() -> None:
    assert found(ITEMS) == [("@", 0.55)]
    assert found([{**item, "summary": "It is so.", "author": "A"} for item in ITEMS]) == [("@", 0.65)]
    assert found([{key: value for key, value in item.items() if key != "time"} for item in ITEMS]) == [("@", 0.3)]


@pytest.mark.parametrize(
    ("select", "fault"),
    [
        ({"list": "a..b"}, "select.list is no JMESPath expression: 'a..b', at character 3: '.' cannot stand there."),
        ({"list": "a["}, "select.list is no JMESPath expression: 'a[', at character 3: it ends too early."),
        ({"title": "a#b"}, "select.title is no JMESPath expression: 'a#b', at character 2: '#' cannot stand there."),
        (
            {"title": "titel(@)"},
            "select.title is no JMESPath expression: 'titel(@)', at character 1: there is no function titel().",
        ),
        (
            {"link": "https://x.example/{a..b}"},
            "select.link is no JMESPath expression: 'a..b', at character 3: '.' cannot stand there.",
        ),
        (
            {"link": "https://x.example/a"},
            (
                "select.link is an address that is the same for every article: 'https://x.example/a'."
                " Put what differs into braces."
            ),
        ),
        ({"titel": "title"}, f"select.titel is unknown; known are {', '.join(records.OPTIONS)}."),
        ({"list": "[" * 501}, "select.list is longer than 500 characters."),
    ],
)
def test_a_wrong_expression_is_refused_with_its_place_before_the_source_is_polled(
    select: dict[str, str], fault: str
) -> None:
    assert json_api.check(select) == [fault]


def test_a_wrong_expression_is_refused_with_its_place_when_it_is_used() -> None:
    with pytest.raises(
        NotParseable, match=r"^select\.date is no JMESPath expression: 'a b', at character 3: 'b' cannot stand there\.$"
    ):
        read(ITEMS, date="a b")


@pytest.mark.parametrize(
    ("said", "select", "text"),
    [
        ("", {}, "The answer is empty."),
        (
            "<html></html>",
            {},
            "This is a web page or XML, not JSON. Give the address that answers with the JSON itself.",
        ),
        ("not json", {}, "This is no JSON. It begins with: not json"),
        (
            '{"a": }',
            {},
            "This begins like JSON, but cannot be read: Expecting value: line 1 column 7 (char 6).",
        ),
        ({"a": 1}, {}, "No array in this JSON looks like articles. Name it: select.list with a JMESPath expression."),
        ({"a": 1}, {"list": "b"}, "select.list finds nothing in this JSON: 'b'."),
        ({"a": 1}, {"list": "a"}, "select.list finds a single value in this JSON: 'a'."),
        (
            {"a": [{"title": "t"}]},
            {"list": "a"},
            (
                "None of the 1 entries of the list has a title and an address. Name them: select.title, and select.link"
                " with an expression or with a template such as https://example.org/a/{id}."
            ),
        ),
    ],
)
def test_an_answer_without_articles_says_what_is_missing(said: Any, select: dict[str, str], text: str) -> None:
    with pytest.raises(NotParseable) as fault:
        read(said, **select)
    assert (str(fault.value), fault.value.url) == (text, URL)


def test_an_expression_that_does_not_fit_the_data_is_named() -> None:
    with pytest.raises(NotParseable, match=r"^select\.title does not fit this page: 'length\(id\)': "):
        read(ITEMS, list="@", title="length(id)")


def test_an_empty_array_is_an_empty_list() -> None:
    with pytest.raises(EmptyList, match=r"^The list of articles is empty: 'items'\.$"):
        read({"items": []}, list="items")


def test_a_template_leaves_out_an_article_that_lacks_what_it_needs_and_escapes_what_it_gets() -> None:
    said = [{"title": "a", "id": "x y/ü?&"}, {"title": "b"}, {"title": "c", "id": 7}]
    drafts = read(said, list="@", link="https://x.example/{id}.html").drafts
    assert [draft.url for draft in drafts] == ["https://x.example/x%20y/%C3%BC%3F%26.html", "https://x.example/7.html"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        '{"a":' * 100 + "1" + "}" * 100,
        "[" + "9" * 10_000 + "]",
        '[{"title": "t", "link": "http://[::1", "date": 1e999}]',
        '[{"title": "\\ud800\\u0000", "link": "/x"}]',
        "cb(" * 50_000,
    ],
)
def test_hostile_json_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotParseable):
        read(text, list="@")
    assert json_api.find(Page(text.encode(), URL), ParseOptions()) == ()


def test_large_answers_are_read_in_time_and_up_to_two_thousand_articles() -> None:
    items = [{**ITEMS[0], "title": f"A long headline {n}", "id": n} for n in range(5000)]
    said = {"noise": [[{"a": n}] * 3 for n in range(30_000)], "items": items}
    assert found(said) == [("items", 0.55)]
    assert len(read(said).drafts) == 2000
