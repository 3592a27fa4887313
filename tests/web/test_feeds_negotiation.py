"""Which coding a client gets, and whether it has the feed already: pure decisions on header values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedbot.services.publishing import RenderedFeed
from feedbot.web.compression import negotiate
from feedbot.web.conditional import Answer, respond

FEED = RenderedFeed(
    body=b"<rss/>" * 100,
    etag='"abc"',
    last_modified=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
    mime_type="application/rss+xml",
    self_url="https://news.example/feeds/all.rss",
    max_age=600,
)
DATE = "Wed, 04 Mar 2026 05:06:07 GMT"


def header(answer: Answer, name: str) -> str | None:
    return next((value.decode() for key, value in answer.headers if key == name.encode()), None)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, zstd;q=0.000, gzip;q=0", "identity"),
        ("gzip ; q=0.1", "gzip"),
        ("*", "br"),
        ("*;q=0.1, gzip", "gzip"),
        ("*, br;q=0", "zstd"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0", None),
        ("*;q=0", None),
        ("*;q=0, gzip", "gzip"),
        ("*;q=0, identity", "identity"),
        ("deflate, compress", "identity"),
        ("nonsense;;q=, @, gzip;q=2, br;q=x", "identity"),
        ("gzip," * 100, "gzip"),
    ],
)
def test_h5_the_client_gets_the_coding_that_it_likes_best(accepted: str | None, coding: str | None) -> None:
    assert negotiate(accepted) == coding


@pytest.mark.parametrize(
    "known",
    ['"abc"', 'W/"abc"', '"abc-gz"', '"x", "abc-br"', '"x" , W/"abc-zs"', "*", " * ", "abc", '"x","abc"'],
)
def test_h1_a_client_that_knows_any_form_of_the_feed_gets_304(known: str) -> None:
    answer = respond(FEED, {"if-none-match": known})
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize("known", ['"other"', "", '"ABC"', 'W/"ab"', '"abc-xx"', '"*"', "abc, def"])
def test_h1_a_client_that_knows_another_feed_gets_the_whole(known: str) -> None:
    answer = respond(FEED, {"if-none-match": known})
    assert (answer.status, answer.body) == (200, FEED.body)


def test_h1_a_304_repeats_what_caches_need_and_nothing_of_the_body() -> None:
    answer = respond(FEED, {"if-none-match": '"abc"'})
    assert dict(answer.headers) == {
        b"etag": b'"abc"',
        b"cache-control": b"public, max-age=600",
        b"vary": b"Accept-Encoding",
    }


def test_h3_a_304_repeats_the_tag_that_the_client_has_not_the_one_it_would_get() -> None:
    answer = respond(FEED, {"if-none-match": '"abc-gz"', "accept-encoding": "br"})
    assert (answer.status, header(answer, "etag")) == (304, '"abc-gz"')
    any_one = respond(FEED, {"if-none-match": "*", "accept-encoding": "br"})
    assert header(any_one, "etag") == '"abc-br"'


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (DATE, 304),
        ("Thu, 05 Mar 2026 05:06:07 GMT", 304),
        ("Wed, 04 Mar 2026 05:06:06 GMT", 200),
        ("Wednesday, 04-Mar-26 05:06:07 GMT", 304),
        ("Wed Mar  4 05:06:07 2026", 304),
        ("yesterday", 200),
        ("", 200),
        ("Wed, 99 Mar 2026 05:06:07 GMT", 200),
    ],
)
def test_h1_if_modified_since_is_read_in_every_form_of_an_http_date(since: str, status: int) -> None:
    assert respond(FEED, {"if-modified-since": since}).status == status


def test_h1_if_none_match_wins_over_if_modified_since() -> None:
    assert respond(FEED, {"if-none-match": '"old"', "if-modified-since": DATE}).status == 200
    assert respond(FEED, {"if-none-match": '"abc"', "if-modified-since": "Wed, 04 Mar 2020 05:06:06 GMT"}).status == 304


def test_a_client_that_takes_no_coding_is_told_which_there_are() -> None:
    answer = respond(FEED, {"accept-encoding": "*;q=0"})
    assert answer.status == 406
    assert b"br, zstd or gzip" in answer.body
