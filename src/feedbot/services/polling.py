"""One poll of one source: fetch, parse, decide, store, all in the order that loses nothing."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import structlog

from feedbot.domain import identity, judging, moving, planning
from feedbot.domain.article import Draft
from feedbot.domain.planning import PollOutcome, Rhythm
from feedbot.domain.redesign import Verdict
from feedbot.domain.source import Source
from feedbot.domain.stories import Print
from feedbot.errors import FetchError, SourceGone
from feedbot.fetching.client import Fetcher
from feedbot.fetching.model import Fetched
from feedbot.services import claiming, credentials, holding, hubs, polled, reading, storing, telling_once, visiting
from feedbot.services import moving as searching
from feedbot.services.abstracting import Abstracts
from feedbot.services.extraction import Extractor
from feedbot.services.holding import Guarded
from feedbot.services.own_network import OwnNetwork
from feedbot.services.polled import Polled
from feedbot.services.visiting import ListPage
from feedbot.sources.spec import Page
from feedbot.storage import articles, polls, sources
from feedbot.storage.database import Connection, Database
from feedbot.storage.polls import PollRecord

PUSHED = "pushed"
PUSH_PATIENCE = 4.0  # seconds for a poll under way to end; hubs wait for longer than that
RENEW_SECONDS = 180.0  # well within a lease

log = structlog.get_logger()


def utc_now() -> datetime:
    """The moment, aware."""
    return datetime.now(UTC)


class Poller:
    """Polls sources.

    `owner` names this process in leases; new articles gather for `batch_seconds` before they are due for sending;
    `on_change` is called after articles were stored. With an `extractor` article pages are parsed in its process. With
    `tells_once` a story that another source had before is not sent again. With `abstracts` a language model sums new
    articles up.
    """

    def __init__(
        self,
        database: Database,
        fetcher: Fetcher,
        rhythm: Rhythm,
        *,
        owner: str,
        batch_seconds: float = 0,
        on_change: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = utc_now,
        jitter: Callable[[], float] = random.random,
        renew_every: float = RENEW_SECONDS,
        push_patience: float = PUSH_PATIENCE,
        extractor: Extractor | None = None,
        tells_once: bool = True,
        abstracts: Abstracts | None = None,
    ) -> None:
        self._rhythm = rhythm
        self._batch = timedelta(seconds=batch_seconds)
        self._database = database
        self._fetcher = fetcher
        self._owner = owner
        self._leases = itertools.count(1)
        self._on_change = on_change
        self._now = now
        self._jitter = jitter
        self._renew_every = renew_every
        self._push_patience = push_patience
        self._tells_once = tells_once
        self._abstracts = abstracts
        self._extractor = extractor
        self.network = OwnNetwork()
        self.counts: dict[str, int] = dict.fromkeys(
            ("ok", "unchanged", "partial", "failed", "gone", "offline", PUSHED), 0
        )

    def reconfigure(self, rhythm: Rhythm, batch_seconds: float, *, tells_once: bool = True) -> None:
        """Takes effect with the next poll."""
        self._rhythm = rhythm
        self._tells_once = tells_once
        self._batch = timedelta(seconds=batch_seconds)

    async def claim(self, limit: int, waiting: Mapping[str, int] = MappingProxyType({})) -> list[Source]:
        """At most `limit` due sources, leased to this process: oldest first, sites in turn.

        `waiting` says how many of each site wait here already: those with many are passed over.
        """
        return await claiming.claim(self._database, self._new_lease(), limit, waiting, self._now())

    async def level(self) -> int:
        """Spreads what fell due at once, so that a start or a reload is no stampede; how many sources were put off."""
        return await claiming.level(self._database, self._now())

    async def claim_one(self, source_id: str) -> Source | None:
        """One source by id, due or not; None if there is none or somebody polls it now."""
        async with self._database.write() as connection:
            return await sources.lease_one(connection, source_id, self._new_lease(), self._now())

    async def still_ours(self, source: Source) -> bool:
        """Renews the lease of a source that waited in a queue; False if it ran out, or the source has changed."""
        async with self._database.write() as connection:
            return await sources.renew(connection, source.number, _lease(source), self._now())

    async def release(self) -> None:
        """Gives back every lease of this process, so that the next start does not wait for them to run out."""
        async with self._database.write() as connection:
            await sources.release(connection, self._owner)

    def _new_lease(self) -> str:
        """A name for the leases of one claim: what this process has lost and leased again is told apart by it."""
        return f"{self._owner}/{next(self._leases)}"

    async def poll(self, source: Source) -> PollRecord:
        """Polls a leased source and stores what came of it. Never raises for what a source does."""
        began = time.monotonic()
        started_at = self._now()
        try:
            async with self._keeping(source):
                found = await self._look(await credentials.with_secrets(source, self._database.vault))
        except FetchError as error:
            found = self._failure(source, error)
        except Exception as error:
            # What nobody expected must show as a failure, not be tried without end behind everybody's back.
            log.exception("poll_stumbled", source=source.id)
            found = self._failure(source, visiting.fault(error, source.poll_url))
        else:
            self.network.is_to_blame(source, None, self._now())
        try:
            record, stored = await self._store(source, found, started_at, time.monotonic() - began)
        except Exception as error:
            # So must what the database cannot hold.
            log.exception("poll_not_stored", source=source.id)
            failed = self._failure(source, visiting.fault(error, source.poll_url))
            record, stored = await self._store(source, failed, started_at, time.monotonic() - began)
        await self.network.forgive(self._database, self._now())
        self._tell(source, record, stored=stored)
        if stored and moving.should_search(source, found.outcome, self._now()):
            await self._search(source)
        return record

    async def _search(self, source: Source) -> None:
        """Looks for the new address of a list that is gone: what comes of it is a proposal, and never a failure."""
        try:
            asked = await credentials.with_secrets(source, self._database.vault)
            await searching.search(self._database, self._fetcher, asked, self._now())
        except Exception:
            log.exception("search_failed", source=source.id)

    async def receive(self, source_id: str, page: Page) -> PollRecord | None:
        """Stores what a hub pushes of a source's list; None if that is being polled, and goes on so for a moment.

        What needs more than that is left to a poll, for which the source is due at once: article pages to be read, a
        first list, one that looks like another, one that cannot be read.
        """
        began = time.monotonic()
        started_at = self._now()
        source = await self._claim_soon(source_id)
        if source is None:
            return None
        try:
            found = await self._pushed(source, page)
            record, stored = await self._store(source, found, started_at, time.monotonic() - began)
        except Exception:
            async with self._database.write() as connection:
                await sources.release(
                    connection, _lease(source)
                )  # the poll that is to show what is wrong need not wait
            raise
        self._tell(source, record, stored=stored)
        return record if stored else None

    def _tell(self, source: Source, record: PollRecord, *, stored: bool) -> None:
        """What the metrics, the log and the rest of the program get to know of a visit."""
        self.counts[record.outcome] += 1
        if stored:
            polled.report(source, record)
            if record.new or record.changed:
                self._on_change()

    async def _claim_soon(self, source_id: str) -> Source | None:
        until = time.monotonic() + self._push_patience
        while (source := await self.claim_one(source_id)) is None and time.monotonic() < until:  # noqa: ASYNC110 - what ends a lease, perhaps in another process, sets no event
            await asyncio.sleep(0.1)
        return source

    async def _pushed(self, source: Source, page: Page) -> Polled:
        outcome = PollOutcome(kind=PUSHED)
        try:
            found = await visiting.read_list(source, page, now=self._now())
            guarded = await self._guarded(source, found)
        except FetchError as error:
            log.warning("push_unread", source=source.id, kind=error.kind, reason=str(error))
            return Polled(outcome, state=hubs.due_now("A push could not be read: polled at once.", self._now()))
        if source.baseline_at is None or source.redesign or guarded.verdict is not Verdict.NORMAL:
            return Polled(outcome, state=hubs.due_now("Its hub told of another list: polled at once.", self._now()))
        state = {}
        if polled.to_read(source, found.spec, guarded, self._now()):
            state = hubs.due_now("Its hub told of articles that are to be read: polled at once.", self._now())
        contents = polled.as_listed(guarded.whole, {})
        return Polled(outcome, state=state, judgement=guarded.whole, contents=contents, guarded=guarded)

    @asynccontextmanager
    async def _keeping(self, source: Source) -> AsyncIterator[None]:
        """Renews the lease as long as the block takes: a slow site may keep it busy for longer than a lease lasts."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(self._renew_every)
                try:
                    await self.still_ours(source)
                except Exception:
                    log.exception("lease_not_renewed", source=source.id)

        task = asyncio.create_task(renew(), name=f"lease of {source.id}")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _look(self, source: Source) -> Polled:
        now = self._now()
        visit = await visiting.visit(self._fetcher, source, now)
        fetched = visit.fetched
        moved = moving.after_answer(source, fetched.permanent_url, now).as_state()
        if visit.found is None:
            outcome = PollOutcome(kind="unchanged", status=fetched.status, max_age=fetched.max_age)
            return Polled(outcome, fetched.status, moved)
        polled.refuse_emptied(source, visit.found, fetched)
        found = visit.found
        guarded = await self._guarded(source, found)
        guarded = replace(guarded, count=len(guarded.whole.listed))
        if polled.wants_pages(source, found, guarded):
            found = await visiting.with_pages(self._fetcher, source, found, now)
            guarded = replace(await self._guarded(source, found), count=guarded.count)
        return await self._read(source, fetched, found, guarded, moved)

    async def _guarded(self, source: Source, found: ListPage) -> Guarded:
        """The list with the stored articles that its entries are, judged as a whole."""
        drafts = judging.keyed(found.listing.drafts, source.options.identity)
        async with self._database.read() as connection:
            known = await articles.known(connection, source.number, drafts)
            return await holding.guard(connection, source, judging.judge(drafts, known))

    async def _read(
        self, source: Source, fetched: Fetched, found: ListPage, guarded: Guarded, moved: Mapping[str, object]
    ) -> Polled:
        """Reads the article pages that the list asks for."""
        now, listing = self._now(), found.listing
        wanted = polled.to_read(source, found.spec, guarded, now)
        read = await reading.read_articles(
            self._fetcher, source, found.spec, wanted, source.unread, now, self._extractor
        )
        contents = {**polled.as_listed(guarded.whole, read.failed), **read.drafts}
        guarded = holding.reconsidered(guarded, contents)
        judgement = holding.to_store(guarded)
        contents = await self._summed_up(source, guarded.whole, contents)
        outcome = PollOutcome(
            kind="partial" if read.is_partial else "ok",
            status=fetched.status,
            listed=polled.listed_dates(source, judgement),
            max_age=fetched.max_age,
            ttl=listing.ttl,
            skip_hours=listing.skip_hours,
            skip_days=listing.skip_days,
        )
        learnt = polled.learnt(source, fetched, found, guarded, read, is_read=all(map(read.has_done, wanted)), now=now)
        return Polled(
            outcome,
            fetched.status,
            {**moved, **learnt},
            judgement,
            contents,
            missed=[entry.known.id for entry in read.missed if entry.known],
            is_whole=all(entry.key in contents or read.failed.get(entry.key.hex()) == 0 for entry in judgement.new),
            guarded=guarded,
            page_of_list=found,
            page=visiting.as_page(fetched) if guarded.verdict is Verdict.HOLD else None,
        )

    def _failure(self, source: Source, error: FetchError) -> Polled:
        kind = "failed"
        if isinstance(error, SourceGone) and not source.moved_to:
            kind = "gone"
        elif self.network.is_to_blame(source, error, self._now()):
            kind = "offline"
        outcome = PollOutcome(
            kind=kind,
            status=error.status,
            error_kind=error.kind,
            error_text=str(error),
            retry_after=error.retry_after,
        )
        state = moving.after_failure(source, outcome).as_state() if kind == "failed" else None
        return Polled(outcome, error.status, state, page=error.page if isinstance(error.page, Page) else None)

    async def _summed_up(
        self, source: Source, judgement: judging.Judgement, contents: dict[bytes, Draft]
    ) -> dict[bytes, Draft]:
        """The contents, with abstracts of those that are news; what stood in the first list is none."""
        if self._abstracts is None or source.baseline_at is None:
            return contents
        known = {entry.key: entry.known.fingerprint for entry in judgement.listed if entry.known}
        news = {key: one for key, one in contents.items() if known.get(key) != identity.fingerprint(one)}
        return {**contents, **await self._abstracts.added(news, self._now())}

    async def _prints(self, found: Polled) -> dict[bytes, Print]:
        """What the new articles are compared by with those of other sources; nothing where that is switched off."""
        if not self._tells_once or found.judgement is None:
            return {}
        new = {entry.key for entry in found.judgement.new}
        return await telling_once.prints({key: draft for key, draft in found.contents.items() if key in new})

    async def _store(
        self, source: Source, found: Polled, started_at: datetime, seconds: float
    ) -> tuple[PollRecord, bool]:
        """One transaction: articles, their deliveries, the source's state and the timeline."""
        now = self._now()
        record = polled.record_of(source, found, started_at, seconds)
        prints = await self._prints(found)
        async with self._database.write() as connection:
            # The lease first: a poll that outlived it must not store what another has judged since.
            is_ours = found.judgement is None or await sources.renew(connection, source.number, _lease(source), now)
            if is_ours and found.judgement is not None:
                found, record = await self._store_found(connection, source, found, found.judgement, record, prints, now)
            values = await self._next_state(connection, source, found, record.new, now)
            is_ours = is_ours and await sources.save_state(connection, source.number, _lease(source), values)
            if not is_ours:
                log.warning("poll_dropped", source=source.id, reason="the lease was lost")
                return record, False
            await polls.record(connection, record)
            is_visit = found.outcome.error_kind is None and found.outcome.kind != PUSHED
            is_settled = is_visit and not values.get("redesign", source.redesign)
            await holding.keep_page(
                connection, source, found.page, found.outcome.error_text, now, is_settled=is_settled
            )
        return record, True

    async def _store_found(
        self,
        connection: Connection,
        source: Source,
        found: Polled,
        judgement: judging.Judgement,
        record: PollRecord,
        prints: dict[bytes, Print],
        now: datetime,
    ) -> tuple[Polled, PollRecord]:
        """The finding and the record with what became of the list: what was stored of it, and what is held."""
        due_at = now if found.outcome.kind == PUSHED else now + self._batch
        stored = await storing.store_articles(
            connection, source, judgement, found.contents, prints=prints, now=now, due_at=due_at
        )
        await articles.mark_read(connection, found.missed, now)
        held = await holding.hold(connection, source, found.guarded, found.contents, now=now, due_at=due_at)
        new = stored.new + held.published.articles
        record = replace(record, new=new, changed=stored.changed, unchanged=stored.unchanged)
        return replace(found, state={**(found.state or {}), **held.state}), record

    async def _next_state(
        self, connection: Connection, source: Source, found: Polled, new: int, now: datetime
    ) -> dict[str, object]:
        """What the source remembers from now on, its next poll among it."""
        outcome = replace(found.outcome, new=new, published=polled.news(source, found))
        watched = replace(source, baseline_at=polled.baseline_at(source, found, now))
        # A push is a part of the list: it teaches the rhythm, and plans nothing.
        told = replace(outcome, kind="partial") if outcome.kind == PUSHED else outcome
        plan = planning.plan_next_poll(watched, told, self._rhythm, now, self._jitter())
        longest = self._rhythm.max_interval
        plan = await hubs.after_visit(connection, source, found.page_of_list, outcome, plan, now, max_interval=longest)
        return {**(found.state or {}), **polled.poll_state(watched, outcome, plan, now)}


def _lease(source: Source) -> str:
    return source.lease_owner or ""
