from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.domain.article import Content
from feedbot.domain.sentences import sentence_ends
from feedbot.domain.summary import article_summary, is_cut, summarise
from feedbot.domain.texts import is_boundary


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("第一句。第二句！第三句？第四句", ["第一句。", "第二句！", "第三句？", "第四句"]),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("真的吗？！（当然。）嗯……好。", ["真的吗？！", "（当然。）", "嗯……", "好。"]),
        ("完成投资16.06亿元，同比增长3.5%。增速高。", ["完成投资16.06亿元，同比增长3.5%。", "增速高。"]),
        ("One. Two! Three? Four", ["One.", " Two!", " Three?", " Four"]),
        (
            "It costs 3.5 dollars. See example.com for v1.2.3. Done",
            ["It costs 3.5 dollars.", " See example.com for v1.2.3.", " Done"],
        ),
        ("Dr. Wu of the U.S. Army met Mr. Li. They talked.", ["Dr. Wu of the U.S. Army met Mr. Li.", " They talked."]),
        ("J. R. R. Tolkien wrote, e.g. books. Yes.", ["J. R. R. Tolkien wrote, e.g. books.", " Yes."]),
        ("“Really?” he asked. (Yes.) No.", ["“Really?” he asked.", " (Yes.)", " No."]),
        ("Am 3. Mai war es warm. Schön!", ["Am 3. Mai war es warm.", " Schön!"]),
        ("Wait... what? Oh… Well.", ["Wait... what?", " Oh…", " Well."]),
        ("यह वाक्य है। दूसरा वाक्य।", ["यह वाक्य है।", " दूसरा वाक्य।"]),
        ("هل هذا سؤال؟ نعم.", ["هل هذا سؤال؟", " نعم."]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("안녕하세요. 반갑습니다.", ["안녕하세요.", " 반갑습니다."]),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_says(text: str, sentences: list[str]) -> None:
    ends = [*sentence_ends(text)]
    if not ends or ends[-1] != len(text):
        ends.append(len(text))
    assert [text[start:end] for start, end in zip([0, *ends], ends, strict=False)] == sentences


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("短文。", 10, "短文。"),
        ("第一句话。第二句话。第三句话。", 12, "第一句话。第二句话。"),
        ("第一句话。第二句话。第三句话。", 10, "第一句话。第二句话。"),
        ("第一句话。第二句话。第三句话。", 9, "第一句话。"),
        ("安源区政府召开会议，研究部署下一阶段重点工作任务。", 14, "安源区政府召开会议…"),
        ("one two three four", 13, "one two…"),
        ("one two three four", 14, "one two three…"),
        ("Say hello, dear world, and go on for very long", 25, "Say hello, dear world…"),
        ("Donaudampfschifffahrtsgesellschaft", 10, "Donaudamp…"),
        ("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 12, "👨‍👩‍👧👨‍👩‍👧…"),
        ("e\u0301e\u0301e\u0301e\u0301", 4, "e\u0301…"),
        ("气温达到了25&#8451;以上", 10, "气温达到了…"),
        ("标题一行\n\n正文第一段。\n正文第二段，说得很长很长。", 14, "标题一行 正文第一段。"),
        ("  a \n\n  b  ", 10, "a b"),
        ("第一段。\n\n第二段。", 20, "第一段。第二段。"),
        ("他问：“行不行（可以吗）很长很长的一句话", 5, "他问…"),
        ("abc", 0, ""),
        ("abc", 1, "…"),
        ("abc", -3, ""),
        ("", 5, ""),
    ],
)
def test_a_summary_is_the_first_sentences_that_fit(text: str, room: int, expected: str) -> None:
    assert summarise(text, room) == expected


BODY = "九月二十六日，安源区召开会议，听取汇报。会议强调，要抓好落实。各镇街参加。"


@pytest.mark.parametrize(
    ("summary", "cut", "body", "expected"),
    [
        ("编辑写的一句话。", False, BODY, "编辑写的一句话。"),
        ("", False, BODY, "九月二十六日，安源区召开会议，听取汇报。"),
        ("九月二十六日，安源区召开会议，听取汇 ...", True, BODY, "九月二十六日，安源区召开会议，听取汇报。"),
        ("　　九月二十六日， 安源区召开 ... ...", True, BODY, "九月二十六日，安源区召开会议，听取汇报。"),
        ("另一种说法。第二句没有说 ...", True, BODY, "另一种说法。"),
        ("另一种没有说完的话 ...", True, BODY, "九月二十六日，安源区召开会议，听取汇报。"),
        ("另一种没有说完的话 ...", True, "", "另一种没有说完的话…"),
        ("…", True, BODY, "九月二十六日，安源区召开会议，听取汇报。"),
        ("标题！", False, BODY, "九月二十六日，安源区召开会议，听取汇报。"),
        ("", False, "", ""),
    ],
)
def test_an_articles_summary_is_its_own_unless_that_says_nothing(
    summary: str,
    cut: bool,  # noqa: FBT001  # pytest gives it by name
    body: str,
    expected: str,
) -> None:
    content = Content(url="https://news.example/1", title="标题", summary=summary, summary_is_cut=cut)
    assert article_summary(content, 24, body) == expected


@pytest.mark.parametrize("text", ["a ...", "a ... ...", "a…", "a……", "a [...]", "a […] ", "a [ … ]"])
def test_a_cut_summary_is_known_by_its_end(text: str) -> None:
    assert is_cut(text)


@pytest.mark.parametrize("text", ["", "a.", "a..", "a … b", "[1]"])
def test_a_whole_summary_is_not_taken_for_a_cut_one(text: str) -> None:
    assert not is_cut(text)


_PIECES = "a|word|3.5|U.S.|中文|。|！|，|, |. | |\n\n|“|”|(|)|🚗|👨‍👩‍👧|e\u0301|नि|🇨🇳|&amp;|…|ก\u0e33|각"
_WORDS = st.sampled_from(_PIECES.split("|"))
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_WORDS, max_size=40).map("".join))


@given(_TEXTS, st.integers(-1, 60))
def test_a_summary_fits_is_a_beginning_and_cuts_no_character(text: str, room: int) -> None:
    summary = summarise(text, room)
    assert len(summary) <= max(room, 0)
    whole = summarise(text, 10_000)
    kept = summary if summary == whole or not summary.endswith("…") or whole.startswith(summary) else summary[:-1]
    assert whole.startswith(kept)
    assert is_boundary(whole, len(kept))


@given(_TEXTS, st.integers(0, 60))
def test_a_summary_of_a_summary_is_itself(text: str, room: int) -> None:
    assert summarise(summarise(text, room), room) == summarise(text, room)


@given(_TEXTS)
def test_a_text_that_fits_is_returned_whole(text: str) -> None:
    assert "".join(summarise(text, 10_000).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    ["a" * 1_000_000, "。" * 1_000_000, "a\n" * 500_000, "(" * 1_000_000, "e" + "\u0301" * 500_000, "." * 500_000],
)
def test_a_long_text_is_summarised_quickly(text: str) -> None:
    start = time.process_time()
    summarise(text, 300)
    assert time.process_time() - start < 5
