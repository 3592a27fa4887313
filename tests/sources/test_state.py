"""Pages that carry their articles as data for scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from feedbot.errors import NotParseable
from feedbot.sources import state
from feedbot.sources.spec import Listing, Page, ParseOptions
from feedbot.sources.state import devalue, literal
from feedbot.sources.state.values import values
from sources.feed_cases import cases, expected, plain

URL = "https://town.example/list"
CASES = cases("state", ".html")
STORIES = [
    {"slug": "ferry", "title": "The ferry has a new timetable", "date": "2026-11-02", "section": {"slug": "harbour"}},
    {"slug": "bridge", "title": "A longer bridge is being built", "date": "2026-11-01", "section": {"slug": "roads"}},
    {"slug": "school", "title": "A roof for the old school", "date": "2026-10-30", "section": {"slug": "town"}},
]


def read(html: str, **select: str) -> Listing:
    return state.parse_list(Page(html.encode(), URL), ParseOptions(timezone="Asia/Shanghai", select=select))


def carrying(said: Any, *links: str) -> str:
    anchors = "".join(f'<a href="{link}">x</a>' for link in links)
    return f'<html><body>{anchors}<script id="data" type="application/json">{json.dumps(said)}</script></body></html>'


def found_link(said: Any, *links: str) -> str | None:
    leads = state.find(Page(carrying(said, *links).encode(), URL), ParseOptions())
    return leads[0].select["link"] if leads else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_saved_page_gives_exactly_what_is_expected_of_it(case: Path) -> None:
    listing = state.parse_list(Page(case.read_bytes(), URL), ParseOptions(timezone="Asia/Shanghai"))
    assert plain(listing) == expected(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_lead_of_a_page_reads_what_it_promises(case: Path) -> None:
    page = Page(case.read_bytes(), URL)
    [lead] = state.find(page, ParseOptions())
    assert (lead.url, lead.type, state.check(lead.select)) == (URL, "state", [])
    options = ParseOptions(timezone="Asia/Shanghai", select=lead.select)
    assert plain(state.parse_list(page, options)) == expected(case)


def test_a_page_is_never_taken_for_one_that_carries_data() -> None:
    assert not any(state.recognises(Page(case.read_bytes(), URL)) for case in CASES)


@pytest.mark.parametrize(
    ("links", "template"),
    [
        (("/n/ferry", "/n/bridge"), "/n/{slug}"),
        (("/n/ferry.html", "/n/bridge.html"), "/n/{slug}.html"),
        (("/read?id=ferry&x=1", "/read?id=bridge&x=1"), "/read?id={slug}&x=1"),
        (("/harbour/ferry", "/roads/bridge"), "/{section.slug}/{slug}"),
        (("https://town.example/n/ferry/", "https://town.example/n/school/"), "/n/{slug}/"),
        (("/n/ferry", "/n/bridge", "/tag/ferry", "/n/school"), "/n/{slug}"),
        (("/n/ferry",), None),
        (("/n/ferry", "/m/bridge"), None),
        (("https://else.example/n/ferry", "https://else.example/n/bridge"), None),
        ((), None),
    ],
)
def test_an_address_is_built_only_in_the_form_that_the_pages_links_prove(
    links: tuple[str, ...], template: str | None
) -> None:
    assert found_link(STORIES, *links) == template


def test_the_form_is_proved_for_articles_inside_of_other_objects_too() -> None:
    said = {"edges": [{"node": story} for story in STORIES]}
    html = carrying(said, "/n/ferry", "/n/bridge")
    assert found_link(said, "/n/ferry", "/n/bridge") == "/n/{node.slug}"
    assert [draft.url for draft in read(html).drafts] == [
        f"https://town.example/n/{story['slug']}" for story in STORIES
    ]


@pytest.mark.parametrize(
    ("html", "select", "text"),
    [
        ("{}", {}, "This is no web page."),
        ("<html><body></body></html>", {}, "This page carries no data in its scripts."),
        (
            carrying(STORIES),
            {},
            ("Nothing in the data of this page looks like a list of articles. Name it: select.script and select.list."),
        ),
        (carrying(STORIES), {"script": "other"}, "This page has no data named 'other' (select.script); it has: data."),
        (
            carrying(STORIES),
            {"list": "@"},
            (
                "None of the 3 entries of the list has a title and an address. Name them: select.title, and select.link"
                " with an expression or with a template such as https://example.org/a/{id}."
            ),
        ),
        (
            carrying(STORIES),
            {"list": "a["},
            "select.list is no JMESPath expression: 'a[', at character 3: it ends too early.",
        ),
    ],
)
def test_a_page_without_articles_says_what_is_missing(html: str, select: dict[str, str], text: str) -> None:
    with pytest.raises(NotParseable) as fault:
        read(html, **select)
    assert str(fault.value) == text


def test_what_the_admin_names_wins_over_what_is_guessed() -> None:
    said = {"one": [{**story, "url": f"/a/{story['slug']}"} for story in STORIES], "two": [{"id": 1, "title": "Other"}]}
    assert len(read(carrying(said)).drafts) == 3
    [draft] = read(carrying(said), script="data", list="two", link="/b/{id}").drafts
    assert (draft.title, draft.url) == ("Other", "https://town.example/b/1")
    assert [draft.title for draft in read(carrying(said), title="slug").drafts] == ["ferry", "bridge", "school"]


def test_the_keys_are_checked_before_the_source_is_polled() -> None:
    assert state.check({"script": "anything at all", "list": "a.b"}) == []
    [unknown, wrong] = state.check({"titel": "x", "list": "a["})
    assert unknown.startswith("select.titel is unknown; known are script, list, ")
    assert wrong == "select.list is no JMESPath expression: 'a[', at character 3: it ends too early."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 1, 'b': -2.5e3, \"c\": 0x1F, d: [,1,], e: void 0, f: !0, g: !1}",
         {"a": 1, "b": -2500.0, "c": 31, "d": [None, 1], "e": None, "f": True, "g": False}),
        (r"'it\'s \u4e2d\x41\u{1F697}\n'", "it's 中A🚗\n"),
        ("`plain`", "plain"),
        ("new Date(1793610000000)", 1793610000000),
        ("[]", []),
        ("{}", {}),
        ("[{a:[{}]}]", [{"a": [{}]}]),
    ],
)  # fmt: skip
def test_literals_of_javascript_are_read_as_values(text: str, value: Any) -> None:
    assert literal.read(text)[0] == value


@pytest.mark.parametrize(
    "text", ["", "a", "{a: b}", "{a: 1 + 1}", "function(){}", "`a${b}`", "[1", "{,}", "{a", "]", "[" * 99]
)
def test_code_is_never_taken_for_a_value(text: str) -> None:
    with pytest.raises(literal.NoLiteral):
        literal.read(text)


def test_a_flattened_value_is_put_together_again_even_if_it_names_itself() -> None:
    flat = [{"a": 1, "b": 2, "self": 0}, "x", [1, 3, 99, -1], ["Date", "2026-11-02"], ["Set", 1]]
    assert devalue.is_flattened(flat)
    assert devalue.revived(flat) == {"a": "x", "b": ["x", "2026-11-02", None, None], "self": None}
    others: tuple[Any, ...] = ([], {}, [1, 2], [{"a": "x"}, 1], ["x", "y"], [{"a": 9}, 1])
    for other in others:
        assert not devalue.is_flattened(other)


@pytest.mark.parametrize(
    "script",
    [
        "a={" * 50_000,
        "window.x=[" * 50_000,
        "x = {a:" * 20_000 + "1",
        "var x = (function(" * 20_000,
        "x=JSON.parse('" * 20_000,
        "x=`" * 100_000,
        'x="' + "\\" * 200_000,
        "self.__next_f.push([1," * 20_000,
        'self.__next_f.push([1,"' + "1:[" * 50_000 + '"])',
        "a=[" + "[0," * 60_000 + "]",
    ],
    ids=range(10),
)
def test_hostile_scripts_are_looked_at_in_time(script: str) -> None:
    html = f"<html><script>{script}</script></html>"
    assert state.find(Page(html.encode(), URL), ParseOptions()) == ()


def test_no_more_than_three_megabytes_of_data_are_looked_at() -> None:
    one = "<script>window.data = [" + ",".join(["{}"] * 300_000) + "]</script>"
    assert len(list(values(one * 9))) == 3
