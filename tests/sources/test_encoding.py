"""Bytes become text whatever the page or its server claims."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.sources.encoding import codec_for, decode, strip_controls

TEXT = "青禾镇石桥村的梨花开了，村民在田间忙着授粉。"
LABELS = [None, "utf-8", "gbk", "gb2312", "big5", "iso-8859-1", "utf-16", "hex", "", "x" * 99, "\0", "日本"]


def page(charset: str, text: str = TEXT) -> str:
    return f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}" /></head>{text}'


@pytest.mark.parametrize("codec", ["utf-8", "gbk", "gb18030", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("declared", [label for label in LABELS if label != "big5"])
def test_a_page_whose_bytes_say_what_they_are_is_read_under_any_header(codec: str, declared: str | None) -> None:
    text = page(codec)
    assert decode(text.encode(codec), declared=declared) == text


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("gbk", "GB2312"),
        ("gb18030", "gbk"),
        ("gb18030", "gb2312"),
        ("big5hkscs", "Big5"),
        ("cp932", "Shift_JIS"),
        ("cp949", "euc-kr"),
        ("euc_jp", "EUC-JP"),
        ("koi8_r", "koi8-r"),
        ("cp1251", "windows-1251"),
        ("cp1252", "ISO-8859-1"),
        ("iso8859_2", "iso-8859-2"),
        ("cp1254", "iso-8859-9"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16be"),
    ],
)
def test_a_header_is_read_by_the_webs_meaning_of_its_label(codec: str, label: str) -> None:
    text = "".join(sign for sign in "漢字カナ한글ЖшčŞ€“”镕" if _fits(sign, codec)) * 3
    assert text
    assert decode(text.encode(codec), declared=label) == text


def _fits(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def test_a_character_that_only_gb18030_has_is_read_from_a_page_that_says_gb2312() -> None:
    text = page("gb2312", "朱镕基，㐀𠮷")
    assert decode(text.encode("gb18030"), declared="gb2312") == text


def test_a_header_that_says_utf_8_of_a_gbk_page_is_not_believed() -> None:
    text = page("gbk")
    assert decode(text.encode("gbk"), declared="utf-8") == text


def test_a_header_that_says_gbk_of_a_utf_8_page_is_not_believed() -> None:
    text = page("utf-8")
    assert decode(text.encode(), declared="gbk") == text


def test_the_headers_claim_goes_before_the_pages_where_the_bytes_fit_both() -> None:
    body = b"<meta charset=big5>" + "中文".encode("gbk")
    assert decode(body, declared="gbk").endswith("中文")


def test_the_xml_declaration_goes_before_the_header() -> None:
    text = '<?xml version="1.0" encoding="gbk"?><t>中文</t>'
    assert decode(text.encode("gbk"), declared="big5") == text


def test_iso_8859_1_is_believed_last_because_servers_send_it_unasked() -> None:
    text = page("gbk", "中文")
    assert decode(text.encode("gbk"), declared="iso-8859-1") == text
    assert decode("déjà".encode("latin-1"), declared="iso-8859-1") == "déjà"


def test_the_admins_encoding_goes_before_everything() -> None:
    body = b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>' + "中文".encode("gbk")
    assert decode(body, declared="utf-8", override="gbk").endswith("中文")


def test_an_admins_encoding_that_does_not_exist_is_passed_over() -> None:
    assert decode(TEXT.encode("gbk"), declared="gbk", override="gbk-2") == TEXT


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_xml_in_utf_16_without_a_mark_is_read(codec: str) -> None:
    text = '<?xml version="1.0" encoding="utf-16"?><t>é</t>'
    assert decode(text.encode(codec)) == text


def test_a_declaration_of_utf_16_that_can_be_read_as_ascii_means_utf_8() -> None:
    text = page("utf-16")
    assert decode(text.encode()) == text


@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_a_cut_character_does_not_change_the_encoding_of_the_rest(codec: str) -> None:
    whole = page(codec, TEXT * 20)
    read = decode(whole.encode(codec)[:-1], declared=codec)
    assert read == whole[:-1] + "\ufffd"


def test_one_broken_byte_in_utf_8_without_a_claim_is_one_replacement() -> None:
    body = (TEXT * 20).encode()
    assert decode(body[:60] + b"\xff" + body[60:]) == TEXT[:20] + "\ufffd" + (TEXT * 20)[20:]


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("gb18030", "据介绍，今年梨园新装了滴灌设备，预计每亩增收八百元。技术员逐户讲解疏花和防冻的要点。\n"),
        ("big5", "據介紹，今年梨園新裝了滴灌設備，預計每畝增收八百元。技術員逐戶講解疏花和防凍的要點。\n"),
        ("cp932", "今日の朝、市内に新しい図書館がオープンしました。学校の近くに建ててほしいと願っていました。\n"),
        ("cp949", "오늘 아침 시내에 새로운 도서관이 문을 열었습니다. 학교 근처에 지어 달라고 요청해 왔습니다.\n"),
        ("cp1251", "Сегодня утром в городе открылась новая библиотека. Жители давно просили построить её.\n"),
        ("cp1252", "Ce matin, la nouvelle bibliothèque a été inaugurée près de l'école. Les habitants l'espéraient.\n"),
    ],
)
def test_bytes_without_any_claim_are_guessed_at(codec: str, text: str) -> None:
    assert decode((text * 6).encode(codec)) == text * 6


@pytest.mark.parametrize("place", [-1, 20])
def test_a_guess_survives_a_broken_character(place: int) -> None:
    text = "据介绍，今年梨园新装了滴灌设备，预计每亩增收八百元。\n技术员逐户讲解疏花和防冻的要点。\n" * 6 + "完"
    body = text.encode("gb18030")
    broken = body[:place] + (b"\xff" + body[place:] if place > 0 else b"")
    kept = text[:10] + "\ufffd" + text[10:] if place > 0 else text[:-1] + "\ufffd"
    assert decode(broken) == kept


def test_the_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode(b"\xef\xbb\xbfabc", declared="gbk") == "abc"
    assert decode(b"\xef\xbb\xbfabc", override="utf-8") == "abc"
    assert decode(b"\xff\xfea\0", declared="gbk") == "a"


@pytest.mark.parametrize(
    "label", ["hex", "rot13", "base64", "zip", "utf-7", "idna", "unicode_escape", "utf-16\0", "ｇｂｋ"]
)
def test_a_codec_that_is_no_encoding_of_the_web_is_none(label: str) -> None:
    assert codec_for(label) is None


def test_labels_are_read_without_regard_to_case_blanks_and_quotes() -> None:
    assert {codec_for(label) for label in (" GBK ", '"gb2312"', "'x-gbk'", "GB_2312-80")} == {"gb18030"}


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from(LABELS), st.sampled_from(LABELS))
def test_no_bytes_and_no_label_make_it_fail(body: bytes, declared: str | None, override: str | None) -> None:
    assert isinstance(decode(body, declared=declared, override=override), str)


@settings(deadline=None)
@given(
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=200).filter(lambda text: not text.startswith("\ufeff"))
)
def test_utf_8_is_read_back_under_its_own_name(text: str) -> None:
    if "\0" not in text:  # which may stand for UTF-16
        assert decode(text.encode(), declared="utf-8") == text


@settings(deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_what_is_left_without_controls_fits_into_xml(text: str) -> None:
    kept = strip_controls(text)
    root = ET.fromstring(f"<t>{escape(kept)}</t>".encode())
    assert (root.text or "") == kept.replace("\r\n", "\n").replace("\r", "\n")


def test_only_what_xml_forbids_is_dropped() -> None:
    assert strip_controls("a\x00\x0b\x1f\ud800\ufffe\uffffb\t\n\r \x7f\x85\ufffd\U0001f600") == (
        "ab\t\n\r \x7f\x85\ufffd\U0001f600"
    )


@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "big5hkscs"])
def test_titles_that_the_site_cut_inside_a_character_do_not_cost_the_page_its_encoding(codec: str) -> None:
    lines = [text.encode(codec)[:-1] + b" ...</li>\n" for text in ("春耕備好肥料", "河岸新建步道", "夜市今晚開張") * 20]
    text = decode(page({"gb18030": "gbk", "big5hkscs": "big5"}.get(codec, codec), "").encode() + b"".join(lines))
    assert (text.count("春耕備好肥"), text.count("河岸新建步"), text.count("夜市今晚開")) == (20, 20, 20)


def test_bytes_without_a_claim_are_never_taken_for_utf_16_unless_they_have_its_zeros() -> None:
    assert "<li>" in decode(b"".join(b"<li>" + "标题内容很长么".encode("gbk")[:-1] + b"\xff</li>" for _ in range(40)))


TEXTS = {
    "gb18030": TEXT * 3,
    "gbk": "据介绍，今年梨园新装了滴灌设备，预计每亩增收八百元。技术员逐户讲解疏花和防冻的要点。",
    "big5": "據介紹，今年梨園新裝了滴灌設備，預計每畝增收八百元。技術員逐戶講解疏花和防凍的要點。",
    "big5hkscs": "今日喺公園嗰邊，佢哋講嘅嘢好有趣，咁就唔使去啦。",
    "cp932": "今日の朝、市内に新しい図書館がオープンしました。学校の近くに建ててほしいと願っていました。",
    "euc_jp": "今日の朝、市内に新しい図書館がオープンしました。学校の近くに建ててほしいと願っていました。",
    "iso2022_jp": "今日の朝、市内に新しい図書館がオープンしました。学校の近くに建ててほしいと願っていました。",
    "cp949": "오늘 아침 시내에 새로운 도서관이 문을 열었습니다. 학교 근처에 지어 달라고 요청해 왔습니다.",
    "cp1251": "Сегодня утром в городе открылась новая библиотека. Жители давно просили построить её рядом.",
    "koi8_r": "Сегодня утром в городе открылась новая библиотека. Жители давно просили построить её рядом.",
    "cp866": "Сегодня утром в городе открылась новая библиотека. Жители давно просили построить её рядом.",
    "cp1256": "افتتحت صباح اليوم في المدينة مكتبة جديدة، وكان السكان يطالبون ببنائها قرب المدرسة.",
    "utf-16-le": TEXT + " и déjà",
    "utf-16-be": TEXT + " и déjà",
    "utf-8": TEXT + " и déjà",
}
NAMES = {
    "big5hkscs": "big5-hkscs",
    "cp932": "shift_jis",
    "euc_jp": "euc-jp",
    "iso2022_jp": "iso-2022-jp",
    "cp949": "euc-kr",
    "cp1251": "windows-1251",
    "koi8_r": "koi8-r",
    "cp866": "ibm866",
    "cp1256": "windows-1256",
}


def article(text: str, head: str = "") -> str:
    return f"<!DOCTYPE html>\n<html><head>{head}<title>News</title></head>\n<body><p>{text}</p></body></html>"


@pytest.mark.parametrize("codec", TEXTS)
@pytest.mark.parametrize("declared", [None, "iso-8859-1", "utf-8", "windows-1252", "right"])
def test_a_page_is_read_right_whether_its_server_says_nothing_the_truth_or_a_lie(
    codec: str, declared: str | None
) -> None:
    text = article(TEXTS[codec])
    label = NAMES.get(codec, codec) if declared == "right" else declared
    assert decode(text.encode(codec), declared=label) == text


@pytest.mark.parametrize("codec", [codec for codec in TEXTS if codec != "iso2022_jp"])
@pytest.mark.parametrize("declared", [None, "iso-8859-1", "utf-8"])
def test_what_a_page_says_of_itself_is_believed_over_a_lying_server(codec: str, declared: str | None) -> None:
    text = article(TEXTS[codec], f"<meta charset='{NAMES.get(codec, codec)}'>")
    assert decode(text.encode(codec), declared=declared) == text


@pytest.mark.parametrize("codec", TEXTS)
def test_a_page_that_lies_about_being_utf_8_is_read_all_the_same(codec: str) -> None:
    text = article(TEXTS[codec], "<meta charset=utf-8>")
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize("declared", [None, "utf-8", "gbk", "iso-8859-1", "windows-1251"])
def test_a_single_broken_byte_does_not_turn_a_utf_8_page_into_another_encoding(declared: str | None) -> None:
    text = article(TEXT * 20, "<meta charset=utf-8>")
    body = text.encode()
    place = len(text[:90].encode())
    assert decode(body[:place] + b"\xff" + body[place:], declared=declared) == text[:90] + "\ufffd" + text[90:]


def test_utf_8_that_was_encoded_twice_is_left_as_it_came() -> None:
    twice = article("dÃ©jÃ vu, â€œquotedâ€\x9d").encode()
    assert decode(twice, declared="utf-8") == article("dÃ©jÃ vu, â€œquotedâ€\x9d")


@pytest.mark.parametrize("declared", [None, "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize(
    "text",
    [
        "Ce matin, la bibliothèque a été inaugurée près de l'école : « déjà », dit-on.",
        "Größe, Straße, Übermut – „so“ heißt es in Österreich, für 5 € im Café.",
        "¿Qué pasó? ¡Mañana será otro día! Año, niño, señal, lingüística.",
        "Smörgåsbord på räksmörgås och ål i åen; ÄÖÅ ÅÄÖ.",
        "plain ASCII only",
    ],
)
def test_western_text_stays_western(text: str, declared: str | None) -> None:
    page_text = article(text * 3, "" if declared else "<meta charset=iso-8859-1>")
    assert decode(page_text.encode("cp1252"), declared=declared) == page_text
