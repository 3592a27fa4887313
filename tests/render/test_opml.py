"""The list of feeds: OPML 2.0 that readers import, the same bytes for the same feeds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from feedbot.render.opml import NAMESPACE, Outline, opml
from render.feed_rules import is_url, parse

MODIFIED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
GOLDEN = Path(__file__).parents[1] / "data" / "golden" / "feeds.opml"
ANYUAN = Outline(
    text="安源区政府",
    xml_url="https://news.example/feeds/source/anyuan.rss",
    html_url="https://portal.example/list?catid=8",
    description="News of the district",
    language="zh_CN",
)
TREE = (
    Outline(text="城事资讯", children=(ANYUAN, Outline(text="Empty", children=(Outline(text="emptier"),)))),
    Outline(text="Blog", xml_url="https://news.example/feeds/source/blog.rss"),
)


def opml_faults(document: bytes) -> list[str]:
    """Every fault of an OPML 2.0 subscription list."""
    return list(_faults(parse(document)))


def _faults(root: Any) -> Iterator[str]:
    if root.tag != "opml" or root.get("version") != "2.0" or [child.tag for child in root] != ["head", "body"]:
        yield "O1 not an opml element of version 2.0 with a head and a body"
    if not (root.findtext("head/title") or "").strip():
        yield "O1 no head.title"
    for date in root.iter("dateCreated", "dateModified"):
        parsedate_to_datetime(date.text)
    for outline in root.iter("outline"):
        yield from _outline_faults(outline)


def _outline_faults(outline: Any) -> Iterator[str]:
    if not outline.get("text", "").strip():
        yield "O1 outline without text"
    if (outline.get("type") == "rss") != ("xmlUrl" in outline.attrib):
        yield "O1 type=rss and xmlUrl go together"
    if ("htmlUrl" in outline.attrib) != ("xmlUrl" in outline.attrib):
        yield "O1 feed without htmlUrl"
    for name in ("xmlUrl", "htmlUrl"):
        if name in outline.attrib and not is_url(outline.get(name)):
            yield f"O1 {name} {outline.get(name)!r}"


def written(*outlines: Outline, title: str = "Town news") -> bytes:
    return opml(title, outlines, modified=MODIFIED, owner="Town news", owner_url="https://news.example/")


def body(*outlines: Outline) -> Any:
    return parse(written(*outlines)).find("body")


def test_o1_feeds_stand_in_nested_folders_and_folders_without_a_feed_are_left_out() -> None:
    lines = body(*TREE)
    assert [outline.get("text") for outline in lines] == ["城事资讯", "Blog"]
    assert [dict(outline.attrib) for outline in lines[0]] == [
        {
            "text": "安源区政府",
            "title": "安源区政府",
            "type": "rss",
            "xmlUrl": "https://news.example/feeds/source/anyuan.rss",
            "htmlUrl": "https://portal.example/list?catid=8",
            "description": "News of the district",
            "language": "zh-CN",
        }
    ]


def test_o1_a_feed_without_a_page_names_itself_as_its_page() -> None:
    blog = body(*TREE)[1]
    assert blog.get("htmlUrl") == blog.get("xmlUrl") == "https://news.example/feeds/source/blog.rss"


def test_o1_the_list_has_no_fault_and_exactly_the_bytes_of_its_golden_file() -> None:
    document = written(*TREE)
    assert opml_faults(document) == []
    assert document == GOLDEN.read_bytes()


def test_o1_further_attributes_come_back_in_our_own_namespace() -> None:
    extra = Outline(text="x", xml_url="https://a.example/", extra={"select": "td#list > a", "interval": "15m\x00"})
    outline = body(extra)[0]
    assert outline.get(f"{{{NAMESPACE}}}select") == "td#list > a"
    assert outline.get(f"{{{NAMESPACE}}}interval") == "15m"


@pytest.mark.parametrize("text", ["", "\x00", "<b>", "a & b < c ]]> \ud83d"])
def test_o1_any_text_gives_a_list_without_faults(text: str) -> None:
    document = written(
        Outline(text=text, children=(Outline(text=text, xml_url="https://新闻.example/安 源"),)), title=text
    )
    assert opml_faults(document) == []


def test_an_empty_list_is_a_list() -> None:
    assert opml_faults(written()) == []
    assert len(body()) == 0
