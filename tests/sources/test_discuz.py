"""Own pages in the form of a Discuz! portal, each beside the whole of what must come out of it."""

from __future__ import annotations

import dataclasses
import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.domain.article import Draft
from feedbot.domain.identity import article_key
from feedbot.errors import FetchError, NotParseable, SiteRefused
from feedbot.sources.discuz import SPEC, find, parse_article, parse_list, recognises
from feedbot.sources.discuz.article import MAX_PAGES
from feedbot.sources.discuz.document import article_id, page_number
from feedbot.sources.spec import Page, ParseOptions

FOLDER = Path(__file__).parents[1] / "data" / "discuz"
CASES = sorted(path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json"))
HOST = "http://portal.example/"
OPTIONS = ParseOptions(timezone="Asia/Shanghai")


def outcome(folder: Path, case: dict[str, Any]) -> Any:
    """The whole result of reading a case: the drafts or the draft with every field, or the error's class and text."""
    pages = [
        Page((folder / page["file"]).read_bytes(), page["url"], "text/html", page["charset"]) for page in case["pages"]
    ]
    options = dataclasses.replace(OPTIONS, repair=frozenset(case["options"].get("repair", ())))
    try:
        if case["read"] == "list":
            return plain(parse_list(pages[0], options))
        return plain(parse_article(pages, Draft(**case["draft"], is_complete=False), options))
    except FetchError as error:
        return {"error": type(error).__name__, "text": str(error), "url": error.url}


def plain(value: Any) -> Any:
    """The value as JSON would bring it back."""
    return json.loads(json.dumps(dataclasses.asdict(value), default=_plain_part))


def said(value: Any) -> Any:
    """A plain value without the fields that say nothing."""
    if isinstance(value, list):
        return [said(one) for one in value]
    if isinstance(value, dict):
        return {key: said(one) for key, one in value.items() if one not in (None, "", [])}
    return value


def _plain_part(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else sorted(value)  # type: ignore[call-overload]


def page_of(name: str, url: str = f"{HOST}portal.php?mod=view&aid=71", charset: str | None = "utf-8") -> Page:
    return Page((FOLDER / f"{name}.html").read_bytes(), url, "text/html", charset)


def list_draft(url: str = f"{HOST}portal.php?mod=view&aid=71") -> Draft:
    return Draft(url=url, title="列表上的标题", is_complete=False)


@pytest.mark.parametrize("name", CASES)
def test_a_page_gives_exactly_what_stands_beside_it(name: str) -> None:
    case = json.loads((FOLDER / f"{name}.expected.json").read_text("utf-8"))
    assert said(outcome(FOLDER, case)) == said(case["result"])


def test_every_page_has_its_expectation() -> None:
    used = {
        page["file"]
        for name in CASES
        for page in json.loads((FOLDER / f"{name}.expected.json").read_text("utf-8"))["pages"]
    }
    assert used == {path.name for path in FOLDER.glob("*.html")}


def test_the_mangled_seed_article_comes_out_as_the_clean_one() -> None:
    clean = json.loads((FOLDER / "seed-clean.expected.json").read_text("utf-8"))["result"]
    mangled = json.loads((FOLDER / "seed-mangled.expected.json").read_text("utf-8"))["result"]
    assert mangled == clean


def test_the_gbk_pages_are_really_in_gbk() -> None:
    for name in ("list-gbk", "article-gbk"):
        body = (FOLDER / f"{name}.html").read_bytes()
        body.decode("gbk")
        with pytest.raises(UnicodeDecodeError):
            body.decode("utf-8")


@pytest.mark.parametrize(
    ("url", "aid", "number"),
    [
        ("http://a.example/portal.php?mod=view&aid=45", 45, 1),
        ("http://a.example/portal.php?aid=45&mod=view&page=3", 45, 3),
        ("http://a.example/bbs/article-45-2.html", 45, 2),
        ("http://a.example/news/town/202010/00000045.html", 45, 1),
        ("http://a.example/news/town/202010/000000452.html", 45, 2),
        ("http://a.example/news/town/202010/0000004512.html", 45, 12),
        ("http://a.example/portal.php?mod=list&catid=45", None, 1),
        ("http://a.example/portal.php?mod=view", None, 1),
        ("http://a.example/portal.php?mod=view&aid=x", None, 1),
        ("http://a.example/forum.php?mod=viewthread&tid=45", None, 1),
        ("http://a.example/thread-45-1-1.html", None, 1),
        ("http://[broken", None, 1),
        ("", None, 1),
    ],
)
def test_an_article_is_known_by_its_aid_in_every_form_of_its_address(url: str, aid: int | None, number: int) -> None:
    assert (article_id(url), page_number(url)) == (aid, number)


def test_an_article_keeps_its_key_when_the_site_changes_the_form_of_its_addresses() -> None:
    pages = [page_of("list"), page_of("list-static"), page_of("list-generated", f"{HOST}news/town/")]
    assert len({article_key(parse_list(page, OPTIONS).drafts[0]) for page in pages}) == 1


def test_reading_the_article_page_does_not_change_the_key_of_the_lists_draft() -> None:
    draft = parse_list(page_of("list"), OPTIONS).drafts[0]
    whole = parse_article([page_of("article")], draft, OPTIONS).draft
    assert article_key(whole) == article_key(draft)
    assert whole.url == draft.url


def test_pages_are_asked_for_one_after_the_other_and_joined_in_order() -> None:
    names = ["article-pages", "article-pages.2", "article-pages.3"]
    pages: list[Page] = []
    asked: list[str] = []
    result = parse_article(pages, list_draft(), OPTIONS)
    while result.next_url:
        asked.append(result.next_url)
        pages.append(page_of(names[len(pages)], result.next_url))
        result = parse_article(pages, list_draft(), OPTIONS)
        assert result.draft.is_complete is (result.next_url is None)
    assert asked == [HOST + f"portal.php?mod=view&aid=71{page}" for page in ("", "&page=2", "&page=3")]
    assert result.draft.body_html.count("<strong>") == 3


def test_without_a_page_yet_the_article_itself_is_asked_for() -> None:
    assert parse_article([], list_draft(), OPTIONS).next_url == list_draft().url


def test_an_article_that_never_ends_is_read_for_fifty_pages() -> None:
    template = (FOLDER / "article-pages.html").read_text("utf-8")
    pages = [
        Page(
            template.replace("上午九时", f"第{n}页").replace("page=2", f"page={n + 1}").encode(),
            f"{HOST}portal.php?mod=view&aid=71&page={n}",
            charset="utf-8",
        )
        for n in range(1, MAX_PAGES + 2)
    ]
    before = parse_article(pages[: MAX_PAGES - 1], list_draft(), OPTIONS)
    assert before.next_url == f"{HOST}portal.php?mod=view&aid=71&page={MAX_PAGES}"
    last = parse_article(pages, list_draft(), OPTIONS)
    assert last.next_url is None
    assert last.draft.body_html.count("页在村口广场") == MAX_PAGES


def test_an_empty_page_in_the_middle_does_not_cut_the_article() -> None:
    urls = [f"{HOST}portal.php?mod=view&aid=71&page={n}" for n in (1, 2, 3)]
    bodies = [(FOLDER / f"article-pages{n}.html").read_text("utf-8") for n in ("", ".2", ".3")]
    start, _, rest = bodies[1].partition('<td id="article_content">')
    bodies[1] = f'{start}<td id="article_content"><p>&nbsp;</p></td>{rest.partition("</td>")[2]}'
    pages = [Page(body.encode(), url, charset="utf-8") for body, url in zip(bodies, urls, strict=True)]
    assert parse_article(pages[:2], list_draft(), OPTIONS).next_url == urls[2]
    whole = parse_article(pages, list_draft(), OPTIONS)
    assert (whole.next_url, whole.draft.is_complete, whole.draft.body_html.count("<strong>")) == (None, True, 2)


def test_a_pager_that_leads_to_another_article_is_not_followed() -> None:
    body = (FOLDER / "article-pages.html").read_bytes().replace(b"aid=71&amp;page=2", b"aid=72&amp;page=2")
    result = parse_article([Page(body, list_draft().url, charset="utf-8")], list_draft(), OPTIONS)
    assert (result.next_url, result.draft.is_complete) == (None, True)


def test_a_field_that_the_page_lacks_keeps_what_the_list_said() -> None:
    draft = dataclasses.replace(list_draft(), summary="列表的摘要", category_path=("出行",), origin="列表")
    read = parse_article([page_of("article-other-edition")], draft, OPTIONS).draft
    assert (read.summary, read.category_path, read.origin) == ("列表的摘要", ("出行",), "列表")


def test_an_article_that_leads_to_another_article_keeps_its_own_draft() -> None:
    draft = list_draft(f"{HOST}portal.php?mod=view&aid=5")
    result = parse_article([page_of("article")], draft, OPTIONS)
    assert result.draft == dataclasses.replace(draft, is_complete=True)


@pytest.mark.parametrize("url", ["http://www.portal.example/news/pear.html", "https://portal.example/news/pear.html"])
def test_a_generated_page_with_a_name_of_its_own_is_the_article(url: str) -> None:
    assert parse_article([page_of("article", url)], list_draft(), OPTIONS).draft.title == "石桥村梨花开了"


def test_a_forum_page_that_an_article_leads_to_leaves_the_lists_draft() -> None:
    page = page_of("forum", f"{HOST}forum.php?mod=viewthread&tid=3")
    assert parse_article([page], list_draft(), OPTIONS).draft == dataclasses.replace(list_draft(), is_complete=True)


@pytest.mark.parametrize("path", ["forum.php?mod=viewthread&tid=3", "thread-3-1-1.html"])
def test_a_thread_that_a_list_names_is_an_article_as_listed(path: str) -> None:
    draft = list_draft(HOST + path)
    result = parse_article([page_of("forum", HOST + path)], draft, OPTIONS)
    assert result.draft == dataclasses.replace(draft, is_complete=True)
    with pytest.raises(SiteRefused):
        parse_article([page_of("refusal-members", HOST + path)], draft, OPTIONS)


def test_a_category_with_a_host_of_its_own_stays_in_the_path() -> None:
    body = (
        (FOLDER / "article.html")
        .read_bytes()
        .replace(b"http://portal.example/portal.php?mod=list&catid=11", b"http://news.example/")
    )
    page = Page(body, list_draft().url, "text/html", "utf-8")
    assert parse_article([page], list_draft(), OPTIONS).draft.category_path == ("城乡新闻", "青禾镇")


def test_the_sites_zone_dates_its_articles() -> None:
    tokyo = dataclasses.replace(OPTIONS, timezone="Asia/Tokyo")
    page, draft = page_of("article"), list_draft()
    here, there = (parse_article([page], draft, options).draft.published for options in (OPTIONS, tokyo))
    assert here is not None
    assert there is not None
    assert (here - there).total_seconds() == 3600


def test_the_admins_language_and_encoding_come_first() -> None:
    options = dataclasses.replace(OPTIONS, language="zh-Hans", encoding="gbk")
    listing = parse_list(page_of("list-gbk", charset="iso-8859-1"), options)
    assert (listing.language, listing.drafts[0].language) == ("zh-Hans", "zh-Hans")
    assert listing.title == "生活服务"


@pytest.mark.parametrize(
    "name", ["list", "list-gbk", "list-past-the-end", "index", "index-without-blocks", "article", "refusal-category"]
)
def test_pages_of_a_portal_are_recognised(name: str) -> None:
    assert recognises(page_of(name, charset=None))


@pytest.mark.parametrize("name", ["not-a-portal", "article-jump", "forum"])
def test_other_pages_are_not_recognised(name: str) -> None:
    assert not recognises(page_of(name))


@pytest.mark.parametrize(
    ("body", "mime_type"),
    [
        (b'<?xml version="1.0"?><rss><channel><generator>Discuz! Board</generator></channel></rss>', "text/html"),
        (b"<rss><channel/></rss>", "application/rss+xml"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "application/json"),
        (b"", "text/html"),
        (b"\x00\xff\xfe", "image/png"),
    ],
)
def test_feeds_and_other_files_are_not_recognised(body: bytes, mime_type: str) -> None:
    assert not recognises(Page(body, HOST, mime_type))


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe\x80", b"<" * 1000, b"\xff\xfe<\x00"])
def test_bytes_that_are_no_page_are_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NotParseable, match="no page of a Discuz! portal"):
        parse_list(Page(body, HOST), OPTIONS)
    with pytest.raises(NotParseable, match="no article page"):
        parse_article([Page(body, list_draft().url)], list_draft(), OPTIONS)


@settings(deadline=None)
@given(
    st.sampled_from(sorted(path.name for path in FOLDER.glob("*.html"))),
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 60), st.binary(max_size=8)), max_size=6),
)
def test_a_damaged_page_is_read_or_refused_but_never_a_crash(name: str, damages: list[tuple[int, int, bytes]]) -> None:
    body = (FOLDER / name).read_bytes()
    for start, length, put in damages:
        body = body[:start] + put + body[start + length :]
    page = Page(body, list_draft().url, "text/html", None)
    assert recognises(page) in {True, False}
    with suppress(FetchError):
        assert all(draft.title and draft.url.startswith("http") for draft in parse_list(page, OPTIONS).drafts)
    with suppress(FetchError):
        assert parse_article([page], list_draft(), OPTIONS).draft.guid == "aid:71"


