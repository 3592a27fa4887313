"""Turns the open deliveries of chats into messages that are marked as on their way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

import structlog

from feedbot.domain.abstracts import Translated
from feedbot.domain.article import Article
from feedbot.domain.deliveries import BACKLOG_REASON, Batch, Delivery, State, Transition, plan_batch
from feedbot.domain.stories import Elsewhere
from feedbot.render.digests import digest_messages
from feedbot.render.messages import Message, article_message, bare_message
from feedbot.services.abstracting import translations
from feedbot.sources.html import to_text
from feedbot.storage import articles, deliveries, outbox, stories
from feedbot.storage.database import Connection, Database

MOST_IN_A_DIGEST = 200
GONE_REASON = "the article is gone"

log = structlog.get_logger(__name__)


def no_page(article_id: int) -> str | None:  # noqa: ARG001
    """The article page's address when the outside cannot reach feedbot's pages: none."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOptions:
    """How messages are made and grouped.

    `timezone` (IANA name) is the one that people read; `article_page_url` gives feedbot's own page of an article.
    `translator` names the model whose translations into a chat's language are used, None for none.
    """

    burst: int = 3
    backlog_hours: float = 48
    summary_chars: int = 300
    timezone: str = "UTC"
    article_page_url: Callable[[int], str | None] = no_page
    translator: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way to a chat, with the deliveries that it carries, as they were before."""

    chat_id: int
    thread_id: int
    message: Message
    deliveries: tuple[Delivery, ...]


Changes = list[tuple[Delivery, Transition]]


@dataclass(frozen=True, slots=True)
class _Found:
    """The articles of open deliveries by id, and the other sources of their stories."""

    articles: Mapping[int, Article]
    also_at: Mapping[int, Sequence[Elsewhere]]
    translations: Mapping[tuple[int, str], Translated] = field(default_factory=dict)


@dataclass(slots=True)
class Claim:
    """The messages to send now, the deliveries that ended without one, and the chats that have more open."""

    parcels: list[Parcel] = field(default_factory=list)
    changes: Changes = field(default_factory=list)
    with_more: set[int] = field(default_factory=set)


async def claim(database: Database, chat_ids: Sequence[int], options: MessageOptions, now: datetime) -> Claim:
    """The next message of each chat; its deliveries are stored as on their way before this returns."""
    async with database.read() as connection:
        waiting = await outbox.waiting(connection, chat_ids, MOST_IN_A_DIGEST)
        batches = {chat_id: _plan(rows, options, now) for chat_id, rows in waiting.items()}
        wanted = {one.article_id for batch in batches.values() for one in batch.deliveries}
        ids = sorted(wanted)
        found = _Found(
            {one.id: one for one in await articles.by_ids(connection, ids)}, await stories.elsewhere(connection, ids)
        )
    if options.translator:
        found = replace(found, translations=await _translations(database, options, batches, waiting, found))
    made = Claim()
    for chat_id, batch in batches.items():
        before = len(waiting[chat_id])
        ended = _add(made, batch, found, waiting[chat_id][0].language, options)
        if before > ended:
            made.with_more.add(chat_id)
    async with database.write() as connection:
        await outbox.apply(connection, made.changes)
        await _mark(connection, made)
    return made


async def _translations(
    database: Database,
    options: MessageOptions,
    batches: Mapping[int, Batch],
    waiting: Mapping[int, Sequence[outbox.Waiting]],
    found: _Found,
) -> dict[tuple[int, str], Translated]:
    wanted = {
        (one.article_id, waiting[chat_id][0].language)
        for chat_id, batch in batches.items()
        for one in batch.deliveries
        if one.article_id in found.articles
    }
    named = [(found.articles[article_id], language) for article_id, language in sorted(wanted)]
    return await translations(database, options.translator or "", named, options.summary_chars)


async def _mark(connection: Connection, made: Claim) -> None:
    """Marks the deliveries as on their way; a message with one that is not open any more is left for the next turn."""
    marked = await outbox.mark_sending(connection, [one.id for parcel in made.parcels for one in parcel.deliveries])
    whole = []
    for parcel in made.parcels:
        mine = [one for one in parcel.deliveries if one.id in marked]
        if len(mine) == len(parcel.deliveries):
            whole.append(parcel)
        else:
            made.with_more.add(parcel.chat_id)
            await _reopen(connection, mine)
    made.parcels = whole


async def give_back(database: Database, parcels: Sequence[Parcel]) -> None:
    """Opens the deliveries of messages that were claimed and will not be sent, as they were before."""
    async with database.write() as connection:
        await _reopen(connection, [one for parcel in parcels for one in parcel.deliveries])


async def _reopen(connection: Connection, some: Sequence[Delivery]) -> None:
    for state in (State.PENDING, State.UNKNOWN):
        await deliveries.set_state(connection, [one.id for one in some if one.state is state], state)


def _plan(rows: Sequence[outbox.Waiting], options: MessageOptions, now: datetime) -> Batch:
    opened = [row.delivery for row in rows]
    return plan_batch(opened, burst=options.burst, backlog_hours=options.backlog_hours, now=now)


def _add(made: Claim, batch: Batch, found: _Found, language: str, options: MessageOptions) -> int:
    """Adds what becomes of a batch to the claim; how many deliveries are not open any more."""
    gone = [one for one in batch.deliveries if one.article_id not in found.articles]
    there = tuple(one for one in batch.deliveries if one.article_id in found.articles)
    changes = [(one, _end(one, State.SKIPPED, BACKLOG_REASON)) for one in batch.stale]
    changes += [(one, _end(one, State.SKIPPED, GONE_REASON)) for one in gone]
    carried: tuple[Delivery, ...] = ()
    if there:
        message, carried = _message(replace(batch, deliveries=there), found, language, options)
        made.parcels.append(Parcel(there[0].chat_id, there[0].thread_id, message, carried))
    made.changes += changes
    return len(changes) + len(carried)


def _message(
    batch: Batch, found: _Found, language: str, options: MessageOptions
) -> tuple[Message, tuple[Delivery, ...]]:
    """As `_render`; what cannot be put into words is sent bare, so that it is not lost and stops no other."""
    try:
        return _render(batch, found, language, options)
    except Exception:
        first = batch.deliveries[0]
        log.exception(
            "message_not_made", chat_id=first.chat_id, article_ids=[one.article_id for one in batch.deliveries]
        )
        return bare_message(found.articles[first.article_id]), (first,)


def _render(
    batch: Batch, found: _Found, language: str, options: MessageOptions
) -> tuple[Message, tuple[Delivery, ...]]:
    """The batch's message, and the deliveries for which there is room in it."""
    if batch.grouped and len(batch.deliveries) > 1:
        chosen = [(found.articles[one.article_id], one.category) for one in batch.deliveries]
        titles = {
            one.article_id: found.translations[one.article_id, language].title
            for one in batch.deliveries
            if (one.article_id, language) in found.translations
        }
        part = digest_messages(chosen, language=language, also_at=found.also_at, titles=titles)[0]
        inside = frozenset(part.article_ids)
        return part.message, tuple(one for one in batch.deliveries if one.article_id in inside)
    only = batch.deliveries[0]
    article = found.articles[only.article_id]
    message = article_message(
        article,
        followed=only.category,
        language=language,
        timezone=options.timezone,
        article_page_url=options.article_page_url(article.id),
        summary_chars=options.summary_chars,
        body_text=_text_of(article.body_html),
        also_at=found.also_at.get(article.id, ()),
        translated=found.translations.get((article.id, language)),
    )
    return message, (only,)


@lru_cache(maxsize=64)
def _text_of(body_html: str) -> str:
    """The text of a body; one for all the chats that get the article, as a long one takes tens of milliseconds."""
    return to_text(body_html)


def _end(one: Delivery, state: State, reason: str) -> Transition:
    return Transition(state=state, reason=reason, attempts=one.attempts)
