"""Feeds that attack their reader."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from feedbot.errors import NotParseable
from feedbot.sources import feed
from feedbot.sources.spec import Page, ParseOptions

ENTITIES = (
    "The feed declares XML entities that contain others or lie outside of it, as only an attack does; it was not read."
)
SECONDS = 8.0


def rss(doctype: str, title: str) -> str:
    return f'<?xml version="1.0"?>{doctype}<rss version="2.0"><channel><title>{title}</title></channel></rss>'


def read(body: str) -> str:
    """The title of a feed, read in bounded time."""
    start = time.process_time()
    try:
        return feed.parse_list(Page(body.encode(), "https://news.example/f"), ParseOptions()).title
    finally:
        assert time.process_time() - start < SECONDS


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "body",
    [
        rss(f'<!DOCTYPE lolz [<!ENTITY l0 "lol">{LAUGHS}]>', "&l9;"),
        rss(f'<!DOCTYPE r [<!ENTITY a "{"a" * 100_000}">]>', "&a;" * 10_000),
        rss('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
        rss('<!DOCTYPE r [<!ENTITY x PUBLIC "-//x" "http://127.0.0.1/x">]>', "&x;"),
        rss('<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]>', "x"),
        rss("<!DOCTYPE r [<!ENTITY a '<b>'>]>", "&a;"),
        rss('<!doctype r [<!-- " --><!ENTITY a "&#37;b;"><!ENTITY b "&a;">]>', "&b;"),
    ],
    ids=["laughs", "quadratic", "file", "public", "parameter", "markup", "loop"],
)
def test_entities_that_grow_or_reach_outside_are_refused(body: str) -> None:
    with pytest.raises(NotParseable) as fault:
        read(body)
    assert str(fault.value) == ENTITIES


def test_many_small_entities_are_refused_once_they_grow_too_much() -> None:
    with pytest.raises(NotParseable, match="beyond all measure"):
        read(rss(f'<!DOCTYPE r [<!ENTITY a "{"a" * 190}">]>', "&a;" * 100_000))


def test_a_doctype_that_names_a_file_elsewhere_is_passed_over() -> None:
    assert read(rss('<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd">', "t")) == "t"


def test_a_body_that_is_the_name_of_a_file_does_not_open_it(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(rss("", "secret"), encoding="utf-8")
    with pytest.raises(NotParseable, match="neither RSS"):
        read(str(secret))


def test_a_bomb_of_attributes_is_refused() -> None:
    attributes = " ".join(f"a{number}='1'" for number in range(50_000))
    with pytest.raises(NotParseable, match="hundreds of attributes"):
        read(f"<rss {attributes}><channel><title>t</title></channel></rss>")


@pytest.mark.parametrize(
    "body",
    [
        "<rss><channel><title>t</title>" + "<a>" * 20_000,
        "<rss><channel><title>t</title>" + "<item>" * 50_000,
        "<rss><channel><title>t</title></channel><!--" + "<!--" * 50_000,
        "<rss><channel><title>t</title><item><description>" + "<![CDATA[" * 50_000,
        "<rss><channel><title>t</title><item><title>" + "&" * 50_000,
        "<rss><channel><title>t</title><item><title>" + "<" * 50_000,
        "<rss><channel><title>t</title><item>" + "<category>x" * 10_000,
        "<rss><channel><title>t</title><item><content:encoded>" + "&lt;div&gt;" * 20_000,
        "<rss><channel><title>t</title><item><description><![CDATA[" + "<div>" * 40_000 + "]]></description></item>",
        "<rss><channel><title>t</title><item><author>" + "@" * 200_000 + "</author></item>",
    ],
    ids=[
        *("deep", "items", "comments", "cdata", "ampersands", "angles", "categories", "escaped-divs", "cdata-divs"),
        "at-signs",
    ],
)
def test_a_broken_feed_of_any_size_is_read_in_bounded_time(body: str) -> None:
    assert read(f"{body}</rss>") == "t"
    with pytest.raises(NotParseable, match="ends in the middle"):
        read(body.replace("</channel>", ""))


@pytest.mark.parametrize(
    "bomb",
    [
        "<!DOCTYPE x [" * 30_000,
        '<!DOCTYPE x ["' * 30_000,
        "<!doctype x ['" * 9_999,
        "<!DOCTYPE " * 30_000,
        "<!DOCTYPE a [" + "<!--" * 100_000,
        "<?x " * 100_000,
        "<" * 300_000,
    ],
)
def test_a_bomb_before_the_root_is_passed_over_in_bounded_time(bomb: str) -> None:
    with pytest.raises(NotParseable):
        read(f"{bomb}")


@pytest.mark.parametrize(
    "items", ["[" * 200_000, '[{"id":' + "9" * 100_000 + "}]", '[{"a":' * 100_000], ids=["deep", "number", "objects"]
)
def test_json_bombs_are_refused(items: str) -> None:
    with pytest.raises(NotParseable, match="nested too deep or has absurd numbers"):
        read(f'{{"version":"https://jsonfeed.org/version/1.1","items":{items}}}')
