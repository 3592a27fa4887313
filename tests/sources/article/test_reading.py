from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from feedbot.domain.article import Draft, Image
from feedbot.errors import NotParseable
from feedbot.sources import article
from feedbot.sources.spec import ArticlePages, Page, ParseOptions

URL = "https://town.example/news/ferry.html"
SENTENCES = (
    "The ferry crosses the river every half hour, and on market days every ten minutes.",
    "It has carried the people of both banks since the bridge fell, which nobody here remembers.",
    "From Monday it leaves a little later, because the school bus does.",
)
STORY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def document(body: str = STORY, head: str = "", *, title: str = "The ferry", lang: str = "en") -> str:
    return (
        f'<!doctype html><html lang="{lang}"><head><title>{title} | Town</title>{head}</head>'
        f"<body><h1>{title}</h1><article>{body}</article></body></html>"
    )


def page(html: str, url: str = URL, **more: Any) -> Page:
    return Page(html.encode(), url, **{"mime_type": "text/html", **more})


def read(*pages: Page, draft: Draft | None = None, **options: Any) -> ArticlePages:
    return article.read(pages, draft or Draft(url=URL, title=""), ParseOptions(**options))


def found(html: str, draft: Draft | None = None, **options: Any) -> Draft:
    return read(page(html), draft=draft, **options).draft


def test_no_page_yet_asks_for_the_first() -> None:
    assert read() == ArticlePages(Draft(url=URL, title=""), next_url=URL)


class TestWhatTheListSaid:
    def test_its_title_date_author_and_summary_stay(self) -> None:
        when = datetime(2026, 3, 4, 9, tzinfo=UTC)
        listed = Draft(url=URL, title="A ferry", published=when, author="M. Rivers", summary="On time.", guid="7")
        metas = {"author": "Other", "description": "Late.", "date": "2020-01-01"}
        head = "".join(f'<meta name="{name}" content="{value}">' for name, value in metas.items())
        told = found(document(head=head), listed)
        assert (told.title, told.published, told.author, told.summary, told.guid) == (
            ("A ferry", when, "M. Rivers", "On time.", "7")
        )
        assert told.body_html == STORY
        assert told.is_complete

    def test_a_cut_title_is_made_whole(self) -> None:
        assert found(document(), Draft(url=URL, title="The fe...")).title == "The ferry"

    def test_a_day_gets_the_hour_that_the_page_tells(self) -> None:
        head = '<meta property="article:published_time" content="2026-03-04T09:15:00+01:00">'
        listed = Draft(url=URL, title="The ferry", published=datetime(2026, 3, 3, 23, tzinfo=UTC))
        told = found(document(head=head), listed, timezone="Europe/Berlin")
        assert told.published == datetime(2026, 3, 4, 8, 15, tzinfo=UTC)

    def test_its_words_stay_where_the_page_has_fewer(self) -> None:
        listed = Draft(url=URL, title="The ferry", body_html=STORY + "<p>More of it than anybody shows.</p>")
        assert found(document("<p>Please log in.</p>"), listed).body_html == listed.body_html

    def test_a_page_of_nothing_leaves_what_the_list_said(self) -> None:
        listed = Draft(url=URL, title="The ferry", summary="On time.", is_complete=False)
        told = found("<html><body><div id=app></div></body></html>", listed)
        assert (told.summary, told.body_html, told.is_complete) == ("On time.", "", True)

    def test_a_page_of_nothing_about_nothing_is_no_article(self) -> None:
        with pytest.raises(NotParseable, match=r"No article was found on this page\."):
            found("<html><body><div id=app></div></body></html>")


@pytest.mark.parametrize(
    ("body", "mime_type"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"%PDF-1.7 ...", "text/html"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"plain bytes", "application/octet-stream"),
    ],
)
def test_an_answer_that_is_no_page_leaves_the_draft_complete_as_it_is(body: bytes, mime_type: str) -> None:
    listed = Draft(url=URL, title="A paper", is_complete=False)
    assert read(Page(body, URL, mime_type), draft=listed).draft == Draft(url=URL, title="A paper")


