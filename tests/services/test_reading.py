"""Reading articles page by page: a real server, and the real parsers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from feedbot.domain.article import Draft
from feedbot.domain.source import Source, SourceOptions
from feedbot.errors import NotParseable
from feedbot.services import reading
from feedbot.sources import registry
from feedbot.sources.spec import ArticlePages, Page, ParseArticle, ParseOptions, SourceSpec
from misbehaving import answer
from services.poll_bench import NOW, Bench, bench

__all__ = ["bench"]

TEXT = "<p>Part {0} of a long report on the harbour, its {0} cranes and the people who work there day and night.</p>"
PORTAL = (
    '<html><head><meta name="generator" content="Discuz! X3.4"></head><body><div id="ct"><h1 class="ph">Harbour</h1>'
    '<div class="vw"><table><tr><td id="article_content">{text}</td></tr></table><div class="ptw"><div class="pg">'
    "{pager}</div></div></div></div></body></html>"
)
PLAIN = "<html><body><h1>Harbour</h1><article>{text}{pager}</article></body></html>"
SELECT = {"list": "li", "body": "article", "next": "a.nxt", "remove": "a.nxt"}


class Counting:
    """A parser that counts the pages which it parses."""

    def __init__(self, parse: ParseArticle, *, is_whole: bool) -> None:
        self.parse, self.is_whole, self.pages = parse, is_whole, 0

    def __call__(self, pages: Sequence[Page], draft: Draft, options: ParseOptions) -> ArticlePages:
        self.pages += len(pages) if self.is_whole else sum(bool(page.body) for page in pages)
        return self.parse(pages, draft, options)


def serve(bench: Bench, template: str, address: str, count: int, shown: int) -> None:
    """An article of `count` pages on a site that has pagers up to page `shown`, behind the last one all the same."""
    for number in range(1, shown + 1):
        following = bench.server.url(address.format(number + 1))
        pager = f'<a class="nxt" href="{following}">下一页</a>' if number < shown else ""
        text = TEXT.format(min(number, count)) * 4
        page = template.format(text=text, pager=pager)
        bench.server.routes[address.format(number)] = answer(200, page.encode(), "Content-Type: text/html")


def source(bench: Bench, kind: str) -> Source:
    options = SourceOptions(select=SELECT if kind == "page" else {})
    return Source(
        id="town", title="", url=bench.server.url("/list"), type=kind, options=options, number=1, created_at=NOW
    )


PAGED = {
    "discuz": ("discuz", PORTAL, "/article-7-{}.html"),
    "portal": ("feed", PORTAL, "/article-7-{}.html"),
    "page": ("page", PLAIN, "/harbour-{}.html"),
    "any": ("feed", PLAIN, "/harbour-{}.html"),
}


@pytest.mark.parametrize(
    ("name", "count", "shown"),
    [*((name, count, count) for name in PAGED for count in (1, 2, 9)), ("discuz", 3, 12), ("any", 3, 12)],
)
async def test_a_long_article_is_read_whole_and_each_page_parsed_a_few_times(
    bench: Bench, name: str, count: int, shown: int
) -> None:
    kind, template, address = PAGED[name]
    serve(bench, template, address, count, shown)
    spec: SourceSpec = registry.get(kind)
    assert spec.parse_article
    assert spec.next_page
    counted = [Counting(spec.parse_article, is_whole=True), Counting(spec.next_page, is_whole=False)]
    counting = replace(spec, parse_article=counted[0], next_page=counted[1])
    draft = Draft(url=bench.server.url(address.format(1)), title="Harbour", is_complete=False)
    quick = await reading.read_article(bench.fetcher, source(bench, kind), counting, draft, NOW)
    asked = [request.path for request in bench.server.requests]
    thorough = await reading.read_article(bench.fetcher, source(bench, kind), replace(spec, next_page=None), draft, NOW)
    assert quick == thorough
    assert quick.body_html.count("cranes") == 4 * count
    assert len(asked) == len(set(asked))
    assert len(asked) <= 2 * count
    assert sum(parser.pages for parser in counted) <= 4 * len(asked)


async def test_a_later_page_without_the_article_fails_the_whole_of_it(bench: Bench) -> None:
    serve(bench, PLAIN, "/harbour-{}.html", 6, 6)
    bench.server.routes["/harbour-6.html"] = answer(200, b"<html><body><p>Please log in.</p></body></html>")
    draft = Draft(url=bench.server.url("/harbour-1.html"), title="Harbour", is_complete=False)
    with pytest.raises(NotParseable, match=r"select\.body"):
        await reading.read_article(bench.fetcher, source(bench, "page"), registry.get("page"), draft, NOW)
