"""A page that scripts make is read as people see it, and reaches nothing but what the guard lets it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from ipaddress import ip_network

import psutil
import pytest
import pytest_asyncio
from aiohttp.abc import AbstractResolver, ResolveResult

from feedbot.errors import BrowserFailed, HttpFailed, RobotsDisallowed, TooLarge
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import BrowserLimits, FetchLimits, Validators
from feedbot.fetching.page_budget import PageBudget
from fetching.conftest import LIMITS as USUAL
from fetching.conftest import FakeTime
from misbehaving import MisbehavingServer, answer

CHROMIUM = os.environ.get("FEEDBOT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: install it or set FEEDBOT_CHROMIUM")
# One browser for all of these: its start takes longer than the tests.
BROWSER = BrowserLimits(
    executable=CHROMIUM, sandbox=False, seconds=3, quiet_seconds=0.15, pages_per_minute=1000, pages_per_hour=1000
)
LIMITS = replace(USUAL, allow_networks=(ip_network("127.0.0.1/32"),), browser=BROWSER)
USUAL_WITH_BROWSER = replace(USUAL, browser=BROWSER)
NAMES = {"site.example": "127.0.0.1", "m.site.example": "127.0.0.1", "inside.example": "127.0.0.2"}


class Names(AbstractResolver):
    """Name servers that a hostile site has in its hand."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host=NAMES[host], port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None: ...


def page(body: str, *headers: str) -> bytes:
    return answer(200, f"<!doctype html><html><body>{body}</body></html>".encode(), "Content-Type: text/html", *headers)


def script(code: str) -> bytes:
    return answer(200, code.encode(), "Content-Type: text/javascript")


@dataclass
class Stage:
    fetcher: Fetcher
    site: MisbehavingServer  # at 127.0.0.1, where pages come from
    inside: MisbehavingServer  # at 127.0.0.2, where nobody may go

    def address(self, path: str = "/") -> str:
        return f"http://site.example:{self.site.port}{path}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(LIMITS, resolver=Names()) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def stage(fetcher: Fetcher) -> AsyncIterator[Stage]:
    fetcher.reconfigure(LIMITS)
    async with (
        MisbehavingServer() as site,
        MisbehavingServer({"/": answer(200, b"secret")}, host="127.0.0.2") as inside,
    ):
        yield Stage(fetcher, site, inside)


in_one_loop = pytest.mark.asyncio(loop_scope="module")


