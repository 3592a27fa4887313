"""Names are looked up beside the program's other work, and what is left of a lookup holds up nobody."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import replace

import pytest

from feedbot.errors import DnsFailed, TimedOut
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from feedbot.fetching.transport import NameLookup
from misbehaving import MisbehavingServer, answer


async def test_a_name_server_that_never_answers_delays_only_who_asks_it(limits: FetchLimits) -> None:
    answered = threading.Event()

    def look_up(host: str, _port: int, _family: socket.AddressFamily) -> list[tuple[int, int, str]]:
        if host == "stuck.example":
            answered.wait(10)
        return [(socket.AF_INET, socket.IPPROTO_TCP, "127.0.0.1")]

    quick = replace(limits, connect_timeout=0.3)
    async with (
        MisbehavingServer({"/": answer(200, b"ok")}) as server,
        Fetcher(quick, resolver=NameLookup(look_up)) as fetcher,
    ):
        stuck = asyncio.create_task(fetcher.fetch(f"http://stuck.example:{server.port}/"))
        fetched = await fetcher.fetch(f"http://quick.example:{server.port}/")
        with pytest.raises(TimedOut, match=r"No connection to stuck\.example:\d+ within 0\.3 s"):
            await stuck
    answered.set()

    assert fetched.body == b"ok"


async def test_a_lookup_that_fails_is_told_in_the_systems_words(limits: FetchLimits) -> None:
    def look_up(_host: str, _port: int, _family: socket.AddressFamily) -> list[tuple[int, int, str]]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    async with Fetcher(limits, resolver=NameLookup(look_up)) as fetcher:
        with pytest.raises(DnsFailed, match=r"name\.example cannot be looked up \(Temporary failure in name"):
            await fetcher.fetch("http://name.example/")


async def test_a_name_without_addresses_is_one_that_cannot_be_looked_up(limits: FetchLimits) -> None:
    async with Fetcher(limits, resolver=NameLookup(lambda _host, _port, _family: [])) as fetcher:
        with pytest.raises(DnsFailed):
            await fetcher.fetch("http://empty.example/")