def test_what_a_page_counts_anew_at_each_visit_changes_nothing() -> None:
    body = (FOLDER / "article.html").read_bytes()
    later = body.replace(b'id="_viewnum">12<', b'id="_viewnum">13<').replace(b"in 0.01 second", b"in 0.02 second")
    assert body != later
    first, second = (
        parse_article([Page(text, HOST, charset="utf-8")], list_draft(), OPTIONS) for text in (body, later)
    )
    assert first == second


def test_blanks_without_end_behind_a_file_take_no_time() -> None:
    body = (FOLDER / "article.html").read_bytes()
    file = '<a href="/plan.zip">plan.zip</a>' + "\u2003" * 60_000
    page = Page(
        body.replace(b'id="article_content">', f'id="article_content">{file}'.encode(), 1), HOST, charset="utf-8"
    )
    began = time.process_time()
    draft = parse_article([page], list_draft(), OPTIONS).draft
    assert [file.name for file in draft.attachments][:1] == ["plan.zip"]
    assert time.process_time() - began < 5


def test_the_type_has_article_pages() -> None:
    assert (SPEC.name, SPEC.parse_article) == ("discuz", parse_article)


BY = '<a href="home.php?mod=space&amp;uid=1">周记者</a>'
BAR = '<span class="pipe">|</span>'