class TestThePagesParts:
    def test_lazy_pictures_captions_players_listings_and_tables_are_kept(self) -> None:
        parts = (
            '<figure><picture><source srcset="/a"><img src="/b.gif" data-src="/a.jpg" alt="A"></picture>{}</figure>',
            '<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe>',
            "<pre><code>a = 1\n  b = 2</code></pre>",
            "<table><tr><th>Day</th><th>First</th></tr><tr><td>Monday</td><td>6:10</td></tr></table>",
        )
        caption = "<figcaption>The ferry at dawn</figcaption>"
        parts = (parts[0].replace("{}", caption), *parts[1:])
        told = found(document("".join(f"<p>{one}</p>{part}" for one, part in zip(SENTENCES * 2, parts, strict=False))))
        first, second, third = (f"<p>{sentence}</p>" for sentence in SENTENCES)
        video = "https://www.youtube.com/watch?v=abcdefghijk"
        assert told.body_html == (
            f'{first}<figure><img src="https://town.example/a.jpg" alt="A">'
            f"<figcaption>The ferry at dawn</figcaption></figure>{second}"
            f'<p><a href="{video}">{video}</a></p>{third}<pre><code>a = 1\n  b = 2</code></pre>{first}'
            "<table><tbody><tr><th>Day</th><th>First</th></tr><tr><td>Monday</td><td>6:10</td></tr></tbody></table>"
        )
        assert told.images == (Image("https://town.example/a.jpg", "A"),)

    @pytest.mark.parametrize(
        "noise",
        [
            '<div class="share-buttons"><a href="/s">Share on everything</a></div>',
            '<div class="related-posts"><h3>Related</h3><a href="/1">Another story, long enough to read</a></div>',
            '<p>Read also: <a href="/1">Another story that is long enough to read</a></p>',
            '<img src="https://count.example/p.gif" width="1" height="1">',
            '<div style="display:none">Hidden words that nobody shall see, however many of them there are.</div>',
            '<div class="newsletter-signup"><p>Get all the news of the town every morning.</p><input></div>',
            "<p>Advertisement</p>",
            '<script>document.write("evil")</script>',
        ],
    )
    def test_what_is_no_part_of_the_article_is_left_out(self, noise: str) -> None:
        first, second, third = (f"<p>{sentence}</p>" for sentence in SENTENCES)
        assert found(document(first + noise + second + third)).body_html == STORY

    @pytest.mark.parametrize(
        "tail",
        [
            '<p><a href="/ferry">Read more</a></p>',
            "<p>Copyright 2026 Town</p>",
            '<p>Tags: <a href="/t/1">ferry</a></p>',
            '<p class="credit">Editing by Sue Lamb</p>',
        ],
    )
    def test_what_follows_the_last_sentence_is_left_out(self, tail: str) -> None:
        assert found(document(STORY + tail)).body_html == STORY

    @pytest.mark.parametrize(
        "last",
        [
            "Subscribers of the ferry say that they would rather swim than wait.",
            "关闭工厂之后，河水用了十一年才重新变清，鱼也慢慢回来了。",
            "作者认为，这条河的故事还没有讲完，渡船也还会再开很多年。",
            "De ferry vaart ook in de winter, wanneer er ijs op de rivier ligt.",
        ],
    )
    def test_a_last_or_first_sentence_that_begins_like_a_credit_stays(self, last: str) -> None:
        assert found(document(f"{STORY}<p>{last}</p>")).body_html == f"{STORY}<p>{last}</p>"
        assert found(document(f"<p>{last}</p>{STORY}")).body_html == f"<p>{last}</p>{STORY}"

    def test_an_article_of_one_line_is_not_trimmed_to_nothing(self) -> None:
        html = '<h1>Notice</h1><div class="entry-content"><p>编辑部搬家公告：本周六迁至河东路九号办公</p></div>'
        assert found(html).body_html == "<p>编辑部搬家公告：本周六迁至河东路九号办公</p>"

    def test_links_are_absolute_and_harmless(self) -> None:
        html = document(
            f'{STORY}<p>The <a href="../map" onclick="x()">map</a> shows where it lands, and '
            '<a href="javascript:x()">this</a> does not, which is why people ask the ferryman.</p>',
            head='<base href="https://cdn.example/a/b/">',
        )
        assert found(html).body_html.endswith(
            '<p>The <a href="https://cdn.example/a/map">map</a> shows where it lands, and this does not, '
            "which is why people ask the ferryman.</p>"
        )

    def test_a_short_article_in_a_body_that_is_named_is_read(self) -> None:
        html = (
            f'<h1>Closed</h1><div class="entry-content"><p>{SENTENCES[2]}</p></div><div class="x"><p>Imprint</p></div>'
        )
        assert found(html).body_html == f"<p>{SENTENCES[2]}</p>"

    @pytest.mark.parametrize("reference", ["&#1;", "&#x1;", "&#xD800;", "&#xFFFF;", "&#99999999;", "\x01", "\x00"])
    def test_one_bad_character_costs_nothing(self, reference: str) -> None:
        assert found(document(STORY.replace("ferry", f"fer{reference}ry"))).body_html == STORY

    def test_text_that_lies_deep_is_found(self) -> None:
        assert found(f"<h1>The ferry</h1>{'<div>' * 600}{STORY}{'</div>' * 600}").body_html == STORY