@needs_chromium
@in_one_loop
class TestPages:
    async def test_a_list_that_a_script_loads_is_read_with_its_cookies_and_credentials(self, stage: Stage) -> None:
        code = """
          const how = {method: 'POST', body: 'page=1', headers: {'X-Asked': 'yes'}};
          fetch('/api', how).then(r => r.json()).then(items => {
            document.getElementById('root').innerHTML = items.map(i => `<a href="/${i}">${i}</a>`).join('');
          });"""
        stage.site.routes |= {
            "/": page(
                "<div id=root></div><script src=/app.js></script><img src=/i.png>",
                "Set-Cookie: visit=7",
                "Link: </f>; rel=hub",
            ),
            "/app.js": script(code),
            "/api": answer(200, '["eins", "二"]'.encode(), "Content-Type: application/json"),
            "/style.css": answer(200, b"p {}", "Content-Type: text/css"),
        }
        rendered = await stage.fetcher.render(
            stage.address(), cookies={"sid": "s3cret"}, auth=("ann", "pass"), headers={"X-Key": "k"}
        )

        assert '<div id="root"><a href="/eins">eins</a><a href="/二">二</a></div>' in rendered.body.decode()
        assert (rendered.final_url, rendered.status) == (stage.address(), 200)
        assert (rendered.mime_type, rendered.charset, rendered.validators) == ("text/html", "utf-8", Validators())
        assert rendered.links == {"hub": stage.address("/f")}
        requests = {request.target: request for request in stage.site.requests}
        assert list(requests) == ["/robots.txt", "/", "/app.js", "/api"]
        assert requests["/api"].method == "POST"
        assert requests["/api"].body == b"page=1"
        sent = requests["/api"].headers
        assert (sent["user-agent"], sent["x-asked"], sent["x-key"]) == (LIMITS.user_agent, "yes", "k")
        assert sent["authorization"] == "Basic YW5uOnBhc3M="
        assert sorted(sent["cookie"].split("; ")) == ["sid=s3cret", "visit=7"]

    async def test_nothing_is_remembered_from_one_page_to_the_next_and_real_time_channels_are_not_there(
        self, stage: Stage
    ) -> None:
        stage.site.routes["/"] = page(
            "<p></p><script>document.cookie = 'a=1'; const before = localStorage.getItem('a');"
            "localStorage.setItem('a', 'kept'); const types = [typeof RTCPeerConnection, typeof WebTransport];"
            "document.querySelector('p').textContent = `before: ${before}, ${types}`</script>"
        )
        for _ in range(2):
            assert (
                "<p>before: null, undefined,undefined</p>"
                in (await stage.fetcher.render(stage.address())).body.decode()
            )
        assert "cookie" not in stage.site.requests[-1].headers

    async def test_a_page_that_goes_on_to_another_is_followed_also_through_redirects(self, stage: Stage) -> None:
        stage.site.routes |= {
            "/": page("<script>location.href = '/moved'</script>"),
            "/moved": answer(302, b"", "Location: /end?a=1&b='2'"),
            "/end": page("<p>there</p>"),
        }
        rendered = await stage.fetcher.render(stage.address())
        assert "<p>there</p>" in rendered.body.decode()
        assert rendered.final_url == stage.address("/end?a=1&b=%272%27")

    async def test_a_page_that_goes_on_to_what_is_not_there_stays_as_it_is(self, stage: Stage) -> None:
        stage.site.routes["/"] = page("<p>here</p><script>location.href = '/nothing'</script>")
        rendered = await stage.fetcher.render(stage.address())
        assert b"<p>here</p>" in rendered.body
        assert rendered.final_url == stage.address()

    async def test_a_page_may_go_on_to_another_host_of_its_site_whose_robots_txt_is_asked(self, stage: Stage) -> None:
        """While the page has its site's turn: nobody waits for anybody."""
        there = f"http://m.site.example:{stage.site.port}/end"
        stage.site.routes |= {"/": page(f"<script>location.href = '{there}'</script>"), "/end": page("<p>there</p>")}
        rendered = await stage.fetcher.render(stage.address())
        assert (b"<p>there</p>" in rendered.body, rendered.final_url) == (True, there)
        assert [request.target for request in stage.site.requests] == ["/robots.txt", "/", "/robots.txt", "/end"]

    async def test_robots_txt_is_asked_for_the_page_and_for_where_it_goes(self, stage: Stage) -> None:
        stage.site.routes |= {
            "/robots.txt": answer(200, b"User-agent: *\nDisallow: /closed"),
            "/": page("<p>here</p><script>location.href = '/closed'</script>"),
            "/closed": page("<p>closed</p>"),
        }
        with pytest.raises(RobotsDisallowed):
            await stage.fetcher.render(stage.address("/closed"))
        await stage.fetcher.render(stage.address())
        assert "/closed" not in [request.target for request in stage.site.requests]

    async def test_a_page_that_goes_on_while_it_is_read_is_read_where_it_ends(self, stage: Stage) -> None:
        stage.site.routes |= {
            "/": page("<script>location.replace('/a')</script>"),
            "/a": page("<script>setTimeout(() => location.replace('/b'), 140)</script>"),
            "/b": page("<p>there</p>"),
        }
        rendered = await stage.fetcher.render(stage.address())
        assert rendered.final_url in {stage.address("/a"), stage.address("/b")}

    async def test_what_is_no_page_is_given_back_as_it_came(self, stage: Stage) -> None:
        stage.site.routes["/feed"] = answer(200, b"<rss/>", "Content-Type: application/rss+xml", 'ETag: "1"')
        fetched = await stage.fetcher.render(stage.address("/feed"))
        assert (fetched.body, fetched.mime_type, fetched.validators.etag) == (b"<rss/>", "application/rss+xml", '"1"')

    async def test_a_page_that_the_server_refuses_is_not_rendered(self, stage: Stage) -> None:
        with pytest.raises(HttpFailed, match="answers 404"):
            await stage.fetcher.render(stage.address("/nothing"))


