"""Addresses are taken apart once, redirects resolved safely, and nothing secret is shown."""

from __future__ import annotations

import pytest

from feedbot.errors import BadUrl
from feedbot.fetching import urls


@pytest.mark.parametrize(
    ("url", "asked", "key"),
    [
        ("http://Example.ORG", "http://example.org/", "example.org"),
        ("https://example.org:443/a?b=c#d", "https://example.org/a?b=c", "example.org"),
        ("http://example.org:8080/a", "http://example.org:8080/a", "example.org:8080"),
        (" http://example.org./x ", "http://example.org/x", "example.org"),
        ("http://user:pw@example.org/x", "http://example.org/x", "example.org"),
        ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x", "[2001:db8::1]:8080"),
        ("http://2130706433/", "http://127.0.0.1/", "127.0.0.1"),
        ("http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1"),
        ("http://0177.0.0.1:81/", "http://127.0.0.1:81/", "127.0.0.1:81"),
        ("http://例え.jp/新闻", "http://例え.jp/新闻", "例え.jp"),
    ],
)
def test_an_address_is_asked_for_in_its_plain_form(url: str, asked: str, key: str) -> None:
    target = urls.parse(url)

    assert (target.url, target.host_key, urls.host_key(url)) == (asked, key, key)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/feed",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://./",
        "http://[::1/",
        "http://example.org:port/",
        "http://example.org:99999/",
        "http://999.1.1.1/",
        "http://4294967296/",
        "http://0x/",
    ],
)
def test_what_is_no_web_address_is_refused_with_a_remedy(url: str) -> None:
    with pytest.raises(BadUrl, match=r"cannot be fetched: .* Correct the address\.$"):
        urls.parse(url)


def test_user_name_and_password_become_a_header_and_stay_out_of_the_address() -> None:
    target = urls.parse("http://j%C3%BCrgen:a%3Ab@example.org/feed")

    assert target.authorization == "Basic asO8cmdlbjphOmI="
    assert (target.url, target.stored_url) == ("http://example.org/feed", "http://j%C3%BCrgen:a%3Ab@example.org/feed")


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (b"/b", "http://u:p@example.org/b"),
        (b"b?x=1#frag", "http://u:p@example.org/dir/b?x=1"),
        (b"//example.org/b", "http://u:p@example.org/b"),
        (b"https://example.org/b", "https://u:p@example.org/b"),
        (b"http://other:pw@example.org/b", "http://u:p@example.org/b"),
        (b"http://elsewhere.example/b", "http://elsewhere.example/b"),
        (b"http://other:pw@elsewhere.example/b", "http://elsewhere.example/b"),
        (b"http://example.org:81/b", "http://example.org:81/b"),
        ("/新闻".encode(), "http://u:p@example.org/新闻"),
        ("/新闻".encode("gbk"), "http://u:p@example.org/%D0%C2%CE%C5"),
    ],
)
def test_a_redirect_keeps_the_password_on_its_own_site_only(location: bytes, expected: str) -> None:
    start = urls.parse("http://u:p@example.org/dir/a")

    assert urls.follow(start, location).stored_url == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("http://a.example/", "http://a.example/b", True),
        ("http://a.example/", "https://a.example/", True),
        ("https://a.example/", "http://a.example/", False),
        ("http://a.example/", "http://www.a.example/", False),
        ("http://a.example:8080/", "https://a.example/", False),
        ("http://a.example/", "http://a.example:8080/", False),
    ],
)
def test_secrets_go_to_the_same_site_and_never_out_of_https(old: str, new: str, expected: object) -> None:
    assert urls.same_site(urls.parse(old), urls.parse(new)) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:hunter2@example.org/feed", "https://***@example.org/feed"),
        ("https://example.org/feed?token=abc&page=2", "https://example.org/feed?token=***&page=2"),
        (
            "https://example.org/feed?api_key=abc&X-Amz-Signature=d",
            "https://example.org/feed?api_key=***&X-Amz-Signature=***",
        ),
        ("https://example.org/feed?t=a8f5f167f44f4964e6c998de", "https://example.org/feed?t=***"),
        ("https://example.org/feed?a8f5f167f44f4964e6c998de", "https://example.org/feed?***"),
        ("https://example.org/private/a8f5f167f44f4964e6c998de.rss", "https://example.org/private/***"),
        ("https://example.org/blog/choir-of-300-voices-to-sing.html",) * 2,
        ("https://example.org/2026-11-24-bridge-no-7-opens-at-last",) * 2,
        ("https://example.org/x/3f2b8c1e-77aa-4e19-9c5d-0a1b2c3d4e5f", "https://example.org/x/***"),
        ("https://api.telegram.org/bot110201543:AAHdqTcvCH1vGWJxfSe/x", "https://api.telegram.org/***/x"),
        ("https://example.org/portal.php?mod=list&catid=8", "https://example.org/portal.php?mod=list&catid=8"),
        ("https://example.org/2026/03/a-long-title-of-a-story", "https://example.org/2026/03/a-long-title-of-a-story"),
        ("https://example.org/x#access_token=abc", "https://example.org/x"),
        ("http://[::1", "***"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, expected: str) -> None:
    assert urls.shown(url) == expected
