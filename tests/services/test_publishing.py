"""Feeds are rendered once per change, and only for those who ask."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import brotli
import feedparser
import pytest
import zstandard
from structlog.testing import capture_logs

from feedbot.domain.source import DeclaredSource
from feedbot.render.feeds import Format
from feedbot.services.publishing import Absence, Coding, FeedName, Publication, Publisher, RenderedFeed
from feedbot.storage import sources
from feedbot.storage.database import Database
from feedbot.storage.upgrading import upgrade
from render.atom_rules import atom_faults
from render.rss_rules import rss_faults
from services.feed_store import ANYUAN, BLOG, CATEGORY, NOW, SITE, declare, draft, open_database, store

ALL = FeedName("all")
IN_CATEGORY = FeedName("category", CATEGORY)
OF_SOURCE = FeedName("source", "anyuan")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite: what is asked of the database is tested on both engines where it lives."""
    opened = open_database(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def town(database: Database) -> Database:
    """Two sources, one with two stories in a category, the other with one story in none."""
    await declare(database, ANYUAN, BLOG)
    await store(database, "anyuan", draft(1), draft(2), categories=(CATEGORY,))
    await store(database, "blog", draft(3), at=NOW + timedelta(minutes=5))
    return database


def publisher(database: Database, *, fresh_for: float = 0, capacity: int = 256, **publication: object) -> Publisher:
    """A publisher that looks at the articles at every request."""
    made = replace(Publication(site=SITE, generator_version="1"), **publication)  # type: ignore[arg-type]
    return Publisher(database, made, capacity=capacity, fresh_for=fresh_for, clock=lambda: NOW)


async def rendered(of: Publisher, name: FeedName = ALL, form: Format = "rss") -> RenderedFeed:
    found = await of.feed(name, form)
    assert isinstance(found, RenderedFeed)
    return found


def titles(feed: RenderedFeed) -> list[str]:
    return [entry.title for entry in feedparser.parse(feed.body).entries]


async def test_each_feed_has_its_own_articles_newest_first(town: Database) -> None:
    of = publisher(town)
    assert titles(await rendered(of)) == ["Story 3", "Story 2", "Story 1"]
    assert titles(await rendered(of, IN_CATEGORY)) == ["Story 2", "Story 1"]
    assert titles(await rendered(of, FeedName("category", "城事资讯"))) == ["Story 2", "Story 1"]
    assert titles(await rendered(of, OF_SOURCE, "atom")) == ["Story 2", "Story 1"]
    assert titles(await rendered(publisher(town, articles=1))) == ["Story 3"]


@pytest.mark.parametrize("name", [ALL, IN_CATEGORY, OF_SOURCE, FeedName("source", "blog")])
async def test_every_feed_as_published_is_without_faults(town: Database, name: FeedName) -> None:
    of, later = publisher(town), NOW + timedelta(days=1)
    rss, atom = await rendered(of, name), await rendered(of, name, "atom")
    assert rss_faults(rss.body, f"https://news.example{name.path}.rss", now=later) == []
    assert atom_faults(atom.body, f"https://news.example{name.path}.atom", now=later) == []
    assert (rss.mime_type, atom.mime_type) == ("application/rss+xml", "application/atom+xml")


async def test_a_feed_says_what_it_is_and_where_its_site_is(town: Database) -> None:
    of = publisher(town)
    said = [feedparser.parse((await rendered(of, name, "atom")).body).feed for name in (ALL, IN_CATEGORY, OF_SOURCE)]
    assert [(each.title, each.subtitle, each.link, each.id) for each in said] == [
        ("Town news", "All of it", "https://news.example/", "tag:news.example,2026:feeds/all"),
        (
            "安源区政府 - Town news",
            "城事资讯 › 安源区政府",
            f"https://news.example/category/{quote(CATEGORY)}",
            f"tag:news.example,2026:feeds/category/{quote(CATEGORY)}",
        ),
        (
            "安源区政府",
            "安源区政府 - Town news",
            "https://portal.example/8",
            "tag:news.example,2026:feeds/source/anyuan",
        ),
    ]
    assert {each.icon for each in said} == {"https://news.example/favicon.svg"}


async def test_a_feeds_id_is_a_tag_of_the_host_whatever_the_port_and_letters(town: Database) -> None:
    for base, authority in (("http://127.0.0.1:8080", "127.0.0.1"), ("https://新闻.example", "xn--efvy88h.example")):
        of = publisher(town, site=replace(SITE, base_url=base))
        assert feedparser.parse((await rendered(of, ALL, "atom")).body).feed.id == f"tag:{authority},2026:feeds/all"
    of = publisher(town, site=replace(SITE, base_url="http://[::1]:8080"))
    assert b"<id>tag:localhost,2026:feeds/all</id>" in (await rendered(of, ALL, "atom")).body


async def test_a_site_whose_host_is_written_in_another_script_has_ascii_addresses(town: Database) -> None:
    of, host = publisher(town, site=replace(SITE, base_url="https://新闻.example")), "https://xn--efvy88h.example"
    feed = await rendered(of)
    assert feed.self_url == f"{host}/feeds/all.rss"
    assert rss_faults(feed.body, feed.self_url, now=NOW + timedelta(days=1)) == []
    assert f'xmlUrl="{host}/feeds/source/anyuan.rss"'.encode() in (await of.opml()).body


async def test_a_merged_feed_names_each_articles_source_and_no_secret_of_it(town: Database) -> None:
    entries = feedparser.parse((await rendered(publisher(town), ALL, "atom")).body).entries
    assert [(entry.source.title, entry.source.id) for entry in entries[:2]] == [
        ("Blog", "tag:news.example,2026:feeds/source/blog"),
        ("安源区政府", "tag:news.example,2026:feeds/source/anyuan"),
    ]
    for name in (ALL, FeedName("source", "blog")):
        assert b"s3cret" not in (await rendered(publisher(town), name, "atom")).body


async def test_a_feed_is_not_rendered_again_while_its_articles_stay(town: Database) -> None:
    of = publisher(town)
    first, second = await rendered(of), await rendered(of)
    assert (second.body, second.etag, of.renderings) == (first.body, first.etag, 1)


async def test_a_new_article_and_a_changed_one_change_bytes_etag_and_date(town: Database) -> None:
    of = publisher(town)
    first = await rendered(of)
    await store(town, "blog", draft(4), at=NOW + timedelta(hours=1))
    second = await rendered(of)
    await store(
        town, "anyuan", draft(1, title="Story 1, corrected"), categories=(CATEGORY,), at=NOW + timedelta(hours=2)
    )
    third = await rendered(of)
    assert titles(third) == ["Story 4", "Story 3", "Story 2", "Story 1, corrected"]
    assert len({first.etag, second.etag, third.etag}) == 3
    assert [each.last_modified for each in (first, second, third)] == [
        NOW + timedelta(minutes=5),
        NOW + timedelta(hours=1),
        NOW + timedelta(hours=2),
    ]


async def test_postgresql_gives_the_same_bytes_as_sqlite(town: Database, postgres_url: str) -> None:
    other = Database(postgres_url)
    await upgrade(other)
    await declare(other, ANYUAN, BLOG)
    await store(other, "anyuan", draft(1), draft(2), categories=(CATEGORY,))
    await store(other, "blog", draft(3), at=NOW + timedelta(minutes=5))
    of, reference = publisher(other), publisher(town)
    for name in (ALL, IN_CATEGORY, OF_SOURCE):
        assert (await rendered(of, name, "atom")).body == (await rendered(reference, name, "atom")).body
    assert (await of.opml()).body == (await reference.opml()).body
    await store(other, "anyuan", draft(1, title="Corrected"), categories=(CATEGORY,), at=NOW + timedelta(hours=2))
    assert titles(await rendered(of, OF_SOURCE, "atom")) == ["Story 2", "Corrected"]
    await other.close()


async def test_an_edit_shows_also_when_the_clock_was_set_back(town: Database) -> None:
    of = publisher(town)
    before = await rendered(of)
    await store(town, "anyuan", draft(1, summary="Corrected."), categories=(CATEGORY,), at=NOW - timedelta(hours=5))
    after = await rendered(of)
    assert after.etag != before.etag
    assert b"Corrected." in after.body


async def test_a_change_elsewhere_leaves_a_feed_alone(town: Database) -> None:
    of = publisher(town)
    first = await rendered(of, OF_SOURCE)
    await store(town, "blog", draft(4))
    assert (await rendered(of, OF_SOURCE)).etag == first.etag
    assert of.renderings == 1


async def test_another_process_gives_the_same_bytes(town: Database) -> None:
    assert (await rendered(publisher(town), ALL, "atom")).body == (await rendered(publisher(town), ALL, "atom")).body


async def test_requests_that_come_together_share_one_rendering(town: Database) -> None:
    of = publisher(town)
    found = await asyncio.gather(*(rendered(of) for _ in range(20)))
    assert len({each.etag for each in found}) == 1
    assert of.renderings == 1


async def test_a_reader_that_hangs_up_takes_nothing_from_the_others(town: Database) -> None:
    of = publisher(town)
    impatient, patient = asyncio.ensure_future(rendered(of)), asyncio.ensure_future(rendered(of))
    await asyncio.sleep(0)
    impatient.cancel()
    assert len(titles(await patient)) == 3
    assert impatient.cancelled()


async def test_a_look_is_good_for_a_moment_unless_something_was_stored(town: Database) -> None:
    of = publisher(town, fresh_for=3600)
    await rendered(of)
    await store(town, "blog", draft(4))
    assert len(titles(await rendered(of))) == 3
    of.changed()
    assert len(titles(await rendered(of))) == 4


async def test_a_new_title_of_a_source_shows_after_forget(town: Database) -> None:
    of = publisher(town, fresh_for=3600)
    await rendered(of)
    await declare(town, ANYUAN, replace(BLOG, title="Diary"))
    of.forget()
    assert b"Diary" in (await rendered(of)).body


async def test_only_so_many_feeds_are_kept(town: Database) -> None:
    of = publisher(town, capacity=1)
    for _ in range(2):
        await rendered(of)
        await rendered(of, OF_SOURCE)
    assert of.renderings == 4


async def test_an_unknown_source_and_category_are_unknown(town: Database) -> None:
    of = publisher(town)
    assert await of.feed(FeedName("source", "nobody"), "rss") is Absence.UNKNOWN
    assert await of.feed(FeedName("category", "nowhere"), "atom") is Absence.UNKNOWN


async def test_a_removed_source_is_gone_and_its_articles_stay_in_the_other_feeds(town: Database) -> None:
    of = publisher(town)
    await rendered(of, OF_SOURCE)
    await declare(town, BLOG)
    assert await of.feed(OF_SOURCE, "rss") is Absence.REMOVED
    assert titles(await rendered(of, IN_CATEGORY)) == ["Story 2", "Story 1"]


async def test_a_source_that_fails_keeps_its_last_good_feed(town: Database) -> None:
    of = publisher(town)
    before = await rendered(of, OF_SOURCE)
    async with town.write() as connection:
        leased = await sources.lease_one(connection, "anyuan", "me", NOW)
        assert leased
        values = {"failures": 3, "error_kind": "timeout", "error_text": "The answer took too long."}
        assert await sources.save_state(connection, leased.number, "me", values)
    after = await rendered(of, OF_SOURCE)
    assert (after.body, after.etag) == (before.body, before.etag)


async def test_while_the_database_fails_the_last_good_feed_is_served_and_the_log_says_why(
    town: Database, tmp_path: Path
) -> None:
    of = publisher(town)
    before, listed = await rendered(of), await of.opml()
    path = tmp_path / "feedbot.db"
    for old, new in (("article", "hidden"), ("hidden", "article")):
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute(f"ALTER TABLE {old} RENAME TO {new}")
        with capture_logs() as lines:
            assert (await rendered(of)).etag == before.etag
            assert (await of.opml()).etag == listed.etag
        assert [line["event"] for line in lines] == (["feed_not_renewed"] if new == "hidden" else [])
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE article RENAME TO hidden")
    with pytest.raises(Exception, match="no such table"):
        await publisher(town).feed(ALL, "rss")


async def test_a_feed_without_articles_is_dated_by_its_source(database: Database) -> None:
    of = publisher(database)
    await declare(database, ANYUAN)
    created = NOW - timedelta(days=1)
    for name in (ALL, OF_SOURCE, IN_CATEGORY):
        empty = await rendered(of, name)
        assert (titles(empty), empty.last_modified) == ([], created)


async def test_a_site_without_sources_has_an_empty_feed_that_its_list_names(database: Database) -> None:
    of = publisher(database)
    assert (await rendered(of)).last_modified == datetime(2026, 1, 1, tzinfo=UTC)
    assert b'xmlUrl="https://news.example/feeds/all.rss"' in (await of.opml()).body


@pytest.mark.parametrize(
    ("due", "age"),
    [(timedelta(minutes=10), 600), (timedelta(seconds=-5), 60), (timedelta(days=9), 3600), (None, 3600)],
)
async def test_readers_are_told_to_come_back_when_the_next_poll_is_planned(
    town: Database, due: timedelta | None, age: int
) -> None:
    async with town.write() as connection:
        for source_id in ("anyuan", "blog"):
            leased = await sources.lease_one(connection, source_id, "me", NOW)
            assert leased
            planned = NOW + due if due is not None else None
            assert await sources.save_state(connection, leased.number, "me", {"next_poll_at": planned})
    assert (await rendered(publisher(town))).max_age == age
    assert (await rendered(publisher(town), OF_SOURCE)).max_age == age


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
async def test_each_coding_unpacks_to_the_body_and_has_its_own_etag(town: Database, coding: Coding) -> None:
    feed = await rendered(publisher(town))
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstandard.decompress}[coding]
    assert not feed.is_encoded(coding)
    assert unpack(feed.encoded(coding)) == feed.body
    assert feed.is_encoded(coding)
    assert feed.etag_of(coding) != feed.etag == feed.etag_of("identity")
    again = await rendered(publisher(town))
    assert again.encoded(coding) == feed.encoded(coding)


async def test_compressed_forms_outlive_a_look_that_finds_no_change(town: Database) -> None:
    of = publisher(town)
    (await rendered(of)).encoded("br")
    assert (await rendered(of)).is_encoded("br")


async def test_the_list_has_each_source_in_its_category_and_changes_with_the_sources(town: Database) -> None:
    of = publisher(town)
    first = await of.opml()
    assert first.body == (await of.opml()).body
    text = first.body.decode()
    assert (
        text.index('<outline text="城事资讯">') < text.index('<outline text="安源区政府">') < text.index("anyuan.rss")
    )
    assert text.index("anyuan.rss") < text.index('htmlUrl="https://news.example/source/blog"')
    await declare(town, BLOG, at=NOW)
    second = await of.opml()
    assert b"anyuan" not in second.body
    assert (second.mime_type, second.last_modified) == ("text/x-opml", NOW)


async def test_a_source_id_with_odd_letters_has_a_feed_at_a_percent_encoded_address(database: Database) -> None:
    await declare(database, DeclaredSource(id="a b", title="x", url="https://a.example/"))
    assert (await rendered(publisher(database), FeedName("source", "a b"))).self_url == (
        "https://news.example/feeds/source/a%20b.rss"
    )
