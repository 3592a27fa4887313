"""A fetcher that may speak to this machine, and a clock that goes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

import pytest

from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits

LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
LIMITS = FetchLimits(user_agent="feedbot-test/1 (+https://example.org/bot)", spacing=0, allow_networks=LOOPBACK)


@dataclass
class FakeTime:
    """Time that passes only while somebody sleeps."""

    now: float = 1000.0
    naps: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def limits() -> FetchLimits:
    """The usual limits, without spacing, with this machine allowed."""
    return LIMITS


@pytest.fixture
async def fetcher(limits: FetchLimits) -> AsyncIterator[Fetcher]:
    async with Fetcher(limits) as opened:
        yield opened
