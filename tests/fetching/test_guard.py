"""The guard lets only public addresses through, whatever they are dressed up as."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from feedbot.errors import BadUrl, BlockedAddress, FetchError
from feedbot.fetching.client import Fetcher
from feedbot.fetching.guard import is_allowed
from feedbot.fetching.model import FetchLimits
from misbehaving import Connection, MisbehavingServer, Request, answer

BLOCKED = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.9
224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::8.8.8.8.invalid ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::7f00:1 64:ff9b:1:0:7f:0:100:0 64:ff9b:1:7f00:0:100:: 64:ff9b:1:7f:0:1::
64:ff9b:2::1 100::1 2001::1 2001:0:7f00:1::f7f7:f7f7 2001:0:808:808::80ff:fffe 2001:2::1 2001:10::1 2001:20::1
2001:db8::1 2002:7f00:1:: 2002:a00:1::1 2002:c0a8:101::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0
fec0::1 ff02::1 ff0e::1 2a00:1450:4001:81b::5efe:7f00:1 2a00:1450:4001:81b:200:5efe:a00:1
localhost example.org 127.1 0x7f.1 /var/run/docker.sock
"""

OPEN = """
8.8.8.8 1.1.1.1 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.0.1.1 198.20.0.1 223.255.255.255
2606:4700:4700::1111 2a00:1450:4001:81b::200e 2400:3200::1 ::ffff:8.8.8.8 64:ff9b::808:808 64:ff9b:1::808:808
64:ff9b:1:808:8:800:: 2002:808:808::1 2001:0:808:808::f7f7:f7f7
"""


@pytest.mark.parametrize("address", BLOCKED.split())
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize("address", OPEN.split())
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.2", True),
        ("127.0.0.1", False),
        ("::ffff:127.0.0.2", True),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:2", True),
        ("fd12::1", True),
        ("fd13::1", False),
    ],
)
def test_allowed_networks_open_exactly_themselves(address: str, expected: bool) -> None:  # noqa: FBT001
    networks = (IPv4Network("127.0.0.2/32"), IPv6Network("fd12::/16"))

    assert is_allowed(address, networks) is expected


URLS = """
http://127.0.0.1:{port}/ http://localhost:{port}/ http://127.1:{port}/ http://0x7f.1:{port}/ http://0x7f000001:{port}/
http://2130706433:{port}/ http://017700000001:{port}/ http://0177.0.0.1:{port}/ http://127.0.0.1.:{port}/
http://127.000.000.001:{port}/ http://LOCALHOST:{port}/ http://localhost.:{port}/ http://0:{port}/ http://0.0.0.0:{port}/
http://[::]:{port}/ http://[::1]:{port}/ http://[::ffff:127.0.0.1]:{port}/ http://[::ffff:7f00:1]:{port}/
http://[0:0:0:0:0:ffff:7f00:0001]:{port}/ http://[64:ff9b::7f00:1]:{port}/ http://[2002:7f00:1::]:{port}/
http://[::127.0.0.1]:{port}/ http://127\u30020\u30020\u30021:{port}/ http://user:pw@127.0.0.1:{port}/
http://example.org@127.0.0.1:{port}/ http://169.254.169.254/latest/meta-data/ http://[fd00:ec2::254]/
http://[fe80::1%25lo]:{port}/ https://127.0.0.1:{port}/
"""


@pytest.mark.parametrize("form", URLS.split())
async def test_no_spelling_of_this_machine_is_connected_to(form: str, limits: FetchLimits) -> None:
    closed = replace(limits, allow_networks=())
    async with MisbehavingServer({"/": answer(200, b"secret")}) as server, Fetcher(closed) as fetcher:
        with pytest.raises((BlockedAddress, BadUrl)):
            await fetcher.fetch(form.format(port=server.port))

        assert server.connections == 0


async def test_the_refusal_says_what_to_do(limits: FetchLimits) -> None:
    async with Fetcher(replace(limits, allow_networks=())) as fetcher:
        with pytest.raises(BlockedAddress) as caught:
            await fetcher.fetch("http://2130706433:9/feed")

    assert str(caught.value) == (
        "127.0.0.1 is not a public address. If it is your own server, add it to fetch.allow_networks."
    )