@pytest.mark.parametrize(
    "line",
    [
        f"2026-3-9 07:05&nbsp;&nbsp;发布者: {BY}&nbsp;&nbsp;查看: 12&nbsp;&nbsp;评论: 3&nbsp;&nbsp;来自: 青禾 时报",
        f"<span>2026-3-9 07:05:00</span><span>发布者: {BY}</span><span> 评论: 3 </span><span>来自: 青禾 时报</span>",
        f"发布时间：2026-3-9 07:05 · 发布人：{BY} · 评论数：3 · 信息来源：青禾 时报",
        f"2026/3/9 7:05 / 发布者: {BY} / 评论: 3 / 来源: <a href='/t'>青禾 时报</a> / 编辑: 李四",
        "2026年3月9日 07:05 | 作者：周记者 | 浏览：9 | 评论：3 次 | 文章来源：青禾 时报 | 字号：大 中 小",
        f"2026-3-9 07:05{BAR}<!-- 编辑 -->发布者: {BY}{BAR}评论: <em id='_commentnum'>3</em>{BAR}稿源: 青禾 时报",
    ],
)
def test_the_line_below_the_title_is_read_however_a_template_sets_it(line: str) -> None:
    start, _, rest = (FOLDER / "article.html").read_text("utf-8").partition('<p class="xg1">')
    body = f'{start}<p class="xg1">{line}</p>{rest.partition("</p>")[2]}'
    read = parse_article([Page(body.encode(), list_draft().url, charset="utf-8")], list_draft(), OPTIONS).draft
    assert read.published == datetime(2026, 3, 8, 23, 5, tzinfo=UTC)
    assert (read.author, read.origin, read.comment_count) == ("周记者", "青禾 时报", 3)


