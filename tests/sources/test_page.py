from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from feedbot.domain.article import Draft, Image
from feedbot.errors import EmptyList, NotParseable
from feedbot.sources import page
from feedbot.sources.page_select import Selector, read_selector
from feedbot.sources.spec import Page, ParseOptions
from sources.feed_cases import cases, expected, plain

URL = "https://news.example/list/"
CASES = cases("page", ".html")


def options(**select: str) -> ParseOptions:
    return ParseOptions(timezone="Asia/Shanghai", select=select)


def fetched(html: str, url: str = URL) -> Page:
    return Page(html.encode(), url, "text/html", "utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_saved_list_gives_exactly_what_is_expected_of_it(case: Path) -> None:
    select = json.loads(case.with_suffix(".select.json").read_text(encoding="utf-8"))
    listing = page.parse_list(Page(case.read_bytes(), URL), options(**select))
    assert plain(listing) == expected(case)
    assert page.check_options(select) == []


def test_without_selectors_for_the_article_a_draft_is_complete_as_listed() -> None:
    html = fetched("<ul><li><a href=/1>one</a></ul>")
    assert page.parse_list(html, options(list="li")).drafts[0].is_complete
    assert not page.parse_list(html, options(list="li", body=".text")).drafts[0].is_complete
    assert not page.parse_list(html, options(list="li", article_title="h1")).drafts[0].is_complete


@pytest.mark.parametrize(
    ("select", "text"),
    [
        ({"list": "p.none"}, "Nothing on the page matches select.list: 'p.none'."),
        ({"list": "h1"}, "1 elements match select.list, 'h1', but none has a link to an article."),
        ({"list": "a", "title": ".none"}, "1 elements match select.list, 'a', but none has a link to an article."),
    ],
)
def test_a_list_of_nothing_names_the_selector(select: dict[str, str], text: str) -> None:
    with pytest.raises(EmptyList) as fault:
        page.parse_list(fetched("<h1>t</h1><a href=/x>x</a>"), options(**select))
    assert str(fault.value) == text
    assert fault.value.url == URL


@pytest.mark.parametrize(
    ("select", "text"),
    [
        ({"list": "a..b"}, "select.list is no CSS selector: 'a..b'."),
        ({"list": "a", "date": "time["}, "select.date is no CSS selector: 'time['."),
    ],
)
def test_a_bad_selector_is_named(select: dict[str, str], text: str) -> None:
    with pytest.raises(NotParseable) as fault:
        page.parse_list(fetched("<a href=/x>x</a>"), options(**select))
    assert str(fault.value) == text


def test_the_options_of_a_source_are_checked_before_it_is_polled() -> None:
    assert page.check_options({"list": "li", "link": "@href", "date": "time@datetime"}) == []
    assert page.check_options({"titel": "h1", "next": "a..b", "image": "@"}) == [
        f"select.titel is unknown; known are {', '.join(page.SPEC.options)}.",
        "select.next is no CSS selector: 'a..b'.",
        "select.image is no CSS selector: '@'.",
    ]


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("h1 a", Selector("h1 a")),
        ("time@datetime", Selector("time", "datetime")),
        (" img @ data-src ", Selector("img", "data-src")),
        ("@href", Selector("", "href")),
        ('a[href*="@x"]', Selector('a[href*="@x"]')),
        ('a[href*="@x"]@title', Selector('a[href*="@x"]', "title")),
    ],
)
def test_a_selector_may_name_an_attribute(text: str, selector: Selector) -> None:
    assert read_selector(text) == selector


ARTICLE = """<html lang=en><head><title>t</title></head><body>
<div class=path><a>News</a> &gt; <a>Roads</a></div>
<h1>The <em>whole</em> title</h1>
<p class=meta><time datetime="2026-11-03T08:00">3 Nov</time> by <b class=who>Ann</b> <i class=from>Agency</i></p>
<div class=text style="visibility:hidden"><p>First.</p><script>x</script><div class=ad>Buy!</div><img src="/1.jpg">
<div class=text>Inner.</div></div>
<a class=next href="?p=2#top">next</a></body></html>"""
SELECT = options(
    list="li", body=".text", article_title="h1", article_date="time@datetime", article_author=".who",
    article_origin=".from", category=".path a", remove=".ad, .none", next="a.next",
)  # fmt: skip
LISTED = Draft(
    url="https://news.example/1.html", title="The whole…", summary="S.", images=(Image("https://news.example/t.jpg"),),
    author="staff", is_complete=False,
)  # fmt: skip


