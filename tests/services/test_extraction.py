"""Article pages parsed in a real process of their own."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence

import psutil
import pytest

from feedbot.domain.article import Draft
from feedbot.errors import NotParseable, ReadingFailed, SiteRefused
from feedbot.services.extraction import Extractor
from feedbot.sources import article
from feedbot.sources.spec import ArticlePages, Page, ParseOptions

URL = "https://town.example/1"
DRAFT = Draft(url=URL, title="The ferry")
OPTIONS = ParseOptions()
TEXT = "The ferry crosses the river every half hour, and on market days every ten minutes. " * 6
PAGE = Page(f"<html><body><h1>The ferry</h1><article><p>{TEXT}</p></article></body></html>".encode(), URL, "text/html")


def hangs(_pages: Sequence[Page], _draft: Draft, _options: ParseOptions) -> ArticlePages:
    while True:
        time.sleep(1)


def crashes(_pages: Sequence[Page], _draft: Draft, _options: ParseOptions) -> ArticlePages:
    os._exit(11)


def stumbles(_pages: Sequence[Page], _draft: Draft, _options: ParseOptions) -> ArticlePages:
    raise ZeroDivisionError("by nothing")


def refuses(pages: Sequence[Page], _draft: Draft, _options: ParseOptions) -> ArticlePages:
    raise SiteRefused("Members only.", url=pages[0].url)


def takes_all_memory(_pages: Sequence[Page], draft: Draft, _options: ParseOptions) -> ArticlePages:
    held = bytearray(3_000_000_000)
    return ArticlePages(draft, next_url=str(len(held)))


def shows_its_environment(_pages: Sequence[Page], draft: Draft, _options: ParseOptions) -> ArticlePages:
    return ArticlePages(draft, next_url=",".join(sorted(os.environ)))


@pytest.fixture
async def extractor() -> AsyncIterator[Extractor]:
    made = Extractor(seconds=30)
    yield made
    await made.close()


async def test_a_page_is_read_in_another_process_as_it_would_be_here(extractor: Extractor) -> None:
    assert not extractor.pids
    read = await extractor.parse(article.read, [PAGE], DRAFT, OPTIONS)
    assert read == article.read([PAGE], DRAFT, OPTIONS)
    assert read.draft.body_html == f"<p>{TEXT.strip()}</p>"
    (pid,) = extractor.pids
    assert pid != os.getpid()
    await extractor.parse(article.read, [PAGE], DRAFT, OPTIONS)
    assert extractor.pids == (pid,)
    await extractor.close()
    assert not psutil.pid_exists(pid)


async def test_what_a_parser_raises_arrives(extractor: Extractor) -> None:
    with pytest.raises(SiteRefused, match="Members only") as refused:
        await extractor.parse(refuses, [PAGE], DRAFT, OPTIONS)
    assert refused.value.url == URL
    with pytest.raises(ReadingFailed, match=r"failed on this page \(ZeroDivisionError\)"):
        await extractor.parse(stumbles, [PAGE], DRAFT, OPTIONS)
    assert len(extractor.pids) == 1


async def test_a_page_that_crashes_the_process_costs_that_page_only(extractor: Extractor) -> None:
    with pytest.raises(ReadingFailed, match=r"brought down the process that reads pages \(exit code 11\)"):
        await extractor.parse(crashes, [PAGE], DRAFT, OPTIONS)
    assert extractor.pids == ()
    assert (await extractor.parse(article.read, [PAGE], DRAFT, OPTIONS)).draft.body_html


async def test_a_page_cannot_take_all_memory(extractor: Extractor) -> None:
    with pytest.raises(ReadingFailed, match="MemoryError"):
        await extractor.parse(takes_all_memory, [PAGE], DRAFT, OPTIONS)


async def test_the_process_knows_no_secrets(extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDBOT_TELEGRAM__TOKEN", "1:secret")
    seen = (await extractor.parse(shows_its_environment, [PAGE], DRAFT, OPTIONS)).next_url or ""
    assert "FEEDBOT" not in seen
    assert "PATH" in seen


async def test_a_page_that_takes_too_long_is_given_up_and_its_process_killed() -> None:
    impatient = Extractor(seconds=1)
    with pytest.raises(NotParseable, match=r"Finding the article on this page takes longer than 1 s\."):
        await impatient.parse(hangs, [PAGE], DRAFT, OPTIONS)
    assert impatient.pids == ()
    await impatient.close()


async def test_a_reader_who_leaves_takes_the_process_along() -> None:
    extractor = Extractor(seconds=30)
    before = {child.pid for child in psutil.Process().children()}
    task = asyncio.create_task(extractor.parse(hangs, [PAGE], DRAFT, OPTIONS))
    async with asyncio.timeout(30):
        while not {child.pid for child in psutil.Process().children()} - before:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert {child.pid for child in psutil.Process().children()} <= before
    await extractor.close()


async def test_a_process_without_pages_ends_by_itself() -> None:
    extractor = Extractor(seconds=30, idle_seconds=0.01)
    await extractor.parse(article.read, [PAGE], DRAFT, OPTIONS)
    async with asyncio.timeout(30):
        while extractor.pids:  # noqa: ASYNC110 - a process tells nobody that it ends
            await asyncio.sleep(0.01)
    await extractor.close()
