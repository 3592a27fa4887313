"""Mangled text comes back as it was written, and nothing else is touched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from pypinyin import Style, pinyin

from feedbot.domain.article import Attachment, Draft, Image, Reaction
from feedbot.sources.repair import PINYIN, SIMPLIFIED, STEPS, repair_draft, repair_html, repair_text

SEED = Path(__file__).parents[1] / "data" / "seed"
BOTH = frozenset({PINYIN, SIMPLIFIED})
TRADITIONAL = OpenCC("s2t")
READINGS = frozenset({PINYIN})
WRITING = frozenset({SIMPLIFIED})
MIXED = st.text(
    st.sampled_from("區区導导發发乾著後后里裡了麼个個薴於徵行长長a1 (（)）qūquādǎofāgànháng&#;<>/"), max_size=40
)


def test_the_mangled_article_becomes_exactly_the_clean_one() -> None:
    mangled, clean = ((SEED / f"{name}.txt").read_text("utf-8") for name in ("mangled", "clean"))
    assert repair_text(mangled, BOTH) == clean
    assert repair_text(clean, BOTH) == clean


def _with_readings(match: re.Match[str]) -> str:
    traditional = TRADITIONAL.convert(match[0])
    sounds = pinyin(match[0], style=Style.TONE)
    return "".join(f"{character}({sound})" for character, (sound, *_) in zip(traditional, sounds, strict=True))


def test_an_article_with_a_reading_after_every_character_becomes_the_clean_one() -> None:
    clean = (SEED / "clean.txt").read_text("utf-8")
    mangled = re.sub("[\u4e00-\u9fff]+", _with_readings, clean)
    assert mangled.count("(") > 1100
    assert repair_text(mangled, BOTH) == clean


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("區(qū)政府", "區政府"),
        ("区（qū）政府", "区政府"),
        ("区( qū )政府", "区政府"),
        ("行(háng)業(yè)運行(xíng)", "行業運行"),
        ("發(fā)展", "發展"),
        ("綠(lǜ)色", "綠色"),
        ("了(liǎo)解了(le)", "了解了"),
        ("東(dōng)西(xi)", "東西"),
        ("這個(ge)們(men)", "這個們"),
        ("区(qu\u0304)", "区"),
        ("领(lĭng)导", "领导"),
        ("港(ɡǎng)", "港"),
        ("龘(dá)", "龘"),
        ("区(Qū)", "区"),
        ("长(cháng)(zhǎng)", "长"),
        ("区(qū)(2020年)", "区(2020年)"),
    ],
)
def test_a_bracket_with_a_reading_of_its_character_goes(text: str, repaired: str) -> None:
    assert repair_text(text, READINGS) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "区(gōng)",
        "区(qǔ)",
        "区(qu)",
        "重庆(chóngqìng)",
        "计划(2020)",
        "选项(a)",
        "单位(kg)",
        "安(an)",
        "(qū)",
        "A(ā)",
        "区 (qū)",
        "区(qū",
        "区qū)",
        "区[qū]",
        "区()",
        "区(区)",
    ],
)
def test_every_other_bracket_stays(text: str) -> None:
    assert repair_text(text, READINGS) == text


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("區領導一線督導項目建設", "区领导一线督导项目建设"),
        ("顯著的著作", "显著的著作"),
        ("乾燥與乾坤", "干燥与乾坤"),
        ("頭髮發展", "头发发展"),
        ("臺灣電腦", "台湾电脑"),
    ],
)
def test_traditional_text_becomes_simplified_by_the_word(text: str, repaired: str) -> None:
    assert repair_text(text, WRITING) == repaired


@pytest.mark.parametrize(
    "text", ["乾坤与宫商角徵羽", "於菟是虎", "显著的瞭望台", "朱镕基", "堃、喆与囍", "皇后在后面", "abc ，。"]
)
def test_text_that_is_simplified_already_stays_as_it_is(text: str) -> None:
    assert repair_text(text, WRITING) == text


def test_a_few_traditional_characters_in_simplified_text_are_all_that_changes() -> None:
    text = "这座宅子的匾额写着“積善堂”，乾隆年间所建，後人仍住在这里。"
    assert repair_text(text, WRITING) == "这座宅子的匾额写着“积善堂”，乾隆年间所建，後人仍住在这里。"


def test_without_a_step_nothing_changes() -> None:
    text = "萍鄉(xiāng)"
    assert repair_text(text, frozenset()) == text
    assert repair_text(text, frozenset({"unknown"})) == text


def test_html_is_repaired_where_it_is_read_and_nowhere_else() -> None:
    html = (
        '<!DOCTYPE html><a href="/區(qū)" class="區" title="區(qū)長"><img alt=\'領(lǐng)導\' src="導.jpg"></a>'
        "<p>a < b &amp; 督導(dǎo) &lt;&#60; &#23566;&#x5c0e;(d&#462;o)&#8205;</p><!-- 區(qū) -->"
        '<script>var x = "區(qū)";</script><style>.區{}</style>區(qū)'
    )
    assert repair_html(html, BOTH) == (
        '<!DOCTYPE html><a href="/區(qū)" class="區" title="区长"><img alt=\'领导\' src="導.jpg"></a>'
        "<p>a < b &amp; 督导 &lt;&#60; 导导&#8205;</p><!-- 區(qū) -->"
        '<script>var x = "區(qū)";</script><style>.區{}</style>区'
    )


def test_a_draft_is_repaired_in_every_text_and_in_no_address() -> None:
    draft = Draft(
        url="http://a.example/區",
        guid="aid:1",
        title="區(qū)領(lǐng)導",
        author="記者",
        origin="區(qū)政府",
        summary="督導(dǎo)項目 ...",
        body_html='<p>項目<img src="http://a.example/區.jpg" alt="區(qū)"></p>',
        images=(Image("http://a.example/區.jpg", "區(qū)"),),
        attachments=(Attachment("http://a.example/表.xls", "報名表.xls", "application/vnd.ms-excel", 7),),
        category_path=("城事資訊", "安源區(qū)政府"),
        related_categories=("區(qū)",),
        tags=("項目",),
        reactions=(Reaction("鮮花", 3),),
        site="萍鄉(xiāng)城事網(wǎng)",
    )
    assert repair_draft(draft, BOTH) == Draft(
        url="http://a.example/區",
        guid="aid:1",
        title="区领导",
        author="记者",
        origin="区政府",
        summary="督导项目 ...",
        body_html='<p>项目<img src="http://a.example/區.jpg" alt="区"></p>',
        images=(Image("http://a.example/區.jpg", "区"),),
        attachments=(Attachment("http://a.example/表.xls", "报名表.xls", "application/vnd.ms-excel", 7),),
        category_path=("城事资讯", "安源区政府"),
        related_categories=("区",),
        tags=("项目",),
        reactions=(Reaction("鲜花", 3),),
        site="萍乡城事网",
    )
    assert repair_draft(draft, frozenset()) is draft


def test_the_readings_in_a_text_do_not_count_as_simplified_writing() -> None:
    text = "先後(hòu)來(lái)到(dào)處(chù)於(yú)區(qū)"
    assert repair_text(text, BOTH) == "先后来到处于区"
    assert repair_text(text, WRITING) == "先后(hòu)来(lái)到(dào)处(chù)于(yú)区(qū)"


def test_a_drafts_texts_are_judged_together() -> None:
    draft = Draft(url="http://a.example/", title="於是後來", summary="督導項目建設進度")
    assert repair_draft(draft, WRITING).title == "于是后来"


@settings(deadline=None)  # the dictionaries are loaded by whichever test needs them first
@given(MIXED)
def test_repairing_twice_is_repairing_once(text: str) -> None:
    for steps in (READINGS, WRITING, BOTH):
        once = repair_text(text, steps)
        assert repair_text(once, steps) == once


@settings(deadline=None)
@given(MIXED)
def test_repairing_html_twice_is_repairing_it_once(html: str) -> None:
    once = repair_html(html, BOTH)
    assert repair_html(once, BOTH) == once


@settings(deadline=None)
@given(st.text().filter(lambda text: not set(text) & set("()（）")))
def test_text_without_brackets_is_not_touched_by_the_readings(text: str) -> None:
    assert repair_text(text, READINGS) == text


@settings(deadline=None)
@given(
    st.text(
        st.sampled_from(
            "区领导一线督导项目建设的了在是和有这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
        ),
        max_size=60,
    )
)
def test_simplified_text_is_not_touched_at_all(text: str) -> None:
    assert repair_text(text, BOTH) == text


def test_the_steps_are_the_names_of_the_option() -> None:
    assert frozenset({"pinyin", "simplified"}) == STEPS