@pytest.mark.allow_hosts(["127.0.0.0/8"])
async def test_a_redirect_to_a_closed_address_is_refused(limits: FetchLimits) -> None:
    only_second = replace(limits, allow_networks=(IPv4Network("127.0.0.2/32"),))
    async with MisbehavingServer({"/": answer(200, b"secret")}) as inside:
        to_inside = answer(302, b"", f"Location: {inside.url('/')}")
        async with MisbehavingServer({"/": to_inside}, host="127.0.0.2") as outside, Fetcher(only_second) as fetcher:
            with pytest.raises(BlockedAddress):
                await fetcher.fetch(outside.url("/"))

            assert len(outside.requests) == 1
            assert inside.connections == 0


class ScriptedNames(AbstractResolver):
    """A name server whose answers follow a script; the last answer stays."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self._answers = list(answers)
        self.lookups = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        self.lookups += 1
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=0,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.mark.allow_hosts(["127.0.0.0/8"])
async def test_a_name_that_changes_its_answer_never_reaches_a_closed_address(limits: FetchLimits) -> None:
    """The first lookup gives an open address and the later ones a closed one, as in DNS rebinding."""
    only_second = replace(limits, allow_networks=(IPv4Network("127.0.0.2/32"),))
    names = ScriptedNames(("127.0.0.2",), ("127.0.0.1",))
    async with MisbehavingServer({"/": answer(200, b"secret")}) as inside:
        again = answer(302, b"", f"Location: http://other.example:{inside.port}/")
        async with MisbehavingServer({"/": again}, host="127.0.0.2") as outside:
            async with Fetcher(only_second, resolver=names) as fetcher:
                with pytest.raises(BlockedAddress, match=r"other\.example leads to 127\.0\.0\.1, which is not"):
                    await fetcher.fetch(f"http://rebinding.example:{outside.port}/")

            assert (len(outside.requests), inside.connections, names.lookups) == (1, 0, 2)


@pytest.mark.allow_hosts(["127.0.0.0/8"])
@pytest.mark.parametrize("addresses", [("127.0.0.1", "127.0.0.2"), ("127.0.0.2", "127.0.0.1"), ("::1", "127.0.0.2")])
async def test_of_a_name_with_mixed_addresses_only_the_open_one_is_connected_to(
    addresses: tuple[str, ...], limits: FetchLimits
) -> None:
    only_second = replace(limits, allow_networks=(IPv4Network("127.0.0.2/32"),))
    async with (
        MisbehavingServer({"/": answer(200, b"public")}, host="127.0.0.2") as server,
        Fetcher(only_second, resolver=ScriptedNames(addresses)) as fetcher,
    ):
        fetched = await fetcher.fetch(f"http://mixed.example:{server.port}/")

    assert fetched.body == b"public"


async def test_a_name_with_only_closed_addresses_is_refused_and_says_all_of_them(limits: FetchLimits) -> None:
    names = ScriptedNames(("127.0.0.1", "::1", "10.0.0.1"))
    async with Fetcher(replace(limits, allow_networks=()), resolver=names) as fetcher:
        with pytest.raises(BlockedAddress, match=r"^inside\.example leads to .*, which is not a public address\."):
            await fetcher.fetch("http://inside.example/")


@pytest.mark.allow_hosts(["127.0.0.0/8"])
async def test_an_open_address_that_does_not_answer_beside_a_closed_one_is_a_failed_connection(
    limits: FetchLimits,
) -> None:
    """It is worth another try, which a blocked address is not."""
    only_second = replace(limits, allow_networks=(IPv4Network("127.0.0.2/32"),))
    async with Fetcher(only_second, resolver=ScriptedNames(("127.0.0.1", "127.0.0.2"))) as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(f"http://mixed.example:{_free_port()}/")

    assert caught.value.kind == "connect"


async def test_a_network_that_is_no_longer_allowed_is_closed_at_once_also_for_kept_connections(
    limits: FetchLimits,
) -> None:
    async def keep_alive(_: Request, connection: Connection) -> None:
        await connection.send(answer(200, b"hello"))
        await connection.until_closed()

    async with MisbehavingServer({"/": keep_alive}) as server, Fetcher(limits) as fetcher:
        assert (await fetcher.fetch(server.url("/"))).body == b"hello"
        fetcher.reconfigure(replace(limits, allow_networks=()))

        with pytest.raises(BlockedAddress):
            await fetcher.fetch(server.url("/"))

        fetcher.reconfigure(limits)
        async with asyncio.timeout(5):
            assert (await fetcher.fetch(server.url("/"))).body == b"hello"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.2", 0))
        return int(probe.getsockname()[1])
