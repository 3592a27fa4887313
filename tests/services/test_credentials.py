"""Secrets of sources: sealed in the database, had when a source is asked, and shown to nobody."""

from __future__ import annotations

import base64
import os
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.errors import Refused
from feedbot.services import credentials, curating, sourcing
from feedbot.services.credentials import MASK
from feedbot.storage import sources
from feedbot.storage.database import Database
from feedbot.storage.tables import source
from feedbot.storage.upgrading import upgrade
from misbehaving import MisbehavingServer, answer
from services.poll_bench import NOW, Bench, bench, feed

__all__ = ["bench"]

KEY = "a-long-key-that-nobody-would-guess-in-a-year"
SECRET = SourceOptions(
    headers={"Cookie": "old=hush-header", "Accept-Language": "zh"},
    cookies={"sid": "hush-cookie", "other": "env:TOWN_COOKIE"},
    auth={"username": "ann", "password": "hush-password"},
    proxy="http://me:hush-proxy@proxy.example:3128",
)
TOWN = DeclaredSource(id="town", title="Town", url="https://town.example/", options=SECRET)


async def stored_options(database: Database, source_id: str = "town") -> SourceOptions:
    async with database.read() as connection:
        found = await sources.get(connection, source_id)
    assert found is not None
    return found.options


def test_a_sealed_secret_is_opened_by_the_same_key_alone(tmp_path: Path) -> None:
    first, again = Database("sqlite:///a.db", secret_key=KEY).vault, Database("sqlite:///b.db", secret_key=KEY).vault
    sealed = first.seal("hush")
    assert sealed.startswith("sealed:")
    assert "hush" not in sealed
    assert again.open(sealed) == "hush"
    other = Database(f"sqlite:///{tmp_path}/c.db", secret_key=f"{KEY}!").vault
    with pytest.raises(Refused, match=r"another key than the one in database\.secret_key"):
        other.open(sealed)


def test_the_key_file_is_made_when_it_is_needed_and_for_its_owner_alone(tmp_path: Path) -> None:
    vault = Database(f"sqlite:///{tmp_path}/feedbot.db").vault
    file = tmp_path / "feedbot.db.key"
    assert not file.exists()
    sealed = vault.seal("hush")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["feedbot.db.key"]
    assert Database(f"sqlite:///{tmp_path}/feedbot.db").vault.open(sealed) == "hush"
    file.unlink()
    with pytest.raises(Refused, match=r"its key is gone: .*feedbot\.db\.key is not there"):
        Database(f"sqlite:///{tmp_path}/feedbot.db").vault.open(sealed)


def test_a_server_without_a_key_keeps_no_secret() -> None:
    vault = Database("postgresql://nobody@localhost/nothing").vault
    with pytest.raises(Refused, match="FEEDBOT_DATABASE__SECRET_KEY"):
        vault.seal("hush")