def test_an_article_is_read_from_its_own_page() -> None:
    read = page.parse_article([fetched(ARTICLE, LISTED.url)], LISTED, SELECT)
    assert read.next_url == "https://news.example/1.html?p=2"
    assert plain(read.draft) == {
        "url": "https://news.example/1.html",
        "title": "The whole title",
        "published": "2026-11-03T00:00:00+00:00",
        "author": "Ann",
        "origin": "Agency",
        "summary": "S.",
        "body_html": '<p>First.</p><p><img src="https://news.example/1.jpg" alt=""></p><p>Inner.</p>',
        "images": [{"url": "https://news.example/1.jpg"}, {"url": "https://news.example/t.jpg"}],
        "category_path": ["News", "Roads"],
        "language": "en",
    }


def test_a_selector_that_removes_everything_leaves_nothing_and_does_no_harm() -> None:
    everything = ParseOptions(select={"list": "li", "body": "p", "remove": "*"})
    with pytest.raises(NotParseable, match="body"):
        page.parse_article([fetched(ARTICLE, LISTED.url)], LISTED, everything)


def test_the_pages_of_an_article_are_joined_until_the_last() -> None:
    second = "<h1>Other</h1><div class=text><p>Second.</p></div><a class=next href='/1.html'>first</a>"
    pages = [fetched(ARTICLE, LISTED.url), fetched(second, "https://news.example/1.html?p=2")]
    read = page.parse_article(pages, LISTED, SELECT)
    assert read.next_url is None
    assert read.draft.title == "The whole title"
    assert read.draft.body_html.endswith("<p>Inner.</p><p>Second.</p>")


def test_an_article_has_at_most_fifty_pages() -> None:
    pages = [
        fetched(f"<div class=text>{n}</div><a class=next href='?p={n + 1}'>n</a>", f"https://news.example/1.html?p={n}")
        for n in range(1, 51)
    ]
    assert page.parse_article(pages[:49], LISTED, SELECT).next_url == "https://news.example/1.html?p=50"
    assert page.parse_article(pages, LISTED, SELECT).next_url is None


def test_what_the_article_page_lacks_is_kept_from_the_list() -> None:
    read = page.parse_article([fetched("<div class=text>Text</div>", LISTED.url)], LISTED, SELECT)
    assert plain(read.draft) == {
        "url": "https://news.example/1.html",
        "title": "The whole…",
        "author": "staff",
        "summary": "S.",
        "body_html": "<p>Text</p>",
        "images": [{"url": "https://news.example/t.jpg"}],
    }


def test_an_article_page_without_the_body_is_refused_by_name() -> None:
    with pytest.raises(NotParseable, match=r"^Nothing on the page matches select\.body: '\.text'\.$"):
        page.parse_article([fetched("<p>Please log in</p>", LISTED.url)], LISTED, SELECT)


def test_a_mangled_page_is_repaired() -> None:
    repair = ParseOptions(select={"list": "a"}, repair=frozenset({"pinyin", "simplified"}))
    assert page.parse_list(fetched("<a href=/1>區(qū)領(lǐng)導(dǎo)</a>"), repair).drafts[0].title == "区领导"


def test_a_page_of_one_article_is_not_taken_for_this_type() -> None:
    assert not page.recognises(fetched(ARTICLE))


def test_an_article_whose_link_is_only_a_picture_is_named_by_what_the_picture_shows() -> None:
    html = fetched("<ul><li><a href=/1><img src=a.jpg alt='梨园 开园'></a></ul>")
    assert [draft.title for draft in page.parse_list(html, options(list="li")).drafts] == ["梨园 开园"]


