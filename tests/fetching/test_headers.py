"""What an answer's headers say is read as the standards mean it, and nonsense is read as nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from feedbot.fetching import headers
from feedbot.fetching.model import Validators

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/html; charset=gbk", ("text/html", "gbk")),
        ("Text/HTML;Charset='utf-8'", ("text/html", "utf-8")),
        ('application/rss+xml ; charset = "UTF-8"; x=y', ("application/rss+xml", "UTF-8")),
        ("text/html, text/html; charset=big5", ("text/html", "big5")),
        ("text/html; charset=", ("text/html", None)),
        ("application/json", ("application/json", None)),
        ("nonsense", ("", None)),
        ("", ("", None)),
        ("; charset=utf-8", ("", "utf-8")),
    ],
)
def test_the_content_type_gives_media_type_and_charset(value: str, expected: tuple[str, str | None]) -> None:
    assert headers.content_type(value) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": "public, Max-Age = 600, must-revalidate"}, 600),
        ({"cache-control": 'max-age="600"'}, 600),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "1000"}, 0),
        ({"cache-control": "max-age=600, s-maxage=5"}, 600),
        ({"cache-control": "s-maxage=5"}, None),
        ({"cache-control": "max-age=600, max-age=5"}, 600),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "no-store"}, None),
        ({"cache-control": 'no-cache="Set-Cookie", max-age=600'}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "max-age=99999999999"}, 10 * 365 * 86_400),
        ({"cache-control": "max-age=60", "expires": "Sun, 01 Mar 2026 13:00:00 GMT"}, 60),
        ({"expires": "Sun, 01 Mar 2026 13:00:00 GMT"}, 3600),
        ({"expires": "Sun, 01 Mar 2026 13:00:00 GMT", "date": "Sun, 01 Mar 2026 12:59:00 GMT"}, 60),
        ({"expires": "Sun, 01 Mar 2020 13:00:00 GMT"}, 0),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
        ({"cache-control": ",,;=\x00"}, None),
        ({}, None),
    ],
)
def test_the_freshness_of_an_answer(given: dict[str, str], expected: float | None) -> None:
    assert headers.max_age(given, NOW) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 7.5 "}, 7),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "Sun, 01 Mar 2026 12:02:00 GMT"}, 120),
        ({"retry-after": "Sunday, 01-Mar-26 12:02:00 GMT"}, 120),
        ({"retry-after": "Sun Mar  1 12:02:00 2026"}, 120),
        ({"retry-after": "Sun, 01 Mar 2026 12:02:00 GMT", "date": "Sun, 01 Mar 2026 12:01:00 GMT"}, 60),
        ({"retry-after": "Sun, 01 Mar 2020 12:02:00 GMT"}, 0),
        ({"retry-after": "later"}, None),
        ({"retry-after": "Sun, 99 Foo 2026 99:99:99 GMT"}, None),
        ({"retry-after": "9" * 400}, None),
        ({}, None),
    ],
)
def test_the_time_that_a_server_asks_to_wait(given: dict[str, str], expected: float | None) -> None:
    assert headers.retry_after(given, NOW) == expected


def test_validators_are_kept_verbatim_and_left_out_where_they_could_not_be_sent_back() -> None:
    assert headers.validators({"etag": 'W/"a b"', "last-modified": "yesterday"}) == Validators('W/"a b"', "yesterday")
    assert headers.validators({"etag": '"caf\udce9"', "last-modified": ""}) == Validators()


def test_the_codings_are_named_in_their_order() -> None:
    assert headers.content_codings(" GZIP , br,, ") == ("gzip", "br")


def test_a_sources_own_headers_win_over_the_usual_ones() -> None:
    made = headers.request_headers(
        "bot/1", {"User-Agent": "mine", "X-Key": "k"}, Validators('"v"', "then"), "Basic eA=="
    )

    assert made == {
        "user-agent": "mine",
        "accept": headers.ACCEPT,
        "accept-encoding": "gzip, deflate, br, zstd",
        "authorization": "Basic eA==",
        "if-none-match": '"v"',
        "if-modified-since": "then",
        "x-key": "k",
    }


def test_another_site_sees_nothing_that_could_be_a_secret() -> None:
    own = {"Authorization": "a", "Cookie": "b", "X-Api-Key": "c", "Accept-Language": "zh", "User-Agent": "d"}

    assert headers.for_another_site(own) == {"Accept-Language": "zh", "User-Agent": "d"}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('<https://h.example/>; rel="hub"', {"hub": "https://h.example/"}),
        ("<https://h.example/a,b;c>; rel=hub", {"hub": "https://h.example/a,b;c"}),
        ("<x>; title=\"a, <y>; rel=hub\"; rel='next'", {"'next'": "https://a.example/x"}),
        ("<x> ; REL = Next", {"next": "https://a.example/x"}),
        ("<x>; rel=next, <y>; rel=next", {"next": "https://a.example/x"}),
        ('<x>; rel="next last"', {"next": "https://a.example/x", "last": "https://a.example/x"}),
        ("<x>; rel=next; anchor=/other", {}),
        ("<javascript:alert(1)>; rel=hub, <http://[>; rel=self, <mailto:a@b>; rel=next", {}),
        ("<x>, rel=next, <", {}),
        ("", {}),
    ],
)
def test_links_are_told_by_their_relation(value: str, found: dict[str, str]) -> None:
    assert headers.links(value, "https://a.example/list") == found


@pytest.mark.parametrize("value", ["<a>" + "; a=" * 99_999, '<a>; a="' * 50_000, "<" * 200_000, "<a>;" * 99_999])
def test_a_hostile_link_header_costs_little(value: str) -> None:
    start = time.process_time()
    headers.links(value, "https://a.example/")
    assert time.process_time() - start < 5
