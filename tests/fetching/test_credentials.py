"""What a source's requests carry goes to the source's own host only, and shows nowhere."""

from __future__ import annotations

import base64

import pytest

from feedbot.errors import HttpFailed, TooManyRedirects
from feedbot.fetching.carrying import Carried
from feedbot.fetching.client import Fetcher
from feedbot.fetching.cookies import Jar
from feedbot.fetching.urls import parse
from misbehaving import Connection, Handler, MisbehavingServer, Request, answer

HEADERS = {"X-Key": "k3y", "Accept-Language": "zh"}
COOKIES = {"sid": "c00kie", "v": "2"}
AUTH = ("ann", "pass:w0rd é")
BASIC = "Basic " + base64.b64encode(":".join(AUTH).encode()).decode()


async def test_cookies_and_password_go_along(fetcher: Fetcher) -> None:
    async with MisbehavingServer({"/": answer(200, b"ok")}) as server:
        await fetcher.fetch(server.url("/"), headers=HEADERS, cookies=COOKIES, auth=AUTH)
        await fetcher.fetch(server.url("/"), headers={"Cookie": "own=1", "Authorization": "Bearer t"}, auth=AUTH)
        await fetcher.fetch(server.url("/").replace("://", "://bob:b%40b@"))
        await fetcher.fetch(server.url("/").replace("://", "://bob:b%40b@"), auth=AUTH)
        await fetcher.fetch(server.url("/"), headers={"Cookie": "own=1"}, cookies={"sid": "2"})

    sent = [(request.headers.get("authorization"), request.headers.get("cookie")) for request in server.requests]
    assert sent == [
        (BASIC, "sid=c00kie; v=2"),
        ("Bearer t", "own=1"),
        ("Basic Ym9iOmJAYg==", None),
        (BASIC, None),
        (None, "own=1; sid=2"),
    ]


async def test_they_stay_behind_when_a_redirect_leads_to_another_host_and_do_not_come_back(fetcher: Fetcher) -> None:
    async with MisbehavingServer() as there, MisbehavingServer() as here:
        here.routes |= {"/": answer(302, b"", "Location: /on"), "/on": answer(302, b"", f"Location: {there.url('/')}")}
        there.routes["/"] = answer(302, b"", f"Location: {here.url('/end')}")
        here.routes["/end"] = answer(200, b"ok")
        await fetcher.fetch(here.url("/"), headers=HEADERS, cookies=COOKIES, auth=AUTH)

    own = {"authorization", "cookie", "x-key"}
    assert [own & set(request.headers) for request in here.requests] == [own, own, set()]
    assert own & set(there.requests[0].headers) == set()
    assert there.requests[0].headers["accept-language"] == "zh"


async def test_a_page_of_another_host_that_a_source_links_gets_none_of_them() -> None:
    carried = Carried(HEADERS, COOKIES, AUTH, "http://proxy.example:3128")
    home = "https://a.example/list"

    assert carried.for_page_of(home, "https://a.example/article") == carried
    for url in ("https://b.example/", "http://a.example/", "https://a.example:8443/", "https://www.a.example/"):
        assert carried.for_page_of(home, url) == Carried({"Accept-Language": "zh"}, proxy=carried.proxy)


async def test_no_error_shows_them(fetcher: Fetcher) -> None:
    routes = {"/a": answer(403), "/b": answer(302, b"", "Location: /b?token=t0ken")}
    async with MisbehavingServer(routes) as server:
        for path, kind in (("/a", HttpFailed), ("/b?token=t0ken", TooManyRedirects)):
            with pytest.raises(kind) as caught:
                await fetcher.fetch(server.url(path), headers=HEADERS, cookies=COOKIES, auth=AUTH)
            shown = f"{caught.value} {caught.value.url} {caught.value.__cause__}"
            assert not any(secret in shown for secret in ("k3y", "c00kie", "w0rd", "t0ken"))


def insisting(body: bytes, *headers: str, status: int = 200) -> Handler:
    """Answers like this, with a cookie, until the cookie comes back; then with the page."""

    async def handler(request: Request, connection: Connection) -> None:
        if "pass=1" in request.headers.get("cookie", ""):
            await connection.send(answer(200, b"<p>page</p>"))
        else:
            await connection.send(answer(status, body, "Set-Cookie: pass=1; Path=/; HttpOnly", *headers))

    return handler


RELOADS = {
    "a redirect to itself": insisting(b"", "Location: /", status=302),
    "a permanent redirect to itself": insisting(b"", "Location: /", status=301),
    "a refresh": insisting(b'<html><head><meta http-equiv="refresh" content="0"></head></html>'),
    "a refresh to itself": insisting(b"<META HTTP-EQUIV=Refresh CONTENT='1; url=/'>"),
    "a reloading script": insisting(b"<script>window.location.reload();</script>"),
    "a script that goes on": insisting(b'<script>location.href = "/?a=1";</script>'),
    "a replacing script": insisting(b"<script>document.location.replace('/')</script>"),
}


