"""Pages as real portals serve them, from a folder outside the project (they may not be passed on).

`FEEDBOT_PORTAL_PAGES` names a folder with `x34-utf8/` and `x34-gbk/`, in each NAME.html or NAME.xml beside
NAME.html.headers: the request line after `> GET `, then the answer's header.
"""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from feedbot.domain.article import Draft
from feedbot.errors import EmptyList, FetchError, NotParseable, SiteRefused
from feedbot.sources import feed, html
from feedbot.sources.discuz import parse_article, parse_list, recognises
from feedbot.sources.encoding import decode
from feedbot.sources.spec import ArticlePages, Page, ParseOptions

FOLDER = os.environ.get("FEEDBOT_PORTAL_PAGES", "")
FILES = sorted(path for path in Path(FOLDER).glob("x3*/*.headers")) if FOLDER else []
EXPECTED = json.loads((Path(__file__).parents[1] / "data" / "seed" / "expected.json").read_text("utf-8"))
OPTIONS = ParseOptions(timezone="Asia/Shanghai")
# What a page must be said to be, if it is no list and no article.
ERRORS: dict[str, type[FetchError]] = {
    "list-404": SiteRefused,
    "list-1-p99": EmptyList,
    "root": EmptyList,
    "archiver": EmptyList,
    "comment-57": NotParseable,
    "ua-iphone-list-1": SiteRefused,
    "ua-iphone-view-1": SiteRefused,
    "view-60-moderated": SiteRefused,
    "view-61-deleted": SiteRefused,
    "view-noaid": SiteRefused,
}

pytestmark = pytest.mark.skipif(not FOLDER, reason="FEEDBOT_PORTAL_PAGES names no folder of captured portal pages")


def load(headers_file: Path) -> Page:
    headers = headers_file.read_text("utf-8", "replace")
    path = re.search(r"^> GET (\S+)", headers, re.MULTILINE)
    kind = re.search(r"^Content-Type: ([^;\s]+)(?:;\s*charset=(\S+))?", headers, re.MULTILINE | re.IGNORECASE)
    body = headers_file.with_suffix("").read_bytes()
    base = re.search(rb'<base href="(http://[^/"]+)', body)
    host = base[1].decode() if base else "http://portal.example"
    return Page(body, host + (path[1] if path else "/"), kind[1] if kind else "", kind[2] if kind else None)


def pages(pattern: str) -> list[Any]:
    return [
        pytest.param(path, id=f"{path.parent.name}-{name}")
        for path in FILES
        if re.fullmatch(pattern, name := path.name.removesuffix(".headers"))
    ] or [pytest.param(Path(), marks=pytest.mark.skip(reason="no such page captured"))]


def name_of(path: Path) -> str:
    return path.name.split(".")[0]


def hidden_texts(page: Page) -> list[str]:
    body = decode(page.body, declared=page.charset).partition('id="article_content"')[2]
    return re.findall(r'<div style="display:none">([^<]+)<', body)


def read_article(page: Page) -> ArticlePages:
    return parse_article([page], Draft(url=page.url, title="", is_complete=False), OPTIONS)


@pytest.mark.parametrize("path", pages(r"(?:list-|portal-index).*\.html"))
def test_every_list_gives_its_articles(path: Path) -> None:
    page = load(path)
    if name_of(path) in ERRORS:
        with pytest.raises(ERRORS[name_of(path)]):
            parse_list(page, OPTIONS)
        return
    assert recognises(page)
    drafts = parse_list(page, OPTIONS).drafts
    links = {int(aid) for aid in re.findall(rb"mod=view&(?:amp;)?aid=(\d+)", page.body)}
    assert {draft.guid for draft in drafts} == {f"aid:{aid}" for aid in links}
    assert all(draft.title and draft.url and not draft.is_complete for draft in drafts)
    if name_of(path).startswith("list-"):
        assert all(draft.published and draft.category_path for draft in drafts)


@pytest.mark.parametrize("path", pages(r"(?:ua-.*-)?view-\d+.*\.html"))
def test_every_article_page_gives_its_article(path: Path) -> None:
    page = load(path)
    if name_of(path) in ERRORS:
        with pytest.raises(ERRORS[name_of(path)]):
            read_article(page)
        return
    if not page.body:
        pytest.skip("a redirect has no page")
    draft = read_article(page).draft
    assert draft.title
    assert draft.published is not None
    assert draft.author
    assert draft.comment_count is not None
    assert draft.category_path
    assert [reaction.name for reaction in draft.reactions] == EXPECTED["reactions"]
    assert bool(draft.body_html) is not name_of(path).endswith("-p9")
    assert not any(text in draft.body_html for text in hidden_texts(page))
    assert "<script" not in draft.body_html
    assert "\ufffd" not in draft.title + draft.summary + draft.body_html


@pytest.mark.parametrize("path", pages(r"(?:root|archiver|comment-.*|ua-iphone-list-.*|view-noaid)\.html"))
def test_every_other_page_is_said_to_be_what_it_is(path: Path) -> None:
    page = load(path)
    with pytest.raises(ERRORS[name_of(path)]) as caught:
        read_article(page) if "view" in path.name else parse_list(page, OPTIONS)
    assert caught.value.url == page.url


@pytest.mark.parametrize("path", pages(r".*\.xml"))
def test_every_rss_is_a_feed(path: Path) -> None:
    page = load(path)
    assert not recognises(page)
    assert feed.SPEC.recognises(page)
    if b"<item>" not in page.body:  # the first answer after the portal's cache ran out
        assert feed.SPEC.parse_list(page, OPTIONS).drafts == ()
        return
    drafts = feed.SPEC.parse_list(page, OPTIONS).drafts
    assert len(drafts) == page.body.count(b"<item>")
    assert all(draft.title and draft.published for draft in drafts)


@pytest.mark.parametrize(
    "path", pages(r"(?:view-1-seed|ua-python-view-1|ua-bot-view-1|ua-iphone-view-1-mobile-no)\.html")
)
def test_the_seed_article_is_exactly_right(path: Path) -> None:
    result = read_article(load(path))
    draft = result.draft
    assert result.next_url is None
    assert {
        "title": draft.title,
        "published": draft.published,
        "author": draft.author,
        "origin": draft.origin,
        "comments": draft.comment_count,
        "category_path": list(draft.category_path),
        "site": draft.site,
        "summary_as_printed": draft.summary,
        "summary_is_cut": draft.summary_is_cut,
        "paragraphs": html.paragraphs(draft.body_html),
        "reactions": [reaction.name for reaction in draft.reactions],
    } == {**EXPECTED, "published": datetime.fromisoformat(EXPECTED["published"])}
    assert (draft.guid, draft.is_complete) == ("aid:1", True)


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}) or [Path()])
def test_an_article_of_several_pages_is_joined_and_ends(folder: Path) -> None:
    names = ["view-45-multipage.html", "view-45-multipage-p2.html"]
    read = [load(folder / f"{name}.headers") for name in names]
    draft = Draft(url=read[0].url, title="", is_complete=False)
    result = parse_article(read, draft, OPTIONS)
    assert result.next_url == read[0].url + "&page=3"
    alone = [html.paragraphs(read_article(page).draft.body_html) for page in read]
    assert html.paragraphs(result.draft.body_html) == alone[0] + alone[1]
    past_the_end = folder / "view-45-multipage-p9.html.headers"
    if past_the_end.exists():
        ended = parse_article([*read, load(past_the_end)], draft, OPTIONS)
        assert (ended.next_url, ended.draft.body_html) == (None, result.draft.body_html)