NEWS = """<html lang=en><title>News</title><body><nav><ul><li><a href=/about>About this paper and its people</a>
<li><a href=/contact>Contact the newsroom</a></ul></nav><h1>News</h1><div class=news>{}</div>
<a rel=next href="?page=2">Older</a></body></html>"""
ITEM = """<div class=item><h3><a href="/{0}.html">Headline of the story number {0}</a></h3>
<span class=day>2026-11-{0:02}</span><p>What happened on day {0}, told in a sentence of its own.</p></div>"""
LIST = NEWS.format("".join(ITEM.format(number) for number in range(12, 2, -1)))


def test_without_selectors_the_list_is_found() -> None:
    listing = page.parse_list(fetched(LIST), options())
    assert len(listing.drafts) == 10
    assert plain(listing.drafts[0]) == {
        "url": "https://news.example/12.html",
        "title": "Headline of the story number 12",
        "published": "2026-11-11T16:00:00+00:00",
        "summary": "What happened on day 12, told in a sentence of its own.",
    }
    assert (listing.title, listing.language, listing.next_url) == ("News", "en", "https://news.example/list/?page=2")


def test_a_given_selector_goes_before_what_is_found_and_the_rest_is_found() -> None:
    draft = page.parse_list(fetched(LIST), options(title="p", body=".text")).drafts[0]
    assert draft.title == "What happened on day 12, told in a sentence of its own."
    assert draft.published is not None
    assert not draft.is_complete


def test_a_page_without_a_list_says_so_and_what_to_do() -> None:
    with pytest.raises(EmptyList) as fault:
        page.parse_list(fetched(ARTICLE), options())
    assert str(fault.value) == (
        "The page has no list of articles that feedbot can find. Give the address of the page that lists them, or say "
        "where they are with `select.list`; a page that scripts fill needs `browser: always`."
    )
    assert fault.value.url == URL


def test_a_page_with_a_sure_list_is_recognised_and_leads_to_itself_with_its_selectors() -> None:
    assert page.recognises(fetched(LIST))
    (lead,) = page.find(fetched(LIST), options())
    assert (lead.url, lead.type) == (URL, "page")
    assert lead.select == {"list": "div.item", "date": "span.day", "summary": "p"}
    assert lead.reason == "The page lists 10 articles, found by their form (div.item)."
    assert 0.6 < lead.confidence < 1
    assert page.parse_list(fetched(LIST), options(**lead.select)) == page.parse_list(fetched(LIST), options())


@pytest.mark.parametrize("body", [b'{"a": "<a href=/1>x</a>"}', b"", b"plain words", b"\xff\xfe\x00"])
def test_what_is_no_web_page_is_not_recognised(body: bytes) -> None:
    assert not page.recognises(Page(body, URL))
    assert page.find(Page(body, URL), options()) == []


def test_a_link_to_a_place_on_the_page_is_no_article() -> None:
    html = f"<ul><li><a href='#top'>Top</a><li><a href='{URL}#a'>Part</a><li><a href='#c'>1</a> <a href=/1>one</a></ul>"
    for select in ({"list": "li"}, {"list": "li", "link": "a"}, {"list": "li a"}):
        drafts = page.parse_list(fetched(html), options(**select)).drafts
        assert [(draft.url, draft.title) for draft in drafts] == [("https://news.example/1", "one")]


def test_a_block_may_go_on_in_the_elements_behind_it() -> None:
    html = """<dl><dt>1 Nov 2026<dd><a href=/1>one</a><dd>First.<dt>2 Nov 2026<dd><a href=/2>two</a></dl>"""
    listing = page.parse_list(fetched(html), options(list="dt", more="dd", date="dt", summary="dd + dd"))
    assert [(draft.title, draft.summary, str(draft.published)[:10]) for draft in listing.drafts] == [
        ("one", "First.", "2026-10-31"),
        ("two", "", "2026-11-01"),
    ]


