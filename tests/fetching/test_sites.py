"""Hosts of one registered domain are one site; tenants of a platform are not."""

from __future__ import annotations

import pytest

from feedbot.errors import BadUrl
from feedbot.fetching.urls import site_key


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://example.org/", "example.org"),
        ("http://www.example.org:8080/a", "example.org"),
        ("https://a.b.c.example.co.uk/", "example.co.uk"),
        ("https://news.xa.gov.cn/", "xa.gov.cn"),
        ("https://town.github.io/blog", "town.github.io"),
        ("https://town.blogspot.com/", "town.blogspot.com"),
        ("https://town.wordpress.com/", "town.wordpress.com"),
        ("https://www.town.wordpress.com/", "town.wordpress.com"),
        ("https://wordpress.com/", "wordpress.com"),
        ("https://en.support.wordpress.org/", "wordpress.org"),
        ("https://town.substack.com/feed", "town.substack.com"),
        ("https://www.example.unknown-ending/", "example.unknown-ending"),
        ("https://WWW.Example.ORG./", "example.org"),
        ("https://新闻.例子.中国/", "xn--fsqu00a.xn--fiqs8s"),
        ("https://xn--efvsa.xn--fsqu00a.xn--fiqs8s/", "xn--fsqu00a.xn--fiqs8s"),
        ("https://github.io/", "github.io"),
        ("http://localhost:8080/", "localhost:8080"),
        ("http://localhost/", "localhost"),
        ("http://10.1.2.3/", "10.1.2.3"),
        ("http://10.1.2.3:81/", "10.1.2.3:81"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://[2001:db8::1]:8080/", "[2001:db8::1]:8080"),
    ],
)
def test_the_site_of_an_address(url: str, site: str) -> None:
    assert site_key(url) == site


def test_what_is_no_address_has_no_site() -> None:
    with pytest.raises(BadUrl):
        site_key("mailto:a@example.org")
