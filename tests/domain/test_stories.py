"""What is one story and what is not."""

from __future__ import annotations

import random

import pytest

from feedbot.domain.stories import BANDS, alike, is_same_story, print_of

ENGLISH = """The council decided on Tuesday to build a second bridge across the river, after years of debate about its
place and its price. The mayor called the decision a gift to the next generation, while neighbours fear the noise of
lorries at night. Work is to begin in the spring, as soon as the ground has thawed, and to take about three years. The
old bridge stays open to pedestrians and cyclists, and its stone arches will be cleaned. Engineers from the capital have
measured the river bed since the summer and found it firmer than they had thought. The region pays two thirds of the
cost; the rest comes from a loan, which the treasurer wants to pay back within a generation. Opponents collected
signatures in the market and want the citizens to vote, but the deadline for that has passed, says the town hall."""
CHINESE = (
    "市政府周二决定在河上修建第二座大桥，结束了多年来关于选址和造价的争论。市长称这一决定是送给下一代的礼物，"
    "附近居民则担心夜间货车的噪音。工程将在春天土地解冻后开工，预计工期约三年。老桥继续对行人和自行车开放，"
    "石拱也将得到清洗。来自省城的工程师从夏天开始测量河床，发现地基比预想的坚实。省里承担三分之二的费用，"
    "其余部分来自贷款，财政部门希望在一代人的时间内还清。反对者在集市上收集签名，要求全民投票，"
    "但市政厅表示期限已过。老街的店主们盼望新桥带来更多顾客，也希望施工期间仍然有地方停车。"
)
OTHER = """A storm swept over the coast during the night and tore the roofs from several barns. Nobody was hurt, the
fire brigade says, but the road to the lighthouse is blocked by fallen trees. The ferry did not sail in the morning, and
pupils on the islands stayed at home. Meteorologists expect calmer weather from Thursday on, with some sunshine in the
south and showers in the hills. The harbour master asked owners of small boats to look after their moorings, since the
sea will stay rough for another day. In the village hall volunteers made soup for those whose kitchens had no power."""
NOTICE = (
    "停水通知：因管网改造施工，定于{date}对{street}一带停水，停水时间为{begin}至{end}，受影响用户约{count}户。"
    "请广大用户提前做好储水准备，恢复供水初期可能出现短时浑浊，属正常现象，打开水龙头放水片刻即可。"
    "由此给您带来的不便，敬请谅解，咨询电话{phone}。供水公司将组织人员抓紧施工，尽快恢复供水，"
    "感谢广大市民长期以来对供水工作的理解与支持，请相互转告。"
)


def edited(text: str, share: float) -> str:
    """The text with that share of its words (characters of Chinese) replaced in one place."""
    parts = text.split() if " " in text else list(text)
    count = int(len(parts) * share)
    start = random.Random(7).randrange(len(parts) - count)
    parts[start : start + count] = ["changed" + "abcdefghij"[number % 10] for number in range(count)]
    return " ".join(parts) if " " in text else "".join(parts)


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_a_text_with_a_tenth_of_it_changed_is_the_same_story(text: str) -> None:
    one, other = print_of("A bridge", text), print_of("The second bridge", edited(text, 0.1))
    assert is_same_story(one, other)
    assert set(one.bands) & set(other.bands)


def test_case_blanks_punctuation_and_width_change_nothing() -> None:
    plain, shouted = print_of("", ENGLISH), print_of("", ENGLISH.upper().replace(",", "，").replace("\n", "  "))
    assert alike(plain, shouted) == 1


def test_stories_of_different_things_are_different() -> None:
    assert alike(print_of("", ENGLISH), print_of("", OTHER)) < 0.1
    assert not is_same_story(print_of("", ENGLISH), print_of("", CHINESE))


def test_notices_from_one_template_are_different_stories() -> None:
    one = NOTICE.format(date="11月5日", street="人民路", begin="8:00", end="17:30", count=320, phone="0799-6661234")
    other = NOTICE.format(date="11月9日", street="解放街", begin="9:15", end="12:45", count=87, phone="0799-6661234")
    assert alike(print_of("", one), print_of("", other)) > 0.4
    assert not is_same_story(print_of("停水通知", one), print_of("停水通知", other))
    assert is_same_story(print_of("停水通知", one), print_of("供水公司停水", one + "（完）"))


def test_a_text_too_short_to_tell_is_nobodys_story() -> None:
    short = print_of("Weather", "Sunny and warm.")
    assert (short.signature, short.bands) == ((), ())
    assert not is_same_story(short, short)


def test_bands_fit_the_columns_of_the_database() -> None:
    bands = print_of("", ENGLISH).bands
    assert len(bands) == BANDS
    assert all(-(2**63) <= band < 2**63 for band in bands)
    assert len(set(bands)) == BANDS
