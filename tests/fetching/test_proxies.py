"""A source that has a proxy is fetched through it and through nothing else, and no error shows the proxy's password."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from feedbot.errors import BadUrl, BlockedAddress, ConnectFailed, FetchError
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.fetching.proxies import judge_target, parse_proxy
from feedbot.fetching.transport import trusted_authorities
from feedbot.fetching.urls import parse
from fetching.proxy_server import ProxyServer
from fetching.test_client import tls_server
from misbehaving import MisbehavingServer, answer

DATA = Path(__file__).parent / "data"


async def test_a_plain_request_goes_through_the_proxy_with_the_proxys_password(fetcher: Fetcher) -> None:
    async with ProxyServer() as proxy, MisbehavingServer({"/feed": answer(200, b"ok")}) as server:
        fetched = await fetcher.fetch(server.url("/feed?a=1"), proxy=proxy.url("ann:s3cret@"))

        assert (fetched.body, fetched.final_url) == (b"ok", server.url("/feed?a=1"))
        ((first, headers),) = proxy.asked
        assert first == f"GET {server.url('/feed?a=1')} HTTP/1.1"
        assert headers["proxy-authorization"] == "Basic YW5uOnMzY3JldA=="


async def test_a_secure_request_goes_through_a_tunnel_and_its_certificate_is_checked(
    limits: FetchLimits, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    async with ProxyServer() as proxy, MisbehavingServer({"/": answer(200, b"ok")}, tls=tls_server()) as server:
        async with Fetcher(limits) as fetcher:
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(server.url("/"), proxy=proxy.url())
            assert caught.value.kind == "tls"
        monkeypatch.setenv("SSL_CERT_FILE", str(DATA / "self-signed.pem"))
        request.addfinalizer(trusted_authorities.cache_clear)
        trusted_authorities.cache_clear()
        async with Fetcher(limits) as fetcher:
            fetched = await fetcher.fetch(
                server.url("/"), proxy=proxy.url("ann:s3cret@"), headers={"X-Key": "k"}, cookies={"sid": "1"}
            )

        assert fetched.body == b"ok"
        first, headers = proxy.asked[-1]
        assert first == f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"
        assert "x-key" not in headers
        assert "cookie" not in headers
        assert server.requests[0].headers["x-key"] == "k"
        assert "proxy-authorization" not in server.requests[0].headers


async def test_the_proxy_looks_names_up_and_may_stand_in_a_network_that_sources_may_not(limits: FetchLimits) -> None:
    async with (
        MisbehavingServer({"/": answer(200, b"ok")}) as server,
        ProxyServer(leads_to=("127.0.0.1", server.port)) as proxy,
        Fetcher(replace(limits, allow_networks=())) as fetcher,
    ):
        assert (await fetcher.fetch("http://no-such-host.example/", proxy=proxy.url())).body == b"ok"
        with pytest.raises(BlockedAddress):
            await fetcher.fetch(server.url("/"))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://2130706433/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest",
        "http://localhost/",
        "http://a.localhost/",
        "http://intranet/",
        "http://printer.local/",
        "http://db.internal./",
        "http://router.home.arpa/",
    ],
)
async def test_what_is_plainly_inside_is_not_asked_of_a_proxy(url: str, limits: FetchLimits) -> None:
    async with ProxyServer() as proxy, Fetcher(replace(limits, allow_networks=())) as fetcher:
        with pytest.raises(BlockedAddress, match="a proxy is not asked for one"):
            await fetcher.fetch(url, proxy=proxy.url())
        assert not proxy.asked


async def test_a_redirect_to_the_inside_is_not_asked_of_a_proxy(limits: FetchLimits) -> None:
    to_inside = answer(302, b"", "Location: http://10.0.0.1/")
    async with (
        MisbehavingServer({"/": to_inside}) as server,
        ProxyServer(leads_to=("127.0.0.1", server.port)) as proxy,
        Fetcher(replace(limits, allow_networks=())) as fetcher,
    ):
        with pytest.raises(BlockedAddress, match=r"^10\.0\.0\.1 is not a public address"):
            await fetcher.fetch("http://site.example/", proxy=proxy.url())
        assert len(proxy.asked) == 1


def test_what_an_admin_allows_may_be_asked_of_a_proxy(limits: FetchLimits) -> None:
    judge_target(parse("http://localhost/"), limits.allow_networks)
    judge_target(parse("http://127.9.9.9/"), limits.allow_networks)


@pytest.mark.parametrize(
    ("status", "words"), [(407, "user name and password"), (403, "answers 403"), (502, "answers 502")]
)
async def test_a_proxy_that_refuses_is_told_from_the_site(status: int, words: str, fetcher: Fetcher) -> None:
    async with ProxyServer(refusal=answer(status)) as proxy:
        with pytest.raises(ConnectFailed) as caught:
            await fetcher.fetch("https://site.example/", proxy=proxy.url("ann:s3cret@"))
    text = str(caught.value)
    assert "proxy" in text
    assert words in text
    assert "s3cret" not in text + caught.value.url


async def test_a_proxy_that_is_not_there_is_told_from_the_site(fetcher: Fetcher) -> None:
    async with ProxyServer() as proxy:
        pass
    with pytest.raises(ConnectFailed, match="proxy") as caught:
        await fetcher.fetch("http://site.example/", proxy=proxy.url("ann:s3cret@"))
    assert "s3cret" not in str(caught.value)


async def test_a_proxy_of_an_unknown_name_is_told_from_the_site(fetcher: Fetcher) -> None:
    with pytest.raises(ConnectFailed, match="proxy"):
        await fetcher.fetch("http://site.example/", proxy="http://no-such-proxy.invalid:3128")


async def test_many_proxies_leave_no_connections_behind(fetcher: Fetcher) -> None:
    """Each has its own connections; the oldest are closed, and those in use are not."""
    proxies = [ProxyServer() for _ in range(60)]
    async with MisbehavingServer({"/": answer(200, b"ok")}) as server:
        for proxy in proxies:
            await proxy.__aenter__()
        fetched = await asyncio.gather(*(fetcher.fetch(server.url("/"), proxy=proxy.url()) for proxy in proxies))
        for proxy in proxies:
            await proxy.__aexit__(None, None, None)
    assert [document.body for document in fetched] == [b"ok"] * 60


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9050", "socks4a://ann:s3cret@10.0.0.1"])
def test_socks_is_refused_with_what_to_write_instead(proxy: str) -> None:
    with pytest.raises(BadUrl, match=r"is a SOCKS one.*Write an http:// proxy") as caught:
        parse_proxy(proxy)
    assert "s3cret" not in f"{caught.value} {caught.value.url}"


@pytest.mark.parametrize("proxy", ["", "proxy:3128", "ftp://proxy", "http://", "http://proxy:x", "http://[s3cret"])
def test_what_is_no_proxy_is_refused(proxy: str) -> None:
    with pytest.raises(BadUrl, match=r"Write http://proxy\.example:3128") as caught:
        parse_proxy(proxy)
    assert "s3cret" not in str(caught.value)


def test_a_proxy_is_taken_as_it_is_written() -> None:
    assert parse_proxy(" https://ann:s3cret@proxy.example:8443 ") == "https://ann:s3cret@proxy.example:8443"
