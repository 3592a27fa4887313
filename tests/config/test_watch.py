from __future__ import annotations

import asyncio
import os
import resource
import shutil
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from configurations import Directory
from feedbot import config
from feedbot.config.watch import LOOK_SECONDS, watch
from feedbot.errors import ConfigurationError

# What "within seconds" may mean here; a change is seen after about half a second, a swapped directory after one.
PATIENCE = 8.0


class Seen:
    """What the watch told, in order: a port for a configuration, the faults for a refused one."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[int | list[str]] = asyncio.Queue()

    async def changed(self, configuration: config.Configuration) -> None:
        self.told.put_nowait(configuration.settings.web.port)

    async def refused(self, error: ConfigurationError) -> None:
        self.told.put_nowait([str(fault) for fault in error.faults])

    async def next(self) -> int | list[str]:
        return await asyncio.wait_for(self.told.get(), PATIENCE)


@pytest.fixture
async def seen(directory: Directory) -> AsyncIterator[Seen]:
    """A watch that began with port 1 and is under way."""
    directory.write("feedbot.yaml", "web: {port: 1}\n")
    told = Seen()
    watching = asyncio.create_task(
        watch(directory.path, os.environ, told.changed, told.refused, since=directory.load())
    )
    yield told
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert told.told.empty()


async def test_a_saved_file_is_told_and_an_unchanged_one_is_not(directory: Directory, seen: Seen) -> None:
    directory.write("feedbot.yaml", "web: {port: 2}\n")

    assert await seen.next() == 2

    directory.write("feedbot.yaml", "web: {port: 2}  # a comment\n")
    directory.write("notes.txt", "not read")
    directory.write("feedbot.yaml", "web: {port: 3}\n")

    assert await seen.next() == 3


async def test_an_editor_that_replaces_the_file_is_seen(directory: Directory, seen: Seen) -> None:
    directory.write(".feedbot.yaml.swp", "web: {port: 2}\n").rename(directory.path / "feedbot.yaml")

    assert await seen.next() == 2

    (directory.path / "feedbot.yaml").rename(directory.path / "feedbot.yaml~")
    assert await seen.next() == 8080
    directory.write("feedbot.yaml", "web: {port: 3}\n")
    assert await seen.next() == 3


async def test_a_broken_file_is_refused_once_and_a_mended_one_is_told_even_if_nothing_else_changed(
    directory: Directory, seen: Seen
) -> None:
    directory.write("feedbot.yaml", "web: {port: one}\n")

    assert await seen.next() == [
        "config/feedbot.yaml:1: web.port: must be a whole number, not 'one'. Write a number such as 8."
    ]

    directory.write("feedbot.yaml", "web: {port: 1}\n")
    assert await seen.next() == 1


async def test_new_changed_and_removed_source_files_are_told(directory: Directory, seen: Seen) -> None:
    path = directory.write("sources/a.yaml", "sources:\n  - {id: a, title: A, url: http://a.example/}\n")
    assert await seen.next() == 1

    path.write_text("sources:\n  - {id: a, title: B, url: http://a.example/}\n", "utf-8")
    assert await seen.next() == 1

    path.unlink()
    assert await seen.next() == 1


async def test_a_directory_that_is_replaced_is_watched_on(directory: Directory, seen: Seen) -> None:
    shutil.rmtree(directory.path)
    faults = await seen.next()
    assert faults == ["config: does not exist. Create it, or name another one with --config DIR or FEEDBOT_CONFIG."]

    directory.write("feedbot.yaml", "web: {port: 2}\n")
    assert await seen.next() == 2

    directory.write("feedbot.yaml", "web: {port: 3}\n")
    assert await seen.next() == 3


async def test_files_behind_a_swapped_symbolic_link_are_seen_as_kubernetes_mounts_them(directory: Directory) -> None:
    for version in (1, 2):
        directory.write(f"..{version}/feedbot.yaml", f"web: {{port: {version}}}\n")
    (directory.path / "..data").symlink_to("..1")
    (directory.path / "feedbot.yaml").symlink_to("..data/feedbot.yaml")
    told = Seen()
    watching = asyncio.create_task(
        watch(directory.path, os.environ, told.changed, told.refused, since=directory.load())
    )

    (directory.path / "..new").symlink_to("..2")
    (directory.path / "..new").rename(directory.path / "..data")

    assert await told.next() == 2
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_changed_secret_file_is_told(directory: Directory) -> None:
    secret = directory.write("../token.txt", "1:abc")
    environ = {"FEEDBOT_TELEGRAM__TOKEN_FILE": str(secret)}
    told: asyncio.Queue[str] = asyncio.Queue()

    async def changed(configuration: config.Configuration) -> None:
        token = configuration.settings.telegram.token
        told.put_nowait(token.get_secret_value() if token else "")

    watching = asyncio.create_task(
        watch(directory.path, environ, changed, Seen().refused, since=directory.load(environ))
    )
    directory.write("../token.txt", "2:abcd")

    assert await asyncio.wait_for(told.get(), PATIENCE) == "2:abcd"
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_callback_that_fails_is_logged_and_the_next_change_is_told(directory: Directory) -> None:
    told: asyncio.Queue[int] = asyncio.Queue()

    async def changed(configuration: config.Configuration) -> None:
        told.put_nowait(configuration.settings.web.port)
        if configuration.settings.web.port == 1:
            raise OSError("no disk left")

    directory.write("feedbot.yaml", "web: {port: 1}\n")
    with capture_logs() as logged:
        watching = asyncio.create_task(watch(directory.path, os.environ, changed, Seen().refused))
        assert await asyncio.wait_for(told.get(), PATIENCE) == 1
        directory.write("feedbot.yaml", "web: {port: 2}\n")

        assert await asyncio.wait_for(told.get(), PATIENCE) == 2

    assert [(entry["event"], entry["log_level"]) for entry in logged] == [("configuration_not_applied", "error")]
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_process_without_a_file_left_to_open_goes_on_watching(directory: Directory, seen: Seen) -> None:
    directory.write("sources/town.yaml", "sources: []\n")
    most, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        await asyncio.sleep(1.5 * LOOK_SECONDS)  # it looks about every second, and what it then meets may not end it
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    directory.write("feedbot.yaml", "web: {port: 2}\n")

    assert await seen.next() == 2


async def test_without_a_configuration_to_start_from_the_first_one_is_told(directory: Directory) -> None:
    told = Seen()
    watching = asyncio.create_task(watch(directory.path, os.environ, told.changed, told.refused))

    assert await told.next() == 8080
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
