"""What the bytes of a page tell: its encoding, its language, the zones that its dates name."""

from __future__ import annotations

import pytest

from feedbot.sources import placing
from feedbot.sources.spec import Page, ParseOptions

CHINESE = "安源区政府召开会议，研究部署冬季安全生产工作。" * 20


@pytest.mark.parametrize(
    ("codec", "declared", "name"),
    [
        ("utf-8", None, "utf-8"),
        ("gb18030", "gbk", "gb18030"),
        ("gb18030", None, "gb18030"),
        ("big5", "big5", "big5"),
        ("utf-8-sig", "iso-8859-1", "utf-8"),
    ],
)
def test_the_encoding_is_the_one_that_the_page_is_read_in(codec: str, declared: str | None, name: str) -> None:
    text = CHINESE if codec != "big5" else "臺北市政府召開會議。" * 20
    page = Page(f"<html><body>{text}</body></html>".encode(codec), "https://a.example/", "text/html", declared)
    assert placing.encoding(page) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Привет, мир. " * 30, "windows-1251"),
        ("日本の新聞が伝えた。" * 30, "shift_jis"),
        ("한국 신문이 보도했다. " * 30, "euc-kr"),
    ],
)
def test_a_declared_encoding_is_named_as_an_admin_writes_it(text: str, name: str) -> None:
    page = Page(text.encode(name.replace("windows-", "cp")), "https://a.example/", "text/html", name)
    assert placing.encoding(page) == name


def test_offsets_of_dates_are_found_in_any_form() -> None:
    text = """<pubDate>Mon, 02 Nov 2026 08:30:00 +0800</pubDate> <time datetime="2026-11-02T08:30:00.000-05:30">
    <time datetime="2026-11-02T08:30Z"> 08:30+01:00 10:00:00+9999 a:b+0100"""
    page = Page(text.encode(), "https://a.example/", "text/html")
    assert list(placing.offsets(page)) == [480, -330, 60]


def test_a_page_full_of_dates_is_not_read_to_its_end() -> None:
    page = Page(b"10:00+0100 " * 100_000, "https://a.example/")
    assert len(list(placing.offsets(page))) == 500


@pytest.mark.parametrize(
    ("said", "texts", "language"),
    [
        ("en", ["安源区政府召开会议"], "zh-CN"),
        ("zh", ["安源区政府召开会议"], "zh-CN"),
        ("zh-TW", ["臺北市政府召開會議，學校開學"], "zh-TW"),
        (None, ["臺北市政府召開會議，學校開學"], "zh-TW"),
        (None, ["The town hall counts the votes of the election in the harbour"], "en"),
        (None, ["Die Stadt wird der Bürger und das Land ist für die Menschen"], "de"),
        (None, ["Le maire de la ville et les habitants sont dans la rue pour une fête"], "fr"),
        (None, ["El alcalde de la ciudad y los vecinos en una fiesta para el pueblo"], "es"),
        ("de-AT", ["Die Stadt wird der Bürger und das Land ist für die Menschen"], "de-AT"),
        (None, ["東京で新しい駅がひらいた"], "ja"),
        (None, ["새로운 도서관이 문을 열었다"], "ko"),
        (None, ["Новый мост открыт для движения"], "ru"),
        (None, ["Новий міст відкрито для руху, їдьте"], "uk"),
        (None, ["افتتاح الجسر الجديد في المدينة"], "ar"),
        (None, ["12345 !!!"], None),
        ("nonsense!", [""], None),
    ],
)
def test_the_language_is_what_the_titles_are_written_in(said: str | None, texts: list[str], language: str) -> None:
    assert placing.language(said, texts) == language


def test_readings_in_brackets_are_told_from_ordinary_ones() -> None:
    assert placing.repairs(["區(qū)領(lǐng)導(dǎo)"]) == ("pinyin", "simplified")
    assert placing.repairs(["區(qū)領(lǐng)"]) == ()
    assert placing.repairs(["世界卫生组织(WHO)、中国(China)、上海(Shanghai)、北京(BJ)"]) == ()


def test_the_addresses_of_a_page_are_canonical_and_those_of_a_feed_none() -> None:
    page = Page(b'<html><body><a href="/a?b=1&utm_source=x#top">A</a></body></html>', "https://Town.example/")
    assert placing.addresses(page, ParseOptions()) == {"https://town.example/a?b=1"}
    assert placing.addresses(Page(b"<rss/>", "https://a.example/"), ParseOptions()) == frozenset()