class TestSelectors:
    HTML = document(f'<div class="x">{STORY}<b class="ad">Buy!</b></div><i class="by">M. Rivers</i><u>3 March 2026</u>')

    def test_a_selector_that_removes_the_whole_page_removes_nothing(self) -> None:
        assert found(document(), select={"body": "article", "remove": "html"}).body_html == STORY

    def test_they_count_for_more_than_anything_else(self) -> None:
        select = {"body": ".x", "remove": ".ad", "article_author": ".by", "article_date": "u", "article_title": "h1"}
        told = found(self.HTML, Draft(url=URL, title="Listed", author="L", body_html=STORY * 3), select=select)
        assert (told.title, told.author, told.body_html) == ("The ferry", "M. Rivers", STORY)
        assert told.published == datetime(2026, 3, 3, tzinfo=UTC)

    def test_a_body_that_is_not_there_is_named(self) -> None:
        with pytest.raises(NotParseable, match=r"Nothing on the page matches select\.body: '\.y'\."):
            found(self.HTML, select={"body": ".y"})


class TestSeveralPages:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("/news/ferry.html", "/news/ferry_2.html"),
            ("/news/ferry.html", "/news/ferry_1.html"),
            ("/news/t20260301_12.html", "/news/t20260301_12_1.html"),
            ("/news/ferry", "/news/ferry/2"),
            ("/news/ferry/", "/news/ferry/page/2/"),
            ("/news?id=7", "/news?id=7&page=2"),
            ("/news/ferry-1.html", "/news/ferry-2.html"),
        ],
    )
    @pytest.mark.parametrize("label", ["2", "Next", "下一页", "Weiter", "次へ"])
    def test_the_next_one_is_asked_for_and_joined(self, first: str, second: str, label: str) -> None:
        one = page(
            document(f'{STORY}<p class="pages"><a href="{second}">{label}</a></p>'), f"https://town.example{first}"
        )
        assert read(one).next_url == f"https://town.example{second}"
        more = STORY.replace("ferry", "barge")
        whole = read(one, page(document(more), f"https://town.example{second}"))
        assert (whole.draft.body_html, whole.draft.is_complete, whole.next_url) == (STORY + more, True, None)

    @pytest.mark.parametrize(
        "link",
        [
            '<a rel="next" href="/news/barge.html">Next</a>',
            '<link rel="next" href="/news/ferry2.html">',
            '<a href="/news/ferry-reopens-2.html">Next</a>',
            '<a href="https://other.example/news/ferry_2.html">2</a>',
            '<a href="/news/ferry.html?comment-page=2">2</a>',
            '<a href="/news/ferry_3.html">3</a>',
        ],
    )
    def test_the_next_article_is_no_next_page(self, link: str) -> None:
        assert read(page(document(STORY + link))).next_url is None

    def test_a_later_page_without_text_is_an_error_and_not_the_end(self) -> None:
        one = page(document(f'{STORY}<a href="/news/ferry_2.html">2</a>'))
        two = page("<html><body><p>Too many requests</p></body></html>", "https://town.example/news/ferry_2.html")
        with pytest.raises(NotParseable, match=r"A later page of this article has no text\."):
            read(one, page("<html><body></body></html>", two.url))

    def test_a_page_that_repeats_the_first_ends_the_article(self) -> None:
        html = document(f'{STORY}<a href="/news/ferry_2.html">2</a><a href="/news/ferry_3.html">3</a>')
        whole = read(page(html), page(html, "https://town.example/news/ferry_2.html"))
        assert (whole.draft.body_html, whole.next_url) == (STORY, None)