@pytest.mark.parametrize(
    ("html", "select"),
    [
        ("<li>2026-11-03 <a href=/1>one 2020-01-01</a>", {"list": "li", "date": "@text"}),
        ("<li>a<a href=/1>one 2020-01-01</a> 2026-11-03 <b>x</b>", {"list": "li", "date": "a@after"}),
        ("<p>2026-11-03 <a href=/1>one 2020-01-01</a><br>2020-01-01", {"list": "a", "date": "@before"}),
        ("<li><a href=/1>one</a><b class=d><i>03</i><s>2026-11</s></b>", {"list": "li", "date": ".d"}),
        ("<li><a href=/1>one</a><b class=d><i>11-03</i><s>2026</s></b>", {"list": "li", "date": ".d"}),
    ],
)
def test_a_date_may_be_loose_text_or_set_apart(html: str, select: dict[str, str]) -> None:
    (draft,) = page.parse_list(fetched(html), options(**select)).drafts
    assert str(draft.published) == "2026-11-02 16:00:00+00:00"


def test_a_picture_may_be_the_background_of_its_box() -> None:
    html = """<li><a href=/1>one</a><i class=p style="color:red;background:url( '/1.jpg' ) no-repeat"></i>"""
    (draft,) = page.parse_list(fetched(html), options(list="li", image=".p@style")).drafts
    assert draft.images == (Image("https://news.example/1.jpg"),)


def test_the_button_that_leads_to_the_article_is_no_part_of_the_summary() -> None:
    html = "<li><h2><a href=/1>one</a></h2><p>What it says. <a href=/1>[Read more about “one”]</a></p>"
    (draft,) = page.parse_list(fetched(html), options(list="li", title="h2", summary="p")).drafts
    assert (draft.title, draft.summary) == ("one", "What it says.")


def test_a_later_page_without_the_body_is_an_error_and_not_the_end_of_the_article() -> None:
    pages = [fetched(ARTICLE, LISTED.url), fetched("<p>Too many requests</p>", "https://news.example/1.html?p=2")]
    with pytest.raises(NotParseable, match=r"^Nothing on the page matches select\.body: '\.text'\.$") as fault:
        page.parse_article(pages, LISTED, SELECT)
    assert fault.value.url == "https://news.example/1.html?p=2"


def test_a_later_page_with_an_empty_body_is_the_end_of_the_article() -> None:
    pages = [fetched(ARTICLE, LISTED.url), fetched("<div class=text></div>", "https://news.example/1.html?p=2")]
    read = page.parse_article(pages, LISTED, SELECT)
    assert read.next_url is None
    assert read.draft.body_html.endswith("<p>Inner.</p>")


def test_without_a_selector_of_the_body_the_article_is_found_and_the_other_selectors_go_before_it() -> None:
    text = "".join(f"<p>Sentence {number} of the story, which is long enough to be one.</p>" for number in range(9))
    html = (
        f"<html><head><title>t</title></head><body><h1>Title</h1><i id=w>Ann</i><article>{text}</article></body></html>"
    )
    read = page.parse_article([fetched(html, LISTED.url)], LISTED, options(list="li", article_author="#w"))
    assert read.draft.body_html.startswith("<p>Sentence 0 of the story")
    assert read.draft.author == "Ann"
    assert read.draft.is_complete


def test_the_worked_example_of_the_documentation_is_right() -> None:
    text = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8").partition("### Found by its form")[2]
    source, html, select, articles = re.findall(r"```\w+\n(.*?)```", text, re.DOTALL)[:4]
    declared = yaml.safe_load(source)["sources"][0]
    read = ParseOptions(timezone=declared["timezone"])
    (lead,) = page.find(fetched(html, declared["url"]), read)
    assert lead.select == yaml.safe_load(select)
    listing = page.parse_list(fetched(html, declared["url"]), read)
    assert [
        {
            "title": draft.title,
            "url": draft.url,
            "published": f"{draft.published:%Y-%m-%d %H:%M} UTC",
            "summary": draft.summary,
            "image": draft.images[0].url,
        }
        for draft in listing.drafts
    ] == yaml.safe_load(articles)
    assert listing.next_url == "https://harbour.example.org/news?page=2"
