"""The database as one object: `read()` and `write()` give a connection, and a transaction ends with the block."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Insert, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from feedbot.errors import DatabaseError
from feedbot.storage.secrets import Vault

# What a query takes: services pass it on and never look inside.
Connection = AsyncConnection

READERS = 4
BUSY_MILLISECONDS = 30_000


def driver_url(url: str) -> URL:
    """The SQLAlchemy URL with feedbot's driver for `sqlite:///path` or `postgresql://...`.

    Raises:
        DatabaseError: for any other kind of URL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseError("database.url is not a database URL: write sqlite:///var/feedbot.db") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise DatabaseError("database.url needs a file: sqlite:///var/feedbot.db")
        return parsed.set(drivername="sqlite+aiosqlite")
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise DatabaseError(f"database.url names {backend!r}: feedbot keeps its data in sqlite or postgresql")


class Database:
    """A SQLite file or a PostgreSQL database.

    SQLite has one writer: `write()` waits its turn in this process, and up to 30 s for another process. `vault` seals
    the secrets in it, with `secret_key` or with a key file that is made beside a SQLite file when it is first needed.
    """

    def __init__(self, url: str, *, secret_key: str | None = None) -> None:
        self.url = driver_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.vault = Vault(secret_key, Path(f"{self.url.database}.key") if self.is_sqlite else None)
        if self.is_sqlite:
            _make_folder(Path(str(self.url.database)).parent)
            self._reader = _sqlite_engine(self.url, size=READERS, begin="BEGIN")
            self._writer = _sqlite_engine(self.url, size=1, begin="BEGIN IMMEDIATE")
        else:
            self._writer = create_async_engine(self.url, pool_size=10, pool_pre_ping=True, hide_parameters=True)
            # As SQLite does by itself: what several queries of one block find belongs together.
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries, with one view of the data for the whole block."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction: committed at the end of the block, rolled back on an exception."""
        async with self._writer.begin() as connection:
            yield connection

    @property
    def shown(self) -> str:
        """The file, or the server's address without its password, for people to read."""
        return str(self.url.database) if self.is_sqlite else self.url.render_as_string(hide_password=True)

    @property
    def folder(self) -> Path | None:
        """Where the database file lies; None for a server."""
        return Path(str(self.url.database)).parent if self.is_sqlite else None

    @contextmanager
    def only_runner(self) -> Iterator[None]:
        """Holds the file for this process: two runs on one file would poll and send everything twice.

        Raises:
            DatabaseError: another process runs on this file, or its folder cannot be written to.
        """
        path = Path(f"{self.url.database}.lock")
        try:
            held = path.open("w", encoding="utf-8")
        except OSError as error:
            raise DatabaseError(
                f"The file {path} beside the database cannot be written ({error.strerror}). "
                "Let feedbot write into that folder, or set another database.url."
            ) from None
        with held as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise DatabaseError(
                    f"Another feedbot runs on {self.url.database}. Stop it, or set another database.url."
                ) from None
            yield

    def exists(self) -> bool:
        """Whether the database file is there; a server is asked only when it is used."""
        return not self.is_sqlite or Path(str(self.url.database)).exists()

    async def verify(self) -> None:
        """Returns when the database is whole.

        Raises:
            DatabaseError: pages or references of the file are damaged.
        """
        if not self.is_sqlite:
            return
        async with self.read() as connection:
            found = (await connection.execute(text("PRAGMA integrity_check"))).scalars().all()
            orphans = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
        if found != ["ok"] or orphans:
            raise DatabaseError(
                f"{self.url.database} is damaged ({len(orphans)} loose references; {'; '.join(map(str, found[:3]))}). "
                "Stop feedbot and put a backup in its place."
            )

    async def close(self) -> None:
        """Ends every connection; SQLite folds its write-ahead log into the file."""
        await asyncio.gather(self._reader.dispose(), self._writer.dispose())


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(
            f"The folder {folder} of the database cannot be made ({error.strerror}). Make it, or set database.url."
        ) from None


def insert(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT with `on_conflict_*` of the engine in use (both spell it alike)."""
    made: Insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    return made


def _sqlite_engine(url: URL, *, size: int, begin: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"timeout": BUSY_MILLISECONDS / 1000},
        hide_parameters=True,  # an error's text goes to the log, and a source's options may hold a password
    )

    def prepare(dbapi_connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself, or BEGIN IMMEDIATE would come too late.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MILLISECONDS}",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    event.listen(engine.sync_engine, "invalidate", _roll_back)
    return engine


def _roll_back(dbapi_connection: Any, _record: Any, _error: BaseException | None) -> None:
    """Ends the transaction of a connection that is thrown away, as one is whose caller was cancelled.

    Closing alone does not: SQLite keeps a closed connection, and its lock on the file, for as long as any cursor of it
    is remembered, and the traceback of a cancelled task remembers one.
    """
    with suppress(Exception):
        dbapi_connection.rollback()
