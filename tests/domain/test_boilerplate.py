"""What stands around a story and is not the story."""

from __future__ import annotations

import time

import pytest

from feedbot.domain.boilerplate import is_boilerplate, without_dateline


@pytest.mark.parametrize(
    "sentence",
    [
        "Click here to read more.",
        "Read the full story on our site.",
        "Photo: Jane Doe / Getty Images",
        "Photo by Jane Doe.",
        "Subscribe to our newsletter!",
        "Share this on Facebook.",
        "© 2026 The Gazette",
        "The post A bridge first appeared on The Gazette.",
        "Hier klicken für mehr.",
        "Lesen Sie auch: Der Fluss steigt.",
        "Foto: dpa",
        "Lire aussi : le pont est fermé.",
        "Haz clic aquí.",
        "Читайте также: новый мост.",
        "Фото: ТАСС",
        "اقرأ أيضا: الجسر الجديد",
        "点击查看详情",
        "点击阅读原文。",
        "扫码关注安源发布公众号。",
        "责任编辑：王小明",
        "来源：萍乡日报",
        "王小明 摄",
        "图片来源：新华社",
        "未经授权不得转载。",
        "続きを読む",
    ],
)
def test_credits_and_calls_are_no_part_of_a_story(sentence: str) -> None:
    assert is_boilerplate(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The council decided to build a bridge.",
        "The photo agency moved to a new house.",
        "Thousands subscribe.",
        "The law demands a clear answer about cookies.",
        "市政府决定修建大桥。",
        "编辑部搬进了新楼。",
        "游客可以点击屏幕了解历史。",
        "来源于民间的故事很多。",
        "Der Fluss steigt weiter.",
        "The minister asked those who had not yet read the full text of the treaty to wait for the vote on Thursday.",
    ],
)
def test_a_sentence_about_such_things_is_kept(sentence: str) -> None:
    assert not is_boilerplate(sentence)


@pytest.mark.parametrize(
    ("text", "story"),
    [
        ("本报讯（记者 王小明）昨天下雨了。", "昨天下雨了。"),
        ("本报讯 昨天下雨了。", "昨天下雨了。"),
        ("【本网讯】昨天下雨了。", "昨天下雨了。"),
        ("新华社北京11月5日电（记者 张三、李四）会议召开。", "会议召开。"),
        ("中新网上海10月19日电 会议召开。", "会议召开。"),
        ("萍乡日报10月19日讯 会议召开。", "会议召开。"),
        ("LONDON (Reuters) - The bridge fell.", "The bridge fell."),
        ("BERLIN, Nov. 5 (AP) — The bridge fell.", "The bridge fell."),
        ("WASHINGTON — The bridge fell.", "The bridge fell."),
        ("Hamburg (dpa/lno) - Die Brücke fiel.", "Die Brücke fiel."),
        ("МОСКВА — Мост открыт.", "Мост открыт."),
        ("A bridge fell — nobody was hurt.", "A bridge fell — nobody was hurt."),
        ("本报记者昨天采访了市长。", "本报记者昨天采访了市长。"),
        ("11月5日，会议召开。", "11月5日，会议召开。"),
        ("本报讯", "本报讯"),
        ("", ""),
    ],
)
def test_a_report_begins_behind_its_dateline(text: str, story: str) -> None:
    assert without_dateline(text) == story


@pytest.mark.parametrize(
    "text", ["A" * 20_000, "北京" * 10_000, "本报讯（记者" + "王" * 20_000, " " * 20_000, "A. " * 9000]
)
def test_hostile_texts_take_no_time(text: str) -> None:
    begun = time.process_time()
    without_dateline(text)
    is_boilerplate(text)
    is_boilerplate(text[:90])
    assert time.process_time() - begun < 3
