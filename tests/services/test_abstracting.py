"""Articles are summed up and translated by a model over real HTTP; whatever that does, they are stored and sent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from feedbot.domain.planning import Rhythm
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.fetching.client import Fetcher
from feedbot.fetching.language_model import LanguageModel
from feedbot.fetching.model import FetchLimits
from feedbot.services import sourcing
from feedbot.services.abstracting import Abstracts
from feedbot.services.polling import Poller
from feedbot.storage import articles, sources
from feedbot.storage.database import Database
from misbehaving import Connection, MisbehavingServer, Request, answer
from services.delivery_rig import PATH, rig

BODY = "The council decided on Tuesday to build a second bridge across the river, after years of debate. " * 8
KEY = "sk-very-secret-key"
ASK = "/v1/chat/completions"


def said(text: str) -> bytes:
    """The answer of an endpoint that speaks OpenAI's chat completions."""
    message = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "small", "choices": [message]}
    return answer(200, json.dumps(body).encode(), "Content-Type: application/json")


@dataclass
class Desk:
    """A source, a model on a local server, and what polls the one with the other."""

    database: Database
    server: MisbehavingServer
    model: LanguageModel
    fetcher: Fetcher
    now: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=1))

    def asked(self) -> list[dict[str, Any]]:
        """The questions that reached the model."""
        return [json.loads(request.body) for request in self.server.requests if request.path == ASK]

    async def poll(self, *titles: str, **options: Any) -> None:
        items = "".join(
            f"<item><title>{title}</title><link>https://t.example/{title}</link>"
            f"<description>&lt;p&gt;{BODY}&lt;/p&gt;</description></item>"
            for title in titles
        )
        # Other bytes each time: a list that is the same to the byte is not read again.
        channel = f"<channel><title>T</title><language>en</language>{items}</channel>"
        feed = f'<!-- {self.now} --><rss version="2.0">{channel}</rss>'
        self.server.routes["/feed"] = answer(200, feed.encode(), "Content-Type: application/rss+xml")
        self.now += timedelta(minutes=1)
        usual: dict[str, Any] = {"max_chars": 120, "per_day": 10, "patience": 5.0}
        abstracts = Abstracts(self.database, self.model, **(usual | options))
        poller = Poller(
            self.database,
            self.fetcher,
            Rhythm(300, 86400, 1800),
            owner="test",
            now=lambda: self.now,
            abstracts=abstracts,
            tells_once=False,
        )
        async with self.database.write() as connection:
            await sources.poll_soon(connection, "town", self.now)
        leased = await poller.claim_one("town")
        assert leased
        assert (await poller.poll(leased)).outcome in {"ok", "partial"}

    async def abstracts(self) -> dict[str, str]:
        async with self.database.read() as connection:
            return {one.title: one.abstract for one in await articles.latest(connection)}


@pytest.fixture
async def desk(sqlite: Database) -> AsyncIterator[Desk]:
    limits = FetchLimits(user_agent="feedbot", spacing=0, allow_networks=(ip_network("127.0.0.0/8"),))
    async with (
        MisbehavingServer() as server,
        Fetcher(limits) as fetcher,
        LanguageModel(server.url("/v1"), KEY, "small", timeout=2) as model,
    ):
        made = Desk(sqlite, server, model, fetcher)
        options = SourceOptions(categories=(PATH,), full_text="never", language="en")
        declared = DeclaredSource(id="town", title="Town", url=server.url("/feed"), options=options)
        await sourcing.reconcile(sqlite, [declared], made.now)
        server.routes[ASK] = said("The council builds a bridge.")
        await made.poll("old")
        yield made


async def test_what_stood_in_the_first_list_is_not_summed_up(desk: Desk) -> None:
    assert desk.asked() == []
    assert await desk.abstracts() == {"old": ""}


