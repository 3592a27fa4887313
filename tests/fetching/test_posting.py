"""What is posted goes through the same door, arrives as it is, and is not given to those whom it does not concern."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feedbot.errors import BlockedAddress, HttpFailed, SourceGone, TimedOut
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import FetchLimits
from fetching.test_client import never
from misbehaving import Handler, MisbehavingServer, answer


async def test_a_form_and_json_arrive_as_they_are(fetcher: Fetcher) -> None:
    async with MisbehavingServer({"/": answer(202, b"accepted")}) as server:
        answered = await fetcher.post(
            server.url("/"), data={"hub.mode": "subscribe", "hub.topic": "https://a/?b=1&c=ü"}
        )
        await fetcher.post(
            server.url("/"), json={"title": "安源"}, headers={"Authorization": "Bearer t"}, auth=("a", "b")
        )
        await fetcher.post(server.url("/"))

    assert (answered.status, answered.body) == (202, b"accepted")
    form, json, nothing = server.requests
    assert (form.method, form.body) == ("POST", b"hub.mode=subscribe&hub.topic=https%3A%2F%2Fa%2F%3Fb%3D1%26c%3D%C3%BC")
    assert form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form.headers["content-length"] == str(len(form.body))
    assert json.body == '{"title": "安源"}'.encode()
    assert (json.headers["content-type"], json.headers["authorization"]) == ("application/json", "Bearer t")
    assert nothing.body == b""


@pytest.mark.parametrize("status", [307, 308])
async def test_a_redirect_that_keeps_the_method_is_followed_with_the_body(status: int, fetcher: Fetcher) -> None:
    async with MisbehavingServer({"/": answer(204)}) as there, MisbehavingServer() as server:
        server.routes["/"] = answer(status, b"", f"Location: {there.url('/')}")
        answered = await fetcher.post(server.url("/"), data={"a": "1"}, headers={"X-Key": "k"})
    assert answered.status == 204
    assert (there.requests[0].method, there.requests[0].body) == ("POST", b"a=1")
    assert "x-key" not in there.requests[0].headers


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_another_redirect_is_not_followed(status: int, fetcher: Fetcher) -> None:
    async with MisbehavingServer({"/": answer(status, b"", "Location: /there")}) as server:
        with pytest.raises(HttpFailed, match=f"answers {status}"):
            await fetcher.post(server.url("/"), data={"a": "1"})
        assert len(server.requests) == 1


async def test_failures_and_limits_are_those_of_a_fetch(limits: FetchLimits) -> None:
    quick = replace(limits, read_timeout=0.2)
    routes: dict[str, bytes | Handler] = {"/500": answer(500), "/410": answer(410), "/never": never}
    async with MisbehavingServer(routes) as server, Fetcher(quick) as fetcher:
        with pytest.raises(HttpFailed):
            await fetcher.post(server.url("/500"), data={})
        with pytest.raises(SourceGone):
            await fetcher.post(server.url("/410"), data={})
        with pytest.raises(TimedOut):
            await fetcher.post(server.url("/never"), data={})
        fetcher.reconfigure(replace(quick, allow_networks=()))
        with pytest.raises(BlockedAddress):
            await fetcher.post(server.url("/500"), data={})
