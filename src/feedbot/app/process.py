"""One process of feedbot: its start, its life and its end.

database → sources → fetching and polling → web → clock → Telegram
stopping: nothing new begins, what is under way ends or is left for the next start, then the doors close.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from prometheus_client import CollectorRegistry

from feedbot import log as logs
from feedbot.app import composing
from feedbot.config import Configuration
from feedbot.config.watch import watch
from feedbot.engine.clock import Clock, Tick
from feedbot.engine.workers import Workers
from feedbot.errors import ConfigurationError
from feedbot.fetching.client import Fetcher
from feedbot.render.links import SitePresentation
from feedbot.services import housekeeping, sourcing, subscribing
from feedbot.services.extraction import Extractor
from feedbot.services.polling import Poller, utc_now
from feedbot.services.publishing import Publisher
from feedbot.services.websub import Subscriber
from feedbot.settings import Settings
from feedbot.storage import polls, sources
from feedbot.storage.database import Database
from feedbot.storage.upgrading import upgrade
from feedbot.web.app import Check, create_app
from feedbot.web.process_metrics import ProcessMetrics
from feedbot.web.server import WebServer
from feedbot.web.websub import websub_app

if TYPE_CHECKING:
    from feedbot.app.talking import TelegramSide
    from feedbot.sandbox.house import SandboxHouse

SAMPLE_EVERY = 8.0
WORKERS_PATIENCE = 1.0
# Together less than the three seconds that a person is willing to wait.
SECONDS_TO_STOP = 2.4
SECONDS_TO_CLOSE = 0.2
# Every change of an article in this process is told at once; only another process could change one unheard.
FRESH_SECONDS = 15.0
KILLED = 130

log = structlog.get_logger()


def run(configuration: Configuration, directory: Path) -> None:
    """Runs feedbot until SIGINT or SIGTERM; the process ends, with code 0, when everything has stopped in order.

    Raises:
        FeedbotError: it cannot start; the text says why and what to do.
    """
    import uvloop  # noqa: PLC0415 - tests run on the standard loop

    uvloop.run(_until_signal(configuration, directory))


async def _until_signal(configuration: Configuration, directory: Path) -> None:
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        if asked.is_set():
            os._exit(KILLED)  # asked twice: at once; the data takes a kill at any moment
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    async with running(configuration, directory) as feedbot:
        sys.stderr.write(feedbot.announcement())
        await asked.wait()
        log.info("stopping")
    log.info("stopped")
    sys.stdout.flush()
    sys.stderr.flush()
    # All is closed and stored. What may still run is a thread that imports or parses, and nobody waits for that.
    os._exit(0)


@contextlib.asynccontextmanager
async def running(configuration: Configuration, directory: Path) -> AsyncIterator[Feedbot]:
    """A feedbot that works inside the block, and has stopped in order after it."""
    feedbot = Feedbot(configuration, directory)
    async with contextlib.AsyncExitStack() as doors:
        await feedbot.start(doors)
        yield feedbot


class Feedbot:
    """All that runs in one process."""

    database: Database
    workers: Workers
    telegram: TelegramSide | None = None

    def __init__(self, configuration: Configuration, directory: Path) -> None:
        self.configuration = self._started = configuration
        self._directory = directory
        self._registry = CollectorRegistry()
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()
        self._house: SandboxHouse | None = None

    async def start(self, doors: contextlib.AsyncExitStack) -> None:
        """Starts everything, each part before those that need it; `doors` closes it all in the opposite order."""
        settings = self.configuration.settings
        self.database = await _open(settings, doors)
        if settings.telegram.mode == "sandbox":
            self._house = await self._build_sandbox()
        await self._declare_sources()
        limits = composing.fetch_limits(settings, composing.own_network(settings.web.host))
        self._fetcher = await doors.enter_async_context(Fetcher(limits))
        self._poller = await self._make_poller(settings, doors)
        await self._poller.level()
        self.workers = Workers(self._poller, settings.engine.workers)
        callback = composing.websub_callback(settings)
        self._subscriber = Subscriber(self.database, self._fetcher, self._poller, callback=callback)
        self._clock = Clock(
            (
                Tick("polls", 1, self.workers.tick),
                Tick("heartbeat", 15, self._heartbeat),
                Tick("housekeeping", 3600, self._tidy),
                Tick("websub", 30, self._subscriber.tick),
                Tick("notices", 30, self._inform),
            )
        )
        await self._serve(doors)
        doors.push_async_callback(self._end_work)
        self._clock.start()
        await self._talk()
        self._spawn("configuration", self._watch_configuration())

    async def _make_poller(self, settings: Settings, doors: contextlib.AsyncExitStack) -> Poller:
        """What polls, with the process that parses article pages and the language model, if one is wanted."""
        model = composing.language_model(settings)
        if model:
            await doors.enter_async_context(model)
        extractor = Extractor()
        doors.push_async_callback(extractor.close)
        return Poller(
            self.database,
            self._fetcher,
            composing.rhythm(settings),
            owner=f"{os.getpid()}-{secrets.token_hex(4)}",
            batch_seconds=settings.delivery.batch_seconds,
            tells_once=settings.delivery.tell_once,
            on_change=self._articles_changed,
            extractor=extractor,
            abstracts=composing.abstracts(settings, self.database, model),
        )

    def announcement(self) -> str:
        """What a person who started feedbot wants to know: where to look."""
        base = self.configuration.settings.base_url
        lines = [f"feedbot is running: {base}", f"  feeds     {base}/feeds/all.rss and {base}/feeds/all.atom"]
        if self._house:
            lines.append(f"  chat      {base}/sandbox (no Telegram token is set: this page stands in for Telegram)")
            lines.append(
                f"  portal    {base}/sandbox/portal/portal.php (a sample, with a new article every few seconds)"
            )
        return "\n".join([*lines, "  Ctrl-C stops it.", ""])

    async def _end_work(self) -> None:
        """Nothing new begins; sends and polls under way get their second to end, all at the same time."""
        ends: list[Coroutine[Any, Any, None]] = [self._clock.stop(), self.workers.stop(WORKERS_PATIENCE)]
        if self.telegram:
            ends.append(self.telegram.stop())
        await _within(SECONDS_TO_STOP, *ends)
        for task in self._tasks:
            task.cancel()
        await _within(SECONDS_TO_CLOSE, self._last_heartbeat(), *self._tasks)
        if self._house:
            await _within(SECONDS_TO_CLOSE, self._house.telegram.stop())

    async def _declare_sources(self) -> None:
        declared = self.configuration.declared_sources()
        if self._house:
            declared = (*self._house.sources(_own_address(self.configuration.settings)), *declared)
        await sourcing.reconcile(self.database, declared, utc_now())

    async def _serve(self, doors: contextlib.AsyncExitStack) -> None:
        settings = self.configuration.settings
        self._publisher = Publisher(self.database, composing.publication(settings), fresh_for=FRESH_SECONDS)
        ProcessMetrics(self._registry, self._numbers)
        app = create_app(
            db=self.database,
            publisher=self._publisher,
            site=self._presentation,
            readiness=self._checks,
            registry=self._registry,
            mounts={
                "/websub": websub_app(self._subscriber),
                **({"/sandbox": self._house.app()} if self._house else {}),
            },
        )
        server = WebServer(app, settings.web.host, settings.web.port)
        doors.push_async_callback(server.stop)
        await server.start()

    async def _talk(self) -> None:
        settings = self.configuration.settings
        if settings.telegram.mode == "off":
            return
        token, api_url = settings.telegram.token, settings.telegram.api_url
        from feedbot.app.talking import TelegramSide  # noqa: PLC0415 - only where somebody talks

        if self._house:
            await self._house.telegram.start()
            api_url = _own_address(settings)
        secret = self._house.token if self._house else token.get_secret_value() if token else ""
        self.telegram = TelegramSide(self.database, secret, api_url, settings)
        self._spawn("telegram", self.telegram.run())
        if self._house:
            self._spawn("visitor", self._visit(self._house))

    async def _build_sandbox(self) -> SandboxHouse:
        from feedbot.sandbox.house import SandboxHouse  # noqa: PLC0415 - only where it is used

        async with self.database.write() as connection:
            begun = await polls.get_fact(connection, "sandbox")
            heartbeat = await polls.get_fact(connection, "heartbeat")
            epoch, pauses = (begun[0]["epoch"], begun[0]["pauses"]) if begun else (time.time(), [])
            if begun and heartbeat:
                # The portal rests while feedbot does: what nobody could poll would scroll off its lists unseen.
                stopped = max(heartbeat[1].timestamp(), begun[1].timestamp())
                pauses = [*pauses, (stopped, time.time())]
            await polls.set_fact(connection, "sandbox", {"epoch": epoch, "pauses": pauses}, utc_now())
        return SandboxHouse(self.database.folder or Path("var"), epoch=epoch, every=SAMPLE_EVERY, pauses=pauses)

    async def _visit(self, house: SandboxHouse) -> None:
        """Lets a person whom the bot has not met say /start and follow a category: there is something to see."""
        chat_id = house.visitor(self.configuration.settings.site.language)
        if await subscribing.known_chat(self.database, chat_id):
            return
        house.says(chat_id, "/start")
        while not (first := await sourcing.first_category(self.database)):
            await self._changed.wait()
            self._changed.clear()
        house.says(chat_id, f"/start c{first}")

    def _presentation(self) -> SitePresentation:
        """How the site presents itself now: the bot's name comes once Telegram has told it."""
        username = self.telegram.username if self.telegram else None
        return composing.presentation(self.configuration.settings, username)

    def _articles_changed(self) -> None:
        self._changed.set()
        self._publisher.changed()
        if self.telegram:
            self.telegram.wake()

    async def _heartbeat(self) -> None:
        async with self.database.write() as connection:
            await polls.set_fact(
                connection, "heartbeat", {"pid": os.getpid(), "queued": self.workers.queued}, utc_now()
            )

    async def _last_heartbeat(self) -> None:
        """Says when this process ended, and that it did."""
        async with self.database.write() as connection:
            await polls.set_fact(connection, "heartbeat", {}, utc_now())

    async def _inform(self) -> None:
        if self.telegram:
            await self.telegram.inform()

    async def _tidy(self) -> None:
        await housekeeping.tidy(self.database, composing.retention(self.configuration.settings), utc_now())
        self._publisher.changed()

    async def _checks(self) -> tuple[Check, ...]:
        alive = self._clock.is_alive
        alarm = self.telegram.alarm if self.telegram else None
        return (
            Check("clock", ok=alive, text="Ticking." if alive else "No tick ended lately: see the log."),
            Check("telegram", ok=alarm is None, text=alarm or "Nothing is known to be wrong."),
            # It can serve its readers all the same, so this alone makes no balancer turn away.
            Check("network", ok=True, text=self._poller.network.describe()),
        )

    def _numbers(self) -> dict[str, dict[str, float]]:
        """What the metrics show of this process, by metric and label."""
        return {
            "polls": dict(self._poller.counts),
            "pushes": dict(self._subscriber.counts),
            "deliveries": dict(self.telegram.counts) if self.telegram else {},
            "queued": {"": self.workers.queued},
        }

    async def _watch_configuration(self) -> None:
        try:
            await self._note_configuration({"state": "ok", "faults": [], "restart": []})
        except Exception:
            log.exception("configuration_not_noted")  # files are watched all the same
        await watch(self._directory, os.environ, self._reload, self._refuse, since=self.configuration)

    async def _reload(self, configuration: Configuration) -> None:
        """Takes a changed configuration into effect, as far as that goes without a restart."""
        started = self._started.settings
        settings = composing.until_restart(started, configuration.settings)
        self.configuration = replace(configuration, settings=settings)
        # The secrets of the start are still in use.
        secrets = (*self._started.secrets(), *configuration.secrets())
        logs.configure(level=settings.log.level, form=settings.log.format, secrets=secrets)
        await self._declare_sources()
        await self._poller.level()
        self._publisher.forget()
        self._fetcher.reconfigure(composing.fetch_limits(settings, composing.own_network(settings.web.host)))
        delivery = settings.delivery
        self._poller.reconfigure(composing.rhythm(settings), delivery.batch_seconds, tells_once=delivery.tell_once)
        if self.telegram:
            self.telegram.reconfigure(settings)
        restart = composing.needs_restart(started, configuration.settings)
        log.info("configuration_reloaded", sources=len(configuration.sources), needs_restart=list(restart))
        await self._note_configuration({"state": "ok", "faults": [], "restart": list(restart)})

    async def _refuse(self, error: ConfigurationError) -> None:
        """A broken configuration changes nothing: the last good one goes on, and everybody is told."""
        faults = [str(fault) for fault in error.faults]
        for fault in faults:
            log.error("configuration_refused", fault=fault, remedy="the last good configuration goes on running")
        await self._note_configuration({"state": "refused", "faults": faults, "restart": []})

    async def _note_configuration(self, state: dict[str, Any]) -> None:
        async with self.database.write() as connection:
            await polls.set_fact(connection, "configuration", state, utc_now())

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except Exception:
                log.exception("background_work_ended", work=name)

        self._tasks.append(asyncio.create_task(guarded(), name=name))


