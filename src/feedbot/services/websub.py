"""WebSub in (W3C WebSub): subscribing at the hubs that feeds name, and taking what those push."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from http import HTTPStatus

import structlog

from feedbot.domain import pushing
from feedbot.errors import FetchError
from feedbot.fetching.client import Fetcher
from feedbot.fetching.urls import shown
from feedbot.services.polling import Poller, utc_now
from feedbot.sources.spec import Page
from feedbot.storage import polls, sources, websub
from feedbot.storage.database import Database
from feedbot.storage.websub import ACTIVE, ASKED, ENDING, REFUSED, Subscription

AT_ONCE = 20  # subscriptions a tick asks for
ASK_AGAIN = timedelta(days=7)  # after a refusal
GOODBYES = 3  # requests to a hub that does not answer them
_MAX_CHALLENGE = 4096
_SHOWN = 200
_FACT = "websub"

log = structlog.get_logger()


class Receipt(Enum):
    """What became of a push.

    STORED: it is ours now. IGNORED: it is not signed as it should be, or nobody waits for it. BUSY: the hub is to try
    again. GONE: nobody subscribed here.
    """

    STORED = "stored"
    IGNORED = "ignored"
    BUSY = "busy"
    GONE = "gone"


class Subscriber:
    """Keeps the subscriptions of all sources, and takes what their hubs send.

    `callback` is the public address below which hubs reach us (`https://feeds.example.org/websub`); without one nothing
    is subscribed. `counts` has the pushes by what became of them.
    """

    def __init__(
        self,
        database: Database,
        fetcher: Fetcher,
        poller: Poller,
        *,
        callback: str | None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._fetcher = fetcher
        self.poller = poller
        self._callback = callback
        self._now = now
        self.counts: Counter[str] = Counter()

    async def tick(self) -> None:
        """Asks the hubs what is due: to subscribe, to renew, to end."""
        if self._callback is None:
            return
        async with self._database.read() as connection:
            is_any = await websub.is_any(connection)
            known = await polls.get_fact(connection, _FACT)
        if not is_any:
            return
        async with self._database.write() as connection:
            if known is None or known[0]["callback"] != self._callback:
                # Hubs push to where they were told to; what they were told elsewhere runs out.
                await websub.ask_again(connection, self._now())
                await polls.set_fact(connection, _FACT, {"callback": self._callback}, self._now())
            await websub.withdraw_unwanted(connection, self._now())
            due = await websub.due(connection, self._now(), AT_ONCE)
        for subscription in due:
            await self._ask(subscription)

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """The challenge to be echoed for a request that we made, `""` for a denial; None for anything else."""
        async with self._database.read() as connection:
            found = await websub.of_token(connection, token)
        if found is None or query.get("hub.topic", "") != found.topic_url:
            return None
        mode, challenge = query.get("hub.mode", ""), query.get("hub.challenge", "")
        is_asked = found.attempts > 0 and 0 < len(challenge) <= _MAX_CHALLENGE
        if mode == "denied" and found.state != ENDING:
            await self._refused(found, query.get("hub.reason", "") or "The hub gives no reason.")
            return ""
        if mode == "subscribe" and found.state == ASKED and is_asked:
            await self._confirmed(found, query.get("hub.lease_seconds", ""))
            return challenge
        if mode == "unsubscribe" and found.state == ENDING and is_asked:
            async with self._database.write() as connection:
                await websub.forget(connection, found.source_number)
            return challenge
        return None

    async def receive(self, token: str, page_of: Callable[[str], Page], signature: str) -> Receipt:
        """Stores what a hub pushes, and says what became of it; a STORED push is committed.

        `page_of` makes the pushed page of the address of its topic.
        """
        receipt = await self._receive(token, page_of, signature)
        self.counts[receipt.value] += 1
        return receipt

    async def _receive(self, token: str, page_of: Callable[[str], Page], signature: str) -> Receipt:
        now = self._now()
        async with self._database.read() as connection:
            found = await websub.of_token(connection, token)
            source = await sources.by_number(connection, found.source_number) if found else None
        if found is None or source is None or source.removed_at:
            return Receipt.GONE
        page = page_of(found.topic_url)
        if not pushing.is_signed(page.body, signature, found.secret):
            log.warning("push_not_signed", source=source.id, hub=shown(found.hub_url))
            return Receipt.IGNORED
        if not found.is_in_force(now) or not source.enabled:
            return Receipt.IGNORED
        try:
            record = await self.poller.receive(source.id, page)
        except Exception:
            log.exception("push_not_stored", source=source.id)  # the next poll shows it as a failure of the source
            return Receipt.BUSY
        if record is None:
            return Receipt.BUSY
        async with self._database.write() as connection:
            await websub.change(connection, found.source_number, {"last_push_at": now})
        return Receipt.STORED

    async def _ask(self, subscription: Subscription) -> None:
        number, attempts = subscription.source_number, subscription.attempts + 1
        mode = "unsubscribe" if subscription.state == ENDING else "subscribe"
        state = ENDING if subscription.state == ENDING else ASKED
        # Stored first: a hub may verify before it answers.
        again = self._now() + pushing.retry_after(attempts - 1)
        async with self._database.write() as connection:
            values = {"state": state, "attempts": attempts, "next_try_at": again}
            if not await websub.change(connection, number, values, only_in=subscription.state):
                return
        asked = {
            "hub.mode": mode,
            "hub.topic": subscription.topic_url,
            "hub.callback": f"{self._callback}/{subscription.token}",
        }
        if mode == "subscribe":
            seconds = round(pushing.USUAL_LEASE.total_seconds())
            asked |= {"hub.secret": subscription.secret, "hub.lease_seconds": str(seconds)}
        try:
            await self._fetcher.post(subscription.hub_url, data=asked)
        except FetchError as error:
            await self._not_asked(subscription, state, attempts, error)
        else:
            log.info("hub_asked", source_number=number, hub=shown(subscription.hub_url), mode=mode)

    async def _not_asked(self, subscription: Subscription, state: str, attempts: int, error: FetchError) -> None:
        log.warning(
            "hub_not_asked", hub=shown(subscription.hub_url), topic=shown(subscription.topic_url), reason=str(error)
        )
        if state == ASKED and _is_no(error):
            await self._refused(subscription, str(error))
            return
        async with self._database.write() as connection:
            number = subscription.source_number
            if state == ASKED:
                await websub.change(connection, number, {"error_text": str(error)}, only_in=ASKED)
            elif attempts >= GOODBYES:
                await websub.forget(connection, number)

    async def _confirmed(self, found: Subscription, seconds: str) -> None:
        now, held = self._now(), pushing.lease(seconds)
        values = {"state": ACTIVE, "attempts": 0, "error_text": None}
        values |= {"lease_until": now + held, "next_try_at": now + pushing.renew_after(held)}
        async with self._database.write() as connection:
            await websub.change(connection, found.source_number, values)
        log.info("hub_confirmed", topic=shown(found.topic_url), lease_seconds=round(held.total_seconds()))

    async def _refused(self, found: Subscription, reason: str) -> None:
        again = self._now() + ASK_AGAIN
        text = " ".join(reason.split())[:_SHOWN]
        values = {"state": REFUSED, "attempts": 0, "next_try_at": again, "lease_until": None, "error_text": text}
        async with self._database.write() as connection:
            await websub.change(connection, found.source_number, values)
        log.warning("hub_refused", topic=shown(found.topic_url), reason=text)


def _is_no(error: FetchError) -> bool:
    """Whether a hub understood the request and does not want it."""
    status = error.status or 0
    asks_to_wait = status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and not asks_to_wait