WAYS_INSIDE = {
    "fetch": "await fetch(url)",
    "XMLHttpRequest": "const x = new XMLHttpRequest(); x.open('GET', url); x.send(); "
    "await new Promise(r => x.onloadend = r)",
    "script": "await add(url, 'script', 'src')",
    "iframe": "await add(url, 'iframe', 'src')",
    "image": "await add(url, 'img', 'src')",
    "style sheet": "await add(url, 'link', 'href', {rel: 'stylesheet'})",
    "prefetch": "await add(url, 'link', 'href', {rel: 'prefetch'})",
    "preconnect": "await add(url, 'link', 'href', {rel: 'preconnect'})",
    "object": "await add(url, 'object', 'data')",
    "video": "await add(url, 'video', 'src')",
    "web socket": "const w = new WebSocket(url.replace('http', 'ws')); await new Promise(r => w.onclose = r)",
    "event source": "const e = new EventSource(url); await new Promise(r => e.onerror = r); e.close()",
    "beacon": "navigator.sendBeacon(url, 'x')",
    "window": "window.open(url)",
    "form": "const f = document.createElement('form'); f.action = url; f.target = '_blank'; "
    "document.body.append(f); f.submit()",
    "worker": "const w = new Worker(URL.createObjectURL(new Blob([`fetch('${url}').finally(() => postMessage(1))`]))); "
    "await new Promise(r => w.onmessage = r)",
    "module": "await import(url)",
    "redirect": "await fetch('/redirect?' + encodeURIComponent(url))",
    "navigation": "location.href = url",
}


def trying(addresses: list[str]) -> str:
    """A script that tries every way to each address, and says when it is through."""
    ways = "".join(
        f"try {{ const url = base.replace('{{way}}', '{name}'); await within(async () => {{ {way} }}) }} catch {{}}\n"
        for name, way in WAYS_INSIDE.items()
    )
    return f"""
      const within = work => Promise.race([work(), new Promise(r => setTimeout(r, 60))]);
      const visit = async base => {{
        const add = (url, tag, key, more = {{}}) => new Promise(done => {{
          const made = Object.assign(document.createElement(tag), more, {{onload: done, onerror: done}});
          made[key] = url; document.body.append(made);
        }});
        {ways}
      }};
      const end = () => document.querySelector('p').textContent = 'tried all';
      Promise.all({json.dumps(addresses)}.map(visit)).then(end);"""


@needs_chromium
@in_one_loop
class TestGuard:
    async def test_a_page_reaches_nothing_inside_by_any_way(self, stage: Stage) -> None:
        """All ways of a page to the network, told to go where the guard lets nobody: an address, a number, a name."""
        stage.fetcher.reconfigure(replace(LIMITS, browser=replace(BROWSER, quiet_seconds=0.8, seconds=5)))
        hosts = ("127.0.0.2", "2130706434", "inside.example")
        inside = [f"http://{host}:{stage.inside.port}/" for host in hosts]
        stage.site.routes |= {
            "/": page(f"<p>here</p><script>{trying(inside)}</script>"),
            "/redirect": answer(302, b"", f"Location: {inside[0]}"),
        }
        rendered = await stage.fetcher.render(stage.address())

        assert b"<p>tried all</p>" in rendered.body
        assert b"secret" not in rendered.body
        assert stage.inside.connections == 0
        assert "/redirect" in [request.path for request in stage.site.requests]

    async def test_the_same_ways_lead_somewhere_where_the_guard_allows_it(self, stage: Stage) -> None:
        """So that the test above tests something: what makes a list does arrive, and nothing else does."""
        stage.fetcher.reconfigure(replace(LIMITS, browser=replace(BROWSER, quiet_seconds=0.5, seconds=5)))
        stage.site.routes |= {
            "/": page(f"<p>here</p><script>{trying([stage.address('/{way}')])}</script>"),
            "/redirect": answer(302, b"", "Location: /redirected"),
        }
        await stage.fetcher.render(stage.address())
        arrived = {request.path.removeprefix("/") for request in stage.site.requests}
        assert arrived == {
            *("", "robots.txt", "fetch", "XMLHttpRequest", "script", "worker", "module"),
            *("redirect", "redirected", "navigation"),
        }

    async def test_a_sources_secrets_stay_with_its_host(self, stage: Stage) -> None:
        stage.site.routes["/"] = page(f"<script src=http://127.0.0.1:{stage.site.port}/x.js></script>")
        await stage.fetcher.render(stage.address(), cookies={"sid": "s"}, auth=("a", "b"), headers={"X-Key": "k"})
        (foreign,) = [request for request in stage.site.requests if request.target == "/x.js"]
        assert not {"cookie", "authorization", "x-key"} & set(foreign.headers)


