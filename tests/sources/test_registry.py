from __future__ import annotations

import pytest

from feedbot.errors import Refused
from feedbot.sources import registry
from feedbot.sources.spec import Page

URL = "https://news.example/"
PORTAL = b"""<html><head><meta name="generator" content="Discuz! X3.4"></head><body id="nv_portal">
<div class="bm_c xld"><dl class="bbda cl"><dt class="xs2"><a href="portal.php?mod=view&amp;aid=1">t</a></dt>
<dd><span class="xg1"> 2026-11-3 08:00</span></dd></dl></div></body></html>"""


def test_every_source_type_is_known_by_its_own_name() -> None:
    known = {"feed", "discuz", "jsonld", "microdata", "hfeed", "wordpress", "sitemap", "page", "state", "json"}
    assert set(registry.SPECS) == set(registry.names()) == known
    assert [registry.get(name).name for name in registry.SPECS] == list(registry.SPECS)


def test_every_source_type_says_what_it_is_in_one_sentence() -> None:
    for spec in registry.SPECS.values():
        assert spec.summary.endswith(".")
        assert all(sentence.endswith(".") for sentence in spec.options.values())


def test_an_unknown_source_type_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(Refused) as fault:
        registry.get("rss")
    assert str(fault.value) == (
        f"There is no source type 'rss'. Known are: {', '.join(sorted(registry.names()))}, and auto to have it"
        " recognised."
    )


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<rss version='2.0'><channel/></rss>", "feed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "feed"),
        (b'{"version":"https://jsonfeed.org/version/1.1","items":[]}', "feed"),
        (PORTAL, "discuz"),
    ],
)
def test_a_page_is_recognised_by_what_it_holds(body: bytes, name: str) -> None:
    spec = registry.detect(Page(body, f"{URL}portal.php?mod=list&catid=1"))
    assert spec is not None
    assert spec.name == name


@pytest.mark.parametrize("body", [b"", b"<html><body><p>Hello</p></body></html>", b"{}", b"\xff\xfe\x00"])
def test_an_unknown_page_is_of_no_type(body: bytes) -> None:
    assert registry.detect(Page(body, URL)) is None
