"""The sample portal read by the parser for real portals: every field comes out as the editors entered it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.applications import Starlette
from starlette.routing import Mount

from feedbot.domain.article import Attachment, Draft, Image, Reaction
from feedbot.sandbox.portal import SamplePortal, categories
from feedbot.sandbox.portal.pages import image_address
from feedbot.sandbox.portal.stories import REACTIONS, Story
from feedbot.sources import discuz, feed
from feedbot.sources.html import to_text
from feedbot.sources.spec import Page, ParseOptions

ROOT = "http://town.test/sandbox/portal/"
EPOCH = datetime(2026, 11, 5, tzinfo=UTC).timestamp()
NOW = datetime(2026, 11, 5, 2, tzinfo=UTC)
OPTIONS = ParseOptions(timezone="Asia/Shanghai", language="zh-CN")
# As many as there are templates: each once, and the seed story.
READ = 66


@pytest.fixture(params=["utf-8", "gbk"])
def portal(request: pytest.FixtureRequest) -> SamplePortal:
    """A portal of each edition in turn."""
    return SamplePortal(epoch=EPOCH, every=8, clock=NOW.timestamp, charset=request.param)


@pytest.fixture
async def client(portal: SamplePortal) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[Mount("/sandbox", Starlette(routes=[Mount("/portal", portal.app())]))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ROOT) as client:
        yield client


async def page(client: httpx.AsyncClient, url: str) -> Page:
    response = await client.get(url)
    return Page(response.content, str(response.url), "text/html", response.charset_encoding)


async def read(client: httpx.AsyncClient, draft: Draft) -> Draft:
    pages = [await page(client, draft.url)]
    result = discuz.parse_article(pages, draft, OPTIONS)
    while result.next_url:
        pages.append(await page(client, result.next_url))
        result = discuz.parse_article(pages, draft, OPTIONS)
    return result.draft


def said(story: Story) -> list[str]:
    """The paragraphs of a story as a reader sees them, without what stands between them."""
    return [paragraph.replace(" ", "") for part in story.pages for paragraph in part.paragraphs]


async def test_every_story_is_read_exactly(client: httpx.AsyncClient, portal: SamplePortal) -> None:
    for number in range(1, READ + 1):
        story = portal.story(number)
        assert story is not None
        found = await read(client, Draft(url=f"{ROOT}portal.php?mod=view&aid={number}", title=""))
        about = f"story {number}: {story.title}"
        assert found.title == story.title, about
        assert found.published == story.published.astimezone(UTC), about
        assert found.author == (story.writer or story.publisher), about
        assert found.origin == story.origin, about
        assert found.comment_count == len(story.comments), about
        assert found.summary.replace(" ", "") == story.summary.replace(" ", ""), about
        assert found.category_path == path(story), about
        assert found.site == "萍乡城事网", about
        assert found.is_complete, about
        assert found.reactions == tuple(map(Reaction, REACTIONS, story.reactions)), about
        assert [image.url for image in found.images] == [ROOT + image_address(story, i) for i in story.images], about
        assert [(f.url, f.name) for f in found.attachments] == [
            (f"{ROOT}portal.php?mod=attachment&id={file.id}", file.name) for file in story.files
        ], about
        text = to_text(found.body_html).replace(" ", "")
        assert [paragraph for paragraph in said(story) if paragraph not in text] == [], about
        assert len(LexborHTMLParser(found.body_html).css("tr")) == len(story.table), about


async def test_a_list_is_read_with_titles_dates_and_addresses(client: httpx.AsyncClient, portal: SamplePortal) -> None:
    listing = discuz.parse_list(await page(client, "portal.php?mod=list&catid=1"), OPTIONS)
    assert len(listing.drafts) == 15
    for draft in listing.drafts:
        story = portal.story(int(draft.url.rpartition("aid=")[2]))
        assert story is not None
        assert (draft.title, draft.published) == (story.title, story.published.astimezone(UTC))
        assert categories.holds(categories.CITY, story.category)
        assert draft.published is not None
        assert NOW - timedelta(minutes=5) < draft.published <= NOW


async def test_the_portals_own_feed_is_read(client: httpx.AsyncClient, portal: SamplePortal) -> None:
    response = await client.get("portal.php?mod=rss&catid=6")
    listing = feed.parse_list(Page(response.content, str(response.url), "application/xml"), OPTIONS)
    assert len(listing.drafts) == 20
    for draft in listing.drafts:
        story = portal.story(int(draft.url.rpartition("aid=")[2]))
        assert story is not None
        assert (draft.title, draft.published) == (story.title, story.published.astimezone(UTC))


async def test_a_list_page_is_recognised_without_being_told(client: httpx.AsyncClient) -> None:
    assert discuz.recognises(await page(client, "portal.php?mod=list&catid=7"))


async def test_pictures_and_files_keep_their_names(client: httpx.AsyncClient, portal: SamplePortal) -> None:
    stories = [story for number in range(1, READ + 1) if (story := portal.story(number))]
    pictured = next(story for story in stories if len(story.images) == 1)
    found = await read(client, Draft(url=f"{ROOT}portal.php?mod=view&aid={pictured.number}", title=""))
    assert found.images == (Image(ROOT + image_address(pictured, pictured.images[0]), pictured.images[0].alt),)
    filed = next(story for story in stories if story.files)
    found = await read(client, Draft(url=f"{ROOT}portal.php?mod=view&aid={filed.number}", title=""))
    assert [type(file) for file in found.attachments] == [Attachment] * len(filed.files)
    assert [file.name for file in found.attachments] == [file.name for file in filed.files]


def path(story: Story) -> tuple[str, ...]:
    parent = story.category.parent
    return (parent.name, story.category.name) if parent else (story.category.name,)