@needs_chromium
@in_one_loop
class TestLimits:
    async def test_a_page_that_never_rests_is_taken_as_it_is_when_its_time_is_up(self, stage: Stage) -> None:
        stage.fetcher.reconfigure(replace(LIMITS, browser=replace(BROWSER, seconds=1)))
        stage.site.routes |= {
            "/": page("<p>hello</p><script>setInterval(() => fetch('/poll'), 50)</script>"),
            "/poll": answer(200, b"{}"),
        }
        async with asyncio.timeout(4):
            rendered = await stage.fetcher.render(stage.address())
        assert b"<p>hello</p>" in rendered.body

    async def test_a_page_asks_for_no_more_than_its_budget(self, stage: Stage) -> None:
        stage.fetcher.reconfigure(replace(LIMITS, browser=replace(BROWSER, max_requests=5)))
        stage.site.routes |= {
            "/": page("<script>for (let i = 0; i < 50; i++) fetch('/poll?' + i)</script>"),
            "/poll": answer(200, b"{}"),
        }
        await stage.fetcher.render(stage.address())
        assert len([request for request in stage.site.requests if request.path == "/poll"]) == 5

    async def test_html_that_grows_too_large_is_an_error(self, stage: Stage) -> None:
        stage.fetcher.reconfigure(replace(LIMITS, max_inflated=100_000, browser=BROWSER))
        stage.site.routes["/"] = page("<script>document.body.append('x'.repeat(100_000))</script>")
        with pytest.raises(TooLarge, match="100,000 bytes once its scripts have run"):
            await stage.fetcher.render(stage.address())

    async def test_a_page_that_keeps_the_browser_busy_costs_that_browser_and_no_more(self, stage: Stage) -> None:
        stage.fetcher.reconfigure(replace(LIMITS, browser=replace(BROWSER, seconds=0.5)))
        stage.site.routes |= {"/": page("<script>while (true);</script>"), "/next": page("<p>next</p>")}
        with pytest.raises(BrowserFailed, match=r"within 0\.5 s and kept the browser busy"):
            await stage.fetcher.render(stage.address())
        assert b"<p>next</p>" in (await stage.fetcher.render(stage.address("/next"))).body


@needs_chromium
async def test_the_browser_knows_no_secret_of_feedbots_and_ends_when_nobody_needs_it(
    limits: FetchLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDBOT_TELEGRAM__TOKEN", "123:hush")
    brief = replace(limits, browser=replace(BROWSER, idle_seconds=0.1))
    others = browsers()
    async with MisbehavingServer({"/": page("<p>x</p>")}) as server, Fetcher(brief) as fetcher:
        await fetcher.render(server.url("/"))
        (started,) = browsers() - others
        assert not any("FEEDBOT" in name for name in started.environ())
        await asyncio.to_thread(started.wait, timeout=10)
    assert started not in browsers()


def browsers() -> set[psutil.Process]:
    """The main processes of the browsers that this one has started."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            line = process.cmdline()
            if any("no-network.invalid" in word for word in line) and not any("--type=" in word for word in line):
                found.add(process)
    return found


async def test_a_machine_without_a_browser_says_what_to_install(limits: FetchLimits) -> None:
    without = replace(limits, browser=BrowserLimits(executable="/no/such/program"))
    async with MisbehavingServer({"/": page("<p>x</p>")}) as server, Fetcher(without) as fetcher:
        with pytest.raises(BrowserFailed, match=r"/no/such/program is no program.*fetch\.browser\.executable"):
            await fetcher.render(server.url("/"))
        assert fetcher.why_no_browser()


async def test_a_program_that_is_no_browser_is_an_error_with_a_remedy(limits: FetchLimits) -> None:
    wrong = replace(limits, browser=replace(BROWSER, executable=shutil.which("true")))
    async with MisbehavingServer({"/": page("<p>x</p>")}) as server, Fetcher(wrong) as fetcher:
        with pytest.raises(BrowserFailed, match="The browser does not start"):
            await fetcher.render(server.url("/"))


async def test_the_hours_budget_is_kept(limits: FetchLimits, fake_time: FakeTime) -> None:
    """Told at once and with the time to wait; a minute's budget is waited for."""
    budget = PageBudget(fake_time.clock, fake_time.sleep)
    few = replace(limits.browser, pages_per_minute=2, pages_per_hour=4)
    for _ in range(4):
        await budget.take(few, "https://a.example/")
    assert fake_time.naps == [60]
    with pytest.raises(BrowserFailed, match="read its 4 pages of this hour") as caught:
        await budget.take(few, "https://a.example/")
    assert caught.value.retry_after == 3540
