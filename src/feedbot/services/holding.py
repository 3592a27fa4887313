"""The redesign guard: what a list that changed beyond recognition shows is held, and published once it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from feedbot.domain import redesign
from feedbot.domain.article import Draft
from feedbot.domain.judging import Judgement, Listed
from feedbot.domain.redesign import Verdict, Watched
from feedbot.domain.source import Source
from feedbot.errors import Refused
from feedbot.services import categorising
from feedbot.sources.spec import Page
from feedbot.storage import articles, deliveries, held, kept_pages, sources
from feedbot.storage.database import Connection, Database
from feedbot.storage.held import Held
from feedbot.storage.kept_pages import KeptPage

MAX_HELD = 1000  # of one source: a list that never shows the same twice must not fill the disk
PREVIEW = 5
_UNWATCHED = Watched(baseline_at=None, listed_at=None, count=None)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the guard says of the `whole` list: the verdict, what was held before, whether news came on top of that.

    `count` is how many entries the first page of the list has.
    """

    verdict: Verdict = Verdict.NORMAL
    whole: Judgement = field(default_factory=lambda: Judgement(()))
    held: Mapping[bytes, Held] = field(default_factory=dict)
    has_arrivals: bool = False
    count: int = 0
    watched: Watched = _UNWATCHED
    pending: redesign.Pending | None = None

    def is_read(self, key: bytes) -> bool:
        """Whether the article's own page was read while it is held."""
        return key in self.held and self.held[key].draft.is_complete


@dataclass(frozen=True, slots=True)
class Waiting:
    """A redesign that waits for an admin: `found` articles are held since `since`, of which `titles` are the first.

    `known` of the `before` articles that the list used to have are still in it; `is_told`: the admins know.
    """

    source_id: str
    source_title: str
    since: datetime
    found: int
    known: int
    before: int
    titles: tuple[str, ...]
    is_told: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """What a poll stored of a redesign: what its source is to remember (columns), and what came out."""

    state: Mapping[str, object]
    published: Published


@dataclass(frozen=True, slots=True)
class Published:
    """What became of held articles: how many are in the feeds now, and how many of those go to the chats."""

    articles: int = 0
    news: int = 0


NOTHING = Published()


async def guard(connection: Connection, source: Source, judgement: Judgement) -> Guarded:
    """Judges the list as a whole, with what is held of its source already."""
    kept = await held.of_source(connection, source.number) if source.redesign else {}
    count = source.list_state.get("count")
    watched = Watched(baseline_at=source.baseline_at, listed_at=source.listed_at, count=count)
    if redesign.is_mostly_new(judgement.listed, watched):
        published, titles = await articles.newest_marks(connection, source.number)
        watched = Watched(
            baseline_at=source.baseline_at, listed_at=source.listed_at, count=count, published=published, titles=titles
        )
    pending = redesign.pending(source.redesign, kept)
    verdict = redesign.judge_list(judgement.listed, watched, pending)
    has_arrivals = pending is not None and redesign.has_arrivals(judgement.listed, pending)
    return Guarded(verdict, judgement, kept, has_arrivals, watched=watched, pending=pending)


def reconsidered(guarded: Guarded, contents: Mapping[bytes, Draft]) -> Guarded:
    """What the guard says once articles' own pages were read: a list without dates may prove to be all news."""
    if guarded.verdict is not Verdict.HOLD:
        return guarded
    known = {key: one.draft for key, one in guarded.held.items()} | dict(contents)
    listed = redesign.dated(guarded.whole.listed, known)
    return replace(guarded, verdict=redesign.judge_list(listed, guarded.watched, guarded.pending))


def to_store(guarded: Guarded) -> Judgement:
    """The part of the list that is stored as it is: nothing that is or will be held."""
    judgement = guarded.whole
    if guarded.verdict is Verdict.SILENT:
        return Judgement(judgement.listed, is_redesign=True)
    if guarded.verdict is Verdict.NORMAL:
        return Judgement(tuple(entry for entry in judgement.listed if entry.known or entry.key not in guarded.held))
    return Judgement(tuple(entry for entry in judgement.listed if entry.known))


