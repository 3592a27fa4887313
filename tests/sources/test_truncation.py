"""Half of a document never passes for the whole, and a sloppy whole one never for a half."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.domain.article import Draft
from feedbot.errors import NotParseable
from feedbot.sources import article, feed, registry
from feedbot.sources.encoding import decode
from feedbot.sources.spec import Page, ParseOptions
from feedbot.sources.truncation import is_truncated
from sources.feed_cases import DATA, cases

PAGES = sorted(path for path in DATA.rglob("*.html"))
FEEDS = cases("feed", ".xml")
HEAD = "<!doctype html><html><head><title>t</title></head><body>"


def test_no_saved_page_is_taken_for_a_half() -> None:
    assert [case.name for case in PAGES if is_truncated(decode(case.read_bytes()), "html")] == []


def test_no_saved_feed_is_taken_for_a_half_but_each_half_of_one() -> None:
    assert [case.name for case in FEEDS if is_truncated(decode(case.read_bytes()), "feed")] == []
    for case in FEEDS:
        whole = decode(case.read_bytes()).rstrip()
        end = max(whole.rfind("</channel"), whole.rfind("</item"), whole.rfind("</entry"))
        cuts = [whole[: end * part // 10] for part in range(1, 10)] if end > 0 else []
        assert all(is_truncated(cut, "feed") for cut in cuts), case.name


def test_nearly_every_place_to_cut_a_page_is_noticed() -> None:
    cut = noticed = 0
    for case in PAGES[::3]:
        text = decode(case.read_bytes())
        end = text.lower().rfind("</body")
        for part in range(1, 10) if end > 0 else ():
            cut += 1
            noticed += is_truncated(text[: end * part // 10], "html")
    assert cut > 200
    assert noticed > 0.9 * cut


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}<p>One<p>Two",
        f"{HEAD}<ul><li>One<li>Two</ul>",
        f"{HEAD}<div><p>One</p></div>",
        f"{HEAD}<div><div><p>One</p></div>",
        f"{HEAD}<table><tr><td>One<tr><td>Two</table>",
        f"{HEAD}<p>1 < 2 and AT&T",
        f"{HEAD}<p>One</p><!-- served in 3 ms -->",
        f"{HEAD}<p>One</p><script>if (a < b) c()</script>",
        f"{HEAD}<p>never closed</body>",
        f"{HEAD}<div><div><div><p>One</p>",
        f"{HEAD}<div><div><div><ul><li>One</li></ul></div>",
        "<html><frameset cols='1,2'></frameset>",
        "<div><div><p>a fragment",
        "just text",
        "",
    ],
)
def test_a_sloppy_page_is_whole(text: str) -> None:
    assert not is_truncated(text, "html")


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}<div><p>One",
        f"{HEAD}<div><p>One</p><p class='x",
        f"{HEAD}<p>One</p><a href='https://news.exam",
        f"{HEAD}<p>One</p></di",
        f"{HEAD}<p>One</p><",
        f"{HEAD}<p>One&nbsp",
        f"{HEAD}<p>One&#82",
        f"{HEAD}<p>One</p><!-- an ad",
        f"{HEAD}<p>One</p><script>var a = [1, 2",
        f"{HEAD}<div><div><div><p>One <em>and</em>",
        f"{HEAD}<article><p>One</p><p>Two <em>and",
        "<!doctype html><html><head><title>Ne",
        "<ul><li><a href='/1'>One</a></li><li><a hre",
    ],
)
def test_a_page_that_ends_in_the_middle_is_cut(text: str) -> None:
    assert is_truncated(text, "html")


@pytest.mark.parametrize(
    "text",
    [
        "<rss><channel><item><title>a</title></item></channel></rss>",
        "<rss><channel><item><title>a</title></item></channel>",
        "<rss><channel><item><title>a</title><item><title>b</title></channel></rss>",
        "<RSS><CHANNEL><ITEM><TITLE>a</TITLE></ITEM></CHANNEL></RSS>",
        "<rss><channel><title>a</title></channel></rss><!-- 0.03 s --><script>x</script>",
        "<rdf:RDF><channel></channel><item></item></rdf:RDF>",
        "<a:feed><a:entry></a:entry></a:feed >",
        "<feed xmlns='http://www.w3.org/2005/Atom'/>",
    ],
)
def test_a_sloppy_feed_is_whole(text: str) -> None:
    assert not is_truncated(text, "feed")


@pytest.mark.parametrize(
    "text",
    [
        "<rss><channel><item><title>a</title></item>",
        "<rss><channel><item><title>a</title></item></channe",
        "<rss><channel><item><title>a</ti",
        "<rss><channel><item><description><![CDATA[<p>a",
        "<rdf:RDF><channel></channel><item><title>a",
        "<feed><entry></entry><entry>",
        "<rss",
    ],
)
def test_a_feed_that_ends_in_the_middle_is_an_error(text: str) -> None:
    assert is_truncated(text, "feed")
    with pytest.raises(NotParseable):
        feed.parse_list(Page(text.encode(), "https://news.example/feed"), ParseOptions())


@pytest.mark.parametrize(
    "part", ["<div>", "<", "&", "<!--", "<script>", "</div>", "<a ", "a", "<p>", "<item>", "</rss>", "\n"]
)
def test_any_number_of_anything_take_bounded_time(part: str) -> None:
    started = time.thread_time()
    is_truncated(HEAD + part * 50_000, "html")
    is_truncated("<rss>" + part * 50_000, "feed")
    assert time.thread_time() - started < 1


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200), st.sampled_from(["html", "feed"]))
def test_whatever_closes_its_end_is_whole(text: str, kind: str) -> None:
    if kind == "html":
        assert not is_truncated(f"<html><body>{text}</body></html>", "html")
    else:
        assert not is_truncated(f"<rss><channel>{text}</channel></rss>", "feed")


@pytest.mark.parametrize(
    ("name", "case"), [("page", "page/news-list"), ("discuz", "discuz/list"), ("discuz", "discuz/list-gbk")]
)
def test_half_of_a_list_page_is_an_error_and_never_a_short_list(name: str, case: str) -> None:
    path = DATA / f"{case}.html"
    select = path.with_suffix(".select.json")
    options = ParseOptions(select=json.loads(select.read_text("utf-8")) if select.exists() else {})
    body = path.read_bytes()
    place = body.rindex(b"<a ", 0, len(body) * 2 // 3) + 8
    spec = registry.get(name)
    assert len(spec.parse_list(Page(body, "https://news.example/list"), options).drafts) > 1
    with pytest.raises(NotParseable, match="ends in the middle"):
        spec.parse_list(Page(body[:place], "https://news.example/list"), options)


def test_half_of_an_article_is_an_error_and_never_a_short_article() -> None:
    story = "<p>The ferry crosses the river every half an hour, and on market days every ten minutes.</p>" * 8
    whole = f"{HEAD}<article><h1>The ferry</h1>{story}</article></body></html>"
    draft = Draft(url="https://news.example/1", title="The ferry", summary="It crosses.")
    assert article.read([Page(whole.encode(), draft.url)], draft, ParseOptions()).draft.body_html
    with pytest.raises(NotParseable, match="ends in the middle"):
        article.read([Page(whole[: len(whole) // 2].encode(), draft.url)], draft, ParseOptions())
