"""The time zone of a site, as far as its dates, its address and its language tell, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from feedbot.domain import places
from feedbot.domain.places import ZoneProposal

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def proposed(url: str, language: str | None = None, offsets: Sequence[int] = ()) -> tuple[str, str, bool]:
    zone = places.propose_zone(url, language, offsets, NOW, default="Europe/Berlin")
    return zone.name, zone.why, zone.is_sure


@pytest.mark.parametrize(
    ("url", "language", "offsets", "expected"),
    [
        ("https://a.example/", None, [480, 480, 0], ("Asia/Shanghai", "its dates name +08:00", True)),
        ("https://a.sg/", None, [480], ("Asia/Singapore", "its dates name +08:00, and the address ends in .sg", True)),
        ("https://a.fr/", None, [60], ("Europe/Paris", "its dates name +01:00, and the address ends in .fr", True)),
        ("https://a.fr/", None, [-300], ("America/New_York", "its dates name -05:00", True)),
        ("https://a.example/", "ja", [540], ("Asia/Tokyo", "its dates name +09:00, and it is written in ja", True)),
        ("https://a.example/", None, [345], ("Asia/Kathmandu", "its dates name +05:45", True)),
        (
            "https://a.example/",
            None,
            [0, 0],
            ("Europe/Berlin", "nothing tells where it is: the zone of your site", False),
        ),
        ("https://www.gov.cn/", "zh-CN", [], ("Asia/Shanghai", "the address ends in .cn", False)),
        ("https://news.bbc.co.uk/", "en", [], ("Europe/London", "the address ends in .uk", False)),
        ("https://startup.co/", "zh-TW", [], ("Asia/Taipei", "it is written in zh-TW", False)),
        ("https://a.com/", "zh", [], ("Asia/Shanghai", "it is written in zh", False)),
        ("https://a.com/", "zh-Hant", [], ("Asia/Taipei", "it is written in zh-Hant", False)),
        ("https://a.com/", "de-AT", [], ("Europe/Vienna", "it is written in de-AT", False)),
        ("https://a.com/", "pt-BR", [], ("America/Sao_Paulo", "it is written in pt-BR", False)),
        ("https://a.com/", "en", [], ("Europe/Berlin", "nothing tells where it is: the zone of your site", False)),
        ("https://127.0.0.1/", None, [], ("Europe/Berlin", "nothing tells where it is: the zone of your site", False)),
        ("nonsense", "x" * 500, [99999], ("Europe/Berlin", "nothing tells where it is: the zone of your site", False)),
    ],
)
def test_a_zone_is_proposed_with_its_reason(
    url: str, language: str | None, offsets: list[int], expected: tuple[str, str, bool]
) -> None:
    assert proposed(url, language, offsets) == expected


def test_summer_time_is_that_of_the_day() -> None:
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    zone = places.propose_zone("https://a.de/", None, [120], summer, default="UTC")
    assert zone == ZoneProposal("Europe/Berlin", "its dates name +02:00, and the address ends in .de", is_sure=True)


def test_every_zone_exists() -> None:
    for zone in (*places._BY_COUNTRY, *places._PREFERRED):
        assert ZoneInfo(zone).key == zone
