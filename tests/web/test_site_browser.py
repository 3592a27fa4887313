"""The site in a real browser: it fits every screen, keeps its own policy, and can be used by keyboard."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from feedbot.domain import judging
from feedbot.domain.article import Draft, Image
from feedbot.domain.categories import assign
from feedbot.domain.source import DeclaredSource
from feedbot.render.links import SitePresentation
from feedbot.sandbox.portal import SamplePortal, pages
from feedbot.storage import articles, sources
from feedbot.storage.database import Database
from feedbot.storage.upgrading import upgrade
from feedbot.web.health import Check
from feedbot.web.server import WebServer
from feedbot.web.site import site_app

CHROMIUM = os.environ.get("FEEDBOT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
# One browser for all: its start takes longer than the tests.
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: install it or set FEEDBOT_CHROMIUM"),
    pytest.mark.asyncio(loop_scope="module"),
]
PATHS = ("/", "/sources", "/category/生活服务", "/source/town", "/article/1", "/nothing")
LONG = "https://town.example/" + "a" * 200


class Visit(NamedTuple):
    """A browser and the address of the site."""

    browser: Browser
    base: str


async def ready() -> tuple[Check, ...]:
    return ()


async def fill(database: Database, base: str, portal: SamplePortal) -> None:
    table = f"<table><tr>{'<td>cell of a table</td>' * 9}</tr></table>"
    drafts = [Draft(url=LONG, title="Word" * 40, summary=LONG, body_html=f"<p>{LONG}</p>{table}")]
    root = f"{base}/portal/"
    for number in range(2, portal.count() + 1):
        story = portal.story(number)
        assert story is not None
        drafts.append(
            Draft(
                url=f"{root}portal.php?mod=view&aid={number}",
                title=story.title,
                published=story.published.astimezone(UTC),
                summary=story.summary,
                category_path=(story.category.name,),
                images=tuple(
                    Image(f"{base}/portal/{pages.image_address(story, one)}", one.alt) for one in story.images
                ),
                language="zh-CN",
            )
        )
    async with database.write() as connection:
        await sources.reconcile(connection, [DeclaredSource(id="town", title="Town", url=base)], datetime.now(UTC))
        now = datetime.now(UTC)
        for entry in judging.judge(judging.keyed(drafts, "auto"), []).listed:
            await articles.add(connection, 1, entry, entry.draft, assign(entry.draft.category_path, ()), now)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visit(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visit]:
    """The site on a port of this machine, and a browser beside it."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('site')}/feedbot.db")
    await upgrade(database)
    portal = SamplePortal(epoch=datetime.now(UTC).timestamp(), backlog=24)
    app = Starlette()
    server = WebServer(app, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.port}"
    site = SitePresentation(title="Town news", description="All of it.", base_url=base, sandbox=True)
    mounts = {"/portal": portal.app()}
    app.mount("/", site_app(db=database, site=site, readiness=ready, registry=CollectorRegistry(), mounts=mounts))
    await fill(database, base, portal)
    await server.start()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Visit(browser, base)
        await browser.close()
    await server.stop()
    await database.close()


async def test_pages_fit_every_screen_and_keep_their_own_policy(visit: Visit) -> None:
    said: list[str] = []
    for width, scheme in ((320, "dark"), (768, "light"), (1400, "light")):
        context = await visit.browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        page = await context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in PATHS:
            await page.goto(visit.base + path)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide == width, path
        await context.close()
    assert [text for text in said if "404 (Not Found)" not in text] == []


async def test_the_address_of_a_feed_is_copied_with_one_press(visit: Visit) -> None:
    context = await visit.browser.new_context(permissions=["clipboard-read", "clipboard-write"], locale="zh-CN")
    page = await context.new_page()
    await page.goto(visit.base)
    await page.click("summary")
    button = page.locator("button[data-copy]")
    assert await button.text_content() == "复制"
    await button.click()
    await page.wait_for_function("document.querySelector('button[data-copy]').textContent === '已复制'")
    assert await page.evaluate("navigator.clipboard.readText()") == f"{visit.base}/feeds/all.rss"
    await context.close()


async def test_without_scripts_everything_is_there_but_the_copy_button(visit: Visit) -> None:
    context = await visit.browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(visit.base)
    await page.click("summary")
    assert await page.locator("#feed-address").is_visible()
    assert not await page.locator("button[data-copy]").is_visible()
    await page.click("ol.cards h2 a >> nth=0")
    assert await page.locator("article.story h1").is_visible()
    await context.close()


async def test_pictures_are_shown_and_the_keyboard_gets_to_the_articles(visit: Visit) -> None:
    page = await visit.browser.new_page()
    await page.goto(visit.base)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/#content")
    picture = page.locator(".thumb img").first
    await picture.scroll_into_view_if_needed()
    await page.wait_for_function("document.querySelector('.thumb img').naturalWidth > 0")
    await page.close()


async def test_text_is_readable_in_both_colour_schemes(visit: Visit) -> None:
    """Every text has a contrast of 4.5 or more against its ground (WCAG 2.2, 1.4.3)."""
    for scheme in ("light", "dark"):
        context = await visit.browser.new_context(color_scheme=scheme)
        page = await context.new_page()
        for path in PATHS:
            await page.goto(visit.base + path)
            low: list[Any] = await page.evaluate(CONTRAST)
            assert low == [], f"{scheme} {path}"
        await context.close()


CONTRAST = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const part = value => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push([node.className || node.tagName, node.textContent.trim().slice(0, 20), ratio.toFixed(2)]);
  }
  return low;
}"""
