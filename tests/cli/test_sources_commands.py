"""`feedbot sources add|test|enable|disable|remove|export`, in this process, on a real server and database."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.site_thread import serving
from configurations import Directory
from feedbot.domain.article import Draft
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.services import sourcing
from feedbot.storage import held, kept_pages, sources
from feedbot.storage.database import Database
from feedbot.storage.held import Held
from feedbot.storage.kept_pages import KeptPage
from feedbot.storage.upgrading import upgrade
from misbehaving import MisbehavingServer, answer
from services.find_site import TITLES, bare_list, page, rss, serve_articles, serve_list_with_feed, serve_portal

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SETTINGS = "fetch: {allow_networks: [127.0.0.0/8], spacing: 0s, timeouts: {connect: 1s}}\ntelegram: {mode: off}\n"
NEWS = "sources:\n  - {{id: news, title: N, url: '{url}', {more}}}\n"
Feedbot = Callable[..., Any]


@pytest.fixture
def site(directory: Directory) -> Iterator[MisbehavingServer]:
    directory.write("feedbot.yaml", SETTINGS)
    with serving() as server:
        yield server


def stored(*ids: str) -> list[Any]:
    """The sources in the database."""

    async def read() -> list[Any]:
        database = Database("sqlite:///var/feedbot.db")
        async with database.read() as connection:
            found = await sources.list_all(connection, removed=True)
        await database.close()
        return [one for one in found if not ids or one.id in ids]

    return asyncio.run(read())


def database_with(*declared: DeclaredSource, kept: KeptPage | None = None) -> None:
    """Makes the database, with these sources as if they stood in files."""

    async def fill() -> None:
        database = Database("sqlite:///var/feedbot.db")
        await upgrade(database)
        await sourcing.reconcile(database, declared, NOW)
        if kept:
            async with database.write() as connection:
                await kept_pages.keep(connection, 1, kept)
        await database.close()

    asyncio.run(fill())


class TestAdd:
    def test_the_best_candidate_is_saved_in_a_database_that_is_made_for_it(
        self, feedbot: Feedbot, site: MisbehavingServer
    ) -> None:
        serve_list_with_feed(site)
        ended = feedbot("sources", "add", site.url("/"), "--yes")
        assert ended.code == 0, ended.err
        (one,) = stored()
        assert (one.id, one.title, one.url, one.type, one.origin, one.next_poll_at is not None) == (
            "harbour-town",
            "Harbour town",
            site.url("/feed"),
            "feed",
            "database",
            True,
        )
        assert (one.options.timezone, one.options.categories) == ("Asia/Shanghai", ("Harbour town",))
        assert f"1. 99% sure: feed {site.url('/feed')}" in ended.out
        assert "time zone Asia/Shanghai (its dates name +08:00) | language en | encoding utf-8" in ended.out
        assert TITLES[0] in ended.out
        assert "harbour-town is saved in the database." in ended.out
        assert f"Fetching {site.url('/feed')} ..." in ended.err

    def test_a_source_is_saved_in_a_file_which_then_declares_it(
        self, feedbot: Feedbot, site: MisbehavingServer, directory: Directory
    ) -> None:
        site.routes["/news"] = page(bare_list())
        directory.write("sources/town.yaml", "# mine\nsources: []\n")
        ended = feedbot("sources", "add", site.url("/news"), "--yes", "--file", "town.yaml", "--id", "news")
        assert ended.code == 0, ended.err
        assert "news is saved in config/sources/town.yaml:3." in ended.out
        assert not Path("var/feedbot.db").exists()
        (one,) = directory.load().declared_sources()
        assert (one.id, one.type, one.options.select["list"]) == ("news", "page", "ul.news > li")
        assert Path("config/sources/town.yaml").read_text("utf-8").startswith("# mine\nsources:\n  - id: news\n")
        again = feedbot("sources", "add", site.url("/news"), "--yes")
        assert (again.code, again.err) == (
            1,
            (
                "feedbot: This address is already the source news (Harbour town): look at it with "
                "`feedbot sources test news`.\n"
            ),
        )

    def test_json_says_all_of_it_and_what_was_saved(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        serve_portal(site)
        ended = feedbot("sources", "add", site.url("/portal.php?mod=list&catid=8"), "--yes", "--json", "--id", "town")
        told = json.loads(ended.out)
        assert (ended.code, told["saved"]) == (0, {"id": "town", "place": "the database"})
        best = told["candidates"][0]
        assert (best["source"]["type"], best["timezone"]["name"], best["encoding"]) == (
            "discuz",
            "Asia/Shanghai",
            "utf-8",
        )
        assert {"title", "url", "published", "author", "summary", "image", "categories", "characters"} == set(
            best["first"][0]
        )

    def test_selectors_may_follow_one_another(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        serve_list_with_feed(site)
        words = ("--select", "list=ul.news li", "title=a", "date=.date", "--yes")
        ended = feedbot("sources", "add", site.url("/"), *words)
        assert ended.code == 0, ended.err
        assert stored()[0].options.select == {"list": "ul.news li", "title": "a", "date": ".date"}

    def test_another_candidate_than_the_best_is_picked(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        serve_list_with_feed(site)
        assert feedbot("sources", "add", site.url("/"), "--yes", "--pick", "2").code == 0
        assert stored()[0].type == "page"

    def test_a_number_that_no_candidate_has_is_told(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        serve_list_with_feed(site)
        assert "There is no candidate 9" in feedbot("sources", "add", site.url("/"), "--yes", "--pick", "9").err

    def test_a_page_without_a_list_saves_nothing_and_says_what_to_try(
        self, feedbot: Feedbot, site: MisbehavingServer
    ) -> None:
        site.routes["/"] = page("<h1>A shop</h1><p>Open from nine to five.</p>")
        ended = feedbot("sources", "add", site.url("/"), "--yes")
        assert ended.code == 1
        assert "There is no list of articles on this page." in ended.out
        assert ended.err.endswith("Nothing was saved.\n")
        assert not Path("var/feedbot.db").exists()

    def test_a_poor_guess_is_not_saved_without_being_picked(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        site.routes["/feed"] = rss(site.origin, title="Comments for Blog")
        ended = feedbot("sources", "add", site.url("/feed"), "--yes")
        assert ended.code == 1
        assert "The best candidate is only" in ended.err
        assert feedbot("sources", "add", site.url("/feed"), "--yes", "--pick", "1").code == 0

    def test_without_a_terminal_and_yes_nothing_is_asked_of_anybody(
        self, feedbot: Feedbot, site: MisbehavingServer
    ) -> None:
        ended = feedbot("sources", "add", site.url("/"))
        assert ended.code == 2
        assert "add --yes" in ended.err
        assert site.requests == []

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("--interval", "soon"), "--interval is not a duration"),
            (("--category", " / "), "--category is an empty category"),
            (("--timezone", "Mars"), "--timezone is not a known time zone"),
            (("--type", "gopher"), "--type must be one of"),
            (("--header", "nonsense"), "A header is written 'Name: value'."),
            (("--header", "Host: hush-hush"), "--header Host is a header that feedbot sets itself"),
            (("--cookie", "nonsense"), "A cookie is written name=value."),
            (("--cookie", "sid=hush\nhush"), "--cookie sid has characters that no cookie can carry"),
            (("--proxy", "socks5://me:hush-hush@x:1"), "--proxy is no address of a proxy"),
            (("--pages", "99"), "--pages must be at most 50"),
            (("--page-url", "https://a.example/"), "--page-url must have {page} in it once"),
            (("--select", "li"), "'li' is not written KEY=SELECTOR"),
            (("--select", "list=li", "titel=h3"), "--select titel is not a known key"),
            (("--select", "list=li[["), "--select list is no CSS selector"),
            (("--id", "Town Hall"), "--id is no usable id"),
            (("second.example",), "Give one address"),
            (("--to-file", "--to-database"), "Choose one of"),
            (("--file", "../town.yaml"), "is no name of a file of sources"),
            (("--auth", "ann"), "--auth ann has no password: write USER:env:NAME"),
        ],
    )
    def test_a_wrong_option_is_told_before_anything_is_asked(
        self, feedbot: Feedbot, site: MisbehavingServer, words: tuple[str, ...], said: str
    ) -> None:
        ended = feedbot("sources", "add", site.url("/"), "--yes", *words)
        assert ended.code in {1, 2}
        assert said in re.sub(r"[\s│]+", " ", ended.err)
        assert "hush" not in ended.err + ended.out
        assert "Traceback" not in ended.err
        assert site.requests == []

    def test_a_source_with_secrets_shows_them_nowhere_and_stores_them_sealed(
        self, feedbot: Feedbot, site: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TOWN_SESSION", "hush-from-outside")
        serve_list_with_feed(site)
        words = ("--header", "X-Key: hush-header", "--cookie", "sid=env:TOWN_SESSION", "--auth", "ann:hush-password")
        ended = feedbot("sources", "add", site.url("/"), "--yes", "--json", *words)
        assert ended.code == 0, ended.err
        sent = next(request.headers for request in site.requests if request.path == "/feed")
        assert (sent["x-key"], sent["cookie"]) == ("hush-header", "sid=hush-from-outside")
        said = [ended.out, ended.err]
        for command in (
            ("sources", "list", "--json"),
            ("sources", "list"),
            ("status", "--json"),
            ("status",),
            ("sources", "export"),
            ("sources", "export", "--json"),
            ("sources", "test", "harbour-town", "--json"),
            ("sources", "test", "harbour-town"),
            ("check", "--json"),
        ):
            told = feedbot(*command)
            assert told.code == 0, told.err
            said += [told.out, told.err]
        assert "hush" not in "".join(said)
        assert "env:TOWN_SESSION" in "".join(said)
        for file in Path("var").iterdir():
            assert b"hush" not in file.read_bytes(), file

    def test_a_password_in_the_address_is_its_authentication(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        site.routes["/feed"] = rss(site.origin)
        ended = feedbot("sources", "add", site.url("/feed").replace("//", "//ann:hush-hush@"), "--yes")
        assert ended.code == 0, ended.err
        assert "hush" not in ended.out + ended.err
        assert site.requests[0].headers["authorization"].startswith("Basic ")
        (one,) = stored()
        assert (one.url, one.options.auth["username"]) == (site.url("/feed"), "ann")
        assert one.options.auth["password"].startswith("sealed:")

    def test_a_token_in_an_address_is_shown_nowhere(
        self, feedbot: Feedbot, site: MisbehavingServer, directory: Directory
    ) -> None:
        site.routes["/feed"] = rss(site.origin)
        url = site.url("/feed?access_token=hush-token&x=1")
        said = [feedbot("sources", "add", url, "--yes", "--file", "a.yaml")]
        assert said[0].code == 0, said[0].err
        database_with(*directory.load().declared_sources())
        said += [feedbot(*words, "--json") for words in (("check",), ("status",), ("sources", "list"))]
        said += [
            feedbot(*words)
            for words in (("check",), ("status",), ("sources", "list"), ("sources", "test", "harbour-town"))
        ]
        assert [ended.code for ended in said] == [0] * 8
        assert "hush" not in "".join(ended.out + ended.err for ended in said)
        assert "access_token=***" in said[1].out

    def test_a_title_full_of_terminal_commands_moves_no_cursor(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        feed = rss(site.origin).replace(TITLES[0].encode(), b"A &#x1b;[2J&#x9b;31m title")
        site.routes["/feed"] = answer(200, feed.partition(b"\r\n\r\n")[2], "Content-Type: application/rss+xml")
        ended = feedbot("sources", "test", site.url("/feed"))
        assert ended.code == 0
        assert "\x1b" not in ended.out
        assert "\x9b" not in ended.out


class TestTest:
    def test_an_address_is_looked_at_and_nothing_is_saved(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        serve_list_with_feed(site)
        ended = feedbot("sources", "test", site.url("/"), "--json")
        told = json.loads(ended.out)
        assert (ended.code, [one["source"]["type"] for one in told["candidates"]]) == (0, ["feed", "page"])
        assert not Path("var/feedbot.db").exists()

    def test_a_source_is_read_with_its_options_and_its_first_article_from_its_page(
        self, feedbot: Feedbot, site: MisbehavingServer, directory: Directory
    ) -> None:
        site.routes["/news"] = page(bare_list())
        serve_articles(site)
        directory.write(
            "sources/a.yaml",
            f"""\
            sources:
              - id: news
                title: News
                url: {site.url("/news")}
                type: page
                full_text: always
                exclude: [dredging]
                select: {{list: ul.news li, date: .date}}
            """,
        )
        ended = feedbot("sources", "test", "news", "--json")
        told = json.loads(ended.out)
        assert ended.code == 0, ended.err
        assert (told["type"], told["articles"], told["wanted"]) == ("page", len(TITLES), len(TITLES) - 1)
        assert told["first"][0]["title"] == TITLES[0]
        assert told["article"]["title"] == TITLES[0]
        assert "as everybody heard on day 3" in told["article"]["body_html"]
        shown = feedbot("sources", "test", "news")
        assert f"news reads {site.url('/news')} as page: 8 articles." in shown.out
        assert "7 of them pass include and exclude." in shown.out

    def test_options_that_are_given_stand_in_place_of_its_own(
        self, feedbot: Feedbot, site: MisbehavingServer, directory: Directory
    ) -> None:
        site.routes["/news"] = page(bare_list())
        directory.write(
            "sources/a.yaml", f"sources:\n  - {{id: news, title: N, url: '{site.url('/news')}', type: feed}}\n"
        )
        assert feedbot("sources", "test", "news").code == 1
        ended = feedbot("sources", "test", "news", "--type", "page", "--select", "list=ul.news li", "--json")
        assert (ended.code, json.loads(ended.out)["articles"]) == (0, len(TITLES))

    def test_a_page_that_cannot_be_read_ends_with_1_and_the_reason(
        self, feedbot: Feedbot, site: MisbehavingServer, directory: Directory
    ) -> None:
        directory.write(
            "sources/a.yaml", f"sources:\n  - {{id: news, title: N, url: '{site.url('/gone')}', type: feed}}\n"
        )
        ended = feedbot("sources", "test", "news", "--json")
        told = json.loads(ended.out)
        assert (ended.code, told["ok"], told["kind"]) == (1, False, "http")
        assert "404" in told["error"]

    def test_the_page_of_the_last_failure_is_read_again(
        self, feedbot: Feedbot, site: MisbehavingServer, directory: Directory
    ) -> None:
        url = site.url("/news")
        options = SourceOptions(select={"list": "div.old"})
        body = bare_list().encode()
        kept = KeptPage(
            at=NOW, url=url, mime_type="text/html", charset="utf-8", body=body, error_text="Nothing matches."
        )
        database_with(DeclaredSource(id="news", title="N", url=url, type="page", options=options), kept=kept)
        directory.write(
            "sources/a.yaml",
            f"sources:\n  - {{id: news, title: N, url: '{url}', type: page, select: {{list: ul.news li}}}}\n",
        )
        ended = feedbot("sources", "test", "news", "--replay")
        assert ended.code == 0, ended.err
        assert "The page that was kept at 2026-11-24 12:00 UTC, when it was said:\n   Nothing matches." in ended.out
        assert f"as page: {len(TITLES)} articles." in ended.out
        assert site.requests == []

    def test_there_may_be_no_page_to_read_again(
        self, feedbot: Feedbot, site: MisbehavingServer, directory: Directory
    ) -> None:
        directory.write("sources/a.yaml", f"sources:\n  - {{id: news, title: N, url: '{site.url('/news')}'}}\n")
        assert (
            "No page of news is kept: there is no database yet." in feedbot("sources", "test", "news", "--replay").err
        )
        database_with(*directory.load().declared_sources())
        assert (
            "No page of news is kept: its last visit could read it"
            in feedbot("sources", "test", "news", "--replay").err
        )
        assert feedbot("sources", "test", site.url("/"), "--replay").code == 2

    def test_an_unknown_id_is_told(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        assert site.port
        ended = feedbot("sources", "test", "nobody")
        assert (ended.code, ended.err) == (
            1,
            "feedbot: There is no source 'nobody': `feedbot sources list` shows those that there are.\n",
        )

    def test_an_address_that_cannot_be_reached_says_why(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        assert site.port
        ended = feedbot("sources", "test", "http://10.11.12.13/")
        assert ended.code == 1
        assert "fetch.allow_networks" in ended.err


class TestSwitching:
    @pytest.fixture
    def blog(self, feedbot: Feedbot, site: MisbehavingServer) -> str:
        site.routes["/feed"] = rss(site.origin)
        assert feedbot("sources", "add", site.url("/feed"), "--yes", "--id", "blog").code == 0
        return "blog"

    def test_a_source_is_switched_off_and_on(self, feedbot: Feedbot, blog: str) -> None:
        assert feedbot("sources", "disable", blog).code == 0
        assert stored(blog)[0].health == "disabled"
        assert feedbot("sources", "enable", blog).code == 0
        assert stored(blog)[0].health == "new"

    def test_a_source_is_removed_with_a_yes_and_brought_back(self, feedbot: Feedbot, blog: str) -> None:
        refused = feedbot("sources", "remove", blog)
        assert (refused.code, "add --yes" in refused.err) == (2, True)
        assert feedbot("sources", "remove", blog, "--yes").code == 0
        assert stored(blog)[0].health == "removed"
        again = feedbot("sources", "remove", blog, "--yes")
        assert (again.code, again.err) == (
            1,
            "feedbot: blog is removed: `feedbot sources enable blog` brings it back.\n",
        )
        assert feedbot("sources", "enable", blog).code == 0
        assert stored(blog)[0].health == "new"

    def test_one_that_stands_in_a_file_is_named_with_its_line(
        self, feedbot: Feedbot, site: MisbehavingServer, directory: Directory
    ) -> None:
        directory.write("sources/a.yaml", f"sources:\n  - {{id: news, title: N, url: '{site.url('/news')}'}}\n")
        database_with(*directory.load().declared_sources())
        for words, remedy in (
            (("disable", "news"), "set enabled: false there"),
            (("enable", "news"), "set enabled: true there"),
            (("remove", "news", "--yes"), "remove it there"),
            (("export", "news"), "copy it there"),
        ):
            ended = feedbot("sources", *words)
            assert (ended.code, ended.err) == (
                1,
                f"feedbot: news is declared in config/sources/a.yaml:2: {remedy}.\n",
            )

    def test_export_prints_a_file_that_the_loader_takes(
        self, feedbot: Feedbot, blog: str, directory: Directory
    ) -> None:
        ended = feedbot("sources", "export")
        directory.write("sources/exported.yaml", ended.out)
        (one,) = directory.load().declared_sources()
        assert (one.id, one.url, one.options) == (blog, stored(blog)[0].url, stored(blog)[0].options)
        assert feedbot("sources", "export", "nobody").code == 1

    def test_before_the_first_run_there_is_nothing_to_switch(self, feedbot: Feedbot, site: MisbehavingServer) -> None:
        assert site.port
        ended = feedbot("sources", "disable", "blog")
        assert ended.code == 1
        assert "`feedbot run` makes it" in ended.err

    def test_nothing_is_held_and_that_is_said(self, feedbot: Feedbot, blog: str) -> None:
        assert feedbot("sources", "approve").out == "Nothing is held.\n"
        assert json.loads(feedbot("sources", "approve", "--json").out) == []
        assert feedbot("sources", "approve", blog).code == 1


class TestApprove:
    @pytest.fixture
    def _held(self, site: MisbehavingServer) -> None:
        """A source of which two articles are held."""
        database_with(DeclaredSource(id="town", title="Town", url=site.url("/feed"), type="feed"))

        async def fill() -> None:
            database = Database("sqlite:///var/feedbot.db")
            async with database.write() as connection:
                drafts = [Draft(url=f"https://town.example/{title}", title=title) for title in TITLES[:2]]
                entries = [Held(bytes([n] * 16), draft, draft, NOW) for n, draft in enumerate(drafts)]
                await held.put(connection, 1, entries)
                state = {"since": NOW.isoformat(), "known": 1, "before": 20, "found": 2, "arrivals": 0}
                await sources.set_redesign(connection, 1, state)
            await database.close()

        asyncio.run(fill())

    @pytest.mark.usefixtures("_held")
    def test_what_waits_is_shown_and_published_after_a_word(self, feedbot: Feedbot) -> None:
        shown = feedbot("sources", "approve")
        assert shown.out.startswith(
            "town: 2 articles are held since 2026-11-24 12:00 UTC; 1 of the 20 that its list used to have are still"
        )
        assert f"   - {TITLES[0]}\n" in shown.out
        (told,) = json.loads(feedbot("sources", "approve", "--json").out)
        assert (told["source"], told["held"], told["known"], told["before"]) == ("town", 2, 1, 20)
        ended = feedbot("sources", "approve", "town")
        assert (ended.code, ended.err) == (0, "")
        assert "2 articles of town are in its feed now" in ended.out
        assert TITLES[1] in feedbot("feed", "source/town").out

    @pytest.mark.usefixtures("_held")
    def test_what_is_rejected_waits_no_more(self, feedbot: Feedbot) -> None:
        ended = feedbot("sources", "approve", "town", "--reject")
        assert (ended.code, "2 held articles of town are rejected" in ended.out) == (0, True)
        assert feedbot("sources", "approve").out == "Nothing is held.\n"


class Terminal:
    """`feedbot` on a terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        ours, theirs = pty.openpty()
        self._terminal = ours
        command = [sys.executable, "-m", "feedbot", *arguments]
        self._process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
        os.close(theirs)
        self.said = ""

    def until(self, text: str, *, seconds: float = 60) -> None:
        """Reads what it says up to the text."""
        end = time.monotonic() + seconds
        while text not in self.said:
            assert time.monotonic() < end, self.said
            try:
                self.said += os.read(self._terminal, 65536).decode("utf-8", "replace").replace("\r\n", "\n")
            except OSError:
                assert text in self.said, self.said

    def answer(self, text: str) -> None:
        self.said = ""
        os.write(self._terminal, f"{text}\n".encode())

    def interrupt(self) -> None:
        """Ctrl-C, again where it came in the very moment before it began to listen."""
        for _ in range(3):
            self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
                return

    def end(self) -> int:
        """Its exit code."""
        code = self._process.wait(20)
        os.close(self._terminal)
        return code