async def hold(
    connection: Connection,
    source: Source,
    guarded: Guarded,
    contents: Mapping[bytes, Draft],
    *,
    now: datetime,
    due_at: datetime,
) -> Holding:
    """Holds the new entries of a list, or publishes what is held; what the source remembers of it, and what came out.

    Must run in the transaction that stores the poll.
    """
    state = dict(source.redesign)
    if guarded.verdict in {Verdict.NORMAL, Verdict.SILENT}:
        return _holding(source, await _settled(connection, source, guarded) if state else {})
    await held.put(connection, source.number, _to_hold(guarded, contents, now))
    state = _remembered(state, guarded, source, now)
    if guarded.verdict is Verdict.RELEASE:
        log.info("redesign_believed", source=source.id, reason="news keeps coming in, on top or by its dates")
        return _holding(source, {}, await _publish(connection, source, _since(state), now=now, due_at=due_at))
    if not source.redesign:
        log.warning(
            "redesign_held", source=source.id, found=state["found"], known=state["known"], before=state["before"]
        )
    return _holding(source, state)


async def _settled(connection: Connection, source: Source, guarded: Guarded) -> dict[str, object]:
    """What is left of a redesign now that the list is known again.

    What turns out to be a stored article under its old title is held no more; what was rejected goes once it has left
    the list; the rest goes on waiting.
    """
    found = [entry for entry in guarded.whole.listed if entry.key in guarded.held]
    known = [entry.key for entry in found if entry.known]
    await held.drop(connection, source.number, known)
    left = len(guarded.held) - len(known)
    is_rejected = bool(source.redesign.get("rejected_at"))
    if left and not (is_rejected and len(found) == len(known)):
        return {**source.redesign, "undone": True, "found": left}
    await held.clear(connection, source.number)
    log.info("redesign_over", source=source.id, reason="the list is known again")
    return {}


async def keep_page(
    connection: Connection,
    source: Source,
    page: Page | None,
    error_text: str | None,
    now: datetime,
    *,
    is_settled: bool,
) -> None:
    """Keeps the page that could not be read or believed; forgets the last one once nothing is wrong any more."""
    was_wrong = source.failures or source.redesign or source.list_state.get("empty_since")
    if page:
        why = error_text or "Its list changed beyond recognition."
        kept = KeptPage(
            at=now, url=page.url, mime_type=page.mime_type, charset=page.charset, body=page.body, error_text=why
        )
        await kept_pages.keep(connection, source.number, kept)
    elif was_wrong and is_settled:
        await kept_pages.forget(connection, source.number)


def _holding(source: Source, state: Mapping[str, object], published: Published = NOTHING) -> Holding:
    changed = {"redesign": dict(state) or None} if state != source.redesign else {}
    return Holding(changed, published)


async def waiting(database: Database) -> list[Waiting]:
    """The redesigns that wait for an admin's word, the longest first; those that were rejected wait no more."""
    found = []
    async with database.read() as connection:
        for source in await sources.list_all(connection):
            if source.redesign and not source.redesign.get("rejected_at"):
                kept = await held.of_source(connection, source.number)
                found.append(_as_waiting(source, list(kept.values())))
    return sorted(found, key=lambda one: one.since)


async def approve(database: Database, source_id: str, now: datetime) -> Published:
    """Publishes what is held of a source, at once and whole: in the feeds all, in the chats what is news.

    Raises:
        Refused: there is no such source, or nothing of it is held.
    """
    async with database.write() as connection:
        source = await _held_source(connection, source_id)
        done = await _publish(connection, source, _since(source.redesign), now=now, due_at=now)
        await sources.interrupt(connection, source.number, now, "Approved: polled at once.", redesign=None)
        await kept_pages.forget(connection, source.number)
    log.info("redesign_approved", source=source_id, articles=done.articles, news=done.news)
    return done


async def reject(database: Database, source_id: str, now: datetime) -> int:
    """Takes what is held of a source for no articles: it is not shown again as long as it stays; how many they are.

    Raises:
        Refused: there is no such source, or nothing of it is held.
    """
    async with database.write() as connection:
        source = await _held_source(connection, source_id)
        state = {**source.redesign, "rejected_at": now.isoformat()}
        await sources.interrupt(connection, source.number, now, "Rejected: polled at once.", redesign=state)
        number = len(await held.of_source(connection, source.number))
    log.info("redesign_rejected", source=source_id, articles=number)
    return number


