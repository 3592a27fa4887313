"""Stores what became of a message, for its deliveries and for their chat."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from feedbot.domain.deliveries import Transition, after_error, on_return
from feedbot.errors import SendError
from feedbot.services.parcels import Changes, Parcel
from feedbot.storage import chats, outbox
from feedbot.storage.database import Database


@dataclass(slots=True, eq=False)
class Arrival:
    """A message that arrived under this id, and whether that is stored."""

    parcel: Parcel
    message_id: int
    at: datetime
    is_stored: bool = False


class Arrivals:
    """Stores arrivals, those that come while one is being stored together: a commit costs more than its rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = asyncio.Lock()
        self._waiting: list[Arrival] = []

    async def store(self, arrival: Arrival) -> None:
        """Returns once the arrival is committed; may be asked again after an error of the database."""
        if arrival not in self._waiting:
            self._waiting.append(arrival)
        async with self._lock:
            if not arrival.is_stored:
                await self._commit(tuple(self._waiting))

    async def _commit(self, together: tuple[Arrival, ...]) -> None:
        async with self._database.write() as connection:
            for one in together:
                ids = [delivery.id for delivery in one.parcel.deliveries]
                await outbox.mark_sent(connection, ids, message_id=one.message_id, now=one.at)
        for one in together:
            one.is_stored = True
            self._waiting.remove(one)


async def store_failure(
    database: Database, parcel: Parcel, error: SendError, now: datetime, *, others_pass: bool
) -> Changes:
    """Stores what the error does to each delivery and to the chat, in one transaction; what that was.

    A chat that cannot be written to is suspended and its open deliveries held; nothing is deleted.
    """
    changes = [(one, after_error(one, error, now, others_pass=others_pass)) for one in parcel.deliveries]
    chat_change: Transition = changes[0][1]
    chat_id, reason = parcel.chat_id, chat_change.reason
    async with database.write() as connection:
        await outbox.apply(connection, changes)
        if chat_change.parked_until:
            await chats.set_values(connection, chat_id, parked_until=chat_change.parked_until)
        if chat_change.suspends_chat:
            await chats.set_state(connection, chat_id, "suspended", reason, now)
            await outbox.hold_open(connection, chat_id, reason)
        if chat_change.suspends_topic:
            await chats.suspend_topic(connection, chat_id, parcel.thread_id, reason)
            await outbox.hold_open(connection, chat_id, reason, parcel.thread_id)
        if chat_change.new_chat_id:
            await chats.migrate(connection, chat_id, chat_change.new_chat_id)
    return changes


async def resume_chat(database: Database, chat_id: int, *, backlog_hours: float, now: datetime) -> tuple[int, int]:
    """Makes a paused or suspended chat active again; how many held deliveries are sent now and how many skipped.

    What waited longer than `backlog_hours` is skipped with that reason: nobody wants last month's news at once.
    """
    async with database.write() as connection:
        recent, old = on_return(await outbox.held(connection, chat_id), backlog_hours=backlog_hours, now=now)
        await chats.set_state(connection, chat_id, "active", None, now)
        await outbox.release(connection, recent=recent, old=old, now=now)
    return len(recent), len(old)


async def resume_topic(
    database: Database, chat_id: int, thread_id: int, *, backlog_hours: float, now: datetime
) -> tuple[int, int]:
    """Makes a suspended forum topic work again, as `resume_chat` does for a chat."""
    async with database.write() as connection:
        waiting = await outbox.held(connection, chat_id, thread_id)
        recent, old = on_return(waiting, backlog_hours=backlog_hours, now=now)
        await chats.suspend_topic(connection, chat_id, thread_id, None)
        await outbox.release(connection, recent=recent, old=old, now=now)
    return len(recent), len(old)
