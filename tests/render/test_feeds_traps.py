"""The traps of feedgen 1.0: what the library does by itself, and that our feeds do not have it."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

from lxml import etree

from feedbot.domain.article import Attachment, Image
from feedbot.render.feeds import FeedLink, render
from render.feed_rules import ATOM, CONTENT, DC, MEDIA
from render.feed_samples import article, rich_article, view


def rss(*articles: Any, **changes: Any) -> Any:
    return etree.fromstring(render(view(**changes), articles, "rss"))[0]


def atom(*articles: Any, **changes: Any) -> Any:
    return etree.fromstring(render(view(**changes), articles, "atom"))


def test_the_traps_are_those_of_the_release_that_is_pinned() -> None:
    assert version("feedgen") == "1.0.0"


def test_trap_1_the_channels_link_is_the_home_page_though_other_links_were_added() -> None:
    assert rss(links=(FeedLink("hub", "https://hub.example/"),)).findtext("link") == view().home_url


def test_trap_2_hub_and_archive_links_reach_rss_as_well_as_atom() -> None:
    links = (FeedLink("hub", "https://hub.example/"), FeedLink("prev-archive", "https://a.example/1", "application/x"))
    for document in (rss(links=links), atom(links=links)):
        written = [each for each in document.iterfind(f"{ATOM}link") if each.get("rel") not in {"self", "alternate"}]
        assert [(each.get("rel"), each.get("href"), each.get("type")) for each in written] == [
            ("hub", "https://hub.example/", None),
            ("prev-archive", "https://a.example/1", "application/x"),
        ]


def test_trap_3_no_date_is_the_time_of_rendering() -> None:
    assert rss(article(published=None)).findtext("lastBuildDate") == "Wed, 04 Mar 2026 05:06:07 GMT"
    assert rss().findtext("lastBuildDate") == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert atom().findtext(f"{ATOM}updated") == "2026-01-01T00:00:00+00:00"
    dates = {each.text[:19] for each in atom(article(published=None)).iter(f"{ATOM}updated", f"{ATOM}published")}
    assert dates == {"2026-03-04T05:06:07"}


def test_trap_4_no_text_has_the_type_cdata() -> None:
    for format_ in ("rss", "atom"):
        assert b"CDATA" not in render(view(), [article(body_html="<p>a ]]> b</p>")], format_)


def test_trap_5_an_author_without_a_mail_address_reaches_rss() -> None:
    assert rss(rich_article()).findtext(f"item/{DC}creator") == "张三"


def test_trap_6_no_syndication_element_is_written() -> None:
    assert b"syndication" not in render(view(), [article()], "rss")


def test_trap_7_entries_stand_in_the_order_of_the_items() -> None:
    titles = [each.findtext("title") for each in rss(article(1), article(3), article(2)).iterfind("item")]
    assert titles == ["第3条新闻", "第2条新闻", "第1条新闻"]


def test_trap_8_the_source_of_an_entry_has_more_than_title_and_link() -> None:
    source = atom(article()).find(f"{ATOM}entry/{ATOM}source")
    assert [child.tag.removeprefix(ATOM) for child in source] == ["id", "title", "updated", "link", "link"]


def test_trap_9_no_text_input_is_written() -> None:
    assert rss(article()).find("textInput") is None


def test_trap_10_one_control_character_does_not_lose_the_feed() -> None:
    assert (
        len(
            rss(article(1, title="a\x00b\x0c", url="https://a.example/\x01", author="\x02"), article(2)).findall("item")
        )
        == 2
    )


def test_trap_11_rendering_never_touches_the_locale_of_the_process() -> None:
    """The library formats RSS dates by `locale.setlocale`, which other threads see; we never call it."""
    called: list[str] = []

    def note(frame: Any, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code.co_name in {"setlocale", "formatRFC2822"}:
            called.append(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        render(view(), [article(), rich_article()], "rss")
        render(view(), [article(), rich_article()], "atom")
    finally:
        sys.setprofile(before)
    assert called == []


def test_trap_12_a_summary_has_its_type_and_further_files_reach_rss() -> None:
    files = tuple(Attachment(f"https://a.example/{number}", mime_type="audio/mpeg", size=5) for number in range(3))
    assert atom(article()).find(f"{ATOM}entry/{ATOM}summary").get("type") == "text"
    item = rss(article(attachments=files)).find("item")
    assert [each.get("url") for each in item.iterfind("enclosure")] == ["https://a.example/0"]
    assert [dict(each.attrib) for each in item.iterfind(f"{MEDIA}content")] == [
        {"url": "https://a.example/1", "type": "audio/mpeg", "fileSize": "5"},
        {"url": "https://a.example/2", "type": "audio/mpeg", "fileSize": "5"},
    ]


def test_a_lone_picture_is_not_wrapped_in_a_group() -> None:
    assert rss(article(images=(Image("https://a.example/1.jpg"),))).find(f"item/{MEDIA}group") is None


def test_links_of_an_entry_keep_their_relation_and_type() -> None:
    links = atom(rich_article()).findall(f"{ATOM}entry/{ATOM}link")
    assert [each.get("rel") for each in links] == ["alternate", "enclosure", "enclosure"]
    assert links[1].get("type") == "application/pdf"


def test_the_whole_body_is_escaped_text_that_comes_back_unchanged() -> None:
    body = "<p>a ]]&gt; &amp;nbsp; &lt;b&gt; “引号”</p>"
    assert rss(article(body_html=body)).findtext(f"item/{CONTENT}encoded") == body
    assert atom(article(body_html=body)).findtext(f"{ATOM}entry/{ATOM}content") == body