class TestCookiesOfAVisit:
    @pytest.mark.parametrize("case", RELOADS)
    async def test_a_site_that_insists_on_a_cookie_gets_it_back_after(self, case: str, fetcher: Fetcher) -> None:
        """And forgets it with the visit: the next one begins as the first did."""
        async with MisbehavingServer({"/": RELOADS[case]}) as server:
            for _ in range(2):
                fetched = await fetcher.fetch(server.url("/"))
                assert fetched.body == b"<p>page</p>"
                assert fetched.permanent_url is None
            assert len(server.requests) == 4
            assert "cookie" not in server.requests[2].headers

    async def test_a_round_of_several_places_is_gone_through_with_what_each_set(self, fetcher: Fetcher) -> None:
        async def check(request: Request, connection: Connection) -> None:
            known = request.headers.get("cookie", "")
            there = "/" if "b=2" in known else "/no-cookies"
            await connection.send(answer(302, b"", f"Location: {there}", "Set-Cookie: c=3"))

        routes: dict[str, bytes | Handler] = {
            "/": insisting(b"", "Location: /set", "Set-Cookie: a=1", status=302),
            "/set": answer(302, b"", "Location: /check", "Set-Cookie: b=2; Max-Age=60"),
            "/check": check,
        }
        async with MisbehavingServer(routes) as server:
            assert (await fetcher.fetch(server.url("/"))).body == b"<p>page</p>"
            assert server.requests[-1].headers["cookie"] == "pass=1; a=1; b=2; c=3"

    async def test_a_site_that_sets_another_cookie_each_time_is_given_up(self, fetcher: Fetcher) -> None:
        count = 0

        async def turn(_: Request, connection: Connection) -> None:
            nonlocal count
            count += 1
            await connection.send(answer(302, b"", "Location: /", f"Set-Cookie: n={count}"))

        async with MisbehavingServer({"/": turn}) as server:
            with pytest.raises(TooManyRedirects, match="redirects more than 5 times"):
                await fetcher.fetch(server.url("/"))
        assert count == 6

    async def test_a_circle_without_new_cookies_is_told_at_once(self, fetcher: Fetcher) -> None:
        async with MisbehavingServer({"/": answer(302, b"", "Location: /", "Set-Cookie: a=1")}) as server:
            with pytest.raises(TooManyRedirects, match="in a circle"):
                await fetcher.fetch(server.url("/"))
            assert len(server.requests) == 2

    @pytest.mark.parametrize(
        "reply",
        [
            answer(200, b"<meta http-equiv=refresh content='0'>"),  # no cookie: nothing would be different
            answer(200, b"<script>location.reload()</script>" + b"<p>story</p>" * 500, "Set-Cookie: a=1"),
            answer(200, b"<script>location.href='http://127.0.0.9/'</script>", "Set-Cookie: a=1"),
            answer(200, b"<p>a page about location.hash</p>", "Set-Cookie: a=1"),
        ],
    )
    async def test_a_page_to_be_read_is_not_taken_for_a_reload(self, reply: bytes, fetcher: Fetcher) -> None:
        async with MisbehavingServer({"/": reply}) as server:
            await fetcher.fetch(server.url("/"))
            assert len(server.requests) == 1

    async def test_cookies_go_where_they_belong(self) -> None:
        def sent(*lines: str, by: str = "https://www.town.example/", to: str) -> dict[str, str]:
            jar = Jar()
            jar.take(parse(by), lines)
            return jar.sent_to(parse(to))

        assert sent("a=1", to="https://www.town.example/x") == {"a": "1"}
        assert sent("a=1", to="https://town.example/") == {}
        assert sent("a=1; Domain=.town.example", to="https://town.example/") == {"a": "1"}
        assert sent("a=1; domain=town.example", to="http://m.town.example:8080/") == {"a": "1"}
        assert sent("a=1; Domain=other.example", to="https://other.example/") == {}
        assert sent("a=1; Domain=example", to="https://other.example/") == {}
        assert sent("a=1; Domain=github.io", by="https://me.github.io/", to="https://you.github.io/") == {}
        assert sent("a=1; Secure", to="http://www.town.example/") == {}
        assert sent("a=1; Secure", to="https://www.town.example/") == {"a": "1"}
        assert sent("a=1", "a=2", "b=", "=c", "d", "é=1", "f=x\ty", to="https://www.town.example/") == {
            "a": "2",
            "b": "",
        }
        assert sent("a=" + "x" * 5000, to="https://www.town.example/") == {}
        assert len(sent(*(f"c{i}=1" for i in range(99)), to="https://www.town.example/")) == 30