async def _within(seconds: float, *ends: Coroutine[Any, Any, None] | asyncio.Task[None]) -> None:
    """Waits so long for what ends the work; what fails or takes longer is told, and is left as kill -9 would leave it.

    A full disk or a locked database must not keep anybody from stopping.
    """
    done, late = await asyncio.wait([asyncio.ensure_future(end) for end in ends], timeout=seconds)
    for task in done:
        if not task.cancelled() and (error := task.exception()):
            log.warning("stopped_without_storing", reason=f"{type(error).__name__}: {error}".partition("\n")[0])
    if late:
        log.warning("stopped_without_waiting", waited_seconds=seconds)


async def _open(settings: Settings, doors: contextlib.AsyncExitStack) -> Database:
    """The database, migrated, and this process its only runner where it is a file."""
    database = composing.database(settings)
    doors.push_async_callback(database.close)
    if database.is_sqlite:
        doors.enter_context(database.only_runner())
    before = await upgrade(database)
    if not before.is_current:
        log.info("database_upgraded", before=before.current or "empty", now=before.head)
    if database.is_sqlite:
        # Leases of a run that was killed would keep their sources waiting.
        async with database.write() as connection:
            await sources.release(connection)
    return database


def _own_address(settings: Settings) -> str:
    """Where this process finds its own sandbox, whatever `site.base_url` readers see from outside."""
    host = composing.own_network(settings.web.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.web.port}/sandbox"