def test_a_count_behind_a_lists_date_and_a_shortened_title_lose_nothing() -> None:
    body = (FOLDER / "list.html").read_text("utf-8")
    date, title = '<span class="xg1"> 2026-3-9 07:05</span>', 'style="">石桥村梨花开了</a>'
    assert date in body
    assert title in body
    other = body.replace(date, f'{date} <span class="xg1">浏览 33</span>').replace(
        title, 'title="石桥村梨花开了">石桥村梨...</a>'
    )
    assert parse_list(Page(other.encode(), HOST), OPTIONS) == parse_list(Page(body.encode(), HOST), OPTIONS)


@pytest.mark.parametrize(
    ("file", "url", "lead"),
    [
        ("list.html", "http://portal.example/portal.php?mod=list&catid=2", 0.95),
        ("index.html", "http://portal.example/portal.php", 0.85),
        ("article.html", "http://portal.example/portal.php?mod=view&aid=31", 0.9),
        ("refusal-closed.html", HOST, None),
        ("not-a-portal.html", HOST, None),
        ("list-past-the-end.html", HOST, None),
    ],
)
def test_a_pasted_page_leads_to_itself_or_to_the_list_of_its_category(file: str, url: str, lead: float | None) -> None:
    found = find(Page((FOLDER / file).read_bytes(), url), OPTIONS)
    assert [(one.type, one.confidence) for one in found] == ([("discuz", lead)] if lead else [])
    own = [one.url for one in found if file != "article.html"]
    assert own == [url] * len(own)


def test_an_article_leads_to_the_list_of_the_last_category_of_its_breadcrumb() -> None:
    [lead] = find(Page((FOLDER / "article.html").read_bytes(), f"{HOST}portal.php?mod=view&aid=31"), OPTIONS)
    assert "catid=" in lead.url
    assert lead.url.startswith(HOST)
    assert lead.reason == "The article stands in the category 青禾镇 of a Discuz! portal."


def test_what_is_no_page_leads_nowhere() -> None:
    assert find(Page(b"<rss/>", HOST, "application/xml"), OPTIONS) == ()
    assert find(Page(b"{}", HOST), OPTIONS) == ()