async def mark_told(database: Database, source_id: str, now: datetime) -> None:
    """Remembers that the admins were told of the source's redesign."""
    async with database.write() as connection:
        source = await sources.get(connection, source_id)
        if source and source.redesign:
            state = {**source.redesign, "told_at": now.isoformat()}
            await sources.set_redesign(connection, source.number, state)


async def _held_source(connection: Connection, source_id: str) -> Source:
    source = await sources.get(connection, source_id)
    if source is None:
        raise Refused(f"There is no source {source_id!r}: `feedbot sources list` shows those that there are.")
    if not source.redesign or source.redesign.get("rejected_at"):
        raise Refused(f"Nothing of {source_id} is held back: `feedbot sources list` shows where something is.")
    return source


async def _publish(
    connection: Connection, source: Source, since: datetime, *, now: datetime, due_at: datetime
) -> Published:
    """Stores what is held, oldest first: silent, but for what came out after the redesign began."""
    kept = list((await held.of_source(connection, source.number)).values())
    made: dict[str | None, list[int]] = {None: [], "redesign": []}
    for entry in _oldest_first(kept):
        named = categorising.categories_of(entry.draft, source.options)
        listed = Listed(entry.key, entry.listed, None)
        article_id = await articles.add(connection, source.number, listed, entry.draft, named, now)
        if article_id is not None:
            is_news = redesign.is_news(entry.draft, since, arrived=entry.arrived)
            made[None if is_news else "redesign"].append(article_id)
    for reason, ids in made.items():
        await deliveries.fan_out(connection, ids, reason=reason, now=now, due_at=due_at)
    await held.clear(connection, source.number)
    return Published(sum(map(len, made.values())), len(made[None]))


def _to_hold(guarded: Guarded, contents: Mapping[bytes, Draft], now: datetime) -> list[Held]:
    """The new entries of the list that are not held yet, and those of which more is known now."""
    found, room = [], MAX_HELD - len(guarded.held)
    for entry in reversed(guarded.whole.new):
        before, draft = guarded.held.get(entry.key), contents.get(entry.key)
        if before is None and room > 0:
            found.append(Held(entry.key, entry.draft, draft or entry.draft, now, arrived=guarded.has_arrivals))
            room -= 1
        elif before and draft and draft != before.draft and (draft.is_complete or not before.draft.is_complete):
            found.append(Held(entry.key, entry.draft, draft, before.found_at, arrived=before.arrived))
    return found


def _remembered(state: dict[str, object], guarded: Guarded, source: Source, now: datetime) -> dict[str, object]:
    arrivals, judgement = state.get("arrivals"), guarded.whole
    keys = {*guarded.held, *(entry.key for entry in judgement.new)}
    return {
        "since": now.isoformat(),
        "known": len(judgement.listed) - len(judgement.new),
        "before": source.list_state.get("count") or 0,
        **{name: value for name, value in state.items() if name != "undone"},
        "found": min(len(keys), MAX_HELD),
        "arrivals": (arrivals if isinstance(arrivals, int) else 0) + guarded.has_arrivals,
    }


def _as_waiting(source: Source, kept: list[Held]) -> Waiting:
    state = source.redesign
    newest = [entry.draft.title for entry in reversed(_oldest_first(kept))]
    return Waiting(
        source_id=source.id,
        source_title=source.title,
        since=_since(state),
        found=len(kept),
        known=state.get("known", 0),
        before=state.get("before", 0),
        titles=tuple(newest[:PREVIEW]),
        is_told=bool(state.get("told_at")),
    )


def _since(state: Mapping[str, object]) -> datetime:
    return datetime.fromisoformat(str(state["since"]))


def _oldest_first(kept: list[Held]) -> list[Held]:
    """In the order in which they came out; where not all say when, in which they were found."""
    if all(entry.draft.published for entry in kept):
        return sorted(kept, key=lambda entry: entry.draft.published or entry.found_at)
    return kept
