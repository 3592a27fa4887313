"""One poll of one source: fetch, parse, decide, store, all in the order that loses nothing."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import structlog

from feedbot.domain import judging, planning
from feedbot.domain.planning import PollOutcome, Rhythm
from feedbot.domain.source import Source
from feedbot.errors import FetchError, SourceGone
from feedbot.fetching.client import Fetcher
from feedbot.services import polled, reading, storing, visiting
from feedbot.services.polled import Polled
from feedbot.storage import articles, polls, sources
from feedbot.storage.database import Database
from feedbot.storage.polls import PollRecord

RECENT_POLLS = 12
RENEW_SECONDS = 180.0  # well within a lease

log = structlog.get_logger()


def utc_now() -> datetime:
    """The moment, aware."""
    return datetime.now(UTC)


class Poller:
    """Polls sources.

    `owner` names this process in leases; new articles gather for `batch_seconds` before they are due for sending;
    `on_change` is called after articles were stored.
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
        self._recent: deque[tuple[str, str | None]] = deque(maxlen=RECENT_POLLS)
        self.counts: dict[str, int] = dict.fromkeys(("ok", "unchanged", "partial", "failed", "gone", "offline"), 0)

    def reconfigure(self, rhythm: Rhythm, batch_seconds: float) -> None:
        """Takes effect with the next poll."""
        self._rhythm = rhythm
        self._batch = timedelta(seconds=batch_seconds)

    async def claim(self, limit: int) -> list[Source]:
        """At most `limit` due sources, leased to this process."""
        async with self._database.write() as connection:
            return await sources.lease_due(connection, self._new_lease(), limit, self._now())

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
                found = await self._look(source)
        except FetchError as error:
            found = self._failure(source, error)
        self._recent.append((_host(source), found.outcome.error_kind))
        try:
            record, stored = await self._store(source, found, started_at, time.monotonic() - began)
        except Exception as error:
            # What the database cannot hold must show as a failure, not be tried without end behind everybody's back.
            log.exception("poll_not_stored", source=source.id)
            failed = self._failure(source, visiting.fault(error, source.poll_url))
            record, stored = await self._store(source, failed, started_at, time.monotonic() - began)
        self.counts[record.outcome] += 1
        _report(source, record)
        if stored and (record.new or record.changed):
            self._on_change()
        return record

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
        visit = await visiting.visit(self._fetcher, source)
        fetched = visit.fetched
        moved = {"moved_to": fetched.permanent_url} if fetched.permanent_url else {}
        if visit.listing is None or visit.spec is None:
            outcome = PollOutcome(kind="unchanged", max_age=fetched.max_age)
            return Polled(outcome, fetched.status, moved)
        listing = visit.listing
        drafts = judging.keyed(listing.drafts, source.options.identity)
        async with self._database.read() as connection:
            known = await articles.known(connection, source.number, drafts)
        judgement = judging.judge(drafts, known, baseline_at=source.baseline_at)
        wanted = judging.to_read(judgement, source.unread, self._now())
        read = await reading.read_articles(self._fetcher, source, visit.spec, wanted, source.unread)
        contents = {**polled.as_listed(judgement, read.failed), **read.drafts}
        outcome = PollOutcome(
            kind="partial" if read.is_partial else "ok",
            max_age=fetched.max_age,
            ttl=listing.ttl,
            skip_hours=listing.skip_hours,
            skip_days=listing.skip_days,
        )
        learnt = polled.learnt(judgement, read, fetched.validators, is_read=len(read.drafts) == len(wanted))
        detected = visit.spec.name if source.type == "auto" else None
        if listing.home_url and visit.spec.parse_article is None:
            # A list page is its own home. The first address that a feed names stays: feeds show it with each article.
            learnt["home_url"] = source.home_url or listing.home_url
        return Polled(
            outcome,
            fetched.status,
            {**moved, **learnt, "listed_at": self._now(), "detected_type": detected},
            judgement,
            contents,
            missed=[entry.known.id for entry in read.missed if entry.known],
            is_whole=all(entry.key in contents or read.failed.get(entry.key.hex()) == 0 for entry in judgement.new),
        )

    def _failure(self, source: Source, error: FetchError) -> Polled:
        recent = [*self._recent, (_host(source), error.kind)]
        kind = "failed"
        if isinstance(error, SourceGone) and not source.moved_to:
            kind = "gone"
        elif planning.is_own_outage(recent):
            kind = "offline"
        outcome = PollOutcome(kind=kind, error_kind=error.kind, error_text=str(error), retry_after=error.retry_after)
        # A redirect may have been wrong: before the new address is given up, the declared one is asked again.
        return Polled(outcome, error.status, {"moved_to": None} if source.moved_to and kind == "failed" else None)

    async def _store(
        self, source: Source, found: Polled, started_at: datetime, seconds: float
    ) -> tuple[PollRecord, bool]:
        """One transaction: articles, their deliveries, the source's state and the timeline."""
        now = self._now()
        record = PollRecord(
            source_number=source.number,
            started_at=started_at,
            seconds=round(seconds, 3),
            outcome=found.outcome.kind,
            status=found.status,
            error_kind=found.outcome.error_kind,
            error_text=found.outcome.error_text,
        )
        async with self._database.write() as connection:
            # The lease first: a poll that outlived it must not store what another has judged since.
            is_ours = found.judgement is None or await sources.renew(connection, source.number, _lease(source), now)
            if is_ours and found.judgement is not None:
                stored = await storing.store_articles(
                    connection, source, found.judgement, found.contents, now=now, due_at=now + self._batch
                )
                await articles.mark_read(connection, found.missed, now)
                record = replace(record, new=stored.new, changed=stored.changed, unchanged=stored.unchanged)
            outcome = replace(found.outcome, new=record.new)
            watched = replace(source, baseline_at=polled.baseline_at(source, found, now))
            plan = planning.plan_next_poll(watched, outcome, self._rhythm, now, self._jitter())
            values = {**(found.state or {}), **polled.poll_state(watched, outcome, plan, now)}
            is_ours = is_ours and await sources.save_state(connection, source.number, _lease(source), values)
            if not is_ours:
                log.warning("poll_dropped", source=source.id, reason="the lease was lost")
                return record, False
            await polls.record(connection, record)
        return record, True


def _report(source: Source, record: PollRecord) -> None:
    """One line a poll that found something; one when a source goes down, one when it is back."""
    facts = {"source": source.id, "outcome": record.outcome, "seconds": round(record.seconds, 2)}
    if record.error_kind:
        level = log.warning if not source.failures or record.outcome == "gone" else log.debug
        level("poll_failed", **facts, kind=record.error_kind, reason=record.error_text)
        return
    if source.failures:
        log.info("source_is_back", source=source.id, failed=source.failures)
    level = log.info if record.new or record.changed else log.debug
    level("poll_finished", **facts, new=record.new, changed=record.changed, unchanged=record.unchanged)


def _lease(source: Source) -> str:
    return source.lease_owner or ""


def _host(source: Source) -> str:
    return (urlsplit(source.poll_url).hostname or "").lower()