class TestOnATerminal:
    def test_a_wrong_guess_is_corrected_and_the_preview_shown_again(self, site: MisbehavingServer) -> None:
        serve_list_with_feed(site)
        terminal = Terminal("sources", "add", site.url("/"))
        terminal.until("Save which one? [1-2, n for none, or selectors such as list=li.news title=h3] ")
        assert "1. 99% sure: feed" in terminal.said
        terminal.answer("list=div.nowhere")
        terminal.until("Save which one? [n for none")
        assert "Nothing on the page matches" in terminal.said
        terminal.answer("list=ul.news li title=a date=.date")
        terminal.until("Save which one? [1, n for none")
        assert "selectors list='ul.news li'  title=a  date=.date" in terminal.said
        terminal.answer("")
        terminal.until("Title [Harbour town] ")
        terminal.answer("The harbour")
        terminal.until("Id [harbour-town] ")
        terminal.answer("Not an id!")
        terminal.until("Categories, with commas [Harbour town] ")
        terminal.answer("Town/Harbour, Boats")
        terminal.until("--id is no usable id")
        terminal.until("Title [Harbour town] ")
        for text in ("The harbour", "harbour", "Town/Harbour, Boats"):
            terminal.answer(text)
        terminal.until("Save it in the (d)atabase")
        terminal.answer("d")
        terminal.until("harbour is saved in the database.")
        assert terminal.end() == 0
        (one,) = stored()
        assert (one.id, one.title, one.options.categories) == ("harbour", "The harbour", ("Town/Harbour", "Boats"))
        assert one.options.select == {"list": "ul.news li", "title": "a", "date": ".date"}

    def test_no_and_ctrl_c_save_nothing(self, site: MisbehavingServer) -> None:
        serve_list_with_feed(site)
        terminal = Terminal("sources", "add", site.url("/"), "--to-file")
        terminal.until("Save which one?")
        terminal.answer("n")
        terminal.until("Nothing was saved.")
        assert terminal.end() == 1
        terminal = Terminal("sources", "add", site.url("/"), "--to-file")
        terminal.until("Save which one?")
        terminal.interrupt()
        assert terminal.end() == 130
        assert "Traceback" not in terminal.said
        assert not Path("config/sources").exists()


def test_a_missing_secret_is_a_fault_of_check_and_names_its_line(
    feedbot: Feedbot, site: MisbehavingServer, directory: Directory
) -> None:
    directory.write(
        "sources/a.yaml",
        f"sources:\n  - id: news\n    title: N\n    url: {site.url('/')}\n    cookies:\n      sid: env:NOWHERE_SET\n",
    )
    fault = (
        "config/sources/a.yaml:6: sources[1].cookies.sid: names the environment variable NOWHERE_SET, which is not "
        "set. Set it where feedbot runs, or change this line."
    )
    ended = feedbot("check")
    assert (ended.code, ended.err.splitlines()[0]) == (2, fault)
    told = json.loads(feedbot("check", "--json").out)
    assert (told["ok"], told["faults"][0]["line"]) == (False, 6)
