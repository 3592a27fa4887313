from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from feedbot.sources.lists.paging import next_page

URL = "https://news.example/list/?c=8"


@pytest.mark.parametrize(
    "html",
    [
        "<link rel=next href='/list/?c=8&amp;p=2'>",
        "<a rel='nofollow next' href='/list/?c=8&amp;p=2'>»</a>",
        "<a href='?c=8&amp;p=2'>下一页</a>",
        "<a href='?c=8&amp;p=2#list'>下页 &gt;&gt;</a>",
        "<a href='?c=8&amp;p=2'>加载更多</a>",
        "<a href='?c=8&amp;p=2'>« Older posts</a>",
        "<a href='?c=8&amp;p=2'>Next page ›</a>",
        "<a href='?c=8&amp;p=2'>Load more articles</a>",
        "<a href='?c=8&amp;p=2'>次へ</a>",
        "<a href='?c=8&amp;p=2'>다음</a>",
        "<a href='?c=8&amp;p=2'>Следующая страница →</a>",
        "<a href='?c=8&amp;p=2'>Nächste Seite</a>",
        "<a href='?c=8&amp;p=2'>Página siguiente</a>",
        "<a href='?c=8&amp;p=2' aria-label='Page suivante'><svg></svg></a>",
        "<a href='?c=8&amp;p=2'>التالي</a>",
        "<div class=pg><strong>1</strong><a class=nxt href='?c=8&amp;p=2'></a></div>",
        "<li class=next><a href='?c=8&amp;p=2'><i></i></a></li>",
        "<div class=loader data-next-url='/list/?c=8&amp;p=2'></div>",
        "<a rel=next href='?c=8#top'>here</a><a href='?c=8&amp;p=2'>next</a>",
    ],
)
def test_the_next_page_of_a_list_is_found(html: str) -> None:
    assert next_page(LexborHTMLParser(html), URL, URL) == "https://news.example/list/?c=8&p=2"


@pytest.mark.parametrize(
    "html",
    [
        "<a href=/1>Next week the bridge will be closed</a>",
        "<a href=/1>What comes next</a>",
        "<a rel=next href=https://other.example/2>next</a>",
        "<a rel=next href=''>next</a><a href='#more'>More news</a>",
        "<a rel=next href='javascript:next()'>next</a>",
        "<a href=/1>More</a>",
        "<a rel=prev href=/0>Newer</a>",
        "",
    ],
)
def test_what_leads_elsewhere_is_no_next_page(html: str) -> None:
    assert next_page(LexborHTMLParser(html), URL, URL) == ""
