"""Each rule for RSS and Atom on the bytes of plain, rich and empty feeds; and the checkers on faulty bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from lxml import etree

from feedbot.domain.article import Article, Attachment, Image
from feedbot.render.feeds import FeedLink, Format, article_id, render, updated
from render.atom_rules import atom_faults
from render.feed_rules import ATOM, CONTENT, DC, MEDIA, XML
from render.feed_samples import ANYUAN, NOW, SEEN, SELF, article, rich_article, view
from render.rss_rules import rss_faults

ARTICLES: tuple[Article, ...] = (article(1), article(2), rich_article(), article(3, summary="", body_html=""))


def rss(articles: Sequence[Article] = ARTICLES, **changes: Any) -> Any:
    return etree.fromstring(render(view(**changes), articles, "rss"))[0]


def atom(articles: Sequence[Article] = ARTICLES, **changes: Any) -> Any:
    return etree.fromstring(render(view(**changes), articles, "atom"))


def item(article: Article, **changes: Any) -> Any:
    return rss([article], **changes).find("item")


def entry(article: Article, **changes: Any) -> Any:
    return atom([article], **changes).find(f"{ATOM}entry")


@pytest.mark.parametrize(
    "articles", [ARTICLES, (), [article(number) for number in range(50)]], ids=["rich", "empty", "50"]
)
def test_a_feed_has_no_fault_and_a_reader_reads_it_without_complaint(articles: Sequence[Article]) -> None:
    for format_, faults in (("rss", rss_faults), ("atom", atom_faults)):
        body = render(view(), articles, format_)  # type: ignore[arg-type]
        assert faults(body, SELF, now=NOW) == []
        read = feedparser.parse(body)
        assert not read.bozo
        assert len(read.entries) == len(articles)


def test_r1_the_channel_has_title_absolute_link_and_description() -> None:
    channel = rss()
    assert channel.findtext("title") == "城事资讯"
    assert channel.findtext("link") == "https://news.example/category/%E5%9F%8E%E4%BA%8B"
    assert channel.findtext("description") == "新闻 from the town"
    assert rss(description="").findtext("description") == "城事资讯"


def test_r2_rel_self_is_the_address_served_with_the_media_type_of_the_format() -> None:
    own = rss().find(f"{ATOM}link")
    assert dict(own.attrib) == {"rel": "self", "href": SELF, "type": "application/rss+xml"}


def test_r3_items_come_after_the_channels_own_elements() -> None:
    tags = [child.tag for child in rss(links=(FeedLink("hub", "https://hub.example/"),))]
    assert set(tags[tags.index("item") :]) == {"item"}


def test_r4_an_article_without_a_title_is_called_by_its_summary_or_its_address() -> None:
    assert item(article(title="", summary="No title here.")).findtext("title") == "No title here."
    assert item(article(title="", summary="", body_html="")).findtext("title") == "https://portal.example/article/1"
    assert item(article(title="\x07", url="", summary="", body_html="")).findtext("title").startswith("urn:uuid:")


def test_r4_no_blank_category_is_written() -> None:
    assert [
        each.text for each in item(article(categories=(" ", "a"), tags=("\x01", "a", "b"))).iterfind("category")
    ] == [
        "a",
        "b",
    ]


def test_r5_the_guid_stays_when_everything_but_source_and_key_changes() -> None:
    before, after = article(1), article(1, id=99, revision=5, title="x", url="https://moved.example/", categories=())
    assert (
        item(before).findtext("guid") == item(after).findtext("guid") == "urn:uuid:40e7e32e-43e5-565a-8d6f-f1e5dba0ec10"
    )


def test_r5_the_same_key_in_two_sources_names_two_articles() -> None:
    assert article_id(article(1)) != article_id(article(1, source_id="other"))


def test_r5_an_article_that_is_given_twice_stands_once_in_its_newest_revision() -> None:
    channel = rss([article(1, title="new", revision=2), article(1, title="old")])
    assert [each.findtext("title") for each in channel.iterfind("item")] == ["new"]


def test_r6_the_guid_is_a_urn_and_no_permalink() -> None:
    guid = item(article()).find("guid")
    assert guid.text.startswith("urn:uuid:")
    assert guid.get("isPermaLink") == "false"


def test_r7_the_publication_date_is_written_as_rfc_822_wants() -> None:
    assert item(article(published=datetime(2026, 3, 1, 8, 9, 10, tzinfo=UTC))).findtext("pubDate") == (
        "Sun, 01 Mar 2026 08:09:10 GMT"
    )


@pytest.mark.parametrize("odd", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC), None])
def test_r7_a_date_that_cannot_be_is_the_time_when_the_article_was_first_seen(odd: datetime | None) -> None:
    assert item(article(published=odd)).findtext("pubDate") == "Wed, 04 Mar 2026 05:06:07 GMT"
    assert entry(article(published=odd)).findtext(f"{ATOM}published") == "2026-03-04T05:06:07+00:00"


def test_r8_the_author_is_dc_creator_and_an_unknown_one_is_left_out() -> None:
    assert item(rich_article()).findtext(f"{DC}creator") == "张三"
    assert item(rich_article()).find("author") is None
    assert item(article()).find(f"{DC}creator") is None


def test_r9_the_first_file_is_the_enclosure_and_the_others_are_media() -> None:
    written = item(rich_article())
    assert [dict(each.attrib) for each in written.iterfind("enclosure")] == [
        {"url": "https://portal.example/plan.pdf", "length": "1234", "type": "application/pdf"}
    ]
    assert [each.get("url") for each in written.iterfind(f"{MEDIA}content") if each.get("medium") is None] == [
        "https://portal.example/%E9%99%84%E4%BB%B6.doc"
    ]


def test_r9_a_file_of_unknown_size_and_type_has_length_0_and_a_type() -> None:
    file = Attachment("https://portal.example/a", "a", "no type")
    assert dict(item(article(attachments=(file,))).find("enclosure").attrib) == {
        "url": "https://portal.example/a",
        "length": "0",
        "type": "application/octet-stream",
    }


def test_r9_pictures_are_media_and_never_enclosures() -> None:
    written = item(article(images=(Image("https://portal.example/1.jpg"), Image("https://portal.example/2.jpg"))))
    assert written.find("enclosure") is None
    assert written.find(f"{MEDIA}thumbnail").get("url") == "https://portal.example/1.jpg"
    assert [dict(each.attrib) for each in written.iterfind(f"{MEDIA}content")] == [
        {"url": "https://portal.example/1.jpg", "medium": "image"},
        {"url": "https://portal.example/2.jpg", "medium": "image"},
    ]


def test_r10_the_plain_summary_stands_before_the_whole_body() -> None:
    written = item(rich_article())
    names = [child.tag for child in written]
    assert names.index("description") < names.index(f"{CONTENT}encoded")
    assert written.findtext("description") == "A &amp; B say 1 &lt; 2."
    assert written.findtext(f"{CONTENT}encoded").startswith("<p>A &amp; B say")


def test_r10_a_missing_summary_is_the_beginning_of_the_body() -> None:
    assert item(article(summary="", body_html="<p>一</p><p>A &amp; B</p>")).findtext("description") == "一 A &amp; B"
    assert item(article(summary="", body_html=f"<p>{'字' * 900}</p>")).findtext("description") == "字" * 279 + "…"


def test_r10_a_description_ends_with_a_sentence_also_where_the_source_cut_its_summary() -> None:
    body = f"<p>梨园开园。</p><p>游客&nbsp;很多&amp;热闹。{'路' * 300}。</p>"
    for summary in ("", "梨园开园。 游客 很 ..."):
        description = item(article(summary=summary, summary_is_cut=True, body_html=body)).findtext("description")
        assert description == "梨园开园。游客 很多&amp;热闹。"
    own = "市区三所学校明天停课。家长请 ..."
    described = item(article(summary=own, summary_is_cut=True, body_html=body)).findtext("description")
    assert described == "市区三所学校明天停课。"


def test_r10_a_body_without_any_text_is_the_description() -> None:
    picture = '<img src="https://portal.example/1.jpg">'
    written = item(article(summary="", body_html=picture))
    assert written.findtext("description") == picture
    assert written.find(f"{CONTENT}encoded") is None


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<b>新桥</b>&nbsp;opens", "新桥 opens"),
        ("How <canvas> works", "How ‹canvas› works"),
        ("1 < 2 and a<b & c]]>", "1 < 2 and a‹b & c]]>"),
        ("AT&amp;amp;T &#x41; &bogus;", "AT&T A &bogus;"),
        ("F&#38;#x26;lt; &copy R&D2", "F< ＆copy R＆D2"),
        ("a\ufffdb", "a?b"),
        ("R&D &notes", "R&D &notes"),
        ("line\none\ttwo\x00\x1b", "line one two"),
    ],
)
def test_r11_a_title_has_no_markup_and_no_character_references(title: str, shown: str) -> None:
    assert item(article(title=title)).findtext("title") == shown
    assert entry(article(title=title)).findtext(f"{ATOM}title") == shown


def test_r12_a_body_has_nothing_that_runs_and_no_relative_address() -> None:
    body = (
        '<p onclick="x()" style="position:fixed">t<script>x()</script><iframe src="https://a.example/"></iframe>'
        '<object data="x"></object><a href="/rel">a</a><a href="javascript:x()">b</a><img src="rel.png">'
        '<blockquote cite="rel">q</blockquote><a href="https://a.example/">c</a></p>'
    )
    written = item(article(body_html=body)).findtext(f"{CONTENT}encoded")
    assert written == '<p>t<a>a</a><a>b</a><img></p><blockquote>q</blockquote><a href="https://a.example/">c</a><p></p>'
    assert entry(article(body_html=body)).findtext(f"{ATOM}content") == written


@pytest.mark.parametrize(
    ("url", "written"),
    [
        (
            "https://新闻.example/安 源?q=区#一",
            "https://xn--efvy88h.example/%E5%AE%89%20%E6%BA%90?q=%E5%8C%BA#%E4%B8%80",
        ),
        ("HTTP://Portal.Example:8080/a%zz%41|b", "http://portal.example:8080/a%25zz%41%7Cb"),
        ("https://user:secret@portal.example/", "https://portal.example/"),
        ("https://portal.example", "https://portal.example/"),
    ],
)
def test_r13_links_are_percent_encoded_ascii(url: str, written: str) -> None:
    assert item(article(url=url)).findtext("link") == written
    assert entry(article(url=url)).find(f"{ATOM}link").get("href") == written


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "/relative", "https://", "https://[::1", "https://a:port/"])
def test_r13_what_is_no_web_address_is_left_out(url: str) -> None:
    assert item(article(url=url)).find("link") is None
    assert [each.get("rel") for each in entry(article(url=url)).iterfind(f"{ATOM}link")] == []


def test_r14_characters_that_xml_forbids_do_not_reach_the_feed() -> None:
    nasty = "a\x00\x08\x0b\x1f\x7f\x9f\ud800\ufffe\uffff\U0001ffffb"
    made = article(
        title=nasty, summary=nasty, body_html=f"<p>{nasty}&#x1;</p>", author=nasty, origin=nasty, categories=(nasty,)
    )
    assert item(made).findtext("title") == "ab"
    assert item(made).findtext(f"{CONTENT}encoded") == "<p>ab</p>"
    assert rss_faults(render(view(), [made], "rss"), SELF, now=NOW) == []
    assert atom_faults(render(view(), [made], "atom"), SELF, now=NOW) == []


@pytest.mark.parametrize(
    ("language", "written"),
    [("zh_CN", "zh-CN"), ("zh-Hans", "zh-Hans"), ("cmn", "zh"), ("EN_us", "en-US"), ("aaa", None), ("", None)],
)
def test_r15_the_language_is_a_bcp_47_tag(language: str, written: str | None) -> None:
    assert rss(language=language).findtext("language") == written
    assert atom(language=language).get(f"{XML}lang") == written


def test_r16_the_time_to_live_is_positive_or_left_out() -> None:
    assert rss(ttl_minutes=15).findtext("ttl") == "15"
    assert rss(ttl_minutes=0).find("ttl") is None
    assert rss(ttl_minutes=None).find("ttl") is None


def test_r17_the_image_repeats_the_channels_title_and_link() -> None:
    image = rss().find("image")
    assert [child.text for child in image] == [
        "https://news.example/icon.png",
        "城事资讯",
        "https://news.example/category/%E5%9F%8E%E4%BA%8B",
    ]


def test_r17_an_item_of_a_merged_feed_names_its_source_with_its_feed() -> None:
    source = item(article()).find("source")
    assert (source.text, source.get("url")) == ("安源区政府", "https://news.example/feeds/source/anyuan.rss")
    assert item(article(), origins={}).find("source") is None


def test_r18_only_known_namespaces_each_declared_once() -> None:
    for document in (rss(), atom()):
        assert {each for element in document.iter() for each in element.nsmap.values()} == {
            name[1:-1] for name in (ATOM, CONTENT, DC, MEDIA) if name != CONTENT or document.tag == "channel"
        }


def test_r18_counts_that_move_without_the_article_changing_are_not_in_the_feed() -> None:
    counted = rich_article()
    plain = article(**{name: getattr(counted, name) for name in ("id", "key", "title", "summary", "body_html")})
    for format_ in ("rss", "atom"):
        assert "鲜花".encode() not in render(view(), [counted, plain], format_)


def test_r19_hub_and_archive_links_emoji_and_zero_items_are_clean() -> None:
    links = (FeedLink("hub", "https://hub.example/"), FeedLink("prev-archive", "https://news.example/2025.rss"))
    for articles in ([], [article(title="🎉 👩‍👩‍👧 🇨🇳")]):
        assert rss_faults(render(view(links=links), articles, "rss"), SELF, now=NOW) == []
        assert atom_faults(render(view(links=links), articles, "atom"), SELF, now=NOW) == []


def test_who_a_story_stems_from_is_dc_publisher_beside_the_source_that_is_the_feed() -> None:
    for written in (item(rich_article()), entry(rich_article())):
        assert written.findtext(f"{DC}publisher") == "萍乡日报"
        assert written.find(f"{DC}source") is None


def test_a1_the_feed_has_id_title_updated_author_and_self() -> None:
    feed = atom()
    assert feed.findtext(f"{ATOM}id") == view().id
    assert feed.findtext(f"{ATOM}title") == "城事资讯"
    assert feed.findtext(f"{ATOM}updated") == "2026-03-04T22:00:00.000007+00:00"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Town news"
    assert [(each.get("rel"), each.get("href")) for each in feed.iterfind(f"{ATOM}link")] == [
        ("self", SELF),
        ("alternate", "https://news.example/category/%E5%9F%8E%E4%BA%8B"),
    ]


def test_a1_an_entry_without_an_author_is_by_its_source_or_by_the_feed() -> None:
    name = f"{ATOM}author/{ATOM}name"
    assert entry(rich_article()).findtext(name) == "张三"
    assert entry(article()).findtext(name) == "安源区政府"
    assert entry(article(), origins={}).findtext(name) == "Town news"


def test_a2_an_entry_has_id_title_and_updated() -> None:
    written = entry(article())
    assert written.findtext(f"{ATOM}id") == article_id(article())
    assert written.findtext(f"{ATOM}title") == "第1条新闻"
    assert written.findtext(f"{ATOM}updated") == "2026-03-04T05:06:07.000001+00:00"


def test_a3_an_entry_has_one_alternate_link_and_always_a_text() -> None:
    bare = entry(article(summary="", body_html=""))
    assert bare.findtext(f"{ATOM}summary") == "第1条新闻"
    assert [each.get("href") for each in bare.iterfind(f"{ATOM}link")] == ["https://portal.example/article/1"]
    unlinked = entry(article(summary="Short.", body_html="", url=""))
    assert unlinked.findtext(f"{ATOM}content") == "Short."


def test_a4_content_says_html_and_summary_says_text() -> None:
    written = entry(rich_article())
    assert written.find(f"{ATOM}content").get("type") == "html"
    assert written.find(f"{ATOM}summary").get("type") == "text"
    assert written.findtext(f"{ATOM}summary") == "A & B say 1 < 2."


def test_a4_a_summary_that_looks_like_markup_says_that_it_is_html() -> None:
    summary = entry(article(summary="Write &amp; and </b>.")).find(f"{ATOM}summary")
    assert (summary.get("type"), summary.text) == ("html", "Write &amp;amp; and &lt;/b&gt;.")


def test_r11_descriptions_and_names_have_no_markup_either() -> None:
    said = {"description": "<b>News</b> &amp; more", "author": "<i>Town</i>"}
    made = article(author="<b>张三</b>", origin="A&amp;B", categories=("<i>a</i>",))
    assert rss([made], **said).findtext("description") == "News & more"
    assert atom([made], **said).findtext(f"{ATOM}subtitle") == "News & more"
    assert atom([made], **said).findtext(f"{ATOM}author/{ATOM}name") == "Town"
    assert (item(made).findtext(f"{DC}creator"), item(made).findtext(f"{DC}publisher")) == ("张三", "A&B")
    assert item(made).findtext("category") == "a"


def test_a5_dates_have_a_zone() -> None:
    written = entry(article())
    assert written.findtext(f"{ATOM}published") == "2026-03-04T01:01:00+00:00"


def test_a6_articles_of_one_poll_have_distinct_updated_values_that_others_do_not_move() -> None:
    batch = [article(number) for number in range(1, 40)]
    stamps = {
        each.findtext(f"{ATOM}id"): each.findtext(f"{ATOM}updated") for each in atom(batch).iterfind(f"{ATOM}entry")
    }
    assert len(set(stamps.values())) == 39
    alone = entry(batch[5])
    assert stamps[alone.findtext(f"{ATOM}id")] == alone.findtext(f"{ATOM}updated")


def test_a7_an_entry_of_a_merged_feed_copies_id_title_and_updated_of_its_source() -> None:
    source = entry(article()).find(f"{ATOM}source")
    assert [source.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated")] == [
        ANYUAN.id,
        "安源区政府",
        "2026-03-04T05:06:07.000001+00:00",
    ]
    assert {each.get("rel"): each.get("href") for each in source.iterfind(f"{ATOM}link")} == {
        "self": ANYUAN.feed_url,
        "alternate": ANYUAN.home_url,
    }
    assert entry(article(), origins={}).find(f"{ATOM}source") is None


def test_a8_categories_have_path_and_name_and_an_entry_in_another_language_says_so() -> None:
    written = entry(rich_article())
    assert [(each.get("term"), each.get("label")) for each in written.iterfind(f"{ATOM}category")] == [
        ("城事资讯/安源区政府", "安源区政府"),
        ("交通", "交通"),
        ("桥", None),
        ("traffic", None),
    ]
    assert written.get(f"{XML}lang") == "zh-TW"
    assert entry(article(language="zh-CN")).get(f"{XML}lang") is None


def test_a8_published_stays_and_updated_moves_when_an_article_changes() -> None:
    before, after = entry(article()), entry(article(revision=2, title="x", changed=SEEN.replace(hour=9)))
    assert before.findtext(f"{ATOM}published") == after.findtext(f"{ATOM}published")
    assert after.findtext(f"{ATOM}updated") == "2026-03-04T09:06:07.000001+00:00"


def test_every_file_of_an_article_is_an_enclosure_of_its_entry() -> None:
    assert [
        dict(each.attrib) for each in entry(rich_article()).iterfind(f"{ATOM}link") if each.get("rel") == "enclosure"
    ] == [
        {
            "rel": "enclosure",
            "href": "https://portal.example/plan.pdf",
            "type": "application/pdf",
            "length": "1234",
            "title": "plan.pdf",
        },
        {
            "rel": "enclosure",
            "href": "https://portal.example/%E9%99%84%E4%BB%B6.doc",
            "type": "application/octet-stream",
            "title": "附件.doc",
        },
    ]


@pytest.mark.parametrize("format_", ["rss", "atom"])
def test_h2_the_same_articles_in_any_order_give_the_same_bytes(format_: Format) -> None:
    assert render(view(), ARTICLES, format_) == render(view(), ARTICLES[::-1], format_)


def test_items_stand_newest_first_and_equal_dates_by_id() -> None:
    same = datetime(2026, 3, 1, tzinfo=UTC)
    channel = rss([article(1, published=same), article(2, published=same), article(3), article(4, published=None)])
    assert [each.findtext("title") for each in channel.iterfind("item")] == [
        "第4条新闻",
        "第3条新闻",
        "第2条新闻",
        "第1条新闻",
    ]


def test_a_feed_was_updated_when_its_newest_article_changed_and_an_empty_one_when_it_was_made() -> None:
    assert updated(view(), [article(1), rich_article()]) == datetime(2026, 3, 4, 22, 0, 0, 7, tzinfo=UTC)
    assert updated(view(), []) == datetime(2026, 1, 1, tzinfo=UTC)
    assert rss([]).findtext("lastBuildDate") == "Thu, 01 Jan 2026 00:00:00 GMT"


FAULTY = [
    ("rss", "<description>新闻 from the town</description>", "", "R1"),
    ("rss", f'href="{SELF}"', 'href="https://other.example/"', "R2"),
    ("rss", "</item>\n  </channel>", "</item><ttl>5</ttl></channel>", "R3"),
    ("rss", "<category>城事资讯/安源区政府</category>", "<category/>", "R4"),
    ("rss", "urn:uuid:", "", "R6"),
    ("rss", "Wed, 04 Mar 2026", "Thu, 04 Mar 2026", "R7"),
    ("rss", "04 Mar 2026", "04 Mar 1970", "R7"),
    ("rss", "<dc:creator>张三</dc:creator>", "<author>张三</author>", "R8"),
    ("rss", ' length="1234"', "", "R9"),
    ("rss", "<title>第1条新闻</title>", "<title>&lt;b&gt;x&lt;/b&gt;</title>", "R11"),
    ("rss", "https://portal.example/x", "/x", "R12"),
    ("rss", "https://portal.example/article/1", "https://portal.example/新", "R13"),
    ("rss", "第1条新闻", "&nbsp;", "R14"),
    ("rss", "<language>zh-CN", "<language>zh_CN", "R15"),
    ("rss", "<ttl>15", "<ttl>0", "R16"),
    ("rss", "      <title>城事资讯</title>", "      <title>x</title>", "R17"),
    ("rss", "<docs>", "<stats>1</stats><docs>", "R18"),
    ("rss", "<docs>", '<x:y xmlns:x="urn:x"/><docs>', "R18"),
    ("atom", "<name>Town news</name>", "<name/>", "A1"),
    ("atom", ' rel="self" type', ' rel="next" type', "A1"),
    ("atom", "<updated>2026-03-04T05:06:07.000001+00:00</updated>", "", "A2"),
    ("atom", '<summary type="text">第3条新闻</summary>', "", "A3"),
    ("atom", 'content type="html"', 'content type="CDATA"', "A4"),
    ("atom", "<published>2026-03-04T01:01:00+00:00", "<published>2026-03-04 01:01:00", "A5"),
    ("atom", "05:06:07.000001", "05:06:07.000002", "A6"),
    ("atom", "<id>tag:news.example,2026:source/anyuan</id>", "", "A7"),
    ("atom", 'term="交通"', 'term=""', "A8"),
]


@pytest.mark.parametrize(("format_", "good", "bad", "code"), FAULTY)
def test_the_checker_sees_a_document_that_breaks_a_rule(format_: Format, good: str, bad: str, code: str) -> None:
    text = render(view(), ARTICLES, format_).decode()
    assert good in text
    faults = (rss_faults if format_ == "rss" else atom_faults)(text.replace(good, bad).encode(), SELF, now=NOW)
    assert code in {fault.split()[0] for fault in faults}


def test_the_checker_sees_content_without_a_description() -> None:
    body = render(view(), [article()], "rss").replace("<description>安源区今天召开会议。</description>".encode(), b"")
    assert [fault.split()[0] for fault in rss_faults(body, SELF, now=NOW)] == ["R10"]