async def test_a_new_article_is_summed_up_and_the_key_goes_to_the_endpoint_alone(desk: Desk) -> None:
    await desk.poll("news", "old")
    assert await desk.abstracts() == {"news": "The council builds a bridge.", "old": ""}
    (question,) = desk.asked()
    assert question["model"] == "small"
    assert "at most 120 characters" in question["messages"][0]["content"]
    assert question["messages"][1]["content"].startswith("news\n\nThe council decided")
    keys = {request.path: request.headers.get("authorization") for request in desk.server.requests}
    assert keys == {"/feed": None, ASK: f"Bearer {KEY}"}


async def test_an_abstract_stays_while_the_article_is_the_same(desk: Desk) -> None:
    await desk.poll("news", "old")
    await desk.poll("news", "old")
    assert (await desk.abstracts())["news"] == "The council builds a bridge."
    assert len(desk.asked()) == 1


async def hang(_request: Request, connection: Connection) -> None:
    await connection.until_closed()


@pytest.mark.parametrize(
    "reply",
    [
        answer(500, b"broken"),
        answer(401, b'{"error": {"message": "bad key sk-very-secret-key"}}', "Content-Type: application/json"),
        answer(200, b"not json", "Content-Type: application/json"),
        answer(200, b"{}", "Content-Type: application/json"),
        answer(200, b'{"choices": {"0": "a"}}', "Content-Type: application/json"),
        answer(200, b'{"choices": 5}', "Content-Type: application/json"),
        answer(302, b"", "Location: http://127.0.0.1:1/"),
        said(""),
        b"garbage\r\n\r\n",
        hang,
    ],
    ids=[
        "500",
        "401",
        "no json",
        "empty json",
        "odd choices",
        "a number",
        "redirect",
        "empty answer",
        "garbage",
        "hangs",
    ],
)
async def test_whatever_the_model_does_the_article_is_stored_and_the_key_is_told_to_nobody(
    desk: Desk, reply: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.server.routes[ASK] = reply
    await desk.poll("news", "old")
    assert await desk.abstracts() == {"news": "", "old": ""}
    printed = capsys.readouterr()
    assert "language_model_failed" in printed.out + printed.err
    assert KEY not in printed.out + printed.err


async def test_a_poll_waits_for_no_model_longer_than_its_patience(desk: Desk) -> None:
    desk.server.routes[ASK] = hang
    await desk.poll("news", "old", patience=0.2)
    assert await desk.abstracts() == {"news": "", "old": ""}


async def test_no_more_is_asked_in_a_day_than_was_allowed(desk: Desk) -> None:
    await desk.poll("one", "two", "three", "old", per_day=2)
    assert sorted((await desk.abstracts()).values()) == ["", "", *["The council builds a bridge."] * 2]
    desk.now += timedelta(days=1)
    await desk.poll("four", "one", "two", "three", "old", per_day=2)
    assert (await desk.abstracts())["four"] == "The council builds a bridge."


async def test_a_message_comes_in_the_language_of_its_chat(desk: Desk) -> None:
    async with rig(desk.database) as made:
        chat, english = await made.person("Bo", language="zh-hans"), await made.person("Ann", language="en")
        desk.server.routes[ASK] = said('{"title": "第二座桥", "summary": "市里要修桥。"}')
        await desk.poll("bridge", "old", sums_up=False, translates=True)
        await made.deliver(made.deliverer(translator="small", summary_chars=120))
        (text,) = made.texts(chat)
        assert text.startswith("第二座桥\n")
        assert "市里要修桥。" in text
        assert text.endswith("🌐 机器翻译")
        assert made.titles(english) == ["bridge"]
        assert len(desk.asked()) == 1


async def test_without_a_translation_the_message_comes_as_it_is(desk: Desk) -> None:
    async with rig(desk.database) as made:
        chat = await made.person("Bo", language="zh-hans")
        desk.server.routes[ASK] = answer(500)
        await desk.poll("bridge", "old", sums_up=False, translates=True)
        await made.deliver(made.deliverer(translator="small", summary_chars=120))
        assert made.titles(chat) == ["bridge"]
