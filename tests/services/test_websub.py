"""WebSub in: subscribing at hubs, renewing, ending, and taking what they push, over real HTTP both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services import sourcing
from feedbot.services.polling import Poller
from feedbot.services.websub import Subscriber
from feedbot.storage import articles, kept_pages, polls, websub
from feedbot.storage.websub import Subscription
from misbehaving import answer
from services.poll_bench import NOW, RHYTHM, Bench, bench, feed
from services.websub_hub import Hub, hub_and_callback

__all__ = ["bench"]


@dataclass
class Pushed:
    """A bench whose feed names a hub, the hub, and the subscriber between them."""

    bench: Bench
    hub: Hub
    subscriber: Subscriber

    @property
    def topic(self) -> str:
        return self.bench.server.url("/feed")

    def serve(self, *numbers: int, hub: str | None = None) -> None:
        links = f'Link: <{hub or self.hub.url}>; rel="hub", <{self.topic}>; rel="self"'
        self.bench.serve(feed(*numbers), links)

    async def subscription(self) -> Subscription | None:
        async with self.bench.database.read() as connection:
            return await websub.of_source(connection, 1)

    async def subscribe(self, *numbers: int) -> Subscription:
        """Polls the feed, and lets the hub confirm."""
        await self.bench.declare()
        await self.bench.follow()
        self.serve(*(numbers or (1, 2, 3)))
        await self.bench.poll()
        await self.subscriber.tick()
        found = await self.subscription()
        assert found is not None
        return found

    async def outcomes(self) -> list[str]:
        async with self.bench.database.read() as connection:
            return [one.outcome for one in reversed(await polls.timeline(connection, 1))]


@pytest.fixture
async def pushed(bench: Bench) -> AsyncIterator[Pushed]:
    async with hub_and_callback(bench.server) as (hub, callback, answering):
        subscriber = Subscriber(bench.database, bench.fetcher, bench.poller, callback=callback, now=lambda: bench.now)
        answering.append(subscriber)
        yield Pushed(bench, hub, subscriber)


async def test_a_source_is_subscribed_at_the_hub_that_it_names(pushed: Pushed) -> None:
    found = await pushed.subscribe()
    [asked] = pushed.hub.asked
    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", pushed.topic)
    assert asked["hub.callback"].endswith(f"/websub/{found.token}")
    assert len(found.token) >= 32
    assert 32 <= len(asked["hub.secret"]) < 200
    assert pushed.hub.verified == [(200, "c0ffee")]
    assert (found.state, found.attempts, found.error_text) == ("active", 0, None)
    assert found.lease_until == pushed.bench.now + timedelta(days=10)
    assert found.next_try_at == pushed.bench.now + timedelta(days=8)


async def test_a_lease_is_renewed_before_it_ends_and_pushes_are_taken_meanwhile(pushed: Pushed) -> None:
    await pushed.subscribe()
    pushed.bench.now += timedelta(days=8)
    pushed.hub.verifies = False
    await pushed.subscriber.tick()
    found = await pushed.subscription()
    assert found is not None
    assert (found.state, found.is_in_force(pushed.bench.now)) == ("asked", True)
    assert (await pushed.hub.push(feed(12_000))).status_code == 202
    assert "Story 12000" in await pushed.bench.titles()
    await pushed.hub.verify()
    found = await pushed.subscription()
    assert found is not None
    assert (found.state, found.lease_until) == ("active", pushed.bench.now + timedelta(days=10))


async def test_nothing_is_confirmed_that_was_not_asked_for(pushed: Pushed) -> None:
    pushed.hub.verifies = False
    await pushed.subscribe()
    changes = (
        {"topic": "https://elsewhere.example/feed"},
        {"mode": "unsubscribe"},
        {"mode": "publish"},
        {"challenge": ""},
        {"challenge": "x" * 5000},
    )
    for changed in changes:
        assert (await pushed.hub.verify(**changed)).status_code == 404
    found = await pushed.subscription()
    assert found is not None
    assert found.state == "asked"


async def test_a_second_confirmation_and_a_strangers_token_are_refused(pushed: Pushed) -> None:
    await pushed.subscribe()
    assert (await pushed.hub.verify()).status_code == 404
    pushed.hub.asked[-1] = {**pushed.hub.asked[-1], "hub.callback": pushed.hub.asked[-1]["hub.callback"] + "x"}
    assert (await pushed.hub.verify()).status_code == 404
    assert (await pushed.hub.push(feed(9))).status_code == 410


async def test_a_push_is_in_the_feeds_and_on_its_way_to_the_chats_when_the_hub_gets_its_answer(pushed: Pushed) -> None:
    await pushed.subscribe()
    planned = (await pushed.bench.source()).next_poll_at
    assert (await pushed.hub.push(feed(150))).status_code == 202
    assert (await pushed.bench.titles())[0] == "Story 150"
    assert await pushed.bench.deliveries() == [("pending", None), *[("skipped", "baseline")] * 3]
    source = await pushed.bench.source()
    assert (source.next_poll_at, source.redesign, source.list_state["count"]) == (planned, {}, 3)
    assert len(pushed.bench.changes) == 2
    assert await pushed.outcomes() == ["ok", "pushed"]
    found = await pushed.subscription()
    assert found is not None
    assert found.last_push_at == pushed.bench.now
    pushed.serve(150, 1, 2, 3)
    assert (await pushed.bench.poll(timedelta(days=1))).unchanged == 4


async def test_a_push_does_not_pass_for_a_visit_of_a_source_that_fails(pushed: Pushed) -> None:
    await pushed.subscribe()
    pushed.bench.serve(b"<html>no feed</html>")
    assert (await pushed.bench.poll(timedelta(days=1))).outcome == "failed"
    before = await pushed.bench.source()
    await pushed.hub.push(feed(2000))
    after = await pushed.bench.source()
    assert (after.failures, after.error_text, after.next_poll_at) == (1, before.error_text, before.next_poll_at)
    async with pushed.bench.database.read() as connection:
        assert await kept_pages.get(connection, 1) is not None
    assert "Story 2000" in await pushed.bench.titles()


async def test_a_push_that_is_sent_again_changes_nothing(pushed: Pushed) -> None:
    await pushed.subscribe()
    for _ in range(3):
        assert (await pushed.hub.push(feed(150))).status_code == 202
    assert (await pushed.bench.deliveries()).count(("pending", None)) == 1
    assert len(await pushed.bench.titles()) == 4


async def test_every_method_of_the_recommendation_is_understood(pushed: Pushed) -> None:
    await pushed.subscribe()
    for number, method in enumerate(("sha1", "sha256", "sha384", "sha512"), 150):
        await pushed.hub.push(feed(number), method=method)
        assert f"Story {number}" in await pushed.bench.titles()


async def test_what_is_not_signed_as_agreed_is_dropped_unheard(pushed: Pushed) -> None:
    await pushed.subscribe()
    wrong = ("", "sha256=00", "md5=d41d8cd98f00b204e9800998ecf8427e", "sha256", "=", "sha256=é".encode())
    for signature in wrong:
        assert (await pushed.hub.push(feed(150), signature=signature)).status_code == 202
    assert "Story 150" not in await pushed.bench.titles()
    assert dict(pushed.subscriber.counts) == {"ignored": len(wrong)}


async def test_a_push_that_is_too_large_is_refused(pushed: Pushed) -> None:
    await pushed.subscribe()
    assert (await pushed.hub.push(b"x" * 100_001)).status_code == 413


async def test_a_changed_article_is_revised_by_a_push(pushed: Pushed) -> None:
    await pushed.subscribe()
    await pushed.hub.push(feed(2, body="Corrected text of {}."))
    async with pushed.bench.database.read() as connection:
        revisions = {one.title: one.revision for one in await articles.latest(connection)}
    assert revisions == {"Story 1": 1, "Story 2": 2, "Story 3": 1}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>no feed</html>", id="what cannot be read"),
        pytest.param(feed(*range(-9000, -8990), guid="other-{}", link="https://o.example/{}"), id="another list"),
    ],
)
async def test_what_cannot_be_stored_as_it_is_makes_the_source_due_at_once(pushed: Pushed, body: bytes) -> None:
    await pushed.subscribe(*range(1, 11))
    assert (await pushed.hub.push(body)).status_code == 202
    source = await pushed.bench.source()
    assert (source.next_poll_at, source.redesign) == (pushed.bench.now, {})
    assert len(await pushed.bench.titles()) == 10


async def test_a_push_during_a_poll_waits_for_it_or_is_sent_again(pushed: Pushed) -> None:
    await pushed.subscribe()
    pushed.bench.now += timedelta(days=1)
    [leased] = await pushed.bench.poller.claim(1)
    waiting = asyncio.create_task(pushed.hub.push(feed(2000)))
    await pushed.bench.poller.poll(leased)
    assert (await waiting).status_code == 202
    hasty = Poller(pushed.bench.database, pushed.bench.fetcher, RHYTHM, owner="hasty", push_patience=0.1)
    pushed.subscriber.poller = hasty
    pushed.bench.now += timedelta(days=1)
    await pushed.bench.poller.claim(1)
    said = await pushed.hub.push(feed(2001))
    assert (said.status_code, said.headers["retry-after"]) == (503, "30")


async def test_a_push_that_cannot_be_stored_is_sent_again_and_keeps_no_poll_waiting(pushed: Pushed) -> None:
    await pushed.subscribe()
    async with pushed.bench.database.write() as connection:
        refuse = "CREATE TRIGGER poison BEFORE INSERT ON article BEGIN SELECT RAISE(ABORT, 'poison'); END"
        await connection.exec_driver_sql(refuse)
    assert (await pushed.hub.push(feed(2000))).status_code == 503
    assert (await pushed.bench.source()).lease_owner is None


async def test_while_pushes_arrive_the_source_is_asked_seldom_and_when_they_fail_as_before(pushed: Pushed) -> None:
    await pushed.subscribe()
    await pushed.hub.push(feed(150))
    pushed.serve(150, 1, 2, 3)
    await pushed.bench.poll(timedelta(days=1))
    source = await pushed.bench.source()
    assert source.next_poll_at is not None
    assert timedelta(hours=6) <= source.next_poll_at - pushed.bench.now <= timedelta(days=1)
    assert source.plan_reason.startswith("Its hub tells of news at once: visited all the same after ")
    pushed.serve(2900, 150, 1, 2, 3)  # nobody pushed it
    await pushed.bench.poll(timedelta(days=1))
    assert not (await pushed.bench.source()).plan_reason.startswith("Its hub")


async def test_a_hub_that_is_down_is_asked_again_later_and_later(pushed: Pushed) -> None:
    pushed.hub.status = 503
    found = await pushed.subscribe()
    waits = []
    for _ in range(3):
        assert found.next_try_at is not None
        waits.append(found.next_try_at - pushed.bench.now)
        pushed.bench.now = found.next_try_at
        await pushed.subscriber.tick()
        found = await pushed.subscription() or found
    assert waits == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert found.state == "asked"
    assert "503" in (found.error_text or "")
    pushed.hub.status = 202
    pushed.bench.now += timedelta(hours=1)
    await pushed.subscriber.tick()
    assert (await pushed.subscription() or found).state == "active"


async def test_a_refusal_is_taken_for_a_week(pushed: Pushed) -> None:
    pushed.hub.status = 403
    found = await pushed.subscribe()
    assert (found.state, found.next_try_at) == ("refused", pushed.bench.now + timedelta(days=7))
    await pushed.subscriber.tick()
    assert len(pushed.hub.asked) == 1


async def test_a_subscription_may_be_denied_later(pushed: Pushed) -> None:
    await pushed.subscribe()
    said = await pushed.hub.verify(mode="denied", reason="No longer\r\nwanted")
    assert (said.status_code, said.text) == (200, "")
    found = await pushed.subscription()
    assert found is not None
    assert (found.state, found.error_text) == ("refused", "No longer wanted")
    await pushed.hub.push(feed(150))
    assert "Story 150" not in await pushed.bench.titles()


async def test_hubs_are_told_of_a_new_address_of_ours(pushed: Pushed) -> None:
    await pushed.subscribe()
    await pushed.subscriber.tick()
    assert len(pushed.hub.asked) == 1
    moved = Subscriber(
        pushed.bench.database,
        pushed.bench.fetcher,
        pushed.bench.poller,
        callback="http://127.0.0.1:9/websub",
        now=lambda: pushed.bench.now,
    )
    pushed.hub.verifies = False
    await moved.tick()
    assert pushed.hub.asked[-1]["hub.callback"].startswith("http://127.0.0.1:9/websub/")


async def test_a_removed_source_says_goodbye_to_its_hub(pushed: Pushed) -> None:
    await pushed.subscribe()
    await sourcing.reconcile(pushed.bench.database, [], pushed.bench.now)
    assert (await pushed.hub.push(feed(150))).status_code == 410
    await pushed.subscriber.tick()
    assert pushed.hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert pushed.hub.verified[-1] == (200, "c0ffee")
    assert await pushed.subscription() is None


async def test_a_hub_that_hears_no_goodbye_is_left_after_three(pushed: Pushed) -> None:
    await pushed.subscribe()
    pushed.hub.status = 500
    await sourcing.reconcile(pushed.bench.database, [], pushed.bench.now)
    for _ in range(3):
        await pushed.subscriber.tick()
        pushed.bench.now += timedelta(hours=1)
    assert await pushed.subscription() is None


async def test_a_feed_that_names_another_hub_is_subscribed_there(pushed: Pushed) -> None:
    await pushed.subscribe()
    pushed.bench.server.routes["/other"] = pushed.hub.handle
    for _ in range(2):
        pushed.serve(1, 2, 3, hub=pushed.bench.server.url("/other"))
        pushed.bench.server.routes["/feed"] = answer(
            200,
            feed(*range(1, 5 + len(pushed.hub.asked))),
            f'Link: <{pushed.bench.server.url("/other")}>; rel="hub", <{pushed.topic}>; rel="self"',
        )
        await pushed.bench.poll(timedelta(days=1))
        await pushed.subscriber.tick()
    modes = [one["hub.mode"] for one in pushed.hub.asked]
    assert modes == ["subscribe", "unsubscribe", "subscribe"]
    found = await pushed.subscription()
    assert found is not None
    assert (found.hub_url, found.state) == (pushed.bench.server.url("/other"), "active")


async def test_without_a_public_address_nothing_is_subscribed(pushed: Pushed) -> None:
    silent = Subscriber(pushed.bench.database, pushed.bench.fetcher, pushed.bench.poller, callback=None)
    await pushed.bench.declare()
    pushed.serve(1)
    await pushed.bench.poll()
    await silent.tick()
    assert pushed.hub.asked == []


async def test_articles_that_are_to_be_read_are_left_to_a_poll_at_once(pushed: Pushed) -> None:
    select = {"list": "ul li", "link": "a", "title": "a", "body": "main"}
    options = SourceOptions(categories=("News",), select=select)
    source = DeclaredSource(id="town", title="Town", url=pushed.topic, type="page", options=options)
    await sourcing.reconcile(pushed.bench.database, [source], NOW)
    links = f'Link: <{pushed.hub.url}>; rel="hub", <{pushed.topic}>; rel="self"'
    lists = [b'<ul><li><a href="/a/1">Story 1</a></li></ul>', b'<ul><li><a href="/a/2">Story 2</a></li></ul>']
    for number in (1, 2):
        page = f"<html><h1>Story {number}</h1><main><p>A long text.</p></main></html>"
        pushed.bench.server.routes[f"/a/{number}"] = answer(200, page.encode(), "Content-Type: text/html")
    pushed.bench.serve(lists[0], links)
    assert (await pushed.bench.poll()).new == 1
    await pushed.subscriber.tick()
    pushed.bench.serve(lists[1] + lists[0], links)
    assert (await pushed.hub.push(lists[1])).status_code == 202
    found = await pushed.bench.source()
    assert found.plan_reason == "Its hub told of articles that are to be read: polled at once."
    assert await pushed.bench.titles() == ["Story 1"]
    assert (await pushed.bench.poll(timedelta())).new == 1