async def test_no_secret_stands_in_the_database_as_it_is(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await upgrade(database)
    await sourcing.reconcile(database, [TOWN], NOW)
    await curating.add(database, replace(TOWN, id="two", url="https://two.example/"), NOW)
    await database.close()
    for file in Path(str(database.url.database)).parent.iterdir():
        assert b"hush" not in file.read_bytes(), file
        assert base64.b64encode(b"hush-password") not in file.read_bytes()


async def test_the_same_declaration_changes_nothing_though_it_is_sealed_anew(database: Database) -> None:
    database = Database(database.url.render_as_string(hide_password=False), secret_key=KEY)
    try:
        assert (await sourcing.reconcile(database, [TOWN], NOW)).added == ("town",)
        assert await sourcing.reconcile(database, [TOWN], NOW + timedelta(days=1)) == sources.Reconciled()
        again = replace(TOWN, options=replace(SECRET, cookies={"sid": "hush-new"}))
        assert (await sourcing.reconcile(database, [again], NOW)).changed == ("town",)
        assert credentials.opened(await stored_options(database), database.vault) == again.options
    finally:
        await database.close()


async def test_after_the_key_is_lost_a_declared_secret_is_sealed_anew(sqlite: Database) -> None:
    await sourcing.reconcile(sqlite, [TOWN], NOW)
    renewed = Database(sqlite.url.render_as_string(), secret_key=KEY)
    try:
        assert (await sourcing.reconcile(renewed, [TOWN], NOW)).changed == ("town",)
        environ = {"TOWN_COOKIE": "found"}
        opened = credentials.opened(await stored_options(renewed), renewed.vault, environ=environ)
        assert opened.cookies == {"sid": "hush-cookie", "other": "found"}
    finally:
        await renewed.close()


def test_masked_options_keep_references_and_what_is_no_secret() -> None:
    masked = credentials.masked(SECRET)
    assert masked.headers == {"Cookie": MASK, "Accept-Language": "zh"}
    assert masked.cookies == {"sid": MASK, "other": "env:TOWN_COOKIE"}
    assert masked.auth == {"username": "ann", "password": MASK}
    assert masked.proxy == MASK


def test_an_address_with_a_token_is_shown_without_it() -> None:
    shown = credentials.shown_options(SourceOptions(page_url="https://a.example/?access_token=hush&page={page}"))
    assert shown["page_url"] == "https://a.example/?access_token=***&page={page}"


def test_a_proxy_without_a_password_is_no_secret() -> None:
    assert credentials.shown_options(SourceOptions(proxy="http://10.0.0.1:3128"))["proxy"] == "http://10.0.0.1:3128"


def test_a_file_with_a_secret_is_read_each_time(tmp_path: Path) -> None:
    file = tmp_path / "cookie"
    options = SourceOptions(cookies={"sid": f"file:{file}"})
    file.write_text("first\n")
    assert credentials.opened(options).cookies == {"sid": "first"}
    file.write_text("second\n")
    assert credentials.opened(options).cookies == {"sid": "second"}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"x" * 70_000, b"two\nlines", b"a\x00b"])
def test_a_file_that_holds_no_secret_is_told_without_what_it_holds(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "cookie"
    file.write_bytes(content)
    with pytest.raises(Refused, match=r"^cookies\.sid ") as caught:
        credentials.opened(SourceOptions(cookies={"sid": f"file:{file}"}))
    assert "lines" not in str(caught.value).replace("line breaks", "")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused, match="cannot be read: It is no file"):
        credentials.opened(SourceOptions(cookies={"sid": f"file:{tmp_path}/pipe"}))


async def test_a_poll_sends_every_secret_and_stores_none(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWN_COOKIE", "from-outside")
    await bench.declare(
        headers={"X-Key": "hush-key"}, cookies={"a": "hush-a", "b": "env:TOWN_COOKIE"}, auth=SECRET.auth
    )
    bench.serve(feed(1))
    assert (await bench.poll()).outcome == "ok"
    sent = bench.server.requests[0].headers
    assert (sent["x-key"], sent["cookie"]) == ("hush-key", "a=hush-a; b=from-outside")
    assert sent["authorization"] == "Basic " + base64.b64encode(b"ann:hush-password").decode()
    async with bench.database.read() as connection:
        row = (await connection.execute(select(source))).mappings().one()
    assert "hush" not in str(dict(row))
    assert "from-outside" not in str(dict(row))


async def test_a_poll_without_its_secret_fails_and_names_what_is_missing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOWN_COOKIE", raising=False)
    await bench.declare(cookies={"sid": "env:TOWN_COOKIE"})
    bench.serve(feed(1))
    record = await bench.poll()
    assert (record.outcome, record.error_kind) == ("failed", "secret_missing")
    assert record.error_text == (
        "cookies.sid names the environment variable TOWN_COOKIE, which is not set. Set it where feedbot runs, or "
        "change the source: without it the site is not asked."
    )
    assert bench.server.requests == []
    monkeypatch.setenv("TOWN_COOKIE", "x")
    assert (await bench.poll(timedelta(days=1))).outcome == "ok"


async def test_secrets_stay_on_the_sources_own_site(bench: Bench) -> None:
    """A redirect to another host leaves everything behind that could be one."""
    await bench.declare(headers={"X-Key": "hush-key"}, cookies={"a": "hush-a"}, auth=SECRET.auth)
    async with MisbehavingServer({"/elsewhere": answer(200, feed(1))}) as other:
        bench.server.routes["/feed"] = answer(302, b"", f"Location: {other.url('/elsewhere')}")
        assert (await bench.poll()).outcome == "ok"
    assert ["hush" in str(asked.headers) for asked in bench.server.requests] == [True]
    assert [name for asked in other.requests for name in asked.headers if name in {"x-key", "cookie"}] == []
    assert ["authorization" in asked.headers for asked in other.requests] == [False]
