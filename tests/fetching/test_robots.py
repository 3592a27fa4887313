"""What robots.txt asks of programs is done, for pages and only for pages, and a site that cannot say is left alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from feedbot.errors import ConnectFailed, FetchError, HttpFailed, RobotsDisallowed
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.fetching.robots import RobotsRules, product_token
from fetching.conftest import FakeTime
from misbehaving import Handler, MisbehavingServer, answer

DAY = 86_400
PAGE = answer(200, b"<p>page</p>")


def robots(text: str, *headers: str, status: int = 200) -> bytes:
    return answer(status, text.encode(), *headers)


@asynccontextmanager
async def site(
    limits: FetchLimits, robots_txt: bytes | Handler | None, fake_time: FakeTime | None = None
) -> AsyncIterator[tuple[MisbehavingServer, Fetcher]]:
    routes: dict[str, bytes | Handler] = {"/open": PAGE, "/closed/a": PAGE}
    if robots_txt is not None:
        routes["/robots.txt"] = robots_txt
    clocks = {"clock": fake_time.clock, "sleep": fake_time.sleep} if fake_time else {}
    async with MisbehavingServer(routes) as server, Fetcher(limits, **clocks) as fetcher:  # type: ignore[arg-type]
        yield server, fetcher


def asked(server: MisbehavingServer) -> list[str]:
    return [request.target for request in server.requests]


async def test_a_page_that_is_disallowed_is_not_asked_for_and_the_error_names_the_line_and_the_remedy(
    limits: FetchLimits,
) -> None:
    text = "User-agent: *\nDisallow: /closed # not for robots\nDisallow: /other\n"
    async with site(limits, robots(text)) as (server, fetcher):
        with pytest.raises(RobotsDisallowed) as caught:
            await fetcher.fetch(server.url("/closed/a?token=hunter2"), is_page=True)

        assert asked(server) == ["/robots.txt"]
    assert str(caught.value) == (
        f"127.0.0.1:{server.port} asks programs not to read this page: its robots.txt says `Disallow: /closed`. "
        "Give the source the address of its feed, or set fetch.robots: false if you may read it all the same."
    )
    assert (caught.value.kind, caught.value.url) == ("robots", server.url("/closed/a?token=***"))


async def test_robots_txt_is_asked_for_once_a_day_and_never_for_feeds(limits: FetchLimits, fake_time: FakeTime) -> None:
    async with site(limits, robots("User-agent: *\nDisallow: /closed"), fake_time) as (server, fetcher):
        await fetcher.fetch(server.url("/closed/a"))
        await asyncio.gather(*(fetcher.fetch(server.url("/open"), is_page=True) for _ in range(3)))
        fake_time.now += DAY - 1
        await fetcher.fetch(server.url("/open"), is_page=True)
        fake_time.now += 2
        await fetcher.fetch(server.url("/open"), is_page=True)

        assert asked(server) == ["/closed/a", "/robots.txt", *["/open"] * 4, "/robots.txt", "/open"]
    assert server.requests[1].headers["user-agent"] == limits.user_agent


@pytest.mark.parametrize(("max_age", "fresh"), [(0, DAY), (1, 300), (3600, 3600), (10**9, DAY)])
async def test_the_file_is_believed_as_long_as_it_says_within_reason(
    max_age: int, fresh: float, limits: FetchLimits, fake_time: FakeTime
) -> None:
    reply = robots("User-agent: *", f"Cache-Control: max-age={max_age}")
    async with site(limits, reply, fake_time) as (server, fetcher):
        await fetcher.heed_robots(server.url("/open"))
        fake_time.now += fresh - 1
        await fetcher.heed_robots(server.url("/open"))
        assert len(server.requests) == 1
        fake_time.now += 1
        await fetcher.heed_robots(server.url("/open"))
        assert len(server.requests) == 2


NO_FILE = {
    "not there": answer(404),
    "forbidden": answer(403),
    "gone": answer(410),
    "a page instead": answer(200, b"<!doctype html><html><body>Disallow: nothing</body></html>"),
    "redirects for ever": answer(302, b"", "Location: /robots.txt"),
    "garbled": answer(200, b"this is no gzip", "Content-Encoding: gzip"),
}


@pytest.mark.parametrize("case", NO_FILE)
async def test_a_site_without_rules_may_be_read_where_robots_txt_is(case: str, limits: FetchLimits) -> None:
    async with site(limits, NO_FILE[case]) as (server, fetcher):
        assert (await fetcher.fetch(server.url("/closed/a"), is_page=True)).body == b"<p>page</p>"


async def test_the_rules_behind_up_to_five_redirects_hold(limits: FetchLimits) -> None:
    async with site(replace(limits, max_redirects=0), answer(301, b"", "Location: /r1")) as (server, fetcher):
        for number in range(1, 5):
            server.routes[f"/r{number}"] = answer(302, b"", f"Location: /r{number + 1}")
        server.routes["/r5"] = robots("User-agent: feedbot\nDisallow: /closed")
        with pytest.raises(RobotsDisallowed):
            await fetcher.fetch(server.url("/closed/a"), is_page=True)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_site_that_cannot_say_is_left_alone_and_asked_again_after_five_minutes(
    status: int, limits: FetchLimits, fake_time: FakeTime
) -> None:
    async with site(limits, answer(status), fake_time) as (server, fetcher):
        for _ in range(2):
            with pytest.raises(HttpFailed, match=rf"answers {status} for its robots\.txt.*fetch\.robots: false") as no:
                await fetcher.fetch(server.url("/open"), is_page=True)
            assert no.value.status == status
        assert asked(server) == ["/robots.txt"]
        fake_time.now += 301
        server.routes["/robots.txt"] = robots("")
        await fetcher.fetch(server.url("/open"), is_page=True)


async def test_an_unreachable_file_counts_as_none_after_thirty_days(limits: FetchLimits, fake_time: FakeTime) -> None:
    async with site(limits, answer(500), fake_time) as (server, fetcher):
        with pytest.raises(HttpFailed):
            await fetcher.heed_robots(server.url("/open"))
        fake_time.now += 30 * DAY + 1
        await fetcher.heed_robots(server.url("/open"))


async def test_rules_that_were_read_hold_on_while_the_file_is_unreachable(
    limits: FetchLimits, fake_time: FakeTime
) -> None:
    async with site(limits, robots("User-agent: *\nDisallow: /closed"), fake_time) as (server, fetcher):
        await fetcher.heed_robots(server.url("/open"))
        fake_time.now += DAY + 1
        server.routes["/robots.txt"] = answer(500)
        await fetcher.heed_robots(server.url("/open"))
        with pytest.raises(RobotsDisallowed):
            await fetcher.heed_robots(server.url("/closed/a"))
        assert len(server.requests) == 2


async def test_a_site_that_does_not_answer_at_all_fails_as_its_page_would(limits: FetchLimits) -> None:
    async with site(limits, b"") as (server, fetcher):
        with pytest.raises(ConnectFailed, match="broke off"):
            await fetcher.fetch(server.url("/open"), is_page=True)


async def test_a_redirect_to_another_host_asks_that_host(limits: FetchLimits) -> None:
    async with (
        MisbehavingServer({"/robots.txt": robots("User-agent: *\nDisallow: /"), "/": PAGE}) as there,
        site(limits, None) as (server, fetcher),
    ):
        server.routes["/open"] = answer(302, b"", f"Location: {there.url('/')}")
        with pytest.raises(RobotsDisallowed, match=f"127.0.0.1:{there.port} asks"):
            await fetcher.fetch(server.url("/open"), is_page=True)
        assert asked(there) == ["/robots.txt"]


async def test_whoever_may_read_all_the_same_says_so(limits: FetchLimits) -> None:
    async with site(replace(limits, robots=False), robots("User-agent: *\nDisallow: /")) as (server, fetcher):
        await fetcher.fetch(server.url("/closed/a"), is_page=True)
        assert asked(server) == ["/closed/a"]


async def test_another_user_agent_is_another_program(limits: FetchLimits) -> None:
    text = "User-agent: feedbot\nDisallow: /\n\nUser-agent: *\nAllow: /"
    async with site(limits, robots(text)) as (server, fetcher):
        with pytest.raises(RobotsDisallowed):
            await fetcher.heed_robots(server.url("/open"))
        fetcher.reconfigure(replace(limits, user_agent="TownReader/2"))
        await fetcher.heed_robots(server.url("/open"))


async def test_crawl_delay_widens_the_spacing_of_its_host_for_feeds_as_well(
    limits: FetchLimits, fake_time: FakeTime
) -> None:
    text = "User-agent: *\nCrawl-delay: 12.5"
    async with site(replace(limits, spacing=1), robots(text), fake_time) as (server, fetcher):
        await fetcher.fetch(server.url("/open"), is_page=True)
        await fetcher.fetch(server.url("/open"), is_page=True)
        await fetcher.fetch(server.url("/closed/a"))

    assert fake_time.naps == [1, 12.5, 12.5]


async def test_a_crawl_delay_of_hours_is_cut_to_a_minute(limits: FetchLimits, fake_time: FakeTime) -> None:
    async with site(limits, robots("User-agent: *\nCrawl-delay: 86400"), fake_time) as (server, fetcher):
        for _ in range(2):
            await fetcher.fetch(server.url("/open"), is_page=True)

    assert fake_time.naps == [60]


async def test_only_the_first_500_kib_are_read(limits: FetchLimits) -> None:
    text = "User-agent: *\nDisallow: /closed\n" + "#" * (600 * 1024) + "\nDisallow: /open\n"
    async with site(replace(limits, max_bytes=1000), robots(text)) as (server, fetcher):
        await fetcher.heed_robots(server.url("/open"))
        with pytest.raises(RobotsDisallowed):
            await fetcher.heed_robots(server.url("/closed/a"))


async def test_the_sitemaps_of_a_site_are_told(limits: FetchLimits) -> None:
    text = "Sitemap: https://a.example/1.xml\nUser-agent: *\nSite-map: https://a.example/2.xml\nDisallow: /"
    async with site(limits, robots(text)) as (server, fetcher):
        assert await fetcher.sitemaps(server.url("/open")) == ("https://a.example/1.xml", "https://a.example/2.xml")


async def test_an_error_that_is_remembered_is_a_new_one_each_time(limits: FetchLimits) -> None:
    caught: list[FetchError] = []
    async with site(limits, answer(500)) as (server, fetcher):
        for _ in range(2):
            with pytest.raises(HttpFailed) as no:
                await fetcher.heed_robots(server.url("/open"))
            caught.append(no.value)
    assert caught[0] is not caught[1]
    assert str(caught[0]) == str(caught[1])


RULES: dict[str, tuple[str, dict[str, bool]]] = {
    "the longest match wins": ("User-agent: *\nDisallow: /a\nAllow: /a/b", {"/a/x": False, "/a/b": True}),
    "allow wins a tie": ("User-agent: *\nDisallow: /a\nAllow: /a", {"/a": True}),
    "the own group stands alone": ("User-agent: *\nDisallow: /\nUser-agent: FeedBot\nDisallow: /b", {"/a": True}),
    "own groups are put together": (
        "User-agent: feedbot\nDisallow: /a\n\nUser-agent: x\nDisallow: /c\n\nuser-agent: feedbot/1.0\nDisallow: /b",
        {"/a": False, "/b": False, "/c": True},
    ),
    "a group for several": ("User-agent: x\nUser-agent: feedbot\n\nDisallow: /a", {"/a": False}),
    "an empty own group frees": ("User-agent: *\nDisallow: /\n\nUser-agent: feedbot\nDisallow:", {"/a": True}),
    "another program of a like name": ("User-agent: feed\nDisallow: /\nUser-agent: feedbots\nDisallow: /", {"/": True}),
    "wildcards": (
        "User-agent: *\nDisallow: /*.php$\nDisallow: /*?s=",
        {"/a.php": False, "/a.php?x": True, "/b?s=1": False},
    ),
    "percent and letters are one": ("User-agent: *\nDisallow: /新闻", {"/%E6%96%B0%E9%97%BB/1": False}),
    "rules before any program": ("Disallow: /", {"/a": True}),
    "byte order mark and CRLF": ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", {"/a": False}),
    "no rules at all": ("", {"/a": True}),
}  # fmt: skip


@pytest.mark.parametrize("case", RULES)
async def test_rules_are_read_as_the_standard_says_where(case: str, limits: FetchLimits) -> None:
    text, expected = RULES[case]
    async with site(limits, robots(text)) as (server, fetcher):
        found: dict[str, bool] = {}
        for path in expected:
            try:
                await fetcher.heed_robots(server.url(path))
                found[path] = True
            except RobotsDisallowed:
                found[path] = False
    assert found == expected


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("Mozilla/5.0 (compatible; feedbot/1.2; +https://example.org)", "feedbot"),
        ("Mozilla/5.0 (compatible; TownReader/2)", "townreader"),
        ("Town-Reader/2 (mail@example.org)", "town-reader"),
        ("2", "feedbot"),
    ],
)
def test_the_program_is_known_by_the_product_in_its_user_agent(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token


HOSTILE: dict[str, Callable[[], str]] = {
    "many programs": lambda: "".join(f"User-agent: b{i}\n" for i in range(15_000)) + "Disallow: /a\n" * 15_000,
    "one program many times": lambda: "User-agent: *\n" * 15_000 + "Disallow: /a\n" * 15_000,
    "many wildcards": lambda: "User-agent: *\nDisallow: /" + "*a" * 200_000,
    "many rules": lambda: "User-agent: *\n" + "".join(f"Disallow: /*a*a{i}\n" for i in range(24_000)),
}


@pytest.mark.parametrize("case", HOSTILE)
async def test_a_hostile_file_costs_little(case: str) -> None:
    text, url = HOSTILE[case](), "https://a.example/" + "a" * 2000
    start = time.process_time()
    rules = RobotsRules.parse(text, "feedbot")
    await rules.allow(url)
    rules.refusal(url)
    assert time.process_time() - start < 5