class TestData:
    def test_broken_json_still_tells_title_and_dates(self) -> None:
        head = (
            '<script type="application/ld+json">{"@type":"NewsArticle","headline":"The \\"ferry\\"",'
            '"datePublished":"2026-03-04T09:00:00Z" "image": oops}</script>'
        )
        told = found(document(head=head, title="Another thing"))
        assert told.published == datetime(2026, 3, 4, 9, tzinfo=UTC)

    def test_of_several_articles_the_one_of_this_address_is_meant(self) -> None:
        others = "".join(
            f'{{"@type":"NewsArticle","url":"/news/{name}.html","headline":"{name}","author":{{"name":"{author}"}}}},'
            for name, author in (("barge", "Other"), ("ferry", "M. Rivers"))
        )
        head = f'<script type="application/ld+json">[{others}]</script>'
        assert found(document(head=head)).author == "M. Rivers"

    def test_a_teaser_in_the_data_is_not_the_text(self) -> None:
        head = (
            f'<script type="application/ld+json">{{"@type":"Article","articleBody":"{SENTENCES[0] * 9} ..."}}</script>'
        )
        assert found(document(head=head)).body_html == STORY

    def test_the_canonical_address_is_kept_and_a_home_page_is_none(self) -> None:
        link = '<link rel="canonical" href="https://wire.example/ferry">'
        assert found(document(head=link)).canonical_url == "https://wire.example/ferry"
        assert found(document(head='<link rel="canonical" href="/">')).canonical_url == ""

    def test_a_language_that_the_letters_deny_is_not_believed(self) -> None:
        chinese = "<p>" + "渡船每半小时过江一次，集市日每十分钟一次。" * 6 + "</p>"
        assert found(document(chinese, title="渡船")).language == "zh"
        assert found(document(chinese, title="渡船", lang="zh-TW")).language == "zh-TW"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 60_000,
        "<p>a " * 5_000,
        "<a href=x>y</a>" * 5_000,
        "<table><tr><td>" * 20_000,
        "<b><i>" * 50_000 + "x",
        f"<h1>t</h1>{STORY}" + "<script type=application/ld+json>" * 5_000 + "</script></html>",
        f"<h1>t</h1>{STORY}" + '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        f"<h1>t</h1>{STORY}" + "<script " * 100_000 + "></script></html>",
        f"<h1>t</h1>{STORY}" + '<script type="application/ld+json">{' + "/* " * 100_000 + "</script>",
        f"<h1>t</h1>{STORY}<p>" + "作者：" * 60_000,
        "<title>" + " - a" * 60_000 + "</title>" + STORY,
        "<p class='" + "share-" * 60_000 + "'>x",
        f"<h1>t</h1>{STORY}" + "<p>By A B C D " * 3_000,
        "&#1;" * 200_000,
        f"<h1>t</h1>{STORY}<p>" + "x@" * 30_000,
        f"<h1>t</h1>{STORY}<time datetime='" + " " * 300_000 + "1'>",
    ],
)
def test_a_hostile_page_takes_seconds_at_most(html: str) -> None:
    began = time.process_time()
    assert found(html, Draft(url=URL, title="t", summary="s")).title == "t"
    assert time.process_time() - began < 10
